"""The stories of data/sample/README.md, as account health finds them in the rows of the sample and in what was known of it before."""

from __future__ import annotations

from datetime import date
from functools import cache
from itertools import groupby

import polars as pl
import pytest

from lib.health.book import Health, evidence_of, health, weekly
from lib.health.profile import published
from lib.health.readings import Sight
from lib.portfolio import Portfolio, as_known
from lib.sample import SAMPLE_AS_OF, SAMPLE_KNOWN_ON, as_it_stood, read_sample
from tests.gallery import SAMPLE, sample_portfolio

WEEKS = 13


@cache
def known_then() -> dict[date, Portfolio]:
    """What each import knew: those that lib.ui.sample_portfolio lays, and the sample as it is."""
    tables = read_sample(SAMPLE)
    then = {day: Portfolio.of(2 + number, **as_it_stood(tables, day)) for number, day in enumerate(SAMPLE_KNOWN_ON)}
    return then | {SAMPLE_AS_OF: sample_portfolio()}


def sights(days: tuple[date, ...]) -> list[Sight]:
    found, now = [], sample_portfolio()
    for known, same in groupby(days, key=lambda day: max((then for then in known_then() if then <= day), default=None)):
        found.append(Sight(as_known(now, known_then()[known] if known else None), tuple(same), "invoiced", "EUR"))
    return found


@cache
def found() -> Health:
    return health(sights(weekly(SAMPLE_AS_OF, WEEKS)), published([]))


def row_of(account: str) -> dict[str, object]:
    return found().accounts().row(by_predicate=pl.col("account_id") == account, named=True)


def reading(account: str, metric: str) -> tuple[str, float | None, str | None]:
    rows = found().metrics().filter(pl.col("account_id") == account, pl.col("metric") == metric)
    return rows.select("state", "value", "why").row(0)


def moved(account: str, metric: str) -> float:
    """Points that the account's own data moved by this metric in 13 weeks."""
    bars = found().moves(WEEKS).filter(pl.col("account_id") == account, pl.col("metric") == metric, pl.col("kind") == "data")
    return float(bars["points"].sum())


def evidence(account: str, metric: str) -> pl.DataFrame:
    return evidence_of(sights((SAMPLE_AS_OF,))[0], account, metric)


def test_everybody_with_a_score_is_a_client_now() -> None:
    accounts = set(found().accounts()["account_id"])
    assert {"harbour", "ocana", "meridiano"} & accounts == set()  # lost, a prospect, the house itself
    assert row_of("lindes")["status"] == "paused"
    assert len(accounts) == 22


@pytest.mark.parametrize(
    ("account", "cap", "who", "on"),
    [
        ("duero", "sponsor_left", "Dra. Remedios Carvajal", date(2026, 9, 18)),
        ("thornbury", "notice_given", None, date(2026, 9, 11)),
        ("penalba", "invoice_overdue", "F2026-0128", date(2026, 6, 14)),  # due then: 16 + 31 + 31 + 30 = 108 days ago
        ("lindes", "open_issue", "Licencia de obra suspendida", date(2026, 6, 12)),
    ],
)
def test_who_is_capped_and_why(account: str, cap: str, who: str | None, on: date) -> None:
    rows = found().caps.filter(pl.col("account_id") == account, pl.col("cap") == cap)
    assert rows.select(pl.coalesce("who", "what"), "on").row(0) == (who, on)
    assert row_of(account)["capped"]
    assert row_of(account)["band"] != "green"


def test_nobody_else_is_capped() -> None:
    assert set(found().caps["account_id"]) == {"duero", "thornbury", "penalba", "lindes"}


def test_all_is_well_at_duero_but_the_sponsor_left() -> None:
    duero = row_of("duero")
    assert (duero["by_number"], duero["band"]) == ("green", "amber")
    known = found().metrics().filter(pl.col("account_id") == "duero", pl.col("state") == "known")
    assert known.filter(pl.col("score") < 50).is_empty()


def test_a_slow_payer_shows_its_late_invoices() -> None:
    rows = evidence("penalba", "receivables_overdue").filter(pl.col("days_late") > 60)
    # due 14 June, 7 July and 15 July: 108, 24 + 31 + 30 = 85 and 16 + 31 + 30 = 77 days to 30 September
    assert rows.select("invoice_id", "days_late").rows() == [("F2026-0128", 108), ("F2026-0146", 85), ("F2026-0165", 77)]
    assert rows["overdue"].all()
    every = evidence("penalba", "receivables_overdue")
    overdue, owed = every.filter(pl.col("overdue"))["open"].sum(), every["open"].sum()
    assert reading("penalba", "receivables_overdue")[1] == pytest.approx(overdue / owed)


def test_bajio_has_not_enough_data_and_what_it_lacks_is_said() -> None:
    bajio = row_of("bajio")
    assert bajio["band"] is None
    assert bajio["coverage"] < 0.4
    lacks = found().metrics().filter(pl.col("account_id") == "bajio", pl.col("state") == "missing", pl.col("weight") > 0)
    why = dict(lacks.select("metric", "why").rows())
    assert {metric: why[metric] for metric in ("satisfaction", "goals_met", "receivables_overdue", "risk_exposure")} == {
        "satisfaction": "no_answers", "goals_met": "no_goals", "receivables_overdue": "no_invoices", "risk_exposure": "no_risks",
    }  # fmt: skip


def test_ixtlan_is_soft_and_rests_on_its_tasks() -> None:
    ixtlan = row_of("ixtlan")
    assert (ixtlan["band"], ixtlan["firm"]) == ("green", False)
    assert "overdue_tasks" in ixtlan["rests_on"]
    # Without that reading it would count at 50 at most, and the score would no longer be green.
    (points, weight) = found().metrics().filter(
        pl.col("account_id") == "ixtlan", pl.col("metric") == "overdue_tasks"
    ).select("points", "weight").row(0)  # fmt: skip
    assert ixtlan["point"] - points + weight * 50 / 100 < 75 <= ixtlan["point"]
    assert evidence("ixtlan", "overdue_tasks")["over"].sum() == 0


def test_brisa_falls_because_its_retainer_is_over_serviced() -> None:
    state, value, _ = reading("brisa", "over_servicing")
    # 155 + 151.5 + 162 h on 3 · 120 h: 35 + 31.5 + 42 = 108.5 over
    assert (state, value) == ("known", pytest.approx(108.5 / 360))
    assert moved("brisa", "over_servicing") < -3
    rows = evidence("brisa", "over_servicing").filter(pl.col("contract_id") == "C-BRI-02").sort("month")
    assert rows.select("month", "included", "used", "over").rows() == [
        (date(2026, 7, 1), 120, 155, 35), (date(2026, 8, 1), 120, 151.5, 31.5), (date(2026, 9, 1), 120, 162, 42),
    ]  # fmt: skip
    assert row_of("brisa")["point"] < row_of("brisa")["before_13"] - 3


def test_brisa_has_a_notice_date_and_nobody_opened_the_renewal() -> None:
    assert reading("brisa", "notice_days")[:2] == ("known", 32)  # 30 September to 1 November
    rows = evidence("brisa", "notice_days").filter(pl.col("notice_date") == date(2026, 11, 1))
    assert rows["renewal_open"].to_list() == [False]
    assert moved("brisa", "notice_days") < 0


def test_bermeja_falls_because_of_a_beta_that_is_not_there_and_of_favours() -> None:
    assert moved("bermeja", "milestones_met") < 0
    late = evidence("bermeja", "milestones_met").filter(pl.col("over") == 0, pl.col("finished_on").is_null())
    assert late.select("task_id", "baseline_finish").rows() == [("BER-01-H3", date(2026, 9, 9))]
    assert moved("bermeja", "unapproved_scope") < 0
    favours = evidence("bermeja", "unapproved_scope").filter(pl.col("change_id").is_not_null(), pl.col("over") > 0)
    assert (favours.height, favours["over"].sum()) == (25, 149)


def test_lindes_falls_because_nobody_talks_and_one_invoice_is_not_paid() -> None:
    lindes = row_of("lindes")
    assert (lindes["band"], lindes["before_13"] > 50) == ("red", True)
    assert evidence("lindes", "contact_days").select("date", "days").row(0) == (date(2026, 7, 1), 91)
    assert moved("lindes", "contact_days") < -3
    invoice = evidence("lindes", "receivables_overdue")
    assert invoice.select("invoice_id", "days_late", "overdue").rows() == [("F2026-0137", 104, True)]
    assert reading("lindes", "receivables_overdue")[1] == 1
    assert moved("lindes", "receivables_overdue") < -3


def test_the_bars_of_every_account_add_up_to_its_change() -> None:
    sums = found().moves(WEEKS).group_by("account_id").agg(pl.col("points").sum())
    rows = found().accounts().filter(pl.col("before_13").is_not_null()).join(sums, on="account_id", how="left")
    gaps = rows.select((pl.col("point") - pl.col("before_13") - pl.col("points").fill_null(0)).abs()).to_series()
    assert rows.height > 15
    assert gaps.max() < 1e-9  # type: ignore[operator]


def test_one_contact_alone_carries_ashdown() -> None:
    met = evidence("ashdown", "contact_days").filter(pl.col("days") <= 90).explode("who")["who"].drop_nulls()
    assert met.n_unique() == 1
