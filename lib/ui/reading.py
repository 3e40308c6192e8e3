"""Results that all sessions share, computed once for each version of the portfolio and each view. Keys are plain values, never frames."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl
import streamlit as st

from lib.charts.accounts import renewals
from lib.charts.chart import Chart
from lib.charts.portfolio import clients_by_agi, receivables
from lib.charts.schedule import Words
from lib.definitions import RENEWAL_WINDOW_DAYS
from lib.formats import Language
from lib.health.levers import movability
from lib.measures.book import Book, book, discuss_first, figures, silent, upcoming_notices
from lib.measures.departure import Departure, departure
from lib.measures.figure import Figure
from lib.measures.flows import Basis, Flows
from lib.measures.freshness import oldest_fact
from lib.measures.promises import graded, of_accounts
from lib.periods import Period, quarters_between
from lib.ui import session
from lib.ui.bands import BookBands
from lib.ui.health_reading import HealthAsked, health_asked, the_health


@dataclass(frozen=True)
class Asked:
    """Everything a figure of the portfolio page depends on. `promised` is a digest of the promises, so that a new one is seen."""

    version: int
    as_of: date
    quarter: Period
    basis: Basis
    base: str
    promised: str


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=8)
def _book(folder: str, asked: Asked) -> tuple[Book, Flows]:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    return book(portfolio, asked.as_of, asked.quarter, asked.basis, asked.base, promises(asked.as_of))


def the_book(asked: Asked) -> Book:
    """The book of a view."""
    return _book(str(session.store().folder), asked)[0]


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=session.KEYS)
def _figures(folder: str, asked: Asked, account_ids: tuple[str, ...]) -> dict[str, Figure]:
    return figures(_book(folder, asked)[0], session.portfolio(asked.version), pl.Series("account_id", account_ids, pl.String))


def the_figures(asked: Asked, account_ids: pl.Series) -> dict[str, Figure]:
    """Every figure of the book over some accounts."""
    return _figures(str(session.store().folder), asked, tuple(account_ids))


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=session.KEYS)
def _agenda(folder: str, asked: Asked, scored: HealthAsked, account_ids: tuple[str, ...]) -> tuple[pl.DataFrame, pl.DataFrame]:
    chosen, made, found = pl.Series("account_id", account_ids, pl.String), the_book(asked), the_health(scored)
    moved = movability(found.accounts(), found.version.profile.green)
    return discuss_first(made, chosen, moved), silent(made, chosen)


def the_agenda(asked: Asked, account_ids: pl.Series) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Some accounts in the order of the agenda, and those of which nearly nothing is known. Downloads keep them, so sessions share them."""
    return _agenda(str(session.store().folder), asked, health_asked(asked.version, asked.as_of), tuple(account_ids))


@st.cache_resource(show_spinner=False, max_entries=64, hash_funcs=session.KEYS)
def _charts(
    folder: str, asked: Asked, account_ids: tuple[str, ...], population: str, sources: tuple[str, str], code: str, banded: str,
    _bands: BookBands, _t: Language,
) -> dict[str, Chart | None]:
    made, chosen = the_book(asked), pl.Series("account_id", account_ids, pl.String)
    currency = made.base if made.has_revenue else ""
    return {
        "renewals": renewals(upcoming_notices(made, chosen), _bands.of, _t, _renewals_words(made, sources[0], population, _t), currency),
        "top3": clients_by_agi(made, _t, sources[1]),
        "receivables": receivables(made, chosen, _t, sources[1], population),
    }


def _renewals_words(book: Book, source: str, population: str, t: Language) -> Words:
    until = t("to {day}", day=t.day(book.as_of + timedelta(days=RENEWAL_WINDOW_DAYS), near=book.as_of))
    return Words("renewals", source, book.as_of, " · ".join(filter(None, [until, population])))


def the_charts(asked: Asked, account_ids: pl.Series, population: str, bands: BookBands, t: Language) -> dict[str, Chart | None]:
    """Figure -> its chart over some accounts, None where there is nothing to draw. Menus keep them, so sessions share them."""
    folder = str(session.store().folder)
    line = source_line(the_book(asked), t)
    sources = line["contracts"], line["invoices"]
    return _charts(folder, asked, tuple(account_ids), population, sources, t.code, bands.digest, bands, t)


@st.cache_resource(show_spinner=False, max_entries=64)
def _departure(folder: str, asked: Asked, account_id: str) -> Departure:
    made, flows = _book(folder, asked)
    return departure(
        session.portfolio(asked.version), flows, made.tops, made.accounts.select("account_id", "name"), account_id, asked.as_of
    )


def the_departure(asked: Asked, account_id: str) -> Departure:
    """What would go with one top client."""
    return _departure(str(session.store().folder), asked, account_id)


@st.cache_data(show_spinner=False, max_entries=32)
def _quarters(folder: str, version: int, last: date, first_month: int) -> list[Period]:
    return quarters_between(oldest_fact(session.portfolio(version), last), last, first_month)


def quarters(version: int, last: date, first_month: int) -> list[Period]:
    """Quarters that hold data, newest first."""
    return _quarters(str(session.store().folder), version, last, first_month)


def asked(version: int, as_of: date, quarter: Period) -> Asked:
    """The key of a view, with the settings it rests on."""
    chosen = session.settings()
    return Asked(version, as_of, quarter, chosen["revenue_basis"], chosen["base_currency"], session.stored().digest("promises"))


def promises(as_of: date, account_ids: pl.Series | None = None) -> pl.DataFrame:
    """Promises people wrote, graded at `as_of`; those to some accounts only if they are given."""
    found = graded(session.stored().rows("promises"), as_of)
    return found if account_ids is None else of_accounts(found, account_ids)


def source_line(book: Book, t: Language) -> dict[str, str]:
    """Under a chart: table -> the tables it rests on and how far they reach."""
    reached = dict(book.fresh.select("table", "until").iter_rows())
    imported = next(iter(session.stored().commits), None)
    when = t.day(imported.at.astimezone().date()) if imported else ""
    line = {"contracts": t("Contracts, imported {day}", day=when), "invoices": t("Invoices and expenses, imported {day}", day=when)}
    if book.basis == "earned":
        line["invoices"] = t("Contracts, progress and hours, imported {day}", day=when)
    elif until := reached.get("invoices"):
        both = t("Invoices and expenses to {until}, imported {day}", until=t.day(until, near=book.as_of), day=when)
        line["invoices"] = (
            both if book.pass_through_at_cost else t("Invoices to {until}, imported {day}", until=t.day(until, near=book.as_of), day=when)
        )
    return line
