"""Who else waits: other clients' projects that move with a change, and what it is if the client signs later. It computes nothing."""

from __future__ import annotations

import polars as pl
import streamlit as st

from lib.formats import NBSP, Language
from lib.scope.answer import Answer, SignedLater
from lib.scope.sentences import days_text, ripple_headline
from lib.ui.frame import card, clip, md, small_table
from lib.ui.scope_definition import definitions_menu

LISTED = 8


def show_ripple(answer: Answer, ripple: pl.DataFrame, t: Language) -> None:
    """Each other project that moves: client, through whom, from when to when."""
    figures = definitions_menu(("scope_ripple", "scope_p80"), "scope.ripple.definitions", t)
    known = not answer.tasks.is_empty()  # only what is planned shares people with others
    title = ripple_headline(ripple, answer.account_id, t) if known else t("Other clients are not known")
    with card("scope.ripple", t, title, t("Projects that share a person, P80 finish"), menu=figures):
        rows = []
        for row in ripple.head(LISTED).iter_rows(named=True):
            through = t.join([clip(person, 24) for person in row["people"][:3]])
            detail = " · ".join(filter(None, [md(row["account"]), md(through)]))
            before, after = (t.day(row[name], answer.as_of) for name in ("p80_before_on", "p80_after_on"))
            moved = days_text(row["moved_days"], t, sign=True)
            rows.append({
                "project": f"{md(clip(row['project'], 44))}  \n:gray[{detail}]", "when": f"{before}{NBSP}→ {after}",
                "moved": _shaped(moved, row["past"], (row["moved_days"] or 1.0) > 0),
            })  # fmt: skip
        if rows:
            small_table(rows, t, alt=t("Other projects that move"), right=["moved"])
            st.markdown(f":small[:red[■]{NBSP}{t('past its promised date')} &nbsp; :orange[▲]{NBSP}{t('later, still inside')}]")
        else:
            unknown = t("Without a plan of this project nobody knows who else would wait.")
            st.markdown(f":gray[{t('No other project moves by a day or more.') if known else f'— {unknown}'}]")
        if ripple.height > LISTED:
            st.caption(t.plural("and one more", "and {n} more", ripple.height - LISTED))


def _shaped(moved: str, past: bool, later: bool) -> str:
    if past and later:
        return f":red[■{NBSP}{moved}]"
    return f":orange[▲{NBSP}{moved}]" if later else f":green[●{NBSP}{moved}]"


def show_later(answer: Answer, later: tuple[SignedLater, ...], t: Language) -> None:
    """The finish and the least fee if the client signs in some weeks."""
    if not later:
        return
    figures = definitions_menu(("scope_later",), "scope.later.definitions", t)
    with card("scope.later", t, t("If the client signs later"), t("Finish, P80, and the least price then"), menu=figures):
        signed = [row for row in later if row.weeks > 0]
        rows = [{"when": t("today"), "finish": t.day(answer.after.p80_on, answer.as_of), "fee": t.money(floor_of(answer), answer.base)}]
        rows += [
            {
                "when": t.plural("in {n} week", "in {n} weeks", row.weeks), "finish": t.day(row.p80_on, answer.as_of),
                "fee": t.money(row.fee, answer.base),
            }
            for row in signed
        ]  # fmt: skip
        small_table(rows, t, alt=t("If the client signs later"), right=["finish", "fee"])


def floor_of(answer: Answer) -> float | None:
    """The least price, where there is one."""
    floor = answer.prices.floor if answer.prices else None
    if answer.at_bill_rate is not None:
        return answer.at_bill_rate.fee
    return floor if isinstance(floor, float) else None
