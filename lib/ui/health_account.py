"""One account's health on the page: its score and range, why it is so, why it moved, what would change it. It computes no score."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import polars as pl
import streamlit as st

from lib.charts import health as charts
from lib.charts.schedule import Words
from lib.charts.theme import GLYPH
from lib.choices import CHOICES
from lib.formats import NBSP, Language
from lib.health.book import Health
from lib.health.caps import sentence as cap_sentence
from lib.health.levers import flips, gains
from lib.health.metric_words import from_to_text, lever_text, metric_name, question_text, reading_text
from lib.health.metrics import COMPONENTS, METRIC_KEYS
from lib.health.sentences import (
    BAND_STATUS,
    absence_text,
    band_text,
    cause_text,
    coverage_text,
    firmness_text,
    main_reason,
    points_text,
    range_text,
    score_text,
    shown,
)  # fmt: skip
from lib.measures.book import Book
from lib.text import capitalised
from lib.ui.frame import card, md, show_drawn, small_table, status
from lib.ui.health_definition import defined_card
from lib.ui.health_list import changed, status_of

WEEKS = (4, 13)
LEVERS_SHOWN, QUESTIONS_SHOWN = 5, 5


def show_head(found: Health, row: Mapping[str, Any], book: Book, t: Language) -> None:
    """Name, band, who and how much, what caps it, and the score in its range."""
    client = book.accounts.row(by_predicate=pl.col("account_id") == row["account_id"], named=True)
    parts = [capitalised(t("tier {name}", name=t(CHOICES.get(row["tier"], row["tier"])))) if row["tier"] else ""]
    parts.append(md(row["manager"]) if row["manager"] else t("No account manager"))
    parts.append(t("AGI {money}", money=t.money(client["agi"], book.base)) if book.has_revenue else t.hours(client["hours"]))
    parts.append(t("Notice {day}", day=t.day(client["next_notice"], near=found.as_of)) if client["next_notice"] else t("No notice date"))
    st.markdown(f":gray[{' · '.join(filter(None, parts))}]")
    own = found.caps.filter(pl.col("account_id") == row["account_id"]).iter_rows(named=True)
    reasons = [cap_sentence(cap, t, found.as_of, book.base, md) for cap in own]
    if reasons:
        shape = f":{'red' if row['band'] == 'red' else 'orange'}[{GLYPH[status_of('red' if row['band'] == 'red' else 'amber')]}]"
        st.markdown(f"{shape}{NBSP}**{t('Capped below green:')}** {' '.join(reasons)}")
    if said := set_band_text(row, found.as_of, t, md):
        st.markdown(f":blue[◆]{NBSP}{said}")


def set_band_text(row: Mapping[str, Any], as_of: date, t: Language, quote: Callable[[str], str] = str) -> str:
    """That a person set the band, who, why and until when; empty where nobody did."""
    if not row["set_band"]:
        return ""
    return t(
        "{author} set it to {band} until {day}: {reason} By its number it is {computed}.", author=quote(row["set_by"]),
        band=band_text(row["set_band"], t).lower(), day=t.day(row["expires_on"], near=as_of), reason=quote(_ended(row["reason"])),
        computed=band_text(row["band"], t).lower(),
    )  # fmt: skip


def _ended(text: str) -> str:
    return text if text.endswith((".", "!", "?", "…")) else f"{text}."


def show_score(found: Health, row: Mapping[str, Any], words: Words, t: Language) -> None:
    """The score, what it rests on, and the band it lies in."""
    left, middle, right = st.columns([1, 1.15, 2.6], gap="medium")
    change = changed(row, 13)
    known = row["band"] is not None
    left.metric(
        t("Score"), score_text(row["point"], t) if known else "—", delta=None if change is None else t.number(change, 1).replace("−", "-"),
        help=t("0 to 100: Σ weight · score of each metric. Below it the change in 13 weeks."),
    )  # fmt: skip
    firmness = firmness_text(row["band"], row["firm"], row["rests_on"], t) or band_text(row["band"], t)
    middle.metric(t("Coverage"), t.share(row["coverage"]), help=coverage_text(row["coverage"], t) + ".")
    middle.markdown(f":small[{firmness}]")
    profile = found.version.profile
    bands = (profile.amber, profile.green)
    before_on = None if row["before_13"] is None or found.back(13) is None else found.days[found.back(13) or 0]
    chart = charts.score_band(
        row["low"], row["point"], row["high"], status_of(row["shown"]), t, words, row["before_13"] if known else None, before_on, bands
    )
    if chart is not None:
        with right:
            show_drawn(chart, t)
    st.markdown(f":gray[{range_text(row['low'], row['high'], row['coverage'], t)}.]")


def steps_of(found: Health, account_id: str, weeks: int, t: Language) -> pl.DataFrame:
    """The bars between two days for the waterfall: component, kind, points and the reason in words."""
    bars = found.moves(weeks).filter(pl.col("account_id") == account_id)
    first = found.back(weeks)
    place = found.grid.accounts["account_id"].to_list().index(account_id)
    rows: list[tuple[str, Any, float, str | None]] = []
    # What is not about the account's own data is one bar, whatever component it passes through.
    by = pl.when(pl.col("kind").is_in(["data", "appeared"])).then("component").alias("of")
    for (component, kind), own in bars.group_by(by, "kind", maintain_order=True):
        gravest = own.sort(pl.col("points").abs(), descending=True).row(0, named=True)
        if component is None:
            rows.append(("", kind, float(own["points"].sum()), None))
        else:
            reason = _reason(found, first, place, gravest, t)
            rows.append((t(COMPONENTS[str(component)].name), kind, float(own["points"].sum()), reason))
    schema = {"component": pl.String, "kind": pl.String, "points": pl.Float64, "reason": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def _reason(found: Health, first: int | None, place: int, bar: Mapping[str, Any], t: Language) -> str:
    metric = METRIC_KEYS.index(bar["metric"])
    before, after = (found.grid.values[day, place, metric] for day in (first or 0, -1))
    return from_to_text(bar["metric"], None if before != before else float(before), None if after != after else float(after), t)


def causes(found: Health, account_id: str, weeks: int) -> dict[str, float]:
    """Points by component where data moved, else by kind of bar."""
    bars = found.moves(weeks).filter(pl.col("account_id") == account_id)
    key = pl.when(pl.col("kind") == "data").then("component").otherwise("kind")
    return dict(bars.group_by(key.alias("key")).agg(pl.col("points").sum()).rows())


def show_moved(found: Health, row: Mapping[str, Any], weeks: int, words: Words, t: Language) -> None:
    """The waterfall between two days, with its definition."""
    first = found.back(weeks)
    if row[f"before_{weeks}"] is None or first is None:
        said = t("No score {weeks} before", weeks=t.plural("{n} week", "{n} weeks", weeks))
        with card(words.key, t, said, t("Points between the two dates")):
            st.markdown(f":gray[— {t('It had no score then, or history does not reach back.')}]")
        return
    steps = steps_of(found, row["account_id"], weeks, t)
    chart = charts.waterfall(steps, row[f"before_{weeks}"], row["point"], found.days[first], t, words)
    defined_card(chart, "score_moved", t)


def show_levers(metrics: pl.DataFrame, row: Mapping[str, Any], found: Health, t: Language) -> None:
    """What would change the score, and the weights at which a component would turn its band."""
    profile = found.version.profile
    best = dict(zip(metrics["metric"], profile.parameters(row["tier"], row["industry"]).best.tolist(), strict=False))
    offered = gains(metrics.filter(pl.col("state") == "known")).head(LEVERS_SHOWN)
    with st.container(border=True, gap="xsmall", key="health.levers"):
        st.markdown(f"**{t('What would change it')}**  \n:small[:gray[{t('Points to win if the metric were at its best')}]]")
        if offered.is_empty():
            st.markdown(f":gray[{t('Every metric with data is at its best.')}]")
        rows = [
            {
                "what": md(lever_text(one["metric"], t, best.get(one["metric"]))),
                "gain": f"**{t.number(one['gain'], 1, sign=True)}**",
                "to": f"{score_text(row['point'], t)}{NBSP}→{NBSP}{score_text(row['point'] + one['gain'], t)}",
            }
            for one in offered.iter_rows(named=True)
        ]
        small_table(rows, t, alt=t("What would change it"), right=["gain", "to"])
        turns = flips(metrics, profile.amber, profile.green).sort((pl.col("weight") - pl.col("weight_now")).abs())
        for turn in turns.head(2).iter_rows(named=True):
            name = "green" if turn["at"] == profile.green else "amber"
            said = t(
                "With {component} at a weight of {weight} instead of {now} it would cross {limit}, the limit of {band}.",
                component=cause_text(turn["component"], t), weight=points_text(turn["weight"], t), now=t.number(turn["weight_now"], 1),
                limit=t.number(turn["at"]), band=band_text(name, t).lower(),
            )  # fmt: skip
            st.markdown(f":small[:gray[{said}]]")


def show_questions(metrics: pl.DataFrame, loaded: frozenset[str], t: Language) -> None:
    """What to find out to firm the score up: each missing metric, the heaviest first."""
    missing = metrics.filter(pl.col("state") == "missing", pl.col("weight") > 0).sort("weight", descending=True)
    if missing.is_empty():
        return
    with st.container(border=True, gap="xsmall", key="health.questions"):
        total = points_text(float(missing["weight"].sum()), t)
        st.markdown(f"**{t('What to find out to firm it up')}**  \n:small[:gray[{t('{points} of weight have no data', points=total)}]]")
        rows = [
            {
                "what": f"{md(metric_name(one['metric'], t))}  \n:gray[{md(question_text(one['metric'], t, loaded))}]",
                "weight": t.number(one["weight"], 1),
                "counts": t("counts at {score}", score=score_text(one["counted"], t)),
            }
            for one in missing.head(QUESTIONS_SHOWN).iter_rows(named=True)
        ]
        small_table(rows, t, alt=t("What to find out to firm it up"), right=["weight", "counts"])
        if missing.height > QUESTIONS_SHOWN:
            st.markdown(f":small[:gray[{t.plural('and one more', 'and {n} more', missing.height - QUESTIONS_SHOWN)}]]")


def lost_rows(metrics: pl.DataFrame, t: Language) -> pl.DataFrame:
    """Points lost by metric, in words, for the chart."""
    applying = metrics.filter(pl.col("state") != "not_applicable", pl.col("weight") > 0)
    readings = [
        reading_text(one["metric"], one["value"], t) if one["state"] == "known" else absence_text("missing", None, t, {})
        for one in applying.iter_rows(named=True)
    ]
    return applying.select(
        pl.Series("name", [metric_name(metric, t) for metric in applying["metric"]], pl.String), pl.col("lost").alias("points"),
        pl.col("weight").alias("most"), pl.Series("reading", readings, pl.String), "state",
    )  # fmt: skip


def show_reason(metrics: pl.DataFrame, t: Language) -> None:
    """The main reason of the score as a sentence."""
    st.markdown(f"**{md(main_reason(metrics.iter_rows(named=True), t))}.**")


def history_rows(found: Health, account_id: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Weeks and profile changes for the chart of history; weeks with too little data have no score."""
    own = found.history(account_id)
    weeks = pl.DataFrame({"day": found.days}, {"day": pl.Date}).join(own, on="day", how="left")
    known = pl.col("band").is_not_null()
    named = {band: word for band, word in BAND_STATUS.items() if band}
    words = pl.col("band").replace_strict(named, default="none", return_dtype=pl.String)
    weeks = weeks.select(
        "day", *(pl.when(known).then(name).alias(name) for name in ("point", "low", "high")), words.fill_null("none").alias("status")
    )
    first = weeks.filter(pl.col("point").is_not_null())["day"].min()
    if isinstance(first, date):
        weeks = weeks.filter(pl.col("day") >= first)
    changes = [(day, version.profile.name or f"{version.number}") for day, version in found.markers()]
    return weeks, pl.DataFrame(changes, {"day": pl.Date, "name": pl.String}, orient="row")


def badge(row: Mapping[str, Any], t: Language) -> str:
    """■ At risk beside the name."""
    return status(status_of(row["shown"]), t)


def headline_change(row: Mapping[str, Any], weeks: int) -> float | None:
    """Change of the shown score, as the headline says it."""
    before = row[f"before_{weeks}"]
    return None if before is None or row["band"] is None else round(shown(row["point"]) - shown(before), 1)
