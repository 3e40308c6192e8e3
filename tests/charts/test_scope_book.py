"""Charts of scope over time: what became of a margin, and how scope grew."""

from __future__ import annotations

from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.charts.drawing import drawn
from lib.charts.schedule import Words, s_curve
from lib.charts.scope_book import growth_text, margin_ledger, scope_growth
from lib.formats import Language
from lib.scope.growth_sums import growth_sums

EN, ES = Language("en"), Language("es")
WORDS = Words("scope.ledger", "Change requests", date(2026, 10, 2))
STEPS = {"step": pl.String, "order_number": pl.String, "title": pl.String, "amount": pl.Float64, "low": pl.Float64, "high": pl.Float64}


def steps(*rows: tuple[str, str | None, float], low: float | None = None, high: float | None = None) -> pl.DataFrame:
    ends = [(low, high) if step == "today" else (None, None) for step, _, _ in rows]
    said = [
        (step, number, "A longer form" if number else step, amount, *end) for (step, number, amount), end in zip(rows, ends, strict=True)
    ]
    return pl.DataFrame(said, STEPS, orient="row")


def test_the_bars_of_a_ledger_hang_on_one_another_and_add_up() -> None:
    sold = steps(("sold", None, 6000), ("change_order", "CO-1", 800), ("absorbed", None, -450), ("absorbed", None, -150),
                 ("drift", None, -2200), ("today", None, 4000), low=3500, high=4200)  # fmt: skip
    chart = margin_ledger(sold, EN, WORDS, "EUR")
    assert chart is not None
    assert chart.rows.select("name", "part", "low", "high").rows() == [
        ("Sold", "before", 0, 6000), ("CO-1", "more", 6000, 6800), ("Absorbed creep", "less", 6200, 6800),
        ("Estimate drift", "less", 4000, 6200), ("Today", "now", 0, 4000),
    ]  # fmt: skip
    assert chart.title == "Of €6,000 of margin sold, €4,000 is left"
    assert chart.rows["label"].to_list() == [
        "€6,000", "A longer form · +€800", "2 requests · −€600", "the rest · −€2,200", "€4,000 · €3,500 to €4,200",
    ]  # fmt: skip
    assert drawn(chart, EN).to_dict()


def test_a_ledger_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match="lead to"):
        margin_ledger(steps(("sold", None, 6000), ("drift", None, -1000), ("today", None, 4000)), EN, WORDS, "EUR")


def test_many_change_orders_are_one_bar_from_the_seventh_on() -> None:
    orders = [("change_order", f"CO-{number}", 100.0) for number in range(8)]
    chart = margin_ledger(steps(("sold", None, 0), *orders, ("drift", None, 0), ("today", None, 800)), EN, WORDS, "EUR")
    assert chart is not None
    assert chart.rows["name"].to_list()[1:8] == [*(f"CO-{number}" for number in range(6)), "Other change orders"]
    assert chart.rows["value"].to_list()[7] == 200
    assert margin_ledger(steps().clear(), EN, WORDS, "EUR") is None


def grown(project: str, growth: str, hours: float, month: int = 9, budget: float | None = 100.0) -> dict[str, Any]:
    return {
        "project_id": project, "project": project.upper(), "account_id": "a", "account": "Alba", "month": date(2026, month, 1),
        "growth": growth, "hours": hours, "requests": int(hours != 0), "without_hours": 0, "budget_hours": budget,
    }  # fmt: skip


GROWTH = pl.DataFrame([
    grown("p", "approved", 10), grown("p", "absorbed", 30), grown("p", "asked", 0), grown("q", "approved", 20, 8),
    grown("r", "absorbed", 4, 8, None), grown("s", "asked", 0),
])  # fmt: skip


def test_growth_is_summed_by_project_with_its_share_of_the_budget() -> None:
    sums = growth_sums(GROWTH, "project")
    assert sums.select("name", "approved", "asked", "absorbed", "hours", "share").rows() == [
        ("P", 10, 0, 30, 40, 0.4), ("Q", 20, 0, 0, 20, 0.2), ("R", 0, 0, 4, 4, None),
    ]  # fmt: skip
    [account] = growth_sums(GROWTH, "account").select("name", "hours", "budget_hours", "share").rows()
    # 64 h in all; of p, q and s, which have budgets of 300 h, 60 h.
    assert account == ("Alba", 64, 300, pytest.approx(60 / 300))
    months = growth_sums(GROWTH, "month").select("month", "hours").rows()
    assert months == [(date(2026, 8, 1), 24), (date(2026, 9, 1), 40)]


def test_growth_says_how_much_is_absorbed() -> None:
    chart = scope_growth(growth_sums(GROWTH, "project"), "project", EN, WORDS)
    assert chart is not None
    assert chart.title.replace("\u00a0", " ") == "34 h of 64 h of new scope are absorbed"
    assert chart.rows["strong"].to_list() == [True, False, True]
    first = growth_sums(GROWTH, "project").row(0, named=True)
    assert growth_text(first, EN).replace("\u00a0", " ") == "40 h, 40%: 10 approved, 30 absorbed"
    assert drawn(chart, ES).to_dict()
    assert scope_growth(growth_sums(GROWTH.clear(), "project"), "project", EN, WORDS) is None


def test_changes_stand_on_the_planned_line() -> None:
    curves = pl.DataFrame({
        "day": [date(2026, 9, 1), date(2026, 9, 2), date(2026, 9, 3)], "planned": [10.0, 20.0, 40.0], "earned": [5.0, 9.0, 12.0],
        "actual": [6.0, 12.0, 18.0],
    })  # fmt: skip
    changes = pl.DataFrame({"name": ["CO-1", "CO-0"], "day": [date(2026, 9, 2), date(2026, 8, 1)]})
    chart = s_curve(curves, EN, Words("c", "Plan", date(2026, 9, 3)), "", "EUR", changes=changes)
    assert chart is not None
    marks = chart.rows.filter(pl.col("part") == "change").select("name", "day", "value").rows()
    assert marks == [("CO-1", date(2026, 9, 2), 20)]  # before the plan begins there is no line to stand on
    assert "diamond: a change was decided" in chart.subtitle
    assert "diamond" in str(drawn(chart, EN).to_dict())
