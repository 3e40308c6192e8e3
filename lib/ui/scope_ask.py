"""The card of the ask: what the client wants, in rows; one line to type more; logged requests to answer. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.portfolio import Portfolio
from lib.scope.ask import Added, Ask, ask_of
from lib.scope.ground import Ground
from lib.scope.line import QUESTIONS, Known, Line, parse
from lib.scope.sentences import hours_range, work_text
from lib.scope.ways import USUAL, Taken
from lib.ui.frame import clip, md, small_table

ASKS, LINE, READ, TAKEN = "scope.asks", "scope.line", "scope.read", "scope.taken"
HOLD = "\u2060"  # keeps a range on one line
OPEN_REQUESTS = ("logged", "assessed", "proposed")


@dataclass(frozen=True)
class Choices:
    """What the ask of a project may name. `known`: tasks, people, roles, hours left. `requests`: rows of change_requests still open."""

    known: Known
    requests: tuple[Mapping[str, Any], ...]

    def names(self, ask: Ask) -> dict[str, str]:
        """Task or key of the ask -> its name."""
        return {**self.known.tasks, **{row.key: row.name for row in ask.added}}


def the_ask(project_id: str) -> Ask:
    """What this session asks of the project; an empty ask at first."""
    words = st.session_state.setdefault(ASKS, {}).get(project_id)
    return Ask(project_id) if words is None else ask_of(words)


def put_ask(ask: Ask) -> None:
    """Ask this of its project from now on."""
    st.session_state[ASKS] = {**st.session_state.get(ASKS, {}), ask.project_id: ask.as_json()}


def taken_of(project_id: str) -> Taken:
    """What this session takes for granted in the options of the project; the usual at first."""
    kept: Taken = st.session_state.get(TAKEN, {}).get(project_id, USUAL)
    return kept


def put_taken(project_id: str, taken: Taken) -> None:
    """Take this for granted in the options of the project from now on."""
    st.session_state[TAKEN] = {**st.session_state.get(TAKEN, {}), project_id: taken}


def choices(portfolio: Portfolio, ground: Ground | None, project_id: str, as_of: date) -> Choices:
    """What may be named. Hours left are those of the plan, once there is one."""
    own = pl.col("project_id") == project_id
    tasks = portfolio["tasks"].filter(own, pl.col("status").ne_missing("cancelled")).select("task_id", "name").collect()
    present = pl.col("end").is_null() | (pl.col("end") > as_of)
    people = portfolio["people"].filter(present).select("person_id", "name", "role").sort("name").collect()
    requests = portfolio["change_requests"].filter(own, pl.col("status").is_in(OPEN_REQUESTS), pl.col("raised_on") <= as_of)
    left = {} if ground is None else dict(
        ground.plan.tasks.filter(own, pl.col("finished_on").is_null()).select("task_id", "work_hours").iter_rows()
    )  # fmt: skip
    known = Known(
        dict(tasks.iter_rows()), dict(people.select("person_id", "name").iter_rows()),
        tuple(people["role"].drop_nulls().unique(maintain_order=True).sort()), {task: hours for task, hours in left.items() if hours},
    )  # fmt: skip
    return Choices(known, tuple(requests.sort("raised_on", descending=True).collect().iter_rows(named=True)))


def ask_of_request(row: Mapping[str, Any]) -> Ask:
    """The ask that a logged request stands for: its hours as one piece of new work, where it has any."""
    added = (Added("1", row["title"], float(row["hours"])),) if row["hours"] and row["hours"] > 0 and row["kind"] != "removed" else ()
    return Ask(
        row["project_id"], row["title"], added, change_id=row["change_id"], raised_by=row["raised_by"], raised_on=row["raised_on"],
        description=row["description"], reason=row["reason"], acceptance_criteria=row["acceptance_criteria"], in_scope=row["in_scope"],
    )  # fmt: skip


def show_ask(ask: Ask, may: Choices, as_of: date, t: Language) -> bool:
    """The card; returns whether the ask shall be edited."""
    with st.container(border=True, key="card.scope.ask", gap="small", height="stretch"):
        st.markdown(f"**{t('The ask')}**")
        said = ask.description or ask.title
        if said:
            st.markdown(md(clip(said, 240)))
        who = [md(ask.raised_by) if ask.raised_by else "", t.day(ask.raised_on, near=as_of) if ask.raised_on else ""]
        if any(who):
            st.markdown(f":small[:gray[{', '.join(filter(None, who))}]]")
        rows = work_rows(ask, may, t)
        if rows:
            small_table(rows, t, alt=t("Work that is asked for"), right=["hours"])
            said = "  \n".join(filter(None, [totals(ask, t), middles(ask, t)]))
            st.markdown(f":small[:gray[{said}]]")
        else:
            st.markdown(f":gray[{t('Nothing is asked yet: the plan is shown as it stands.')}]")
        _one_line(ask, may, t)
        edited = st.button(t("Edit the ask"), key="scope.edit", width="stretch")
        if may.requests and ask.is_empty:
            _pick_request(may, t)
        if not ask.is_empty or ask.change_id:
            st.button(t("Start over"), key="scope.clear", type="tertiary", on_click=put_ask, args=(Ask(ask.project_id),))
    return edited


def work_rows(ask: Ask, may: Choices, t: Language) -> list[dict[str, str]]:
    """The rows of the table: new work, changed work, work that goes; hours with their range in grey."""
    names, rows = may.names(ask), []
    for one in ask.added:
        who = may.known.people.get(one.person_id or "", "") or one.role or t("nobody named")
        detail = " · ".join(filter(None, [md(who), work_text(one, names, t, md)]))
        low, high = (one.hours if end is None else end for end in (one.optimistic_hours, one.pessimistic_hours))
        ends = f"  \n:gray[{t.number(low)}{HOLD}–{HOLD}{t.number(high)}]" if low != high else ""
        rows.append({"what": f"{md(clip(one.name, 60))}  \n:gray[{detail}]", "hours": f"**{hours_text(one.hours, t)}**{ends}"})
    for changed in ask.altered:
        before = may.known.remaining.get(changed.task_id)
        who = may.known.people.get(changed.person_id or "", "")
        moved = "" if changed.hours is None else f"{hours_text(before, t)} → **{hours_text(changed.hours, t)}**"
        detail = t("now with {person}", person=md(who)) if who else t("changed")
        rows.append({"what": f"{md(clip(names.get(changed.task_id, changed.task_id), 60))}  \n:gray[{detail}]", "hours": moved})
    rows += [{"what": f"{md(clip(names.get(one, one), 60))}  \n:gray[{t('removed')}]", "hours": "—"} for one in ask.removed]
    return rows


def hours_text(hours: float | None, t: Language) -> str:
    """Hours, with a decimal only where there is one."""
    return t.hours(hours, 0 if hours is None or abs(hours - round(hours)) < 0.05 else 1)


def totals(ask: Ask, t: Language) -> str:
    """«196 h likely, 144–306 h», and what beside hours the change has."""
    likely, low, high = hours_range(ask)
    said = [t("{hours} of new work", hours=hours_text(likely, t))] if ask.added else []
    if low != high:
        said[0] = t("{hours} likely, {low}–{high}", hours=hours_text(likely, t), low=t.number(low), high=hours_text(high, t))
    return "; ".join(said)


def middles(ask: Ask, t: Language) -> str:
    """Whose likely hours are no more than the middle of a range, as one that is typed in a line has it; "" where nobody's."""
    names = [
        md(clip(one.name, 40)) for one in ask.added
        if one.optimistic_hours is not None and one.pessimistic_hours is not None and one.optimistic_hours < one.pessimistic_hours
        and one.hours == (one.optimistic_hours + one.pessimistic_hours) / 2
    ]  # fmt: skip
    return t("Likely is the middle of the range: {names}", names=t.join(names)) if names else ""


def _one_line(ask: Ask, may: Choices, t: Language) -> None:
    """The field in which a row is typed, and what it asks back."""
    # A form: a field of its own would be read again whenever a rerun overtakes the emptied field.
    with st.form("scope.line.form", border=False), st.container(horizontal=True, vertical_alignment="bottom", gap="xsmall"):
        st.text_input(
            t("Add work in one line"), key=LINE, placeholder=t("20 h design after Wireframes"),
            help=t("Hours, what, who and where: «20-40 h design by Ana after Wireframes». Several with a semicolon. «+8 h Wireframes» "
                   "changes a task, «remove Wireframes» takes it out."),
        )  # fmt: skip
        st.form_submit_button(t("Add"), key="scope.add", on_click=_read, args=(ask, may, t("New work")))
    line: Line | None = st.session_state.get(READ, {}).get(ask.project_id)
    if line is None:
        return
    for place, question in enumerate(line.questions):
        st.markdown(f":orange[▲] {t(QUESTIONS[question.kind], said=md(f'«{clip(question.said, 60)}»'))}")
        with st.container(horizontal=True, gap="xsmall", key=f"scope.question.{place}"):
            for number, (value, means) in enumerate(question.readings):
                label = t("only a name") if value == "·name" else md(clip(means, 40))
                st.button(
                    label, key=f"scope.reading.{place}.{number}", on_click=_choose, args=(question.key, value, ask, may, t("New work"))
                )


def _read(ask: Ask, may: Choices, unnamed: str, chosen: Mapping[str, str] | None = None) -> None:
    """Read the field: a whole line joins the ask, one with questions waits for their answers."""
    text = str(st.session_state.get(LINE) or "")
    names = replace(may.known, tasks=may.names(ask))
    line = parse(text, names, chosen, unnamed, [row.key for row in ask.added])
    waiting = dict(st.session_state.get(READ, {}))
    waiting.pop(ask.project_id, None)
    if line.questions:
        waiting[ask.project_id] = line
    elif text.strip():
        put_ask(joined(ask, line))
        st.session_state[LINE] = ""
        st.session_state.pop("scope.chosen", None)
    st.session_state[READ] = waiting


def _choose(key: str, value: str, ask: Ask, may: Choices, unnamed: str) -> None:
    chosen = {**st.session_state.get("scope.chosen", {}), key: value}
    st.session_state["scope.chosen"] = chosen
    _read(ask, may, unnamed, chosen)


def joined(ask: Ask, line: Line) -> Ask:
    """The ask with what a line says: a task that is named again is as said last."""
    altered = {row.task_id: row for row in (*ask.altered, *line.altered) if row.task_id not in line.removed}
    removed = dict.fromkeys((*ask.removed, *line.removed))
    again = {row.task_id for row in line.altered}
    return replace(
        ask, added=(*ask.added, *line.added), altered=tuple(altered.values()), removed=tuple(one for one in removed if one not in again)
    )


def _pick_request(may: Choices, t: Language) -> None:
    rows = {row["change_id"]: row for row in may.requests}

    def pick() -> None:
        chosen = st.session_state.get("scope.request")
        if chosen in rows:
            put_ask(ask_of_request(rows[chosen]))

    st.selectbox(
        t("Answer a logged request"), list(rows), index=None, key="scope.request", on_change=pick, placeholder=t("Choose a request"),
        format_func=lambda key: clip(rows[key]["title"], 60) if key in rows else key,
    )  # fmt: skip
