"""What a calibration says: its figures with their counts, what is wanted, and why there are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from lib.formats import Language
from lib.health.calibration import Backtest
from lib.health.calibration_words import KINDS, of_backtest, of_book, of_size
from lib.health.events import KINDS as LOSS_KINDS
from tests.health.test_calibration import DAY, a_book, book_on, outcome

EN = Language("en")


def said(test: Backtest, language: str = "en") -> list[tuple[str, bool | None]]:
    return [(one.text, one.reached) for one in of_backtest(test, Language(language))]


def with_revenue() -> Backtest:
    rows, lost = a_book()
    return outcome(rows, lost, {(row["account_id"], DAY): 100.0 for row in rows})


def test_every_figure_has_its_count_and_what_is_wanted() -> None:
    # By hand in test_calibration: AUC 287.5/300; with equal revenue the lift is (4/6)/(10/40) = 2.67
    looked_at, auc, lift, caught = said(with_revenue())
    assert looked_at == ("10 accounts were lost on a known day; 10 had a score 60 to 90 days before.", None)
    assert auc[0].startswith("Of an account about to be lost and one that stayed, the lost one scored lower in 96% of cases")
    assert auc[0].endswith("10 against 30 accounts).")
    assert auc[1] is True
    assert lift == ("Red accounts lost revenue 2.7 times as often as the book (4 of 6 scores); wanted is 3 or more.", False)
    assert caught == ("70% of the lost were below green 60 to 90 days before; wanted is 67% or more.", True)


def test_what_may_be_chance_is_said_to_be() -> None:
    text, reached = said(replace(with_revenue(), auc=0.55))[1]
    assert text.endswith("That can't be told from chance.")
    assert reached is False
    assert said(replace(with_revenue(), auc=0.01))[1][1] is False  # the wrong way round


def test_fewer_than_ten_losses_are_said_instead_of_figures() -> None:
    rows, lost = a_book(lost=9)
    test = outcome(rows, lost | {"gone": None, "new": DAY + timedelta(days=70)})
    assert [text for text, _ in said(test)] == [
        "10 accounts were lost on a known day; 9 had a score 60 to 90 days before. 1 is lost and nothing says since when.",
        "With fewer than 10 losses there is no figure: it would be chance.",
    ]


def test_nobody_who_stayed_no_red_no_band_and_no_revenue_are_said() -> None:
    rows, lost = a_book()
    assert said(outcome(rows[:10], lost))[1:] == [
        ("No account that stayed was scored on those days: there is nothing to compare with.", None)
    ]
    no_red, no_red_lost = a_book(red_lost=0, red_stayed=0)
    assert said(outcome(no_red, no_red_lost))[2] == ("No account was red then.", None)
    assert said(outcome(rows, lost))[2] == (
        "Red accounts were lost 2.7 times as often as all (4 of 6 scores); their revenue is not known.", None
    )  # fmt: skip
    unbanded = outcome([row | {"band": None} for row in rows], lost)
    assert said(unbanded)[2:] == [("10 of the 10 lost had too little data for a band: what red foretells can't be told.", None)]


def test_a_book_that_is_too_green_is_said() -> None:
    calm, green = of_book(book_on(["green", "red"], [300.0, 100.0]), EN), of_book(book_on(["green"], [None]), EN)
    assert (calm.text, calm.reached) == ("50% of 2 accounts are green, 75% by revenue.", True)
    assert green.text == "100% of 1 account is green. A score that calls more than 80% of the book green tells accounts hardly apart."
    assert green.reached is False


@pytest.mark.parametrize(("accounts", "spoken"), [(99, True), (100, False)])
def test_small_books_give_no_ground_to_fit_weights(accounts: int, spoken: bool) -> None:
    assert (of_size(accounts, EN) is not None) == spoken


def test_every_kind_of_loss_has_its_word() -> None:
    assert tuple(KINDS) == LOSS_KINDS
