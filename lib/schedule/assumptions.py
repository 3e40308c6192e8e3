"""What a forecast takes for granted beside the plan: history, risks, rates, promises. Gathers them from a portfolio; draws nothing.

Where definitions are silent. Risks are the open ones known by the close of as_of; an issue has happened, so what it does belongs in the
plan and it does not fire. impact_days are working days lost, impact_hours are work: where a risk has both, the days say what it takes in
time and the hours what it costs. Hours of people without a rate, or of nobody yet, cost the median of their role, else of everybody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import polars as pl

from lib.measures.exchange import with_stock_rates
from lib.measures.worked import rates_of_people
from lib.portfolio import Portfolio
from lib.schedule.spread import History, history_of
from lib.schedule.streams import RHO_PERSON, RHO_PROJECT

CHANCES = {1: 0.1, 2: 0.3, 3: 0.5, 4: 0.7, 5: 0.9}
"""Chance that a risk happens, by its probability from 1 to 5."""


@dataclass(frozen=True)
class Risk:
    """What may happen: to a task, else to a project. `chance` 0-1; `days` working days lost, `hours` of work, 0 where not stated."""

    risk_id: str
    project_id: str | None
    task_id: str | None
    chance: float
    days: float = 0.0
    hours: float = 0.0


@dataclass(frozen=True, eq=False)
class Rates:
    """Cost of an hour in one currency: by person, by role (median), and of everybody (median)."""

    by_person: Mapping[str, float] = field(default_factory=dict)
    by_role: Mapping[str, float] = field(default_factory=dict)
    everybody: float | None = None

    def of(self, person_id: str | None, role: str | None) -> float | None:
        """The person's, else the role's, else everybody's; None where no rate is known at all."""
        if person_id is not None and person_id in self.by_person:
            return self.by_person[person_id]
        return self.by_role.get(role, self.everybody) if role is not None else self.everybody


@dataclass(frozen=True, eq=False)
class Assumptions:
    """`promises`: the committed day by project_id. `rho_project`, `rho_person`: what a project's and a person's tasks share of variance."""

    history: History = field(default_factory=History)
    risks: Sequence[Risk] = ()
    rates: Rates = field(default_factory=Rates)
    promises: Mapping[str, date] = field(default_factory=dict)
    rho_project: float = RHO_PROJECT
    rho_person: float = RHO_PERSON


def assumptions_of(portfolio: Portfolio, as_of: date, base: str) -> Assumptions:
    """What the portfolio says at the close of `as_of`; cost in the currency `base` at that day's rates."""
    projects = portfolio["projects"].select("project_id", "due").drop_nulls().collect()
    promises = dict(projects.iter_rows())
    return Assumptions(history_of(portfolio, as_of), risks_of(portfolio, as_of), rates_of(portfolio, as_of, base), promises)


def risks_of(portfolio: Portfolio, as_of: date) -> tuple[Risk, ...]:
    """Open risks that can fire: with a probability and a positive impact in days or hours, in the order of their ids."""
    rows = (
        portfolio["risks"]
        .filter(
            pl.col("kind") == "risk",
            pl.col("opened") <= as_of,
            pl.when(pl.col("closed_on").is_null()).then(pl.col("status").ne_missing("closed")).otherwise(pl.col("closed_on") > as_of),
            pl.col("probability").is_in(list(CHANCES)),
        )
        .select("risk_id", "project_id", "task_id", "probability", pl.col("impact_days", "impact_hours").fill_null(0.0))
        .filter((pl.col("impact_days") > 0) | (pl.col("impact_hours") > 0))
        .sort("risk_id")
        .collect()
    )
    return tuple(
        Risk(risk, project, task, CHANCES[probability], days, hours) for risk, project, task, probability, days, hours in rows.iter_rows()
    )


def rates_of(portfolio: Portfolio, as_of: date, base: str) -> Rates:
    """Cost rates in force on `as_of`, in `base`; a rate whose currency has no recent exchange rate is missing."""
    people = portfolio["people"].select("person_id", "role").collect()
    days = people.select("person_id", pl.lit(as_of).alias("date"))
    rated = with_stock_rates(rates_of_people(portfolio, days), portfolio["fx_rates"].collect(), base, as_of, "cost_currency")
    rates = rated.select("person_id", (pl.col("cost_rate") * pl.col("fx")).alias("rate")).drop_nulls().join(people, on="person_id")
    by_role = rates.drop_nulls("role").group_by("role").agg(pl.col("rate").median())
    everybody = rates["rate"].median()
    return Rates(
        dict(rates.select("person_id", "rate").iter_rows()),
        dict(by_role.select("role", "rate").iter_rows()),
        everybody if isinstance(everybody, float) else None,
    )
