"""The two kinds of field that a score profile is typed into: a number, and the worst and best of a metric. They save nothing."""

from __future__ import annotations

from streamlit.delta_generator import DeltaGenerator

from lib.formats import Language
from lib.health.metric_words import metric_name
from lib.health.metrics import METRICS
from lib.health.profile_words import meant

STEPS = {"ratio": 0.05, "share": 5.0, "points": 5.0, "days": 5.0, "count": 1.0, "index": 5.0, "exposure": 5.0}
MOST = 1e9
WRITTEN = "%.10g"


def number(
    place: DeltaGenerator, label: str, key: str, step: float, explained: str | None = None, collapsed: bool = False,
    least: float = 0.0,
) -> float:  # fmt: skip
    """A field for a number, kept in this session under `key`, where its value must already be."""
    return float(place.number_input(
        label, min_value=least, max_value=MOST, step=step, format=WRITTEN, key=key, help=explained, persist_state="session",
        label_visibility="collapsed" if collapsed else "visible",
    ))  # fmt: skip


def limit_fields(metric: str, key: str, places: tuple[DeltaGenerator, ...], t: Language) -> tuple[float, float]:
    """Worst and best of a metric, typed in the unit that people write; `key` with {end} in it."""
    name, unit = metric_name(metric, t), METRICS[metric].unit
    labels = {"worst": t("Worst of {what}", what=name), "best": t("Best of {what}", what=name)}
    found = []
    for place, (end_, label) in zip(places, labels.items(), strict=True):
        own = key.format(end=end_)
        if unit == "yes_no":
            words = {0.0: t("no"), 1.0: t("yes")}
            value = place.selectbox(
                label, list(words), format_func=words.__getitem__, key=own, label_visibility="collapsed", persist_state="session"
            )
        else:
            value = number(place, label, own, STEPS[unit], collapsed=True, least=-MOST)
        found.append(meant(metric, float(value)))
    return found[0], found[1]
