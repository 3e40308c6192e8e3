"""Earned value and earned schedule by period: worked by hand, against published answers, and what must hold for any project."""

from __future__ import annotations

from datetime import date
from fractions import Fraction as F
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.measures.earned_schedule import PlannedCurves
from lib.measures.earned_value import FIGURES, REASONS, VARIANTS, earned_value, figure_states

PUBLISHED = Path(__file__).resolve().parents[3] / "shared" / "data" / "reference" / "evm" / "revamp_checkin_expected.csv"

# Seven months for a plan of five with a pause in the third. BAC 120.
PAUSED = pl.DataFrame(
    [(1, 20.0, 10.0, 12.0), (2, 50.0, 30.0, 30.0), (3, 50.0, 50.0, 55.0), (4, 90.0, 50.0, 60.0), (5, 120.0, 80.0, 90.0),
     (6, 120.0, 105.0, 110.0), (7, 120.0, 120.0, 125.0)],
    schema=["period", "pv", "ev", "ac"], orient="row",
)  # fmt: skip
BY_HAND: dict[str, list[F | int]] = {
    "cpi": [F(5, 6), 1, F(10, 11), F(5, 6), F(8, 9), F(21, 22), F(24, 25)],
    "spi": [F(1, 2), F(3, 5), 1, F(5, 9), F(2, 3), F(7, 8), 1],
    "es": [F(1, 2), F(4, 3), 3, 3, F(15, 4), F(9, 2), 5],
    "at": [1, 2, 3, 4, 5, 6, 7],
    "sv_t": [F(-1, 2), F(-2, 3), 0, -1, F(-5, 4), F(-3, 2), -2],
    "spi_t": [F(1, 2), F(2, 3), 1, F(3, 4), F(3, 4), F(3, 4), F(5, 7)],
    "ieac_t": [10, F(15, 2), 5, F(20, 3), F(20, 3), F(20, 3), 7],
    "at_pd_es": [F(11, 2), F(17, 3), 5, 6, F(25, 4), F(13, 2), 7],
    "cv": [-2, 0, -5, -10, -10, -5, -5],
    "sv": [-10, -20, 0, -40, -40, -15, 0],
    "eac_cpi": [144, 120, 132, 144, 135, F(880, 7), 125],
    "eac_plan": [122, 120, 125, 130, 130, 125, 125],
    "vac_plan": [-2, 0, -5, -10, -10, -5, -5],
    "etc_cpi": [132, 90, 77, 84, 45, F(110, 7), 0],
}


def periods(rows: list[tuple[Any, ...]], *more: str) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=["period", "pv", "ev", "ac", *more], orient="row", strict=False)


def at_close(figures: pl.DataFrame, period: Any) -> dict[str, Any]:
    return figures.row(by_predicate=pl.col("period") == period, named=True)


def test_every_figure_of_a_late_project_is_what_it_is_by_hand():
    figures = earned_value(PAUSED, 120)
    for name, expected in BY_HAND.items():
        assert figures[name].to_list() == pytest.approx([float(value) for value in expected], abs=1e-12), name
    assert figures["pd"].to_list() == [5.0] * 7


def test_the_three_estimates_their_range_and_what_the_rest_must_keep_to():
    figures = at_close(earned_value(PAUSED, 120), 5)
    assert figures["eac_cpi_spi"] == pytest.approx(90 + 40 / (8 / 9 * 2 / 3))  # 157.5
    assert (figures["eac_low"], figures["eac_high"]) == pytest.approx((130, 157.5))
    assert figures["tcpi"] == pytest.approx(40 / 30)
    assert [figures[f"tcpi_{variant}"] for variant in ("cpi", "plan", "cpi_spi")] == pytest.approx([8 / 9, 1, 16 / 27])


def test_a_late_project_that_is_done_has_spi_one_and_spi_t_below():
    done = at_close(earned_value(PAUSED, 120), 7)
    assert done["spi"] == 1.0
    assert done["spi_t"] == pytest.approx(5 / 7)
    assert [done[f"eac_{variant}"] for variant in VARIANTS] == [125.0] * 4
    assert [done[f"etc_{variant}"] for variant in VARIANTS] == [0.0] * 4
    assert done["tcpi"] is None
    assert (done["why_tcpi"], REASONS["done"][0]) == ("done", "not_applicable")


def test_time_stops_where_it_is_done():
    figures = earned_value(pl.concat([PAUSED, periods([(8, None, 120.0, 126.0), (9, None, 120.0, 127.0)])], how="vertical_relaxed"), 120)
    assert figures["at"].to_list()[-3:] == [7.0, 7.0, 7.0]
    assert figures["spi_t"].to_list()[-3:] == pytest.approx([5 / 7] * 3)
    assert figures["pv"].to_list()[-2:] == [120.0, 120.0]
    assert figures["eac_plan"].to_list()[-3:] == [125.0, 126.0, 127.0]


def test_past_the_planned_end_the_plan_needs_no_more_rows():
    bare = PAUSED.with_columns(pl.when(pl.col("period") <= 5).then("pv").alias("pv"))
    zero = PAUSED.with_columns(pl.when(pl.col("period") <= 5).then("pv").otherwise(0.0).alias("pv"))
    assert earned_value(bare, 120).equals(earned_value(PAUSED, 120))
    assert earned_value(zero, 120).equals(earned_value(PAUSED, 120))


def test_periods_to_come_have_a_plan_and_no_figures():
    coming = PAUSED.with_columns(pl.when(pl.col("period") <= 2).then(name).alias(name) for name in ("ev", "ac"))
    figures = earned_value(coming, 120)
    assert at_close(figures, 2)["ieac_t"] == pytest.approx(7.5)
    assert [at_close(figures, 3)[f"why_{name}"] for name in ("cpi", "spi", "es", "eac")] == ["no_ev"] * 4


def test_before_anything_is_planned_early_work_has_neither_index():
    figures = earned_value(periods([(0, 0.0, 0.0, 0.0), (1, 0.0, 5.0, 4.0), (2, 10.0, 5.0, 4.0), (3, 20.0, 20.0, 20.0)]), 20)
    early = at_close(figures, 1)
    assert (early["spi"], early["why_spi"]) == (None, "before_start")
    assert (early["spi_t"], early["why_spi_t"]) == (None, "before_start")
    assert (early["cpi"], early["es"]) == (1.25, 1.5)
    assert (at_close(figures, 0)["spi_t"], at_close(figures, 0)["why_spi_t"]) == (None, "before_start")
    assert at_close(figures, 2)["spi_t"] == pytest.approx(1.5 / 2)


def test_while_the_plan_still_rests_so_may_the_project():
    figures = earned_value(periods([(1, 0.0, 0.0, 0.0), (2, 0.0, 0.0, 0.0), (3, 10.0, 0.0, 3.0), (4, 20.0, 5.0, 6.0)]), 20)
    assert figures["es"].to_list() == [1.0, 2.0, 2.0, 2.5]
    assert figures["spi_t"].to_list() == pytest.approx([1.0, 1.0, 2 / 3, 2.5 / 4])


def test_nothing_earned_leaves_the_forecast_open():
    begun = at_close(earned_value(periods([(1, 10.0, 0.0, 3.0), (2, 20.0, None, None)]), 20), 1)
    assert (begun["es"], begun["spi_t"], begun["spi"], begun["cpi"]) == (0.0, 0.0, 0.0, 0.0)
    assert (begun["ieac_t"], begun["why_ieac_t"]) == (None, "nothing_earned")
    assert (begun["eac_cpi"], begun["why_eac_cpi"]) == (None, "nothing_earned")
    assert begun["why_eac_cpi_spi"] == "nothing_earned"
    assert (begun["eac_plan"], begun["eac_low"], begun["eac_high"], begun["at_pd_es"]) == (23.0, 23.0, 23.0, 3.0)


def test_nothing_spent_has_no_cost_index():
    free = at_close(earned_value(periods([(1, 10.0, 5.0, 0.0), (2, 20.0, None, None)]), 20), 1)
    assert [free[f"why_{name}"] for name in ("cpi", "eac_cpi", "eac_cpi_spi", "eac_plan")] == ["nothing_spent"] * 3 + [None]


def test_a_spent_budget_has_no_index_to_keep_to_but_an_estimate_has():
    spent = at_close(earned_value(periods([(1, 10.0, 5.0, 20.0), (2, 20.0, None, None)]), 20), 1)
    assert (spent["tcpi"], spent["why_tcpi"]) == (None, "budget_spent")
    assert spent["tcpi_plan"] == 1.0
    assert REASONS["budget_spent"][0] == "not_applicable"


@pytest.mark.parametrize("bac", [0, None, -5.0, float("nan"), ""])
def test_without_a_budget_there_are_cost_and_reasons_alone(bac: Any):
    figures = earned_value(PAUSED, bac)
    assert figures["ac"].to_list() == PAUSED["ac"].to_list()
    assert {reason for name in FIGURES for reason in figures[f"why_{name}"]} == {"no_budget"}
    assert all(figures[name].null_count() == 7 for name in FIGURES)


def test_more_than_all_is_all():
    figures = earned_value(periods([(1, 10.0, -3.0, 1.0), (2, 20.0, 25.0, 18.0)]), 20)
    assert figures["ev"].to_list() == [0.0, 20.0]
    assert figures["es"].to_list() == [0.0, 2.0]
    assert at_close(figures, 2)["eac_cpi"] == 18.0


def test_sums_of_cents_do_not_undo_what_is_done():
    cents = sum([0.1] * 1000)  # 99.9999999999986
    assert cents != 100.0
    figures = earned_value(periods([(1, 50.0, 40.0, 40.0), (2, cents, cents, cents), (3, 100.0, 100.0, 100.0)]), 100.0)
    assert figures["pd"].to_list() == [2.0] * 3
    assert at_close(figures, 2)["es"] == 2.0
    assert [at_close(figures, 2)[f"why_{name}"] for name in ("tcpi", "tcpi_cpi")] == ["done"] * 2
    assert at_close(figures, 3)["at"] == 2.0


@pytest.mark.parametrize("earned", [29.999999999999996, 30.000000000000004])
def test_a_pause_is_recognised_from_either_side_of_its_last_bit(earned: float):
    figures = earned_value(periods([(1, 30.0, 10.0, 1.0), (2, 30.0, earned, 1.0), (3, 30.0, earned, 1.0), (4, 90.0, earned, 1.0)]), 90)
    assert figures["es"].to_list() == pytest.approx([1 / 3, 2, 3, 3])


def test_a_cent_is_no_rounding():
    short = at_close(earned_value(periods([(1, 500_000.0, 1.0, 1.0), (2, 1e6, 999_999.99, 1e6)]), 1e6), 2)
    assert short["es"] < 2.0
    assert short["why_tcpi"] == "budget_spent"


def test_a_plan_that_falls_is_held_and_one_too_short_says_so():
    held = earned_value(periods([(1, 10.0, 10.0, 1.0), (2, 8.0, 10.0, 1.0), (3, 20.0, 15.0, 1.0)]), 20)
    assert held["es"].to_list() == [1.0, 2.0, 2.5]
    short = earned_value(periods([(1, 5.0, 4.0, 4.0), (2, 10.0, 12.0, 9.0)]), 20)
    assert short["es"].to_list() == [0.8, None]
    assert at_close(short, 2)["why_es"] == "plan_too_short"
    assert at_close(short, 1)["why_ieac_t"] == "plan_too_short"
    told = earned_value(periods([(1, 5.0, 4.0, 4.0), (2, 10.0, 12.0, 9.0)]), 20, planned_duration=4)
    assert at_close(told, 1)["ieac_t"] == pytest.approx(4 / 0.8)


def test_what_remains_gives_the_estimate_that_leads():
    figures = earned_value(periods([(1, 10.0, 2.0, 4.0, 25.0), (2, 20.0, 4.0, 8.0, None), (3, 30.0, 3.9, 8.0, None)], "remaining"), 20)
    assert figures["eac_bottom_up"].to_list() == [29.0, None, None]
    assert figures["eac_by"].to_list() == ["bottom_up", "cpi", "plan"]  # 4 of 20 is 20 % earned, 3.9 is not
    assert figures["eac"].to_list() == pytest.approx([29, 40, 24.1])
    assert figures["tcpi_eac"].to_list() == pytest.approx([18 / 25, 0.5, 1])
    assert figures["why_eac_bottom_up"].to_list() == [None, "too_few_remaining", "too_few_remaining"]


def test_a_project_done_early_is_ahead_for_good():
    early = earned_value(periods([(1, 10.0, 15.0, 9.0), (2, 20.0, 30.0, 20.0), (3, 30.0, None, None)]), 30)
    assert early["spi_t"].to_list() == [1.5, 1.5, None]
    assert at_close(early, 2)["ieac_t"] == 2.0


@pytest.mark.parametrize(
    "names",
    [[202511, 202512, 202601, 202602, 202603, 202604, 202605], [2019, 2020, 2021, 2022, 2023, 2024, 2025],
     ["M1", "M2", "M3", "M10", "M11", "M12", "end"], [str(n) for n in range(1, 8)],
     [f" {n}.0" for n in range(1, 8)], [date(2026, month, 28) for month in range(1, 8)], [F(n) / 1 for n in range(1, 8)]],
)  # fmt: skip
def test_periods_go_by_any_name(names: list[Any]):
    if isinstance(names[0], F):
        names = [float(name) for name in names]
    figures = earned_value(PAUSED.with_columns(pl.Series("period", names)), 120)
    assert figures["spi_t"].to_list() == earned_value(PAUSED, 120)["spi_t"].to_list()
    assert figures["period"].to_list() == names


def test_a_project_may_be_told_from_a_later_period_on():
    late = earned_value(PAUSED.filter(pl.col("period") >= 5), 120)
    assert late["at"].to_list() == [5.0, 6.0, 7.0]
    assert late["spi_t"].to_list()[-1] == pytest.approx(5 / 7)


def test_rows_in_any_order_texts_and_whole_numbers_are_the_same_project():
    expected = earned_value(PAUSED, 120)
    assert earned_value(PAUSED.reverse(), 120).equals(expected)
    assert earned_value(PAUSED.cast({"pv": pl.Int64, "ev": pl.String, "ac": pl.Float32}), "120").equals(expected)  # type: ignore[arg-type]
    assert earned_value(PAUSED.with_columns(pl.lit("x").alias("note")), 120).equals(expected)


def test_dates_go_by_the_calendar_and_not_by_their_row():
    for names in (["2026-01", "2026-02", "2026-03", "2026-10"], [date(2026, month, 1) for month in (1, 2, 3, 10)]):
        rows = PAUSED.head(4).with_columns(pl.Series("period", names))
        assert earned_value(rows.reverse().lazy(), 120)["at"].to_list() == [1.0, 2.0, 3.0, 4.0]
        assert earned_value(rows.reverse(), 120)["period"].to_list() == names


def test_without_any_plan_cost_still_has_its_figures():
    bare = at_close(earned_value(PAUSED.with_columns(pl.lit(None, pl.Float64).alias("pv")), 120), 5)
    assert (bare["cpi"], bare["eac_cpi"], bare["at"]) == pytest.approx((8 / 9, 135, 5))
    assert [bare[f"why_{name}"] for name in ("spi", "es", "pd", "eac_cpi_spi")] == ["no_pv", "plan_too_short", "plan_too_short", "no_pv"]


def test_no_periods_no_figures_and_a_frame_of_the_same_columns():
    assert earned_value(PAUSED.clear(), 120).columns == earned_value(PAUSED, 120).columns == earned_value(PAUSED, None).columns


def test_what_is_no_row_of_a_period_is_refused():
    with pytest.raises(ValueError, match="ac"):
        earned_value(PAUSED.drop("ac"), 120)
    with pytest.raises(ValueError, match="period"):
        earned_value(pl.concat([PAUSED, PAUSED]), 120)


def test_the_long_form_tells_known_missing_and_not_applicable_apart():
    states = figure_states(earned_value(PAUSED, 120), "period")
    assert states.columns == ["period", "figure", "value", "state", "reason"]
    last = {row["figure"]: row for row in states.filter(pl.col("period") == 7).iter_rows(named=True)}
    assert (last["spi_t"]["state"], last["tcpi"]["state"], last["tcpi"]["reason"]) == ("known", "not_applicable", "done")
    first = {row["figure"]: row for row in states.filter(pl.col("period") == 1).iter_rows(named=True)}
    assert (first["eac_bottom_up"]["state"], first["eac_bottom_up"]["value"]) == ("missing", None)
    assert states.filter((pl.col("state") == "known") != pl.col("value").is_not_null()).height == 0


# Published


@pytest.mark.skipif(not PUBLISHED.exists(), reason="the published answers are not in this checkout")
def test_the_published_project_to_the_printed_decimals():
    # Not ours by definition: PV2, the planned value method (PD / SPI), ED, the earned duration method (SPI · AT), and the forecasts that
    # divide by SCI or SCI(t), the products of both indices.
    known = pl.read_csv(PUBLISHED)
    figures = earned_value(known.select(period="month", pv="PV", ev="EV", ac="AC"), 360.738)
    same = {"CV": "cv", "SV": "sv", "CPI": "cpi", "SPI": "spi", "ES": "es", "SPI_t": "spi_t"}
    same |= {"EACt_ES_PF1": "at_pd_es", "EACt_ES_PFSPIt": "ieac_t"}
    for theirs, ours in same.items():
        assert figures[ours].to_list() == pytest.approx(known[theirs].to_list(), abs=6e-7), theirs
    assert figures["pd"].to_list() == [9.0] * 13
    assert (figures["spi"][12], round(figures["spi_t"][12], 3)) == (1.0, 0.692)


# Any project


@st.composite
def projects(draw: st.DrawFn) -> tuple[pl.DataFrame, float]:
    """A plan and what came of it, in cents."""
    length = draw(st.integers(1, 8))
    steps = draw(st.lists(st.integers(0, 5000), min_size=length, max_size=length).filter(sum))
    budget = sum(steps)
    rows = draw(st.integers(1, 12))
    earned = sorted(draw(st.lists(st.integers(0, budget), min_size=rows, max_size=rows)))
    spent = sorted(draw(st.lists(st.integers(0, 2 * budget), min_size=rows, max_size=rows)))
    planned = [sum(steps[: index + 1]) for index in range(max(length, rows))]
    count = len(planned)
    frame = pl.DataFrame({
        "period": range(1, count + 1), "pv": [value / 100 for value in planned],
        "ev": [value / 100 for value in earned] + [None] * (count - rows), "ac": [value / 100 for value in spent] + [None] * (count - rows),
    }, schema_overrides={"ev": pl.Float64, "ac": pl.Float64})  # fmt: skip
    return frame, budget / 100


@settings(max_examples=150, deadline=None)
@given(projects())
def test_identities_hold_for_any_project(project: tuple[pl.DataFrame, float]):
    figures = earned_value(*project)
    for row in figures.iter_rows(named=True):
        for name in FIGURES:
            assert (row[name] is None) == (row[f"why_{name}"] is not None), name
        if row["ev"] is None:
            continue
        assert row["cv"] + row["ac"] == pytest.approx(row["ev"], abs=1e-6)
        assert row["sv"] + row["pv"] == pytest.approx(row["ev"], abs=1e-6)
        assert 0 <= row["es"] <= row["pd"]
        assert row["sv_t"] == pytest.approx(row["es"] - row["at"])
        for variant in VARIANTS:
            if row[f"eac_{variant}"] is not None:
                assert row[f"etc_{variant}"] == pytest.approx(row[f"eac_{variant}"] - row["ac"], abs=1e-6)
                assert row[f"vac_{variant}"] == pytest.approx(row["bac"] - row[f"eac_{variant}"], abs=1e-6)
                assert row["eac_low"] - 1e-9 <= row[f"eac_{variant}"] <= row["eac_high"] + 1e-9
        if row["eac_cpi"] is not None and row["cpi"] and row["ev"] < row["bac"]:
            assert row["eac_cpi"] == pytest.approx(row["bac"] / row["cpi"])
            assert row["tcpi_cpi"] == pytest.approx(row["cpi"])
        if row["ieac_t"] is not None:
            assert row["ieac_t"] == pytest.approx(row["pd"] / row["spi_t"])


@settings(max_examples=60, deadline=None)
@given(projects(), st.integers(1, 9))
def test_a_project_done_late_has_spi_one_and_spi_t_below_for_any_plan(project: tuple[pl.DataFrame, float], late: int):
    frame, budget = project
    plan = frame.select("period", "pv").with_columns(pl.col("pv").clip(upper_bound=budget))
    planned = int(plan.filter(pl.col("pv") >= budget)["period"].min() or 0)  # type: ignore[call-overload]
    end = planned + late
    pv = [*plan["pv"].to_list()[: planned - 1], *[budget] * (end - planned + 1)]
    rows = [(n, pv[n - 1], budget if n == end else budget * n / (end + 1), 1.0) for n in range(1, end + 1)]
    last = at_close(earned_value(periods(rows), budget), end)
    assert last["spi"] == pytest.approx(1.0)
    assert last["spi_t"] == pytest.approx(planned / end)
    assert last["spi_t"] < 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=8).filter(sum), st.data())
def test_earned_schedule_undoes_the_plan_and_never_falls(steps: list[int], data: st.DataObject):
    values = [float(sum(steps[: index + 1])) for index in range(len(steps))]
    curve = PlannedCurves.of(range(1, len(steps) + 1), values, values[-1])
    earned = sorted(data.draw(st.lists(st.floats(0, values[-1]), min_size=2, max_size=6)))
    schedule = curve.earned_schedule(np.zeros(len(earned), np.int64), earned, 3.0)
    assert np.interp(schedule, range(len(steps) + 1), [0.0, *values]) == pytest.approx(earned, abs=1e-6)
    assert all(first <= second + 1e-6 for first, second in pairwise(schedule))
    assert schedule.min() >= 0
    assert schedule.max() <= curve.durations[0]
