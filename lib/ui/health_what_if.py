"""Other weights of the components beside the published ones, tried on the book and on those who were lost. It saves nothing."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import streamlit as st

from lib.charts.health_book import what_if
from lib.charts.schedule import Words
from lib.formats import ABSENT, Language
from lib.health.book import Health
from lib.health.calibration import SLICES, Backtest, Distribution
from lib.health.metrics import COMPONENTS
from lib.health.profile import faults
from lib.health.profile_words import fault_text, impact_text
from lib.health.sentences import BAND_STATUS
from lib.ui.check_reading import Check, Tried, the_tried, with_weights
from lib.ui.frame import md, small_table, status
from lib.ui.health_definition import defined_card
from lib.ui.health_list import status_of
from lib.ui.health_reading import HealthAsked
from lib.ui.impact_table import show_impact
from lib.ui.profile_fields import MOST, WRITTEN

_OF = "health.whatif.of"


def show_what_if(found: Health, asked: HealthAsked, check: Check, base: str, t: Language) -> None:
    """Six weights to try; who would change band, and what the back-test would have said."""
    profile = found.version.profile
    published = tuple(float(profile.weights.get(key, 0.0)) for key in COMPONENTS)
    st.subheader(t("What if the weights were others"), anchor=False)
    said = t("Nothing is saved here: a profile is published in Settings. Weights count in proportion to their sum.")
    if any(variant.weights for variant in profile.variants):
        said += " " + t("Accounts of a variant with weights of its own keep those.")
    st.markdown(f":gray[{said}]")
    weights = _weights(published, found.version.number, t)
    if weights == published:
        st.markdown(t("Change a weight to see who would change band."))
        return
    wrong = faults(with_weights(profile, weights))
    for fault in wrong:
        st.markdown(f":red[■] {md(fault_text(fault, t))}")
    if wrong:
        return
    tried = the_tried(asked, weights)
    st.markdown(f"**{impact_text(tried.impact, base, t)}**")
    left, right = st.columns([1.2, 1], gap="large")
    with left:
        show_impact(tried.impact, base, t, "health.whatif.changed")
        _both_tests(tried, found, t)
    with right:
        rows = tried.both.select(
            "name", pl.col("point").alias("before"), pl.col("other_point").alias("after"),
            pl.col("band").replace_strict(BAND_STATUS).alias("before_status"),
            pl.col("other_band").replace_strict(BAND_STATUS).alias("after_status"),
        )  # fmt: skip
        words = Words("health.whatif", t("Weights tried, not saved"), found.as_of)
        if (drawn := what_if(rows, t, words)) is not None:
            defined_card(drawn, "score", t)


def _weights(published: tuple[float, ...], number: int, t: Language) -> tuple[float, ...]:
    keys = [f"health.whatif.{key}" for key in COMPONENTS]
    if st.session_state.get(_OF) != number:
        st.session_state[_OF] = number
        _set_back(keys, published)
    for key, weight in zip(keys, published, strict=True):
        st.session_state.setdefault(key, weight)
    given = []
    for place, (key, component) in zip(st.columns(len(keys)), zip(keys, COMPONENTS.values(), strict=True), strict=True):
        typed = place.number_input(
            t(component.name), min_value=0.0, max_value=MOST, step=5.0, format=WRITTEN, key=key, persist_state="session"
        )
        given.append(float(typed))
    changed = tuple(given) != published
    st.button(
        t("Back to the published weights"), key="health.whatif.back", on_click=_set_back, args=(keys, published), disabled=not changed
    )
    return tuple(given)


def _set_back(keys: list[str], published: tuple[float, ...]) -> None:
    for key, weight in zip(keys, published, strict=True):
        st.session_state[key] = weight


def _both_tests(tried: Tried, found: Health, t: Language) -> None:
    """The book and the back-test under both, side by side."""
    tests, books = (tried.found.published, tried.found.other), (tried.found.published_book, tried.found.other_book)
    lines: list[tuple[str, Callable[[Backtest, Distribution | None], str]]] = [
        (status(status_of(band), t), lambda _, book, name=name: _accounts(book, name, t))  # type: ignore[misc]
        for name, band in ((name, None if name == "none" else name) for name in SLICES)
    ]
    if tests[0].enough:
        lines += [
            (t("The lost one scored lower, of all pairs"), lambda test, _: t.share(test.auc)),
            (t("Lost that were below green before"), lambda test, _: t.share(test.caught)),
            (t("Revenue lost by red, times the book's"), lambda test, _: _lift(test, t)),
        ]
    rows = [
        {"what": what, **{name: of(test, book) for name, test, book in zip(("a", "b"), tests, books, strict=True)}} for what, of in lines
    ]
    titles = {"what": ":gray[" + t("Whole book") + "]", "a": t("Published"), "b": t("Tried")}
    rows = [{titles[name]: cell for name, cell in row.items()} for row in rows]
    small_table(rows, t, alt=t("Published and tried weights side by side"), right=[titles["a"], titles["b"]], header=True)
    if not tests[0].enough:
        st.caption(t("Too few were lost for a back-test of either."))
    if any(version is not found.version for version in found.versions):
        st.caption(t("Both over all weeks under the profile that is in force now."))


def _accounts(book: Distribution | None, band: str, t: Language) -> str:
    if book is None:
        return ABSENT
    count = int(book.slices.row(by_predicate=pl.col("band") == band, named=True)["accounts"])
    return t.plural("{n} account", "{n} accounts", count)


def _lift(test: Backtest, t: Language) -> str:
    return t.number(test.rates.revenue_lift, 1) if test.rates else ABSENT
