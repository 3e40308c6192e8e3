"""Every metric has words for its reading, its lever and its question, and a reading says its figure in the metric's unit."""

from __future__ import annotations

import re

import pytest

from lib.formats import Language
from lib.health import metric_words as words
from lib.health.commercial import RENEWAL_OPEN_DAYS
from lib.health.metrics import METRIC_KEYS, METRICS
from lib.health.relationship import NEVER_DAYS
from lib.tables import TABLES

EN, ES = Language("en"), Language("es")
BOTH = pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])


def plain(text: str) -> str:
    """With ordinary spaces."""
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(("metric", "value", "figure", "reading"), [
    ("spi_t", 0.9, "0.90", "SPI(t) 0.90"),
    ("milestones_met", 0.9, "90%", "90% of milestones on time"),
    ("overdue_tasks", 0.05, "5%", "5% of the open work overdue"),
    ("margin_gap", -0.02, "−2 pts", "margin 2 pts below target"),
    ("margin_gap", 0.0125, "+1.2 pts", "margin 1.2 pts above target"),
    ("margin_gap", 0.0, "0 pts", "margin on target"),
    ("overrun", 0.05, "5%", "forecast 5% over budget"),
    ("overrun", -0.125, "−12%", "forecast 12% below budget"),
    ("overdue_tasks", 0.0, "0%", "no open work overdue"),
    ("over_servicing", 0.12, "12%", "retainer hours 12% over those included"),
    ("over_servicing", 0.0, "0%", "retainer hours within those included"),
    ("unapproved_scope", 0.0, "0%", "no unapproved work"),
    ("receivables_overdue", 0.0, "0%", "nothing over 30 days late"),
    ("unapproved_scope", 0.015, "1.5%", "unapproved work of 1.5% of the budget"),
    ("contact_days", 41.0, "41 days", "41 days without contact"),
    ("contact_days", 1.0, "1 day", "1 day without contact"),
    ("contact_days", 0.0, "0 days", "in contact today"),
    ("contact_days", NEVER_DAYS, "never", "no contact was ever recorded"),
    ("contacts_known", 1.0, "1", "1 active contact"),
    ("contacts_known", 3.0, "3", "3 active contacts"),
    ("contacts_known", 0.0, "0", "no active contact"),
    ("sponsor_reached", 1.0, "yes", "decision maker reached within 90 days"),
    ("sponsor_reached", 0.0, "no", "no decision maker reached in 90 days"),
    ("risk_exposure", 12.0, "12", "open risks of 12"),
    ("risk_exposure", 0.0, "0", "no open risk"),
    ("notice_days", 96.0, "96 days", "96 days to the notice date"),
    ("notice_days", 0.0, "0 days", "notice date reached"),
    ("notice_days", RENEWAL_OPEN_DAYS, "renewal open", "a renewal is open"),
    ("revenue_trend", 1.12, "1.12", "revenue 12% above the year before"),
    ("revenue_trend", 0.7, "0.70", "revenue 30% below the year before"),
    ("revenue_trend", 1.0, "1.00", "revenue as in the year before"),
    ("goals_met", 0.8, "80%", "80% of goals on track"),
    ("satisfaction", 44.0, "44", "satisfaction 44 of 100"),
    ("receivables_overdue", 0.13, "13%", "13% of receivables over 30 days late"),
    ("payment_delay", 2.0, "+2 days", "pays 2 days later than before"),
    ("payment_delay", -3.2, "−3 days", "pays 3 days sooner than before"),
    ("payment_delay", 0.4, "0 days", "pays as it always did"),
])  # fmt: skip
def test_a_reading_is_said_with_its_figure_and_unit(metric: str, value: float, figure: str, reading: str) -> None:
    assert plain(words.figure_text(metric, value, EN)) == figure
    assert plain(words.reading_text(metric, value, EN)) == reading


def test_no_reading_is_said_so() -> None:
    assert words.reading_text("satisfaction", None, EN) == "no data"
    assert words.figure_text("satisfaction", None, EN) == "—"


@pytest.mark.parametrize(("metric", "before", "after", "said"), [
    ("spi_t", 0.93, 0.9, "SPI(t) 0.93 → 0.90"),
    ("contact_days", 12, 41, "Days since contact 12 → 41 days"),
    ("payment_delay", 2, -1, "Days late against habit +2 → −1 day"),
    ("notice_days", 20, RENEWAL_OPEN_DAYS, "Days to notice date 20 days → renewal open"),
    ("contact_days", 12, NEVER_DAYS, "Days since contact 12 days → never"),
    ("contact_days", None, 41, "Days since contact no data → 41 days"),
    ("satisfaction", 80, None, "Satisfaction 80 → no data"),
    ("margin_gap", 0.01, -0.02, "Margin against target +1 pts → −2 pts"),
    ("receivables_overdue", 0, 0.125, "Overdue over 30 days 0% → 12%"),
])  # fmt: skip
def test_a_move_says_both_sides_and_the_unit_once(metric: str, before: float | None, after: float | None, said: str) -> None:
    assert plain(words.from_to_text(metric, before, after, EN)) == said


def test_a_lever_names_the_best_of_the_accounts_own_profile() -> None:
    assert words.lever_text("sponsor_reached", EN) == "Meet the sponsor within 90 days"
    assert plain(words.lever_text("contact_days", EN)) == "Meet or call them, at least every 14 days"
    assert plain(words.lever_text("contact_days", EN, best=7)) == "Meet or call them, at least every 7 days"
    assert words.lever_text("receivables_overdue", EN) == "Collect the overdue invoices"


def test_a_question_names_the_tables_that_are_not_loaded() -> None:
    assert words.question_text("contact_days", EN) == "Import its meetings and calls"
    assert words.question_text("contact_days", EN, loaded={"touchpoints"}) == "Import its meetings and calls"
    asked = words.question_text("over_servicing", EN, loaded={"projects"})
    assert asked.endswith("; not loaded yet: contracts and time entries")


@BOTH
@pytest.mark.parametrize("metric", METRIC_KEYS)
def test_every_metric_has_all_its_words_and_no_placeholder_is_left(metric: str, t: Language) -> None:
    values = [METRICS[metric].worst, METRICS[metric].best, -METRICS[metric].worst, 1e6, 0.0]
    said = [words.reading_text(metric, value, t) for value in values]
    said += [words.from_to_text(metric, one, other, t) for one in values for other in (None, values[0])]
    said += [words.lever_text(metric, t), words.question_text(metric, t), words.question_text(metric, t, loaded=())]
    assert [text for text in said if not text or re.search(r"[{}]|\bnan\b", text)] == []
    assert not any(text.endswith(".") for text in said)


def test_the_tables_have_exactly_the_metrics() -> None:
    assert set(words.LEVERS) == set(words.QUESTIONS) == set(METRICS)
    assert {name for metric in METRICS.values() for name in metric.tables} <= set(TABLES)


def test_worst_and_best_are_said_differently() -> None:
    said = {key: [words.reading_text(key, value, EN) for value in (metric.worst, metric.best)] for key, metric in METRICS.items()}
    alike = [key for key, (worst, best) in said.items() if worst == best]
    assert alike == []


def test_an_abbreviation_keeps_its_capitals_inside_a_sentence() -> None:
    assert words.lowered("SPI(t)") == "SPI(t)"
    assert words.lowered("Días sin contacto") == "días sin contacto"
