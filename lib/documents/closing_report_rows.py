"""Makes the closing report of a project from the tables, field by field. It writes no file and computes no margin of its own.

Where the definitions are silent. Actual start is the first day with hours, else the first day a task began. A task's estimate is judged by
the hours logged on it, over done tasks that have both. Of changes, those with a number or a decision stand in the report.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, cast

import polars as pl

from lib.documents.change_order_rows import BY_THE_HOUR, STANDS, Facts, facts_of
from lib.documents.closing_report import Change, ClosingReport, Estimates, Heard, Inside, Kept, Milestone, Promise, Step
from lib.measures.project_fees import paid_share
from lib.measures.project_values import values_on
from lib.portfolio import Portfolio
from lib.scope.ledger import Ledger, ledger

WITHIN = 0.25
"""An estimate is good if the hours were no more than this share away from it."""


@dataclass(frozen=True)
class Typed:
    """What a person says in the report: a summary, lessons for the client's eyes too, and lessons for ours."""

    firm: str = ""
    summary: str = ""
    lessons: tuple[str, ...] = ()
    inside_lessons: tuple[str, ...] = ()


def closing_report_of(
    portfolio: Portfolio, project_id: str, as_of: date, base: str, typed: Typed, promises: pl.DataFrame | None = None
) -> ClosingReport:
    """The internal report of a project at the close of `as_of`; `lib.documents.closing_report.client_edition` of it is its client's.

    `promises`: rows of `lib.measures.promises.graded` that belong to the project. KeyError for a project that the portfolio lacks.
    """
    facts = facts_of(portfolio, project_id, as_of, base)
    project = portfolio["projects"].filter(pl.col("project_id") == project_id).collect().row(0, named=True)
    entries = (
        portfolio["time_entries"]
        .filter(pl.col("project_id") == project_id, pl.col("date") <= as_of)
        .select("date", "task_id", "hours")
        .collect()
    )
    tasks = portfolio["tasks"].filter(pl.col("project_id") == project_id).collect()
    planned, actual = _planned_hours(project, tasks), float(entries["hours"].sum()) if entries.height else None
    by_hour = project["billing"] in BY_THE_HOUR
    finished = project["finished_on"]
    return ClosingReport(
        project=facts.project, client=facts.client, firm=typed.firm or facts.firm, currency=facts.currency, as_of=as_of,
        start_planned_on=project["baseline_start"] or project["start"], start_actual_on=_first(entries, tasks, as_of),
        finish_planned_on=project["baseline_due"], finish_committed_on=project["due"],
        finish_actual_on=finished if finished is not None and finished <= as_of else None,
        price_agreed=project["budget_amount"], price_total=facts.contract_total, hours_planned=planned if by_hour else None,
        hours_actual=actual if by_hour else None, summary=typed.summary, milestones=_milestones(tasks, as_of),
        changes=_changes(portfolio, project_id, as_of, facts), promises=_promises(promises),
        feedback=_feedback(portfolio, project_id, as_of), lessons=typed.lessons,
        internal=_inside(portfolio, project_id, as_of, base, typed, planned, actual, _estimates(tasks, entries, as_of)),
    )  # fmt: skip


def _inside(
    portfolio: Portfolio, project_id: str, as_of: date, base: str, typed: Typed, planned: float | None, actual: float | None,
    estimates: Estimates | None,
) -> Inside:  # fmt: skip
    one = pl.LazyFrame({"project_id": [project_id]})
    values = values_on(portfolio, [as_of], "cost", base, projects=one)
    cost: dict[str, Any] = values.row(0, named=True) if values.height else {}
    became = ledger(portfolio, project_id, as_of, base)
    steps = became.steps.iter_rows(named=True) if became.why is None else ()
    return Inside(
        currency=base, hours_planned=planned, hours_actual=actual, cost_planned=cost.get("bac_original"), cost_actual=cost.get("ac"),
        margin_planned_share=became.margin_sold, margin_actual_share=became.margin,
        ledger=tuple(Step(row["step"], row["order_number"] or row["title"] or "", row["amount"], row["total"]) for row in steps),
        estimates=estimates, absorbed=_absorbed(became), lessons=typed.inside_lessons,
    )  # fmt: skip


def _absorbed(became: Ledger) -> tuple[str, ...]:
    return tuple(became.steps.filter(pl.col("step") == "absorbed")["title"].drop_nulls()) if became.why is None else ()


def _planned_hours(project: dict[str, Any], tasks: pl.DataFrame) -> float | None:
    if project["budget_hours"] is not None:
        return float(project["budget_hours"])
    hours = tasks.filter(pl.col("kind") != "summary")["baseline_hours"].drop_nulls()
    return float(hours.sum()) if len(hours) else None


def _first(entries: pl.DataFrame, tasks: pl.DataFrame, as_of: date) -> date | None:
    begun = entries["date"] if entries.height else tasks.filter(pl.col("started_on") <= as_of)["started_on"]
    return cast("date | None", begun.min())


def _milestones(tasks: pl.DataFrame, as_of: date) -> tuple[Milestone, ...]:
    def known(day: date | None) -> date | None:
        return day if day is not None and day <= as_of else None

    rows = tasks.filter(pl.col("kind").is_in(["milestone", "deliverable"]), pl.col("status") != "cancelled")
    rows = rows.sort(pl.coalesce("baseline_finish", "due", "finish"), "name", nulls_last=True)
    return tuple(
        Milestone(row["name"], row["baseline_finish"], known(row["finished_on"]), known(row["accepted_on"]))
        for row in rows.iter_rows(named=True)
    )


def _changes(portfolio: Portfolio, project_id: str, as_of: date, facts: Facts) -> tuple[Change, ...]:
    prices = {one.number: one.price for one in facts.earlier}
    rows = (
        portfolio["change_requests"]
        .filter(pl.col("project_id") == project_id, pl.col("raised_on") <= as_of)
        .filter(pl.col("order_number").is_not_null() | pl.col("decided_on").is_not_null())
        .select("order_number", "title", "status", "decided_on", "currency", (pl.col("price") * paid_share()).alias("paid"))
        .sort("decided_on", "order_number", nulls_last=True)
        .collect()
    )
    return tuple(
        Change(number or "", title, STANDS.get(status, "open"), decided_on,
               prices.get(number, paid) if number or currency == facts.currency else None)
        for number, title, status, decided_on, currency, paid in rows.rows()
    )  # fmt: skip


def _promises(promises: pl.DataFrame | None) -> tuple[Promise, ...]:
    if promises is None:
        return ()
    rows = promises.sort("due", nulls_last=True).iter_rows(named=True)
    return tuple(Promise(row["text"], row["due"], cast(Kept, row["state"])) for row in rows)


def _feedback(portfolio: Portfolio, project_id: str, as_of: date) -> tuple[Heard, ...]:
    names = portfolio["contacts"].select("contact_id", pl.col("name").alias("who"))
    rows = (
        portfolio["feedback"]
        .filter(pl.col("project_id") == project_id, pl.col("date") <= as_of)
        .join(names, on="contact_id", how="left")
        .sort("date", "feedback_id")
        .collect()
    )
    return tuple(
        Heard(row["date"], row["kind"].upper(), row["score"], 10.0 if row["kind"] == "nps" else row["scale_max"], row["who"] or "",
              row["comment"] or "")
        for row in rows.iter_rows(named=True)
    )  # fmt: skip


def _estimates(tasks: pl.DataFrame, entries: pl.DataFrame, as_of: date) -> Estimates | None:
    logged = entries.drop_nulls("task_id").group_by("task_id").agg(pl.col("hours").sum().alias("logged"))
    done = (
        tasks.filter(pl.col("status") == "done", pl.col("estimate_hours") > 0, (pl.col("finished_on") <= as_of).fill_null(True))
        .join(logged, on="task_id")
        .filter(pl.col("logged") > 0)
    )
    if done.is_empty():
        return None
    ratio = done["logged"] / done["estimate_hours"]
    return Estimates(
        done.height, float(done["estimate_hours"].sum()), float(done["logged"].sum()), float(ratio.median() or 0.0),  # type: ignore[arg-type]
        float(((ratio - 1).abs() <= WITHIN).sum()) / done.height,
    )  # fmt: skip
