"""The answer to an ask on the page: four figures, the finish today and with the ask, prices, people, float. It computes nothing."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl
import streamlit as st

from lib.charts.schedule import Words
from lib.charts.scope import beside_baseline, decisive, finish_bands, plan_before_and_after
from lib.formats import ABSENT, Language
from lib.measures.change_price import REFUSALS, Refusal
from lib.scope.answer import Answer, Option
from lib.scope.sentences import (
    days_text,
    delay_sentence,
    floats_sentence,
    over_sentence,
    promise_sentence,
    spread_sentence,
)  # fmt: skip
from lib.ui.frame import card, clip, md, small_table
from lib.ui.health_definition import defined_card
from lib.ui.scope_ask import hours_text
from lib.ui.scope_definition import definitions_menu

LEAST_HOURS = 0.005


def show_figures(answer: Answer, t: Language) -> None:
    """Finish, chance of the promise, cost to us, margin of the project; beside each what it was, or its other percentile."""
    before, after = answer.before, answer.after
    finish, chance, cost, margin = st.columns(4, gap="medium")
    moved = answer.moved_days
    finish.metric(
        t("Finish, P80"), t.day(after.p80_on), delta=None if moved is None else days_text(moved, t, sign=True).replace("−", "-"),
        delta_color="off" if not moved else "inverse", delta_description=t("P50 {day}", day=t.day(after.p50_on, after.p80_on)),
        delta_arrow="off", help=t("The first day by which 80% of the simulated schedules are finished."),
    )  # fmt: skip
    was, now = before.promise_share, after.promise_share
    label = t("Chance of {day}", day=t.day(before.promise_on, answer.as_of)) if before.promise_on else t("Chance of the promise")
    points = None if was is None or now is None else t.points(round(now, 2) - round(was, 2), 0).replace("−", "-")  # as shown beside it
    chance.metric(
        label, t.share(now), delta=points, delta_color="off" if _flat(was, now, 0) else "normal",
        delta_arrow="off" if _flat(was, now, 0) else "auto",
        delta_description=None if was is None else t("was {share}", share=t.share(was)),
        help=t("Share of the simulated schedules that are finished by the committed date."),
    )  # fmt: skip
    cost.metric(
        t("Cost to us"), t.money(answer.cost.likely, answer.base), delta=hours_text(answer.cost.hours, t).replace("−", "-"),
        delta_color="off", delta_arrow="off",
        delta_description=None if answer.cost.p80 is None else t("P80 {money}", money=t.money(answer.cost.p80, answer.base)),
        help=t("What the change costs us more: hours at cost rates and own expenses, without pass-through."),
    )  # fmt: skip
    held, left = answer.terms.margin, margin_after(answer)
    difference = None if held is None or left is None else t.points(round(left, 3) - round(held, 3)).replace("−", "-")
    margin.metric(
        t("Project margin"), t.share(left, 1), delta=difference,
        delta_color="off" if _flat(held, left, 1) else "normal", delta_arrow="off" if _flat(held, left, 1) else "auto",
        delta_description=None if held is None else t("was {share}", share=t.share(held, 1)),
        help=t("Of the whole project at the least price; at bill rates for time and materials."),
    )  # fmt: skip


def _flat(before: float | None, after: float | None, decimals: int) -> bool:
    """Whether two shares differ by nothing that is shown."""
    return before is None or after is None or round(100 * (after - before), decimals) == 0


def margin_after(answer: Answer) -> float | None:
    """The margin of the project if the client pays the least price; at bill rates where there is no such price."""
    if answer.ask.is_empty:
        return answer.terms.margin
    if answer.at_bill_rate is not None:
        return answer.at_bill_rate.margin
    return answer.prices.margin_at_floor if answer.prices else None


def show_bands(answer: Answer, words: Words, t: Language) -> None:
    """The card of the finish today and with the ask, and the sentences that it stands for."""
    chart = finish_bands(answer.before, None if answer.ask.is_empty else answer.after, t, words)
    if chart is None:
        return
    defined_card(chart, "scope_chance", t)
    if not answer.ask.is_empty:
        said = " ".join(filter(None, [promise_sentence(answer, t), delay_sentence(answer, t)]))
        st.markdown(said)


def show_plan(answer: Answer, option: Option | None, words: Words, t: Language, first_agreed: pl.DataFrame | None = None) -> None:
    """The tasks before and after, of the chosen option, or beside their baseline; of long plans only what matters until all is wanted.

    first_agreed: task_id, baseline_start, baseline_finish.
    """
    tasks = answer.tasks if option is None else option.tasks
    if tasks.is_empty():
        return
    if first_agreed is not None:
        tasks = beside_baseline(tasks, first_agreed)
    whole = bool(st.session_state.get("scope.whole"))
    chart = plan_before_and_after(tasks, t, words, answer.before.promise_on, whole, first_agreed is not None)
    if chart is not None:
        defined_card(chart, "scope_float", t)
    if decisive(tasks).height < tasks.height:
        st.checkbox(t("Show all {n} tasks", n=t.number(tasks.height)), key="scope.whole", persist_state="session")


def show_price(answer: Answer, t: Language) -> None:
    """What it has to cost: the least price, what keeps the margin, break-even and absorbed, each with the margin that it leaves."""
    figures = definitions_menu(("scope_floor", "scope_cost", "scope_margin"), "scope.price.definitions", t)
    prices, base = answer.prices, answer.base
    title = t("What it has to cost the client")
    with card("scope.price", t, title, t("Fee net of tax, and the margin of the project with it"), menu=figures):
        if answer.at_bill_rate is not None:
            rate = answer.at_bill_rate
            rows = [(t("At bill rates"), t.money(rate.fee, base), rate.margin)]
            unrated = rate.unrated_hours
        elif prices is not None:
            kept = None if isinstance(prices.keeping, Refusal) else prices.keeping
            least = None if isinstance(prices.floor, Refusal) else prices.floor
            rows = [
                (t("Least price"), t.money(least, base), prices.margin_at_floor),
                (t("Keeps the margin"), t.money(kept, base), prices.margin_at_keeping),
                (t("Break-even"), t.money(prices.break_even, base), prices.margin_at_break_even),
                (t("Nobody pays"), ABSENT, prices.absorbed),
            ]
            unrated = 0.0
        else:
            rows, unrated = [], 0.0
        if rows:
            shown = [{"price": name, "fee": f"**{fee}**" if place == 0 else fee, "margin": t.share(margin, 1)}
                     for place, (name, fee, margin) in enumerate(rows)]  # fmt: skip
            titles = {"price": t("Price"), "fee": t("Fee"), "margin": t("Margin")}
            small_table(
                [{titles[name]: cell for name, cell in row.items()} for row in shown], t, alt=title,
                right=[titles["fee"], titles["margin"]], header=True,
            )  # fmt: skip
        notes = "  \n".join(price_notes(answer, unrated, t))
        if notes:
            st.markdown(f":small[:gray[{notes}]]")


def price_notes(answer: Answer, unrated: float, t: Language) -> list[str]:
    """What stands under the prices: cost split, contingency, margin as it was sold and is, what is missing."""
    cost, terms, base, said = answer.cost, answer.terms, answer.base, list[str]()
    if cost.likely is not None:
        money = [t.money(value, base) for value in (cost.likely, cost.labour, cost.other)]
        said.append(t("Cost {cost}: labour {labour}, other {other}.", cost=money[0], labour=money[1], other=money[2]))
    if cost.contingency:
        said.append(t("With {money} of contingency (P80 − P50), for the price is fixed.", money=t.money(cost.contingency, base)))
    if answer.ask.pass_through:
        said.append(t("{money} is passed through at cost.", money=t.money(answer.ask.pass_through, base)))
    margins = [(t("sold"), terms.margin_sold), (t("before"), terms.margin), (t("after"), margin_after(answer))]
    known = [f"{name} {t.share(value, 1)}" for name, value in margins if value is not None]
    if known:
        said.append(t("Margin: {steps}.", steps=" → ".join(known)))
    floor = answer.prices.floor if answer.prices else None
    if isinstance(floor, Refusal) and answer.at_bill_rate is None:
        said.append(f"{t(REFUSALS[floor.kind])} {t('It can be set in «Edit the ask».')}")
    elif terms.target_margin is not None and answer.at_bill_rate is None:
        said.append(t("Target margin {share}.", share=t.share(terms.target_margin, 0)))
    if unrated > LEAST_HOURS:
        said.append(t("{hours} have no bill rate and are left out.", hours=hours_text(unrated, t)))
    return said


def show_people(answer: Answer, option: Option | None, t: Language) -> None:
    """Hours of each person before and after, and who goes over by how much, when; then what float the change eats."""
    people = answer.people if option is None else option.people
    touched = people.filter((pl.col("added_hours").abs() > LEAST_HOURS) | (pl.col("over_hours").abs() > LEAST_HOURS))
    over = people.filter(pl.col("over_hours") > LEAST_HOURS).sort("over_hours", descending=True)
    figures = definitions_menu(("scope_over", "scope_float"), "scope.people.definitions", t)
    title = t("Nobody goes over their hours")
    known = people["over_hours"].null_count() < people.height or people.is_empty()
    if not known:
        title = t("Hours of each person")
    elif over.height:
        hours = hours_text(float(over["over_hours"].sum()), t)
        title = t.plural("{n} person goes over, {hours} in all", "{n} people go over, {hours} in all", over.height, hours=hours)
    with card("scope.people", t, title, t("Hours left in this project, before and with the change"), menu=figures):
        rows = [
            {
                "who": _who(row["person_id"], row["name"], row["role"], t),
                "hours": f"{hours_text(row['hours_before'], t)} → **{hours_text(row['hours_after'], t)}**",
                "over": f":red[■ {hours_text(row['over_hours'], t)}]" if (row["over_hours"] or 0.0) > LEAST_HOURS else ABSENT,
            }
            for row in touched.head(12).iter_rows(named=True)
        ]  # fmt: skip
        titles = {"who": t("Person"), "hours": t("Hours"), "over": t("Do not fit")}
        shown = [{titles[name]: cell for name, cell in row.items()} for row in rows]
        small_table(shown, t, alt=t("Hours per person"), right=[titles["hours"], titles["over"]], header=True)
        for row in over.head(4).iter_rows(named=True):
            st.markdown(f":small[{over_sentence(row, answer.as_of, t, md)}]")
        eaten = floats_sentence(answer.floats, t, md) or t("No work that could wait loses any float.")
        unknown = t("Without a plan nobody knows who goes over, nor what float is eaten.")
        st.markdown(f":small[:gray[{eaten if known else unknown}]]")


def _who(person_id: str | None, name: str | None, role: str | None, t: Language) -> str:
    """A person with the role in grey; work that nobody is named for by its role."""
    if person_id is None or name is None:
        return f"{md(clip(role, 40)) if role else t('No role')}  \n:gray[{t('nobody named')}]"
    return f"{md(clip(name, 40))}  \n:gray[{md(role)}]" if role else md(clip(name, 40))


def show_assumed(answer: Answer, words: Sequence[str], t: Language) -> None:
    """What the figures take for granted, folded away. `words`: what else is to be said, as sentences."""
    with st.expander(t("What is assumed"), key="scope.assumed"):
        st.markdown(spread_sentence(answer, t))
        for said in words:
            st.markdown(f"- {said}")
