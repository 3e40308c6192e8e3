"""Account health as all sessions share it, computed once for each version, as-of and set of rules. Keys are plain values, never frames."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, time
from itertools import groupby

import polars as pl
import streamlit as st

from lib.health import overrides
from lib.health.book import WEEKS, Health, Read, health, read, weekly
from lib.health.profile import Version, published
from lib.health.readings import Sight
from lib.measures.flows import Basis
from lib.portfolio import as_known
from lib.ui import session


@dataclass(frozen=True)
class HealthAsked:
    """Everything that scores depend on. `rules`: a digest of the published profiles, so that a new one is seen."""

    version: int
    as_of: date
    basis: Basis
    base: str
    rules: str


def health_asked(version: int, as_of: date) -> HealthAsked:
    """The key of a view, with the settings it rests on."""
    chosen, rules = session.settings(), session.stored().digest("score_profiles")
    return HealthAsked(version, as_of, chosen["revenue_basis"], chosen["base_currency"], rules)


def profile_versions() -> tuple[Version, ...]:
    """Every profile that was published."""
    return published(session.stored().rows("score_profiles"))


def sights(asked: HealthAsked, days: tuple[date, ...]) -> list[Sight]:
    """The days, each with what was known of undated columns on it."""
    found = []
    known = dict(zip(days, session.versions_known_on(days, asked.version), strict=True))
    now = session.portfolio(asked.version)
    for number, same in groupby(days, key=known.__getitem__):
        then = as_known(now, session.portfolio(number) if number else None)
        found.append(Sight(then, tuple(same), asked.basis, asked.base))
    return found


# Arrays and frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=4)
def _read(folder: str, asked: HealthAsked) -> Read:
    return read(sights(asked, weekly(asked.as_of, WEEKS)))


@st.cache_resource(show_spinner=False, max_entries=4)
def _health(folder: str, asked: HealthAsked) -> Health:
    # Nearly all of its time goes into readings, which know no rules: another profile only scores them anew.
    return health(sights(asked, weekly(asked.as_of, WEEKS)), profile_versions(), _read(folder, replace(asked, rules="")))


def the_health(asked: HealthAsked) -> Health:
    """Scores of the book at the close of the day and of each week of the two years before."""
    return _health(str(session.store().folder), asked)


def overrides_on(days: tuple[date, ...]) -> pl.DataFrame:
    """Bands that people set, in force on each of the days: `lib.health.overrides.SCHEMA`.

    Who sets or withdraws a band speaks of the data that was there: it counts from the day which that data reached, if that is earlier.
    """
    lines = session.stored().rows("audit")
    if not lines:
        return overrides.in_force([], days, session.zone())
    reached = [(commit.at, session.default_as_of(commit.number)) for commit in session.stored().commits]
    said = [
        replace(one, at=_spoken(one.at, reached), ended=one.ended and _spoken(one.ended, reached)) for one in overrides.recorded(lines)
    ]
    return overrides.in_force(said, days, session.zone())


def _spoken(at: datetime, reached: list[tuple[datetime, date]]) -> datetime:
    """`at`, or the close of the day which the newest data of that moment reached. `reached`: the newest import first."""
    zone = session.zone()
    day = next((day for imported, day in reached if imported <= at), None)
    return at if day is None or at.astimezone(zone).date() <= day else datetime.combine(day, time(23, 59), zone)


def with_overrides(accounts: pl.DataFrame, as_of: date) -> pl.DataFrame:
    """`Health.accounts` with `shown` (the band that a person set, else the computed one), and by whom, why and until when it was set."""
    found = overrides_on((as_of,)).select(
        "account_id", pl.col("band").alias("set_band"), "reason", "expires_on", pl.col("author").alias("set_by"),
        pl.col("id").alias("override_id"),
    )  # fmt: skip
    return accounts.join(found, on="account_id", how="left").with_columns(pl.coalesce("set_band", "band").alias("shown"))
