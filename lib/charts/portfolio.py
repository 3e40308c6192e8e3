"""Charts of the portfolio page, as values."""

from __future__ import annotations

import polars as pl

from lib.charts.chart import Chart
from lib.columns import N_
from lib.formats import Language
from lib.measures.book import Book, concentration_of, receivables_by_age
from lib.measures.figure import total

CLIENTS_SHOWN = 8
AGES = {
    "not_due": N_("Not due"),
    "1_30": N_("1–30 days late"),
    "31_60": N_("31–60 days late"),
    "61_90": N_("61–90 days late"),
    "over_90": N_("Over 90 days late"),
    "credit": N_("Credit notes"),
}


def clients_by_agi(book: Book, t: Language, source: str) -> Chart | None:
    """The largest clients (with the accounts below them) by AGI of the last 12 months; None without a positive total."""
    spread = concentration_of(book)
    if spread.top3 is None:
        return None
    rows = spread.clients.head(CLIENTS_SHOWN).with_row_index("rank")
    labels = [f"{t.money(amount, book.base)} · {t.share(share)}" for amount, share in rows.select("amount", "share").iter_rows()]
    rows = rows.select(
        _told_apart(rows, "account_id"), pl.col("amount").alias("value"), pl.Series("label", labels), (pl.col("rank") < 3).alias("strong")
    )
    title = t("The three largest clients bring {share} of AGI", share=t.share(spread.top3))
    if spread.clients.height <= 3:
        title = t.plural("One client brings all AGI", "{n} clients bring all AGI", spread.clients.height)
    alt = title + ". " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
    headings = {"name": t("Client"), "value": t("AGI"), "label": t("Amount and share"), "strong": t("Among the three largest")}
    return Chart(
        "clients_by_agi", "bars", rows, title, t("AGI of the last 12 months, whole book"), source, alt, book.as_of, headings, book.base
    )


def receivables(book: Book, account_ids: pl.Series, t: Language, source: str, population: str = "") -> Chart | None:
    """Open amounts by age; None where nothing is open. `population`: the filters in words."""
    ages = receivables_by_age(book, account_ids).filter((pl.col("invoices") > 0) | (pl.col("bucket") != "credit"))
    owed = total(ages, "open")
    if not total(ages, "invoices"):
        return None
    late = total(ages.filter(pl.col("bucket").is_in(["31_60", "61_90", "over_90"])), "open")
    labels = [
        f"{t.money(amount, book.base)} · " + t.plural("{n} document", "{n} documents", count)
        for amount, count in ages.select("open", "invoices").iter_rows()
    ]
    names = [t(AGES[bucket]) for bucket in ages["bucket"]]
    strong = pl.col("bucket").is_in(["31_60", "61_90", "over_90"])
    rows = ages.select(pl.Series("name", names), pl.col("open").alias("value"), pl.Series("label", labels), strong.alias("strong"))
    if owed > 0:
        title = t("{money} is owed, {share} of it over 30 days late", money=t.money(owed, book.base), share=t.share(late / owed))
    else:
        title = t("Credit notes exceed what is owed")
    alt = title + ". " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
    headings = {"name": t("Age"), "value": t("Open amount"), "label": t("Amount and documents"), "strong": t("Over 30 days late")}
    subtitle = t("Open invoices with tax, at the close of {day}", day=t.day(book.as_of))
    return Chart("receivables", "bars", rows, title, _of(subtitle, population), source, alt, book.as_of, headings, book.base)


def _of(subtitle: str, population: str) -> str:
    """The subtitle with what it was filtered to, so that a picture carries it."""
    return f"{subtitle} · {population}" if population else subtitle


def _told_apart(rows: pl.DataFrame, by: str) -> pl.Series:
    """The names of `rows`, equal ones with their `by` behind: a chart draws equal names on one line."""
    suffix = pl.when(pl.col("name").is_duplicated()).then(pl.lit(" · ") + pl.col(by).fill_null("")).otherwise(pl.lit(""))
    return rows.select(name=pl.col("name") + suffix).to_series()
