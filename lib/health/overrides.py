"""Bands that people set by hand: which one is in force on a day, and what one lacks. It changes no score and asks no store.

An override is in force from the close of the day it was written until its expiry, both included; of several the newest wins, and an older
one that still runs comes back when a newer expires. It may also lift a capped account to green: the person answers for it with a reason,
and the computed band stays beside it. One that was withdrawn or changed stays in force on the days before, which only the audit log can
tell: `recorded` reads it there, while `standing` knows only what stands now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from typing import Any

import polars as pl

from lib.columns import N_
from lib.health.scores import BANDS
from lib.measures.alarms import on_days

SCHEMA = {
    "account_id": pl.String, "day": pl.Date, "band": pl.String, "reason": pl.String, "expires_on": pl.Date, "author": pl.String,
    "written_on": pl.Date, "id": pl.Int64,
}  # fmt: skip

LACKS: dict[str, str] = {
    "band": N_("Choose red, amber or green."),
    "reason": N_("Say why: an override needs a reason."),
    "author": N_("An override needs an author."),
    "expires_on": N_("Say until when: an override needs an expiry."),
    "over": N_("The expiry is before {day}: it would never hold."),
}
"""Why an override is refused."""


@dataclass(frozen=True)
class Override:
    """A row of the authored table. `at`: the moment it was written. `ended`: when it was withdrawn or changed, None while it stands."""

    id: int
    account_id: str
    band: str
    reason: str
    expires_on: date | None
    author: str
    at: datetime
    ended: datetime | None = None


def lacking(band: str | None, reason: str | None, author: str | None, expires_on: date | None, as_of: date) -> tuple[str, ...]:
    """Keys of LACKS for an override to be written at `as_of`; empty for a good one."""
    lacks = {
        "band": band not in BANDS,
        "reason": not (reason or "").strip(),
        "author": not (author or "").strip(),
        "expires_on": expires_on is None,
        "over": expires_on is not None and expires_on < as_of,
    }
    return tuple(key for key, missing in lacks.items() if missing)


def standing(rows: Iterable[Mapping[str, Any]]) -> list[Override]:
    """Overrides as `Store.rows("overrides")` gives them."""
    return [_override(row, row["at"], row["expires_on"]) for row in rows]


def recorded(lines: Iterable[Mapping[str, Any]]) -> list[Override]:
    """Everything that overrides ever said, from `Store.rows("audit", table_name="overrides")`, in its order.

    A changed override gives one for before and one for after. An account that was merged into another counts under the name its override
    bears last, since only that account is still there.
    """
    found: list[Override] = []
    latest: dict[int, int] = {}
    for line in lines:
        place = latest.pop(line["row_id"], None)
        if place is not None:
            found[place] = replace(found[place], ended=line["at"])
        if line["after"]:
            expires_on = line["after"]["expires_on"]
            latest[line["row_id"]] = len(found)
            found.append(_override(line["after"], line["at"], expires_on and date.fromisoformat(expires_on)))
    last_name = {one.id: one.account_id for one in found}
    return [replace(one, account_id=last_name[one.id]) for one in found]


def in_force(overrides: Sequence[Override], days: Sequence[date], zone: tzinfo) -> pl.DataFrame:
    """At most one row an account and day (ascending), of SCHEMA, sorted by day and account: the band that a person set.

    `zone` says which day it was where it was written or withdrawn. One without band, reason, author or expiry is never in force.
    """
    good = [one for one in overrides if one.expires_on and not lacking(one.band, one.reason, one.author, one.expires_on, date.min)]
    spans = pl.DataFrame(
        {
            "account_id": [one.account_id for one in good],
            "band": [one.band for one in good],
            "reason": [one.reason for one in good],
            "expires_on": [one.expires_on for one in good],
            "author": [one.author for one in good],
            "written_on": [one.at.astimezone(zone).date() for one in good],
            "ended_on": [one.ended and one.ended.astimezone(zone).date() for one in good],
            "id": [one.id for one in good],
            "at": [one.at.timestamp() for one in good],
        },
        schema={name: dtype for name, dtype in SCHEMA.items() if name != "day"} | {"ended_on": pl.Date, "at": pl.Float64},
    ).with_columns(
        pl.col("written_on").alias("first"),
        pl.min_horizontal("expires_on", pl.col("ended_on") - pl.duration(days=1)).alias("last"),
    )
    newest_first = spans.sort("at", "id", descending=True)
    return (
        on_days(newest_first, days)
        .unique(["account_id", "day"], keep="first", maintain_order=True)
        .select(list(SCHEMA))
        .sort("day", "account_id")
    )


def _override(row: Mapping[str, Any], at: datetime, expires_on: date | None) -> Override:
    return Override(row["id"], row["account_id"], row["band"] or "", row["reason"] or "", expires_on, row["author"] or "", at)
