"""What people write about an account: commentary, kept with the figures it was written on, and actions. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from lib.charts.theme import GLYPH
from lib.formats import NBSP, Language
from lib.health.book import Health
from lib.health.metrics import METRICS
from lib.health.sentences import shown
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import md, small_table

SHOWN = 8
DAYS_AHEAD = 14
ACCOUNT = "account"


def show_notes(row: Mapping[str, Any], found: Health, t: Language) -> None:
    """Commentary on the left, actions on the right, each with a form."""
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(f"**{t('Commentary')}**")
        _comments(row["account_id"], found.as_of, t)
        with st.popover(t("Comment"), key="health.comment"):
            _comment_form(row, found, t)
    with right:
        st.markdown(f"**{t('Actions')}**")
        _actions(row["account_id"], found.as_of, t)
        with st.popover(t("Raise an action"), key="health.action"):
            _action_form(row, found, t)


def _comments(account_id: str, as_of: date, t: Language) -> None:
    written = session.stored().rows("commentary", account_id=account_id)[::-1]
    if not written:
        st.markdown(f":gray[— {t('Nobody has commented on this account yet.')}]")
    rows = []
    for one in written[:SHOWN]:
        figures = one["figures"] or {}
        subject = t(METRICS[one["subject"]].name) if one["subject"] in METRICS else ""
        on = t("on data of {day}", day=t.day(date.fromisoformat(figures["as_of"]), near=as_of)) if figures.get("as_of") else ""
        score = t("score {score}", score=t.number(figures["score"], 1)) if figures.get("score") is not None else ""
        said = " · ".join(filter(None, [subject, md(one["author"]), t.day(one["at"].astimezone().date(), near=as_of), on, score]))
        rows.append({"what": f"{md(one['text'])}  \n:gray[{said}]"})
    small_table(rows, t, alt=t("Commentary"))


def _comment_form(row: Mapping[str, Any], found: Health, t: Language) -> None:
    with st.form("health.comment.form", border=False, clear_on_submit=True):
        subjects = {ACCOUNT: t("The account"), **{key: t(metric.name) for key, metric in METRICS.items()}}
        subject = st.selectbox(t("About"), list(subjects), format_func=subjects.__getitem__, key="health.comment.subject")
        text = st.text_area(t("Comment"), key="health.comment.text", max_chars=2000, height=100)
        author = ask_author(t, "health.comment.author")
        if st.form_submit_button(t("Keep the comment"), key="health.comment.save", type="primary"):
            if not text.strip() or not author:
                st.markdown(f":red[■] {t('A comment needs a text and an author.')}")
                return
            session.require("decide", "commentary")
            figures = {
                "as_of": found.as_of.isoformat(), "version": st.session_state["version"], "band": row["band"],
                "score": None if row["band"] is None else shown(row["point"]),
            }  # fmt: skip
            kept = {"account_id": row["account_id"], "subject": subject, "language": t.code, "text": text.strip(), "figures": figures}
            session.store().write("commentary", kept, author=author, at=session.now())
            st.rerun()
    show_author(t)


def _actions(account_id: str, as_of: date, t: Language) -> None:
    raised = [one for one in session.stored().rows("actions", account_id=account_id) if one["status"] != "dropped"]
    waiting = sorted((one for one in raised if one["done_on"] is None), key=lambda one: (one["due"] or date.max, one["id"]))
    if not waiting:
        st.markdown(f":gray[— {t('No action is open.')}]")
    rows = []
    for one in waiting[:SHOWN]:
        late = one["due"] is not None and one["due"] < as_of
        due = t("due {day}", day=t.day(one["due"], near=as_of)) if one["due"] else t("no date")
        end = f":red[{GLYPH['risk']}{NBSP}{due}]" if late else due
        rows.append({"what": f"{md(one['text'])}  \n:gray[{md(one['owner'] or one['author'])}]", "end": end})
    small_table(rows, t, alt=t("Open actions"), right=["end"])
    author = session.author()
    if waiting and author:  # whoever acts has a name: the form beside asks for it the first time
        names = {one["id"]: one["text"] for one in waiting}
        label = t("Mark as done")
        done = st.menu_button(label, list(names), format_func=lambda key: md(names[key][:60]), type="tertiary", key="health.action.done")
        if done is not None:
            session.require("decide", "actions")
            session.store().write("actions", {"status": "done", "done_on": as_of}, author=author, at=session.now(), key=done)
            st.rerun()


def _action_form(row: Mapping[str, Any], found: Health, t: Language) -> None:
    with st.form("health.action.form", border=False, clear_on_submit=True):
        text = st.text_input(t("What is to be done"), key="health.action.text", max_chars=400)
        owner = st.text_input(t("Who does it"), row["manager"] or "", key="health.action.owner", max_chars=200)
        due = st.date_input(t("Due"), found.as_of + timedelta(days=DAYS_AHEAD), key="health.action.due", format="DD/MM/YYYY")
        author = ask_author(t, "health.action.author")
        if st.form_submit_button(t("Raise the action"), key="health.action.save", type="primary"):
            if not text.strip() or not owner.strip() or not author:
                st.markdown(f":red[■] {t('An action needs a text, an owner and an author.')}")
                return
            session.require("decide", "actions")
            kept = {
                "account_id": row["account_id"], "text": text.strip(), "owner": owner.strip(), "status": "open",
                "due": due if isinstance(due, date) else None, "details": {"as_of": found.as_of.isoformat(), "band": row["band"]},
            }  # fmt: skip
            session.store().write("actions", kept, author=author, at=session.now())
            st.rerun()
    show_author(t)
