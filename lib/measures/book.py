"""The whole book at the close of a day: one row an account, and every figure of the portfolio review. The only place that joins them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from lib.columns import N_
from lib.definitions import RATED_HOURS_LEAST, RENEWAL_WINDOW_DAYS
from lib.measures.concentration import Concentration, concentration, parents
from lib.measures.figure import NO_DENOMINATOR, TOO_FEW_RATED, Figure, Input, LeftOut, absent, margin_of, ratio, total
from lib.measures.flows import Basis, Flows, both_flows
from lib.measures.freshness import freshness
from lib.measures.receivables import ageing, open_invoices, overdue_share
from lib.measures.renewals import notice_dates
from lib.measures.retention import client_retention, reaches_back, recurring_retention
from lib.measures.signals import signals
from lib.periods import Period, twelve_months, twelve_months_before
from lib.portfolio import Portfolio

QUARTER = ("agi_quarter", "cost_quarter", "hours_quarter", "rated_quarter")
YEAR = ("revenue", "pass_through", "agi", "delivery_cost", "hours", "rated_hours", "billable_hours", "stated_hours", "unrated_flows")


@dataclass(frozen=True)
class Book:
    """What a review of the portfolio reads, for accounts that are not internal; money in `base`.

    `accounts`: account_id, name, top_id, manager, director, industry, tier, status, each of YEAR over the last 12 months, agi_before (the
    12 months before) and agi_level (the last 12) both at as-of rates, each of QUARTER, next_notice, open, overdue (> 30 days), severity,
    priority. `signals`, `invoices`, `renewals`, `fresh`: as the measures of those names give them.
    """

    as_of: date
    quarter: Period
    basis: Basis
    base: str
    pass_through_at_cost: bool
    accounts: pl.DataFrame
    tops: pl.DataFrame
    signals: pl.DataFrame
    invoices: pl.DataFrame
    renewals: pl.DataFrame
    recurring: pl.DataFrame
    recurring_unrated: int
    retention: pl.DataFrame
    enough_history: bool
    fresh: pl.DataFrame
    has_revenue: bool
    unlinked_hours: float

    @property
    def year(self) -> Period:
        return twelve_months(self.as_of)


def book(portfolio: Portfolio, as_of: date, quarter: Period, basis: Basis, base: str, promises: pl.DataFrame) -> tuple[Book, Flows]:
    """The book at the close of `as_of`, with the flows it was summed from."""
    flows, level = both_flows(portfolio, as_of, basis, base)
    invoices = open_invoices(portfolio, as_of, base)
    renewals = notice_dates(portfolio, as_of)
    found = signals(portfolio, level, invoices, renewals, promises, as_of)
    tops = parents(portfolio)
    recurring = recurring_retention(portfolio, as_of, base)
    quarter_so_far = Period(quarter.first, max(quarter.first, min(quarter.last, as_of)))
    accounts = (
        portfolio["accounts"]
        .filter(~pl.col("internal").fill_null(False))
        .select("account_id", "name", "manager", "director", "industry", "tier", "status")
        .collect()
        .join(tops, on="account_id", how="left")
        .join(flows.by_account(twelve_months(as_of)).select("account_id", *YEAR), on="account_id", how="left")
        .join(
            level.by_account(twelve_months_before(as_of)).select("account_id", pl.col("agi").alias("agi_before")),
            on="account_id",
            how="left",
        )
        .join(level.by_account(twelve_months(as_of)).select("account_id", pl.col("agi").alias("agi_level")), on="account_id", how="left")
        .join(
            flows.by_account(quarter_so_far).select(
                "account_id",
                pl.col("agi").alias("agi_quarter"),
                pl.col("delivery_cost").alias("cost_quarter"),
                pl.col("hours").alias("hours_quarter"),
                pl.col("rated_hours").alias("rated_quarter"),
            ),
            on="account_id",
            how="left",
        )
        .join(renewals.group_by("account_id").agg(pl.col("notice_date").min().alias("next_notice")), on="account_id", how="left")
        .join(
            invoices.group_by("account_id").agg(
                pl.col("open").sum(), pl.col("open").filter(pl.col("days_late") > 30).sum().alias("overdue")
            ),
            on="account_id",
            how="left",
        )
        .join(found.group_by("account_id").agg(pl.col("severity").max()), on="account_id", how="left")
        .with_columns(pl.col(*YEAR, "agi_before", "agi_level", *QUARTER, "open", "overdue", "severity").fill_null(0))
        .with_columns((pl.col("agi").clip(lower_bound=0) * pl.col("severity")).alias("priority"))
        .sort("name")
    )
    retained = client_retention(portfolio, level, as_of)
    made = Book(
        as_of,
        quarter,
        basis,
        base,
        flows.pass_through_at_cost,
        accounts,
        tops,
        found,
        invoices,
        renewals,
        recurring.accounts,
        recurring.unrated,
        retained.accounts,
        reaches_back(flows, as_of),
        freshness(portfolio, as_of),
        bool((flows.daily["revenue"] != 0).any()),
        _unlinked_hours(portfolio, twelve_months(as_of)),
    )
    return made, flows


def _unlinked_hours(portfolio: Portfolio, window: Period) -> float:
    """Hours of `window` on projects that are not loaded: nobody's client can be charged with them."""
    entries = portfolio["time_entries"].filter(pl.col("date").is_between(window.first, window.last))
    unlinked = entries.join(portfolio["projects"].select("project_id"), on="project_id", how="anti")
    return total(unlinked.select("hours").collect(), "hours")


def discuss_first(book: Book, account_ids: pl.Series, movability: pl.DataFrame | None = None) -> pl.DataFrame:
    """Accounts of `account_ids` that carry a signal, in the order of the agenda.

    Priority = AGI of the last 12 months × the gravest severity × movability of the score (`movability`: account_id, movability 0-1; 1
    where it isn't given or has none); ties by the next notice date, then severity. Lost and prospective accounts stay out. Columns of
    `Book.accounts`, with movability, priority, and key: the gravest signal.
    """
    gravest = book.signals.unique("account_id", keep="first", maintain_order=True).select("account_id", "key")
    known = pl.DataFrame(schema={"account_id": pl.String, "movability": pl.Float64}) if movability is None else movability
    return (
        book.accounts.filter(
            pl.col("account_id").is_in(account_ids.implode()), pl.col("status").is_in(["active", "paused"]) | pl.col("status").is_null()
        )
        .join(gravest, on="account_id")
        .join(known, on="account_id", how="left")
        .with_columns((pl.col("priority") * pl.col("movability").fill_null(1.0)).alias("priority"))
        .sort("priority", "next_notice", "severity", "name", descending=[True, False, True, False], nulls_last=True)
    )


def silent(book: Book, account_ids: pl.Series) -> pl.DataFrame:
    """Active accounts of `account_ids` about which nearly nothing is known: no AGI, no hours and no signal in the last 12 months."""
    known = (pl.col("agi") != 0) | (pl.col("hours") != 0) | (pl.col("severity") > 0)
    return book.accounts.filter(pl.col("account_id").is_in(account_ids.implode()), pl.col("status") == "active", ~known)


def upcoming_notices(book: Book, account_ids: pl.Series) -> pl.DataFrame:
    """Notice dates in the next 120 days, soonest first: columns of `renewals`, with name, agi, severity and manager of the account."""
    window = pl.col("notice_date").is_between(book.as_of, book.as_of + timedelta(days=RENEWAL_WINDOW_DAYS))
    return (
        book.renewals.filter(window, pl.col("account_id").is_in(account_ids.implode()))
        .join(book.accounts.select("account_id", "name", "agi", "severity", "manager"), on="account_id")
        .sort("notice_date", "contract_id")
    )


def tops_of(book: Book, account_ids: pl.Series) -> pl.DataFrame:
    """account_id of the top accounts above `account_ids`."""
    return book.tops.filter(pl.col("account_id").is_in(account_ids.implode())).select(pl.col("top_id").alias("account_id")).unique()


def concentration_of(book: Book) -> Concentration:
    """Concentration of the whole book's AGI of the last 12 months, whatever the page's filter."""
    amounts = book.accounts.select("account_id", pl.col("agi").alias("amount"))
    return concentration(amounts, book.tops, book.accounts.select("account_id", "name"))


def figures(book: Book, portfolio: Portfolio, account_ids: pl.Series) -> dict[str, Figure]:
    """Every figure of the portfolio page, over `account_ids` (concentration over the whole book)."""
    chosen = book.accounts.filter(pl.col("account_id").is_in(account_ids.implode()))
    return (
        _money_figures(book, portfolio, chosen)
        | _hour_figures(book, portfolio, chosen)
        | _retention_figures(book, portfolio, chosen)
        | _concentration_figures(book, portfolio)
        | _receivable_figures(book, portfolio, chosen)
        | {"renewals": _renewals(book, portfolio, chosen)}
    )


def _inputs(book: Book, key_tables: tuple[str, ...]) -> tuple[Input, ...]:
    rows = {row["table"]: row for row in book.fresh.iter_rows(named=True)}
    return tuple(Input(table, rows[table]["rows"], rows[table]["until"]) for table in key_tables if table in rows)


def _unrated(count: int) -> tuple[LeftOut, ...]:
    one, many = N_("{n} amount has no exchange rate and is left out"), N_("{n} amounts have no exchange rate and are left out")
    return (LeftOut(count, one, many),) if count else ()


def _unlinked(book: Book) -> tuple[LeftOut, ...]:
    hours = round(book.unlinked_hours)
    one, many = N_("{n} hour is on a project that is not loaded"), N_("{n} hours are on projects that are not loaded")
    return (LeftOut(hours, one, many),) if hours else ()


def _revenue_tables(book: Book) -> tuple[str, ...]:
    invoiced, earned = ("invoices", "expenses"), ("contracts", "projects", "progress", "time_entries", "people", "expenses")
    return invoiced if book.basis == "invoiced" else earned


def _money_figures(book: Book, portfolio: Portfolio, chosen: pl.DataFrame) -> dict[str, Figure]:
    tables = _revenue_tables(book)
    unrated = _unrated(int(total(chosen, "unrated_flows")))
    rows = chosen.select("account_id", "name", "revenue", "pass_through", "agi", "delivery_cost", "hours", "rated_hours", "agi_before")
    rows = rows.filter((pl.col("agi") != 0) | (pl.col("hours") != 0)).sort("agi", descending=True)
    made: dict[str, Figure] = {}
    needs = ("invoices",) if book.basis == "invoiced" else ("contracts", "progress", "people")
    for key, value in (("revenue", total(chosen, "revenue")), ("agi", total(chosen, "agi"))):
        known = Figure(key, value, book.base, inputs=_inputs(book, tables), left_out=unrated, rows=rows)
        made[key] = known if book.has_revenue else absent(portfolio, key, needs)
    hours, rated = total(chosen, "hours"), total(chosen, "rated_hours")
    missing_hours = round(hours - rated)
    left_out = unrated
    if missing_hours > 0:
        left_out += (
            LeftOut(missing_hours, N_("{n} hour has no cost rate and is left out"), N_("{n} hours have no cost rate and are left out")),
        )
    left_out += _unlinked(book)
    inputs = _inputs(book, (*tables, "time_entries", "people", "person_terms"))
    if hours <= 0 or rated <= 0:
        made["delivery_cost"] = absent(portfolio, "delivery_cost")
    else:
        made["delivery_cost"] = Figure(
            "delivery_cost", total(chosen, "delivery_cost"), book.base, inputs=inputs, left_out=left_out, rows=rows
        )
    margin, at_most = margin_of(total(chosen, "agi"), total(chosen, "delivery_cost"), hours, rated)
    if margin is None or not book.has_revenue:
        why = TOO_FEW_RATED if hours > 0 and rated / hours < RATED_HOURS_LEAST else NO_DENOMINATOR
        made["delivery_margin"] = absent(portfolio, "delivery_margin", why=why)
    else:
        made["delivery_margin"] = Figure("delivery_margin", margin, at_most=at_most, inputs=inputs, left_out=left_out, rows=rows)
    return made


def _hour_figures(book: Book, portfolio: Portfolio, chosen: pl.DataFrame) -> dict[str, Figure]:
    rows = (
        chosen.select("account_id", "name", "hours", "billable_hours", "stated_hours")
        .filter(pl.col("hours") != 0)
        .sort("hours", descending=True)
    )
    inputs = _inputs(book, ("time_entries",))
    share = ratio(total(chosen, "billable_hours"), total(chosen, "stated_hours"))
    if "time_entries" not in portfolio.loaded:
        return {key: absent(portfolio, key) for key in ("logged_hours", "billable_share")}
    return {
        "logged_hours": Figure("logged_hours", total(chosen, "hours"), inputs=inputs, left_out=_unlinked(book), rows=rows),
        "billable_share": Figure("billable_share", share, inputs=inputs, rows=rows)
        if share is not None
        else absent(portfolio, "billable_share", why=NO_DENOMINATOR),
    }


def _retention_figures(book: Book, portfolio: Portfolio, chosen: pl.DataFrame) -> dict[str, Figure]:
    names = chosen.select("account_id", "name")
    recurring = (
        book.recurring.join(names, on="account_id")
        .select("account_id", "name", "start", "now")
        .filter((pl.col("start") > 0) | (pl.col("now") > 0))
    )
    base_year = recurring.filter(pl.col("start") > 0)
    start = total(base_year, "start")
    made: dict[str, Figure] = {}
    kept = base_year.select(pl.min_horizontal("start", "now").sum()).item() if base_year.height else 0.0
    for key, over in (("nrr", total(base_year, "now")), ("grr", kept)):
        value = ratio(over, start)
        known = Figure(key, value, inputs=_inputs(book, ("contracts",)), left_out=_unrated(book.recurring_unrated), rows=recurring)
        made[key] = absent(portfolio, key, why=NO_DENOMINATOR) if value is None else known
    retained = book.retention.join(names, on="account_id").select("account_id", "name", "before", "last", "billed", "change")
    value = ratio(total(retained, "last"), total(retained, "before"))
    billed = ratio(total(retained, "billed"), float(retained.height))
    for key, over in (("client_retention", value), ("clients_returned", billed)):
        if over is None or not book.enough_history:
            made[key] = absent(portfolio, key, why=N_("It compares 24 months; the data does not reach back that far."))
        else:
            rows = retained.drop("billed").sort("before", descending=True)
            made[key] = Figure(key, over, inputs=_inputs(book, _revenue_tables(book)), rows=rows)
    return made


def _concentration_figures(book: Book, portfolio: Portfolio) -> dict[str, Figure]:
    spread = concentration_of(book)
    values = {"top1": spread.top1, "top3": spread.top3, "hhi": spread.hhi, "effective_clients": spread.effective_clients}
    inputs = _inputs(book, _revenue_tables(book))
    return {
        key: absent(portfolio, key, why=NO_DENOMINATOR) if value is None else Figure(key, value, inputs=inputs, rows=spread.clients)
        for key, value in values.items()
    }


def _receivable_figures(book: Book, portfolio: Portfolio, chosen: pl.DataFrame) -> dict[str, Figure]:
    owed = book.invoices.join(chosen.select("account_id", "name"), on="account_id")
    left_out = _unrated(owed["open"].null_count())
    inputs = _inputs(book, ("invoices",))
    rows = owed.select("invoice_id", "name", "issued", "due", "days_late", "open", "status").sort(
        "days_late", descending=True, nulls_last=True
    )
    if "invoices" not in portfolio.loaded:
        return {key: absent(portfolio, key) for key in ("receivables", "overdue_30")}
    late = overdue_share(owed)
    return {
        "receivables": Figure("receivables", total(owed, "open"), book.base, inputs=inputs, left_out=left_out, rows=rows),
        "overdue_30": absent(portfolio, "overdue_30", why=NO_DENOMINATOR)
        if late is None
        else Figure("overdue_30", late, inputs=inputs, left_out=left_out, rows=rows),
    }


def receivables_by_age(book: Book, account_ids: pl.Series) -> pl.DataFrame:
    """Open amounts of `account_ids` by bucket of age: as `receivables.ageing`."""
    return ageing(book.invoices.filter(pl.col("account_id").is_in(account_ids.implode())))


def _renewals(book: Book, portfolio: Portfolio, chosen: pl.DataFrame) -> Figure:
    notices = upcoming_notices(book, chosen["account_id"])
    if "contracts" not in portfolio.loaded:
        return absent(portfolio, "renewals")
    worth = total(notices.unique("account_id"), "agi")
    rows = notices.select("contract_id", "name", "kind", "notice_date", "end", "without_notice_days", "renewed", "renewal_open", "agi")
    return Figure(
        "renewals", worth if book.has_revenue else None, book.base, inputs=_inputs(book, ("contracts", "opportunities")), rows=rows
    )


def comparisons(book: Book, account_ids: pl.Series) -> dict[str, float | None]:
    """What stands beside the figures, over `account_ids`.

    agi_change: AGI of the last 12 months against the 12 before, both at as-of rates, as a share; None without 24 months of data.
    margin_quarter: delivery margin of the quarter so far.
    """
    chosen = book.accounts.filter(pl.col("account_id").is_in(account_ids.implode()))
    before, now = total(chosen, "agi_before"), total(chosen, "agi_level")
    quarter, _ = margin_of(*(total(chosen, column) for column in QUARTER))
    return {"agi_change": ratio(now - before, before) if book.enough_history else None, "margin_quarter": quarter}
