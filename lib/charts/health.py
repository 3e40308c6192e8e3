"""Charts of one account's health as values, made of plain frames. They compute no score: each states the points and bands it is given."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from lib.charts.chart import Chart, Status
from lib.charts.places import text_width
from lib.charts.schedule import Words, told_apart
from lib.charts.theme import WORD
from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.text import capitalised

BANDS = (50.0, 75.0)
"""Where amber and where green begin."""
KINDS = {
    "data": N_("data moved"), "appeared": N_("data appeared or disappeared"), "book": N_("the book moved"), "rules": N_("rules changed"),
    "applies": N_("what applies changed"),
}  # fmt: skip
"""The five kinds of bar of a waterfall (definitions.md, Why it moved)."""
SHORT = {"appeared": N_("data"), "book": N_("book"), "rules": N_("rules"), "applies": N_("applies")}
SEEN = 0.05  # a tenth of a point is the least that is shown
EXACT = 1e-6
COMPONENTS_NAMED, LANES = 2, 6
PLOT = 430  # pixels of a history on the narrowest card
STATUSES: tuple[Status, ...] = ("risk", "watch", "ok", "none")


def band_of(score: float | None, bands: tuple[float, float] = BANDS) -> Status:
    """The band in which a score lies by number alone; "none" without one."""
    if score is None or score != score:
        return "none"
    return "risk" if score < bands[0] else "watch" if score < bands[1] else "ok"


def waterfall(steps: pl.DataFrame, before: float, after: float, before_on: date, t: Language, words: Words) -> Chart:
    """What took and what gave points between two days, the most in the direction of the change first.

    steps: component (as people read it; "" for a bar of the kind as a whole), kind (of `KINDS`), points (signed), reason (in words, or
    null). They must add up to after - before (ValueError). What is below `SEEN` is shown as one bar.
    """
    points = float(steps["points"].sum() or 0)
    if abs(before + points - after) > EXACT:
        raise ValueError(f"{words.key}: the steps lead from {before} to {before + points}, not to {after}")
    shown = steps.filter(pl.col("points").abs() >= SEEN)
    small = steps.filter((pl.col("points").abs() < SEEN) & (pl.col("points") != 0))
    down = after <= before
    sums = pl.col("points").sum().over("component")
    order = pl.col("kind").replace_strict({kind: number for number, kind in enumerate(KINDS)}, return_dtype=pl.Int8)
    ordered = shown.with_columns(sums.alias("sums"), order.alias("order")).sort(
        "sums", "component", "order", descending=[not down, False, False], maintain_order=True
    )
    if before + min([0.0, *ordered["points"].cum_sum()]) < 0:  # no bar may leave the scale below
        ordered = ordered.sort("points", descending=True, maintain_order=True)
    bars: list[tuple[str, float, str, bool]] = []
    for component, kind, value, told_ in ordered.select("component", "kind", "points", "reason").iter_rows():
        why, reason = capitalised(t(KINDS[kind])), (told_ or "").strip()
        if kind == "data":
            bars.append((component, value, reason, True))
        elif not component:
            bars.append((why, value, reason, False))
        else:
            bars.append((f"{component} · {t(SHORT[kind])}", value, f"{why}: {reason}" if reason else why, False))
    if small.height:
        bars.append((t("Smaller changes"), float(small["points"].sum()), t.plural("{n} change", "{n} changes", small.height), False))
    rows: list[tuple[object, ...]] = [(t.day(before_on), before, before, before, t.number(before, 1), "", "none", True, True)]
    level, labels = before, _adding_up([value for _, value, _, _ in bars], before, after)
    for (name, value, reason, strong), label in zip(bars, labels, strict=True):
        status = "risk" if value < 0 else "ok"
        ends = sorted((level, level + value))
        rows.append((name, *ends, value, t.number(label, 1, sign=True), reason, status, strong, False))
        level += value
    rows.append((t.day(words.as_of), after, after, after, t.number(after, 1), "", "none", True, True))
    frame = pl.DataFrame(rows, schema=_WATERFALL, orient="row")
    frame = frame.with_columns(told_apart(frame["name"]))
    title = _moved(ordered, before, after, t)
    said = [t("Points between {before} and {after}", before=t.day(before_on), after=t.day(words.as_of))]
    kinds = [kind for kind in KINDS if kind in set(shown["kind"])]
    if kinds and kinds != ["data"]:
        said.append(t("Filled: data moved; outlined: another cause, in words"))
    headings = {
        "name": t("Component"), "low": t("From, points"), "high": t("To, points"), "value": t("Points"), "label": t("As shown"),
        "reason": t("Reason"), "status": t("Effect"), "strong": t("Data moved"), "total": t("Score on a day"),
    }  # fmt: skip
    alt = told(title, (f"{name} {label} {reason}".rstrip() for name, label, reason in frame.select("name", "label", "reason").iter_rows()))
    return Chart(
        words.key, "waterfall", frame, title, words.under(". ".join(said)), words.source, alt, words.as_of, headings, unit="points"
    )  # fmt: skip


_WATERFALL = {
    "name": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "label": pl.String, "reason": pl.String,
    "status": pl.String, "strong": pl.Boolean, "total": pl.Boolean,
}  # fmt: skip


def _adding_up(values: list[float], before: float, after: float) -> list[float]:
    """Bars to one decimal that add up to the change of the shown scores: the largest takes the rounding (definitions, Common rules)."""
    rounded = [round(value, 1) for value in values]
    if rounded:
        largest = max(range(len(values)), key=lambda place: abs(values[place]))
        rest = sum(rounded) - rounded[largest]
        rounded[largest] = round(round(after + 1e-9, 1) - round(before + 1e-9, 1) - rest, 1)
    return rounded


def _moved(steps: pl.DataFrame, before: float, after: float, t: Language) -> str:
    """Relationship and Payment take 12.0 points; the score goes from 56.0 to 42.0."""
    scores = {"before": t.number(before, 1), "after": t.number(after, 1)}
    if steps.is_empty():
        return t("The score stays at {after}", after=scores["after"])
    way = -1.0 if after < before else 1.0
    whole = pl.when(pl.col("component") == "").then("kind").alias("whole")
    sums = steps.group_by("component", whole, maintain_order=True).agg(pl.col("points").sum())
    most = sums.filter(pl.col("points") * way >= SEEN).sort(pl.col("points") * way, descending=True, maintain_order=True)
    if most.is_empty() or scores["before"] == scores["after"]:
        return t("The score stays at {after}; what took and gave points evens out", after=scores["after"])
    if most["whole"][0]:
        return t("{why}: the score goes from {before} to {after}", why=capitalised(t(KINDS[most["whole"][0]])), **scores)
    most = most.filter(pl.col("whole").is_null()).head(COMPONENTS_NAMED)
    values = {"names": t.join(most["component"].to_list()), "points": t.number(abs(float(most["points"].sum())), 1), **scores}
    if after < before:
        return t.plural(
            "{names} takes {points} points; the score goes from {before} to {after}",
            "{names} take {points} points; the score goes from {before} to {after}", most.height, **values,
        )  # fmt: skip
    return t.plural(
        "{names} gives {points} points; the score goes from {before} to {after}",
        "{names} give {points} points; the score goes from {before} to {after}", most.height, **values,
    )  # fmt: skip


def score_band(
    low: float | None, point: float | None, high: float | None, status: Status, t: Language, words: Words, before: float | None = None,
    before_on: date | None = None, bands: tuple[float, float] = BANDS,
) -> Chart | None:  # fmt: skip
    """A score on 0-100 in its range and band, and the one before; None without a score.

    status: the band as it counts, with caps and overrides; "none" where there is not enough data.
    """
    if low is None or point is None or high is None:
        return None
    near = words.as_of
    label = t.number(point, 1)
    rows = _zones(bands, t)
    if before is not None:
        when = t.day(before_on, near) if before_on else t("before")
        rows.append({"name": t("Before"), "part": "before", "value": before, "label": when, "status": band_of(before, bands)})
    rows.append({"name": t("Score"), "part": "score", "low": low, "value": point, "high": high, "label": label, "status": status})
    frame = pl.DataFrame(rows, _BAND)
    span = {"low": t.number(low, 1), "high": t.number(high, 1)}
    if status == "none":
        title = t("Not enough data: the score lies between {low} and {high}", **span)
    elif span["low"] == span["high"]:
        title = t("Score {score}: {band}", score=label, band=_lower(t(WORD[status])))
    else:
        title = t("Score {score}, between {low} and {high}: {band}", score=label, band=_lower(t(WORD[status])), **span)
    said = [t("0–100"), t("bar: what is missing at 0 and at 100")]
    if before is not None and before_on:
        said.append(t("hollow: {score} on {day}", score=t.number(before, 1), day=t.day(before_on, near)))
    headings = {
        "name": t("What"), "part": t("Key"), "low": t("Low"), "high": t("High"), "value": t("Score"), "label": t("As shown"),
        "status": t("Band"),
    }  # fmt: skip
    alt = told(title, said[2:])
    return Chart(words.key, "band", frame, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="points")


_BAND = {
    "name": pl.String, "part": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "label": pl.String,
    "status": pl.String,
}  # fmt: skip


def _zones(bands: tuple[float, float], t: Language) -> list[dict[str, object]]:
    ends = (0.0, *bands, 100.0)
    return [
        {"name": f"{t.number(low)}–{t.number(high)}", "part": "zone", "low": low, "high": high, "value": None, "label": t(WORD[status]),
         "status": status}
        for low, high, status in zip(ends, ends[1:], STATUSES, strict=False)
    ]  # fmt: skip


def history(
    weeks: pl.DataFrame, markers: pl.DataFrame, t: Language, words: Words, bands: tuple[float, float] = BANDS
) -> Chart | None:
    """The score week by week in its range, with gaps where there was none and a mark where the profile changed; None without a score.

    weeks: day, point, low, high (null: no score that week), and status if caps count (else by number). markers: day, name.
    """
    known = weeks.with_columns(pl.col("point", "low", "high").cast(pl.Float64).fill_nan(None)).sort("day")
    scored = known.drop_nulls("point")
    if scored.is_empty():
        return None
    near, last = words.as_of, scored.row(-1, named=True)
    first, end = known["day"][0], known["day"][-1]
    gaps = known.select("day", pl.col("day").shift(-1).alias("next")).filter((pl.col("next") - pl.col("day")).dt.total_days() > 10)
    known = pl.concat([known, gaps.select(pl.col("day") + timedelta(7))], how="diagonal").sort("day")
    if "status" not in known.columns:
        known = known.with_columns(pl.Series("status", [band_of(point, bands) for point in known["point"]], pl.String))
    label = pl.when(pl.col("day") == last["day"], pl.col("point").is_not_null()).then(pl.lit(t.number(last["point"], 1)))
    scores = known.select(
        pl.lit(t("Score")).alias("name"), pl.lit("score").alias("part"), "day", pl.col("point").alias("value"), "low", "high",
        label.otherwise(pl.lit("")).alias("label"), pl.col("status").fill_null("none"), pl.lit(None, pl.Int64).alias("lane"),
        pl.lit(None, pl.Boolean).alias("left"),
    )  # fmt: skip
    marked = markers.filter(pl.col("day").is_between(first, end)).sort("day")
    zones = pl.DataFrame(_zones(bands, t), _BAND)
    room = text_width(scores["label"]) + text_width(zones["label"])
    changes = marked.select(
        pl.col("name").fill_null(ABSENT), pl.lit("marker").alias("part"), "day",
        pl.Series("status", [_status_on(scores, day) for day in marked["day"]], pl.String),
    ).hstack(_lanes(marked, first, end, room, t, near))  # fmt: skip
    rows = pl.concat([zones, scores, changes], how="diagonal").select(scores.columns)
    change = last["point"] - scored["point"][0]
    if scored.height == 1:
        title = t("The score is {score} on {day}", score=t.number(last["point"], 1), day=t.day(last["day"], near))
    else:
        title = t(
            "The score goes from {before} to {after} since {day}", before=t.number(scored["point"][0], 1), after=t.number(last["point"], 1),
            day=t.day(scored["day"][0], near),
        )  # fmt: skip
    said = [t("Score 0–100 by week; band: what is missing at 0 and at 100")]
    said += [t("gaps: no score")] if known["point"].null_count() else []
    said += [t("dashed: the profile changed")] if marked.height else []
    headings = {
        "name": t("What"), "part": t("Key"), "day": t("Day"), "value": t("Score"), "low": t("Low"), "high": t("High"),
        "label": t("As shown"), "status": t("Band"), "lane": t("Line of its words"), "left": t("Words at the left"),
    }  # fmt: skip
    parts = [t("change {points} points", points=t.number(change, 1, sign=True))] if scored.height > 1 else []
    parts += [f"{t.day(day, near)} {name or ABSENT}" for day, name in marked.select("day", "name").iter_rows()]
    return Chart(
        words.key, "history", rows, title, words.under("; ".join(said)), words.source, told(title, parts), words.as_of, headings,
        unit="points",
    )  # fmt: skip


def _lanes(marked: pl.DataFrame, first: date, last: date, room: int, t: Language, near: date) -> pl.DataFrame:
    """label, lane, left: for each marker its words, the line above the plot where they stand, and whether left of their upright.

    An upright ends at its words, so no word stands on another, and no upright runs through words; where all `LANES` lines are taken
    there are none. room: pixels to the right of the plot.
    """
    pixels = PLOT / max((last - first).days, 1)
    spans: list[tuple[float, float, float]] = []
    texts: list[str] = []
    for day, name in marked.select("day", "name").iter_rows():
        texts.append(f"{t.day(day, near)} {_short(name or ABSENT)}")
        at, wide = (day - first).days * pixels, text_width(texts[-1:])
        spans.append((at, at, at + wide) if at + wide <= PLOT + room else (at, at - wide, at))
    left = [start < at for at, start, _ in spans]
    places = range(len(texts))
    lanes: list[int | None] = [None for _ in places]
    for number in [*(one for one in places if left[one]), *(one for one in reversed(places) if not left[one])]:
        taken = [(lane, spans[other]) for other, lane in enumerate(lanes) if lane is not None]
        lanes[number] = next((lane for lane in range(LANES) if all(_clear(lane, spans[number], *one) for one in taken)), None)
    shown = ["" if lane is None else text for lane, text in zip(lanes, texts, strict=True)]
    return pl.DataFrame({"label": shown, "lane": lanes, "left": left}, {"label": pl.String, "lane": pl.Int64, "left": pl.Boolean})


def _clear(lane: int, span: tuple[float, float, float], other: int, taken: tuple[float, float, float]) -> bool:
    """Whether words in `lane` and those of another marker keep clear of each other and of each other's upright (at, left, right)."""
    apart = lane != other or span[2] <= taken[1] or taken[2] <= span[1]
    over_it = other < lane or not span[1] <= taken[0] <= span[2]
    under_it = lane < other or not taken[1] <= span[0] <= taken[2]
    return apart and over_it and under_it


def _short(name: str) -> str:
    return name if len(name) <= 24 else name[:23].rstrip() + "…"


def _status_on(scores: pl.DataFrame, day: date) -> str:
    before = scores.filter(pl.col("day") <= day)
    return str(before["status"][-1]) if before.height else "none"


def points_lost(lost: pl.DataFrame, t: Language, words: Words) -> Chart | None:
    """Where the points between the score and 100 went, the most first; None where none is lost.

    lost: name (of a component or metric), points (w·(100 − s)), most (w·100, what is at stake), reading (in words), state (known or
    missing). What is below `SEEN` is counted under the title.
    """
    kept = lost.filter(pl.col("points") >= SEEN).sort("points", descending=True, maintain_order=True)
    if kept.is_empty():
        return None
    labels = [t.number(points, 1) for points in kept["points"]]
    rows = kept.select(
        told_apart(kept["name"]), pl.col("points").cast(pl.Float64).alias("value"), pl.col("most").cast(pl.Float64),
        pl.Series("label", labels, pl.String), pl.col("reading").fill_null("").alias("reason"),
        (pl.col("state") == "known").alias("strong"),
    )  # fmt: skip
    title = t("{name} costs the most: {points} of {all} points lost", name=rows["name"][0], points=labels[0],
              all=t.number(float(lost["points"].sum()), 1))  # fmt: skip
    said = [t("Points lost against 100; pale: points at stake")]
    said += [t("outlined: no data, counted at its prior")] if not rows["strong"].all() else []
    if lost.height > kept.height:
        said.append(t.plural("{n} metric loses nothing", "{n} metrics lose nothing", lost.height - kept.height))
    headings = {
        "name": t("Metric"), "value": t("Lost"), "most": t("Points at stake"), "label": t("As shown"), "reason": t("What was measured"),
        "strong": t("Has data"),
    }  # fmt: skip
    alt = told(title, (f"{name} {label} {reason}".rstrip() for name, label, reason in rows.select("name", "label", "reason").iter_rows()))
    return Chart(words.key, "lost", rows, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="points")


def told(title: str, parts: Iterable[str] | Sequence[str]) -> str:
    said = "; ".join(part for part in parts if part)
    return f"{title}. {said}" if said else title


def _lower(word: str) -> str:
    return word[:1].lower() + word[1:]
