"""What "Check the score" rests on, computed once for each view and shared by all sessions: losses, tests, what-ifs. It draws nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl
import streamlit as st

from lib.health.book import Health
from lib.health.calibration import Backtest, Distribution, WhatIf, backtest, closes, distribution, weekly_scores, what_if
from lib.health.events import at_stake, losses
from lib.health.impact import Impact, compared, impact
from lib.health.metrics import COMPONENTS
from lib.health.profile import Profile, Version
from lib.health.scores import scored
from lib.ui import session
from lib.ui.health_reading import HealthAsked, profile_versions, sights, the_health


@dataclass(frozen=True, eq=False)
class Check:
    """Weekly scores as published, losses by the as-of and revenue at stake on each day (shapes of `lib.health.calibration`).

    `books`: the book at the close of each quarter, the as-of last; `first_month` of the fiscal year. `lost`: the accounts that were lost on
    a known day, the latest first: account_id, name, lost_on, kind, scored_on, days_before, point, band, revenue (null without a score)."""

    scores: pl.DataFrame
    losses: pl.DataFrame
    revenue: pl.DataFrame
    test: Backtest
    books: tuple[Distribution, ...]
    first_month: int
    lost: pl.DataFrame

    @property
    def now(self) -> Distribution | None:
        return self.books[-1] if self.books else None


@dataclass(frozen=True, eq=False)
class Tried:
    """Other weights beside the published ones: both back-tests, every account under both on the last day, and what changes."""

    found: WhatIf
    both: pl.DataFrame
    impact: Impact


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=4)
def _check(folder: str, asked: HealthAsked, first_month: int) -> Check:
    found = the_health(asked)
    seen = sights(asked, found.days)
    known = seen[-1].portfolio
    scores, gone = weekly_scores(found.scores), losses(known, asked.as_of)
    revenue = pl.concat([at_stake(sight) for sight in seen])
    test = backtest(scores, gone, revenue, asked.as_of)
    books = [distribution(scores, revenue, day) for day in closes(found.days, first_month)]
    told = test.sample.filter(pl.col("lost_on").is_not_null()).select("account_id", "scored_on", "days_before", "point", "band", "revenue")
    lost = (
        gone.filter(pl.col("day").is_not_null())
        .join(known["accounts"].select("account_id", "name").collect(), on="account_id")
        .join(told, on="account_id", how="left")
        .select("account_id", "name", pl.col("day").alias("lost_on"), "kind", "scored_on", "days_before", "point", "band", "revenue")
        .sort("lost_on", "name", descending=[True, False])
    )
    return Check(scores, gone, revenue, test, tuple(book for book in books if book), first_month, lost)


def the_check(asked: HealthAsked) -> Check:
    """The check of the whole book."""
    return _check(str(session.store().folder), asked, session.settings()["fiscal_first_month"])


@st.cache_resource(show_spinner=False, max_entries=16)
def _tried(folder: str, asked: HealthAsked, first_month: int, weights: tuple[float, ...]) -> Tried:
    found, check = the_health(asked), _check(folder, asked, first_month)
    profile = found.version.profile
    same = all(version is found.version for version in found.versions)
    published = check.scores if same else _scores_under(found, profile)
    other = _scores_under(found, with_weights(profile, weights))
    both = compared(
        published.filter(pl.col("day") == found.as_of).join(found.clients.select("account_id", "name"), on="account_id"),
        other.filter(pl.col("day") == found.as_of),
        check.revenue.filter(pl.col("day") == found.as_of),
    )
    return Tried(what_if(published, other, check.losses, check.revenue, asked.as_of), both, impact(both))


def the_tried(asked: HealthAsked, weights: tuple[float, ...]) -> Tried:
    """The profile in force beside itself with other weights of components (in their order), both over all weeks."""
    return _tried(str(session.store().folder), asked, session.settings()["fiscal_first_month"], weights)


def with_weights(profile: Profile, weights: tuple[float, ...]) -> Profile:
    """The profile with other weights of its components, in their order."""
    return replace(profile, weights=dict(zip(COMPONENTS, weights, strict=True)))


def _scores_under(found: Health, profile: Profile) -> pl.DataFrame:
    return weekly_scores(scored(found.grid, [profile] * len(found.days), found.scores.caps))


@st.cache_resource(show_spinner=False, max_entries=4)
def _revenue(folder: str, asked: HealthAsked) -> pl.DataFrame:
    return at_stake(sights(asked, (asked.as_of,))[0])


def publish_impact(asked: HealthAsked, profile: Profile) -> Impact:
    """Who would change band on the as-of, were `profile` in force then."""
    found = the_health(asked)
    other = found.under(Version(asked.as_of, profile), sights(asked, (asked.as_of,))[0])
    revenue = _revenue(str(session.store().folder), asked)
    now = weekly_scores(found.under(found.version).scores).join(found.clients.select("account_id", "name"), on="account_id")
    return impact(compared(now, weekly_scores(other.scores), revenue))


def all_versions() -> tuple[Version, ...]:
    """Published profiles by the day from which they hold, the newest last."""
    return tuple(sorted(profile_versions(), key=lambda version: (version.valid_from, version.number)))
