"""The health of the whole book at the close of a day, with its weekly history. The only place that joins readings, caps and profiles."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from types import ModuleType
from typing import TypeVar

import numpy as np
import polars as pl

from lib.health import budget, commercial, delivery, payment, relationship, satisfaction
from lib.health.caps import SCHEMA as CAP
from lib.health.caps import capped, caps
from lib.health.metrics import METRICS
from lib.health.moved import moved
from lib.health.profile import Version, in_force
from lib.health.readings import READING, Sight
from lib.health.scores import Grid, Scores, grid, placed, scored

T = TypeVar("T")

WEEKS = 104
TRENDS = (4, 13)

READERS: dict[str, ModuleType] = {
    "delivery": delivery, "budget": budget, "relationship": relationship, "commercial": commercial, "satisfaction": satisfaction,
    "payment": payment,
}  # fmt: skip
"""Component -> the module that reads its metrics: `readings`, `evidence` and WHY."""
_AT_ONCE = 3
_IN_TURN = ("delivery", "relationship", "satisfaction", "payment", "commercial", "budget")
"""Components in the order in which they are read, on three threads: the longest first, and last what waits for parts of it."""
WHY: dict[str, str] = {key: words for reader in READERS.values() for key, words in reader.WHY.items()}
"""Why a metric has no reading, or what is to be known about it."""


def weekly(as_of: date, weeks: int = WEEKS) -> tuple[date, ...]:
    """`weeks` + 1 days a week apart, the last of them `as_of`."""
    return tuple(as_of - timedelta(weeks=back) for back in range(weeks, -1, -1))


def readings_of(sight: Sight) -> pl.DataFrame:
    """What every metric reads: READING, of the accounts and days of `sight`."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        made = list(pool.map(lambda component: READERS[component].readings(sight), _IN_TURN))
    return pl.concat([rows.select(pl.col(name).cast(dtype) for name, dtype in READING.items()) for rows in made])


def evidence_of(sight: Sight, account_id: str, metric: str) -> pl.DataFrame:
    """The rows that a metric of one account came from on the last day of `sight`, for people; columns differ by metric."""
    rows: pl.DataFrame = READERS[METRICS[metric].component].evidence(sight, account_id, sight.days[-1], metric)
    return rows


@dataclass(frozen=True, eq=False)
class Health:
    """Scores of the book on `grid.days`, the last of which is the day that is looked at.

    `clients`: the accounts that have a score on the last day, as `Sight.accounts`. `readings` and `caps`: of the last day. `versions`: the
    profile in force on each day.
    """

    scores: Scores
    clients: pl.DataFrame
    readings: pl.DataFrame
    caps: pl.DataFrame
    versions: tuple[Version, ...]

    @property
    def days(self) -> tuple[date, ...]:
        return self.grid.days

    @property
    def as_of(self) -> date:
        return self.days[-1]

    @property
    def grid(self) -> Grid:
        return self.scores.grid

    @property
    def version(self) -> Version:
        return self.versions[-1]

    def back(self, weeks: int) -> int | None:
        """Place of the day so many weeks before the last; None where history doesn't reach it."""
        day = self.as_of - timedelta(weeks=weeks)
        return self.days.index(day) if day in self.days else None

    def accounts(self) -> pl.DataFrame:
        """One row an account of `clients`: name, tier, industry, manager, status, the columns of `Scores.accounts`, and for each of TRENDS
        before_4, before_13 (the score then, null where there was none or too little was known)."""
        return self._accounts

    @cached_property
    def _accounts(self) -> pl.DataFrame:
        found = self.all_days
        now = found.filter(pl.col("day") == self.as_of).drop("day", "tier", "industry")
        for weeks in TRENDS:
            then = found.filter(pl.col("day") == self.as_of - timedelta(weeks=weeks), pl.col("band").is_not_null())
            now = now.join(then.select("account_id", pl.col("point").alias(f"before_{weeks}")), on="account_id", how="left")
        return self.clients.drop("day").join(now, on="account_id")

    @cached_property
    def all_days(self) -> pl.DataFrame:
        """`Scores.accounts` of every day."""
        return self.scores.accounts()

    def metrics(self) -> pl.DataFrame:
        """`Scores.metrics` of the last day, with `why` of its reading."""
        return self._metrics

    @cached_property
    def _metrics(self) -> pl.DataFrame:
        last = _at(self.scores, [len(self.days) - 1])
        clients, many = self.grid.accounts["account_id"], len(METRICS)
        place = placed(self.readings.filter(pl.col("why").is_not_null()), clients).select("why", pl.col("a") * many + pl.col("m"))
        why = pl.Series("why", [None], pl.String).extend(place["why"])
        row = np.zeros(len(clients) * many, np.int64)
        row[place["a"].to_numpy()] = np.arange(1, len(why))
        there = np.repeat(last.grid.scored[0], many)
        return last.metrics().with_columns(why.gather(row[there]))

    def history(self, account_id: str) -> pl.DataFrame:
        """One row a day on which the account has a score: day, point, low, high, coverage, band, capped."""
        if account_id not in self.grid.accounts["account_id"]:
            return self.all_days.clear().select("day", "point", "low", "high", "coverage", "band", "capped")
        return self.all_days.filter(pl.col("account_id") == account_id).select(
            "day", "point", "low", "high", "coverage", "band", "capped"
        )  # fmt: skip

    def markers(self) -> list[tuple[date, Version]]:
        """Days from which another profile holds, with it."""
        pairs = zip(self.days[1:], self.versions, self.versions[1:], strict=False)
        return [(day, version) for day, before, version in pairs if version is not before]

    def moves(self, weeks: int) -> pl.DataFrame:
        """`moved.moved` between the day so many weeks ago and the last; no rows where history doesn't reach."""
        if weeks not in self._moves:
            self._moves[weeks] = self._moved(weeks)
        return self._moves[weeks]

    @cached_property
    def _moves(self) -> dict[int, pl.DataFrame]:
        return {}

    def _moved(self, weeks: int) -> pl.DataFrame:
        first = self.back(weeks)
        last = len(self.days) - 1
        if first is None:
            return moved(self.grid, last, last, (self.version.profile, self.version.profile))
        return moved(self.grid, first, last, (self.versions[first].profile, self.version.profile))

    def under(self, version: Version, sight: Sight | None = None) -> Health:
        """The last day alone, as it would be under another version; its readings are the same.

        `sight`: of that day; with it an overdue invoice caps by the minimum of that version, else by that of the one in force.
        """
        place = len(self.days) - 1
        found = self.grid.of_days([place])
        ceilings, flags = self.caps, self.scores.caps[[place]]
        if sight is not None and version.profile.invoice_minimum != self.version.profile.invoice_minimum:
            ceilings = _caps(sight, dict.fromkeys(sight.days, version))
            flags = capped(ceilings, found.days, found.accounts["account_id"].to_list())
        return replace(self, scores=scored(found, [version.profile], flags), caps=ceilings, versions=(version,))


@dataclass(frozen=True, eq=False)
class Read:
    """What the book reads on all days of `grid`, whatever the rules; `clients` and `readings` as in `Health`, of the last day."""

    grid: Grid
    clients: pl.DataFrame
    readings: pl.DataFrame


def read(sights: Sequence[Sight]) -> Read:
    """The readings of all `sights`, which are in order: each with what was known on its days. At least one day."""
    return _read(sights, lambda sight: None)[0]


def _read(sights: Sequence[Sight], beside: Callable[[Sight], T]) -> tuple[Read, list[T]]:
    """`read`, and what `beside` makes of each of `sights` while its metrics are read."""
    days = tuple(day for sight in sights for day in sight.days)
    found, made = [], []
    for sight in sights:
        with ThreadPoolExecutor(2) as pool:
            counted = pool.submit(getattr, sight, "worked")  # what most metrics wait for is begun first
            held = sight.at_hand()
            asked = pool.submit(beside, held)
            found.append((held.accounts, readings_of(held)))
            counted.result()
        made.append(asked.result())
    accounts, readings = (pl.concat(rows) for rows in zip(*found, strict=True))
    last = pl.col("day") == days[-1]
    return Read(grid(accounts, readings, days=days), accounts.filter(last), readings.filter(last)), made


def health(sights: Sequence[Sight], versions: Sequence[Version], known: Read | None = None) -> Health:
    """The book's health on the days of all `sights`. `known`: what `read` gives of them, where it is at hand.

    `versions`: all that were published; each day has the one in force then.
    """
    days = tuple(day for sight in sights for day in sight.days)
    of_day = {day: in_force(versions, day) for day in days}
    if known:
        found, rows = known, [_caps(sight, of_day) for sight in sights]
    else:
        found, rows = _read(sights, lambda sight: _caps(sight, of_day))
    ceilings = pl.concat(rows)
    flags = capped(ceilings, days, found.grid.accounts["account_id"].to_list())
    in_order = tuple(of_day[day] for day in days)
    last = pl.col("day") == days[-1]
    scores = scored(found.grid, [version.profile for version in in_order], flags)
    return Health(scores, found.clients, found.readings, ceilings.filter(last), in_order)


def _caps(sight: Sight, versions: Mapping[date, Version]) -> pl.DataFrame:
    """Caps of the days of `sight`, each by the minimum of its own profile."""
    minimum = {day: versions[day].profile.invoice_minimum for day in sight.days}
    rows = [pl.DataFrame(schema=CAP)]
    for least in sorted(set(minimum.values())):
        chosen = tuple(day for day in sight.days if minimum[day] == least)
        rows.append(caps(replace(sight, days=chosen) if chosen != sight.days else sight, least))
    return pl.concat(rows)


def _at(scores: Scores, places: list[int]) -> Scores:
    return Scores(
        scores.grid.of_days(places), tuple(scores.profiles[place] for place in places), scores.weights[places], scores.own[places],
        scores.priors[places], scores.counted[places], scores.caps[places],
    )  # fmt: skip


def components(metrics: pl.DataFrame) -> pl.DataFrame:
    """`Health.metrics` by account and component: account_id, component, weight, points, lost, score (null where nothing applies), known
    (share of its weight)."""
    known = pl.col("weight").filter(pl.col("state") == "known").sum()
    whole = pl.col("weight").sum()
    return metrics.group_by("account_id", "component", maintain_order=True).agg(
        whole.alias("weight"), pl.col("points").sum(), pl.col("lost").sum(),
        pl.when(whole > 0).then(100 * pl.col("points").sum() / whole).alias("score"),
        pl.when(whole > 0).then(known / whole).alias("known"),
    )  # fmt: skip


def share_green(bands: pl.Series) -> float | None:
    """The share of a book that is green, of all that have a score; None for an empty one."""
    return float(np.mean((bands == "green").fill_null(False).to_numpy())) if len(bands) else None


