"""What in the data makes an account worth the meeting's time: one row a signal, with its severity and the facts of its sentence.

Severities: `lib.definitions.SIGNALS`. A signal only speaks from rows that exist; a table that is not loaded gives none.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.definitions import RENEWAL_WINDOW_DAYS, SIGNALS
from lib.measures.alarms import OVERDUE_FROM_DAYS, notices_given, open_issues, sponsors_left
from lib.measures.begun_requests import unapproved_requests
from lib.measures.exchange import with_stock_rates
from lib.measures.flows import Flows
from lib.measures.retainers import over_servicing, retainer_burn
from lib.periods import Period, twelve_months
from lib.portfolio import Portfolio

FACTS = {
    "day": pl.Date,
    "who": pl.String,
    "what": pl.String,
    "days": pl.Int64,
    "money": pl.Float64,
    "share": pl.Float64,
    "hours": pl.Float64,
    "score": pl.Float64,
}
SCHEMA = {"account_id": pl.String, "key": pl.String, "severity": pl.Float64} | FACTS
REAL_CONTACT = ("meeting", "call", "workshop", "qbr")


def signals(
    portfolio: Portfolio, flows: Flows, invoices: pl.DataFrame, renewals: pl.DataFrame, promises: pl.DataFrame, as_of: date
) -> pl.DataFrame:
    """Every signal at the close of `as_of`, gravest first within an account.

    `flows` at one date's rates (`flows.comparable_flows`), `invoices` from `receivables.open_invoices`, `renewals` from
    `renewals.notice_dates`, `promises` from
    `promises.graded`. Returns account_id, key (of SIGNALS), severity 0-1 and the facts that its sentence names (null where it names none).
    """
    found = [
        _notice_given(portfolio, as_of),
        _sponsor_left(portfolio, as_of),
        _invoice_overdue(invoices),
        _open_issue(portfolio, as_of),
        _notice_date(renewals, as_of),
        _over_servicing(portfolio, as_of),
        _unapproved_work(portfolio, as_of),
        _project_late(portfolio, as_of),
        _hours_over_budget(portfolio, as_of),
        _revenue_falling(portfolio, flows, as_of),
        _no_contact(portfolio, as_of),
        _detractor(portfolio, as_of),
        _promise_late(promises, as_of),
    ]
    kept = [
        rows.with_columns(pl.lit(None, dtype).alias(fact) for fact, dtype in FACTS.items() if fact not in rows.columns).select(list(SCHEMA))
        for rows in found
    ]
    return pl.concat([rows.cast(SCHEMA) for rows in kept]).sort("account_id", "severity", "key", descending=[False, True, False])  # type: ignore[arg-type]


def _graded(key: str, measured: str) -> pl.Expr:
    """Severity of a graded signal: its least at `mild`, 1 from `grave` on, straight between."""
    signal = SIGNALS[key]
    assert signal.mild is not None
    assert signal.grave is not None
    way = ((pl.col(measured) - signal.mild) / (signal.grave - signal.mild)).clip(0, 1)
    return signal.severity + (1 - signal.severity) * way


def _worst(rows: pl.DataFrame, key: str, severity: pl.Expr | None = None) -> pl.DataFrame:
    """The gravest row of each account under `key`."""
    graded = rows.with_columns(
        pl.lit(key).alias("key"), (pl.lit(SIGNALS[key].severity) if severity is None else severity).alias("severity")
    )
    return graded.sort("severity", descending=True, maintain_order=True).unique("account_id", keep="first", maintain_order=True)


def _notice_given(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    return _worst(notices_given(portfolio, [as_of]).select("account_id", pl.col("on").alias("day")), "notice_given")


def _sponsor_left(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    left = sponsors_left(portfolio, [as_of])
    return _worst(left.select("account_id", pl.col("on").alias("day"), pl.col("name").alias("who")), "sponsor_left")


def _invoice_overdue(invoices: pl.DataFrame) -> pl.DataFrame:
    late = invoices.filter(pl.col("days_late") >= OVERDUE_FROM_DAYS)
    rows = late.select("account_id", pl.col("invoice_id").alias("what"), pl.col("days_late").alias("days"), pl.col("open").alias("money"))
    return _worst(rows, "invoice_overdue", _graded("invoice_overdue", "days"))


def _open_issue(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    issues = open_issues(portfolio, [as_of])
    return _worst(issues.select("account_id", pl.col("title").alias("what"), pl.col("on").alias("day")), "open_issue")


def _notice_date(renewals: pl.DataFrame, as_of: date) -> pl.DataFrame:
    due = renewals.filter(
        ~pl.col("renewal_open"),
        pl.col("notice_given_on").is_null(),
        pl.col("notice_date").is_between(as_of, as_of + timedelta(days=RENEWAL_WINDOW_DAYS)),
    )
    rows = due.select("account_id", pl.col("notice_date").alias("day"), (pl.col("notice_date") - as_of).dt.total_days().alias("days"))
    return _worst(rows, "notice_date", _graded("notice_date", "days"))


def _over_servicing(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    burnt = over_servicing(retainer_burn(portfolio, as_of, months=4), as_of)
    return _worst(
        burnt.filter(pl.col("share") >= SIGNALS["over_servicing"].mild).select("account_id", "share"),
        "over_servicing",
        _graded("over_servicing", "share"),
    )


def _unapproved_work(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """Hours of requests begun before anybody approved them, or done although rejected, against the project's budget."""
    requests = (
        unapproved_requests(portfolio, as_of)
        .filter(pl.col("hours") > 0)
        .group_by("project_id")
        .agg(pl.col("hours").sum())
        .join(portfolio["projects"].select("project_id", "account_id", "budget_hours", pl.col("name").alias("what")), on="project_id")
        .with_columns((pl.col("hours") / pl.col("budget_hours")).alias("share"))
        .filter(pl.col("budget_hours") > 0, pl.col("share") >= SIGNALS["unapproved_work"].mild)
        .sort("project_id")
        .select("account_id", "what", "hours", "share")
        .collect()
    )
    return _worst(requests, "unapproved_work", _graded("unapproved_work", "share"))


def _project_late(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    running = portfolio["projects"].filter(
        pl.col("status").is_in(["active", "planned"]),
        pl.col("due") < as_of,
        pl.col("finished_on").is_null() | (pl.col("finished_on") > as_of),
    )
    rows = running.select(
        "account_id",
        pl.col("name").alias("what"),
        (pl.lit(as_of) - pl.col("due")).dt.total_days().alias("days"),
        pl.col("due").alias("day"),
    )
    return _worst(rows.sort("day").collect(), "project_late", _graded("project_late", "days"))


def _hours_over_budget(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    budgeted = portfolio["projects"].filter(
        pl.col("status") == "active", pl.col("budget_hours") > 0, pl.col("billing").ne_missing("retainer")
    )
    logged = portfolio["time_entries"].filter(pl.col("date") <= as_of).group_by("project_id").agg(pl.col("hours").sum())
    rows = (
        budgeted.join(logged, on="project_id")
        .with_columns((pl.col("hours") / pl.col("budget_hours")).alias("share"))
        .filter(pl.col("share") > 1)
        .sort("project_id")
        .select("account_id", pl.col("name").alias("what"), "share", "hours")
        .collect()
    )
    return _worst(rows, "hours_over_budget", _graded("hours_over_budget", "share"))


def _revenue_falling(portfolio: Portfolio, flows: Flows, as_of: date) -> pl.DataFrame:
    """The last 91 days against the mean of the four 91-day windows before; not where over half of the year's billing is fixed price."""
    ends = [as_of - timedelta(days=91 * back) for back in range(5)]
    windows = [Period(end - timedelta(days=90), end) for end in ends]
    if flows.daily.is_empty() or flows.daily["date"].min() > windows[-1].first:  # type: ignore[operator]
        return pl.DataFrame(schema={"account_id": pl.String, "key": pl.String, "severity": pl.Float64})
    last = flows.by_account(windows[0]).select("account_id", pl.col("revenue").alias("last"))
    before = pl.concat([flows.by_account(window).select("account_id", "revenue") for window in windows[1:]])
    before = before.group_by("account_id").agg((pl.col("revenue").sum() / 4).alias("before"))
    rows = (
        before.join(last, on="account_id", how="left")
        .join(_mostly_fixed_price(portfolio, as_of, flows.base), on="account_id", how="anti")
        .filter(pl.col("before") > 0)
        .with_columns((1 - pl.col("last").fill_null(0) / pl.col("before")).alias("share"))
        .filter(pl.col("share") >= SIGNALS["revenue_falling"].mild)
        .select("account_id", "share")
    )
    return _worst(rows, "revenue_falling", _graded("revenue_falling", "share"))


def _mostly_fixed_price(portfolio: Portfolio, as_of: date, base: str) -> pl.DataFrame:
    year = twelve_months(as_of)
    projects = portfolio["projects"].select("project_id", "billing")
    contracts = portfolio["contracts"].select("contract_id", pl.col("kind").alias("contract_kind"))
    fixed = (pl.col("billing") == "fixed").fill_null(False) | (pl.col("contract_kind") == "fixed_price").fill_null(False)
    billed = (
        portfolio["invoices"]
        .filter(pl.col("issued").is_between(year.first, year.last), pl.col("status").ne_missing("void"), pl.col("kind") == "invoice")
        .join(projects, on="project_id", how="left")
        .join(contracts, on="contract_id", how="left")
        .with_columns(fixed.alias("fixed"))
        .collect()
    )
    worth = pl.col("amount") * pl.col("fx")
    return (
        with_stock_rates(billed, portfolio["fx_rates"].collect(), base, as_of)
        .group_by("account_id")
        .agg(worth.filter("fixed").sum().alias("fixed"), worth.sum().alias("worth"))
        .filter(pl.col("fixed") > 0.5 * pl.col("worth"))
        .select("account_id")
    )


def _no_contact(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """Days since the last real contact; only where the book has had any in the last 60 days, and the account ever."""
    real = portfolio["touchpoints"].filter(pl.col("kind").is_in(REAL_CONTACT), pl.col("date") <= as_of).collect()
    if real.filter(pl.col("date") > as_of - timedelta(days=60)).is_empty():
        return pl.DataFrame(schema={"account_id": pl.String, "key": pl.String, "severity": pl.Float64})
    rows = real.group_by("account_id").agg(pl.col("date").max().alias("day")).sort("account_id")
    rows = rows.with_columns((pl.lit(as_of) - pl.col("day")).dt.total_days().alias("days")).filter(pl.col("days") > 60)
    return _worst(rows, "no_contact", _graded("no_contact", "days"))


def _detractor(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """The latest NPS answer of a respondent, 6 or less, in the last 90 days; each answer without a name is a respondent's own."""
    names = portfolio["contacts"].select("contact_id", pl.col("name").alias("who"))
    answers = (
        portfolio["feedback"]
        .filter(pl.col("kind") == "nps", pl.col("date").is_between(as_of - timedelta(days=89), as_of))
        .sort("date")
        .with_columns(pl.coalesce("contact_id", pl.concat_str(pl.lit("\n"), "feedback_id")).alias("respondent"))
        .unique(["account_id", "respondent"], keep="last", maintain_order=True)
        .filter(pl.col("score") <= 6)
        .join(names, on="contact_id", how="left")
        .select("account_id", "who", "score", pl.col("date").alias("day"))
        .collect()
    )
    return _worst(answers, "detractor", _graded("detractor", "score"))


def _promise_late(promises: pl.DataFrame, as_of: date) -> pl.DataFrame:
    unkept = (pl.col("kept_on") > as_of).fill_null(True)
    late = promises.filter(pl.col("state") == "late", unkept)
    rows = late.select(
        "account_id",
        pl.col("text").alias("what"),
        (pl.lit(as_of) - pl.col("due")).dt.total_days().alias("days"),
        pl.col("due").alias("day"),
    )
    return _worst(rows, "promise_late", _graded("promise_late", "days"))
