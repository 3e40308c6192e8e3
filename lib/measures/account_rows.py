"""What one account's tables say for the minute before a call: projects, hours, invoices, feedback, contacts, risks, deals, dates.

It scores nothing and words nothing. Everything is as at the close of a day; the most urgent comes first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from lib.measures.pipeline import open_deals
from lib.measures.project_values import project_values
from lib.measures.receivables import open_invoices
from lib.measures.renewals import notice_dates
from lib.measures.retainers import retainer_burn
from lib.measures.risk_matrix import open_risks
from lib.portfolio import Portfolio

BURN_MONTHS = 3
FAR_BEHIND = 0.9
"""SPI(t) below which a project is far behind its plan; from it to 1 it is behind."""
STANDS: dict[str, str] = {
    "past_due": "risk", "far_behind": "risk", "behind": "watch", "on_plan": "ok", "on_hold": "none", "not_begun": "none", "no_plan": "none",
}  # fmt: skip
"""How a project stands -> its status."""
DATES = ("notice", "project", "milestone", "goal", "close")
_ENDED = ("done", "cancelled")
_BEHIND = 1e-9


@dataclass(frozen=True, eq=False)
class AccountRows:
    """One account at the close of a day.

    projects (open ones, the gravest first): project_id, name, due, spi_t, sv_t (working days), stands (a key of STANDS). burn, the fullest
    first: contract_id, name, used, included, first and last (days it is counted over; first null: since it began), share (used / included).
    invoices, the latest first: invoice_id, open (in base, tax included, credit notes negative), days_late, disputed. feedback and contacts,
    the newest first: day, kind, who (names), score, scale_min, scale_max, comment; day, kind, who, summary. risks, the gravest first:
    `risk_matrix.RISKS`. deals, soonest first: `pipeline.DEALS`. dates from tomorrow on, soonest first: day, kind (of DATES), name.
    """

    projects: pl.DataFrame
    burn: pl.DataFrame
    invoices: pl.DataFrame
    feedback: pl.DataFrame
    contacts: pl.DataFrame
    risks: pl.DataFrame
    deals: pl.DataFrame
    dates: pl.DataFrame


def account_rows(portfolio: Portfolio, account_id: str, as_of: date, base: str) -> AccountRows:
    """The rows of one account; `portfolio` with undated columns as known then."""
    own = of_account(portfolio, account_id)
    values = project_values(own, as_of, "hours", base)
    deals = open_deals(own, as_of, base)
    return AccountRows(
        _projects(own, values, as_of), _burn(own, values, as_of), _invoices(own, as_of, base), _feedback(own, as_of), _contacts(own, as_of),
        open_risks(own, as_of), deals, _dates(own, deals, as_of),
    )  # fmt: skip


def of_account(portfolio: Portfolio, account_id: str) -> Portfolio:
    """The rows of one account, and of its projects; tables that name neither are whole."""
    mine = portfolio["projects"].filter(pl.col("account_id") == account_id).select("project_id")
    frames = dict(portfolio.frames)
    for name, frame in portfolio.frames.items():
        columns = frame.collect_schema().names()
        if "account_id" in columns:
            frames[name] = frame.filter(pl.col("account_id") == account_id)
        elif "project_id" in columns:
            frames[name] = frame.join(mine, on="project_id", how="semi")
    return Portfolio(portfolio.version, frames, portfolio.rows)


def _open_projects(own: Portfolio, as_of: date) -> pl.DataFrame:
    over = pl.col("status").is_in(_ENDED).fill_null(False) & (pl.col("finished_on") <= as_of).fill_null(True)
    return own["projects"].filter(~over, ~(pl.col("finished_on") <= as_of).fill_null(False)).collect()


def _projects(own: Portfolio, values: pl.DataFrame, as_of: date) -> pl.DataFrame:
    rows = _open_projects(own, as_of).select("project_id", "name", "due", "status", "baseline_due")
    rows = rows.join(values.select("project_id", "spi_t", "sv_t", "why_spi_t"), on="project_id", how="left")
    due = pl.coalesce("due", "baseline_due")
    stands = (
        pl.when(pl.col("status") == "on_hold").then(pl.lit("on_hold"))
        .when(due < as_of).then(pl.lit("past_due"))
        .when(pl.col("spi_t") < FAR_BEHIND).then(pl.lit("far_behind"))
        .when(pl.col("spi_t") < 1 - _BEHIND).then(pl.lit("behind"))
        .when(pl.col("spi_t").is_not_null()).then(pl.lit("on_plan"))
        .when((pl.col("status") == "planned") | (pl.col("why_spi_t") == "before_start")).then(pl.lit("not_begun"))
        .otherwise(pl.lit("no_plan"))
    )  # fmt: skip
    grave = pl.col("stands").replace_strict({name: place for place, name in enumerate(STANDS)}, return_dtype=pl.Int64)
    rows = rows.select("project_id", "name", due.alias("due"), "spi_t", "sv_t", stands.alias("stands"))
    return rows.sort(grave, "spi_t", "due", "project_id", nulls_last=True)


def _burn(own: Portfolio, values: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """Retainers over the last months up to the day; other contracts with budget hours since they began, open projects only."""
    in_force = own["contracts"].filter(
        ~(pl.col("end") < as_of).fill_null(False), ~(pl.col("start") > as_of).fill_null(False)
    ).select("contract_id").collect()  # fmt: skip
    months = retainer_burn(own, as_of, BURN_MONTHS).join(in_force, on="contract_id", how="semi")
    retainers = months.group_by("contract_id").agg(
        pl.col("used").sum(), pl.col("included").sum(), pl.col("month").min().alias("first"), pl.lit(as_of).alias("last")
    ).filter(pl.col("included") > 0)  # fmt: skip
    budgets = (
        _open_projects(own, as_of).select("project_id", "contract_id", "budget_hours")
        .filter(pl.col("budget_hours") > 0, pl.col("contract_id").is_in(retainers["contract_id"].implode()).not_().fill_null(True))
        .join(values.select("project_id", "hours"), on="project_id", how="left")
        .with_columns(pl.coalesce("contract_id", "project_id").alias("contract_id"))
        .group_by("contract_id")
        .agg(pl.col("hours").fill_null(0).sum().alias("used"), pl.col("budget_hours").sum().alias("included"))
        .with_columns(pl.lit(None, pl.Date).alias("first"), pl.lit(as_of).alias("last"))
    )  # fmt: skip
    rows = pl.concat([retainers, budgets.select(retainers.columns)])
    share = (pl.col("used") / pl.col("included")).alias("share")
    columns = ("contract_id", "name", "used", "included", "first", "last", share)
    return _named(rows, own).select(columns).sort("share", "contract_id", descending=[True, False])


def _named(rows: pl.DataFrame, own: Portfolio) -> pl.DataFrame:
    """`rows` with the `name` of a contract: of its only project, else its id. A project without contract stands for one."""
    owner = pl.coalesce("contract_id", "project_id").alias("contract_id")
    names = own["projects"].group_by(owner).agg(pl.col("name").unique().alias("names")).collect()
    one = pl.when(pl.col("names").list.len() == 1).then(pl.col("names").list.first()).otherwise("contract_id")
    return rows.join(names, on="contract_id", how="left", maintain_order="left").with_columns(one.alias("name"))


def _invoices(own: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    disputed = (pl.col("status") == "disputed").fill_null(False).alias("disputed")
    rows = open_invoices(own, as_of, base).select("invoice_id", "open", "days_late", disputed)
    return rows.sort("days_late", "invoice_id", descending=[True, False], nulls_last=True)


def _feedback(own: Portfolio, as_of: date) -> pl.DataFrame:
    names = own["contacts"].select("contact_id", pl.col("name").alias("who"))
    return (
        own["feedback"].filter(pl.col("date") <= as_of).join(names, on="contact_id", how="left")
        .select(pl.col("date").alias("day"), "kind", "who", "score", "scale_min", "scale_max", "comment", "feedback_id")
        .sort("day", "feedback_id", descending=True).drop("feedback_id").collect()
    )  # fmt: skip


def _contacts(own: Portfolio, as_of: date) -> pl.DataFrame:
    touches = own["touchpoints"].filter(pl.col("date") <= as_of).collect()
    names = own["contacts"].select("contact_id", "name").collect()
    people = (
        touches.select("touchpoint_id", pl.col("contact_ids").alias("contact_id")).explode("contact_id")
        .join(names, on="contact_id", how="inner", maintain_order="left").group_by("touchpoint_id", maintain_order=True)
        .agg(pl.col("name").str.join(", ").alias("who"))
    )  # fmt: skip
    rows = touches.join(people, on="touchpoint_id", how="left").sort("date", "touchpoint_id", descending=True)
    return rows.select(pl.col("date").alias("day"), "kind", "who", "summary")


def _dates(own: Portfolio, deals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    open_projects = _open_projects(own, as_of)
    milestones = own["tasks"].filter(
        pl.col("kind").is_in(["milestone", "deliverable"]), ~pl.col("status").is_in(_ENDED).fill_null(False),
        ~(pl.col("finished_on") <= as_of).fill_null(False),
    ).collect().join(open_projects.select("project_id"), on="project_id", how="semi")  # fmt: skip
    goals = own["goals"].filter(~pl.col("status").is_in(["met", "dropped"]).fill_null(False)).collect()
    notices = notice_dates(own, as_of).filter(pl.col("notice_given_on").is_null())
    parts = [
        _named(notices, own).select(pl.col("notice_date").alias("day"), pl.lit("notice").alias("kind"), "name"),
        open_projects.select(pl.coalesce("due", "baseline_due").alias("day"), pl.lit("project").alias("kind"), "name"),
        milestones.select(pl.coalesce("due", "finish", "baseline_finish").alias("day"), pl.lit("milestone").alias("kind"), "name"),
        goals.select(pl.col("due").alias("day"), pl.lit("goal").alias("kind"), pl.col("title").alias("name")),
        deals.select(pl.col("expected_close").alias("day"), pl.lit("close").alias("kind"), "name"),
    ]
    schema = {"day": pl.Date, "kind": pl.String, "name": pl.String}
    rows = pl.concat([part.cast(schema) for part in parts])  # type: ignore[arg-type]
    return rows.filter(pl.col("day") > as_of).sort("day", "kind", "name")
