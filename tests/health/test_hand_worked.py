"""Two accounts worked out by hand, from their rows to the score: every reading, its score, its weight and the sum, to the last digit."""

from __future__ import annotations

from fractions import Fraction as F
from functools import cache

import polars as pl
import pytest

from lib.health.book import Health, health
from lib.health.profile import published
from lib.health.readings import Sight
from tests.health.hand_worked import TODAY, hand_worked

Line = tuple[F | None, F, F]
"""What a metric reads (None: missing, and counts at 50), its score of 100, its points of weight."""

# sol: six metrics of Delivery and Budget do not apply or share what is left: no project has a baseline (spi_t) or a budget (overrun), so
# milestones and overdue tasks weigh 20/2 each, and the three others of Budget 20/3 each. Three of Commercial 15/3, two of Payment 10/2.
SOL: dict[str, Line] = {
    # 4 milestones were due by their baseline in the 90 days, the one of the 25th was finished on the 28th: 3/4; (3/4 − 1/2)/(95 − 50) %
    "milestones_met": (F(3, 4), F(100 * 25, 45), F(10)),
    # 30 h due yesterday of 30 + 170 h open; (30 − 15)/30
    "overdue_tasks": (F(30, 200), F(50), F(10)),
    # AGI of 1 Oct 2025 - 30 Sep 2026: 3 · 25 000 + 22 500 = 97 500; cost 345 h · 50 = 17 250; 80 250/97 500 = 107/130, target 117/130:
    # −1/13; (1/5 − 1/13)/(1/5) = 8/13
    "margin_gap": (F(-1, 13), F(800, 13), F(20, 3)),
    # 10 + 20 + 15 h over three times 100 h; (25 − 15)/25
    "over_servicing": (F(45, 300), F(40), F(20, 3)),
    # change requests are loaded, but none ever was this account's: no witness
    "unapproved_scope": (None, F(50), F(20, 3)),
    # the call of 26 August, 5 + 30 days ago; (60 − 35)/(60 − 14)
    "contact_days": (F(35), F(100 * 25, 46), F(5)),
    # eva and leo; sam left
    "contacts_known": (F(2), F(200, 3), F(5)),
    # only eva was met, a user
    "sponsor_reached": (F(0), F(0), F(5)),
    # 3 · 4; (40 − 12)/40
    "risk_exposure": (F(12), F(70), F(5)),
    # 31 December less 60 days is 1 November: 31 + 1 days; 32/120
    "notice_days": (F(32), F(100 * 32, 120), F(5)),
    # windows of 91 days that close on 30 Sep, 1 Jul, 1 Apr, 31 Dec and 1 Oct: 22 500 against 25 000; (90 − 70)/(105 − 70)
    "revenue_trend": (F(9, 10), F(100 * 20, 35), F(5)),
    # met and on track of three; (2/3 − 3/10)/(6/10) = 11/18
    "goals_met": (F(2, 3), F(1100, 18), F(5)),
    # NPS 9 of 10, a month old: 90. CSAT 4 on 1-5: 75, 180 days old, half way from 90 to 270: 50 + 25/2. (90 + 62.5)/2
    "satisfaction": (F(305, 4), F(305, 4), F(15)),
    # 22 500 is open, 16 days late: none over 30
    "receivables_overdue": (F(0), F(100), F(5)),
    # last six due: 5 days (April 2025), four times 10, and 16 so far: 61/6; the three before: 5. 31/6; (20 − 31/6)/20 = 89/120
    "payment_delay": (F(31, 6), F(8900, 120), F(5)),
}
# lun: over-servicing, the revenue trend and the notice date do not apply: a fixed price only, without notice days. Budget's three others
# weigh 20/3 each, and goals all 15 of Commercial.
LUN: dict[str, Line] = {
    # Mon 6 Jul - Fri 20 Nov are 20 weeks, 100 days. 12 weeks to 25 Sep and 3 days: AT 63. 56 %: ES 56. 56/63; (8/9 − 7/10)/(3/10) = 17/27
    "spi_t": (F(56, 63), F(1700, 27), F(20, 3)),
    # five due, one finished three days late; (80 − 50)/(95 − 50)
    "milestones_met": (F(4, 5), F(200, 3), F(20, 3)),
    # 20 h of 200 h; (30 − 10)/30
    "overdue_tasks": (F(1, 10), F(200, 3), F(20, 3)),
    # AC 240 h · 20 = 4 800, EV 56 % of 8 000 = 4 480: EAC = 8 000 · 4 800/4 480 = 60 000/7. 16 000 − 60 000/7 = 52 000/7: 13/28 of 16 000,
    # target 14/28; (1/5 − 1/28)/(1/5) = 23/28
    "margin_gap": (F(-1, 28), F(2300, 28), F(20, 3)),
    # 4 800/4 480 − 1 = 1/14; (1/4 − 1/14)/(1/4) = 5/7
    "overrun": (F(1, 14), F(500, 7), F(20, 3)),
    # 10 h begun while only logged (the 40 were approved) of 400; (10 − 2.5)/10
    "unapproved_scope": (F(10, 400), F(75), F(20, 3)),
    # the meeting of 14 September; the e-mail does not count. Key: 30 → 7. (30 − 16)/23
    "contact_days": (F(16), F(1400, 23), F(5)),
    "contacts_known": (F(3), F(100), F(5)),
    "sponsor_reached": (F(1), F(100), F(5)),
    # an open issue of impact 3 as of probability 5; (40 − 15)/40
    "risk_exposure": (F(15), F(2500, 40), F(5)),
    # one of two; (50 − 30)/60
    "goals_met": (F(1, 2), F(100, 3), F(15)),
    # nobody answered
    "satisfaction": (None, F(50), F(15)),
    # 3 000 of 12 000 is 52 days late; (50 − 25)/50
    "receivables_overdue": (F(1, 4), F(50), F(5)),
    # one invoice was due
    "payment_delay": (None, F(50), F(5)),
}
BY_HAND = {"sol": SOL, "lun": LUN}
OUT = {"sol": {"spi_t", "overrun"}, "lun": {"over_servicing", "revenue_trend", "notice_days"}}


@cache
def found() -> Health:
    return health([Sight(hand_worked(), (TODAY,), "invoiced", "EUR")], published([]))


@pytest.mark.parametrize("account", BY_HAND)
def test_each_reading_score_and_weight_is_the_one_by_hand(account: str) -> None:
    rows = found().metrics().filter(pl.col("account_id") == account)
    assert set(rows.filter(pl.col("state") == "not_applicable")["metric"]) == OUT[account]
    applying = {row["metric"]: row for row in rows.filter(pl.col("state") != "not_applicable").iter_rows(named=True)}
    assert set(applying) == set(BY_HAND[account])
    for metric, (value, score, weight) in BY_HAND[account].items():
        row = applying[metric]
        assert row["state"] == ("missing" if value is None else "known"), metric
        assert value is None or row["value"] == pytest.approx(float(value), abs=1e-12), metric
        assert row["counted"] == pytest.approx(float(score), abs=1e-9), metric
        assert row["weight"] == pytest.approx(float(weight), abs=1e-9), metric
        assert row["points"] == pytest.approx(float(weight * score / 100), abs=1e-9), metric


@pytest.mark.parametrize("account", BY_HAND)
def test_score_bounds_and_coverage_are_the_sums_by_hand(account: str) -> None:
    lines = BY_HAND[account].values()
    point = sum(weight * score / 100 for _, score, weight in lines)
    unknown = sum(weight for value, _, weight in lines if value is None)
    at_prior = sum(weight * score / 100 for value, score, weight in lines if value is None)
    (row,) = found().accounts().filter(pl.col("account_id") == account).iter_rows(named=True)
    assert sum(weight for _, _, weight in lines) == 100
    assert row["point"] == pytest.approx(float(point), abs=1e-9)
    assert row["low"] == pytest.approx(float(point - at_prior), abs=1e-9)
    assert row["high"] == pytest.approx(float(point - at_prior + unknown), abs=1e-9)
    assert row["coverage"] == pytest.approx(float(1 - unknown / 100), abs=1e-12)


def test_the_scores_written_out_and_their_bands() -> None:
    rows = {row["account_id"]: row for row in found().accounts().iter_rows(named=True)}
    # sol: 5.555556 + 5 + 4.102564 + 2.666667 + 3.333333 + 2.717391 + 3.333333 + 0 + 3.5 + 1.333333 + 2.857143 + 3.055556 + 11.4375 + 5
    #      + 3.708333
    assert rows["sol"]["point"] == pytest.approx(57.600709, abs=5e-6)
    # lun: 4.197531 + 4.444444 + 4.444444 + 5.476190 + 4.761905 + 5 + 3.043478 + 5 + 5 + 3.125 + 5 + 7.5 + 2.5 + 2.5
    assert rows["lun"]["point"] == pytest.approx(61.992993, abs=5e-6)
    assert {account: (row["band"], row["by_number"], row["capped"]) for account, row in rows.items()} == {
        "sol": ("amber", "amber", True), "lun": ("amber", "amber", False),
    }  # fmt: skip
    assert found().caps.select("account_id", "cap", "who").rows() == [("sol", "sponsor_left", "Sam")]
