"""The part "One account" of account health: the list, the score and its reasons, and everything about the account on one screen."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from lib.charts import health as charts
from lib.charts.schedule import Words
from lib.documents.brief import AccountBrief
from lib.formats import Language
from lib.health.book import Health
from lib.health.metrics import METRICS
from lib.health.sentences import moved_headline
from lib.measures.book import Book
from lib.ui import health_reading, session
from lib.ui.account_notes import show_notes
from lib.ui.account_screen import brief_download, show_screen, the_brief
from lib.ui.frame import md
from lib.ui.health_account import (
    badge,
    causes,
    headline_change,
    history_rows,
    lost_rows,
    show_head,
    show_levers,
    show_moved,
    show_questions,
    show_reason,
    show_score,
)  # fmt: skip
from lib.ui.health_definition import defined_card
from lib.ui.health_list import show_list
from lib.ui.health_override import show_override
from lib.ui.health_reading import HealthAsked
from lib.ui.health_rows import show_metric_rows

WEEKS = (13, 4)


def one_headline(found: Health, accounts: pl.DataFrame, account_id: str, t: Language) -> str:
    """What moved the account, as a sentence."""
    row = accounts.row(by_predicate=pl.col("account_id") == account_id, named=True)
    for weeks in WEEKS:
        change = headline_change(row, weeks)
        if change is not None:
            return moved_headline(row["name"], change, weeks, causes(found, account_id, weeks), t, md)
    if row["band"] is None:
        return t("{name}: not enough data for a score", name=md(row["name"]))
    return t("{name} has its first score", name=md(row["name"]))


def show_one(
    found: Health, asked: HealthAsked, accounts: pl.DataFrame, account_id: str, book: Book, population: str, t: Language
) -> None:
    """The list on the left, the account on the right, its explanation and its screen below."""
    row = accounts.row(by_predicate=pl.col("account_id") == account_id, named=True)
    metrics = found.metrics().filter(pl.col("account_id") == account_id)
    profile = found.version.profile
    bands = (profile.amber, profile.green)
    source, brief = _source(found, t), the_brief(found, asked, row, t)
    left, right = st.columns([1, 1.36], gap="large")
    with left:
        show_list(accounts, account_id, bands, t)
        show_levers(metrics, row, found, t)
    with right:
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
            st.subheader(f"{md(row['name'])} &nbsp; :small[{badge(row, t)}]", anchor=False, width="content")
            with st.container(horizontal=True, width="content", gap="xsmall", vertical_alignment="center"):
                _buttons(found, brief, row, t)
        show_head(found, row, book, t)
        show_score(found, row, Words("health.band", source, found.as_of), t)
        show_reason(metrics, t)
        weeks = st.segmented_control(
            t("Compared with"), list(WEEKS), format_func=lambda n: t.plural("{n} week before", "{n} weeks before", n), key="health.weeks",
            label_visibility="collapsed", default=WEEKS[0], required=True,
        )  # fmt: skip
        show_moved(found, row, weeks or WEEKS[0], Words("health.moved", source, found.as_of, row["name"]), t)
        weeks_of, markers = history_rows(found, account_id)
        line = charts.history(weeks_of, markers, t, Words("health.history", source, found.as_of, row["name"]), bands)
        if line is not None:
            defined_card(line, "score", t)
    left, right = st.columns([1.36, 1], gap="medium")
    with left:
        lost = charts.points_lost(lost_rows(metrics, t), t, Words("health.lost", source, found.as_of, row["name"]))
        if lost is not None:
            defined_card(lost, "score_lost", t)
        names = {key: t(METRICS[key].name) for key in metrics["metric"]}
        asked_rows = st.menu_button(
            t("Rows behind a metric"), list(names), format_func=lambda key: names[key], type="tertiary", key="health.metric_rows"
        )
    with right:
        show_questions(metrics, session.portfolio(asked.version).loaded, t)
    st.subheader(t("The account on one screen"), anchor=False)
    show_screen(brief, row["account_id"], t)
    show_notes(row, found, t)
    if asked_rows:
        sight = health_reading.sights(asked, (found.as_of,))[0]
        show_metric_rows(found, sight, row, metrics, asked_rows, book.base, t)


def _buttons(found: Health, brief: AccountBrief, row: dict[str, Any], t: Language) -> None:
    """What can be done with the account: set its band, take its brief."""
    show_override(row, found.as_of, t)
    brief_download(brief, row["account_id"], t)


def _source(found: Health, t: Language) -> str:
    version = found.version
    if not version.number:
        return t("Built-in score profile. Data as of {day}.", day=t.day(found.as_of))
    name = version.profile.name or t("Score profile {n}", n=version.number)
    since = t.day(version.valid_from, near=found.as_of)
    return t("{profile}, in force since {since}. Data as of {day}.", profile=name, since=since, day=t.day(found.as_of))
