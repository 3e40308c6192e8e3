"""The readings of the component Commercial and renewal: notice dates, the course of revenue, the client's goals. It scores nothing.

Where definitions are silent: with an open renewal a contract reads RENEWAL_OPEN_DAYS, with notice given 0. Without notice days its notice
date is not known, for the end date would flatter it. An empty end means open-ended unless the row speaks of a term (notice days, renewal,
a total as value); then the end is missing. A goal counts from its start on, met or not, until it is dropped.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.columns import N_
from lib.health.readings import Sight
from lib.health.stating import of_account, pairs, stated
from lib.measures.alarms import on_days
from lib.measures.contract_ends import with_ends
from lib.measures.renewals import CAN_RENEW, notice_dates_on, with_open_renewals
from lib.measures.sums import Window, days_back, sums_on
from lib.periods import twelve_months

RENEWAL_OPEN_DAYS = 9999.0
WINDOW_DAYS = 91
WINDOWS = 5
HISTORY_DAYS = WINDOW_DAYS * WINDOWS
MOSTLY_FIXED = 0.5
ON_COURSE = ("on_track", "met")

WHY: dict[str, str] = {
    "renewal_open": N_("A renewal is being negotiated."),
    "notice_given": N_("Notice was given."),
    "notice_unknown": N_("A contract with an end does not say its notice days."),
    "term_unknown": N_("Of a contract it is not known when its term ends."),
    "no_contract_in_force": N_("No contract in force."),
    "open_ended": N_("No contract has a date to give notice by."),
    "short_history": N_("Revenue is known for less than 455 days."),
    "no_revenue_before": N_("No revenue in the year before the last 91 days."),
    "revenue_incomplete": N_("Some revenue has no price, exchange rate, amount or status."),
    "mostly_fixed": N_("More than half of the last year's AGI is fixed price."),
    "no_goals": N_("No goal was agreed."),
    "goal_unknown": N_("Of a goal it is not known how it stands."),
}
HEADINGS: dict[str, str] = {
    "notice_date": N_("Notice date"), "days_left": N_("Days left"), "says": N_("What counts"), "renewed": N_("Has renewed"),
    "renewal_open": N_("Renewal open"), "first": N_("From"), "last": N_("To"), "money_revenue": N_("Revenue"),
    "money_fixed": N_("Of it fixed price"), "on_course": N_("On course"),
}  # fmt: skip
"""What columns of evidence are called that no table has."""
_A_DAY = pl.duration(days=1)
_KEYS = ("account_id", "day")


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of notice_days, revenue_trend and goals_met for `sight.accounts`; `why` is a key of WHY."""
    found = pairs(sight)
    read = {"notice_days": _notice_days, "revenue_trend": _revenue_trend, "goals_met": _goals_met}
    return pl.concat(stated(metric, reading(sight, found)) for metric, reading in read.items())


def evidence(sight: Sight, account_id: str, day: date, metric: str) -> pl.DataFrame:
    """The rows of one account that a metric's reading of `day` came from.

    notice_days: contracts with end, notice_date, days_left (null: none counts) and `says` (key of WHY), the soonest first; the least
    days_left is the reading. revenue_trend: the five windows, the last first, with money_revenue and money_fixed (the part of it at a
    fixed price), in the base currency at the day's rates.
    goals_met: goals begun by the day, those off course first, with on_course. KeyError for another metric.
    """
    own = of_account(sight, account_id, day)
    return {"notice_days": _notice_rows, "revenue_trend": _window_rows, "goals_met": _goal_rows}[metric](own)


def _notices(sight: Sight) -> pl.DataFrame:
    """Contracts on each day with days_left (null: not known or none), says, and whether notice does not apply to them (`excluded`).

    Those that end as `renewals.notice_dates` has them; beside them others in force in the 12 months to the day.
    """
    accounts = sight.portfolio["accounts"].select("account_id", pl.col("notice_given_on").alias("left_by")).collect()
    dated = notice_dates_on(sight.portfolio, sight.days).join(accounts, on="account_id", how="left", maintain_order="left")
    given = pl.col("notice_given_on").is_not_null() | (pl.col("left_by") <= pl.col("day")).fill_null(False)
    says = (
        pl.when("renewal_open").then(pl.lit("renewal_open"))
        .when(given).then(pl.lit("notice_given"))
        .when("without_notice_days").then(pl.lit("notice_unknown"))
    )  # fmt: skip
    left = (
        pl.when("renewal_open").then(RENEWAL_OPEN_DAYS)
        .when(given).then(0.0)
        .when(~pl.col("without_notice_days")).then((pl.col("notice_date") - pl.col("day")).dt.total_days().cast(pl.Float64))
    )  # fmt: skip
    dated = dated.with_columns(left.alias("days_left"), says.alias("says"), pl.lit(False).alias("excluded"))
    return pl.concat([dated, _without_date(sight, dated)], how="diagonal").drop("left_by")


def _without_date(sight: Sight, dated: pl.DataFrame) -> pl.DataFrame:
    """The other contracts: delivered or open-ended (`excluded`), over, or with a term of which too little is known."""
    may_renew = pl.col("auto_renew").is_null() & pl.col("renewal_months").is_not_null()
    begun = pl.min_horizontal("start", "signed_on")
    contracts = with_ends(sight.portfolio["contracts"].collect()).select(
        "contract_id", "account_id", "kind", "end", "start", "notice_days", "auto_renew", "renewal_months", "value_per",
        pl.when(pl.col("start").is_not_null()).then(begun).alias("first"),
        pl.when(~may_renew).then(pl.col("end_by_notice").dt.offset_by("12mo")).alias("last"),
    )  # fmt: skip
    key = ["contract_id", "day"]
    rows = on_days(contracts, sight.days).join(dated.select(key), on=key, how="anti", maintain_order="left")
    kind_known = pl.col("kind").is_not_null() & pl.col("start").is_not_null()
    term = pl.any_horizontal(pl.col("notice_days", "renewal_months").is_not_null()) | pl.col("auto_renew").fill_null(False)
    has_term = term | pl.col("value_per").eq_missing("total")
    excluded = kind_known & (~CAN_RENEW | pl.col("end").is_null() & ~has_term)
    unclear = ~excluded & (~kind_known | pl.col("end").is_null() | (pl.col("end") < pl.col("day")) & may_renew)
    rows = with_open_renewals(rows, sight.portfolio, sight.days)
    return rows.select(
        "day", "contract_id", "account_id", "kind", "end", "renewal_open", excluded.fill_null(False).alias("excluded"),
        pl.when(unclear & pl.col("renewal_open")).then(RENEWAL_OPEN_DAYS).alias("days_left"),
        pl.when(unclear).then(pl.when("renewal_open").then(pl.lit("renewal_open")).otherwise(pl.lit("term_unknown")))
        .when(excluded).then(pl.lit("open_ended")).alias("says"),
    )  # fmt: skip


def _notice_days(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """Days to the next notice date of the account's contracts; not applicable where all of them are open-ended or only delivered."""
    unknown = pl.when(pl.col("says").is_in(["notice_unknown", "term_unknown"])).then("says")
    nearest_first = _notices(sight).with_columns(unknown.alias("unknown")).sort("days_left", nulls_last=True, maintain_order=True)
    rows = found.join(
        nearest_first.group_by(_KEYS, maintain_order=True).agg(
            pl.col("days_left").first().alias("value"), pl.col("says").first().alias("why"),
            pl.col("unknown").min(), pl.col("excluded").all(),
        ),
        on=_KEYS, how="left", maintain_order="left",
    )  # fmt: skip
    why = (
        pl.when(pl.col("unknown").is_not_null()).then("unknown")
        .when(pl.col("value").is_not_null()).then("why")
        .when("excluded").then(pl.lit("open_ended"))
        .otherwise(pl.lit("no_contract_in_force"))
    )  # fmt: skip
    sure = pl.col("unknown").is_null()
    value = pl.when(sure).then("value")
    return rows.with_columns(value.alias("value"), why.alias("why"), (pl.col("excluded") & sure).alias("inapplicable"))


def _windows(sight: Sight) -> pl.DataFrame:
    """Revenue, AGI and amounts left out of accounts by day and window: the last 91 days ("0"), those before ("1" to "4"), and "year"."""
    windows: dict[str, Window] = {str(back): days_back(WINDOW_DAYS, back) for back in range(WINDOWS)} | {"year": twelve_months}
    entries = sight.worked if sight.basis == "earned" else None
    return sums_on(
        sight.portfolio, sight.days, windows, sight.basis, sight.base, level=True, costs=False, entries=entries, sources=sight.sources
    )


def _revenue_trend(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """Revenue of the last 91 days / mean of the four windows of 91 days before, all at the rates of the day (definitions § Revenue)."""
    is_year, fixed = pl.col("window") == "year", pl.col("fixed").fill_null(False)
    sums = _windows(sight).group_by(_KEYS).agg(
        pl.col("revenue").filter(pl.col("window") == "0").sum().alias("last"),
        (pl.col("revenue").filter(~is_year & (pl.col("window") != "0")).sum() / (WINDOWS - 1)).alias("before"),
        pl.col("agi").filter(is_year).sum().alias("agi"),
        pl.col("agi").filter(is_year & fixed).sum().alias("fixed_agi"),
        (pl.col("unrated").sum() > 0).alias("unrated"),
    )  # fmt: skip
    rows = (
        found.join(sums, on=_KEYS, how="left", maintain_order="left")
        .join(_unclear_invoices(sight), on=_KEYS, how="left", maintain_order="left")
        .with_columns((pl.col("unclear").fill_null(False) | pl.col("unrated").fill_null(False)).alias("incomplete"))
    )
    first = _first_flow(sight)
    short = pl.lit(True) if first is None else (pl.col("day") - pl.lit(first)).dt.total_days() + 1 < HISTORY_DAYS
    fixed_price = pl.col("fixed_agi") > MOSTLY_FIXED * pl.col("agi").clip(lower_bound=0)
    why = (
        pl.when("incomplete").then(pl.lit("revenue_incomplete"))
        .when(fixed_price.fill_null(False)).then(pl.lit("mostly_fixed"))
        .when(short).then(pl.lit("short_history"))
        .when(~(pl.col("before") > 0).fill_null(False)).then(pl.lit("no_revenue_before"))
    )  # fmt: skip
    return rows.with_columns(why.alias("why")).with_columns(
        pl.when(pl.col("why").is_null()).then(pl.col("last") / pl.col("before")).alias("value"),
        (pl.col("why") == "mostly_fixed").alias("inapplicable"),
    )


def _first_flow(sight: Sight) -> date | None:
    """The first day of which the book can have revenue, on the basis in use: how far back its data reach.

    Contracts begin long before the hours that were loaded do: where there are hours, theirs is the first day.
    """
    earned = (("time_entries", "date"), ("progress", "date"), ("contracts", "start"))
    for table, column in (("invoices", "issued"),) if sight.basis == "invoiced" else earned:
        first: date | None = sight.portfolio[table].select(pl.col(column).min()).collect().item()
        if first is not None:
            return first
    return None


def _unclear_invoices(sight: Sight) -> pl.DataFrame:
    """account_id, day, unclear (true): an invoice of the windows lacks its amount, kind, date or currency, or may be void."""
    if sight.basis != "invoiced":
        return pl.DataFrame(schema={"account_id": pl.String, "day": pl.Date, "unclear": pl.Boolean})
    lacking = pl.any_horizontal(pl.col("amount", "kind", "issued", "currency").is_null())
    until = pl.coalesce("period_end", "issued") + pl.duration(days=HISTORY_DAYS - 1)
    unclear = (
        sight.portfolio["invoices"]
        .filter(pl.col("status").ne_missing("void"), lacking | pl.col("status").is_null())
        .select(
            "account_id", pl.col("issued").alias("first"),
            pl.when(lacking).then(until).otherwise(pl.min_horizontal(until, pl.col("paid_on") - _A_DAY)).alias("last"),
        )
        .collect()
    )  # fmt: skip
    return on_days(unclear, sight.days).select(*_KEYS, pl.lit(True).alias("unclear")).unique()


def _goals(sight: Sight, *facts: str) -> pl.DataFrame:
    """Goals begun by each day that are not dropped, with `facts` and on_course (null where its status is not known)."""
    goals = sight.portfolio["goals"].filter(pl.col("status").ne_missing("dropped")).select(
        "account_id", *facts, pl.col("status").is_in(ON_COURSE).alias("on_course"),
        pl.col("start").alias("first"), pl.lit(None, pl.Date).alias("last"),
    )  # fmt: skip
    return on_days(goals.collect(), sight.days)


def _goals_met(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """Goals met or on track / goals that are not dropped."""
    sums = _goals(sight).group_by(_KEYS).agg(
        pl.col("on_course").mean().alias("value"), pl.col("on_course").is_null().any().alias("unknown")
    )  # fmt: skip
    rows = found.join(sums, on=_KEYS, how="left", maintain_order="left")
    why = pl.when(pl.col("unknown").is_null()).then(pl.lit("no_goals")).when("unknown").then(pl.lit("goal_unknown"))
    return rows.with_columns(why.alias("why")).with_columns(pl.when(pl.col("why").is_null()).then("value").alias("value"))


def _notice_rows(own: Sight) -> pl.DataFrame:
    columns = ("contract_id", "kind", "end", "notice_date", "days_left", "says", "renewed", "notice_given_on", "renewal_open")
    rows = _notices(own).select(columns).sort("days_left", "contract_id", nulls_last=True)
    return rows.with_columns(pl.when(pl.col("days_left") < RENEWAL_OPEN_DAYS).then("days_left").alias("days_left"))


def _window_rows(own: Sight) -> pl.DataFrame:
    day = own.days[0]
    spans = pl.DataFrame(
        [(str(back), *_ends(back, day)) for back in range(WINDOWS)],
        schema={"window": pl.String, "first": pl.Date, "last": pl.Date}, orient="row",
    )  # fmt: skip
    fixed = pl.col("revenue").filter(pl.col("fixed").fill_null(False)).sum().alias("money_fixed")
    sums = _windows(own).group_by("window").agg(pl.col("revenue").sum().alias("money_revenue"), fixed)
    rows = spans.join(sums, on="window", how="left", maintain_order="left")
    return rows.select("first", "last", pl.col("money_revenue", "money_fixed").fill_null(0))


def _ends(back: int, day: date) -> tuple[date, date]:
    window = days_back(WINDOW_DAYS, back)(day)
    return window.first, window.last


def _goal_rows(own: Sight) -> pl.DataFrame:
    facts = ("goal_id", "title", "status", "start", "due", "metric", "baseline", "target", "actual", "owner")
    return _goals(own, *facts).select(*facts, "on_course").sort("on_course", "due", "goal_id", nulls_last=False)
