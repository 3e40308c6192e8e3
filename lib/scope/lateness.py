"""What it costs to decide late: the same change, signed some weeks from now. It says nothing of what the client may want instead.

Where definitions are silent. New work begins on the day after the signature; what the ask alters or removes counts as known from now on.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from lib.schedule.graph import Problems
from lib.scope.answer import SignedLater
from lib.scope.ask import Ask
from lib.scope.changed import plan_with
from lib.scope.ground import Ground, Stop
from lib.scope.money import bill_rates, change_of, cost_of, fee_of, prices_of
from lib.scope.outcome import finish_after, outcome
from lib.scope.terms import terms_of

WEEKS = (1, 2, 4)


def signed_later(ground: Ground, ask: Ask, weeks: Sequence[int] = WEEKS, stop: Stop = None) -> tuple[SignedLater, ...]:
    """The finish and the fee if the client signs so many weeks after the as-of; empty for an ask or a project that can't be planned.

    `lib.schedule.forecasting.Stopped` where `stop` says so.
    """
    if ask.project_id not in ground.projects or not ground.is_planned(ask.project_id):
        return ()
    ground = ground.at_rate(ask.cost_rate)
    terms, project, found = terms_of(ground, ask), ask.project_id, []
    for week in weeks:
        signed_on = ground.as_of + timedelta(weeks=week)
        plan = plan_with(ground.plan, ask, signed_on + timedelta(days=1))
        if isinstance(plan, Problems):
            return ()
        later = outcome(ground, plan, stop=stop)
        if isinstance(later, Problems):
            return ()
        finish = finish_after(ground, later, project)
        change = change_of(cost_of(ground.plan, later, ask, terms, (project,)), ask)
        fee = fee_of(prices_of(terms, change), bill_rates(ground, terms, change, plan, (project,)))
        found.append(SignedLater(week, signed_on, finish.planned_on, finish.p80_on, fee))
    return tuple(found)
