"""The worked change, signed later: new work is released on day 0, 5, 10 and 20."""

from __future__ import annotations

from datetime import date

import pytest

from lib.schedule.forecasting import Stopped
from lib.scope.ask import Ask
from lib.scope.ground import ground
from lib.scope.lateness import signed_later
from tests.scope.worked_example import AS_OF, ASK, portfolio, work_day


def test_signed_later_it_is_finished_later_and_not_for_less() -> None:
    found = signed_later(ground(portfolio(), AS_OF, "EUR", trials=20), ASK, (0, 1, 2, 4))
    assert [later.planned_on for later in found] == [work_day(16), work_day(16), work_day(18), work_day(26)]
    assert [later.planned_on for later in found] == [date(2026, 3, 23), date(2026, 3, 23), date(2026, 3, 25), date(2026, 4, 6)]
    assert [later.signed_on for later in found] == [AS_OF, date(2026, 3, 6), date(2026, 3, 13), date(2026, 3, 27)]
    assert [later.fee for later in found] == [pytest.approx(2_400.0)] * 4


def test_later_never_ends_earlier() -> None:
    found = signed_later(ground(portfolio(0.6, 1.8), AS_OF, "EUR", trials=100), ASK)
    ends = [later.p80_on for later in found if later.p80_on is not None]
    assert len(ends) == 3
    assert ends == sorted(ends)


def test_what_cannot_be_planned_has_no_later_answer() -> None:
    base = ground(portfolio(), AS_OF, "EUR", trials=20)
    assert signed_later(base, Ask("nowhere")) == ()
    assert signed_later(base, Ask("P", linked=(("F", "A"),))) == ()


def test_it_can_be_stopped() -> None:
    base = ground(portfolio(), AS_OF, "EUR", trials=20)
    with pytest.raises(Stopped):
        signed_later(base, ASK, stop=lambda: True)
