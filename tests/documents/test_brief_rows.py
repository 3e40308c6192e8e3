"""A brief says of an account what its rows and its score say, and what it lacks."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.documents.brief import SECTIONS, page_of
from lib.documents.brief_rows import DATE_WORDS, STAND_WORDS, TABLES, brief_of
from lib.formats import Language
from lib.measures.account_rows import DATES, STANDS, AccountRows, account_rows
from lib.measures.promises import graded
from lib.portfolio import Portfolio

EN, ES = Language("en"), Language("es")
AS_OF = date(2026, 3, 31)
NOTHING = account_rows(Portfolio.of(accounts=pl.DataFrame({"account_id": ["a"], "name": ["A"]})), "a", AS_OF, "EUR")
ACCOUNT: dict[str, Any] = {
    "name": "Norvane", "tier": "key", "manager": "Priya", "point": 42.31, "low": 38.2, "high": 49.1, "coverage": 0.89, "band": "red",
    "firm": True, "rests_on": [], "before_13": 56.44,
}  # fmt: skip
METRICS = pl.DataFrame({
    "metric": ["spi_t", "contact_days"], "state": ["known", "known"], "value": [0.9, 41.0], "counted": [66.7, 0.0], "lost": [2.2, 5.0],
})  # fmt: skip


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def brief(rows: AccountRows = NOTHING, t: Language = EN, caps: tuple[str, ...] = (), promises: list[dict[str, Any]] | None = None,
          loaded: frozenset[str] = frozenset(), set_band: str = "", **account: Any) -> Any:  # fmt: skip
    graded_ones = graded(promises or [], AS_OF)
    return brief_of(ACCOUNT | account, METRICS, caps, (50.0, 75.0), rows, graded_ones, loaded, AS_OF, "EUR", t, set_band)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def rows(**frames: dict[str, list[Any]]) -> AccountRows:
    """Rows with some of their frames given by column; the columns not given are null."""
    given = {name: pl.DataFrame(columns, {key: getattr(NOTHING, name).schema[key] for key in columns}) for name, columns in frames.items()}
    return replace(NOTHING, **{name: pl.concat([getattr(NOTHING, name), frame], how="diagonal") for name, frame in given.items()})


def test_the_score_is_said_with_band_range_coverage_change_and_reason() -> None:
    found = brief(caps=("The sponsor left on 11 Sep.", "Invoice F-7 is late."))
    assert (found.score, found.low, found.high, found.was) == (42.31, 38.2, 49.1, 56.44)
    assert (found.status, found.band, found.firmness) == ("risk", "At risk", "firm")
    assert found.range_words == "Range 38–49: the 11% of weight without data, at 0 and at 100"
    assert found.coverage_words == "89% of the weight has data"
    assert plain(found.change_words) == "−14.1 points in 13 weeks"  # 42.3 − 56.4
    assert plain(found.reason) == "41 days without contact: 5 points lost"
    assert found.caps == ("Capped below green: the sponsor left on 11 Sep", "Capped below green: invoice F-7 is late")
    assert (found.tier, found.manager) == ("Tier key", "Priya")


def test_without_a_band_there_is_no_score_and_no_change() -> None:
    found = brief(band=None, firm=False)
    assert (found.score, found.was, found.status, found.band, found.firmness) == (None, None, "none", "Not enough data", "")
    assert found.change_words == ""
    assert brief(before_13=None).change_words == ""


def test_a_band_that_somebody_set_is_shown_and_said() -> None:
    found = brief(shown="amber", set_band="Ana set it to watch until 30 Apr: new sponsor.")
    assert (found.status, found.band) == ("watch", "Watch")
    assert found.caps == ("Ana set it to watch until 30 Apr: new sponsor.",)


def test_only_promises_that_wait_are_left() -> None:
    promise = {"account_id": "a", "owner": "Tom"}
    found = brief(promises=[
        promise | {"text": "Plan", "due": day(3, 17)}, promise | {"text": "Tester", "due": day(4, 9)},
        promise | {"text": "Kept", "due": day(3, 1), "kept_on": day(3, 1)},
        promise | {"text": "Kept late", "due": day(3, 1), "kept_on": day(3, 9)},
        promise | {"text": "Dropped", "due": day(3, 1), "status": "dropped"},
    ]).promises  # fmt: skip
    assert [(one.text, one.due, one.status, plain(one.state), one.who) for one in found] == [
        ("Plan", day(3, 17), "risk", "14 days late", "Tom"), ("Tester", day(4, 9), "none", "not due yet", "Tom"),
    ]  # fmt: skip


def test_projects_say_their_earned_schedule_or_that_there_is_none() -> None:
    projects = {
        "name": ["Hub", "Care"], "due": [day(5, 1), None], "spi_t": [0.784, None], "sv_t": [-21.4, None],
        "stands": ["far_behind", "no_plan"],
    }  # fmt: skip
    first, second = brief(rows(projects=projects)).projects
    assert (first.spi_t, first.sv_t, first.status, first.state) == ("0.78", "−21 days", "risk", "far behind plan")
    assert (second.spi_t, second.sv_t, second.status, second.state) == ("—", "—", "none", "no plan to compare")


def test_hours_say_over_what_time_and_how_far_beyond() -> None:
    burn = {"name": ["Care", "Site"], "used": [141.0, 33.0], "included": [120.0, 60.0], "first": [day(1, 1), None], "last": [AS_OF, AS_OF],
            "share": [1.175, 0.55]}  # fmt: skip
    first, second = brief(rows(burn=burn)).burn
    said = (first.used, first.included, first.months, first.state)
    assert [plain(text) for text in said] == ["141 h", "120 h", "1 Jan–31 Mar", "21 h over"]
    assert (first.status, first.share) == ("risk", 1.175)
    assert (second.months, second.state, second.status) == ("since it began", "", None)


def test_invoices_feedback_contacts_risks_deals_and_dates_are_said_in_figures() -> None:
    found = brief(rows(
        invoices={"invoice_id": ["F-1"], "open": [18_400.5], "days_late": [63], "disputed": [True]},
        feedback={"day": [day(3, 1), day(2, 1)], "kind": ["nps", "csat"], "who": ["Nora", None], "score": [3.0, 4.5],
                  "scale_max": [10.0, None], "comment": ["Late", None]},
        contacts={"day": [day(3, 2)], "kind": ["call"], "who": ["Nora"], "summary": ["Asked"]},
        risks={"title": ["Sponsor", "Fog"], "kind": ["risk", "issue"], "owner": ["Tom", None], "probability": [3, None], "impact": [4, 5],
               "exposure": [12, None]},
        deals={"name": ["Phase 2"], "worth": [140_000.0], "probability": [0.3], "expected_close": [day(6, 1)]},
        dates={"day": [day(4, 30)], "kind": ["notice"], "name": ["Care"]},
    ))  # fmt: skip
    (invoice,) = found.invoices
    assert (invoice.number, invoice.amount, invoice.days_late, invoice.note) == ("F-1", "€18,400.50", 63, "disputed")
    assert [(one.score, one.who, one.comment) for one in found.feedback] == [("NPS 3 of 10", "Nora", "Late"), ("CSAT 4.5", "", "")]
    assert [(one.day, one.kind, one.who, one.summary) for one in found.contacts] == [(day(3, 2), "call", "Nora", "Asked")]
    assert [(plain(one.figure), one.status, one.state) for one in found.risks] == [("3 × 4 = 12", "watch", "risk"), ("—", "none", "issue")]
    assert [(one.amount, one.chance, one.closes) for one in found.opportunities] == [("€140k", "30%", day(6, 1))]
    assert [(one.day, one.what, plain(one.note)) for one in found.dates] == [(day(4, 30), "Care", "last day to give notice · in 30 days")]


def test_sections_whose_tables_hold_nothing_say_what_to_import() -> None:
    assert brief().unloaded == set(TABLES)
    every = frozenset(name for names in TABLES.values() for name in names)
    assert brief(loaded=every).unloaded == frozenset()
    assert brief(loaded=every - {"invoices"}).unloaded == {"invoices"}
    assert set(TABLES) == set(SECTIONS) - {"promises"}


@pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])
def test_every_kind_of_row_has_a_word(t: Language) -> None:
    assert set(STAND_WORDS) == set(STANDS)
    assert set(DATE_WORDS) == set(DATES)
    assert all(t(word) for word in (*STAND_WORDS.values(), *DATE_WORDS.values()))
    assert page_of(brief(t=t), t)["name"] == "Norvane"
