"""Charts of plans as values: what moved, what is late, what does not fit, in words and shapes; and where their words stand."""

from __future__ import annotations

import itertools
import json
import re
from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charts import theme
from lib.charts.chart import Chart
from lib.charts.drawing import drawn
from lib.charts.framing import bare
from lib.charts.matrices import grid_width
from lib.charts.places import days_across
from lib.charts.schedule import Words, capacity_grid, finish_distribution, gantt, s_curve, tornado
from lib.charts.timelines import HEIGHT, LINE, label_places
from lib.documents import pictures
from lib.documents.orders import chart_of, said
from lib.formats import Language
from tests.gallery import extremes, gallery
from tests.schedule_frames import curves, effects, finishes, load, tasks

EN, ES = Language("en"), Language("es")
WORDS = Words("key", "Plan", date(2026, 9, 30))
OCT = date(2026, 10, 1)


def task(name: str, finish: int, before: int | None = None, **more: Any) -> dict[str, Any]:
    """A task from 1 October to the day `finish`, before to the day `before`."""
    was = None if before is None else date(2026, 10, before)
    return {
        "name": name, "start": OCT, "finish": date(2026, 10, finish), "before_start": OCT if was else None, "before_finish": was,
        "float_days": 0.0, "float_until": None, "critical": False, "milestone": False, **more,
    }  # fmt: skip


def of(*rows: dict[str, Any], promise: date | None = None) -> Chart:
    types = {"before_start": pl.Date, "before_finish": pl.Date, "float_until": pl.Date}
    chart = gantt(pl.DataFrame(list(rows), schema_overrides=types), EN, WORDS, promise)
    assert chart is not None
    return chart


def test_a_task_is_after_the_promise_or_later_inside_it_or_not_later() -> None:
    chart = of(task("A", 20, 10), task("B", 14, 10), task("C", 10, 10), task("D", 9, 10), task("E", 12), promise=date(2026, 10, 14))
    assert dict(chart.rows.select("name", "status").iter_rows()) == {"A": "risk", "B": "watch", "C": "ok", "D": "ok", "E": "ok"}
    assert dict(chart.rows.select("name", "moved").iter_rows()) == {"A": True, "B": True, "C": False, "D": True, "E": True}
    assert chart.rows["label"][0] == "10\u00a0Oct → 20\u00a0Oct"
    assert chart.promise == date(2026, 10, 14)


def test_without_a_promise_nothing_is_late_and_without_a_before_nothing_is_said_to_have_moved() -> None:
    chart = of(task("A", 20, critical=True), task("B", 12))
    assert set(chart.rows["status"]) == {"none"}
    assert chart.title == "The plan ends on 20\u00a0Oct"
    assert chart.rows["label"].to_list() == ["20\u00a0Oct *", "12\u00a0Oct"]
    assert "Grey" not in chart.subtitle
    assert of(task("A", 20, 20)).title == "The finish stays on 20\u00a0Oct"


def test_tasks_of_one_name_are_told_apart() -> None:
    chart = of(task("A", 20), task("A", 21), task("A (2)", 22))
    assert chart.rows["name"].n_unique() == 3


def test_a_chart_of_nothing_is_none() -> None:
    assert gantt(tasks().clear(), EN, WORDS) is None
    assert s_curve(curves().clear(), EN, WORDS) is None
    assert finish_distribution(finishes().clear(), OCT, OCT, EN, WORDS) is None
    assert tornado(effects().with_columns(low=0.0, high=0.0), EN, WORDS) is None
    assert capacity_grid(load().clear(), EN, WORDS) is None


def test_a_curve_says_how_much_is_earned_of_what_was_planned() -> None:
    frame = pl.DataFrame({
        "day": [OCT, OCT + timedelta(7), OCT + timedelta(14)], "planned": [0.0, 60.0, 100.0], "earned": [0.0, 45.0, None],
        "actual": [0.0, 52.5, None],
    })  # fmt: skip
    chart = s_curve(frame, EN, Words("key", "Plan", OCT + timedelta(9)))
    assert chart is not None
    assert chart.title == "45% is earned where 60% was planned"
    labels = chart.rows.filter(pl.col("label") != "").select("part", "label").rows()
    assert labels == [
        ("planned", "Planned value 100\u00a0h"), ("earned", "Earned value 45\u00a0h"), ("actual", "Actual cost 52\u00a0h"),
    ]  # fmt: skip
    assert "forecast" not in chart.subtitle
    money = s_curve(frame, ES, WORDS, currency="EUR")
    assert money is not None
    assert money.rows["label"][2].endswith("100\u00a0€")


@given(st.lists(st.floats(0, 400), min_size=1, max_size=4), st.floats(1, 500))
@settings(max_examples=80, deadline=None)
def test_names_of_lines_keep_a_line_of_text_apart_and_stay_inside(ends: list[float], top: float) -> None:
    parts = ["planned", "earned", "actual", "forecast"][: len(ends)]
    rows = pl.DataFrame({"part": parts, "value": [min(end, top) for end in ends], "label": ["x"] * len(ends)})
    places = sorted(label_places(rows, top).values())
    gap = top * LINE / HEIGHT
    assert all(above - below >= gap * 0.999 for below, above in itertools.pairwise(places))
    assert places[0] >= 0
    assert places[-1] <= top


def test_bins_hold_all_trials_and_lines_stand_at_their_days() -> None:
    days = pl.Series([OCT] * 3 + [OCT + timedelta(2)] * 5 + [OCT + timedelta(9)] * 2)
    chart = finish_distribution(days, OCT + timedelta(2), OCT + timedelta(2), EN, WORDS, OCT + timedelta(5), 0.8, OCT)
    assert chart is not None
    bins = chart.rows.filter(pl.col("part") == "bin")
    assert bins.select("day", "value").rows() == [(OCT, 0.3), (OCT + timedelta(2), 0.5), (OCT + timedelta(9), 0.2)]
    lines = dict(chart.rows.filter(pl.col("part") != "bin").select("part", "day").iter_rows())
    assert lines == {"p50": OCT + timedelta(2), "p80": OCT + timedelta(2), "plan": OCT, "promise": OCT + timedelta(5)}
    assert chart.title == "The promised 6\u00a0Oct is 80% likely"


@given(st.integers(0, 4000), st.integers(1, 50))
@settings(max_examples=30, deadline=None)
def test_however_wide_the_trials_lie_there_are_few_bins_that_add_up(span: int, trials: int) -> None:
    days = pl.Series([OCT + timedelta(span * number // trials) for number in range(trials)])
    chart = finish_distribution(days, OCT, OCT, EN, WORDS)
    assert chart is not None
    bins = chart.rows.filter(pl.col("part") == "bin")
    assert bins.height <= 50
    assert bins["value"].sum() == pytest.approx(1)


def test_effects_stand_by_their_width_and_what_moves_nothing_is_left_out() -> None:
    frame = pl.DataFrame({"name": ["Narrow", "Wide", "None", "Unknown"], "low": [-1.0, -2.0, 0.0, None], "high": [1.0, 6.5, 0.0, 3.0]})
    chart = tornado(frame, EN, WORDS)
    assert chart is not None
    assert chart.rows["name"].to_list() == ["Wide", "Narrow"]
    assert chart.rows["label"].to_list() == ["−2.0 to +6.5\u00a0d", "−1.0 to +1.0\u00a0d"]


def test_a_cell_says_by_word_what_its_colour_says() -> None:
    monday = date(2026, 10, 5)
    weeks = [
        ("Ana", monday, 40.0, 20.0, 0.0), ("Ana", monday + timedelta(7), 40.0, 44.0, 0.0),
        ("Ana", monday + timedelta(14), 40.0, 50.0, 10.0), ("Bo", monday, 0.0, 0.0, 0.0), ("Bo", monday + timedelta(7), 0.0, 6.0, 0.0),
        ("Bo", monday + timedelta(14), 40.0, 40.0, 0.0),
    ]  # fmt: skip
    frame = pl.DataFrame(weeks, schema=["name", "week", "capacity_hours", "load_hours", "unplaced_hours"], orient="row")
    chart = capacity_grid(frame, EN, WORDS)
    assert chart is not None
    assert chart.rows.select("status", "label").rows() == [
        ("ok", "50"), ("watch", "110"), ("risk", "125"), ("none", "away"), ("watch", "6\u00a0h"), ("ok", "100"),
    ]  # fmt: skip
    assert chart.rows["verdict"].to_list() == ["10\u00a0h do not fit, 19–23\u00a0Oct", "", "", "", "", ""]
    assert chart.title == "10\u00a0h do not fit before they are due"


def test_weeks_of_two_years_are_columns_of_their_own() -> None:
    chart = capacity_grid(load(("Ana",), 60), EN, WORDS)
    assert chart is not None
    assert chart.rows["week"].n_unique() == 60


@given(st.dates(date(2020, 1, 1), date(2030, 1, 1)), st.integers(1, 6000))
@settings(max_examples=80, deadline=None)
def test_an_axis_of_days_has_a_few_ticks_within_it(first: date, span: int) -> None:
    last = first + timedelta(span)
    ticks = [date(tick["year"], tick["month"], tick["date"]) for tick in days_across(first, last).to_dict()["values"]]
    assert len(ticks) <= 10
    assert all(first <= tick <= last for tick in ticks)
    assert ticks or span < 40


@pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])
@pytest.mark.parametrize("name", ["gantt", "s_curve", "finish_distribution", "tornado", "capacity_grid"])
def test_colours_come_from_the_theme_only(name: str, t: Language) -> None:
    own = {theme.BLUE, theme.GREY, *theme.MARK.values()}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(drawn(gallery(t)[name], t).to_dict()))) <= own


@pytest.mark.parametrize("name", ["gantt", "s_curve"])
def test_an_order_to_the_worker_carries_the_promise(name: str) -> None:
    chart = gallery(EN)[name]
    assert chart.promise is not None
    again = chart_of(json.loads(json.dumps(said(chart))), chart.rows)
    assert again == chart or again.digest == chart.digest


@pytest.mark.parametrize("name", [name for name, chart in extremes(EN).items() if chart is not None])
def test_every_word_of_an_extreme_chart_stands_inside_its_plot(name: str) -> None:
    """Long names, 60 rows, one row: no label runs over the right edge, where a page would cut it."""
    chart = extremes(EN)[name]
    assert chart is not None
    width = 1200
    drawing = ElementTree.fromstring(pictures.svg(bare(chart, EN, width), chart.title, chart.alt))
    texts = _texts(drawing)
    origin = max(right for _, _, right, anchor in texts if anchor == "end") + 6  # names, or the scale, end left of the plot
    words = {word for column in ("label", "verdict") if column in chart.rows.columns for word in chart.rows[column] if word}
    shown = [(text, right) for text, _, right, anchor in texts if text in words and anchor == "start"]
    assert {text for text, _ in shown} >= {word for word in words if chart.kind != "grid"}
    for text, right in shown:
        assert right <= origin + max(width, grid_width(chart) if chart.kind == "grid" else 0) + 1, text


def _texts(drawing: Any) -> list[tuple[str, float, float, str]]:
    """(text, left, right, anchor) of each text, by the sum of the translations around it; a letter of Plex is at least 0.47 of its size."""
    found: list[tuple[str, float, float, str]] = []
    waiting = [(drawing, 0.0)]
    while waiting:
        element, across = waiting.pop()
        moved = re.match(r"translate\(([-\d.]+)", element.get("transform") or "")
        across += float(moved[1]) if moved else 0.0
        if element.tag.endswith("}text"):
            said_ = max(element.itertext(), key=len, default="")  # the longest of its lines
            size = float(re.sub("px", "", element.get("font-size") or "13"))
            width, anchor = 0.47 * size * len(said_), element.get("text-anchor") or "start"
            start = {"middle": 0.5, "end": 1.0}.get(anchor, 0.0)
            found.append((said_, across - start * width, across + (1 - start) * width, anchor))
        waiting += [(child, across) for child in element]
    return found
