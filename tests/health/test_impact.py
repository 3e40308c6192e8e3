"""What other rules would change: who moves from which band to which, and with how much revenue."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from lib.formats import Language
from lib.health.book import health, weekly
from lib.health.calibration import weekly_scores
from lib.health.impact import Impact, compared, impact
from lib.health.profile import DEFAULT_PROFILE, Version
from lib.health.profile_words import impact_text
from lib.health.readings import Sight
from tests.measures.rows import book_of

EN = Language("en")
SCORES = {"account_id": pl.String, "point": pl.Float64, "band": pl.String}
# account: published, other, revenue
BOOK: dict[str, tuple[str | None, str | None, float | None]] = {
    "ash": ("green", "amber", 100.0),
    "bay": ("green", "amber", 300.0),
    "cay": ("red", "amber", 50.0),
    "dew": ("amber", "amber", 550.0),
    "elm": (None, "red", 20.0),
    "fir": ("amber", "red", None),
    "gum": (None, None, 80.0),
}


def of(book: dict[str, tuple[str | None, str | None, float | None]]) -> Impact:
    published = pl.DataFrame([(key, 60.0, row[0]) for key, row in book.items()], schema=SCORES, orient="row")
    other = pl.DataFrame([(key, 50.0, row[1]) for key, row in book.items()], schema=SCORES, orient="row")
    revenue = pl.DataFrame({"account_id": list(book), "revenue": pl.Series([row[2] for row in book.values()], dtype=pl.Float64)})
    return impact(compared(published.with_columns(pl.col("account_id").alias("name")), other, revenue))


def test_accounts_in_another_band_are_listed_by_revenue_the_unknown_last() -> None:
    found = of(BOOK)
    assert found.changed["account_id"].to_list() == ["bay", "ash", "cay", "elm", "fir"]
    assert found.changed.row(0, named=True) == {
        "account_id": "bay", "name": "bay", "point": 60.0, "band": "green", "other_point": 50.0, "other_band": "amber", "revenue": 300.0,
    }  # fmt: skip


def test_falls_and_rises_are_counted_and_a_first_band_is_neither() -> None:
    found = of(BOOK)
    assert (found.accounts, found.falls, found.rises) == (7, 3, 1)  # ash, bay, fir fall; cay rises; elm gets a band


def test_revenue_is_that_of_the_changed_and_of_the_book_where_known() -> None:
    found = of(BOOK)
    assert found.changed_revenue == 470.0  # 300 + 100 + 50 + 20
    assert found.revenue == 1100.0  # 470 + 550 + 80
    assert found.unknown == 1


def test_sums_by_pair_of_bands_add_up_to_the_whole() -> None:
    rows = of(BOOK).sums().rows()
    assert rows[0] == ("green", "amber", 2, 400.0)
    assert sorted(rows[1:], key=repr) == sorted([("red", "amber", 1, 50.0), (None, "red", 1, 20.0), ("amber", "red", 1, None)], key=repr)


def test_a_book_that_nothing_changes_says_so() -> None:
    found = of({key: (row[0], row[0], row[2]) for key, row in BOOK.items()})
    assert found.changed.is_empty()
    assert impact_text(found, "EUR", EN) == "None of the 7 accounts changes band."


def test_without_revenue_there_is_no_sum() -> None:
    found = of({"ash": ("green", "red", None), "bay": ("red", "red", None)})
    assert (found.revenue, found.changed_revenue) == (None, None)
    said = impact_text(found, "EUR", EN)
    assert said == "1 of 2 accounts changes band. 1 to a worse band, 0 to a better one. The revenue of 1 is not known."


def test_the_finding_names_count_revenue_and_direction() -> None:
    said = impact_text(of(BOOK), "EUR", EN)
    assert said.startswith("5 of 7 accounts change band, with €470 of €1,100 in 12 months. 3 to a worse band, 1 to a better one.")


# The same day under another version

TODAY = date(2026, 3, 27)


def late_firm(amount: float) -> Sight:
    """One account all of whose few figures are best, but for an invoice 65 days overdue."""
    names = [f"c{n}" for n in range(3)]
    book = book_of(
        accounts=[{"account_id": "a", "name": "Ash", "since": TODAY - timedelta(days=900)}],
        contacts=[{"contact_id": name, "account_id": "a", "name": name, "role": "sponsor", "active": True} for name in names],
        touchpoints=[{"touchpoint_id": "t", "account_id": "a", "date": TODAY, "contact_ids": ["c0"]}],
        invoices=[
            {"invoice_id": "late", "account_id": "a", "amount": amount, "tax": 0.0, "issued": TODAY - timedelta(days=95),
             "due": TODAY - timedelta(days=65)},
        ],
    )  # fmt: skip
    return Sight(book, (TODAY,), "invoiced", "EUR")


def test_another_invoice_minimum_caps_other_accounts() -> None:
    sight = late_firm(2000.0)
    found = health([sight], ())
    higher = Version(TODAY, replace(DEFAULT_PROFILE, invoice_minimum=2000.0))
    assert found.accounts()["capped"].to_list() == [True]  # what is over the minimum caps
    assert found.under(higher, sight).accounts()["capped"].to_list() == [False]
    assert found.under(higher, sight).caps.is_empty()
    assert found.under(Version(TODAY, replace(DEFAULT_PROFILE, invoice_minimum=1999.0)), sight).accounts()["capped"].to_list() == [True]


def test_a_version_foretells_what_its_publication_then_shows() -> None:
    sight = late_firm(2000.0)
    version = Version(TODAY, replace(DEFAULT_PROFILE, weights=dict(DEFAULT_PROFILE.weights) | {"payment": 30.0}, amber=20.0, green=70.0), 1)
    foretold = weekly_scores(health([sight], ()).under(version, sight).scores)
    assert foretold.equals(weekly_scores(health([sight], (version,)).scores))
    assert not foretold.equals(weekly_scores(health([sight], ()).scores))


def test_weekly_scores_are_the_columns_of_the_full_table() -> None:
    firm = late_firm(2000.0)
    scores = health([Sight(firm.portfolio, weekly(TODAY, 8), "invoiced", "EUR")], ()).scores
    full = scores.accounts()
    assert weekly_scores(scores).equals(full.select("account_id", "day", "point", "band", "capped"))
    assert full["band"].null_count() > 0
