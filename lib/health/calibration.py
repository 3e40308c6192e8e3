"""Whether the score foresaw what was lost: distribution, back-test and what-if, from scores and events at hand. It fits no weight.

**The sample of the back-test.** A day can be a sample day once the 90 days after it are over. Of each loss: the account's score on the
latest sample day 60 to 90 days before it. Of accounts that stayed: their scores on those same days, where no loss had come by then nor
came in the 90 days after. An account that is lost on an unknown day is in neither. One account that stayed therefore counts once for each
of those days; rates depend on how many days there are, their ratio (lift) and the AUC hardly do.

Bands are the computed ones, after caps; what people overrode is not looked at. Fewer than 10 losses in the sample give no figure, only
their number; fewer than 10 of them with a band none that rests on bands. "Not enough data" warns nobody, so it is not below green.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from math import sqrt

import numpy as np
import polars as pl

from lib.health.scores import BANDS, Scores
from lib.periods import quarter_of

NEAREST_DAYS, FURTHEST_DAYS = 60, 90
LEAST_EVENTS = 10
LIFT_WANTED = 3.0
CAUGHT_WANTED = 2 / 3
GREEN_MOST = 0.80
BELOW_GREEN = ("red", "amber")
SLICES = ("red", "amber", "green", "none")
NORMAL_95 = 1.959964
_DIGITS = 9
"""Scores that differ only beyond these are equal: sums of floats."""


@dataclass(frozen=True)
class Distribution:
    """The book on one day. Shares are of all accounts with a score, and of their revenue; None where there is none.

    `slices`: band (of SLICES; none is "not enough data"), accounts, revenue, accounts_share, revenue_share.
    """

    day: date
    accounts: int
    revenue: float | None
    revenue_unknown: int  # accounts
    slices: pl.DataFrame = field(compare=False)

    def share(self, band: str, of: str = "accounts") -> float | None:
        """Share of a band by "accounts" or "revenue"."""
        share: float | None = self.slices.filter(pl.col("band") == band)[f"{of}_share"].item()
        return share

    @property
    def too_green(self) -> bool:
        """More than 80 % of the book is green, by number or by revenue: such a score tells accounts hardly apart."""
        return any((self.share("green", of) or 0) > GREEN_MOST for of in ("accounts", "revenue"))


@dataclass(frozen=True)
class Rates:
    """Lost among all and among red, as counts of sampled scores and as revenue at stake on their days (of those where it is known)."""

    lost: int
    sampled: int
    lost_red: int
    red: int
    revenue_lost: float
    revenue: float
    revenue_lost_red: float
    revenue_red: float
    revenue_unknown: int

    @property
    def lift(self) -> float | None:
        """Share of accounts lost among red / among all; None without red ones or losses."""
        return _ratio(_ratio(self.lost_red, self.red), _ratio(self.lost, self.sampled))

    @property
    def revenue_lift(self) -> float | None:
        """Share of revenue lost among red / among all."""
        return _ratio(_ratio(self.revenue_lost_red, self.revenue_red), _ratio(self.revenue_lost, self.revenue))


@dataclass(frozen=True)
class Backtest:
    """What the score said of those who were lost, and of those who stayed.

    `events`: losses with a day. `scored`: those with a score 60-90 days before, which is the sample (`without_band` of them had no
    band); the rest had none. `stayed` scores of `stayed_accounts` accounts on `days` sample days stand against them. Figures are None
    with fewer than 10 scored losses, or nobody who stayed; `rates` and `caught` also with fewer than 10 that had a band.
    `auc`: as the function; `auc_range` says how sure it is. `caught`: share of the lost that were
    below green, `caught_capped` how many of those were capped then. `sample`: account_id, scored_on, point, band, capped, lost_on, kind,
    revenue, days_before (lost_on, kind, days_before are null for those who stayed).
    """

    events: int
    undated: int
    scored: int
    without_band: int
    stayed: int
    stayed_accounts: int
    days: int
    rates: Rates | None
    auc: float | None
    caught: float | None
    caught_capped: int | None
    sample: pl.DataFrame = field(compare=False)

    @property
    def enough(self) -> bool:
        return self.scored >= LEAST_EVENTS

    @property
    def auc_range(self) -> tuple[float, float] | None:
        """The AUC's 95 % interval, by the standard error of Hanley and McNeil (1982); 0.5 in it: no better than chance.

        Those who stayed count once an account: their scores of several days are no independent ones.
        """
        if self.auc is None:
            return None
        area, lost, stayed = self.auc, self.scored, self.stayed_accounts
        of_lost, of_stayed = area / (2 - area) - area**2, 2 * area**2 / (1 + area) - area**2
        error = sqrt(max(0.0, (area * (1 - area) + (lost - 1) * of_lost + (stayed - 1) * of_stayed) / (lost * stayed)))
        return max(0.0, area - NORMAL_95 * error), min(1.0, area + NORMAL_95 * error)

    @property
    def lift_reached(self) -> bool | None:
        """Whether red loses revenue at three times the base rate or more."""
        lift = self.rates.revenue_lift if self.rates else None
        return None if lift is None else lift >= LIFT_WANTED

    @property
    def caught_reached(self) -> bool | None:
        """Whether two thirds of the lost or more were below green."""
        return None if self.caught is None else self.caught >= CAUGHT_WANTED - 1e-12


@dataclass(frozen=True)
class WhatIf:
    """The published profile and another one over the same scores' days; `changed`: accounts in another band on the last day."""

    published: Backtest
    other: Backtest
    published_book: Distribution | None
    other_book: Distribution | None
    changed: int


def weekly_scores(scores: Scores) -> pl.DataFrame:
    """Every score on every day, as `backtest` takes them: account_id, day, point, band (null where too little is known), capped."""
    at = np.nonzero(scores.grid.scored)
    bands = scores.bands[at]
    words = pl.Series([*BANDS, None], dtype=pl.String)
    return pl.DataFrame(
        {
            "account_id": scores.grid.accounts["account_id"].gather(at[1]),
            "day": pl.Series("day", scores.grid.days, pl.Date).gather(at[0]),
            "point": scores.point[at],
            "band": words.gather(np.where(bands < 0, len(BANDS), bands)),
            "capped": scores.caps[at],
        }
    )


def closes(days: Sequence[date], first_month: int = 1) -> list[date]:
    """Of days in order: the last in each quarter of the fiscal year that begins in `first_month`, the very last one among them."""
    last_of = {quarter_of(day, first_month): day for day in days}
    return list(last_of.values())


def distribution(scores: pl.DataFrame, revenue: pl.DataFrame, day: date) -> Distribution | None:
    """The book by band on `day`; None without a score on it. Shapes as in `backtest`."""
    rows = scores.filter(pl.col("day") == day).join(revenue, on=["account_id", "day"], how="left")
    if rows.is_empty():
        return None
    of_band = rows.group_by(pl.col("band").fill_null("none")).agg(
        pl.len().cast(pl.Int64).alias("accounts"), pl.col("revenue").filter(pl.col("revenue") > 0).sum()
    )
    slices = pl.DataFrame({"band": SLICES}).join(of_band, on="band", how="left", maintain_order="left")
    slices = slices.with_columns(pl.col("accounts").fill_null(0), pl.col("revenue").fill_null(0.0))
    worth = float(slices["revenue"].sum())
    slices = slices.with_columns(
        (pl.col("accounts") / rows.height).alias("accounts_share"),
        pl.when(pl.lit(worth > 0)).then(pl.col("revenue") / worth).alias("revenue_share"),
    )
    return Distribution(day, rows.height, worth if worth > 0 else None, rows["revenue"].null_count(), slices)


def distributions(scores: pl.DataFrame, revenue: pl.DataFrame, days: list[date]) -> pl.DataFrame:
    """`slices` of each of `days` that has scores, with its day: day, band, accounts, revenue, accounts_share, revenue_share."""
    found = [one for one in (distribution(scores, revenue, day) for day in days) if one]
    empty = pl.DataFrame(
        schema={"day": pl.Date, "band": pl.String, "accounts": pl.Int64, "revenue": pl.Float64, "accounts_share": pl.Float64,
                "revenue_share": pl.Float64}
    )  # fmt: skip
    return pl.concat([empty, *(one.slices.select(pl.lit(one.day).alias("day"), pl.all()) for one in found)])


def backtest(scores: pl.DataFrame, events: pl.DataFrame, revenue: pl.DataFrame, until: date) -> Backtest:
    """Scores against losses known at the close of `until`.

    `scores`: account_id, day (weekly), point, band (red, amber, green, null), capped; further columns are passed over. `events`:
    `events.losses`. `revenue`: account_id, day, revenue (at stake: the twelve months' AGI to that day; null or absent: unknown).
    """
    dated = events.filter(pl.col("day") <= until)
    undated = events.filter(pl.col("day").is_null())
    judged = (
        scores.filter(pl.col("point").is_finite(), pl.col("day") <= until - timedelta(days=FURTHEST_DAYS))
        .select("account_id", pl.col("day").alias("scored_on"), pl.col("point").round(_DIGITS), "band", "capped")
        .join(undated, on="account_id", how="anti")
        .join(dated.rename({"day": "lost_on"}), on="account_id", how="left")
        .join(revenue.select("account_id", pl.col("day").alias("scored_on"), "revenue"), on=["account_id", "scored_on"], how="left")
        .with_columns((pl.col("lost_on") - pl.col("scored_on")).dt.total_days().alias("days_before"))
    )
    lost = (
        judged.filter(pl.col("days_before").is_between(NEAREST_DAYS, FURTHEST_DAYS))
        .sort("scored_on")
        .unique("account_id", keep="last", maintain_order=True)
    )
    later = (pl.col("days_before") > FURTHEST_DAYS).fill_null(True)
    stayed = judged.filter(later).join(lost.select("scored_on").unique(), on="scored_on", how="semi")
    stayed = stayed.with_columns(
        pl.lit(None, pl.Date).alias("lost_on"), pl.lit(None, pl.String).alias("kind"), pl.lit(None, pl.Int64).alias("days_before")
    )
    sample = pl.concat([lost, stayed]).sort("lost_on", "scored_on", "account_id", nulls_last=True)
    enough = lost.height >= LEAST_EVENTS and stayed.height > 0
    banded = enough and lost["band"].count() >= LEAST_EVENTS
    below = lost.filter(pl.col("band").is_in(BELOW_GREEN))
    return Backtest(
        events=dated.height,
        undated=undated.height,
        scored=lost.height,
        without_band=lost["band"].null_count(),
        stayed=stayed.height,
        stayed_accounts=stayed["account_id"].n_unique(),
        days=lost["scored_on"].n_unique(),
        rates=_rates(sample) if banded else None,
        auc=auc(sample) if enough else None,
        caught=below.height / lost.height if banded else None,
        caught_capped=int(below["capped"].sum()) if banded else None,
        sample=sample,
    )


def what_if(published: pl.DataFrame, other: pl.DataFrame, events: pl.DataFrame, revenue: pl.DataFrame, until: date) -> WhatIf:
    """The back-test and the last day's book of the published profile beside those under other weights. Shapes as in `backtest`."""
    last = published["day"].max()
    then = other.select("account_id", "day", pl.col("band").alias("then"))
    both = published.select("account_id", "day", "band").join(then, on=["account_id", "day"])
    changed = both.filter(pl.col("day") == last, pl.col("band").ne_missing(pl.col("then"))).height
    books = [distribution(scores, revenue, last) if isinstance(last, date) else None for scores in (published, other)]
    tests = [backtest(scores, events, revenue, until) for scores in (published, other)]
    return WhatIf(tests[0], tests[1], books[0], books[1], changed)


def auc(sample: pl.DataFrame) -> float | None:
    """The chance that an account about to be lost scores lower than one that stays, on the same day, ties half; None without such a pair.

    `sample`: scored_on, point, lost_on (null for those who stayed). Mann and Whitney (1947) day by day: U = Σ ranks of those who stayed −
    n(n + 1)/2, mean ranks for ties; AUC = Σ U / Σ n·m. A day on which the whole book scores lower than on another tells nothing.
    """
    stays = pl.col("lost_on").is_null()
    days = (
        sample.with_columns(pl.col("point").rank("average").over("scored_on").alias("rank"))
        .group_by("scored_on")
        .agg(pl.col("rank").filter(stays).sum(), stays.sum().cast(pl.Float64).alias("n"), (~stays).sum().cast(pl.Float64).alias("m"))
    )
    wins = float((days["rank"] - days["n"] * (days["n"] + 1) / 2).sum())
    return _ratio(wins, float((days["n"] * days["m"]).sum()))


def _rates(sample: pl.DataFrame) -> Rates:
    red = pl.col("band").eq_missing(pl.lit("red"))
    gone = pl.col("lost_on").is_not_null()
    # A credit can leave an account's year below zero: nothing is at stake there.
    worth = pl.col("revenue").clip(lower_bound=0)
    return Rates(
        **sample.select(
            gone.sum().alias("lost"), pl.len().alias("sampled"), (gone & red).sum().alias("lost_red"), red.sum().alias("red"),
            worth.filter(gone).sum().alias("revenue_lost"), worth.sum().alias("revenue"),
            worth.filter(gone & red).sum().alias("revenue_lost_red"), worth.filter(red).sum().alias("revenue_red"),
            pl.col("revenue").null_count().alias("revenue_unknown"),
        ).row(0, named=True)
    )  # fmt: skip


def _ratio(part: float | None, whole: float | None) -> float | None:
    return part / whole if part is not None and whole else None
