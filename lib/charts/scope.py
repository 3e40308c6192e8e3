"""Charts of a scope change: when the project ends today and with the ask, and its plan before and after. They compute no date."""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.charts.chart import Chart
from lib.charts.schedule import Words, gantt
from lib.formats import Language
from lib.scope.answer import Finish

DAYS = pl.Date
SCHEMA = {
    "name": pl.String, "part": pl.String, "p10_on": DAYS, "p50_on": DAYS, "p80_on": DAYS, "p90_on": DAYS, "value": pl.Float64,
    "beside": pl.String, "label": pl.String,
}  # fmt: skip
MOST_TASKS = 16


def finish_bands(before: Finish, after: Finish | None, t: Language, words: Words) -> Chart | None:
    """When the project ends by today's plan and with the ask, beside its promise; None where no finish is known. `after` None: no ask."""
    near = words.as_of
    named = [(t("Today's plan"), "before", before)] + ([(t("With the ask"), "after", after)] if after else [])
    rows = [
        (name, part, one.p10_on, one.p50_on, one.p80_on, one.p90_on, one.promise_share, t("P50 {day}", day=t.day(one.p50_on, near)),
         t("P80 {day}", day=t.day(one.p80_on, near)))
        for name, part, one in named if one.p80_on is not None
    ]  # fmt: skip
    if not rows:
        return None
    promise = before.promise_on
    title = _finding(before, after, t, near)
    said = [t("Finish date: line P10–P90, bar P50–P80")] + ([t("dashed: promised {day}", day=t.day(promise, near))] if promise else [])
    headings = {
        "name": t("Plan"), "part": t("Key"), "p10_on": "P10", "p50_on": "P50", "p80_on": "P80", "p90_on": "P90",
        "value": t("Chance of the promise"), "beside": t("Beside"), "label": t("Label"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(f"{row[0]} {row[-2]}, {row[-1]}" for row in rows)
    frame = pl.DataFrame(rows, SCHEMA, orient="row")
    return Chart(
        words.key, "finishes", frame, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="share",
        promise=promise,
    )  # fmt: skip


def _finding(before: Finish, after: Finish | None, t: Language, near: date) -> str:
    promise, was, now = before.promise_on, before.promise_share, after.promise_share if after else None
    if promise is not None and was is not None and (after is None or now is not None):
        day = t.day(promise, near)
        if now is None or t.share(now) == t.share(was):
            return t("The promised {day} is {share} likely", day=day, share=t.share(was))
        if now < was:
            return t("The promised {day} falls from {before} to {after} likely", day=day, before=t.share(was), after=t.share(now))
        return t("The promised {day} rises from {before} to {after} likely", day=day, before=t.share(was), after=t.share(now))
    if after is not None and after.p80_on and before.p80_on and after.p80_on != before.p80_on:
        return t("P80 moves from {before} to {after}", before=t.day(before.p80_on, near), after=t.day(after.p80_on, near))
    return t("Finished by {day} with a chance of 80%", day=t.day((after or before).p80_on or before.p80_on, near))


def plan_before_and_after(
    tasks: pl.DataFrame, t: Language, words: Words, promise: date | None = None, whole: bool = False, baseline: bool = False
) -> Chart | None:
    """The tasks of an answer as a Gantt chart; of long plans only those that moved, are new or critical, unless the `whole` is wanted.

    `baseline`: what stands before is as first agreed.

    tasks: as `lib.scope.answer.Answer.tasks`. None where there are none.
    """
    return gantt(tasks if whole else decisive(tasks), t, words, promise, baseline)


def beside_baseline(tasks: pl.DataFrame, first_agreed: pl.DataFrame) -> pl.DataFrame:
    """The tasks with their baseline as what was before. first_agreed: task_id, baseline_start, baseline_finish."""
    agreed = tasks.select("task_id").join(first_agreed.unique("task_id"), on="task_id", how="left", maintain_order="left")
    return tasks.with_columns(before_start=agreed["baseline_start"], before_finish=agreed["baseline_finish"])


def decisive(tasks: pl.DataFrame) -> pl.DataFrame:
    """Of more than `MOST_TASKS` tasks those that moved, are new or critical, in their order; else all."""
    if tasks.height <= MOST_TASKS:
        return tasks
    moved = pl.col("start").ne_missing(pl.col("before_start")) | pl.col("finish").ne_missing(pl.col("before_finish"))
    compared = tasks["before_finish"].null_count() < tasks.height
    kept = tasks.filter((moved & pl.lit(compared)) | pl.col("new") | pl.col("critical"))
    return kept if kept.height else tasks.head(MOST_TASKS)
