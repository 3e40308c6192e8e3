"""Small requests of a project that together are worth a change order. It proposes and makes the row; it stores nothing.

Definitions § Schedule and scope change: small requests are logged in seconds and bundled into one change order at a threshold.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from lib.measures.change_price import Change, Refusal, price_floor

SMALL_HOURS = 10.0
"""A request of fewer hours is small."""
BUNDLE_HOURS = 24.0
"""Small ones that together reach so many hours are worth a change order: three days."""
BUNDLED = ("logged", "assessed")
_PRIORITIES = ("must", "should", "could", "wont")


@dataclass(frozen=True)
class Bundle:
    """Small requests of one project to put into one change order, oldest first; money in the base currency.

    `cost` None: some say none and have no rate. `floor`: the least price at the project's target margin, without contingency (which only a
    forecast of the project tells); None without a target or cost.
    """

    project_id: str
    project: str
    account_id: str
    account: str
    change_ids: tuple[str, ...]
    titles: tuple[str, ...]
    hours: float
    cost: float | None
    floor: float | None
    begun: int
    oldest_days: int


def bundles(register: pl.DataFrame, small_hours: float = SMALL_HOURS, bundle_hours: float = BUNDLE_HOURS) -> list[Bundle]:
    """What could be bundled of a `register` (of `lib.scope.register`), the most hours first.

    Requests for more work that are logged or assessed, of less than `small_hours` each; of a project whose sum reaches `bundle_hours`.
    """
    is_small = pl.col("status").is_in(BUNDLED), pl.col("hours") > 0, pl.col("hours") < small_hours
    small = register.filter(*is_small).sort("raised_on", "change_id")
    found = []
    for _, rows in small.group_by("project_id", maintain_order=True):
        if rows.height < 2 or rows["hours"].sum() < bundle_hours - 1e-9:
            continue
        first = rows.row(0, named=True)
        cost = None if rows["likely_cost"].null_count() else float(rows["likely_cost"].sum())
        floor = None if cost is None else price_floor(Change(cost), first["target_margin"])
        found.append(
            Bundle(
                first["project_id"], first["project"], first["account_id"], first["account"],
                tuple(rows["change_id"]), tuple(rows["title"]),
                float(rows["hours"].sum()), cost, None if isinstance(floor, Refusal) else floor,
                int(rows["unapproved_work"].sum()), int(rows["age_days"].max()),  # type: ignore[arg-type]
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (-one.hours, one.project_id))


def bundle_row(
    members: Sequence[Mapping[str, Any]], begun: date | None, change_id: str, title: str, raised_on: date | None = None
) -> dict[str, Any]:
    """The row of change_requests that carries `members`, rows of the table: their hours, and their cost where each says it in one currency.

    It is raised when the first of them was, unless `raised_on` says otherwise, and started when the first was or `begun`, its tasks' day,
    came, so that work without approval stays in sight.
    """
    starts = [row["started_on"] for row in members] + [begun]
    hours = [row["hours"] for row in members]
    currencies = {row["currency"] for row in members if row["cost"] is not None}
    costs = [row["cost"] for row in members]
    whole = all(cost is not None for cost in costs) and len(currencies) == 1
    by = {row["raised_by"] for row in members}
    wanted = [name for name in _PRIORITIES if any(row["priority"] == name for row in members)]
    kinds = {row["kind"] for row in members}
    lines = [row["title"] if row["hours"] is None else f"{row['title']} ({row['hours']:g} h)" for row in members]
    return {
        "change_id": change_id, "project_id": members[0]["project_id"], "title": title, "status": "assessed",
        "raised_on": raised_on or min(row["raised_on"] for row in members), "raised_by": by.pop() if len(by) == 1 else None,
        "kind": kinds.pop() if len(kinds) == 1 else "modified", "description": "\n".join(lines),
        "priority": wanted[0] if wanted else None, "hours": sum(hours) if None not in hours else None,
        "cost": sum(costs) if whole else None, "currency": currencies.pop() if whole else None,
        "started_on": min((day for day in starts if day is not None), default=None),
    }  # fmt: skip
