"""What logged hours are worth, what they cost, and what came in for them, by project and day. It divides nothing; figures.py does.

Formulas: definitions § Revenue. Money is in the base currency at the rate of its day; what has no rate is counted, never assumed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
import polars as pl

from lib.measures.exchange import with_flow_rates
from lib.measures.flows import Basis, billed_projects, clients, counted_invoices, earned_fees, earning_contracts
from lib.measures.load import Facts
from lib.measures.project_days import StockRates
from lib.measures.worked import Numbers, Rate, Whole, day_number
from lib.portfolio import Portfolio

RECEIPTS = {
    "account_id": pl.String, "project_id": pl.String, "date": pl.Date, "revenue": pl.Float64, "pass_through": pl.Float64,
    "own_expenses": pl.Float64, "unconverted": pl.Int64,
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Money:
    """The money of `facts`, entry by entry, from the day `first` to `last`, in `base`; and what came in by project and day (`receipts`)."""

    portfolio: Portfolio
    facts: Facts
    first: date
    last: date
    basis: Basis
    base: str

    @cached_property
    def _rates(self) -> StockRates:
        return StockRates.of(self.portfolio, [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)], self.base)

    def _of_an_hour(self, rate: Rate) -> Numbers:
        """Of each entry, in the base; NaN without a rate or an exchange rate."""
        entries, rows = self.facts.entries, self.facts.rows
        worth = self._rates.worth[self._rates.placed(pl.Series([*entries.currencies, None], dtype=pl.String))]
        day = entries.day[rows] - day_number(self.first)
        fx = worth[rate.only][day] if rate.only is not None else worth[rate.currency[rows], day]
        found: Numbers = rate.amount[rows] * fx
        return found

    @cached_property
    def hours(self) -> dict[str, Numbers]:
        """Of each entry: worth (billable hours × bill rate of the day), priced_hours (billable ones that have a rate), labour_cost of
        client work, rated_hours (those of its hours that have a cost rate).
        """
        billable, client = (self.facts.hours[name] for name in ("billable_to_date_hours", "client_to_date_hours"))
        price, cost = self._of_an_hour(self.facts.entries.price), self._of_an_hour(self.facts.entries.cost)
        priced, rated = ~np.isnan(price), ~np.isnan(cost)
        return {
            "worth": billable * (price if priced.all() else np.where(priced, price, 0.0)),
            "priced_hours": billable if priced.all() else billable * priced,
            "labour_cost": client * (cost if rated.all() else np.where(rated, cost, 0.0)),
            "rated_hours": client if rated.all() else client * rated,
        }

    @cached_property
    def receipts(self) -> pl.DataFrame:
        """RECEIPTS of the days from first to last, several of one adding up: revenue on the basis, what passes through, own expenses.

        project_id is null where the revenue names none: an invoice to the account, or a retainer. Over projects and days these are the
        flows of `lib.measures.flows` by account. `unconverted`: amounts left out for want of an exchange rate.
        """
        accounts = clients(self.portfolio)
        projects = billed_projects(self.portfolio, accounts)
        spent = self.portfolio["expenses"].filter(pl.col("date") <= self.last).collect()
        spent = spent.join(projects.select("project_id", "account_id"), on="project_id")
        passed, keys = pl.col("pass_through").fill_null(False), ["account_id", "project_id", "date", "currency"]
        amounts = [pl.when(passed).then("amount").alias("pass_through"), pl.when(~passed).then("amount").alias("own_expenses")]
        came = self._invoiced(accounts) if self.basis == "invoiced" else self._earned(accounts, projects)
        parts = pl.concat([spent.select(*keys, *amounts), *came], how="diagonal_relaxed")
        rows = with_flow_rates(parts, self.portfolio["fx_rates"].collect(), self.base)
        money = [name for name in ("revenue", "pass_through", "own_expenses") if name in rows.columns]
        within = rows.filter(pl.col("date").is_between(self.first, self.last)).with_columns(pl.col("fx").is_null().alias("unconverted"))
        rows = within.select("account_id", "project_id", "date", pl.col(money) * pl.col("fx"), pl.col("unconverted").cast(pl.Int64))
        if self.basis == "earned":
            rows = pl.concat([rows, self._charged(projects)], how="diagonal_relaxed")
        typed = rows.match_to_schema(pl.Schema(RECEIPTS), missing_columns="insert", integer_cast="upcast")
        return typed.with_columns(pl.col(pl.Float64, pl.Int64).fill_null(0))

    def _invoiced(self, accounts: pl.DataFrame) -> list[pl.DataFrame]:
        rows = counted_invoices(self.portfolio, accounts, self.last, "expenses" in self.portfolio.loaded)
        fx = with_flow_rates(rows, self.portfolio["fx_rates"].collect(), self.base, day="issued")["fx"]
        # An invoice converts at the rate of its issue, whatever the days that it is spread over.
        level = rows.with_columns(pl.col("revenue", "pass_through") * pl.coalesce(fx, 1.0), currency=_in_base(fx, self.base))
        days = pl.date_ranges("first", "last").alias("date")
        spread = level.select("account_id", "project_id", "currency", "revenue", "pass_through", days)
        even = spread.with_columns(pl.col("revenue", "pass_through") / pl.col("date").list.len())
        return [even.explode("date").filter(pl.col("date") <= self.last)]

    def _earned(self, accounts: pl.DataFrame, projects: pl.DataFrame) -> list[pl.DataFrame]:
        fees = earned_fees(self.portfolio, projects, self.last).select("account_id", "project_id", "date", "currency", "revenue")
        days = earning_contracts(self.portfolio, accounts, self.last).with_columns(pl.date_ranges("start", "until").alias("date"))
        value = (pl.col("monthly") / pl.col("date").dt.days_in_month()).alias("revenue")
        return [fees, days.explode("date").drop_nulls("date").select("account_id", "date", "currency", value)]

    def _charged(self, projects: pl.DataFrame) -> pl.DataFrame:
        """Time and materials: the worth of billable hours."""
        entries, rows = self.facts.entries, self.facts.rows
        sold = projects.filter(pl.col("billing") == "time_materials").select("project_id", "account_id")
        known = pl.DataFrame({"project_id": entries.project_ids}).join(sold, on="project_id", how="left", maintain_order="left")
        mine = np.flatnonzero(known["account_id"].is_not_null().to_numpy()[entries.project[rows]])
        place = pl.DataFrame({"place": entries.project[rows][mine], "date": entries.day[rows][mine], "revenue": self.hours["worth"][mine]})
        found = place.group_by("place", "date").agg(pl.col("revenue").sum())
        return found.select(pl.col("date").cast(pl.Date), "revenue", *(known[name].gather(found["place"]) for name in known.columns))

    @cached_property
    def unstated(self) -> bool:
        """Whether there is nothing that tells what came in: no invoices at all, or nothing earned in these days."""
        if self.basis == "invoiced":
            return "invoices" not in self.portfolio.loaded
        return not (self.receipts["revenue"] != 0).any()

    @cached_property
    def accounts(self) -> tuple[pl.Series, Whole]:
        """Ids of all accounts with projects here, and of each project of the entries the place of its account; the last place is none's."""
        entries = self.facts.entries
        known = pl.DataFrame({"project_id": entries.project_ids}).join(
            self.portfolio["projects"].select("project_id", "account_id").collect(), on="project_id", how="left", maintain_order="left"
        )
        ids = known["account_id"].drop_nulls().unique().sort()
        place: Whole = known["account_id"].cast(pl.Enum(ids)).to_physical().cast(pl.Int64).fill_null(len(ids)).to_numpy()
        return ids, place

    @cached_property
    def shared(self) -> dict[str, Numbers]:
        """Of each entry its part of its account's revenue, pass_through and `unconverted` in these days, shared out by worth.

        How the field splits a fee or a retainer among those who worked for it: every hour of an account realises what all of them did.
        What came in for an account without any worth is nobody's.
        """
        ids, place = self.accounts
        of_project = place[self.facts.entries.project[self.facts.rows]]
        worth = np.bincount(of_project, self.hours["worth"], len(ids) + 1)
        made = {}
        for name in ("revenue", "pass_through"):
            came = self._by_account(name)
            ratio = np.divide(came, worth, out=np.zeros_like(came), where=worth > 0)
            made[name] = self.hours["worth"] * ratio[of_project]
        lacking = self._by_account("unconverted")
        made["unconverted"] = lacking[of_project] if lacking.any() else np.zeros(len(of_project))
        return made

    def _by_account(self, name: str) -> Numbers:
        ids, _ = self.accounts
        sums = self.receipts.group_by("account_id").agg(pl.col(name).sum())
        found = pl.DataFrame({"account_id": ids}).join(sums, on="account_id", how="left", maintain_order="left")[name]
        return np.append(found.cast(pl.Float64).fill_null(0.0).to_numpy(), 0.0)


def _in_base(fx: pl.Series, base: str) -> pl.Expr:
    """The base where the amount is converted by now, else a currency that has no rate."""
    return pl.when(fx.is_not_null()).then(pl.lit(base)).otherwise(pl.lit("?"))
