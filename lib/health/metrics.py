"""The six components of account health and their metrics: names, default weights, thresholds, words. It computes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.columns import N_

Unit = Literal["ratio", "share", "points", "days", "count", "index", "yes_no", "exposure"]
"""points: percentage points as a share of 1 (−0.02 is −2 pts); index: 0-100; exposure: Σ probability · impact."""


@dataclass(frozen=True)
class Component:
    key: str
    name: str
    weight: float


@dataclass(frozen=True)
class Metric:
    """One metric. `worst` scores 0 and `best` 100, straight between. `tables` are those without which it is missing."""

    key: str
    component: str
    name: str
    unit: Unit
    worst: float
    best: float
    formula: str
    tables: tuple[str, ...]
    also: tuple[str, ...] = ()


_COMPONENTS = (
    Component("delivery", N_("Delivery"), 20),
    Component("budget", N_("Budget and margin"), 20),
    Component("relationship", N_("Relationship"), 20),
    Component("commercial", N_("Commercial and renewal"), 15),
    Component("satisfaction", N_("Satisfaction"), 15),
    Component("payment", N_("Payment"), 10),
)
COMPONENTS: dict[str, Component] = {component.key: component for component in _COMPONENTS}

_METRICS = (
    Metric(
        "spi_t", "delivery", N_("Schedule, SPI(t)"), "ratio", 0.7, 1.0,
        N_("Σ BAC·ES / Σ BAC·AT in hours, over baselined projects that are active or were finished in the last 90 days and have run for at "
           "least 10 % of their planned duration."),
        ("projects",), ("tasks", "progress"),
    ),
    Metric(
        "milestones_met", "delivery", N_("Milestones on time"), "share", 0.50, 0.95,
        N_("Milestones and deliverables due in the last 90 days that were met by their baseline date / all of them."),
        ("tasks", "projects"),
    ),
    Metric(
        "overdue_tasks", "delivery", N_("Overdue tasks"), "share", 0.30, 0.0,
        N_("Estimate of open tasks past due / estimate of all open tasks."),
        ("tasks", "projects"),
    ),
    Metric(
        "margin_gap", "budget", N_("Margin against target"), "points", -0.20, 0.0,
        N_("Delivery margin − target: of fixed prices the margin forecast at completion, of everything else that of the last 12 months, "
           "weighed by AGI."),
        ("projects", "time_entries", "people"), ("invoices", "expenses", "person_terms", "contracts"),
    ),
    Metric(
        "overrun", "budget", N_("Forecast overrun"), "share", 0.25, 0.0,
        N_("Σ EAC / Σ BAC − 1 over open projects with a budget. EAC is bottom-up where at least 80 % of the open hours carry remaining "
           "hours, else BAC/CPI from 20 % earned, else AC + BAC − EV."),
        ("projects", "time_entries"), ("tasks", "progress", "people"),
    ),
    Metric(
        "over_servicing", "budget", N_("Over-servicing"), "share", 0.25, 0.0,
        N_("Hours on retainers beyond those included and carried over / hours included, over the last three complete months."),
        ("contracts", "projects", "time_entries"),
    ),
    Metric(
        "unapproved_scope", "budget", N_("Unapproved scope"), "share", 0.10, 0.0,
        N_("Hours of change requests that were started though not approved, or done although rejected / budget hours of open projects."),
        ("change_requests", "projects"),
    ),
    Metric(
        "contact_days", "relationship", N_("Days since contact"), "days", 60, 14,
        N_("Days since the last meeting, call, workshop or review. Thresholds are halved for key accounts."),
        ("touchpoints",),
    ),
    Metric(
        "contacts_known", "relationship", N_("Active contacts"), "count", 0, 3,
        N_("Contacts that are active on the day."),
        ("contacts",), ("touchpoints",),
    ),
    Metric(
        "sponsor_reached", "relationship", N_("Decision maker reached"), "yes_no", 0, 1,
        N_("Whether a decision maker or sponsor took part in a meeting, call, workshop or review of the last 90 days."),
        ("contacts", "touchpoints"),
    ),
    Metric(
        "risk_exposure", "relationship", N_("Open risk exposure"), "exposure", 40, 0,
        N_("Σ probability · impact of open risks; an open issue counts as probability 5."),
        ("risks",),
    ),
    Metric(
        "notice_days", "commercial", N_("Days to notice date"), "days", 0, 120,
        N_("Days to the next notice date; best while a renewal opportunity is open."),
        ("contracts",), ("opportunities",),
    ),
    Metric(
        "revenue_trend", "commercial", N_("Revenue trend"), "ratio", 0.70, 1.05,
        N_("Revenue of the last 91 days / mean of the four windows of 91 days before. Not where over half of the last year's AGI is fixed "
           "price."),
        ("invoices",), ("contracts", "projects", "time_entries", "people", "progress", "fx_rates"),
    ),
    Metric(
        "goals_met", "commercial", N_("Goals on track"), "share", 0.30, 0.90,
        N_("Goals met or on track / goals that are not dropped."),
        ("goals",),
    ),
    Metric(
        "satisfaction", "satisfaction", N_("Satisfaction"), "index", 0, 100,
        N_("NPS over 0-10 and CSAT over its declared scale, the latest answer of each respondent and kind, averaged; the part of an answer "
           "above 50 fades to 50 between 90 and 270 days of age. Older answers and CES do not count."),
        ("feedback",),
    ),
    Metric(
        "receivables_overdue", "payment", N_("Overdue > 30 days"), "share", 0.50, 0.0,
        N_("Receivables more than 30 days past due / all receivables. All paid is 100."),
        ("invoices",), ("fx_rates",),
    ),
    Metric(
        "payment_delay", "payment", N_("Days late against habit"), "days", 20, 0,
        N_("Mean days late of the last 6 invoices due (unpaid ones at their days late so far) − that of the up to 12 due before them, at "
           "least 3."),
        ("invoices",),
    ),
)  # fmt: skip
METRICS: dict[str, Metric] = {metric.key: metric for metric in _METRICS}
METRIC_KEYS: tuple[str, ...] = tuple(METRICS)
