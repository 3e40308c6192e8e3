"""Every figure of earned value from PV, EV, AC and BAC, each with its reason where there is none. Knows numbers only: no tables, no clock.

Formulas: definitions § Earned value (ISO 21508, PMI) and § Earned schedule (Lipke 2003). A figure is a Float64 column that is null where it
can't be computed, and beside it `why_<figure>`, null where it can: a key of `REASONS`, which says whether the figure is missing (something
is not known, or there is nothing to divide by) or not applicable.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from lib.columns import N_
from lib.measures.earned_schedule import EQUAL_WITHIN, PlannedCurves
from lib.measures.figure import TOO_FEW_RATED, State

VARIANTS: dict[str, str] = {
    "cpi": N_("BAC / CPI"),
    "plan": N_("AC + (BAC − EV)"),
    "cpi_spi": N_("AC + (BAC − EV) / (CPI · SPI)"),
    "bottom_up": N_("AC + hours remaining at their rates"),
}
"""How the cost at completion can be estimated: `eac_<variant>`, and likewise `etc_`, `vac_` and `tcpi_` to that EAC."""

FIGURES: tuple[str, ...] = (
    "cv", "sv", "cpi", "spi", "eac", "etc", "vac", "tcpi", "tcpi_eac", "eac_low", "eac_high",
    *(f"{figure}_{variant}" for figure in ("eac", "etc", "vac", "tcpi") for variant in VARIANTS),
    "es", "at", "pd", "sv_t", "spi_t", "ieac_t", "at_pd_es",
)  # fmt: skip

REASONS: dict[str, tuple[State, str]] = {
    "no_budget": ("missing", N_("There is no budget.")),
    "no_pv": ("missing", N_("Nothing says what was planned by then.")),
    "no_ev": ("missing", N_("Nothing says how much was done by then.")),
    "no_ac": ("missing", N_("Nothing says what was spent by then.")),
    "no_dates": ("missing", N_("There are no dates of a plan.")),
    "no_milestones": ("missing", N_("There are no milestones to weigh.")),
    "no_exchange_rate": ("missing", N_("An exchange rate is missing.")),
    "too_few_rated": ("missing", TOO_FEW_RATED),
    "too_few_remaining": ("missing", N_("Less than 80 % of the open hours say what remains.")),
    "nothing_spent": ("missing", N_("Nothing has been spent yet.")),
    "nothing_planned": ("missing", N_("Nothing was planned yet.")),
    "nothing_earned": ("missing", N_("Nothing is earned yet.")),
    "before_start": ("missing", N_("The planned start has not come.")),
    "plan_too_short": ("missing", N_("The plan ends before all of the budget is planned.")),
    "budget_spent": ("not_applicable", N_("The budget is spent.")),
    "done": ("not_applicable", N_("All of it is done.")),
    "level_of_effort": ("not_applicable", N_("It is paid by effort, without a plan to be measured against.")),
    "on_hold": ("not_applicable", N_("The project is on hold.")),
    "cancelled": ("not_applicable", N_("The project was cancelled.")),
}
"""Why a figure has no value -> its state and a sentence."""

CPI_FROM_EARNED = 0.2
"""The share of the budget that must be earned before BAC / CPI is the estimate that leads."""

_NO_COUNT = 1000  # numbers from here on name periods (years, months as 202603) and don't count them


def earned_value(periods: pl.DataFrame | pl.LazyFrame, bac: float | None, planned_duration: float | None = None) -> pl.DataFrame:
    """Every figure at the close of each period of one project.

    `periods`: one row a period, any order: `period`, and cumulative `pv`, `ev`, `ac` (null or NaN where unknown, as EV and AC in periods
    to come), all in the unit of `bac`. Optional `remaining`: cost of the work that remains, for the bottom-up EAC.
    A numeric period is its time, with time 0 at the planned start; dates (also as ISO text), numbers from 1000 on (years, 202603) and other
    words are periods 1, 2, 3 …, other words in the order of the rows. `planned_duration` stands in where pv ends before the
    budget is planned.

    Returns, by time: period, pv (BAC from PD on), ev (held within 0…BAC), ac, bac, `FIGURES`, and `why_<figure>` for each of them:
    money cv, sv, eac_*, etc_*, vac_*; ratios cpi, spi, spi_t, tcpi (to BAC), tcpi_* (to that EAC); periods es, at, pd, sv_t, ieac_t
    (PD / SPI(t)) and at_pd_es (AT + PD − ES). eac_low and eac_high are the range of the computable EACs, which is no confidence interval;
    eac, etc, vac and tcpi_eac are those of the variant in `eac_by`: bottom_up where it can be had, else cpi from 20 % earned, else plan.
    AT stops at the first period of EV = BAC. What is earned while nothing is planned yet is before the start: no SPI, no SPI(t). Amounts
    within 1e-9 of BAC of each other are equal. No budget: bac 0, negative or null.
    ValueError for a missing column, a period that is null or there twice.
    """
    rows = _in_time(periods.lazy().collect())
    budget = _number(bac)
    rows = rows.with_columns(pl.lit(budget, pl.Float64).alias("bac"))
    if budget is None or budget <= 0:
        unknown = [pl.lit(None, pl.Float64).alias(name) for name in ("at", "es", "pd")]
        return with_figures(rows.with_columns(*unknown)).drop("time", "remaining")
    curve = PlannedCurves.of(rows["time"].to_numpy(), rows["pv"].fill_null(float("nan")).to_numpy(), budget)
    reached = _number(curve.durations[0])
    duration = reached if reached is not None else _number(planned_duration)
    near = budget * EQUAL_WITHIN
    rows = rows.with_columns(pl.col("ev").clip(0.0, budget))
    if reached is not None:
        planned = pl.when(pl.col("time") >= reached - 1e-12).then(pl.lit(budget)).otherwise(pl.col("pv").clip(upper_bound=budget))
        rows = rows.with_columns(planned.alias("pv"))
    done = pl.col("ev").forward_fill() >= budget - near
    began = pl.when(done & ~done.shift(1, fill_value=False)).then("time").forward_fill()
    rows = rows.with_columns(pl.when(done).then(pl.min_horizontal("time", began)).otherwise("time").alias("at"))
    one = np.zeros(rows.height, np.int64)
    earned = curve.earned_schedule(one, rows["ev"].fill_null(float("nan")).to_numpy(), rows["at"].to_numpy())
    schedule = pl.Series("es", earned, pl.Float64).fill_nan(None)
    rows = rows.with_columns(schedule, pl.lit(duration, pl.Float64).alias("pd"))
    rows = rows.with_columns(pl.when(pl.col("ev") >= budget - near).then("pd").otherwise("es").alias("es"))
    return with_figures(rows).drop("time", "remaining")


def figure_states(figures: pl.DataFrame, *ids: str) -> pl.DataFrame:
    """`figures` in long form: the columns `ids`, figure, value, state (known, missing, not_applicable) and reason (a key of `REASONS`)."""
    states = {reason: state for reason, (state, _) in REASONS.items()}
    names = [name for name in FIGURES if name in figures.columns]
    parts = [
        figures.select(*ids, pl.lit(name).alias("figure"), pl.col(name).alias("value"), pl.col(f"why_{name}").alias("reason"))
        for name in names
    ]
    state = pl.col("reason").replace_strict(states, default="known", return_dtype=pl.String)
    return pl.concat(parts).with_columns(state.alias("state")).select(*ids, "figure", "value", "state", "reason")


def with_figures(rows: pl.DataFrame, columns: Sequence[str] | None = None) -> pl.DataFrame:
    """`rows` with every figure, `eac_by`, and why a figure is absent; or `columns` of these, for which no more than they need is made.

    `rows`: bac, pv, ev, ac, at, es, pd, remaining (cost of the work that remains), Float64 or null. Optional reasons that overrule:
    `withheld` for all figures, `time_withheld` for those of time, `lacks_pv`, `lacks_ev`, `lacks_ac` for what a null means.
    """
    optional = ("withheld", "time_withheld", "lacks_pv", "lacks_ev", "lacks_ac")
    given = rows.lazy().with_columns(pl.lit(None, pl.String).alias(name) for name in optional if name not in rows.columns)
    kept = [name for name in rows.columns if name not in (*FIGURES, *optional)]
    coded = [pl.col(name).cast(_REASON).to_physical() for name in optional]
    conditions = {name: holds.fill_null(False) for name, holds in _conditions().items()}
    given = given.with_columns(*coded).with_columns(**conditions).with_columns(**_reasons()).with_columns(**_same_reasons())
    for step in (_ratios(), *_estimates(), _leading()):
        given = given.with_columns(**step)
    told = (pl.col(f"why_{name}").cat.to(_REASON).cast(pl.String) for name in FIGURES)
    whole = given.select(*kept, *FIGURES, "eac_by", *told)
    return (whole if columns is None else whole.select(columns)).collect()


_REASON = pl.Enum(list(REASONS))
"""Reasons are found by their numbers, which takes a third of the time that their names take."""
_Reason: TypeAlias = tuple[str, str | pl.Expr]  # a condition, and why there is no figure where it holds
_BAC, _PV, _EV, _AC = (pl.col(name) for name in ("bac", "pv", "ev", "ac"))
_AT, _ES, _PD = pl.col("at"), pl.col("es"), pl.col("pd")
_NEAR = _BAC * EQUAL_WITHIN
_DONE = _EV >= _BAC - _NEAR


def _conditions() -> dict[str, pl.Expr]:
    """What may keep a figure from being known."""
    return {
        "_withheld": pl.col("withheld").is_not_null(), "_held": pl.col("time_withheld").is_not_null(),
        "_no_budget": _BAC.is_null() | (_BAC <= 0),
        "_no_pv": _PV.is_null(), "_no_ev": _EV.is_null(), "_no_ac": _AC.is_null(),
        "_nothing_spent": _AC <= _NEAR, "_nothing_planned": _PV <= _NEAR, "_nothing_earned": _EV <= _NEAR,
        "_early": (_PV <= _NEAR) & (_EV > _NEAR), "_done": _DONE, "_spent": _AC >= _BAC - _NEAR,
        "_nothing_left": pl.col("remaining") <= _NEAR,
        "_no_cost_open": ~_DONE & (_AC <= _NEAR), "_no_value_open": ~_DONE & (_EV <= _NEAR), "_no_pv_open": ~_DONE & _PV.is_null(),
        "_early_open": ~_DONE & (_PV <= _NEAR) & (_EV > _NEAR), "_no_plan_open": ~_DONE & (_PV <= _NEAR),
        "_no_etc_open": ~_DONE & pl.col("remaining").is_null(),
        "_no_time": _AT.is_null(), "_no_schedule": _ES.is_null(), "_no_duration": _PD.is_null(),
        "_unstarted": _AT <= 0, "_no_schedule_yet": _ES <= 0,
    }  # fmt: skip


def _number_of(reason: str) -> pl.Expr:
    return pl.lit(list(REASONS).index(reason), pl.UInt8)


def _first(*reasons: _Reason) -> pl.Expr:
    """The first reason whose condition holds; null where none does."""
    found = pl.lit(None, pl.UInt8)
    for condition, why in reversed(reasons):
        found = pl.when(condition).then(_number_of(why) if isinstance(why, str) else why).otherwise(found)
    return found


def _reasons() -> dict[str, pl.Expr]:
    """`why_` of figures, by number; that of a figure comes before its value."""
    base = (("_withheld", pl.col("withheld")), ("_no_budget", "no_budget"))
    no_pv = ("_no_pv", pl.coalesce("lacks_pv", _number_of("no_pv")))
    no_ev = ("_no_ev", pl.coalesce("lacks_ev", _number_of("no_ev")))
    no_ac = ("_no_ac", pl.coalesce("lacks_ac", _number_of("no_ac")))
    early, nothing_planned = ("_early", "before_start"), ("_nothing_planned", "nothing_planned")
    open_pv = ("_no_pv_open", no_pv[1])
    open_cost, open_value = ("_no_cost_open", "nothing_spent"), ("_no_value_open", "nothing_earned")
    no_schedule = pl.when(pl.col("_no_pv") & pl.col("lacks_pv").is_not_null()).then("lacks_pv").otherwise(_number_of("plan_too_short"))
    no_time, no_duration = ("_no_time", "no_dates"), ("_no_duration", "plan_too_short")
    unstarted = ("_unstarted", "before_start")
    held = ("_held", pl.col("time_withheld"))
    timed: tuple[_Reason, ...] = (*base, held, no_ev, no_time, ("_no_schedule", no_schedule))
    why = {
        "cv": _first(*base, no_ev, no_ac),
        "sv": _first(*base, no_ev, no_pv),
        "cpi": _first(*base, no_ev, no_ac, ("_nothing_spent", "nothing_spent")),
        "spi": _first(*base, no_ev, no_pv, early, nothing_planned),
        "tcpi": _first(*base, no_ev, no_ac, ("_done", "done"), ("_spent", "budget_spent")),
        "eac_cpi": _first(*base, no_ev, no_ac, open_cost, open_value),
        "eac_cpi_spi": _first(
            *base, no_ev, no_ac, open_cost, open_value, open_pv, ("_early_open", "before_start"), ("_no_plan_open", "nothing_planned")
        ),
        "eac_bottom_up": _first(*base, no_ev, no_ac, ("_no_etc_open", "too_few_remaining")),
        "at": _first(*base, held, no_time),
        "pd": _first(*base, held, no_time, no_duration),
        "es": _first(*timed),
        "sv_t": _first(*timed, unstarted),
        "spi_t": _first(*timed, unstarted, early),
        "ieac_t": _first(*timed, no_duration, unstarted, early, ("_no_schedule_yet", "nothing_earned")),
        "at_pd_es": _first(*timed, no_duration, unstarted),
    }
    return {f"why_{name}": reason for name, reason in why.items()}


def _same_reasons() -> dict[str, pl.Expr]:
    """`why_` of the figures that follow from those of `_reasons`: an estimate's rest, variance and index fail where it does."""
    eac = {variant: pl.col(f"why_eac_{variant}") for variant in VARIANTS} | {"plan": pl.col("why_cv")}
    same = {f"{figure}_{variant}": reason for variant, reason in eac.items() for figure in ("eac", "etc", "vac")}
    unless_done = pl.when("_done").then(_number_of("done"))
    tcpi = {variant: pl.coalesce(reason, unless_done) for variant, reason in eac.items()}
    tcpi["bottom_up"] = pl.coalesce(tcpi["bottom_up"], pl.when("_nothing_left").then(_number_of("budget_spent")))
    same |= {f"tcpi_{variant}": reason for variant, reason in tcpi.items()}
    same |= dict.fromkeys(("eac", "etc", "vac", "eac_low", "eac_high"), eac["plan"])  # it is there whenever another is
    same["tcpi_eac"] = pl.when(eac["bottom_up"].is_null()).then(tcpi["bottom_up"]).otherwise(tcpi["plan"])
    return {f"why_{name}": reason for name, reason in same.items()}


def _known(name: str, value: pl.Expr) -> pl.Expr:
    return pl.when(pl.col(f"why_{name}").is_null()).then(value).otherwise(None)


def _ratios() -> dict[str, pl.Expr]:
    values = {
        "cv": _EV - _AC, "sv": _EV - _PV, "cpi": _EV / _AC, "spi": _EV / _PV, "tcpi": (_BAC - _EV) / (_BAC - _AC),
        "es": _ES, "at": _AT, "pd": _PD, "sv_t": _ES - _AT, "spi_t": _ES / _AT, "ieac_t": _PD * _AT / _ES, "at_pd_es": _AT + _PD - _ES,
    }  # fmt: skip
    return {name: _known(name, value) for name, value in values.items()}


def _estimates() -> tuple[dict[str, pl.Expr], ...]:
    """EAC by each variant, then what follows from it."""
    left = {
        "cpi": (_BAC - _EV) * _AC / _EV, "plan": _BAC - _EV,
        "cpi_spi": (_BAC - _EV) * _AC / _EV * _PV / _EV, "bottom_up": pl.col("remaining"),
    }  # fmt: skip
    etc = {f"etc_{variant}": _known(f"etc_{variant}", pl.when(_DONE).then(0.0).otherwise(value)) for variant, value in left.items()}
    eac = {f"eac_{variant}": _AC + pl.col(f"etc_{variant}") for variant in VARIANTS}
    rest = {f"vac_{variant}": _BAC - pl.col(f"eac_{variant}") for variant in VARIANTS}
    rest |= {f"tcpi_{variant}": _known(f"tcpi_{variant}", (_BAC - _EV) / pl.col(f"etc_{variant}")) for variant in VARIANTS}
    return etc, eac, rest


def _leading() -> dict[str, pl.Expr]:
    """The range of the estimates and the one that leads."""
    estimates = [pl.col(f"eac_{variant}") for variant in VARIANTS]
    by_cpi = pl.col("eac_cpi").is_not_null() & (_EV >= CPI_FROM_EARNED * _BAC - _NEAR)
    leads = {"bottom_up": pl.col("eac_bottom_up").is_not_null(), "cpi": by_cpi, "plan": pl.col("eac_plan").is_not_null()}
    values = {
        name: pl.coalesce(pl.when(holds).then(f"{column}_{variant}") for variant, holds in leads.items())
        for name, column in {"eac": "eac", "etc": "etc", "vac": "vac", "tcpi_eac": "tcpi"}.items()
    }
    by = pl.coalesce(*(pl.when(holds).then(pl.lit(variant)) for variant, holds in leads.items()))
    return values | {"eac_low": pl.min_horizontal(estimates), "eac_high": pl.max_horizontal(estimates), "eac_by": by}


def _in_time(periods: pl.DataFrame) -> pl.DataFrame:
    """`periods` in order of time, with `time`, and amounts as Float64 or null."""
    absent = [name for name in ("period", "pv", "ev", "ac") if name not in periods.columns]
    if absent:
        raise ValueError(f"periods lack the columns {', '.join(absent)}")
    if periods["period"].null_count() or periods["period"].is_duplicated().any():
        raise ValueError("every period needs a row of its own and a name")
    remaining = pl.col("remaining") if "remaining" in periods.columns else pl.lit(None)
    rows = periods.select("period", "pv", "ev", "ac", remaining.alias("remaining"))
    amounts = [_amount(name, rows.schema[name]) for name in ("pv", "ev", "ac", "remaining")]
    return rows.with_columns(*amounts, _times(rows["period"])).sort("time")


def _amount(name: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(name).str.strip_chars() if dtype == pl.String else pl.col(name)
    amount = cell.cast(pl.Float64, strict=False)
    return pl.when(amount.is_finite()).then(amount).otherwise(None).alias(name)


def _times(periods: pl.Series) -> pl.Series:
    """The time that each period closes at."""
    words = periods.cast(pl.String).str.strip_chars()
    numbers = words.cast(pl.Float64, strict=False)
    if periods.dtype.is_temporal() or words.str.contains(r"^\d{4}-\d\d").all():
        return words.rank("ordinal").cast(pl.Float64).alias("time")
    if numbers.null_count():
        return pl.int_range(1, len(periods) + 1, eager=True).cast(pl.Float64).alias("time")
    return (numbers.rank("ordinal") if (numbers >= _NO_COUNT).all() else numbers).cast(pl.Float64).alias("time")


def _number(value: Any) -> float | None:
    """A finite number, else None."""
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if np.isfinite(number) else None
