"""One change request in a drawer: what is known of it, what may be edited, and the ways on from it. The store writes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import streamlit as st

from lib.choices import CHOICES
from lib.columns import N_
from lib.formats import NBSP, Language
from lib.scope.register import OPEN
from lib.store.change_requests import edit
from lib.text import capitalised
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import md, small_table
from lib.ui.scope_ask import ask_of_request, put_ask
from lib.ui.scope_decide import say_problem, try_to
from lib.ui.scope_drawers import close_drawer, open_drawer, show_drawer
from lib.ui.scope_ordered import order_of, ordered_button
from lib.ui.scope_projects import PROJECT

PRIORITIES = ("must", "should", "could", "wont")
PAYERS = ("client", "shared", "us")
TEXTS = {"description": N_("Description"), "reason": N_("Reason"), "acceptance_criteria": N_("Acceptance criteria")}
BEGUN_BY = {"request": N_("its own day says so"), "task": N_("its first task says so"), "hours": N_("logged hours say so")}


def open_request(row: Mapping[str, Any], version: int, as_of: date, base: str, live: bool, t: Language) -> None:
    """Open the drawer of a row of the register."""
    show_drawer(t("Request"), _contents, row, version, as_of, base, live, t)


def _contents(row: Mapping[str, Any], version: int, as_of: date, base: str, live: bool, t: Language) -> None:
    with st.container(key="scope.request", gap="small"):
        st.markdown(f"**{md(row['title'])}**  \n:gray[{md(row['account'] or '')} · {md(row['project'] or '')}]")
        if row["unapproved_work"]:
            st.markdown(f":red[■]{NBSP}{_begun(row, as_of, base, t)}")
        small_table(_facts(row, as_of, base, t), t, alt=t("What is known of the request"), right=["value"])
        for name, heading in TEXTS.items():
            if row[name]:
                st.markdown(f":small[:gray[{t(heading)}]]  \n{md(row[name])}")
        if not live:
            return
        is_open = row["status"] in OPEN
        if is_open:
            _form(row, version, t)
        elif row["status"] in ("approved", "implemented"):
            _documents(row, t)
            if row["status"] == "approved":
                _implemented(row, version, t)
        with st.container(horizontal=True, gap="xsmall"):
            helped = t("Dates, cost, price and people of this request, in the part Answer")
            asked = is_open and st.button(
                t("Answer it"), type="primary", key="scope.request_answer", help=helped, on_click=_answer, args=(row,)
            )
            if asked:
                st.rerun()
            if is_open and st.button(t("Reject"), key="scope.request_reject", type="tertiary"):
                _ask_why("rejected", row)
            if is_open and st.button(t("Withdraw"), key="scope.request_withdraw", type="tertiary"):
                _ask_why("withdrawn", row)
        show_author(t)


def _answer(row: Mapping[str, Any]) -> None:
    """Ask what the request asks, in the part Answer."""
    close_drawer()
    put_ask(ask_of_request(row))
    st.session_state[PROJECT], st.session_state["scope"] = row["project_id"], "answer"


def _ask_why(action: str, row: Mapping[str, Any]) -> None:
    """A drawer can't open another: the page does it in the next run."""
    open_drawer(action, row["change_id"])
    st.rerun()


def _begun(row: Mapping[str, Any], as_of: date, base: str, t: Language) -> str:
    hours = t.hours(row["unapproved_hours"]) if row["unapproved_hours"] is not None else t("hours nobody stated")
    cost, day = t.money(row["unapproved_cost"], base), t.day(row["begun_on"], near=as_of)
    said = t("Work began on {day} without approval: {hours}, {cost} of cost.", day=day, hours=hours, cost=cost)
    why = t(BEGUN_BY[row["begun_by"]]) if row["begun_by"] else ""
    return f"{said} :gray[{capitalised(why)}.]" if why else said


def _facts(row: Mapping[str, Any], as_of: date, base: str, t: Language) -> list[dict[str, str]]:
    state = capitalised(t(CHOICES[row["status"]]))
    raised = ", ".join(filter(None, [t.day(row["raised_on"], near=as_of), md(row["raised_by"] or "")]))
    hours = t.hours(row["hours"], 0 if row["hours"] is None or row["hours"] == round(row["hours"]) else 1)
    lines = [
        (t("State"), state),
        (t("Raised"), raised),
        (t("Decided on") if row["decided_on"] else t("Waits for"),
         t.day(row["decided_on"], near=as_of) if row["decided_on"] else t.days(row["age_days"])),
        (t("Kind"), capitalised(t(CHOICES[row["kind"]]))),
        (t("Priority"), capitalised(t(CHOICES[row["priority"]])) if row["priority"] else "—"),
        (t("Paid by"), capitalised(t(CHOICES[row["paid_by"]])) if row["paid_by"] else "—"),
        (t("Hours"), hours),
        (t("Hours logged on it"), t.hours(row["logged_hours"])),
        (t("Likely cost"), t.money(row["likely_cost"], base)),
        (t("Price"), t.money(row["price"], base)),
    ]  # fmt: skip
    if row["order_number"]:
        lines.insert(1, (t("Change order"), md(row["order_number"])))
    if row["delay_days"]:
        lines.append((t("Delays the project by"), t.plural("{n} working day", "{n} working days", round(row["delay_days"]))))
    if row["bundled_into"]:
        lines.append((t("Bundled into"), md(row["bundled_into"])))
    if row["carries"]:
        lines.append((t("Carries"), t.plural("one small request", "{n} small requests", row["carries"])))
    return [{"name": f":gray[{name}]", "value": value} for name, value in lines]


def _form(row: Mapping[str, Any], version: int, t: Language) -> None:
    key = row["change_id"]
    with st.form(f"scope.edit_form.{key}", border=True):
        title = st.text_input(t("What is asked for"), row["title"], key=f"scope.edit_title.{key}", max_chars=300)
        left, middle, right = st.columns(3, gap="small")

        def word(one: str | None) -> str:
            return capitalised(t(CHOICES[one])) if one else "—"

        with left:
            status = _pick(t("State"), OPEN, row["status"], word, f"scope.edit_status.{key}")
            hours = st.number_input(t("Hours"), value=row["hours"], format="%g", step=1.0, key=f"scope.edit_hours.{key}", placeholder="—")
        with middle:
            priority = _pick(t("Priority"), (None, *PRIORITIES), row["priority"], word, f"scope.edit_priority.{key}")
            part = None if row["client_share"] is None else round(100 * row["client_share"])
            share = st.number_input(
                t("Client's share in %"), 0, 100, part, key=f"scope.edit_share.{key}", placeholder="—", help=t("Only where both pay")
            )
        with right:
            payer = _pick(t("Paid by"), (None, *PAYERS), row["paid_by"], word, f"scope.edit_payer.{key}")
            begun = st.date_input(t("Work begun on"), row["started_on"], format="DD/MM/YYYY", key=f"scope.edit_begun.{key}")
        who = ask_author(t, f"scope.edit_author.{key}")
        if st.form_submit_button(t("Save"), key=f"scope.edit_save.{key}"):
            cells = {
                "title": title.strip() or row["title"], "status": status, "priority": priority, "paid_by": payer, "hours": hours,
                "client_share": share / 100 if share is not None and payer == "shared" else None,
                "started_on": begun if isinstance(begun, date) else None,
            }  # fmt: skip
            moved = {name: value for name, value in cells.items() if value != row[name]}
            _save(row, moved, version, who, t)


def _pick(label: str, options: Sequence[str | None], chosen: str | None, word: Callable[[str | None], str], key: str) -> str | None:
    return st.selectbox(label, options, options.index(chosen), format_func=word, key=key)


def _implemented(row: Mapping[str, Any], version: int, t: Language) -> None:
    who = ask_author(t, "scope.implement_author")
    if st.button(t("It is done"), key="scope.implement", help=t("Marks the change order as implemented")):
        _save(row, {"status": "implemented"}, version, who, t)


def _documents(row: Mapping[str, Any], t: Language) -> None:
    """The change order again, or why there is none to be had here."""
    commit = order_of(session.stored().commits, row["change_id"])
    if commit is None:
        st.markdown(f":small[:gray[{t('Its change order was not made here: it came with the data.')}]]")
    elif ordered_button(commit, "scope.request_order", t):
        st.rerun()


def _save(row: Mapping[str, Any], moved: Mapping[str, Any], version: int, who: str, t: Language) -> None:
    if not who:
        st.markdown(f":red[■]{NBSP}{t('Write your name: it stands beside what you change.')}")
        return
    if not moved:
        close_drawer()
        st.rerun()
    session.require("decide", "scope")
    written = try_to(lambda: edit(session.store(), row["change_id"], moved, version=version, author=who, at=session.now()), t)
    if written is not None:
        close_drawer()
        st.rerun()
    say_problem()
