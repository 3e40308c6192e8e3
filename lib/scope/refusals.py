"""Why there is no answer, or not all of it, in words: problems of an ask or a plan, what is missing, options refused. Decides nothing.

`quote` makes text from data safe where the sentence will stand, as in `lib.scope.sentences`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from lib.columns import N_
from lib.formats import Language
from lib.schedule.graph import Problem

TOLD = 5
"""So many tasks are named; the others are counted."""

OF_THE_ASK: dict[str, str] = {
    "stopped": N_("It was stopped before there was an answer."),
    "unknown_project": N_("The project is not known, or nothing of it is planned."),
    "project_over": N_("The project is over: nothing can be asked of it any more."),
    "duplicate_key": N_("Two rows have the same name within the request: {tasks}."),
    "unknown_task": N_("No task of the plan is called {tasks}."),
    "unknown_link": N_("{then} does not wait for {first}, so that it cannot stop waiting for it."),
    "finished_task": N_("{tasks}: it is finished already and can't be changed or removed."),
    "removed_and_used": N_("{tasks}: it is removed and spoken of in another row."),
    "hours_not_positive": N_("{tasks}: new work needs more than 0 hours."),
    "negative_hours": N_("{tasks}: the hours left can't be below 0."),
    "points_unordered": N_("{tasks}: the least hours come first, then the likely ones, then the most."),
    "unknown_person": N_("Nobody with hours is called {people}."),
    "negative_money": N_("An expense, a pass-through or a rate can't be below 0."),
    "target_out_of_range": N_("A margin to aim at lies between 0 % and less than 100 %."),
}
"""Kind of problem of an ask -> a sentence; {tasks}, {people}, and {first} and {then} of a link."""

OF_THE_PLAN: dict[str, str] = {
    "cycle": N_("Tasks wait for each other in a circle: {tasks}. Take out one of the links between them."),
    "dangling_link": N_("A link names a task that is in no table: {first} → {then}."),
    "link_to_itself": N_("{tasks}: it can't wait for itself."),
    "broken_link": N_("{then} does not wait for {first} as its link says."),
    "broken_sequence": N_("{then} begins before the same person has done {first}."),
    "unknown_link_kind": N_("The link {first} → {then} is of no known kind: FS, SS, FF and SF are."),
    "missing_lag": N_("The lag of the link {first} → {then} is no number."),
    "parent_cycle": N_("Summary tasks lie below themselves: {tasks}."),
    "missing_id": N_("A task has no identifier."),
    "duplicate_task": N_("Several tasks have the same identifier: {tasks}."),
    "missing_task": N_("Tasks without a date: {tasks}."),
    "missing_duration": N_("Tasks without a duration: {tasks}."),
    "missing_estimate": N_("Tasks without an estimate: {tasks}."),
    "negative_duration": N_("Hours or days are below 0: {tasks}."),
    "unordered_estimates": N_("The least hours exceed the estimate, or the estimate exceeds the most: {tasks}."),
    "optimistic_over_likely": N_("The least hours exceed the likely ones: {tasks}."),
    "likely_over_pessimistic": N_("The likely hours exceed the most: {tasks}."),
    "no_capacity": N_("Nobody ever has the hours for {tasks}: look at the end date, hours and absences of {people}."),
    "over_capacity": N_("{people} would work more than their hours on {tasks}."),
    "over_task_day": N_("{tasks}: more hours on a day than the task says."),
    "two_at_once": N_("{people} would do two tasks at once: {tasks}."),
    "interrupted": N_("{tasks}: other work lies within it."),
    "moved_fact": N_("{tasks}: it was finished on another day."),
    "starts_early": N_("{tasks}: it would begin before it may."),
    "wrong_duration": N_("{tasks}: it would take another time than its duration."),
    "wrong_hours": N_("{tasks}: it would take other hours than are left of it."),
    "duplicate_resource": N_("Several people or things have the same identifier: {people}."),
    "unknown_resource": N_("{tasks} needs somebody who is not known: {people}."),
    "dangling_demand": N_("Somebody is asked for a task that is not known: {tasks}."),
    "missing_units": N_("It is not said how much of {people} there is, or {tasks} needs."),
    "negative_units": N_("There can't be less than nothing of {people}, nor can {tasks} need less."),
    "demand_over_capacity": N_("{tasks} needs more of {people} than there ever is."),
    "unknown_country": N_("The public holidays of the country of {people} are not known."),
    "unknown_subdivision": N_("The public holidays of the region of {people} are not known."),
}
"""Kind of problem of a plan, a network or a schedule -> a sentence, with the same placeholders."""

PROBLEMS = OF_THE_ASK | OF_THE_PLAN

OPTIONS_REFUSED: dict[str, str] = {
    "nothing_to_add": N_("Nothing is added that it could be done with."),
    "nothing_to_swap": N_("No work that has not begun is about as large."),
    "no_plan": N_("Without a plan of the project nothing can be said of it."),
}
"""Why an option can't be had -> a sentence; else a key of PROBLEMS."""

MISSING: dict[str, str] = {
    "no_plan": N_("The project has no plan that can be dated: import its tasks for dates, floats and who goes over."),
    "plan_refused": N_("The plan of the project can't be dated before it is put right, so that dates are missing here."),
    "on_hold": N_("The project is on hold and has no dates."),
    "at_the_pace": N_("Its finish is told at the pace of the last weeks: hours left over hours logged a week."),
    "too_few_weeks": N_("Fewer than 8 weeks were logged on the project: too few to tell its pace."),
    "no_budget_hours": N_("The project says no budget in hours, so that nobody knows what is left of it."),
    "no_hours_left": N_("The hours agreed are used up, so that no finish follows from them."),
    "no_promise": N_("The project has no committed date."),
    "no_rates": N_("Too few of the hours have a cost rate: there is no cost and no price. Say what an hour costs."),
    "no_target": N_("No margin is aimed at: say one for a price."),
    "no_fee": N_("The project has no fee in a known currency: there is no margin."),
    "no_eac": N_("What the project costs at completion is not known: there is no margin."),
    "eac_not_bottom_up": N_("What the project costs at completion is not summed from its tasks: too few say what is left of them."),
    "eac_by_hours": N_("What it costs at completion is the hours agreed at the mean cost of an hour so far."),
    "no_bill_rate": N_("Some hours have no bill rate: there is no margin."),
    "billing_unknown": N_("How the project is billed is not known; it is taken as a fixed price."),
    "internal": N_("The work is for your own house: nobody pays for it."),
    "left_out": N_("Some projects can't be planned before they are put right: they would not show here if they had to wait."),
    "unmanned": N_("Some work is given to people who have no hours for it; it is planned as work that nobody is named for."),
    "unestimated": N_("Some open tasks have no estimate and count as no work."),
}
"""What an answer could not say, by code of `Answer.degraded` and `Terms.missing` -> a sentence."""


def problem_text(problem: Problem, names: Mapping[str, str], t: Language, quote: Callable[[str], str] = str) -> str:
    """The problem as a sentence that says what to put right; `names` of tasks, keys of the ask and people by id."""
    ends = [quote(names.get(one, one)) for one in problem.task_ids]
    said = {
        "tasks": _listed(ends, t),
        "people": _listed([quote(names.get(one, one)) for one in problem.resource_ids], t) or t("the person"),
        "first": ends[0] if ends else "",
        "then": ends[1] if len(ends) > 1 else "",
    }
    known = PROBLEMS.get(problem.kind)
    if known is None:
        return t("The plan can't be dated: {tasks}.", tasks=said["tasks"])
    if problem.kind == "no_capacity" and not problem.task_ids:
        return t("{people} has no hours left, ever.", people=said["people"])
    return t(known, **said)


def missing_text(code: str, t: Language) -> str:
    """What is missing as a sentence; "" for a code that says nothing to a reader."""
    known = MISSING.get(code)
    return "" if known is None else t(known)


def option_refused_text(code: str, names: Mapping[str, str], t: Language, quote: Callable[[str], str] = str) -> str:
    """Why an option can't be had, as a sentence."""
    known = OPTIONS_REFUSED.get(code)
    return t(known) if known is not None else problem_text(Problem(code, ()), names, t, quote)


def _listed(names: Sequence[str], t: Language) -> str:
    told = list(dict.fromkeys(names))
    more = len(told) - TOLD
    return t.join(told[:TOLD] + ([t("{n} more", n=t.number(more))] if more > 0 else []))
