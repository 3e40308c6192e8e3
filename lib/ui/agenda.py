"""The meeting's agenda on the page: accounts to discuss, promises, what changed. It draws rows that measures have ranked."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

import polars as pl
import streamlit as st

from lib.charts.theme import GLYPH
from lib.definitions import SIGNALS
from lib.formats import NBSP, Language
from lib.measures.book import Book
from lib.store import Commit, Counts
from lib.tables import TABLES
from lib.ui import session
from lib.ui.bands import BookBands
from lib.ui.frame import clip, md, small_table, status
from lib.ui.scope_links import signal_link
from lib.ui.sheets import AGENDA, agenda_sheet, promises_sheet
from lib.ui.table_downloads import about_view, rows_downloads, table_downloads
from lib.wording import sentence

SHOWN = 6
LISTED = 24
LABEL_LETTERS = 92
PROMISES_SHOWN = 5


def unheard(loaded: frozenset[str]) -> list[str]:
    """The tables that signals rest on and that nobody loaded."""
    return sorted({signal.table for signal in SIGNALS.values()} & set(TABLES) - loaded)


def show_agenda(
    book: Book,
    accounts: pl.DataFrame,
    bands: BookBands,
    silent: pl.DataFrame,
    loaded: frozenset[str],
    population: str,
    t: Language,
    rests_on: tuple[Any, ...],
) -> None:
    """The accounts in order, the first one open; each with its reasons, what to decide and what is at stake.

    The download keeps `book`, `accounts` and `bands` for as long as the session: they are shared ones. rests_on: what they depend on.
    """
    if accounts.is_empty():
        st.markdown(t("Nothing in the data asks for the meeting's time."))
    if missing := unheard(loaded):
        tables = t.join([t(TABLES[table].title).lower() for table in missing])
        st.markdown(f":gray[— {t('Import {tables} to hear more from your accounts.', tables=tables)}]")
    for index, account in enumerate(accounts.head(SHOWN).iter_rows(named=True)):
        _account(book, account, bands, t, opened=index == 0)
    rest = accounts.slice(SHOWN)
    if rest.height:
        label = t.plural("One more account carries a signal", "{n} more accounts carry a signal", rest.height)
        with st.expander(label, key="portfolio.rest"):
            reasons = _first_reasons(book, rest.head(LISTED), t)
            st.markdown(
                "  \n".join(f"**{md(row['name'])}** :gray[{reasons[row['account_id']]}]" for row in rest.head(LISTED).iter_rows(named=True))
            )
            if rest.height > LISTED:
                st.markdown(f":gray[{t('The {n} with most at stake; filter to see others.', n=t.number(LISTED))}]")
    if accounts.height:
        about = about_view(t, t("Accounts to discuss first"), book.as_of, population)
        make, size = partial(agenda_sheet, book, accounts, bands.of, t), (accounts.height, len(AGENDA))
        rows_downloads(make, size, t, key="portfolio.agenda", file=t("agenda"), rests_on=(*rests_on, bands.digest), about=about)
    if silent.height:
        names = t.join([md(name) for name in silent["name"]][:5])
        st.markdown(f"{status('none', t)}  {names} :gray[{t('no money, hours or contact in the last 12 months')}]")


def _account(book: Book, account: dict, bands: BookBands, t: Language, opened: bool) -> None:
    own = book.signals.filter(pl.col("account_id") == account["account_id"])
    level = bands.of.get(account["account_id"], "none")
    short = clip(_reasons(book, own.head(1), t)[0], LABEL_LETTERS - min(len(account["name"]), 44))
    label = f"**{md(clip(account['name'], 44))}** &nbsp; {status(level, t)} &nbsp; :gray[{md(short)}]"
    icon = ":material/radio_button_checked:" if opened else ":material/circle:"
    with st.expander(
        label, expanded=opened, type="step", icon=icon, key=f"portfolio.account.{account['account_id']}{'.first' if opened else ''}"
    ):
        left, right = st.columns([3.2, 1.3], gap="medium")
        left.markdown("  \n".join(md(reason) for reason in _reasons(book, own.head(3), t)))
        left.markdown(f"**{t('To decide')}:** {t(SIGNALS[own['key'][0]].decision)}")
        with left:
            signal_link(own.head(3), book.as_of, t)
        stake = f"**{t.money(account['agi'], book.base) if book.has_revenue else t.hours(account['hours'])}**"
        unit = t("AGI, 12 months") if book.has_revenue else t("12 months")
        notice = t("Notice {day}", day=t.day(account["next_notice"], near=book.as_of)) if account["next_notice"] else t("No notice date")
        manager = md(account["manager"]) if account["manager"] else t("No account manager")
        lines = [notice, manager]
        if account["movability"] is not None:
            lines.insert(0, _to_win(account, bands, t))
        said = "  \n".join(f":small[:gray[{line}]]" for line in lines)
        right.markdown(f"{stake} :gray[{unit}]  \n{said}", text_alignment="right")
        if account["movability"] is not None:
            with right.container(horizontal=True, horizontal_alignment="right"):
                health = session.ROOT / "pages" / "account_health.py"
                label = t("Why this score")
                link = {"account": account["account_id"], "as_of": book.as_of.isoformat(), "lang": t.code}
                st.page_link(health, label=label, query_params=link)


def _to_win(account: dict, bands: BookBands, t: Language) -> str:
    """How far its score can be moved, which is part of its place in the order."""
    points = t.number(100 * account["movability"])
    if account["account_id"] in bands.capped:
        return t("{points} points to win, from its cap up", points=points)
    if bands.of.get(account["account_id"], "none") == "none":
        return t("{points} points to win by finding out", points=points)
    return t("{points} points to win", points=points)


def _reasons(book: Book, own: pl.DataFrame, t: Language) -> list[str]:
    return [sentence(signal, t, book.as_of, book.base) for signal in own.iter_rows(named=True)]


def _first_reasons(book: Book, accounts: pl.DataFrame, t: Language) -> dict[str, str]:
    gravest = book.signals.join(accounts.select("account_id"), on="account_id", how="semi").unique(
        "account_id", keep="first", maintain_order=True
    )
    return {signal["account_id"]: md(sentence(signal, t, book.as_of, book.base)) for signal in gravest.iter_rows(named=True)}


def show_promises(promises: pl.DataFrame, names: dict[str, str], as_of: date, population: str, t: Language) -> None:
    """How the promises stand at `as_of`, and the late ones."""
    states = dict(promises.group_by("state").len().iter_rows())
    counted = {
        "kept": ":green[●] " + t.plural("{n} kept", "{n} kept", states.get("kept", 0)),
        "late": ":red[■] " + t.plural("{n} late", "{n} late", states.get("late", 0)),
        "dropped": ":gray[○] " + t.plural("{n} dropped", "{n} dropped", states.get("dropped", 0)),
        "open": ":gray[·] " + t.plural("{n} not due yet", "{n} not due yet", states.get("open", 0)),
    }
    st.markdown(" &nbsp; ".join(text.replace(" ", NBSP) for state, text in counted.items() if state in states))
    late = promises.filter(pl.col("state") == "late").head(PROMISES_SHOWN)
    rows = [
        {
            "what": f"{md(clip(row['text'], 60))}  \n:gray[{md(clip(_whose(row, names), 60))}]",
            "late": f":red[{GLYPH['risk']}{NBSP}{t.days(row['days_late'])}]",
        }
        for row in late.iter_rows(named=True)
    ]
    small_table(rows, t, alt=t("Late promises"), right=["late"])
    about = about_view(t, t("What we promised"), as_of, population)
    table_downloads(promises_sheet(promises, names, t), t, key="portfolio.promises", file=t("promises"), about=about)


def _whose(promise: dict, names: dict[str, str]) -> str:
    return " · ".join(filter(None, [names.get(promise["account_id"]), promise["owner"]]))


def show_last_change(commit: Commit | None, moved: list[str], t: Language) -> None:
    """What the newest import brought, by table, and which headline figures moved with it."""
    if commit is None:
        st.markdown(f":gray[{t('Nothing was imported yet.')}]")
        return
    if commit.kind == "sample":
        st.markdown(f":gray[{t('Nothing since the sample was opened on {moment}.', moment=t.moment(commit.at.astimezone()))}]")
        return
    who = t("by {who} on {moment}", who=md(commit.author), moment=t.moment(commit.at.astimezone()))
    st.markdown(f":gray[{who}]")
    moved_tables = {table: counts for table, counts in commit.counts.items() if counts.moved}
    rows = [{"table": t(TABLES[table].title), "counts": ", ".join(_counted(counts, t))} for table, counts in list(moved_tables.items())[:6]]
    small_table(rows, t, alt=t("What changed with the last import"), right=["counts"])
    if len(moved_tables) > 6:
        st.markdown(f":gray[{t.plural('and one more table', 'and {n} more tables', len(moved_tables) - 6)}]")
    if moved:
        st.markdown("  \n".join(moved))


def _counted(counts: Counts, t: Language) -> list[str]:
    """What moved, in words; what did not is left out."""
    words = [
        (counts.added, t.plural("{n} new", "{n} new", counts.added)),
        (counts.changed, t.plural("{n} changed", "{n} changed", counts.changed)),
        (counts.removed, t.plural("{n} gone", "{n} gone", counts.removed)),
    ]
    return [word for count, word in words if count]
