"""The reading of the component Satisfaction: what the people asked answered, on one scale of 0-100. It scores nothing.

Where definitions are silent: answers without a contact are each a respondent's own, unless others of the same kind and account have one:
then it can't be told whose they are. Of two answers of a day the lower one is the latest. An answer that counts and can't be read makes the
reading missing, for without it the client might look better.
"""

from __future__ import annotations

from datetime import date

import polars as pl

from lib.columns import N_
from lib.health.readings import Sight
from lib.health.stating import of_account, pairs, stated
from lib.measures.alarms import on_days

FULL_DAYS = 90
LAST_DAYS = 270
SCORED = ("nps", "csat")
NEUTRAL = 50.0

WHY: dict[str, str] = {
    "no_answers": N_("No NPS or CSAT answer of the last 270 days."),
    "unreadable": N_("An answer has no scale, or lies outside it."),
    "nameless": N_("Some answers say who gave them and others do not."),
}
HEADINGS: dict[str, str] = {"who": N_("Who"), "score_100": N_("On 0-100"), "days": N_("Days ago"), "counts_as": N_("Counts as")}
"""What columns of evidence are called that no table has."""


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of satisfaction for `sight.accounts`: mean of the answers that count, 0-100; `why` is a key of WHY.

    NPS goes from 0 to 10, CSAT over its declared scale. The latest of each respondent and kind counts; its part above 50 fades straight to
    50 between 90 and 270 days of age, and older ones are left out. Source: definitions § Account health.
    """
    sums = _counting(sight).group_by("account_id", "day").agg(
        pl.col("counts_as").mean().alias("value"),
        pl.col("counts_as").is_null().any().alias("unreadable"),
        pl.col("nameless").any(),
    )  # fmt: skip
    why = (
        pl.when(pl.col("unreadable").is_null()).then(pl.lit("no_answers"))
        .when(pl.col("unreadable")).then(pl.lit("unreadable"))
        .when(pl.col("nameless")).then(pl.lit("nameless"))
    )  # fmt: skip
    rows = pairs(sight).join(sums, on=["account_id", "day"], how="left", maintain_order="left").with_columns(why.alias("why"))
    return stated("satisfaction", rows.with_columns(pl.when(pl.col("why").is_null()).then("value").alias("value")))


def evidence(sight: Sight, account_id: str, day: date, metric: str = "satisfaction") -> pl.DataFrame:
    """The answers of one account that count on `day`, the lowest first: feedback_id, date, kind, who, score, its scale, comment,
    score_100 (on 0-100), days (of age), counts_as (after fading), whose mean is the reading.
    """
    own = of_account(sight, account_id, day)
    names = sight.portfolio["contacts"].select("contact_id", pl.col("name").alias("who")).collect()
    columns = ("feedback_id", "date", "kind", "who", "score", "scale_min", "scale_max", "comment", "score_100", "days", "counts_as")
    counting = _counting(own, "feedback_id", "contact_id", "score", "scale_min", "scale_max", "comment")
    rows = counting.join(names, on="contact_id", how="left", maintain_order="left")
    return rows.select(columns).sort("counts_as", "feedback_id", nulls_last=False)


def _counting(sight: Sight, *facts: str) -> pl.DataFrame:
    """The latest answer of each respondent and kind on each day, with `facts`, score_100, days, counts_as (null: unreadable) and nameless.

    An answer without a date stands on every day, and one without a kind beside those with one: what they say is not known.
    """
    nps = pl.col("kind") == "nps"
    least, most = pl.when(nps).then(0.0).otherwise("scale_min"), pl.when(nps).then(10.0).otherwise("scale_max")
    on_scale = (pl.col("score").is_between(least, most) & (most > least)).fill_null(False) & pl.col("date").is_not_null()
    score = pl.when(on_scale & pl.col("kind").is_not_null()).then((pl.col("score") - least) / (most - least) * 100)
    answers = (
        sight.portfolio["feedback"]
        .filter(pl.col("kind").is_in(SCORED) | pl.col("kind").is_null())
        .with_columns(score.alias("score_100"))
        .with_columns(
            pl.col("date").alias("first"), (pl.col("date") + pl.duration(days=LAST_DAYS)).alias("last"),
            pl.col("contact_id").is_not_null().alias("named"),
            pl.struct("account_id", "kind", pl.coalesce("contact_id", pl.concat_str(pl.lit("\n"), "feedback_id"))).alias("respondent"),
        )
        .sort("date", "score_100", "feedback_id", descending=[True, False, False], nulls_last=False)
        .select("account_id", "kind", "date", "score_100", "first", "last", "named", pl.col("respondent").rank("dense"), *facts)
        .collect()
    )  # fmt: skip
    latest = on_days(answers, sight.days).unique(["respondent", "day"], keep="first", maintain_order=True)
    some_named = pl.col("named").any().over("account_id", "day", "kind")
    days = (pl.col("day") - pl.col("date")).dt.total_days()
    left = ((LAST_DAYS - days) / (LAST_DAYS - FULL_DAYS)).clip(0, 1)
    above = (pl.col("score_100") - NEUTRAL).clip(lower_bound=0)
    return latest.with_columns(
        days.alias("days"),
        (pl.min_horizontal("score_100", pl.lit(NEUTRAL)) + above * left).alias("counts_as"),
        (~pl.col("named") & some_named).alias("nameless"),
    ).with_columns(pl.when(pl.col("score_100").is_not_null()).then("counts_as").alias("counts_as"))
