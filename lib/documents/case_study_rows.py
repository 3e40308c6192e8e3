"""Makes a case study of a project from the tables and what a person typed and ticked. It writes no file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.documents.case_study import CaseStudy, Result
from lib.documents.closing_report import ClosingReport
from lib.measures.goals import goals
from lib.portfolio import Portfolio


@dataclass(frozen=True)
class Typed:
    """What a person says; `goal_ids`: goals to show. `quoted_feedback`: the answer whose comment may be quoted, ticked by a person."""

    firm: str = ""
    headline: str = ""
    challenge: str = ""
    done: str = ""
    result: str = ""
    goal_ids: Collection[str] = ()
    quoted_feedback: str | None = None


def case_study_of(portfolio: Portfolio, project_id: str, as_of: date, report: ClosingReport, typed: Typed) -> CaseStudy:
    """The study of a project at the close of `as_of`, its dates from its closing report. KeyError for a project that is not there."""
    found = portfolio["projects"].filter(pl.col("project_id") == project_id).select("account_id").collect()
    if found.is_empty():
        raise KeyError(project_id)
    reached = goals(portfolio, as_of).filter(pl.col("account_id") == found.item(), pl.col("goal_id").is_in(list(typed.goal_ids)))
    quote, quoted = _quoted(portfolio, found.item(), typed.quoted_feedback, as_of)
    return CaseStudy(
        client=report.client, project=report.project, firm=typed.firm or report.firm, as_of=as_of, headline=typed.headline,
        challenge=typed.challenge, done=typed.done, result=typed.result,
        results=tuple(
            Result(row["title"], row["unit"] or "", row["baseline"], row["target"], row["actual"]) for row in reached.iter_rows(named=True)
        ),
        start_on=report.start_actual_on or report.start_planned_on, finish_on=report.finish_actual_on,
        dates=tuple((one.name, one.done_on) for one in report.milestones if one.done_on is not None), quote=quote, quoted=quoted,
    )  # fmt: skip


def quotable(portfolio: Portfolio, project_id: str, as_of: date) -> pl.DataFrame:
    """Comments of the client on a project, the newest first, for a person to tick one: feedback_id, date, who, comment."""
    names = portfolio["contacts"].select("contact_id", pl.col("name").alias("who"))
    return (
        portfolio["feedback"]
        .filter(pl.col("project_id") == project_id, pl.col("date") <= as_of, pl.col("comment").is_not_null())
        .join(names, on="contact_id", how="left")
        .select("feedback_id", "date", "who", "comment")
        .sort("date", descending=True)
        .collect()
    )


def _quoted(portfolio: Portfolio, account_id: str, feedback_id: str | None, as_of: date) -> tuple[str, str]:
    if feedback_id is None:
        return "", ""
    names = portfolio["contacts"].select("contact_id", pl.col("name").alias("who"))
    rows = (
        portfolio["feedback"]
        .filter(pl.col("feedback_id") == feedback_id, pl.col("account_id") == account_id, pl.col("date") <= as_of)
        .join(names, on="contact_id", how="left")
        .select("comment", "who")
        .collect()
        .rows()
    )
    comment, who = rows[0] if rows else (None, None)
    return comment or "", who or "" if comment else ""
