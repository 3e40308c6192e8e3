"""How much of each project is done by the close of a day, by the technique that it names. Knows no money.

Formula: definitions § Earned value. Leaves only. Where the definitions are silent: a project that names no technique goes by percent
complete, and `technique_assumed` says so; milestones weigh their baseline hours if each of them has some, else the same; tasks without
baseline hours weigh their estimate.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.portfolio import Portfolio

TECHNIQUES: tuple[str, ...] = ("zero_hundred", "fifty_fifty", "weighted_milestones", "percent_complete")
DEFAULT_TECHNIQUE = "percent_complete"
PROGRESS: tuple[str, ...] = ("tasks", "milestones", "readings", "stated")
"""Where a share done comes from: the project's tasks or milestones, its dated readings, or its own undated percentage."""


def project_progress(portfolio: Portfolio, projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """One row a project: project_id, technique, technique_assumed, done_by (one of PROGRESS), done (share 0-1; null where nothing tells),
    and `weighed`: tasks or milestones that were weighed.

    `projects` of `project_facts`, `tasks` of `leaf_tasks`. Percent complete goes by the tasks of the baseline where each tells how far it
    is, else by the latest reading, else by the project's own percentage, else by tasks that have estimates. `done` by readings is
    of the scope as it was on the day of the reading.
    """
    named = projects.select(
        "project_id",
        pl.col("ev_technique").fill_null(DEFAULT_TECHNIQUE).alias("technique"),
        pl.col("ev_technique").is_null().alias("technique_assumed"),
        (pl.col("percent_complete") / 100).alias("stated"),
    )
    milestones = pl.col("kind").is_in(["milestone", "deliverable"])
    weight = (
        pl.when(pl.col("technique") == "weighted_milestones").then(pl.when(milestones).then(pl.col("baseline_hours")))
        .otherwise("weight")
    )  # fmt: skip
    leaves = with_done(tasks.join(named.select("project_id", "technique"), on="project_id"), as_of).with_columns(weight.alias("weight"))
    of_baseline = _weighed(leaves.filter("original", pl.col("technique") != "weighted_milestones"), "weight", "baselined")
    guessed = leaves.filter(pl.col("technique") != "weighted_milestones", pl.col("kind") == "task", pl.col("estimate_hours") > 0)
    of_estimates = _weighed(guessed, "estimate_hours", "estimated")
    marks = leaves.filter(milestones, pl.col("technique") == "weighted_milestones")
    all_weigh = (pl.col("weight") > 0).fill_null(False).all().over("project_id")
    of_milestones = _weighed(marks.with_columns(pl.when(all_weigh).then("weight").otherwise(1.0).alias("weight")), "weight", "marked")
    latest = (
        portfolio["progress"].filter(pl.col("date") <= as_of)
        .group_by("project_id").agg((pl.col("percent_complete").sort_by("date").last() / 100).alias("read"))
        .collect()
    )  # fmt: skip
    rows = named
    for found in (of_baseline, of_estimates, of_milestones, latest):
        rows = rows.join(found, on="project_id", how="left")
    by_percent = pl.col("technique") == "percent_complete"
    sources = [
        ("milestones", pl.col("technique") == "weighted_milestones", "marked"),
        ("tasks", pl.col("technique") != "weighted_milestones", "baselined"),
        ("readings", by_percent, "read"),
        ("stated", by_percent, "stated"),
        ("tasks", pl.col("technique") != "weighted_milestones", "estimated"),
    ]
    told = [pl.when(holds & pl.col(column).is_not_null()).then(pl.lit(name)) for name, holds, column in sources]
    shares = [pl.when(holds).then(column) for _, holds, column in sources]
    counted = pl.coalesce("marked_count", "baselined_count", "estimated_count").fill_null(0).alias("weighed")
    return rows.select(
        "project_id", "technique", "technique_assumed", pl.coalesce(told).alias("done_by"), pl.coalesce(shares).alias("done"), counted
    )


def with_done(tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`tasks`, which have a `technique`, with `done`: the share of each by the close of `as_of`, null where nothing tells.

    0/100: at its finish. 50/50: half at its start. Percent complete: what the task says; nothing before its start; not what it says after a
    finish that lies ahead. A milestone or deliverable is done when finished or accepted.
    """
    finished = (pl.col("finished_on") <= as_of) | (pl.col("finished_on").is_null() & (pl.col("status") == "done"))
    accepted = (pl.col("accepted_on") <= as_of) & pl.col("kind").is_in(["milestone", "deliverable"])
    over = finished.fill_null(False) | accepted.fill_null(False)
    ahead = (pl.col("started_on") > as_of).fill_null(False)
    percent = pl.col("percent_complete")
    signs = (pl.col("started_on").is_not_null(), percent > 0, pl.col("status") == "in_progress")
    begun = ~ahead & pl.any_horizontal(sign.fill_null(False) for sign in signs)
    said_later = (pl.col("finished_on") > as_of).fill_null(False) & (percent >= 100).fill_null(False)
    by_percent = pl.when(ahead).then(0.0).when(said_later).then(None).when(percent.is_not_null()).then(percent / 100).when(~begun).then(0.0)
    whole = pl.col("technique").is_in(["zero_hundred", "weighted_milestones"])
    done = (
        pl.when(over).then(1.0)
        .when(whole).then(0.0)
        .when(pl.col("technique") == "fifty_fifty").then(pl.when(begun).then(0.5).otherwise(0.0))
        .otherwise(by_percent)
    )  # fmt: skip
    return tasks.with_columns(done.alias("done"))


def change_progress(projects: pl.DataFrame, tasks: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """change_id and `done`: the share done of the tasks that a change request adds or removes, by their project's technique.

    Milestones, and tasks of a project that goes by milestones, count 0/100.
    """
    named = projects.select("project_id", pl.col("ev_technique").fill_null(DEFAULT_TECHNIQUE).alias("technique"))
    mine = with_done(tasks.filter(pl.col("change_id").is_not_null()).join(named, on="project_id"), as_of)
    weight = pl.coalesce("baseline_hours", "estimate_hours")
    mine = mine.with_columns(pl.when((weight > 0).fill_null(False).all().over("change_id")).then(weight).otherwise(1.0).alias("weight"))
    share = (pl.col("done").fill_null(0.0) * pl.col("weight")).sum() / pl.col("weight").sum()
    return mine.group_by("change_id").agg(share.alias("done"))


def _weighed(tasks: pl.DataFrame, weight: str, name: str) -> pl.DataFrame:
    """project_id, the weighed share done under `name` (null where a task that weighs does not tell), and how many there were."""
    heavy = tasks.filter(pl.col(weight) > 0)
    share = (pl.col("done") * pl.col(weight)).sum() / pl.col(weight).sum()
    known = pl.col("done").is_not_null().all()
    return heavy.group_by("project_id").agg(pl.when(known).then(share).alias(name), pl.len().alias(f"{name}_count"))
