"""A what-if that is kept: what was asked on what data, the option looked at, what was assumed and what came out. It computes nothing.

A scenario is a row of the authored table `scenarios`; live data is never touched by it before somebody approves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from lib.columns import N_
from lib.scope.answer import OPTIONS, Answer, OptionKey
from lib.scope.ask import Ask, ask_of

TABLE = "scenarios"
STATUSES: dict[str, str] = {
    "draft": N_("draft"), "proposed": N_("proposed"), "approved": N_("approved"), "withdrawn": N_("withdrawn"),
}  # fmt: skip
MOST_COMPARED = 5


@dataclass(frozen=True)
class Scenario:
    """One kept what-if. `id` None: not kept yet; `author` and `at` are those of the row's last change.

    `version`: of the data, as of `as_of`. `option` None: none chosen yet. `assumptions`: plain values (trials, seed, base, …). `result`:
    headline figures as plain values, of `headline`, so that a list needs no computing; what is shown in full is computed again.
    """

    name: str
    ask: Ask
    as_of: date
    version: int
    account_id: str | None = None
    option: OptionKey | None = None
    assumptions: Mapping[str, Any] = field(default_factory=dict)
    result: Mapping[str, Any] = field(default_factory=dict)
    status: str = "draft"
    id: int | None = None
    author: str | None = None
    at: datetime | None = None

    @property
    def project_id(self) -> str:
        return self.ask.project_id

    def as_row(self) -> dict[str, Any]:
        """The columns of the authored table: what `Store.write(TABLE, …, key=scenario.id)` takes."""
        plan = {"ask": self.ask.as_json(), "option": self.option, "assumptions": dict(self.assumptions)}
        return {
            "account_id": self.account_id, "project_id": self.project_id, "name": self.name, "as_of": self.as_of, "version": self.version,
            "plan": plan, "result": dict(self.result), "status": self.status,
        }  # fmt: skip

    def duplicate(self, name: str) -> Scenario:
        """Another draft that says the same, under its own name: what follows is kept apart."""
        return replace(self, name=name, status="draft", id=None, author=None, at=None)

    def withdrawn(self) -> Scenario:
        """The same, no longer meant. It stays readable."""
        return replace(self, status="withdrawn")

    def is_open(self) -> bool:
        """Whether somebody may still change or approve it."""
        return self.status in ("draft", "proposed")


def scenario_of(row: Mapping[str, Any]) -> Scenario:
    """The scenario that a row of `Store.rows(TABLE)` says. ValueError for a row that says none."""
    plan = row["plan"]
    if not isinstance(plan, Mapping) or not isinstance(plan.get("ask"), Mapping):
        raise ValueError("the row has no ask")
    try:
        ask = ask_of(plan["ask"])
    except (KeyError, TypeError) as error:
        raise ValueError("the row's ask can't be read") from error
    option = plan.get("option")
    if option is not None and option not in OPTIONS:
        raise ValueError(f"no option: {option}")
    return Scenario(
        name=row["name"] or "", ask=ask, as_of=row["as_of"], version=int(row["version"] or 0), account_id=row["account_id"], option=option,
        assumptions=plan.get("assumptions") or {}, result=row["result"] or {}, status=row["status"] or "draft", id=row.get("id"),
        author=row.get("author"), at=row.get("at"),
    )  # fmt: skip


def scenarios_of(rows: list[Mapping[str, Any]] | list[dict[str, Any]], project_id: str | None = None) -> list[Scenario]:
    """The readable scenarios of authored rows, the newest first; of one project, if given. Rows that say none are left out."""
    found = []
    for row in rows:
        try:
            scenario = scenario_of(row)
        except ValueError:
            continue
        if project_id in (None, scenario.project_id):
            found.append(scenario)
    return sorted(found, key=lambda one: one.id or 0, reverse=True)


def headline(answer: Answer, key: OptionKey | None = None) -> dict[str, Any]:
    """What a list of scenarios shows of an answer, or of one option: plain values, days as ISO text, None where unknown."""
    option = None if key is None else answer.option(key)
    finish = answer.after if option is None else option.finish
    cost = answer.cost if option is None else option.cost
    prices = answer.prices
    floor = prices.floor if prices is not None and isinstance(prices.floor, float) else None
    return {
        "p80_before_on": _text(answer.before.p80_on), "p80_on": _text(finish.p80_on), "planned_on": _text(finish.planned_on),
        "promise_on": _text(finish.promise_on), "promise_before_share": answer.before.promise_share, "promise_share": finish.promise_share,
        "hours": cost.hours, "cost": cost.likely, "fee": floor if option is None else option.fee,
        "margin_before": answer.terms.margin,
        "margin": option.margin if option is not None else None if prices is None else prices.margin_at_floor,
        "over_hours": option.over_hours if option is not None else float(answer.people["over_hours"].sum() or 0.0),
        "others": answer.ripple.height if option is None else option.others, "base": answer.base,
    }  # fmt: skip


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
