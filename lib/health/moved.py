"""Why scores moved between two dates and two profiles, exactly: bars that add up to the change. It words nothing.

Formula: definitions § Account health, "Why it moved". Where they are silent: a metric that does not apply at one date is taken at its score
of the other, so that only its weight moves; the two reasons for which weights move, rules and applicability, share their change evenly over
both orders, as scores do.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from lib.health.metrics import METRIC_KEYS, METRICS
from lib.health.profile import Array, Profile
from lib.health.scores import Flags, Grid, Scores, scored

KINDS = ("data", "appeared", "book", "rules", "applies")
"""Data moved; appeared or disappeared; the book moved; rules changed; what applies changed."""
MOVED = {"account_id": pl.String, "component": pl.String, "metric": pl.String, "kind": pl.String, "points": pl.Float64}


def moved(
    found: Grid, first: int, last: int, profiles: tuple[Profile, Profile], medians: tuple[Array, Array] | None = None
) -> pl.DataFrame:
    """Bars for each account that has a score on both days (places in `found.days`): MOVED, points not 0; they sum to the change.

    `profiles`: of the first day and of the last. `medians` (metric) of each day, of the book if not given.
    """
    days = [found.of_days([place]) for place in (first, last)]
    s: dict[tuple[int, int], Scores] = {}
    for data in (0, 1):
        for rules in (0, 1):
            given = None if medians is None else medians[data][None, :]
            s[data, rules] = scored(days[data], [profiles[rules]], medians=given)
    counted = _with_the_other_where_it_does_not_apply(s)
    weights = {pair: scores.weights[0] for pair, scores in s.items()}
    d = ((counted[1, 0] - counted[0, 0]) + (counted[1, 1] - counted[0, 1])) / 2
    r = ((counted[0, 1] - counted[0, 0]) + (counted[1, 1] - counted[1, 0])) / 2
    applies = ((weights[1, 0] - weights[0, 0]) + (weights[1, 1] - weights[0, 1])) / 2
    rules_of_weight = ((weights[0, 1] - weights[0, 0]) + (weights[1, 1] - weights[1, 0])) / 2
    mean_weight, mean_score = (weights[0, 0] + weights[1, 1]) / 2, (counted[0, 0] + counted[1, 1]) / 2
    known = [day.known[0] for day in days]
    data_points = mean_weight * d / 100
    parts = {
        "data": np.where(known[0] & known[1], data_points, 0.0),
        "appeared": np.where(known[0] ^ known[1], data_points, 0.0),
        "book": np.where(~known[0] & ~known[1], data_points, 0.0),
        "rules": mean_weight * r / 100 + mean_score * rules_of_weight / 100,
        "applies": mean_score * applies / 100,
    }
    both = days[0].scored[0] & days[1].scored[0]
    return pl.concat([_rows(found, kind, points, both) for kind, points in parts.items()])


def _with_the_other_where_it_does_not_apply(s: dict[tuple[int, int], Scores]) -> dict[tuple[int, int], Array]:
    counted = {}
    for (data, rules), scores in s.items():
        other = s[1 - data, rules]
        own, its = scores.grid.applies[0], other.grid.applies[0]
        counted[data, rules] = np.where(own, scores.counted[0], np.where(its, other.counted[0], 0.0))
    return counted


def _rows(found: Grid, kind: str, points: Array, both: Flags) -> pl.DataFrame:
    at = np.nonzero((np.abs(points) > 0) & both[:, None])
    keys = [METRIC_KEYS[metric] for metric in at[1]]
    return pl.DataFrame(
        {
            "account_id": found.accounts["account_id"].gather(at[0]),
            "component": [METRICS[key].component for key in keys],
            "metric": keys,
            "kind": [kind] * len(keys),
            "points": points[at],
        },
        schema=MOVED,
    )
