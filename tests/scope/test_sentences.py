"""What a change does, in words: the finding, the promise, prices, people, others; in either direction, and where something is not known."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import polars as pl
import pytest

from lib.formats import Language
from lib.measures.change_price import Before, Change, change_prices
from lib.scope.answer import AtBillRate, Finish
from lib.scope.ask import Added, Ask
from lib.scope.sentences import (
    assumed_sentence,
    days_text,
    delay_sentence,
    floats_sentence,
    headline,
    hours_range,
    option_verdict,
    over_sentence,
    promise_sentence,
    ripple_headline,
    spread_sentence,
    subject,
    work_text,
)  # fmt: skip
from tests.scope.answers import AFTER, ANSWERED, AS_OF, BEFORE, answer, march, nothing, ripple

EN = Language("en")


def said(text: str) -> str:
    return text.replace("\u00a0", " ")


def test_the_finding_is_the_date_and_the_price() -> None:
    assert said(headline(answer(), EN)) == "Supplier portal moves the finish to 26 Mar and needs at least €2,800"


def test_the_finding_of_work_that_goes_is_a_credit() -> None:
    cheaper = change_prices(Before(10_000, 6_000), Change(-1_100), 0.45)  # −1 100 / 0.55 = −2 000
    made = answer(prices=cheaper, moved_days=-2.0, after=replace(AFTER, p80_on=march(18)))
    assert said(headline(made, EN)) == "Supplier portal brings the finish forward to 18 Mar and allows a credit of €2,000 at most"


def test_the_finding_of_time_and_materials_is_what_it_brings() -> None:
    made = answer(at_bill_rate=AtBillRate(2_000.0, 0.4), moved_days=0.0)
    assert said(headline(made, EN)) == "Supplier portal leaves the finish on 26 Mar and brings €2,000 at bill rates"


def test_the_finding_without_a_plan_or_a_price_says_what_is_left() -> None:
    unknown = answer(after=Finish(), prices=None)
    assert said(headline(unknown, EN)) == "Supplier portal asks for 32 h more"
    assert said(headline(answer(after=Finish()), EN)) == "Supplier portal needs at least €2,800"
    assert said(headline(answer(prices=None), EN)) == "Supplier portal moves the finish to 26 Mar"


def test_the_finding_without_an_ask_is_the_promise() -> None:
    assert said(headline(nothing(), EN)) == "Website is promised for 20 Mar, which is 71% likely"
    open_ended = replace(BEFORE, promise_on=None, promise_share=None)
    assert said(headline(replace(nothing(), before=open_ended), EN)) == "Website ends by 20 Mar with a chance of 80%"
    assert said(headline(replace(nothing(), before=Finish()), EN)) == "Website has no plan that could be dated"


@pytest.mark.parametrize(
    ("share", "restored", "expected"),
    [
        (0.38, march(30), "With the extra work the promise of 20 Mar falls from 71% to 38%; moving it to 30 Mar restores 71%."),
        (0.38, None, "With the extra work the promise of 20 Mar falls from 71% to 38%."),
        (0.71, march(20), "The promise of 20 Mar stays at 71%."),
        (0.9, march(18), "With the change the promise of 20 Mar rises from 71% to 90%."),
        (None, None, ""),
    ],
)
def test_the_promise_falls_stays_or_rises(share: float | None, restored: date | None, expected: str) -> None:
    assert said(promise_sentence(answer(after=replace(AFTER, promise_share=share, restored_on=restored)), EN)) == expected


def test_the_move_of_the_p80_and_the_cost_in_days_have_two_names() -> None:
    moved = "The P80 moves from 20 Mar to 26 Mar (+4 d)."
    assert said(delay_sentence(answer(), EN)) == (
        f"{moved} The change itself costs 3 d at most in half of the trials, 5 d at most in 80%."
    )
    assert said(delay_sentence(answer(delay_p50_days=0.0, delay_p80_days=0.0), EN)) == moved
    assert said(delay_sentence(nothing(), EN)) == "The P80 stays on 20 Mar."
    assert [said(days_text(days, EN, sign=True)) for days in (0.0, 2.5, -1.0, None)] == ["0 d", "+2.5 d", "−1 d", "—"]


def test_who_goes_over_and_when() -> None:
    ben = ANSWERED.people.row(1, named=True)
    assert said(over_sentence(ben, AS_OF, EN)) == "Ben: 8 h more do not fit, 4–17 Mar."
    assert said(over_sentence(ben | {"window_start": None}, AS_OF, EN)) == "Ben: 8 h more do not fit."


def test_others_are_counted_by_client_and_the_clients_own_apart() -> None:
    rows = ripple()
    assert ripple_headline(rows, "acme", EN) == "2 other clients would wait"
    assert ripple_headline(rows, "maren", EN) == "1 other client would wait"
    assert ripple_headline(rows.head(1), "asteria", EN) == "1 other project of this client would wait"
    assert ripple_headline(rows.clear(), "acme", EN) == "No other client would wait"
    assert ripple_headline(rows.with_columns(-pl.col("moved_days")), "acme", EN) == "2 other projects would end earlier"


def test_float_spread_and_names() -> None:
    assert said(floats_sentence(ANSWERED.floats, EN)) == "C loses 2 d of its 2 d of float."
    assert spread_sentence(ANSWERED, EN) == "10,000 schedules simulated, seed 0. 7 tasks spread by the stated default."
    assert subject(Ask("p", added=(Added("1", "G", 1.0),)), EN) == "G"
    assert subject(Ask("p", added=(Added("1", "G", 1.0), Added("2", "H", 1.0))), EN) == "The change"
    row = Added("1", "G", 1.0, after=("B", "2"), before=("F",))
    assert work_text(row, {"B": "Wireframes", "2": "Copy", "F": "Launch"}, EN) == "after Wireframes and Copy, before Launch"
    assert hours_range(Ask("p", added=(Added("1", "G", 30.0, 20.0, 50.0), Added("2", "H", 8.0)))) == (38, 28, 58)


def test_options_bear_a_shape_beside_their_date() -> None:
    extend, people, swap, *_ = ANSWERED.options
    assert [said(option_verdict(one, AS_OF, EN)) for one in (extend, people, swap)] == ["■ 26 Mar", "● 20 Mar", "—"]
    assert said(option_verdict(replace(extend, finish=replace(AFTER, promise_on=None)), AS_OF, EN)) == "26 Mar"


def test_what_an_option_takes_for_granted_is_a_sentence_for_each_code() -> None:
    values: dict[str, dict[str, Any]] = {
        "extra_people": {"hours": 24.0, "roles": ("designer",)}, "ramp_up": {"share": 0.2}, "extra_rate": {"factor": 1.25},
        "taken_out": {"tasks": ("D",), "hours": 32.0, "asked_hours": 32.0}, "later_phase": {"planned_on": march(30), "p80_on": None},
        "later_phase_only_work": {}, "we_pay": {"amount": 400.0}, "pass_through_billed": {"amount": 400.0},
    }  # fmt: skip
    texts = {code: said(assumed_sentence(code, given, AS_OF, "EUR", EN)) for code, given in values.items()}
    assert "" not in texts.values()
    assert texts["taken_out"] == "D would go: 32 h in exchange for 32 h."
    assert texts["later_phase"] == "The new work follows what is promised now and is finished by 30 Mar (P80)."
    assert assumed_sentence("another", {}, AS_OF, "EUR", EN) == ""
