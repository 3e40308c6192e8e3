"""Every figure of a team's workload, by person, role, team, account or project and by day, week or month. It draws and words nothing.

Definitions § Team workload and § Revenue; load and capacity are those of `lib.measures.load`. Each figure is a sum over a sum, whatever the
grain, with both sums beside it. Where the definitions are silent: an account's or a project's capacity is that of everybody asked about, so
that its utilisation is the part of all their hours that it takes, and these add up to the group's; what is billed of an account is shared
among its hours by what they are worth; own expenses belong to projects, so that the cost per hour of people is that of their hours alone;
realisation and effective rate leave out what is passed through; who has no role has no target.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.columns import N_
from lib.definitions import RATED_HOURS_FULL, RATED_HOURS_LEAST
from lib.measures.flows import Basis
from lib.measures.load import HOURS, PLANNED, Facts, facts_of, places, summed, with_shares
from lib.measures.worked import Numbers, Whole, day_number
from lib.measures.workload import Workload
from lib.portfolio import Portfolio
from lib.team.money import Money

By = Literal["person_id", "role", "team", "account_id", "project_id"]
Every = Literal["1d", "1w", "1mo"]
OF_PEOPLE = ("person_id", "role", "team")
MONEY = ("worth", "priced_hours", "labour_cost", "rated_hours", "revenue", "pass_through", "own_expenses", "unconverted")
RECEIVED = ("revenue", "pass_through", "own_expenses", "unconverted")
OF_CAPACITY = ("capacity_hours", "capacity_to_date_hours", "target_hours", "with_target_hours")
FIGURES = {
    "realisation": ("agi", "worth"),
    "effective_rate": ("agi", "client_to_date_hours"),
    "cost_per_hour": ("delivery_cost", "client_to_date_hours"),
}
"""Figure of money -> what is divided by what; the shares of hours are `lib.measures.load.SHARES`."""
REASONS = {
    "no_people": N_("Import people: nobody's hours are known."),
    "no_capacity": N_("There is no capacity in these days."),
    "after_as_of": N_("These days are still to come."),
    "no_billable_hours": N_("No billable hours are logged in these days."),
    "no_hours": N_("No hours for clients are logged in these days."),
    "too_few_priced": N_("Less than 90 % of the billable hours have a bill rate."),
    "too_few_rated": N_("Less than 90 % of the hours have a cost rate."),
    "no_revenue": N_("Import invoices, or progress and contracts, to see what came in."),
    "no_exchange_rate": N_("Some amounts have no exchange rate of their day."),
}
"""Why a figure can't be had: the codes of the columns `lacks_<figure>`."""

MANAGERS = (
    "account manager", "account director", "account executive", "project manager", "engagement manager", "delivery manager",
    "gestor de cuenta", "gestora de cuenta", "director de cuenta", "directora de cuenta", "ejecutivo de cuenta", "ejecutiva de cuenta",
    "jefe de proyecto", "jefa de proyecto", "gestor de proyecto", "gestora de proyecto", "director de proyecto", "directora de proyecto",
)  # fmt: skip


@dataclass(frozen=True)
class Targets:
    """Billable utilisation aimed at, 0 to 1: of `makers`, of account and project `managers`, and of roles that have one of their own
    (`by_role`, in any case of letters; None: no target). ValueError for a share outside 0 to 1.
    """

    makers: float = 0.75
    managers: float = 0.35
    by_role: Mapping[str, float | None] = field(default_factory=lambda: MappingProxyType({}))

    def __post_init__(self) -> None:
        shares = [self.makers, self.managers, *(share for share in self.by_role.values() if share is not None)]
        if any(not 0 <= share <= 1 for share in shares):
            raise ValueError(f"a target is a share from 0 to 1: {shares}")

    def of(self, role: str | None) -> float | None:
        """The target of a role; account and project managers are known by the words in its name. None without a role."""
        if role is None:
            return None
        name = " ".join(role.casefold().split())
        own = {" ".join(key.casefold().split()): share for key, share in self.by_role.items()}
        if name in own:
            return own[name]
        return self.managers if any(words in name for words in MANAGERS) else self.makers


@dataclass(frozen=True, eq=False)
class Team:
    """What figures are made of: `workload` from its first to its last day, money on `basis` in `base`, and `targets` by role."""

    portfolio: Portfolio
    workload: Workload
    basis: Basis
    base: str
    targets: Targets = field(default_factory=Targets)

    def figures(self, by: By | None = None, every: Every | None = None, people: Collection[str] | None = None) -> pl.DataFrame:
        """One row for each `by` and span of days (`start`: its first day, a week's Monday), sorted so; without either, one row of all.

        `people`: only their hours and capacity (None: everybody's). Columns: HOURS and SHARES of `lib.measures.load` (shares 0 to 1),
        `assumed`, `people` (how many have capacity); target_hours and with_target_hours (capacity × target, and capacity, of those whose
        role has one) with target_share; MONEY in `base` with agi = revenue − pass_through and delivery_cost = labour_cost + own_expenses;
        FIGURES, and `lacks_<figure>` for these and the utilisations: a code of REASONS where one can't be had. `realisation_at_most`,
        `cost_at_least`: some hours have no rate. Money is of the days up to as_of; on people it is their share of each account's. By
        project there is account_id too, and a row without project for what an account was billed beside its projects. What nobody named
        is null.
        """
        asked = None if people is None else frozenset(people)
        span = ["start"] if every else []
        if by in ("account_id", "project_id"):
            rows = self._by_project(every, asked).rows() if by == "project_id" else self._by_account(every, asked)
            whole = self._by_person(every, asked)
            capacity = whole.group_by(span or pl.lit(0).alias("_")).agg(pl.col(OF_CAPACITY).sum(), _people()).drop("_", strict=False)
            rows = rows.join(capacity, on=span, how="left", maintain_order="left") if span else rows.join(capacity, how="cross")
            return self._divided(rows.with_columns(pl.col(OF_CAPACITY).fill_null(0.0), pl.col("people").fill_null(0)), every)
        rows, keys = self._by_person(every, asked), [*([by] if by else []), *span]
        if by == "person_id":
            return self._divided(rows.with_columns((pl.col("capacity_hours") > 0).cast(pl.UInt32).alias("people")), every)
        named = rows.join(self._of_people, on="person_id", how="left")
        totals = [pl.col(*HOURS, "target_hours", "with_target_hours", *MONEY).sum(), pl.col("assumed").any(), _people()]
        rows = named.group_by(keys).agg(totals).sort(keys) if keys else named.select(totals)
        if by is None and asked is None:  # with what is no person's: own expenses, and what came in for accounts without hours
            money = self._by_account(every, None).group_by(span or pl.lit(0).alias("_")).agg(pl.col(MONEY).sum()).drop("_", strict=False)
            bare = rows.drop(MONEY)
            rows = bare.join(money, on=span, how="left", maintain_order="left") if span else bare.hstack(money)
        return self._divided(rows.with_columns(pl.col(MONEY).fill_null(0.0)), every)

    @cached_property
    def _of_people(self) -> pl.DataFrame:
        people = self.portfolio["people"].select("person_id", "role", "team").unique("person_id", keep="first").collect()
        targets = {role: self.targets.of(role) for role in people["role"].unique()}
        return people.with_columns(pl.Series("target", [targets[role] for role in people["role"]], pl.Float64))

    @cached_property
    def _facts(self) -> Facts:
        return facts_of(self.portfolio, self.workload.entries, self.workload.first, min(self.workload.as_of, self.workload.last))

    @cached_property
    def _money(self) -> Money:
        made = self.workload
        return Money(self.portfolio, self._facts, made.first, max(made.first, min(made.as_of, made.last)), self.basis, self.base)

    @cached_property
    def _people_known(self) -> dict[tuple[Every | None, frozenset[str] | None], pl.DataFrame]:
        return {}

    @cached_property
    def _accounts_known(self) -> dict[tuple[Every | None, frozenset[str] | None], pl.DataFrame]:
        return {}

    @cached_property
    def _projects_known(self) -> dict[tuple[Every | None, frozenset[str] | None], _Cells]:
        return {}

    def _by_person(self, every: Every | None, people: frozenset[str] | None) -> pl.DataFrame:
        if (every, people) not in self._people_known:
            self._people_known[every, people] = self._summed_by_person(every, people)
        return self._people_known[every, people]

    def _by_project(self, every: Every | None, people: frozenset[str] | None) -> _Cells:
        if (every, people) not in self._projects_known:
            self._projects_known[every, people] = self._summed_by_project(every, people)
        return self._projects_known[every, people]

    def _by_account(self, every: Every | None, people: frozenset[str] | None) -> pl.DataFrame:
        if (every, people) not in self._accounts_known:
            self._accounts_known[every, people] = self._by_project(every, people).by_account().rows().drop("project_id")
        return self._accounts_known[every, people]

    def _spans(self, every: Every | None) -> tuple[pl.Series, Whole]:
        """First days of the spans, and of each day from first to last the place of its span."""
        days = pl.select(pl.date_range(self.workload.first, self.workload.last, "1d").alias("date"))["date"]
        starts = days.dt.truncate(every) if every else pl.repeat(self.workload.first, days.len(), dtype=pl.Date, eager=True)
        place: Whole = starts.rank("dense").cast(pl.Int64).to_numpy() - 1
        return starts.unique(maintain_order=True), place

    def _chosen(self, people: frozenset[str] | None) -> Whole | slice:
        """The facts of `people`, by place."""
        if people is None:
            return slice(None)
        mine = places(self.workload.entries.person_ids, pl.Series(sorted(people), dtype=pl.String)) >= 0
        return np.flatnonzero(mine[self.workload.entries.person[self._facts.rows]])

    def _day(self) -> Whole:
        day: Whole = self.workload.entries.day[self._facts.rows].astype(np.int64) - day_number(self.workload.first)
        return day

    def _summed_by_person(self, every: Every | None, people: frozenset[str] | None) -> pl.DataFrame:
        """person_id (and start), HOURS, assumed, target_hours, with_target_hours, MONEY."""
        load = self.workload.load
        load = load if people is None else load.filter(pl.col("person_id").is_in(list(people)))
        rows = self.workload.weeks if every == "1w" and people is None else summed(load, "person_id", every=every)
        rows = rows.select("person_id", *(["start"] if every else []), *HOURS, "assumed")
        target = self._of_people.select("person_id", "target")
        rows = rows.join(target, on="person_id", how="left", maintain_order="left").with_columns(
            (pl.col("capacity_hours") * pl.col("target")).fill_null(0.0).alias("target_hours"),
            pl.when(pl.col("target").is_not_null()).then("capacity_hours").otherwise(0.0).alias("with_target_hours"),
        )
        starts, span = self._spans(every)
        ids, chosen = self.workload.entries.person_ids, self._chosen(people)
        cell = (self.workload.entries.person[self._facts.rows] * np.int64(len(starts)) + span[self._day()])[chosen]
        size = len(ids) * len(starts)
        money = {name: np.bincount(cell, amounts[chosen], size) for name, amounts in (self._money.hours | self._money.shared).items()}
        some = np.flatnonzero(np.bincount(cell, minlength=size))
        made = pl.DataFrame({
            "person_id": ids.gather(some // max(1, len(starts))), "start": starts.gather(some % max(1, len(starts))),
            **{name: sums[some] for name, sums in money.items()},
        })  # fmt: skip
        keys = ["person_id", "start"] if every else ["person_id"]
        made = made.select(*keys, *(name for name in MONEY if name in made.columns), pl.lit(0.0).alias("own_expenses"))
        return rows.drop("target").join(made, on=keys, how="left", maintain_order="left").with_columns(pl.col(MONEY).fill_null(0.0))

    def _summed_by_project(self, every: Every | None, people: frozenset[str] | None) -> _Cells:
        """HOURS but capacity, and MONEY, of each project; of what an account was billed without a project, by account."""
        made = self.workload
        starts, span = self._spans(every)
        entries, plan = made.entries, made.plan.filter(pl.col("date").is_between(made.first, made.last))
        plan = plan if people is None else plan.filter(pl.col("person_id").is_in(list(people)))
        receipts = self._money.receipts if people is None else self._money.receipts.clear()
        known = self._projects(plan, receipts)
        size, chosen = known.height * len(starts), self._chosen(people)
        by_project = known["project_id"].drop_nulls()

        def cells(rows: pl.DataFrame, place: Whole) -> Whole:
            found: Whole = place * len(starts) + span[rows["date"].to_physical().to_numpy() - day_number(made.first)]
            return found

        cell = (places(entries.project_ids, by_project)[entries.project[self._facts.rows]] * len(starts) + span[self._day()])[chosen]
        planned = cells(plan, places(plan["project_id"], by_project))
        named = places(receipts["project_id"], by_project)
        bare = places(receipts["account_id"], known.filter(pl.col("project_id").is_null())["account_id"])
        received = cells(receipts, np.where(receipts["project_id"].is_null().to_numpy(), bare + len(by_project), named))
        parts = [
            (cell, self._facts.hours), (cell, self._money.hours if people is None else self._money.hours | self._money.shared),
            (planned, {name: plan[name].to_numpy() for name in PLANNED}),
            (planned, {"client": np.where(plan["client"].to_numpy(), plan["confirmed_hours"].to_numpy(), 0.0)}),
            (received, {name: receipts[name].to_numpy() for name in RECEIVED} if people is None else {}),
        ]  # fmt: skip
        sums = {name: _binned(at, amounts[chosen] if at is cell else amounts, size) for at, some in parts for name, amounts in some.items()}
        for name in ("confirmed_hours", "expected_hours", "possible_hours"):
            sums[name] = sums[name] + sums["logged_hours"]
        client = sums.pop("client")
        sums["client_hours"] = sums["client_to_date_hours"] + client
        sums["billable_hours"] = sums["billable_to_date_hours"] + client
        many = sum(np.bincount(at, minlength=size) for at in (cell, planned, received))
        return _Cells(known, starts, every is not None, sums, np.asarray(many))

    def _projects(self, plan: pl.DataFrame, receipts: pl.DataFrame) -> pl.DataFrame:
        """account_id and project_id of all projects that anything names, by project, and after them accounts billed without a project."""
        named = pl.concat([self.workload.entries.project_ids, plan["project_id"]]).drop_nulls().unique()
        owned = self.portfolio["projects"].select("account_id", "project_id").unique("project_id", keep="first").collect()
        projects = pl.DataFrame({"project_id": named}).join(owned, on="project_id", how="left").sort("project_id")
        bare = receipts.filter(pl.col("project_id").is_null()).select("account_id", "project_id").unique().sort("account_id")
        return pl.concat([projects.select("account_id", "project_id"), bare])

    def _divided(self, rows: pl.DataFrame, every: Every | None) -> pl.DataFrame:
        """`rows` with every share and figure, and why one is lacking."""
        made = with_shares(rows).with_columns(
            (pl.col("revenue") - pl.col("pass_through")).alias("agi"),
            (pl.col("labour_cost") + pl.col("own_expenses")).alias("delivery_cost"),
        )
        billable, worked = pl.col("billable_to_date_hours"), pl.col("client_to_date_hours")
        priced, rated = pl.col("priced_hours") / _some(billable), pl.col("rated_hours") / _some(worked)
        begun = pl.col("start") if every else pl.lit(self.workload.first)
        nobody = pl.lit("people" not in self.portfolio.loaded)
        coming = begun > self.workload.as_of

        def first_of(*found: tuple[pl.Expr, str]) -> pl.Expr:
            why = pl.lit(None, pl.String)
            for when, code in reversed(found):
                why = pl.when(when).then(pl.lit(code)).otherwise(why)
            return why

        capacity, to_date = (pl.col(name) <= 0 for name in ("capacity_hours", "capacity_to_date_hours"))
        bare = [(capacity & nobody, "no_people"), (capacity, "no_capacity")]
        bare_to_date = [(coming, "after_as_of"), (to_date & nobody, "no_people"), (to_date, "no_capacity")]
        unknown, lacking = pl.lit(self._money.unstated), pl.col("unconverted") > 0
        lacks = {
            "utilisation": first_of(*bare),
            "billable_utilisation": first_of(*bare),
            "utilisation_to_date": first_of(*bare_to_date),
            "billable_utilisation_to_date": first_of(*bare_to_date),
            "realisation": first_of(
                (coming, "after_as_of"), (unknown, "no_revenue"), (billable <= 0, "no_billable_hours"), (lacking, "no_exchange_rate"),
                (priced < RATED_HOURS_LEAST, "too_few_priced"), (pl.col("worth") <= 0, "no_billable_hours"),
            ),
            "effective_rate": first_of(
                (coming, "after_as_of"), (unknown, "no_revenue"), (worked <= 0, "no_hours"), (lacking, "no_exchange_rate"),
                ((priced < RATED_HOURS_LEAST) & (self.basis == "earned"), "too_few_priced"),  # hours earn their rate
            ),
            "cost_per_hour": first_of((coming, "after_as_of"), (worked <= 0, "no_hours"), (rated < RATED_HOURS_LEAST, "too_few_rated")),
        }  # fmt: skip
        made = made.with_columns(reason.alias(f"lacks_{name}") for name, reason in lacks.items())
        figures = {
            name: pl.when(pl.col(f"lacks_{name}").is_null()).then(pl.col(over) / pl.col(under)) for name, (over, under) in FIGURES.items()
        }
        return made.with_columns(
            **figures,
            target_share=pl.col("target_hours") / _some(pl.col("with_target_hours")),
            realisation_at_most=(priced < RATED_HOURS_FULL - 1e-12).fill_null(False),
            cost_at_least=(rated < RATED_HOURS_FULL - 1e-12).fill_null(False),
        )


def _some(hours: pl.Expr) -> pl.Expr:
    """Null where there is nothing to divide by."""
    return pl.when(hours > 0).then(hours)


def _people() -> pl.Expr:
    return pl.col("person_id").filter(pl.col("capacity_hours") > 0).n_unique().alias("people")


def _binned(cells: Whole, amounts: NDArray[Any], size: int) -> Numbers:
    sums: Numbers = np.bincount(cells, amounts, size).astype(np.float64, copy=False)
    return sums


@dataclass(frozen=True, eq=False)
class _Cells:
    """Sums of projects (`known`: account_id and project_id of each line) and spans (`starts`), and how many rows each is of."""

    known: pl.DataFrame
    starts: pl.Series
    dated: bool
    sums: Mapping[str, Numbers]
    many: Whole

    def rows(self) -> pl.DataFrame:
        """account_id, project_id, start and sums of the cells that hold anything, in order; no `start` where no spans are asked for."""
        some = np.flatnonzero(self.many)
        place, span = some // max(1, len(self.starts)), some % max(1, len(self.starts))
        start = {"start": self.starts.gather(span)} if self.dated else {}
        zero = {name: np.zeros(len(some)) for name in (*HOURS, *MONEY) if name not in self.sums and name not in OF_CAPACITY}
        named = {name: self.known[name].gather(place) for name in self.known.columns}
        return pl.DataFrame(named | start | {name: amounts[some] for name, amounts in self.sums.items()} | zero).with_columns(assumed=False)

    def by_account(self) -> _Cells:
        """The same of accounts."""
        order = self.known.with_row_index("place").sort("account_id", maintain_order=True)
        first = np.flatnonzero(order.select(~pl.col("account_id").eq_missing(pl.col("account_id").shift())).to_series().to_numpy())
        first = np.union1d(first, np.arange(min(1, order.height)))
        place = order["place"].to_numpy()

        def joined(amounts: NDArray[Any]) -> NDArray[Any]:
            lines = amounts.reshape(self.known.height, len(self.starts))[place]
            return np.add.reduceat(lines, first, axis=0).ravel() if len(first) else lines.ravel()

        accounts = order[first].select("account_id", pl.lit(None, pl.String).alias("project_id"))
        return _Cells(accounts, self.starts, self.dated, {name: joined(amounts) for name, amounts in self.sums.items()}, joined(self.many))
