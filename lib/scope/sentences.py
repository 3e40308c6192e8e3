"""What a scope change does, in words: the page's finding, the promise, the price, who goes over, who else waits. It decides nothing.

`quote` makes text from data safe where the sentence will stand (markdown on a page, nothing in a document).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl

from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.measures.change_price import Refusal
from lib.scope.answer import Answer, Finish, Option, OptionKey
from lib.scope.ask import Added, Ask

Quote = Callable[[str], str]
OPTION_NAMES: dict[OptionKey, str] = {
    "extend": N_("Charge and extend"),
    "add_people": N_("Charge and add people"),
    "swap": N_("Swap for equal work"),
    "defer": N_("Defer to a later phase"),
    "absorb": N_("Absorb it"),
}
OPTION_MEANS: dict[OptionKey, str] = {
    "extend": N_("The client pays and the date moves."),
    "add_people": N_("The client pays, and more people keep the date as far as they can."),
    "swap": N_("As much other work goes as comes; nothing is paid."),
    "defer": N_("It is done after what is promised now; the client pays then."),
    "absorb": N_("We do it and nobody pays: this is what it costs us."),
}
EPSILON = 1e-9


def subject(ask: Ask, t: Language) -> str:
    """What the change is called: its title, else its one piece of new work, else «the change»."""
    if ask.title.strip():
        return ask.title.strip()
    names = [row.name.strip() for row in ask.added if row.name.strip()]
    return names[0] if len(names) == 1 else t("The change")


def headline(answer: Answer, t: Language, quote: Quote = str) -> str:
    """The page's finding: the date that the project moves to and the least that it has to cost the client."""
    if answer.ask.is_empty:
        return plan_headline(answer.project, answer.before, answer.as_of, t, quote)
    near, what, when = answer.as_of, quote(subject(answer.ask, t)), answer.after.p80_on
    price = price_clause(answer, t)
    if when is None:
        if price:
            return t("{what} {price}", what=what, price=price)
        return t("{what} asks for {hours} more", what=what, hours=t.hours(answer.cost.hours))
    moved = answer.moved_days or 0.0
    if moved > EPSILON:
        said = t("{what} moves the finish to {day}", what=what, day=t.day(when, near))
    elif moved < -EPSILON:
        said = t("{what} brings the finish forward to {day}", what=what, day=t.day(when, near))
    else:
        said = t("{what} leaves the finish on {day}", what=what, day=t.day(when, near))
    return t("{said} and {price}", said=said, price=price) if price else said


def price_clause(answer: Answer, t: Language) -> str:
    """«needs at least €27,600», «allows a credit of €900 at most», «brings €2,000 at bill rates»; "" where no price can be said."""
    prices = answer.prices
    if answer.at_bill_rate is not None:
        return t("brings {price} at bill rates", price=t.money(answer.at_bill_rate.fee, answer.base))
    if prices is None or isinstance(prices.floor, Refusal):
        return ""
    if prices.largest_credit is not None and prices.floor < 0:
        return t("allows a credit of {price} at most", price=t.money(prices.largest_credit, answer.base))
    return t("needs at least {price}", price=t.money(prices.floor, answer.base))


def plan_headline(project: str, finish: Finish, as_of: date, t: Language, quote: Quote = str) -> str:
    """The finding where nothing is asked: when the project ends, and what its promise is worth."""
    name, promise = quote(project), finish.promise_on
    if finish.p80_on is None:
        return t("{project} has no plan that could be dated", project=name)
    day = t.day(finish.p80_on, as_of)
    if promise is None or finish.promise_share is None:
        return t("{project} ends by {day} with a chance of 80%", project=name, day=day)
    share = t.share(finish.promise_share)
    return t("{project} is promised for {promise}, which is {share} likely", project=name, promise=t.day(promise, as_of), share=share)


def promise_sentence(answer: Answer, t: Language) -> str:
    """«With the extra work the promise of 20 Mar falls from 71% to 38%; moving it to 30 Mar restores 71%.» "" without a promise."""
    before, after, near = answer.before, answer.after, answer.as_of
    if before.promise_on is None or before.promise_share is None or after.promise_share is None:
        return ""
    day, was, now = t.day(before.promise_on, near), t.share(before.promise_share), t.share(after.promise_share)
    if answer.ask.is_empty or was == now:
        return t("The promise of {day} stays at {share}.", day=day, share=now)
    if after.promise_share > before.promise_share:
        return t("With the change the promise of {day} rises from {before} to {after}.", day=day, before=was, after=now)
    said = t("With the extra work the promise of {day} falls from {before} to {after}", day=day, before=was, after=now)
    if after.restored_on is None or after.restored_on <= before.promise_on:
        return f"{said}."
    return t("{said}; moving it to {day} restores {share}.", said=said, day=t.day(after.restored_on, near), share=was)


def delay_sentence(answer: Answer, t: Language) -> str:
    """The two figures with their two names: by how much the P80 moves, and what the change itself takes (P50, P80 of the differences)."""
    if answer.moved_days is None or answer.before.p80_on is None or answer.after.p80_on is None:
        return ""
    near = answer.as_of
    if abs(answer.moved_days) <= EPSILON and answer.before.p80_on == answer.after.p80_on:
        said = t("The P80 stays on {day}.", day=t.day(answer.after.p80_on, near))
    else:
        said = t("The P80 moves from {before} to {after} ({days}).", before=t.day(answer.before.p80_on, near),
                 after=t.day(answer.after.p80_on, near), days=days_text(answer.moved_days, t, sign=True))  # fmt: skip
    if answer.delay_p50_days is None or answer.delay_p80_days is None:
        return said
    if max(abs(answer.delay_p50_days), abs(answer.delay_p80_days)) <= EPSILON:
        return said
    middle, most = days_text(answer.delay_p50_days, t), days_text(answer.delay_p80_days, t)
    itself = t("The change itself costs {middle} at most in half of the trials, {most} at most in 80%.", middle=middle, most=most)
    return f"{said} {itself}"


def days_text(days: float | None, t: Language, sign: bool = False) -> str:
    """Working days: «+4 d», «0.5 d»; whole ones without decimals."""
    if days is None:
        return ABSENT
    return t.number(days, 0 if abs(days - round(days)) < 0.05 else 1, sign=sign) + "\u00a0d"


def over_sentence(person: Mapping[str, Any], as_of: date, t: Language, quote: Quote = str) -> str:
    """«Ben: 8 h more do not fit, 4–17 Mar.» for a row of `Answer.people` that goes over."""
    name, hours = quote(person["name"] or person["role"] or t("nobody named")), t.hours(person["over_hours"])
    first, last = person["window_start"], person["window_end"]
    if first is None or last is None:
        return t("{name}: {hours} more do not fit.", name=name, hours=hours)
    return t("{name}: {hours} more do not fit, {days}.", name=name, hours=hours, days=t.span(first, last, as_of))


def ripple_headline(ripple: pl.DataFrame, account_id: str, t: Language) -> str:
    """«2 other clients would wait», or that nobody would; other projects of the client `account_id` itself count apart."""
    later = ripple.filter(pl.col("moved_days") > 0)
    if ripple.is_empty():
        return t("No other client would wait")
    if later.is_empty():
        return t.plural("{n} other project would end earlier", "{n} other projects would end earlier", ripple.height)
    others = later.filter(pl.col("account_id") != account_id)
    if others.is_empty():
        return t.plural("{n} other project of this client would wait", "{n} other projects of this client would wait", later.height)
    return t.plural("{n} other client would wait", "{n} other clients would wait", others["account_id"].n_unique())


def floats_sentence(floats: pl.DataFrame, t: Language, quote: Quote = str) -> str:
    """«C loses 2 d of its 2 d of float.», the three that lose most."""
    said = []
    for row in floats.sort("eaten_days", descending=True, maintain_order=True).head(3).iter_rows(named=True):
        eaten, had = days_text(row["eaten_days"], t), days_text(row["float_before_days"], t)
        said.append(t("{task} loses {eaten} of its {had} of float.", task=quote(row["name"]), eaten=eaten, had=had))
    more = floats.height - 3
    return " ".join(said + ([t.plural("{n} more loses some.", "{n} more lose some.", more)] if more > 0 else []))


def spread_sentence(answer: Answer, t: Language) -> str:
    """What the chance rests on: how many tasks spread by what."""
    parts = [_spread(source, count, t) for source, count in answer.spreads.items() if count]
    simulated = t("{n} schedules simulated, seed {seed}.", n=t.number(answer.trials), seed=str(answer.seed))
    return f"{simulated} {'; '.join(parts)}." if parts else simulated


def _spread(source: str, count: int, t: Language) -> str:
    """How many tasks spread by what."""
    if source == "three_points":
        return t.plural("{n} task has three points of its own", "{n} tasks have three points of their own", count)
    if source == "account":
        return t.plural("{n} task spreads as this client's done work did", "{n} tasks spread as this client's done work did", count)
    if source == "book":
        return t.plural("{n} task spreads as all clients' done work did", "{n} tasks spread as all clients' done work did", count)
    if source == "default":
        return t.plural("{n} task spreads by the stated default", "{n} tasks spread by the stated default", count)
    return t.plural("{n} task does not vary", "{n} tasks do not vary", count)


def work_text(row: Added, tasks: Mapping[str, str], t: Language, quote: Quote = str) -> str:
    """Where new work stands in the plan: «after Wireframes, before Launch»; `tasks` names tasks and keys of the ask."""
    said = []
    if row.after:
        said.append(t("after {tasks}", tasks=t.join([quote(tasks.get(one, one)) for one in row.after])))
    if row.before:
        said.append(t("before {tasks}", tasks=t.join([quote(tasks.get(one, one)) for one in row.before])))
    return ", ".join(said)


def hours_range(ask: Ask) -> tuple[float, float, float]:
    """Hours of the new work: likely, the least and the most; where a row has no ends, its hours are both."""
    low = sum(row.hours if row.optimistic_hours is None else row.optimistic_hours for row in ask.added)
    high = sum(row.hours if row.pessimistic_hours is None else row.pessimistic_hours for row in ask.added)
    return sum(row.hours for row in ask.added), low, high


def option_verdict(option: Option, as_of: date, t: Language) -> str:
    """■ 3 Dec after the promise, ● inside it, the date alone without a promise."""
    finish = option.finish
    if option.refused is not None or finish.p80_on is None:
        return ABSENT
    day = t.day(finish.p80_on, as_of)
    return day if finish.promise_on is None else f"{'■' if finish.p80_on > finish.promise_on else '●'}\u00a0{day}"


def assumed_sentence(code: str, values: Mapping[str, Any], as_of: date, base: str, t: Language, quote: Quote = str) -> str:
    """What an option takes for granted, as a sentence; "" for a code that says nothing to a reader."""
    if code == "extra_people":
        roles = t.join([quote(role) for role in values.get("roles", ())]) or t("nobody named")
        return t("{hours} are done by people who are not there yet: {roles}.", hours=t.hours(values.get("hours")), roles=roles)
    if code == "ramp_up":
        return t("People new to the work need {share} more hours.", share=t.share(values.get("share")))
    if code == "extra_rate":
        return t("They cost {factor} times the median of their role.", factor=t.number(values.get("factor"), 2))
    if code == "taken_out":
        tasks = t.join([quote(task) for task in values.get("tasks", ())])
        hours, asked = t.hours(values.get("hours")), t.hours(values.get("asked_hours"))
        return t("{tasks} would go: {hours} in exchange for {asked}.", tasks=tasks, hours=hours, asked=asked)
    if code == "taken_out_committed":
        return t("That work has committed dates: {days}.", days=t.join([t.day(day, as_of) for day in values.get("days", ())]))
    if code == "later_phase":
        day = t.day(values.get("p80_on") or values.get("planned_on"), as_of)
        return t("The new work follows what is promised now and is finished by {day} (P80).", day=day)
    if code == "later_phase_only_work":
        return t("Only new work waits for the later phase.")
    if code == "we_pay":
        return t("We pay {amount} that would be passed through.", amount=t.money(values.get("amount"), base))
    if code == "pass_through_billed":
        return t("{amount} is passed through to the client at cost.", amount=t.money(values.get("amount"), base))
    return ""
