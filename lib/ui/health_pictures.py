"""The pictures of the whole book, made once for each view and shared by all sessions. It computes nothing that measures have."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl
import streamlit as st

from lib.charts import account_grids, accounts, health_book
from lib.charts.cells import sparkline_svg
from lib.charts.chart import Chart, Status
from lib.charts.portfolio import receivables
from lib.charts.schedule import Words
from lib.columns import N_
from lib.definitions import DEFINITIONS
from lib.formats import Language
from lib.health.book import Health, components
from lib.health.defined import HEALTH
from lib.health.metric_words import lowered
from lib.health.metrics import COMPONENTS
from lib.measures import goals as goal_measures
from lib.measures.book import Book, concentration_of, upcoming_notices
from lib.measures.concentration import Concentration, margin_concentration
from lib.measures.pipeline import Pipeline, open_deals, pipeline
from lib.measures.retention import retention_bridge
from lib.measures.risk_matrix import TREND_DAYS, risk_matrix
from lib.measures.stakeholders import SingleThreaded, single_threaded, stakeholders, threads
from lib.measures.whitespace import STATES, Whitespace, whitespace
from lib.tables import TABLES
from lib.text import capitalised
from lib.ui import session
from lib.ui.health_list import status_of
from lib.ui.health_reading import HealthAsked

NAMES = {
    "heat": N_("Components by account"), "risks": N_("Risk matrix"), "renewals": N_("Notice dates"), "pipeline": N_("Open deals"),
    "agi": N_("Concentration on revenue"), "margin": N_("Concentration on margin"), "receivables": N_("Receivables by age"),
    "retention": N_("Client retention"), "people": N_("Whom we know"), "services": N_("Services not sold yet"), "goals": N_("Goals"),
}  # fmt: skip
DEFINED: dict[str, tuple[str, ...]] = {
    "heat": ("component_score",), "risks": ("risk_exposure",), "renewals": ("renewals",), "pipeline": ("pipeline", "pipeline_spread"),
    "agi": ("hhi",), "margin": ("margin_hhi",), "receivables": ("receivables",), "retention": ("client_retention",),
    "people": ("single_threaded",), "services": ("whitespace",), "goals": ("goal_progress",),
}  # fmt: skip
"""Picture -> the figures whose definitions are its own."""
NEEDS: dict[str, tuple[str, ...]] = {
    "risks": ("risks",), "renewals": ("contracts",), "pipeline": ("opportunities",), "agi": (), "margin": ("time_entries", "people"),
    "receivables": ("invoices",), "retention": (), "people": ("contacts",), "services": ("opportunities",), "goals": ("goals",),
}  # fmt: skip
REVENUE = {"invoiced": ("invoices",), "earned": ("contracts", "time_entries", "people")}
NOTHING = {
    "heat": N_("No component has data yet."), "risks": N_("No risk and no issue is open."),
    "renewals": N_("No contract has its notice date in the next 120 days."),
    "pipeline": N_("No open deal with a probability closes in the next 120 days."),
    "agi": N_("The last 12 months brought no positive AGI."), "margin": N_("No margin can be said: too few hours carry a cost rate."),
    "receivables": N_("Nothing is owed."), "retention": N_("No account was a client before the last 24 months."),
    "people": N_("No account to show."), "services": N_("No deal names a service."), "goals": N_("No goal has begun."),
}  # fmt: skip
TOO_YOUNG = N_("It compares 24 months; the data does not reach back that far.")


@dataclass(frozen=True, eq=False)
class Picture:
    """A chart with the rows behind it, or why there is none. `rows`: of `columns`, in full; `how` it is computed."""

    key: str
    name: str
    how: str
    chart: Chart | None
    absent: str = ""
    rows: pl.DataFrame = field(default_factory=pl.DataFrame)


@dataclass(frozen=True, eq=False)
class Pictures:
    """Pictures that stand together. people: rows of `stakeholders`, who was never met or longest ago first; kpis: newest values with `past`
    as a picture; both without rows where they do not stand among them. has_kpis: whether that table is loaded."""

    charts: dict[str, Picture]
    people: pl.DataFrame
    hung: SingleThreaded
    kpis: pl.DataFrame
    has_kpis: bool


@dataclass(frozen=True, eq=False)
class Measured:
    """Measures of the whole book on the day, before any filter."""

    deals: pl.DataFrame
    people: pl.DataFrame
    threads: pl.DataFrame
    goals: pl.DataFrame
    kpis: pl.DataFrame
    services: Whitespace
    spread: Concentration
    margins: Concentration


# Frames are shared between sessions and never changed in place: cache_data would copy them at every rerun.
@st.cache_resource(show_spinner=False, max_entries=4)
def _measured(folder: str, asked: HealthAsked, _book: Book) -> Measured:
    known, day = session.known_portfolio(asked.as_of, asked.version)[0], asked.as_of
    return Measured(
        open_deals(known, day, asked.base), stakeholders(known, day), threads(known, day), goal_measures.goals(known, day),
        goal_measures.latest_kpis(known, day), whitespace(known, day, asked.base), concentration_of(_book),
        margin_concentration(_book.accounts, _book.tops),
    )  # fmt: skip


@st.cache_resource(show_spinner=False, max_entries=32, hash_funcs=session.KEYS)
def _pictures(
    folder: str, asked: HealthAsked, scored: tuple[tuple[str, str | None], ...], chosen: tuple[str, ...], keys: tuple[str, ...],
    population: str, code: str, _found: Health, _book: Book, _t: Language,
) -> Pictures:  # fmt: skip
    made = _Maker(asked, dict(scored), pl.Series("account_id", chosen, pl.String), population, _found, _book, _t)
    return made.pictures(keys)


def the_pictures(
    keys: Sequence[str], asked: HealthAsked, found: Health, scored: pl.DataFrame, chosen: pl.Series, book: Book, population: str,
    t: Language,
) -> Pictures:  # fmt: skip
    """Pictures (`keys` of NAMES) of some accounts: `scored` have a score (account_id, shown; in order), `chosen` match the filters."""
    shown = tuple(scored.select("account_id", "shown").iter_rows())
    return _pictures(str(session.store().folder), asked, shown, tuple(chosen), tuple(keys), population, t.code, found, book, t)


class _Maker:
    """One view's pictures, one after the other."""

    def __init__(
        self, asked: HealthAsked, bands: dict[str, str | None], chosen: pl.Series, population: str, found: Health, book: Book, t: Language
    ) -> None:
        self.asked, self.bands, self.chosen, self.population = asked, bands, chosen, population
        self.found, self.book, self.t = found, book, t
        self.known = session.known_portfolio(asked.as_of, asked.version)[0]
        self.loaded = session.portfolio(asked.version).loaded
        self.measured = _measured(str(session.store().folder), asked, book)
        self.names = dict(book.accounts.select("account_id", "name").iter_rows())
        self.currency = book.base if book.has_revenue else ""

    def pictures(self, keys: Sequence[str]) -> Pictures:
        people, own = self._of(self.measured.people), self._of(self.measured.threads)
        hung = single_threaded(own, self.book.accounts.select("account_id", "agi"))
        met = people.sort("days", "account", descending=[True, False], nulls_last=False)
        kpis = self._of(self.measured.kpis)
        return Pictures(
            {key: self._one(key) for key in keys}, met if "people" in keys else met.clear(), hung,
            self._kpis(kpis if "goals" in keys else kpis.clear()), "kpi_values" in self.loaded,
        )  # fmt: skip

    def _one(self, key: str) -> Picture:
        t, name = self.t, self.t(NAMES[key])
        how = " ".join(t((DEFINITIONS | HEALTH)[figure].formula) for figure in DEFINED[key])
        needs = (*(REVENUE[self.book.basis] if key in ("agi", "margin", "retention") else ()), *NEEDS.get(key, ()))
        missing = [table for table in dict.fromkeys(needs) if table not in self.loaded]
        if missing:
            tables = t.join([lowered(t(TABLES[table].title)) for table in missing])
            return Picture(key, name, how, None, t("Import {tables} to see it.", tables=tables))
        chart, rows = getattr(self, f"_{key}")()
        if chart is not None:
            return Picture(key, name, how, chart, rows=rows)
        return Picture(key, name, how, None, self._absence(key), rows)

    def _absence(self, key: str) -> str:
        t = self.t
        if key == "retention" and not self.book.enough_history:
            return t(TOO_YOUNG)
        if key == "pipeline":
            apart = self._pipeline_of().apart
            base = self.book.base
            said = [t(accounts.APART[state], n=t.number(count), money=t.money(worth, base)) for state, count, worth in apart.iter_rows()]
            return t(NOTHING[key]) + (" " + capitalised(t("apart: {deals}", deals=t.join(said))) + "." if said else "")
        return t(NOTHING[key])

    def _of(self, rows: pl.DataFrame) -> pl.DataFrame:
        return rows.filter(pl.col("account_id").is_in(self.chosen.implode()))

    def _named(self, rows: pl.DataFrame) -> pl.DataFrame:
        """`rows` with the name of the account first."""
        called = pl.col("account_id").replace_strict(self.names, default=None, return_dtype=pl.String).alias("account")
        return rows.select(called, pl.all().exclude("account"))

    def _words(self, key: str, *tables: str, whole: bool = False, also: str = "") -> Words:
        t, day = self.t, self.asked.as_of
        commit = next((one for one in session.stored().commits if one.number <= self.asked.version), None)
        titles = t.join([lowered(t(TABLES[table].title)) for table in tables if table in self.loaded])
        source = t("Data as of {day}.", day=t.day(day))
        if titles and commit:
            source = t("{tables}, imported {day}", tables=capitalised(titles), day=t.day(commit.at.astimezone().date()))
        return Words(f"health.{key}", f"{source}. {also}" if also else source, day, t("whole book") if whole else self.population)

    def _heat(self) -> tuple[Chart | None, pl.DataFrame]:
        t, profile = self.t, self.found.version.profile
        order = {account: place for place, account in enumerate(self.bands)}
        rows = components(self.found.metrics()).filter(pl.col("account_id").is_in(list(order)))
        if not rows.height or not rows["known"].fill_null(0).sum():
            return None, rows
        whys = pl.when(pl.col("score").is_null()).then(pl.lit("not_applicable")).when(pl.col("known") > 0).then(pl.lit("known"))
        cells = (
            self._named(rows)
            .with_columns(
                pl.col("account").alias("name"), whys.otherwise(pl.lit("missing")).alias("state"),
                pl.col("account_id").replace_strict(order, return_dtype=pl.Int64).alias("place"),
                pl.col("component").replace_strict({key: t(one.name) for key, one in COMPONENTS.items()}),
            )
            .sort("place", maintain_order=True)
        )  # fmt: skip
        words = self._words("heat")
        chart = health_book.heat(cells, t, words, (profile.amber, profile.green))
        return chart, cells.select("account", "component", "score", "weight", "points", "lost", pl.col("known").alias("share"))

    def _risks(self) -> tuple[Chart | None, pl.DataFrame]:
        day = self.asked.as_of
        then, said = session.known_portfolio(day - timedelta(days=TREND_DAYS), self.asked.version)
        also = "" if said else self.t("Probability and impact of then are not known: taken as today's.")
        made = risk_matrix(self.known, day, self.chosen, then if said else None)
        rows = self._named(made.risks).drop("account_id", "risk_id", "project_id", "internal", "closed_on")
        return account_grids.risk_matrix(made, self.t, self._words("risks", "risks", also=also)), rows

    def _renewals(self) -> tuple[Chart | None, pl.DataFrame]:
        coming = upcoming_notices(self.book, self.chosen)
        bands: dict[str, Status] = {account: status_of(band) for account, band in self.bands.items()}
        rows = coming.select(pl.col("name").alias("account"), "contract_id", "kind", "notice_date", "end", "renewal_open", "agi")
        return accounts.renewals(coming, bands, self.t, self._words("renewals", "contracts"), self.currency), rows

    def _pipeline_of(self) -> Pipeline:
        return pipeline(self._of(self.measured.deals), self.asked.as_of, self.asked.base)

    def _pipeline(self) -> tuple[Chart | None, pl.DataFrame]:
        made = self._pipeline_of()
        rows = self._named(self._of(self.measured.deals)).select(
            "account", "name", "state", "worth", "probability", "expected_close", "kind"
        )
        return accounts.pipeline(made, self.t, self._words("pipeline", "opportunities")), rows

    def _agi(self) -> tuple[Chart | None, pl.DataFrame]:
        words = self._words("agi_share", *REVENUE[self.book.basis], whole=bool(self.population))
        rows = self.measured.spread.clients.select(pl.col("name").alias("account"), pl.col("amount").alias("agi"), "share")
        return accounts.concentration(self.measured.spread, self.t, words, self.book.base), rows

    def _margin(self) -> tuple[Chart | None, pl.DataFrame]:
        words = self._words("margin_share", *REVENUE[self.book.basis], "time_entries", whole=bool(self.population))
        rows = self.measured.margins.clients.select(pl.col("name").alias("account"), pl.col("amount").alias("margin"), "share")
        return accounts.concentration(self.measured.margins, self.t, words, self.book.base, "margin"), rows

    def _receivables(self) -> tuple[Chart | None, pl.DataFrame]:
        words = self._words("receivables", "invoices")
        chart = receivables(self.book, self.chosen, self.t, words.source, self.population)
        rows = self._named(self._of(self.book.invoices)).select("account", "invoice_id", "issued", "due", "days_late", "open")
        rows = rows.sort("days_late", descending=True, nulls_last=True)
        return (None if chart is None else replace(chart, key=words.key)), rows

    def _retention(self) -> tuple[Chart | None, pl.DataFrame]:
        own = self._of(self.book.retention)
        if not self.book.enough_history or own.is_empty():
            return None, own
        words = self._words("retention", *REVENUE[self.book.basis])
        chart = accounts.retention_bridge(retention_bridge(own), self.t, words, self.book.base)
        return chart, self._named(own).select("account", "before", "last", "change").sort("before", descending=True)

    def _people(self) -> tuple[Chart | None, pl.DataFrame]:
        own, met = self._of(self.measured.threads), self._of(self.measured.people)
        words = self._words("people", "contacts", "touchpoints")
        chart = account_grids.stakeholder_map(met, own, self.book.accounts.select("account_id", "agi"), self.t, words, self.currency)
        return chart, own.select("account", "contacts", "met", "last_contact", "single_threaded")

    def _services(self) -> tuple[Chart | None, pl.DataFrame]:
        whole = self.measured.services
        order = self.book.accounts.select("account_id", "agi")
        own = self._of(whole.accounts).join(order, on="account_id", how="left").sort("agi", descending=True, nulls_last=True)
        cells = own.select("account_id").join(whole.cells, on="account_id", maintain_order="left_right")
        counts = cells.group_by("service").agg((pl.col("state") == state).sum().cast(pl.Int64).alias(state) for state in STATES)
        services = whole.services.select("service").join(counts, on="service", maintain_order="left")
        made = Whitespace(cells, own.drop("agi"), services, int(own["unnamed"].sum()))
        words = self._words("services", "opportunities")
        rows = cells.select("account", "service", "state", "deals", "last_on", "open_worth")
        return account_grids.whitespace(made, self.t, words, self.book.base), rows

    def _goals(self) -> tuple[Chart | None, pl.DataFrame]:
        own = self._of(self.measured.goals)
        chart = account_grids.goals(own, self.t, self._words("goals", "goals", "kpi_values"), self.names)
        rows = self._named(own).select("account", "title", "baseline", "actual", "target", "unit", "progress", "status", "due", "owner")
        return chart, rows

    def _kpis(self, kpis: pl.DataFrame) -> pl.DataFrame:
        """account, metric, value, target, unit, met, before, date, past (the last values as a picture), by account."""
        rows = self._named(kpis).sort("account", "metric")
        past = [sparkline_svg(on_scale(values)) for values in rows["values"]]
        return rows.select("account", "metric", "value", "target", "unit", "met", "before", "date", pl.Series("past", past, pl.String))


def on_scale(values: Sequence[float | None]) -> list[float | None]:
    """Values stretched to 0-100 between their least and their greatest; equal ones in the middle."""
    known = [value for value in values if value is not None]
    if not known or max(known) == min(known):
        return [None if value is None else 50.0 for value in values]
    least, most = min(known), max(known)
    return [None if value is None else 100 * (value - least) / (most - least) for value in values]
