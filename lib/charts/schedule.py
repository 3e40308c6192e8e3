"""Charts of plans, forecasts and workloads, as values made of the engine's frames. They state what the frames say and compute no date."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.charts.chart import Chart, Unit
from lib.columns import N_
from lib.formats import NBSP, Language

BINS, BIN_DAYS = 46, (1, 7, 14, 28, 56, 91)  # no other: spans of some days hold now more, now fewer working days
EFFECTS_SHOWN = 12
TOLERANCE = 0.005  # a hundredth of an hour is no overload
PARTS = {
    "planned": N_("Planned value"), "earned": N_("Earned value"), "actual": N_("Actual cost"), "forecast": N_("Forecast"),
    "p50": "P50", "p80": "P80", "promise": N_("Promise"), "plan": N_("Plan without chance"),
}  # fmt: skip


@dataclass(frozen=True)
class Words:
    """What stands around a chart and comes from its page: a key for files, where the data is from, as of when, what it is filtered to."""

    key: str
    source: str
    as_of: date
    population: str = ""

    def under(self, subtitle: str) -> str:
        return f"{subtitle} · {self.population}" if self.population else subtitle


def gantt(tasks: pl.DataFrame, t: Language, words: Words, promise: date | None = None, baseline: bool = False) -> Chart | None:
    """Tasks as they were and as they are planned now; None where there are none. `baseline`: before is as first agreed.

    tasks: name, start, finish (last day of work), before_start, before_finish (null for a new task, or without comparison), float_days
    (working days of total float, or null), float_until (the last day it may end without moving the finish, or null), critical,
    milestone. promise: the day by which all is promised.
    """
    if tasks.is_empty():
        return None
    near = words.as_of
    compared = tasks["before_finish"].null_count() < tasks.height
    moved = (pl.col("before_start").ne_missing(pl.col("start")) | pl.col("before_finish").ne_missing(pl.col("finish"))) & pl.lit(compared)
    over = pl.lit(promise, pl.Date)
    status = (
        pl.when(over.is_not_null() & (pl.col("finish") > over)).then(pl.lit("risk"))
        .when(pl.lit(not compared) & over.is_null()).then(pl.lit("none"))
        .when(pl.col("finish") > pl.col("before_finish")).then(pl.lit("watch" if promise else "none"))
        .otherwise(pl.lit("ok"))
    )  # fmt: skip
    rows = tasks.select(
        told_apart(tasks["name"]), "start", "finish", "before_start", "before_finish", "float_until",
        pl.col("float_days").cast(pl.Float64).alias("value"), "milestone", (moved | pl.lit(baseline or not compared)).alias("moved"),
        pl.col("critical").alias("strong"), status.alias("status"),
    )  # fmt: skip
    labels = [_task_label(row, t, near) for row in rows.iter_rows(named=True)]
    rows = rows.with_columns(pl.Series("label", labels, pl.String))
    finish, before = rows["finish"].max(), rows["before_finish"].max()
    assert isinstance(finish, date)
    title = t("The plan ends on {day}", day=t.day(finish, near))
    if isinstance(before, date) and before != finish and not baseline:
        title = t("The finish moves from {before} to {after}", before=t.day(before, near), after=t.day(finish, near))
    elif isinstance(before, date) and not baseline:
        title = t("The finish stays on {day}", day=t.day(finish, near))
    said = [t("Blue: the plan")]
    if compared:
        said = [t("Grey: as first agreed"), *said] if baseline else [t("Grey: before"), t("Blue: after; pale where nothing moved")]
    said += [t("Thin line: float")] if rows["float_until"].null_count() < rows.height else []
    said += [t("Outlined and *: critical chain")] if rows["strong"].any() else []
    if promise:
        said += [t("Dashed: promised {day}", day=t.day(promise, near)), t("Square: after it; triangle: later, but inside it")]
    subtitle = words.under(". ".join(said))
    headings = {
        "name": t("Task"), "start": t("Start"), "finish": t("Finish"), "before_start": t("Start before"),
        "before_finish": t("Finish before"), "float_until": t("May end by"), "value": t("Float in working days"),
        "milestone": t("Milestone"), "moved": t("Moved or new"), "strong": t("On the critical chain"), "status": t("Status"),
        "label": t("Dates"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
    return Chart(words.key, "gantt", rows, title, subtitle, words.source, alt, words.as_of, headings, unit="days", promise=promise)


def _task_label(row: dict[str, object], t: Language, near: date) -> str:
    """18 Dec → 24 Dec *: before and after, and whether it is on the critical chain."""
    finish, before = row["finish"], row["before_finish"]
    assert isinstance(finish, date)
    dates = t.day(finish, near)
    if isinstance(before, date) and before != finish:
        dates = f"{t.day(before, near)} → {dates}"
    return f"{dates} *" if row["strong"] else dates


def s_curve(
    curves: pl.DataFrame, t: Language, words: Words, unit: Unit = "hours", currency: str = "", promise: date | None = None,
    changes: pl.DataFrame | None = None,
) -> Chart | None:  # fmt: skip
    """Planned, earned and actual value as they grow, and the forecast in its band; None without a planned value.

    curves: day, planned, earned, actual (cumulative; null where not known), and for a forecast: forecast, low, high. changes: day and name
    of what moved the budget, marked on the planned line where the line knows the day.
    """
    present = [name for name in ("planned", "earned", "actual", "forecast") if name in curves.columns and curves[name].count()]
    if "planned" not in present:
        return None
    pieces = []
    for part in present:
        own = curves.filter(pl.col(part).is_not_null()).sort("day")
        band = part == "forecast" and {"low", "high"} <= set(curves.columns)
        limits = [pl.col(name).cast(pl.Float64) if band else pl.lit(None, pl.Float64).alias(name) for name in ("low", "high")]
        last = own[part][-1]
        label = f"{t(PARTS[part])} {_amount(last, t, unit, currency)}"
        pieces.append(
            own.select(
                pl.lit(t(PARTS[part])).alias("name"), pl.lit(part).alias("part"), "day", pl.col(part).cast(pl.Float64).alias("value"),
                *limits, pl.Series("label", [""] * (own.height - 1) + [label], pl.String),
            )
        )  # fmt: skip
    marks = _marks(curves, changes)
    rows = pl.concat([*pieces, marks])
    budget = float(curves["planned"].drop_nulls().to_list()[-1] or 0)
    now = curves.filter(pl.col("day") <= words.as_of).sort("day").tail(1)
    planned, earned = (now[name][0] if now.height and name in now.columns else None for name in ("planned", "earned"))
    if budget > 0 and planned is not None and earned is not None:
        title = t("{earned} is earned where {planned} was planned", earned=t.share(earned / budget), planned=t.share(planned / budget))
    else:
        title = t("{amount} is planned by {day}", amount=_amount(budget, t, unit, currency), day=t.day(curves["day"].max(), words.as_of))  # type: ignore[arg-type]
    measured = t("Hours, cumulative") if unit == "hours" else t("Money in {currency}, cumulative", currency=currency)
    said = [measured, t("the thin upright line is {day}", day=t.day(words.as_of, words.as_of))]
    said += [t("dashed line and band: forecast")] if "forecast" in present else []
    said += [t("dashed upright: promised {day}", day=t.day(promise, words.as_of))] if promise else []
    said += [t("diamond: a change was decided")] if marks.height else []
    headings = {
        "name": t("Line"), "part": t("Key"), "day": t("Day"), "value": t("Value"), "low": t("Low"), "high": t("High"),
        "label": t("At its end"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(label for label in rows["label"] if label)
    return Chart(
        words.key, "curve", rows, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, currency,
        "" if currency else unit, promise,
    )  # fmt: skip


def _marks(curves: pl.DataFrame, changes: pl.DataFrame | None) -> pl.DataFrame:
    """Rows of part "change": a point on the planned line on the last of its days not after each change."""
    schema = pl.Schema({
        "name": pl.String, "part": pl.String, "day": pl.Date, "value": pl.Float64, "low": pl.Float64, "high": pl.Float64,
        "label": pl.String,
    })  # fmt: skip
    if changes is None or changes.is_empty():
        return pl.DataFrame(schema=schema)
    planned = curves.filter(pl.col("planned").is_not_null()).select("day", pl.col("planned").alias("value")).sort("day")
    found = changes.select("name", "day").sort("day").join_asof(planned, on="day").drop_nulls("value")
    none = pl.lit(None, pl.Float64)
    return found.select("name", pl.lit("change").alias("part"), "day", "value", none.alias("low"), none.alias("high"),
                        pl.lit("").alias("label")).cast(schema)  # fmt: skip


def finish_distribution(
    finishes: pl.Series, p50: date, p80: date, t: Language, words: Words, promise: date | None = None, chance: float | None = None,
    plan: date | None = None,
) -> Chart | None:  # fmt: skip
    """How the days of finish spread over the trials, with P50, P80, the promise with its chance (0-1) and the plan without chance.

    finishes: one day a trial. None without any.
    """
    days = finishes.drop_nulls().cast(pl.Date)
    if days.is_empty():
        return None
    near, first, last = words.as_of, days.min(), days.max()
    assert isinstance(first, date)
    assert isinstance(last, date)
    wide = next((size for size in BIN_DAYS if (last - first).days / size < BINS), BIN_DAYS[-1])
    start = first if wide % 7 else first - timedelta(first.weekday())
    counts = (
        pl.DataFrame({"finish": days})
        .select(((pl.col("finish") - pl.lit(start)).dt.total_days() // wide).alias("bin"))
        .group_by("bin").len().sort("bin")
    )  # fmt: skip
    bins = [
        {"name": _span(start + timedelta(bin_ * wide), wide, t, near), "part": "bin", "day": start + timedelta(bin_ * wide),
         "until": start + timedelta((bin_ + 1) * wide), "value": count / days.len(), "label": ""}
        for bin_, count in counts.iter_rows()
    ]  # fmt: skip
    marks: list[tuple[str, date, float | None, str]] = [
        ("p50", p50, 0.5, t("P50 {day}", day=t.day(p50, near))),
        ("p80", p80, 0.8, t("P80 {day}", day=t.day(p80, near))),
    ]
    if plan is not None:
        marks.append(("plan", plan, None, t("Plan without chance {day}", day=t.day(plan, near))))
    if promise is not None:
        said = t("Promised {day}", day=t.day(promise, near))
        marks.append(("promise", promise, chance, said if chance is None else f"{said}, {t.share(chance)}"))
    lines = [
        {"name": t(PARTS[part]), "part": part, "day": day, "until": None, "value": share, "label": label}
        for part, day, share, label in marks
    ]
    types = {"name": pl.String, "part": pl.String, "day": pl.Date, "until": pl.Date, "value": pl.Float64, "label": pl.String}
    rows = pl.DataFrame([*bins, *lines], schema=types, orient="row")
    title = t("Finished by {day} with a chance of 80%", day=t.day(p80, near))
    if promise is not None and chance is not None:
        title = t("The promised {day} is {share} likely", day=t.day(promise, near), share=t.share(chance))
    spans = {1: t("Share of trials that finish on a day"), 7: t("Share of trials that finish in a week")}
    subtitle = spans.get(wide, t("Share of trials that finish in {n} days", n=t.number(wide)))
    subtitle = words.under(f"{subtitle}; " + t.plural("{n} trial", "{n} trials", days.len()))
    headings = {
        "name": t("Span or mark"), "part": t("Key"), "day": t("From"), "until": t("To before"), "value": t("Share or chance"),
        "label": t("Mark"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(label for *_, label in marks)
    return Chart(
        words.key, "distribution", rows, title, subtitle, words.source, alt, words.as_of, headings, unit="share", promise=promise
    )


def _span(first: date, wide: int, t: Language, near: date) -> str:
    return t.day(first, near) if wide == 1 else t.span(first, first + timedelta(wide - 1), near)


def tornado(effects: pl.DataFrame, t: Language, words: Words) -> Chart | None:
    """What moves the finish most; None where nothing does.

    effects: name, low, high: working days by which P80 of the finish is earlier (negative) or later where this is at its least and at its
    most, as `lib.schedule.tornado` finds them.
    """
    swing = (pl.col("high") - pl.col("low")).abs()
    shown = effects.drop_nulls(["low", "high"]).with_columns(swing.alias("value")).filter(pl.col("value") > 0)
    shown = shown.sort("value", descending=True, maintain_order=True).head(EFFECTS_SHOWN)
    if shown.is_empty():
        return None
    ends = pl.concat_list(pl.col("low").cast(pl.Float64), pl.col("high").cast(pl.Float64))
    rows = shown.select(
        told_apart(shown["name"]), ends.list.min().alias("low"), ends.list.max().alias("high"), pl.col("value").cast(pl.Float64)
    )
    small = (rows["value"] < 4).any()
    pairs = [(t.number(low, int(small), sign=True), t.number(high, int(small), sign=True)) for low, high in rows["low", "high"].iter_rows()]
    labels = [t("{low} to {high} d", low=low, high=high).replace(" d", f"{NBSP}d") for low, high in pairs]
    rows = rows.with_columns(pl.Series("label", labels, pl.String))
    title = t("{name} moves the finish most: {days}", name=rows["name"][0], days=rows["label"][0])
    subtitle = words.under(t("Working days by which P80 moves where each takes least and where it takes most; grey: earlier, blue: later"))
    headings = {
        "name": t("What varies"), "low": t("Earliest, days"), "high": t("Latest, days"), "value": t("Days between"), "label": t("Range"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
    return Chart(words.key, "tornado", rows, title, subtitle, words.source, alt, words.as_of, headings, unit="days")


def capacity_grid(load: pl.DataFrame, t: Language, words: Words) -> Chart | None:
    """People and weeks: how full each is, who is over, what does not fit; None without people.

    load: name, week (its Monday), capacity_hours, load_hours, unplaced_hours (hours of that week that fit nowhere before they are due).
    People stand in the order of their first row.
    """
    if load.is_empty():
        return None
    near, capacity, hours = words.as_of, pl.col("capacity_hours"), pl.col("load_hours")
    status = (
        pl.when(pl.col("unplaced_hours") > TOLERANCE).then(pl.lit("risk"))
        .when(hours > capacity + TOLERANCE).then(pl.lit("watch"))
        .when(capacity <= TOLERANCE).then(pl.lit("none"))
        .otherwise(pl.lit("ok"))
    )  # fmt: skip
    order = load["name"].unique(maintain_order=True)
    rows = load.select(
        "name", pl.col("week").alias("day"), pl.when(capacity > TOLERANCE).then(hours / capacity).alias("value"), status.alias("status"),
        "load_hours", "capacity_hours", "unplaced_hours",
    )  # fmt: skip
    labels = [_cell(value, hours_, t) for value, hours_ in rows.select("value", "load_hours").iter_rows()]
    verdicts = {str(name): _verdict(rows.filter(pl.col("name") == name), t, near) for name in order}
    firsts = rows.select(pl.col("name").is_first_distinct()).to_series()
    said = [verdicts[str(name)] if first else "" for name, first in zip(rows["name"], firsts, strict=True)]
    rows = rows.select(
        "name", pl.Series("week", _weeks(rows["day"], t), pl.String), "day", "value", "status",
        pl.Series("label", labels, pl.String), pl.Series("verdict", said, pl.String),
    )  # fmt: skip
    unplaced = float(load["unplaced_hours"].sum() or 0)
    over = rows.filter(pl.col("status").is_in(["risk", "watch"]))["name"].n_unique()
    if unplaced > TOLERANCE:
        title = t("{hours} do not fit before they are due", hours=t.hours(unplaced))
    elif over:
        title = t.plural("One person is over capacity in some week", "{n} people are over capacity in some week", over)
    else:
        title = t("Nobody is over capacity")
    subtitle = words.under(
        t("Load in % of each week's capacity. Square: does not fit before it is due; triangle: over 100%; stronger: fuller")
    )
    headings = {
        "name": t("Person"), "week": t("Week"), "day": t("Monday"), "value": t("Load as share of capacity"), "status": t("Status"),
        "label": t("As shown"), "verdict": t("In words"),
    }  # fmt: skip
    telling = [f"{name}: {verdict}" for name, verdict in verdicts.items() if verdict]
    alt = f"{title}. " + "; ".join(telling)
    return Chart(words.key, "grid", rows, title, subtitle, words.source, alt, words.as_of, headings, unit="share")


def _weeks(days: pl.Series, t: Language) -> list[str]:
    """The days as they stand above a column: without their year, as long as no two are then alike."""
    plain = [t.day(day, day) for day in days]
    return plain if len(set(plain)) == days.n_unique() else [t.day(day) for day in days]


def _cell(share: float | None, hours: float, t: Language) -> str:
    if share is not None:
        return t.number(100 * share)
    return t.hours(hours) if hours > TOLERANCE else t("away")


def _verdict(own: pl.DataFrame, t: Language, near: date) -> str:
    """34 h do not fit, 2–13 Nov; else how many hours are free until the last week shown."""
    unplaced = own.filter(pl.col("unplaced_hours") > TOLERANCE)
    last = own["day"].max()
    assert isinstance(last, date)
    if unplaced.height:
        first, end = unplaced["day"].min(), unplaced["day"].max()
        assert isinstance(first, date)
        assert isinstance(end, date)
        span = t.span(first, end + timedelta(4), near)
        return t("{hours} do not fit, {span}", hours=t.hours(float(unplaced["unplaced_hours"].sum())), span=span)
    free = float((own["capacity_hours"] - own["load_hours"]).clip(0).sum())
    day = t.day(last + timedelta(4), near)
    return t("{hours} free by {day}", hours=t.hours(free), day=day) if free >= 1 else ""


def _amount(value: float | None, t: Language, unit: Unit, currency: str) -> str:
    if currency:
        return t.money(value, currency)
    return t.hours(value) if unit == "hours" else t.number(value)


def told_apart(names: pl.Series) -> pl.Series:
    """The names, equal ones with a number behind: a chart draws equal names on one line."""
    seen: dict[str, int] = {}
    told: list[str] = []
    taken: set[str] = set()
    for name in _words_of(names):
        seen[name] = seen.get(name, 0) + 1
        shown = name if seen[name] == 1 else f"{name} ({seen[name]})"
        while shown in taken:
            seen[name] += 1
            shown = f"{name} ({seen[name]})"
        taken.add(shown)
        told.append(shown)
    return pl.Series("name", told, pl.String)


def _words_of(names: pl.Series) -> Sequence[str]:
    return [str(name) if name is not None else "—" for name in names]
