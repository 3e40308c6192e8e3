"""Charts of a scope change: what they say of a finish today and with the ask, and which tasks of a long plan they show; bands in cells."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import polars as pl
import pytest

from lib.charts.cells import SIDE, WIDTH, days_svg
from lib.charts.drawing import drawn
from lib.charts.schedule import Words
from lib.charts.scope import MOST_TASKS, beside_baseline, decisive, finish_bands, plan_before_and_after
from lib.formats import Language
from lib.scope.answer import Finish
from tests.charts.test_cells import shapes
from tests.scope.answers import AFTER, AS_OF, BEFORE, PROMISE, march, tasks

EN = Language("en")
WORDS = Words("bands", "Plan imported 1 Mar", AS_OF)


def test_a_band_for_today_and_one_with_the_ask() -> None:
    chart = finish_bands(BEFORE, AFTER, EN, WORDS)
    assert chart is not None
    assert chart.title.replace("\u00a0", " ") == "The promised 20 Mar falls from 71% to 38% likely"
    assert chart.rows.select("name", "part", "p50_on", "p80_on", "value").rows() == [
        ("Today's plan", "before", march(19), march(20), 0.71), ("With the ask", "after", march(24), march(26), 0.38),
    ]  # fmt: skip
    assert chart.promise == PROMISE
    drawn(chart, EN).to_dict()


@pytest.mark.parametrize(
    ("before", "after", "title"),
    [
        (BEFORE, replace(AFTER, promise_share=0.9), "The promised 20 Mar rises from 71% to 90% likely"),
        (BEFORE, BEFORE, "The promised 20 Mar is 71% likely"),
        (BEFORE, None, "The promised 20 Mar is 71% likely"),
        (replace(BEFORE, promise_on=None, promise_share=None), replace(AFTER, promise_on=None), "P80 moves from 20 Mar to 26 Mar"),
        (replace(BEFORE, promise_on=None, promise_share=None), None, "Finished by 20 Mar with a chance of 80%"),
    ],
)
def test_the_finding_of_the_bands(before: Finish, after: Finish | None, title: str) -> None:
    chart = finish_bands(before, after, EN, WORDS)
    assert chart is not None
    assert chart.title.replace("\u00a0", " ") == title
    drawn(chart, EN).to_dict()


def test_no_band_without_a_finish() -> None:
    assert finish_bands(Finish(promise_on=PROMISE), Finish(), EN, WORDS) is None


def test_a_long_plan_shows_what_moved_what_is_new_and_what_is_critical() -> None:
    unmoved = tasks().filter(pl.col("name") == "B")
    still = pl.concat([unmoved.with_columns(pl.lit(f"still {number}").alias("name")) for number in range(MOST_TASKS)])
    plan = pl.concat([tasks(), still])
    assert decisive(plan)["name"].to_list() == ["A", "C", "G", "E", "F"]  # B and D neither moved nor are critical
    assert decisive(tasks()).height == tasks().height
    shown, whole = (plan_before_and_after(plan, EN, WORDS, PROMISE, all_of_it) for all_of_it in (False, True))
    assert shown is not None
    assert whole is not None
    assert (shown.rows.height, whole.rows.height) == (5, 7 + MOST_TASKS)


def test_without_an_ask_the_plan_stands_beside_what_was_first_agreed() -> None:
    plan = tasks().filter(pl.col("name").is_in(["A", "B"]))
    ids = dict(plan.select("name", "task_id").rows())
    agreed = pl.DataFrame({"task_id": [ids["B"]], "baseline_start": [march(2)], "baseline_finish": [march(3)]})
    beside = beside_baseline(plan, agreed)
    assert dict(beside.select("name", "before_finish").rows()) == {"A": None, "B": march(3)}
    chart = plan_before_and_after(beside, EN, WORDS, baseline=True)
    assert chart is not None
    assert chart.title.startswith("The plan ends on")
    assert chart.subtitle.startswith("Grey: as first agreed. Blue: the plan")
    assert chart.rows["moved"].all()


def across(day: date, first: date, last: date) -> float:
    return SIDE + (day - first).days / (last - first).days * (WIDTH - 2 * SIDE)


def test_a_cell_draws_line_bar_tick_and_promise_on_the_common_days() -> None:
    first, last = march(1), march(31)
    address = days_svg((march(6), march(11), march(16), march(26)), first, last, march(21))
    promise, line, bar, tick = [given for kind, given in shapes(address) if kind == "rect"]
    for one, begins, ends in ((line, march(6), march(26)), (bar, march(11), march(16))):
        assert float(one["x"]) == pytest.approx(across(begins, first, last), abs=0.11)
        assert float(one["x"]) + float(one["width"]) == pytest.approx(across(ends, first, last), abs=0.11)
    for one, day in ((promise, march(21)), (tick, march(16))):
        assert float(one["x"]) + float(one["width"]) / 2 == pytest.approx(across(day, first, last), abs=0.11)


def test_a_cell_without_days_is_empty_and_one_day_is_no_division_by_zero() -> None:
    assert [kind for kind, _ in shapes(days_svg((None, None, None, None), march(1), march(31)))] in (["svg"], [])
    assert shapes(days_svg((march(1),) * 4, march(1), march(1), march(1)))
