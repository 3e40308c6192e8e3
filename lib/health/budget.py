"""Budget and margin of each account: margin against target, overrun, over-servicing, unapproved scope. Knows no weight and no threshold.

Formulas: definitions § Account health; the margin's parts are in `lib.health.margins`. Where they are silent: open projects are those
active or on hold; a project of unknown status or billing, and a request of unknown status or hours, make a figure missing.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.columns import N_
from lib.health.margins import WHY as MARGIN
from lib.health.margins import margin_gaps, margin_parts
from lib.health.readings import Sight
from lib.health.standing import (
    UNDER_WAY,
    YEAR_DAYS,
    fixed_prices,
    hours_within,
    is_effort,
    is_lean,
    narrowed,
    on_days,
    projects_on,
    ratios,
    told_of,
    values_of,
    with_role,
)  # fmt: skip
from lib.health.standing import WHY as SHARED
from lib.measures.begun_requests import begun_requests, is_agreed
from lib.measures.earned_value import REASONS
from lib.measures.retainers import over_servicing_on, retainer_burn
from lib.measures.worked import day_number
from lib.periods import Period, twelve_months

METRICS = ("margin_gap", "overrun", "over_servicing", "unapproved_scope")
UNDECIDED = ("logged", "assessed", "proposed")

WHY: dict[str, str] = {reason: sentence for reason, (_, sentence) in REASONS.items()} | SHARED | MARGIN | {
    "no_open_budget": N_("No open project has a budget."),
    "in_hours": N_("In hours: it can't be told in cost."),
    "no_requests": N_("No change request of the account is known."),
    "no_hours": N_("A change request that was started says no hours."),
    "no_open_project": N_("No project is open."),
    "no_contracts": N_("No contract of the account is known for the last 12 months."),
    "no_retainer": N_("None of its contracts is a retainer."),
    "kind_unknown": N_("The kind of a contract is not known."),
    "no_included_hours": N_("A retainer says no included hours."),
    "unattributed_hours": N_("Hours were worked on projects that name neither billing nor contract."),
    "no_account_hours": N_("Nobody has logged an hour for the account yet."),
    "no_logged_hours": N_("No hours were ever logged on its retainers."),
}  # fmt: skip
"""Why a reading is missing or not applicable, or what is to be known beside it -> a sentence."""


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of margin_gap (points as a share of 1), overrun, over_servicing and unapproved_scope (shares 0-1, overrun also below)
    for each account and day of `sight`.
    """
    projects = projects_on(sight)
    of_hours = [_over_servicing_readings(sight), _unapproved_readings(sight, projects, *_unapproved(sight, projects))]
    costs = _costs(sight, projects)
    of_cost = pl.concat([
        margin_gaps(sight, margin_parts(sight, projects, costs)),
        _overrun_readings(sight, _overrun(sight, projects, costs, _bills(sight))),
    ])  # fmt: skip
    return pl.concat([_witnessed(sight, of_cost), *of_hours])


def evidence(sight: Sight, account_id: str, day: date, metric: str) -> pl.DataFrame:
    """The rows that a metric of one account came from on `day`, what matters most first; `role`: counts, or lacks something (`why`).

    margin_gap: project_id and project (null for other work), agi, cost, target, margin, over = agi − cost − target · agi, under = agi.
    overrun: project_id, project, status, eac_by, over = EAC, under = BAC, in cost or hours (`unit`).
    over_servicing: contract_id, month, included, carried_in, used, over = hours over, under = included; three months a contract.
    unapproved_scope: change_id, title, project_id, project, state_known, raised_on, started, decided_on, over = hours, under; then the open
    projects with their budget hours in `under`. The reading is Σ over / Σ under of the rows that count, less 1 for overrun. ValueError for
    another metric.
    """
    if metric not in METRICS:
        raise ValueError(f"not a metric of budget: {metric}")
    alone = narrowed(sight, account_id, day)
    projects = projects_on(alone)
    named: tuple[str, ...]
    if metric == "over_servicing":
        burn = retainer_burn(alone.portfolio, day, 4, alone.worked).filter("complete").sort("month").group_by("contract_id").tail(3)
        named = ("contract_id", "month", "included", "carried_in", "used")
        rows = burn.select(*named, "over", pl.col("included").alias("under"), role=pl.lit("counts"), why=pl.lit(None, pl.String))
        return rows.sort("over", "month", "contract_id", descending=[True, False, False])
    if metric == "margin_gap":
        rows = margin_parts(alone, projects, _costs(alone, projects))
        named, order = ("project_id", "project", "agi", "cost", "target", "margin"), pl.col("over")
    elif metric == "overrun":
        rows = _overrun(alone, projects, _costs(alone, projects), _bills(sight))
        named, order = ("project_id", "project", "status", "eac_by", "unit"), pl.col("under") - pl.col("over")
    else:
        rows = pl.concat([_unapproved(alone, projects)[0].with_columns(pl.lit(0.0).alias("under")), _budgets(projects)], how="diagonal")
        named, order = ("change_id", "title", "project_id", "project", "state_known", "raised_on", "started", "decided_on"), -pl.col("over")
    shown = rows.filter(pl.col("role") != "out").sort(order, "project_id", nulls_last=False, maintain_order=True)
    return shown.select(*named, "over", "under", "role", "why")


def _costs(sight: Sight, projects: pl.DataFrame) -> pl.DataFrame:
    """Earned value in cost of the projects that a margin at completion or an overrun may count for."""
    under_way = projects.filter(pl.col("standing").is_in(UNDER_WAY))
    return values_of(sight, "cost", pl.concat([under_way, fixed_prices(projects)]).select("project_id", "day").unique())


def _witnessed(sight: Sight, rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` of READING; those of accounts for which nobody had logged an hour by the day are missing: no hours are not no cost."""
    worked = sight.worked
    there = worked.tally(day_number(day) + 1 for day in sight.days).entries[:, :-1] > 0
    logged = pl.DataFrame({"project_id": worked.project_ids, "nth": there.argmax(axis=1)}).filter(pl.Series(there.any(axis=1)))
    accounts = sight.portfolio["projects"].select("project_id", "account_id").collect()
    begun = logged.join(accounts, on="project_id").group_by("account_id").agg(pl.col("nth").min())
    begun = begun.select("account_id", pl.Series(sight.days, dtype=pl.Date).gather(begun["nth"]).alias("first"))
    unseen = (pl.col("state") == "known") & ~(pl.col("first") <= pl.col("day")).fill_null(False)
    return rows.join(begun, on="account_id", how="left", maintain_order="left").select(
        "account_id", "day", "metric",
        pl.when(unseen).then(pl.lit("missing")).otherwise("state").alias("state"),
        pl.when(~unseen).then("value").alias("value"),
        pl.when(unseen).then(pl.lit("no_account_hours")).otherwise("why").alias("why"),
    )  # fmt: skip


def _bills(sight: Sight) -> bool:
    """Whether billing must be stated: not in a portfolio of accounts, projects and timesheets only that states none."""
    return not is_lean(sight.portfolio) or bool(sight.portfolio["projects"].select(pl.col("billing").is_not_null().any()).collect().item())


# --- Overrun ---


def _overrun(sight: Sight, projects: pl.DataFrame, costs: pl.DataFrame, bills: bool) -> pl.DataFrame:
    """One row an open project and day: EAC in `over`, BAC in `under`, their `unit`, and why either is lacking.

    In cost (base currency), or in hours where not one of the account's projects that count can be told in cost. Where some can, the others
    lack it: two units make no sum, and a budget of cost that went missing must not turn the rest into hours.
    """
    rows = with_role(
        projects,
        [~pl.col("standing").is_in([*UNDER_WAY, "unclear"]) | pl.col("finished").is_not_null(), is_effort()],
        {"status_unknown": pl.col("standing") == "unclear", "billing_unknown": pl.col("billing").is_null() & pl.lit(bills)},
    ).rename({"name": "project"})
    keys = ["account_id", "day"]
    in_cost = _told(rows, costs, "cost")
    has = [(pl.col("role") == role).any().over(keys) for role in ("lacks", "counts")]
    untold = in_cost.filter(has[0] & ~has[1]).select(keys).unique()
    rest = rows.join(untold, on=keys, how="semi")
    in_hours = _told(rest, values_of(sight, "hours", rest.filter(pl.col("role") == "counts")), "hours")
    return pl.concat([in_cost.join(untold, on=keys, how="anti"), in_hours])


def _told(rows: pl.DataFrame, values: pl.DataFrame, unit: str) -> pl.DataFrame:
    """`rows` with EAC and BAC by `values`; those without lack them."""
    told = values.select("project_id", "day", pl.col("eac").alias("over"), pl.col("bac").alias("under"), "eac_by", "why_eac", "ac_at_least")
    at_least = pl.when("ac_at_least").then(pl.lit("at_least"))
    untold = (pl.col("role") == "counts") & (pl.col("over").is_null() | pl.col("under").is_null())
    # Level of effort has no plan; a project of which something says that it should have one has no budget.
    why = pl.col("why_eac").replace({"level_of_effort": "no_budget"}).fill_null("no_budget")
    return rows.join(told, on=["project_id", "day"], how="left").with_columns(
        pl.when(untold).then(why).otherwise("why").alias("why"),
        pl.when(untold).then(pl.lit("lacks")).otherwise("role").alias("role"),
        (pl.lit("in_hours") if unit == "hours" else at_least).alias("note"),
        pl.lit(unit).alias("unit"),
    )


def _overrun_readings(sight: Sight, rows: pl.DataFrame) -> pl.DataFrame:
    made = ratios(sight, "overrun", rows, none="no_open_budget", no_rows="no_projects", notes="note")
    return made.with_columns(pl.col("value") - 1.0)


# --- Over-servicing ---


def _over_servicing_readings(sight: Sight) -> pl.DataFrame:
    accounts = sight.accounts.select("account_id", "day")
    portfolio = sight.portfolio
    contracts = (
        portfolio["contracts"].select("contract_id", "account_id", "kind", "start", "end", "auto_renew", "hours_included").collect()
        .join(accounts, on="account_id")
        .filter((pl.col("start") <= pl.col("day")).fill_null(True))
        .filter((pl.col("end") > pl.col("day") - timedelta(days=YEAR_DAYS)).fill_null(True) | pl.col("auto_renew").fill_null(False))
    )  # fmt: skip
    retainer = pl.col("kind") == "retainer"
    told = contracts.group_by("account_id", "day").agg(
        pl.col("kind").is_null().any().alias("unnamed"),
        retainer.any().alias("retained"),
        (retainer & (pl.col("hours_included").is_null() | pl.col("start").is_null())).any().alias("unstated"),
    )
    told = (
        told.join(_logged(sight), on=["account_id", "day"], how="left")
        .join(over_servicing_on(sight.portfolio, sight.days, sight.worked).rename({"share": "value"}), on=["account_id", "day"], how="left")
    )  # fmt: skip
    why = (
        pl.when("unnamed").then(pl.lit("kind_unknown"))
        .when(~pl.col("retained").fill_null(False)).then(pl.lit("no_retainer"))
        .when("unstated").then(pl.lit("no_included_hours"))
        .when(pl.col("unattributed").fill_null(False)).then(pl.lit("unattributed_hours"))
        .when(~pl.col("burnt").fill_null(False)).then(pl.lit("no_logged_hours"))
        .when(pl.col("value").is_null()).then(pl.lit("no_included_hours"))
    )  # fmt: skip
    state = (
        pl.when(pl.col("why") == "no_retainer").then(pl.lit("not_applicable"))
        .when(pl.col("why").is_null()).then(pl.lit("known"))
        .otherwise(pl.lit("missing"))
    )  # fmt: skip
    return told_of(sight, "over_servicing", told.with_columns(why.alias("why")).with_columns(state.alias("state")), "no_contracts")


def _logged(sight: Sight) -> pl.DataFrame:
    """account_id, day, burnt (hours were ever logged on a retainer), unattributed (unknown whether hours of the year were)."""
    portfolio = sight.portfolio
    contracts = portfolio["contracts"].select("contract_id", "account_id", "kind", "start").collect()
    started = sight.accounts.select("account_id", "day").join(contracts.filter(pl.col("kind") == "retainer"), on="account_id")
    retainers = started.filter(pl.col("start") <= pl.col("day")).group_by("account_id", "day").agg(pl.len().alias("retainers"))
    nameless, by_billing = pl.col("contract_id").is_null(), (pl.col("billing") == "retainer").fill_null(False)
    alone = nameless & by_billing & (pl.col("retainers") == 1)
    projects = (
        portfolio["projects"].select("project_id", "account_id", "contract_id", "billing").collect()
        .join(contracts.select("contract_id", "kind"), on="contract_id", how="left")
        .join(retainers, on="account_id")
        .select(
            "project_id", "account_id", "day",
            ((pl.col("kind") == "retainer").fill_null(False) | alone).alias("burns"),
            (pl.col("kind").is_null() & (pl.col("billing").is_null() | (by_billing & ~alone))).alias("loose"),
        )
    )  # fmt: skip
    keys = ["project_id", "day"]
    ever = hours_within(sight, lambda day: Period(date.min, day)).join(projects, on=keys)
    year = hours_within(sight, twelve_months).join(projects.filter("loose"), on=keys).select("account_id", "day").unique()
    return (
        ever.group_by("account_id", "day")
        .agg(pl.col("burns").any().alias("burnt"))
        .join(year.with_columns(pl.lit(True).alias("unattributed")), on=["account_id", "day"], how="left")
    )


# --- Unapproved scope ---


def _unapproved(sight: Sight, projects: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Requests on open projects that were started without approval, a row each and day, hours in `over`; and all that were raised by then.

    Started: on its own day, or when the first of its tasks was. What was decided after the day was not decided then; rejected work counts
    once started, withdrawn work never. Scope removed has no hours here.
    """
    requests = (
        begun_requests(sight.portfolio)
        .select("change_id", "title", "project_id", pl.col("status").alias("state_known"), "raised_on", "started", "decided_on", "hours",
                "begins", "until")
        .collect()
    )  # fmt: skip
    standing = projects.select("account_id", "project_id", "day", pl.col("name").alias("project"), "standing", "finished")
    raised = on_days(requests, sight.days, "raised_on").join(standing, on=["project_id", "day"])
    agreed = is_agreed(pl.col("day"), "state_known")
    rows = with_role(
        raised.filter(pl.col("begins") <= pl.col("day")),
        [
            agreed | (pl.col("state_known") == "withdrawn"),
            ~pl.col("standing").is_in([*UNDER_WAY, "unclear"]) | pl.col("finished").is_not_null(),
        ],
        {
            "status_unknown": pl.col("state_known").is_null() | (pl.col("standing") == "unclear"),
            "no_hours": pl.col("hours").is_null(),
        },
    )
    return rows.with_columns(pl.col("hours").clip(lower_bound=0.0).alias("over")), raised.select("account_id", "day").unique()


def _unapproved_readings(sight: Sight, projects: pl.DataFrame, requests: pl.DataFrame, witness: pl.DataFrame) -> pl.DataFrame:
    """Hours of `requests` over the budget hours of open projects; without any request ever (`witness`) nothing is known."""
    named = ("account_id", "day", "role", "why", "over", "under")
    budgets = _budgets(projects).select(named).join(witness, on=["account_id", "day"], how="semi")
    rows = pl.concat([requests.with_columns(pl.lit(0.0).alias("under")).select(named), budgets])
    return ratios(sight, "unapproved_scope", rows, none="no_open_project", no_rows="no_requests")


def _budgets(projects: pl.DataFrame) -> pl.DataFrame:
    """Open projects with their budget hours in `under`; those of unknown status lack it."""
    lacks = {"status_unknown": pl.col("standing") == "unclear"}
    rows = with_role(projects, [~pl.col("standing").is_in([*UNDER_WAY, "unclear"]) | pl.col("finished").is_not_null()], lacks)
    return rows.rename({"name": "project"}).with_columns(pl.lit(0.0).alias("over"), pl.col("budget_hours").fill_null(0.0).alias("under"))
