"""Charts of scores as values: they add up, say by word and shape what they say by colour, and hold long names, gaps and many accounts."""

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
from lib.charts.framing import bare, framed
from lib.charts.health import KINDS, LANES, band_of, history, points_lost, score_band, waterfall
from lib.charts.health_book import ACCOUNTS_SHOWN, distribution, heat, what_if
from lib.charts.places import text_width
from lib.charts.schedule import Words
from lib.documents import pictures
from lib.documents.chart_files import chart_file
from lib.documents.orders import KINDS as FILES
from lib.documents.slide_scores import ROWS_SHOWN
from lib.formats import MINUS, Language
from tests.documents.opened import behind, formulas, native_chart, slide_of
from tests.documents.payloads import LIVE
from tests.documents.test_chart_texts import assert_opens
from tests.gallery import health_extremes, of_health
from tests.health_frames import AS_OF, BEFORE, STEPS, cells, lost, markers, moves, weeks

EN, ES = Language("en"), Language("es")
WORDS = Words("key", "Profile 3", AS_OF)
SCORES = sorted(of_health(EN))


def step(component: str, points: float, kind: str = "data", reason: str | None = None) -> tuple[str, str, float, str | None]:
    return component, kind, points, reason


def fell(before: float, after: float, *rows: tuple[str, str, float, str | None], t: Language = EN) -> Chart:
    return waterfall(pl.DataFrame(list(rows), STEPS, orient="row"), before, after, BEFORE, t, WORDS)


def test_a_waterfall_says_what_took_the_most_and_from_where_to_where() -> None:
    # 56 − 7.2 − 4.8 − 4.4 + 2.4 = 42
    late = step("Payment", -4.8, reason="74 days late")
    chart = fell(56, 42, step("Satisfaction", 2.4), late, step("Relationship", -7.2), step("Budget", -4.4))
    assert chart.title == "Relationship and Payment take 12.0 points; the score goes from 56.0 to 42.0"
    names = ["3\u00a0Jul\u00a02026", "Relationship", "Payment", "Budget", "Satisfaction", "2\u00a0Oct\u00a02026"]
    assert chart.rows["name"].to_list() == names
    assert chart.rows["label"].to_list() == ["56.0", f"{MINUS}7.2", f"{MINUS}4.8", f"{MINUS}4.4", "+2.4", "42.0"]
    assert chart.rows["status"].to_list() == ["none", "risk", "risk", "risk", "ok", "none"]
    assert chart.rows.select("low", "high").row(2) == (pytest.approx(44), pytest.approx(48.8))
    assert "Payment −4.8 74 days late" in chart.alt
    assert fell(42, 56, step("Payment", 14)).title == "Payment gives 14.0 points; the score goes from 42.0 to 56.0"
    assert fell(50, 50).title == "The score stays at 50.0"
    assert fell(50, 50, step("A", 5), step("B", -5)).title == "The score stays at 50.0; what took and gave points evens out"


def test_each_kind_of_bar_is_said_in_words_and_only_moved_data_is_filled() -> None:
    chart = fell(60, 55, *(step("Delivery", -1, kind, "why") for kind in reversed(KINDS)))
    bars = chart.rows.filter(~pl.col("total"))
    assert bars["name"].to_list() == ["Delivery", "Delivery · data", "Delivery · book", "Delivery · rules", "Delivery · applies"]
    assert bars["reason"].to_list() == [
        "why", "Data appeared or disappeared: why", "The book moved: why", "Rules changed: why", "What applies changed: why",
    ]  # fmt: skip
    assert bars["strong"].to_list() == [True, False, False, False, False]
    whole = fell(60, 55, step("", -5, "rules"))
    assert whole.rows["name"][1] == "Rules changed"
    assert whole.title == "Rules changed: the score goes from 60.0 to 55.0"


def test_a_waterfall_that_does_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match=r"lead from 56 to 46\.0, not to 42"):
        fell(56, 42, step("Delivery", -10))


def test_changes_too_small_to_see_are_one_bar_and_still_add_up() -> None:
    chart = fell(50, 40.07, step("A", -10), step("B", 0.03), step("C", 0.04))
    assert chart.rows["name"][2] == "Smaller changes"
    assert chart.rows["reason"][2] == "2 changes"
    assert chart.rows["value"][2] == pytest.approx(0.07)


@given(
    st.floats(0, 100), st.lists(st.tuples(st.sampled_from("ABCDEF"), st.sampled_from(list(KINDS)), st.floats(-30, 30)), max_size=30)
)  # fmt: skip
@settings(max_examples=60, deadline=None)
def test_bars_lead_from_the_score_before_to_the_one_after_without_a_gap(before: float, rows: list[tuple[str, str, float]]) -> None:
    after = before + sum(points for *_, points in rows)
    chart = waterfall(pl.DataFrame([(*row, None) for row in rows], STEPS, orient="row"), before, after, BEFORE, EN, WORDS)
    level = before
    for low, high, value, total in chart.rows.select("low", "high", "value", "total").iter_rows():
        if not total:
            assert low == pytest.approx(min(level, level + value), abs=1e-9)
            assert high == pytest.approx(max(level, level + value), abs=1e-9)
            level += value
    assert level == pytest.approx(after, abs=1e-9)
    assert chart.rows["name"].n_unique() == chart.rows.height


def test_no_bar_leaves_the_scale_below_where_another_order_prevents_it() -> None:
    # 5 − 20 + 40 = 25: with the loss first the bar would run from 5 to −15.
    chart = fell(5, 25, step("A", -20), step("A", 40, "rules"))
    assert min(chart.rows["low"]) >= 0
    falling = fell(30, 5, step("A", -50), step("B", 25))  # the gain first: 30, 55, 5
    assert falling.rows["name"].to_list()[1:3] == ["B", "A"]


def test_a_band_says_its_word_and_its_range() -> None:
    chart = score_band(38, 42, 49, "risk", EN, WORDS, 56, BEFORE)
    assert chart is not None
    assert chart.title == "Score 42.0, between 38.0 and 49.0: at risk"
    assert "hollow: 56.0 on 3\u00a0Jul" in chart.subtitle
    parts = {row["part"]: row for row in chart.rows.filter(pl.col("part") != "zone").iter_rows(named=True)}
    assert (parts["score"]["low"], parts["score"]["value"], parts["score"]["high"], parts["score"]["status"]) == (38, 42, 49, "risk")
    assert (parts["before"]["value"], parts["before"]["status"]) == (56, "watch")
    zones = chart.rows.filter(pl.col("part") == "zone").select("low", "high", "label").rows()
    assert zones == [(0, 50, "At risk"), (50, 75, "Watch"), (75, 100, "On track")]
    capped = score_band(80, 80, 80, "watch", ES, WORDS)
    assert capped is not None
    assert capped.rows["status"][-1] == "watch"
    unknown = score_band(22, 50, 83, "none", EN, WORDS)
    assert unknown is not None
    assert unknown.title == "Not enough data: the score lies between 22.0 and 83.0"
    assert score_band(None, None, None, "none", EN, WORDS) is None


def test_a_score_belongs_to_the_band_that_begins_with_it() -> None:
    assert [band_of(score) for score in (49.999, 50, 74.999, 75, None, float("nan"))] == ["risk", "watch", "watch", "ok", "none", "none"]


def test_weeks_without_a_score_stay_a_gap_whether_given_or_left_out() -> None:
    days = [AS_OF - timedelta(7 * number) for number in (4, 3, 2, 1, 0)]
    rows = pl.DataFrame({"day": days, "point": [60.0, 61, None, 62, 63], "low": [50.0, 50, None, 50, 50], "high": [70.0, 70, None, 70, 70]})
    for given_rows in (rows, rows.drop_nulls(), rows.with_columns(pl.col("point").fill_null(float("nan")))):
        chart = history(given_rows, markers(), EN, WORDS)
        assert chart is not None
        scores = chart.rows.filter(pl.col("part") == "score")
        assert scores["value"].to_list() == [60, 61, None, 62, 63]
        assert scores["day"].to_list() == days
    assert chart is not None
    assert chart.title == "The score goes from 60.0 to 63.0 since 4\u00a0Sep"
    assert "gaps: no score" in chart.subtitle
    layers = [layer for layer in drawn(chart, EN).to_dict()["layer"] if layer["mark"]["type"] in ("line", "area")]
    assert {layer["mark"]["invalid"] for layer in layers} == {"break-paths-show-path-domains"}
    assert not [one for layer in layers for one in layer["transform"] if "value" in str(one.get("filter"))]  # a filtered gap is bridged


def test_a_change_of_profile_is_marked_with_its_day_and_name() -> None:
    chart = history(weeks(), markers(30), EN, WORDS)
    assert chart is not None
    (mark,) = chart.rows.filter(pl.col("part") == "marker").iter_rows(named=True)
    assert (mark["day"], mark["label"]) == (AS_OF - timedelta(30), "2\u00a0Sep Profile 2")
    assert "2\u00a0Sep Profile 2" in chart.alt
    assert history(weeks(13), markers(400), EN, WORDS).rows.filter(pl.col("part") == "marker").is_empty()  # type: ignore[union-attr]


@given(st.lists(st.integers(0, 720), max_size=14))
@settings(max_examples=60, deadline=None)
def test_words_of_marks_stand_on_no_other_words_and_no_upright_runs_through_them(days: list[int]) -> None:
    chart = history(weeks(), markers(*days), EN, WORDS)
    assert chart is not None
    first, last = AS_OF - timedelta(7 * 103), AS_OF
    marks = chart.rows.filter(pl.col("part") == "marker", pl.col("label") != "")
    assert days == [] or marks.height
    boxes = []
    for day, label, lane, left in marks.select("day", "label", "lane", "left").iter_rows():
        at, wide = 430 * (day - first).days / (last - first).days, text_width([label])
        boxes.append((at, at - wide if left else at, at if left else at + wide, lane))
        assert 0 <= lane < LANES
    for (at, start, end, lane), (other_at, other_start, other_end, other) in itertools.combinations(boxes, 2):
        if lane == other:
            assert end <= other_start or other_end <= start
        low, high = sorted(((lane, at, start, end), (other, other_at, other_start, other_end)))
        assert not low[2] < high[1] < low[3]  # the upright of the higher would run through the lower words


def test_a_cell_of_the_heat_grid_says_by_shape_and_word_what_its_tint_says() -> None:
    rows = [
        ("a", "A", "Delivery", 49.9, "known"), ("a", "A", "Payment", None, "missing"),
        ("b", "A", "Delivery", 75.0, "known"), ("b", "A", "Payment", None, "not_applicable"),
        ("c", "C", "Delivery", 60.0, "known"), ("c", "C", "Payment", 30.0, "known"),
    ]  # fmt: skip
    frame = pl.DataFrame(rows, schema=["account_id", "name", "component", "score", "state"], orient="row")
    chart = heat(frame, EN, WORDS)
    assert chart is not None
    assert chart.rows["name"].to_list() == ["A", "A", "A (2)", "A (2)", "C", "C"]
    assert chart.rows["label"].to_list() == ["49", "—", "75", "·", "60", "30"]
    assert chart.rows["status"].to_list() == ["risk", "none", "ok", "none", "watch", "risk"]
    assert chart.rows["reason"].to_list() == ["", "No data", "", "Not applicable", "", ""]
    assert chart.title == "Delivery is below 50 in one account"
    assert "— no data; · not applicable" in chart.subtitle
    assert heat(frame.clear(), EN, WORDS) is None


def test_no_cell_writes_a_figure_of_the_band_above_its_own() -> None:
    scores = [49.2, 49.6, 50.0, 74.4, 74.99, 75.0, 89.6]
    frame = pl.DataFrame({"account_id": [str(score) for score in scores], "name": "A", "component": "D", "score": scores, "state": "known"})
    chart = heat(frame, EN, WORDS)
    assert chart is not None
    assert chart.rows["label"].to_list() == ["49", "49", "50", "74", "74", "75", "90"]


def test_a_thousand_accounts_show_the_first_and_say_so() -> None:
    chart = health_extremes(EN)["heat-1000"]
    assert chart is not None
    assert chart.rows["name"].n_unique() == ACCOUNTS_SHOWN
    assert chart.subtitle.endswith("the first 60 of 1,000 accounts")
    moved = health_extremes(EN)["what_if-1000"]
    assert moved is not None
    assert moved.rows.height == 20
    assert "the 20 that change most, of 1,000" in moved.subtitle


def test_bands_are_shares_of_accounts_and_of_revenue_that_add_up() -> None:
    rows = [("Q2", "risk", 1, 100.0), ("Q2", "ok", 3, 300.0), ("Q3", "risk", 2, 750.0), ("Q3", "ok", 6, 250.0)]
    frame = pl.DataFrame(rows, schema=["moment", "status", "accounts", "revenue"], orient="row")
    chart = distribution(frame, EN, WORDS, "Too green")
    assert chart is not None
    assert chart.title == "25% of accounts, with 75% of revenue, are at risk"
    assert "Too green" in chart.subtitle
    assert chart.rows["name"].unique(maintain_order=True).to_list() == ["Q2 · accounts", "Q2 · revenue", "Q3 · accounts", "Q3 · revenue"]
    assert chart.rows.filter(pl.col("name") == "Q3 · revenue").select("status", "low", "high", "amount").rows() == [
        ("risk", 0.0, 0.75, 750.0), ("watch", 0.75, 0.75, 0.0), ("ok", 0.75, 1.0, 250.0), ("none", 1.0, 1.0, 0.0),
    ]  # fmt: skip
    bare_counts = distribution(frame.with_columns(revenue=pl.lit(None, pl.Float64)), EN, WORDS)
    assert bare_counts is not None
    assert bare_counts.title == "25% of accounts are at risk"
    assert bare_counts.rows["name"].n_unique() == 2
    assert distribution(frame.clear(), EN, WORDS) is None


def test_points_lost_stand_by_their_size_with_what_is_at_stake() -> None:
    chart = points_lost(lost(EN), EN, WORDS)
    assert chart is not None
    # 6.67 + 5.62 + 4.57 + 3.52 + 2.47 + 1.42 = 24.27
    assert chart.title == "Delivery costs the most: 6.7 of 24.3 points lost"
    assert chart.rows["value"].to_list() == sorted(chart.rows["value"], reverse=True)
    assert "1 metric loses nothing" in chart.subtitle
    assert chart.rows.filter(~pl.col("strong"))["name"].to_list() == ["Commercial and renewal"]
    assert points_lost(lost(EN).with_columns(points=0.0), EN, WORDS) is None


def test_accounts_that_change_band_come_first() -> None:
    rows = [
        ("A", 60.0, 70.0, "watch", "watch"), ("B", 51.0, 49.0, "watch", "risk"), ("C", 80.0, 80.0, "ok", "ok"),
        ("D", None, 3.0, "none", "risk"),
    ]  # fmt: skip
    chart = what_if(pl.DataFrame(rows, moves().schema, orient="row"), EN, WORDS)
    assert chart is not None
    assert chart.title == "One account changes band"
    assert chart.rows["name"].to_list() == ["B", "A", "C"]
    assert chart.rows["label"][0] == "51.0 → 49.0"
    assert what_if(moves().clear(), EN, WORDS) is None


@pytest.mark.parametrize("name", SCORES)
def test_colours_come_from_the_theme_only(name: str) -> None:
    own = {theme.BLUE, theme.GREY, *theme.MARK.values()}
    chart = of_health(EN)[name]
    assert chart is not None
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(drawn(chart, EN).to_dict()))) <= own


EXTREMES = {name: chart for name, chart in {**of_health(EN), **health_extremes(EN)}.items() if chart is not None}


@pytest.mark.parametrize("name", EXTREMES)
def test_every_word_of_a_chart_of_scores_stands_inside_its_picture(name: str) -> None:
    """Long names and reasons, one row, very many: no text leaves the picture at either side, and none is smaller than 11 pixels."""
    drawing = ElementTree.fromstring(pictures.svg(framed(EXTREMES[name], EN), "", ""))
    wide = float(drawing.get("width"))
    for text, left, right, size in _texts(drawing):
        assert left >= -1, text
        assert right <= wide + 1, text
        assert size >= 11, text
    inner = ElementTree.fromstring(pictures.svg(bare(EXTREMES[name], EN), "", ""))
    assert {size for *_, size in _texts(inner)} == {theme.TEXT_SIZE}
    shown = "".join(text for text, *_ in _texts(inner))
    assert [label for label in EXTREMES[name].rows["label"] if label and label not in shown] == []


def _texts(drawing: Any) -> list[tuple[str, float, float, float]]:
    """(text, left, right, size) of each line of text, by the sum of the translations around it; a letter of Plex is at least 0.47 of it."""
    found: list[tuple[str, float, float, float]] = []
    waiting = [(drawing, 0.0)]
    while waiting:
        element, across = waiting.pop()
        moved = re.match(r"translate\(([-\d.]+)", element.get("transform") or "")
        across += float(moved[1]) if moved else 0.0
        if element.tag.endswith("}text"):
            size = float((element.get("font-size") or "13").removesuffix("px"))
            start = {"middle": 0.5, "end": 1.0}.get(element.get("text-anchor") or "", 0.0)
            for line in [element.text, *(part.text for part in element)]:
                if line and line.strip():
                    width = 0.47 * size * len(line)
                    found.append((line, across - start * width, across + (1 - start) * width, size))
        waiting += [(child, across) for child in element]
    return found


def test_a_reason_breaks_into_lines_before_it_is_cut() -> None:
    chart = health_extremes(EN)["waterfall-long"]
    assert chart is not None
    lines = [text for text, *_ in _texts(ElementTree.fromstring(pictures.svg(bare(chart, EN), "", "")))]
    reason = chart.rows.filter(pl.col("name") == "Relationship")["reason"][0]
    own = [line for line in lines if line.rstrip("…") in reason and len(line) > 20]
    assert len(own) == 3
    assert reason.startswith(" ".join(own).rstrip("…"))


def test_a_waterfall_on_a_slide_adds_up_even_where_it_shows_the_first_bars_only() -> None:
    chart = health_extremes(EN)["waterfall-30"]
    assert chart is not None
    file = chart_file(chart, EN, "pptx")
    foot, score, takes, gives = (list(series.values) for series in native_chart(file).chart.plots[0].series)
    assert len(score) == ROWS_SHOWN + 2
    assert (score[0], score[-1]) == (chart.rows["value"][0], chart.rows["value"][-1])
    moved = sum(value or 0 for value in gives) - sum(value or 0 for value in takes)
    assert score[0] + moved == pytest.approx(score[-1])
    assert foot[1] == pytest.approx(chart.rows["low"][1])
    notes = slide_of(file).notes_slide.notes_text_frame.text
    assert all(reason in notes for reason in chart.rows["reason"])
    assert formulas(file) == []


def test_a_distribution_on_a_slide_is_native_with_its_shares() -> None:
    chart = of_health(EN)["distribution"]
    assert chart is not None
    file = chart_file(chart, EN, "pptx")
    (plot,) = native_chart(file).chart.plots
    assert plot.overlap == 100
    for series, status in zip(plot.series, theme.WORD, strict=True):
        assert list(series.values) == chart.rows.filter(pl.col("status") == status)["value"].to_list()
        assert f"#{series.format.fill.fore_color.rgb}" == theme.MARK[status]
    heading, *_ = behind(file)
    assert heading == ("Moment and measure", "At risk", "Watch", "On track", "Not enough data")


def test_a_history_on_a_slide_keeps_its_gaps_and_names_its_marks() -> None:
    chart = of_health(EN)["history"]
    assert chart is not None
    native = native_chart(chart_file(chart, EN, "pptx")).chart
    scores = chart.rows.filter(pl.col("part") == "score")
    assert list(native.plots[0].series[0].values) == scores["value"].to_list()
    assert native._chartSpace.chart.find("{*}dispBlanksAs").get("val") == "gap"
    texts = "".join(native._chartSpace.itertext())
    assert all(name in texts for name in chart.rows.filter(pl.col("part") == "marker")["name"])


def test_a_heat_grid_on_a_slide_is_a_table_with_shapes() -> None:
    chart = of_health(ES)["heat"]
    assert chart is not None
    (table,) = (shape.table for shape in slide_of(chart_file(chart, ES, "pptx")).shapes if shape.has_table)
    rows = [[cell.text_frame.text for cell in row.cells] for row in table.rows]
    shown = {(row[0], head): cell for row in rows[1:] for head, cell in zip(rows[0][1:], row[1:], strict=True)}
    for row in chart.rows.iter_rows(named=True):
        name = row["name"] if len(row["name"]) <= 30 else row["name"][:29].rstrip() + "…"
        assert shown[name, row["component"]] == {"risk": "■ ", "watch": "▲ "}.get(row["status"], "") + row["label"]


NAMES = (*LIVE[:8], "a\x00b", "\x1b[31m", "\ufffe", "", "\U0001f9d1\u200d\U0001f680" * 40, "a" * 3000, "]]>", "currentColor", "漢字" * 100)


@pytest.mark.parametrize("kind", FILES)
def test_no_name_does_harm_in_any_chart_of_scores(kind: str) -> None:
    words = Words("key", "=1+1", AS_OF, "<script>")
    told = pl.DataFrame([step(name, -1.0, reason=name) for name in NAMES], STEPS, orient="row")
    measured = pl.DataFrame({"name": NAMES, "points": 1.0, "most": 2.0, "reading": NAMES, "state": "known"})
    named = pl.DataFrame({"day": [AS_OF - timedelta(number * 40) for number in range(len(NAMES))], "name": NAMES})
    quarters = pl.DataFrame({"moment": NAMES, "status": "risk", "accounts": 1, "revenue": 1.0})
    for chart in (
        waterfall(told, 90, 90 - len(NAMES), BEFORE, EN, words), points_lost(measured, EN, words), history(weeks(), named, EN, words),
        heat(cells(EN, NAMES), EN, words), what_if(moves(NAMES), EN, words), distribution(quarters, EN, words, NAMES[-1]),
    ):  # fmt: skip
        assert chart is not None
        assert_opens(kind, chart_file(chart, EN, kind))


def test_the_bars_of_a_waterfall_add_up_to_the_shown_change_the_largest_taking_the_rounding() -> None:
    """Shown 81.5 and 78.5, −3.0 apart; the bars round to −5.4 + 1.9 + 0.5 + 0.0 = −3.0 with the exact −2.931085 between."""
    steps = pl.DataFrame({
        "component": ["Satisfaction", "Delivery", "", ""], "kind": ["appeared", "data", "book", "rules"],
        "points": [-5.4, 1.928571, 0.5, 0.040344], "reason": [None] * 4,
    }, schema={"component": pl.String, "kind": pl.String, "points": pl.Float64, "reason": pl.String})  # fmt: skip
    t = Language("en")
    chart = waterfall(steps, 81.458736, 78.527651, date(2026, 7, 3), t, Words("moved", "", date(2026, 10, 2)))
    labels = [label.replace(MINUS, "-") for label in chart.rows.filter(~pl.col("total"))["label"]]
    assert sum(float(label) for label in labels) == pytest.approx(-3.0)
    assert "-5.4" in labels
