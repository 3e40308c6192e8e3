"""Every figure of account health and scope change as a definition that people can open, in groups. It computes nothing.

Keys are unlike those of the book's figures and of signals, so that a link can name any of them: metric_spi_t, component_delivery,
cap_open_issue.
"""

from __future__ import annotations

from lib.columns import N_
from lib.definitions import HEALTH_FIGURES, Better, Definition
from lib.health.caps import CAPS
from lib.health.metrics import COMPONENTS, METRICS, Metric

_COMPONENT = N_(
    "The metrics below it share its weight equally unless the profile says otherwise; where none of them applies, it goes to the other "
    "components."
)
_SOURCES = {
    "spi_t": N_("Earned schedule (Lipke 2003)"),
    "margin_gap": N_("Agency accounting practice"),
    "overrun": N_("Earned value (ISO 21508)"),
    "satisfaction": N_("NPS and CSAT"),
    "receivables_overdue": N_("Accounts receivable ageing"),
}
GROUPS: dict[str, str] = {
    "score": N_("Account health: the score"),
    "metrics": N_("Account health: components and metrics"),
    "caps": N_("Account health: what keeps from green"),
    "check": N_("Account health: the check of the score"),
    "book": N_("Account health: the whole book"),
    "scope": N_("Scope change: the answer"),
    "requests": N_("Scope change: requests"),
    "earned": N_("Scope change: earned value"),
}
"""Group -> its heading, in the order in which people read them."""


def metric_key(metric: str) -> str:
    """The key under which a metric is defined."""
    return f"metric_{metric}"


def better(worst: float, best: float) -> Better:
    """The direction of a metric whose `worst` scores 0 and whose `best` scores 100."""
    return "higher" if best > worst else "lower"


def _metric(one: Metric) -> Definition:
    source = _SOURCES.get(one.key, COMPONENTS[one.component].name)
    return Definition(metric_key(one.key), one.name, one.unit, one.formula, source, better(one.worst, one.best), one.tables, one.also)


def _metrics() -> tuple[Definition, ...]:
    """Each component, then its metrics."""
    source, found = N_("Component of the score"), []
    for key, component in COMPONENTS.items():
        found.append(Definition(f"component_{key}", component.name, "index", _COMPONENT, source, "higher", ("accounts",)))
        found += [_metric(metric) for metric in METRICS.values() if metric.component == key]
    return tuple(found)


def _caps() -> tuple[Definition, ...]:
    source = N_("Keeps from green, whatever the score")
    return tuple(Definition(f"cap_{key}", cap.name, "yes_no", cap.rule, source, "lower", cap.tables) for key, cap in CAPS.items())


DEFINED: dict[str, tuple[Definition, ...]] = {group: HEALTH_FIGURES.get(group, ()) for group in GROUPS} | {
    "metrics": _metrics(), "caps": _caps(),
}  # fmt: skip
"""Group -> its definitions."""
HEALTH: dict[str, Definition] = {one.key: one for group in DEFINED.values() for one in group}
METRIC_OF: dict[str, Metric] = {metric_key(key): metric for key, metric in METRICS.items()}
"""Key of a definition -> the metric it defines."""
COMPONENT_OF: dict[str, str] = {f"component_{key}": key for key in COMPONENTS}
"""Key of a definition -> the component it defines."""
