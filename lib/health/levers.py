"""What would change a score: what each metric could still give, and the weight at which a component turns the band."""

from __future__ import annotations

import polars as pl

from lib.health.metrics import COMPONENTS

WITHOUT_BAND = 50.0


def gains(metrics: pl.DataFrame) -> pl.DataFrame:
    """`metrics` of one account and day (`Scores.metrics`) that apply and aren't at 100, the greatest gain first, with gain = w(100 − s).

    The metrics that are missing gain by being found out; `state` says so.
    """
    applying = metrics.filter(pl.col("state") != "not_applicable", pl.col("weight") > 0)
    gain = (pl.col("weight") * (100 - pl.col("counted")) / 100).alias("gain")
    return applying.with_columns(gain).filter(pl.col("gain") > 1e-9).sort("gain", "metric", descending=[True, False])


def flips(metrics: pl.DataFrame, amber: float, green: float) -> pl.DataFrame:
    """Weights (points of 100) at which one component alone would turn the band: component, at (the limit crossed), weight_now, weight.

    w* = (T − S₋) / (s − S₋), S₋ the score of the rest; none outside 0-1.
    """
    sums = metrics.filter(pl.col("weight") > 0).group_by("component").agg(pl.col("weight").sum(), pl.col("points").sum())
    weight, points = dict(sums.select("component", "weight").rows()), dict(sums.select("component", "points").rows())
    whole_weight, whole_points = sum(weight.values()), sum(points.values())
    rows = []
    for component in COMPONENTS:
        if component not in weight or whole_weight - weight[component] <= 0:
            continue
        rest = 100 * (whole_points - points[component]) / (whole_weight - weight[component])
        own = 100 * points[component] / weight[component]
        for limit in (amber, green):
            if own != rest and 0 <= (share := (limit - rest) / (own - rest)) <= 1:
                rows.append((component, limit, weight[component], 100 * share))
    schema = {"component": pl.String, "at": pl.Float64, "weight_now": pl.Float64, "weight": pl.Float64}
    return pl.DataFrame(rows, schema, orient="row")


def movability(accounts: pl.DataFrame, green: float) -> pl.DataFrame:
    """How far each score can be moved: account_id, movability (0-1) = (100 − what it can reach)/100, of rows of `Scores.accounts`.

    Definitions name the figure and leave its formula open. What can be won is what metrics with data have lost: 100 − the high bound. A
    capped account counts from `green` down at least, since lifting the cap moves its band; one without a band from WITHOUT_BAND, since
    finding out moves it.
    """
    ceiling = pl.when(pl.col("band").is_null()).then(WITHOUT_BAND).when(pl.col("capped")).then(green).otherwise(100.0)
    return accounts.select("account_id", ((100 - pl.min_horizontal("high", ceiling)) / 100).alias("movability"))
