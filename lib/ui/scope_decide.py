"""Deciding a change of scope: approve one option of an answer, reject, withdraw, and take the last decision back. The store does the work.

Every decision is one step of the store's history, under the name of its author; nothing is written before the button in the dialog.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.formats import NBSP, Language
from lib.measures.project_outlook import clients_part
from lib.scope.answer import Answer, Option, SignedLater
from lib.scope.ask import Ask
from lib.scope.booking import LEFT, rebooked
from lib.scope.kept_orders import kept_order
from lib.scope.orders import DECIDED, Approval, approval_of, expense_rows, link_rows, next_order_number
from lib.scope.sentences import OPTION_NAMES
from lib.scope.ways import USUAL, Taken
from lib.store import Commit, Counts, StoreError
from lib.store.change_requests import KIND_ORDER, KIND_REQUEST, approve, reject, withdraw
from lib.tables import TABLES
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import clip, md
from lib.ui.scope_ask import put_ask
from lib.ui.scope_documents import order_button, show_order_drawer
from lib.ui.scope_drawers import close_drawer, open_drawer, opened_drawer, show_drawer
from lib.ui.scope_ordered import ordered_button, show_ordered_drawer

LAST = "scope.decided"
"""Key of the session under which stands the number of the commit that it decided last."""
_PROBLEM = "scope.problem"
ENDINGS = {"rejected": N_("Reject the request"), "withdrawn": N_("Withdraw the request")}
"""Drawers that end a request -> their titles."""
PAYERS = {"client": N_("The client"), "shared": N_("Shared"), "us": N_("Us")}
DONE = {
    "logged": N_("Logged"), "edited": N_("Changed"), "bundled": N_("Bundled"), "approved": N_("Approved"), "rejected": N_("Rejected"),
    "withdrawn": N_("Withdrawn"),
}  # fmt: skip


def show_order_button(answer: Answer, option: Option, t: Language) -> None:
    """The button of the option's change order, unless its request is decided."""
    request = _request(answer.version, answer.ask.change_id)
    if request is None or request["status"] not in DECIDED:
        order_button(option, t)


def show_decide(
    answer: Answer, chosen: Option, scenario: Mapping[str, Any] | None, t: Language, later: Sequence[SignedLater] = (), taken: Taken = USUAL
) -> None:
    """Approve, reject or withdraw what `answer` is about, by the chosen of its options; and the drawer of its change order.

    `scenario`: the saved row that it belongs to, if any. `later`: the same answer if it is signed later, for the change order.
    """
    request = _request(answer.version, answer.ask.change_id)
    decided = request is not None and request["status"] in DECIDED
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key="scope.decide"):
        if decided:
            st.markdown(f":gray[{t('This request was decided on {day}.', day=t.day(request['decided_on'], near=answer.as_of))}]")  # type: ignore[index]
            return
        held = chosen.refused is not None or chosen.ask.is_empty
        help_ = t("There is nothing to approve.") if chosen.ask.is_empty else t("This option can't be had.") if held else None
        st.button(t("Approve"), key="scope.approve", disabled=held, help=help_, on_click=open_drawer,
                  args=("approve", answer.ask.project_id))  # fmt: skip
        if request is not None:
            for action, label in (("rejected", t("Reject")), ("withdrawn", t("Withdraw"))):
                st.button(label, key=f"scope.{action}", type="tertiary", on_click=open_drawer, args=(action, request["change_id"]))
        show_author(t)
    kind, of = opened_drawer()
    if (kind, of) == ("approve", answer.ask.project_id) and not held:
        show_drawer(t("Approve: {option}", option=t(OPTION_NAMES[chosen.key])), _approving, answer, chosen, scenario, taken, t)
    elif request is not None and of == request["change_id"] and kind in ENDINGS:
        ask_reason(kind, request, answer.version, answer.as_of, t)
    else:
        show_order_drawer(answer, chosen, order_number(answer.version, request), later, t)


def _request(version: int, change_id: str | None) -> dict[str, Any] | None:
    """The row of a logged request."""
    if change_id is None:
        return None
    found = session.portfolio(version)["change_requests"].filter(pl.col("change_id") == change_id).collect()
    return found.row(0, named=True) if found.height else None


def _approving(answer: Answer, option: Option, scenario: Mapping[str, Any] | None, taken: Taken, t: Language) -> None:
    with st.container(key="scope.approving", gap="small"):
        request = _request(answer.version, answer.ask.change_id)
        number = order_number(answer.version, request)
        st.markdown(f"**{md(answer.ask.title or answer.project)}**  \n:gray[{md(answer.account)} · {md(answer.project)} · {md(number)}]")
        payers = list(PAYERS)
        first = "us" if option.fee is None else "client"
        payer = st.segmented_control(
            t("Who pays"), payers, format_func=lambda key: t(PAYERS[key]), default=first, required=True, key="scope.payer"
        )
        share, price = None, 0.0
        if payer == "shared":
            percent = st.number_input(t("The client's share in %"), 0, 100, 50, key="scope.share")
            share = percent / 100
        if payer != "us":
            price = st.number_input(
                t("Price in {currency}, pass-through included", currency=answer.base), min_value=min(0.0, round(option.fee or 0.0, 2)),
                step=100.0, value=round(option.fee or 0.0, 2), format="%.2f", key="scope.price",
            )  # fmt: skip
            if option.fee is not None and price < option.fee - 1:
                said = t("Below the least price of this option, {money}.", money=t.money(option.fee, answer.base))
                st.markdown(f":orange[▲]{NBSP}{said}")
        decided = st.date_input(t("Decided on"), answer.as_of, format="DD/MM/YYYY", key="scope.decided_on")
        day = decided if isinstance(decided, date) else answer.as_of
        promise, after = option.finish.promise_on or answer.before.promise_on, option.finish.p80_on
        moved = None
        if after is not None and after != promise:
            ends = {"before": t.day(promise, near=answer.as_of), "after": t.day(after, near=answer.as_of)}
            label = t("Move the committed date from {before} to {after}, the P80", **ends) if promise else t(
                "Commit to {after}, the P80", after=ends["after"])  # fmt: skip
            moved = after if st.checkbox(label, key="scope.move_promise") else None
        approval = approval_of(
            answer, option.key, day, price=price, paid_by=payer, client_share=share, promise_on=moved,
            scenario_id=None if scenario is None else scenario["id"],
        )  # fmt: skip
        st.markdown(f"**{t('What will change')}**")
        st.markdown("\n".join(f"- {line}" for line in changes_said(approval, answer, number, t)))
        who = ask_author(t, "scope.approve_author")
        if st.button(t("Approve as {number}", number=md(number)), type="primary", key="scope.approve_now", disabled=not who):
            session.require("decide", "scope")
            kept = kept_order(answer, approval, taken)
            if try_to(lambda: approve(session.store(), approval, author=who, at=session.now(), kept=kept), t) is not None:
                # The plan now holds the work: to ask for it again would count it twice.
                put_ask(Ask(answer.ask.project_id))
                close_drawer()
                st.rerun()
        say_problem()


def order_number(version: int, request: Mapping[str, Any] | None) -> str:
    """The number that the order will bear, if nobody makes one before: the request's own, else the next."""
    known = session.portfolio(version)["change_requests"].select("order_number").collect()["order_number"]
    own = request["order_number"] if request else None
    return str(own) if own and (known == own).sum() == 1 else next_order_number(known)


def changes_said(approval: Approval, answer: Answer, number: str, t: Language) -> list[str]:
    """What an approval writes, a line each: order, budget, tasks, links, bookings, promise, and what stays as it is."""
    portfolio, ask = session.portfolio(approval.version), approval.ask
    tasks = portfolio["tasks"].filter(pl.col("project_id") == ask.project_id).collect()
    added, gone = link_rows(approval, tasks, portfolio["links"].collect(), "?")
    booked = rebooked(portfolio, approval, "?")
    known = portfolio["bookings"].select("booking_id").collect()["booking_id"]
    new = int((~booked.rows["booking_id"].is_in(known.implode())).sum())
    raised = clients_part(approval.cost, approval.paid_by, approval.client_share)
    spent = expense_rows(approval, "?", approval.rate_factor - 1.0).height
    lines = [t("Change order {number}, {price}, decided on {day}", number=md(number), price=t.money(approval.price, approval.currency),
               day=t.day(approval.decided_on))]  # fmt: skip
    if approval.held:
        lines.append(t("The later phase becomes a project of its own, sold for that price: this one keeps budget and date"))
    elif raised:
        lines.append(t("The budget rises by {money}, what the client pays for at its cost", money=t.money(raised, approval.currency)))
    else:
        lines.append(t("The budget stays: work that we pay for shows as overrun"))
    counted = [
        t.plural("one task added", "{n} tasks added", len(ask.added)) if ask.added else "",
        t.plural("one task changed", "{n} tasks changed", len(ask.altered)) if ask.altered else "",
        t.plural("one task cancelled", "{n} tasks cancelled", len(ask.removed)) if ask.removed else "",
        t.plural("one link added", "{n} links added", added.height) if added.height else "",
        t.plural("one link gone", "{n} links gone", gone.height) if gone.height else "",
        t.plural("one expense added", "{n} expenses added", spent) if spent else "",
    ]
    if any(counted):
        lines.append(_sentence(t.join([part for part in counted if part])))
    bookings = [
        t.plural("one booking added", "{n} bookings added", new) if new else "",
        t.plural("one booking moved", "{n} bookings moved", booked.rows.height - new) if booked.rows.height > new else "",
        t.plural("one booking gone", "{n} bookings gone", len(booked.gone)) if booked.gone else "",
    ]
    lines.append(_sentence(t.join([part for part in bookings if part])) if any(bookings) else t("No booking moves"))
    lines += [f":orange[▲]{NBSP}{t(LEFT[key], **{name: md(value) for name, value in said.items()})}" for key, said in booked.left]
    near = answer.as_of
    if approval.promise_on is not None:
        lines.append(t("The committed date becomes {day}", day=t.day(approval.promise_on, near=near)))
    elif answer.before.promise_on is not None:
        lines.append(t("The committed date stays {day}", day=t.day(answer.before.promise_on, near=near)))
    lines.append(t("The baseline as first agreed is kept"))
    return lines


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]


def ask_reason(action: str, request: Mapping[str, Any], version: int, as_of: date, t: Language) -> None:
    """The dialog that rejects or withdraws a logged request, with the reason that stays beside it."""
    show_drawer(t(ENDINGS[action]), _ending, action, request, version, as_of, t)


def _ending(action: str, request: Mapping[str, Any], version: int, as_of: date, t: Language) -> None:
    with st.container(key="scope.ending", gap="small"):
        st.markdown(f"**{md(request['title'])}**")
        reason = st.text_area(t("Why"), key="scope.why", max_chars=500, height=90)
        day = as_of
        if action == "rejected":
            picked = st.date_input(t("Decided on"), as_of, format="DD/MM/YYYY", key="scope.rejected_on")
            day = picked if isinstance(picked, date) else as_of
        who = ask_author(t, "scope.ending_author")
        label = t("Reject it") if action == "rejected" else t("Withdraw it")
        if st.button(label, type="primary", key="scope.end_now", disabled=not who):
            session.require("decide", "scope")
            store, at = session.store(), session.now()
            if action == "rejected":
                _do(lambda: reject(store, request["change_id"], reason=reason, decided_on=day, version=version, author=who, at=at), t)
            else:
                _do(lambda: withdraw(store, request["change_id"], reason=reason, version=version, author=who, at=at), t)
        say_problem()


def _do(write: Callable[[], Commit], t: Language) -> None:
    """Write, remember the step for its undo and draw the page anew; or keep what stands against it to be said."""
    if try_to(write, t) is not None:
        close_drawer()
        st.rerun()


def try_to(write: Callable[[], Commit], t: Language) -> Commit | None:
    """The commit of `write`, remembered as the session's last; None where the store refuses, and then the reason is kept to be said."""
    try:
        commit = write()
    except StoreError as problem:
        st.session_state[_PROBLEM] = t(problem.message, **problem.values)
        return None
    st.session_state[LAST] = commit.number
    return commit


def say_problem() -> None:
    """What the store refused last and why, once."""
    if problem := st.session_state.pop(_PROBLEM, None):
        st.markdown(f":red[■]{NBSP}{md(problem)}")


def last_decision(commits: list[Commit]) -> Commit | None:
    """The step that this session took last, else the newest of scope change that still stands."""
    number = st.session_state.get(LAST)
    own = next((commit for commit in commits if commit.number == number), None)
    if own is not None and own.undone_by is None:
        return own
    kinds = (KIND_ORDER, KIND_REQUEST)
    return next((commit for commit in commits if commit.kind in kinds and commit.undone_by is None and commit.undoes is None), None)


def show_last(t: Language) -> Commit | None:
    """What was decided last, by whom and when, and its undo with what that takes back. Returns the commit; None where there is none."""
    commits = list(session.stored().commits)
    show_ordered_drawer(commits, t)
    commit = last_decision(commits)
    if commit is None:
        say_problem()
        return None
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="scope.last"):
        st.markdown(f":green[●]{NBSP}{step_said(commit, t)}", width="stretch")
        ordered_button(commit, "scope.ordered", t)
        if commit.undo_possible:
            takes = t("Takes back: {what}", what=counts_said(commit, t))
            st.button(t("Undo"), key="scope.undo", on_click=_undo, args=(commit, t), help=takes)
        else:
            st.markdown(f":small[:gray[{t('Later steps stand on it: undo those first.')}]]", width="content")
    say_problem()
    return commit


def step_said(commit: Commit, t: Language) -> str:
    """CO-0041 approved: Supplier portal, by Ana on 2 Oct, 10:12."""
    change = commit.details.get("change", {})
    what = t(DONE.get(change.get("action", ""), DONE["edited"]))
    number = f" {md(change['order_number'])}" if change.get("order_number") else ""
    title = md(clip(str(change.get("title") or commit.note), 60))
    by = t("by {who} on {moment}", who=md(commit.author), moment=t.moment(commit.at.astimezone()))
    return f"**{what}{number}**: {title} :gray[{md(change.get('project', ''))} · {by}]"


def counts_said(commit: Commit, t: Language) -> str:
    """Which rows of which tables a step wrote."""
    parts = [f"{t(TABLES[table].title)} {_signed(counts, t)}" for table, counts in commit.counts.items() if counts.moved]
    return ", ".join(parts) or t("nothing changed")


def _signed(counts: Counts, t: Language) -> str:
    signs = (("+", counts.added), ("±", counts.changed), ("−", counts.removed))
    return " ".join(f"{sign}{t.number(count)}" for sign, count in signs if count)


def _undo(commit: Commit, t: Language) -> None:
    try:
        session.require("undo", "scope")
        session.store().undo(commit.number, author=session.author() or t("Somebody"), at=session.now())
        st.session_state.pop(LAST, None)
    except StoreError as problem:
        st.session_state[_PROBLEM] = t(problem.message, **problem.values)
