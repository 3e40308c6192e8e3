"""The part "Check the score" of account health: how the book spreads, and whether scores foresaw what was lost. It computes nothing."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from lib.charts.health_book import distribution
from lib.charts.schedule import Words
from lib.formats import Language
from lib.health.book import Health
from lib.health.calibration import Distribution
from lib.health.calibration_words import KINDS, Said, of_backtest, of_book, of_size
from lib.health.sentences import BAND_STATUS, score_text
from lib.measures.book import Book
from lib.text import capitalised
from lib.ui import session
from lib.ui.check_reading import Check, the_check
from lib.ui.frame import clip, md, rows_table, small_table
from lib.ui.health_definition import defined_card
from lib.ui.health_reading import HealthAsked
from lib.ui.health_what_if import show_what_if
from lib.ui.impact_table import band_and_score, band_words
from lib.wording import count_word

READ, TALL = 12, 420
_GLYPHS = {True: ":green[●]", False: ":orange[▲]", None: ":gray[○]"}


def check_headline(found: Health, asked: HealthAsked, accounts: pl.DataFrame, t: Language) -> str:
    """What the check says, as a sentence; of the whole book, whatever is filtered."""
    check = the_check(asked)
    test = check.test
    if test.caught is not None and test.auc_range is not None:
        if test.auc_range[0] <= 0.5:
            return t("The score did not tell {n} lost accounts from those that stayed", n=t.number(test.scored))
        below = t.number(round(test.caught * test.scored))
        return t("{below} of {n} lost accounts were below green 60 to 90 days before", below=below, n=t.number(test.scored))
    if check.now and check.now.too_green:
        share = max(check.now.share("green") or 0, check.now.share("green", "revenue") or 0)
        return t("{share} of the book is green: the score tells accounts hardly apart", share=t.share(share))
    if not test.scored:
        return t("No lost account had a score before: the score can't be tested yet")
    if test.enough:
        return t("Too little was known of {n} lost accounts to test the score", n=t.number(test.scored))
    said = t.plural(
        "{many} lost account had a score before: too few to test it", "{many} lost accounts had a score before: too few to test it",
        test.scored, many=count_word(test.scored, t),
    )  # fmt: skip
    return capitalised(said)


def show_check(found: Health, asked: HealthAsked, accounts: pl.DataFrame, book: Book, population: str, t: Language) -> None:
    """Distribution, back-test, what-if: always of the whole book."""
    check = the_check(asked)
    if population:
        st.markdown(f":gray[{t('This check is of the whole book: filters do not change it.')}]")
    left, right = st.columns(2, gap="large")
    with left:
        _spread(check, found, t)
    with right:
        _test(check, book.base, t)
    show_what_if(found, asked, check, book.base, t)


def _spread(check: Check, found: Health, t: Language) -> None:
    st.subheader(t("How the book spreads"), anchor=False)
    if check.now is None:
        return
    _say(of_book(check.now, t))
    rows = spread_rows(check.books, check.first_month, t)
    drawn = distribution(rows, t, Words("health.spread", t("Computed bands, after caps; revenue is that of 12 months"), found.as_of))
    if drawn is not None:
        defined_card(drawn, "book_by_band", t)


def spread_rows(books: tuple[Distribution, ...], first_month: int, t: Language) -> pl.DataFrame:
    """The book by band at each quarter's close and now: moment, status, accounts, revenue."""
    rows = []
    for book in books:
        moment = t("Now") if book is books[-1] else t.quarter(book.day, first_month)
        for band, accounts, revenue in book.slices.select("band", "accounts", "revenue").iter_rows():
            rows.append((moment, BAND_STATUS[None if band == "none" else band], accounts, revenue))
    schema = {"moment": pl.String, "status": pl.String, "accounts": pl.Int64, "revenue": pl.Float64}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _test(check: Check, base: str, t: Language) -> None:
    st.subheader(t("What it said of those who were lost"), anchor=False)
    for said in of_backtest(check.test, t):
        _say(said)
    if check.now and (small := of_size(check.now.accounts, t)):
        _say(small)
    if check.lost.height <= READ:
        _read(check.lost, base, t)
    else:
        _work(check.lost, base, t)
    definitions = session.ROOT / "pages" / "definitions.py"
    label = t("How losses and these figures are defined")
    st.page_link(definitions, label=label, query_params={"figure": "loss", "lang": t.code})


def _read(lost: pl.DataFrame, base: str, t: Language) -> None:
    rows = []
    for row in lost.iter_rows(named=True):
        how = f"{t(KINDS[row['kind']])}, {t.day(row['lost_on'])}"
        then, when = t("no score"), ""
        if row["scored_on"] is not None:
            then = band_and_score(row["band"], row["point"], t)
            when = f"{t.day(row['scored_on'])}, {t('{days} before', days=t.days(row['days_before']))}"
        cells = (f"**{md(clip(row['name'], 34))}**  \n:gray[{how}]", f"{then}  \n:gray[{when}]", t.money(row["revenue"], base))
        rows.append(dict(zip((t("Account"), t("Score then"), t("AGI, 12 months")), cells, strict=True)))
    small_table(rows, t, alt=t("Lost accounts and their score 60 to 90 days before"), right=[t("AGI, 12 months")], header=True)


def _work(lost: pl.DataFrame, base: str, t: Language) -> None:
    then = [_then(day, band, t) for day, band in lost.select("scored_on", "band").iter_rows()]
    shown = lost.select(
        "name", "lost_on", pl.Series("band", then, pl.String),
        "point", "revenue", pl.col("kind").replace_strict({key: t(word) for key, word in KINDS.items()}), "days_before",
    )  # fmt: skip
    headings = {
        "name": t("Account"), "lost_on": t("Lost on"), "band": t("Band then"), "point": t("Score then"), "revenue": t("AGI, 12 months"),
        "kind": t("How"), "days_before": t("Days before"),
    }  # fmt: skip
    written = {
        "lost_on": lambda day: t.day(day.date() if hasattr(day, "date") else day), "point": lambda value: score_text(value, t),
        "days_before": t.number, "revenue": lambda value: t.money(value, base),
    }  # fmt: skip
    rows_table(shown, headings, written, "health.lost_accounts", t("Lost accounts and their score 60 to 90 days before"), TALL)


def _then(scored_on: date | None, band: str | None, t: Language) -> str:
    return t("no score") if scored_on is None else band_words(band, t)


def _say(said: Said) -> None:
    st.markdown(f"{_GLYPHS[said.reached]}&nbsp;{said.text}")
