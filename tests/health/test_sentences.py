"""What is said of an account's health is what its rows say: the worst metric, the range, the band, what moved."""

from __future__ import annotations

import re

import pytest

from lib.formats import Language
from lib.health import sentences
from lib.health.metrics import COMPONENTS, METRIC_KEYS
from lib.health.moved import KINDS

EN, ES = Language("en"), Language("es")
BOTH = pytest.mark.parametrize("t", [EN, ES], ids=["en", "es"])


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


def row(metric: str, lost: float, value: float | None = None, state: str = "known", counted: float | None = None) -> dict[str, object]:
    """A row of Scores.metrics."""
    return {"metric": metric, "state": state, "value": value, "counted": counted, "lost": lost}


def test_the_main_reason_is_the_metric_that_lost_most() -> None:
    rows = [row("spi_t", 2.2, 0.9), row("contact_days", 3.4, 41), row("payment_delay", 3.39, 12)]
    assert plain(sentences.main_reason(rows, EN)) == "41 days without contact: 3.4 points lost"


def test_of_two_that_lost_the_same_the_first_of_the_list_is_named() -> None:
    rows = [row("payment_delay", 3.0, 12), row("spi_t", 3.0, 0.85)]
    assert plain(sentences.main_reason(rows, EN)) == "SPI(t) 0.85: 3 points lost"


def test_a_missing_metric_says_what_it_counts_at() -> None:
    # examples 1: satisfaction is missing, counts at 44 of 15 points: 8.4 lost
    rows = [row("satisfaction", 8.4, state="missing", counted=44.0), row("spi_t", 1.0, 0.95)]
    assert plain(sentences.main_reason(rows, EN)) == "Satisfaction: no data, counts at 44.0; 8.4 points lost"


def test_what_does_not_apply_is_never_the_reason() -> None:
    rows = [row("over_servicing", 9.0, state="not_applicable"), row("spi_t", 1.0, 0.95)]
    assert plain(sentences.main_reason(rows, EN)) == "SPI(t) 0.95: 1 point lost"
    assert sentences.loss_text(rows[0], EN) == "Over-servicing does not apply"


def test_a_perfect_account_has_no_reason() -> None:
    assert sentences.main_reason([row("spi_t", 0.0, 1.0)], EN) == "No metric loses a point"
    assert sentences.main_metric([]) is None


def test_why_something_is_absent_is_the_readers_reason_or_a_plain_one() -> None:
    reasons = {"no_baseline": "No project has a baseline"}
    assert sentences.absence_text("missing", "no_baseline", EN, reasons) == "No project has a baseline"
    assert sentences.absence_text("missing", None, EN, reasons) == "No data for it yet"
    assert sentences.absence_text("not_applicable", "unheard", EN, reasons) == "Does not apply to this account"


def test_scores_are_rounded_before_their_difference() -> None:
    # examples 1: 81.458736 and 78.527651 are shown as 81.5 and 78.5, and −3.0 is not flat though −2.931085 would be
    assert sentences.shown_change(81.458736, 78.527651) == -3.0
    assert not sentences.is_flat(-3.0)
    assert sentences.is_flat(-2.9)
    assert sentences.score_text(78.527651, EN) == "78.5"
    assert sentences.score_text(None, EN) == "—"


def test_half_a_tenth_is_rounded_up() -> None:
    assert sentences.shown(74.95) == 75.0  # 74.95 is stored as 74.9500000000000028; 49.95 as 49.9500000000000028
    assert sentences.shown(0.25) == 0.3  # round() alone gives 0.2


def test_the_range_says_how_much_of_the_weight_has_no_data() -> None:
    assert sentences.range_text(38.2, 49.1, 0.89, EN) == "Range 38–49: the 11% of weight without data, at 0 and at 100"
    assert sentences.range_text(60, 60, 1.0, EN) == "No range: every metric has data"


@pytest.mark.parametrize(("coverage", "said"), [
    (0.89, "89% of the weight has data"),
    (0.70, "70% of the weight has data"),
    (0.65, "65% of the weight has data: below 70% an account is never on track"),
    (0.40, "40% of the weight has data: below 70% an account is never on track"),
    (0.39, "39% of the weight has data: below 40% an account has no band"),
])  # fmt: skip
def test_coverage_says_what_follows_below_its_limits(coverage: float, said: str) -> None:
    assert sentences.coverage_text(coverage, EN) == said


def test_a_band_is_firm_soft_or_rests_on_something() -> None:
    bands = ("red", "amber", "green", None)
    assert [sentences.band_text(band, EN) for band in bands] == ["At risk", "Watch", "On track", "Not enough data"]
    assert sentences.firmness_text("red", True, [], EN) == "firm"
    assert sentences.firmness_text("amber", False, [], EN) == "soft"
    assert sentences.firmness_text("green", False, ["contact_days", "spi_t"], EN) == "soft, rests on days since contact and SPI(t)"
    assert sentences.firmness_text(None, False, ["spi_t"], EN) == ""
    assert set(sentences.BAND_STATUS) == set(sentences.BAND_WORDS)


def test_a_cap_says_all_its_reasons() -> None:
    reasons = ["The sponsor left on 11 Sep and is not replaced.", "Invoice F-7 is 63 days late."]
    said = "Capped below green: the sponsor left on 11 Sep and is not replaced; invoice F-7 is 63 days late"
    assert sentences.capped_text(reasons, EN) == said
    assert sentences.capped_text([], EN) == ""


def test_a_trend_is_flat_below_three_points_and_absent_without_an_earlier_score() -> None:
    assert plain(sentences.trend_text(-14.0, 13, EN)) == "−14.0 points in 13 weeks"
    assert plain(sentences.trend_text(3.0, 4, EN)) == "+3.0 points in 4 weeks"
    assert plain(sentences.trend_text(-2.9, 13, EN)) == "flat in 13 weeks (−2.9)"
    assert plain(sentences.trend_text(0.0, 1, EN)) == "flat in 1 week (0.0)"
    assert sentences.trend_text(None, 13, EN) == "—"


NORVANE = {"relationship": -8.0, "payment": -4.0, "delivery": -2.6, "budget": 0.6}


def test_the_headline_names_what_took_most_of_the_points() -> None:
    # −8 − 4 − 2.6 + 0.6 = −14; of the 14.6 that went down 8 is less than two thirds, 12 is more than half
    said = sentences.moved_headline("Norvane", -14.0, 13, NORVANE, EN)
    assert plain(said) == "Norvane falls 14 points in 13 weeks, mostly relationship and payment"
    assert plain(sentences.took_text(-14.0, NORVANE, EN)) == "Relationship and payment took 12 of the 14 points"


def test_one_cause_that_makes_up_two_thirds_stands_alone() -> None:
    # 10 of 15 that went up
    said = sentences.moved_headline("Acme", 14.0, 4, {"payment": 10.0, "delivery": 5.0, "budget": -1.0}, EN)
    assert plain(said) == "Acme rises 14 points in 4 weeks, mostly payment"
    assert plain(sentences.took_text(14.0, {"payment": 10.0, "delivery": 5.0, "budget": -1.0}, EN)) == "Payment brought 10 of the 14 points"


def test_no_cause_is_named_where_no_two_make_up_half() -> None:
    even = dict.fromkeys(list(COMPONENTS)[:5], -2.0)  # two of five: 4 of 10
    assert plain(sentences.moved_headline("Acme", -10.0, 13, even, EN)) == "Acme falls 10 points in 13 weeks"
    assert sentences.took_text(-10.0, even, EN) == ""


def test_kinds_of_bar_are_causes_too() -> None:
    said = sentences.moved_headline("Acme", -6.0, 13, {"rules": -5.0, "delivery": -1.0}, EN)
    assert plain(said) == "Acme falls 6 points in 13 weeks, mostly new rules"


def test_a_flat_account_stays_where_it_was() -> None:
    assert plain(sentences.moved_headline("Acme", -2.9, 13, {"delivery": -2.9}, EN)) == "Acme stays where it was: −2.9 in 13 weeks"
    assert plain(sentences.nothing_moved(13, EN)) == "No account moved by 3 points or more in 13 weeks"


def test_names_from_data_are_quoted_and_their_braces_do_no_harm() -> None:
    said = sentences.moved_headline("{name}*{0}", -14.0, 13, NORVANE, EN, quote=lambda name: name.replace("*", "\\*"))
    assert said.startswith("{name}\\*{0} falls")


@BOTH
def test_no_sentence_keeps_a_placeholder(t: Language) -> None:
    said = [sentences.cause_text(key, t) for key in (*COMPONENTS, *sentences.BARS)]
    said += [sentences.loss_text(row(metric, 2.0, 0.5), t) for metric in METRIC_KEYS]
    said += [sentences.loss_text(row(metric, 2.0, state="missing", counted=50.0), t) for metric in METRIC_KEYS]
    said += [sentences.moved_headline("A", change, 13, NORVANE, t) for change in (-14.0, -1.0, 14.0)]
    said += [sentences.coverage_text(share, t) for share in (0.3, 0.5, 0.9)] + [sentences.range_text(1, 9, 0.9, t)]
    said += [t(word) for words in (sentences.BARS, sentences.BAR_MEANINGS, sentences.BAND_WORDS) for word in words.values()]
    assert [text for text in said if not text or re.search(r"[{}]", text)] == []
    assert tuple(sentences.BARS) == tuple(sentences.BAR_MEANINGS) == KINDS
