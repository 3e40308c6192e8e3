"""Every figure and signal with its definition, value and rows, generated from what `lib` declares. It draws and computes nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import streamlit as st

from lib.columns import N_
from lib.definitions import DEFINITIONS, SIGNAL_RULES, SIGNALS, Definition, Rule, Signal
from lib.formats import NBSP, Language
from lib.health.defined import COMPONENT_OF, DEFINED, GROUPS, HEALTH, METRIC_OF
from lib.health.metric_words import figure_text
from lib.health.metrics import METRIC_KEYS, METRICS
from lib.health.profile import Parameters
from lib.measures.browse import alike
from lib.measures.figure import Figure
from lib.tables import TABLES
from lib.text import capitalised
from lib.ui.definition import BETTER, why_absent, written
from lib.ui.frame import md

UNITS: Mapping[str, str] = {
    "money": N_("money"), "share": N_("share"), "hours": N_("hours"), "count": N_("count"), "index": N_("points"), "days": N_("days"),
    "ratio": N_("ratio"), "points": N_("percentage points"), "yes_no": N_("yes or no"), "exposure": N_("probability × impact"),
    "band": N_("band"),
}  # fmt: skip
MADE_HERE = N_("Promises are written in Cartera; nothing needs to be imported.")


def figures_said(t: Language, looked_for: str, only: str) -> list[Definition]:
    """Figures whose definition holds a text; the one called `only`, if it is given."""
    if only:
        return [DEFINITIONS[only]] if only in DEFINITIONS else []
    return [one for one in DEFINITIONS.values() if _says(one, looked_for, t)]


def health_said(t: Language, looked_for: str, only: str) -> dict[str, list[Definition]]:
    """Group -> its definitions of account health that hold a text; the one called `only`, if it is given. No empty groups."""
    found = {
        group: [one for one in own if (one.key == only if only else _says(one, looked_for, t))] for group, own in DEFINED.items()
    }
    return {group: own for group, own in found.items() if own}


def signals_said(t: Language, looked_for: str, only: str) -> list[Signal]:
    """Signals whose definition holds a text; the one called `only`, if it is given."""
    if only:
        return [SIGNALS[only]] if only in SIGNALS else []
    found = []
    for signal in SIGNALS.values():
        rule = SIGNAL_RULES[signal.key]
        said = map(t, (rule.name, rule.formula, signal.sentence, signal.decision))
        if _holds(looked_for, signal.key, *said, *_named(rule, t)):
            found.append(signal)
    return found


def _says(one: Definition, looked_for: str, t: Language) -> bool:
    return _holds(looked_for, one.key, *map(t, (one.name, one.formula, one.source)), *_named(one, t))


def _named(one: Definition | Rule, t: Language) -> list[str]:
    return [t(TABLES[table].title) for table in (*one.tables, *one.also)]


def _holds(looked_for: str, *texts: str) -> bool:
    return any(re.search(alike(looked_for), text) for text in texts)


def show_figure(one: Definition, figure: Figure | None, loaded: frozenset[str], t: Language) -> bool:
    """One definition in a row; returns whether its rows were asked for. `figure` is None where nothing was computed."""
    missing = missing_tables(one, loaded)
    with st.container(key=f"definitions.{one.key}"):
        left, right = st.columns([3.6, 1], gap="medium", vertical_alignment="center")
        with left:
            _show_words(one, t)
        with right:
            if missing:
                st.markdown(f":gray[— {_import(missing, t)}]")
            elif figure is None:
                st.markdown(f":gray[{t('For one client at a time: see Portfolio.')}]")
            elif figure.value is None:
                st.markdown(f":gray[— {why_absent(figure, t)}]")
            else:
                with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                    st.markdown(f"**{written(figure, t)}**", width=110)
                    return st.button(t("Details"), type="tertiary", key=f"definitions.open.{one.key}", help=t("Definition and rows"))
    return False


def _show_words(one: Definition, t: Language) -> None:
    st.subheader(t(one.name), anchor=one.key)
    way = "" if one.unit == "yes_no" else t(BETTER[one.better])
    unit = f"{capitalised(t(UNITS[one.unit]))}. {way}".strip()
    st.markdown(f"{md(t(one.formula))}  \n:small[:gray[{unit} {t('Definition')}: {md(t(one.source))}. {_needs(one, t)}]]")


def show_health(said: Mapping[str, list[Definition]], loaded: frozenset[str], rules: Parameters, t: Language) -> None:
    """Definitions of account health in their groups. `rules`: the profile in force, for accounts of no variant."""
    for group, own in said.items():
        st.header(t(GROUPS[group]), anchor=f"health-{group}")
        for one in own:
            with st.container(key=f"definitions.{one.key}"):
                left, right = st.columns([3.6, 1], gap="medium", vertical_alignment="center")
                with left:
                    _show_words(one, t)
                with right:
                    st.markdown("  \n".join(_beside(one, loaded, rules, t)))


def _beside(one: Definition, loaded: frozenset[str], rules: Parameters, t: Language) -> list[str]:
    """What stands beside a definition of account health: scale and weight now, and what to import."""
    lines = []
    if one.key in METRIC_OF:
        lines = [f"**{scale(one.key, rules, t)}**", f":small[:gray[{t('Scale, 0 to 100')}]]", f":small[:gray[{weight(one.key, rules, t)}]]"]
    elif one.key in COMPONENT_OF:
        lines = [f":gray[{weight(one.key, rules, t)}]"]
    if missing := missing_tables(one, loaded):
        lines.append(f":gray[— {_import(missing, t)}]")
    return lines


def scale(key: str, rules: Parameters, t: Language) -> str:
    """Worst and best of a metric's definition: 0.70 → 1.00."""
    metric = METRIC_OF[key].key
    place = METRIC_KEYS.index(metric)
    return " → ".join(figure_text(metric, float(ends[place]), t) for ends in (rules.worst, rules.best)).replace(" ", NBSP)


def weight(key: str, rules: Parameters, t: Language) -> str:
    """Weight of a metric or component, where every metric applies."""
    component = COMPONENT_OF.get(key)
    own = [METRICS[one].component == component if component else METRIC_OF[key].key == one for one in METRIC_KEYS]
    return t("Weight {points} of 100", points=t.number(float(rules.weights[own].sum()), 0 if component else 1))


def defined(key: str) -> bool:
    """Whether a figure or signal of that key is on the page."""
    return key in DEFINITIONS or key in HEALTH or key in SIGNALS


def missing_tables(one: Definition | Rule, loaded: frozenset[str]) -> list[str]:
    """The tables that have to be imported before it can be computed."""
    return [table for table in ("accounts", *one.tables) if table not in loaded]


def _import(missing: list[str], t: Language) -> str:
    return t("Import {tables} to see it.", tables=t.join([t(TABLES[table].title).lower() for table in dict.fromkeys(missing)]))


def _needs(one: Definition | Rule, t: Language) -> str:
    def listed(tables: tuple[str, ...]) -> str:
        return t.join([t(TABLES[table].title).lower() for table in tables])

    needed = t("Needs {tables}.", tables=listed(one.tables)) if one.tables else t(MADE_HERE)
    return needed + (" " + t("Better with {tables}.", tables=listed(one.also)) if one.also else "")


def show_signal(signal: Signal, count: int | None, loaded: frozenset[str], t: Language) -> None:
    """One signal in a row: when it is found, how grave it is, and how many accounts have it now (None: not computed)."""
    rule = SIGNAL_RULES[signal.key]
    missing = missing_tables(rule, loaded)
    with st.container(key=f"definitions.{signal.key}"):
        left, right = st.columns([3.6, 1], gap="medium", vertical_alignment="center")
        with left:
            st.subheader(t(rule.name), anchor=signal.key)
            unit = f"{capitalised(t(UNITS[rule.unit]))}. {t(BETTER[better(signal)])} " if rule.unit else ""
            asks = t("It asks: {question}", question=md(t(signal.decision)))
            st.markdown(f"{md(t(rule.formula))}  \n:small[:gray[{unit}{asks} {severity(signal, t)} {_needs(rule, t)}]]")
        with right:
            if missing:
                st.markdown(f":gray[— {_import(missing, t)}]")
            elif count is not None:
                st.markdown(f"**{t.plural('one account', '{n} accounts', count)}**" if count else f":gray[{t('no account')}]")


def better(signal: Signal) -> Any:
    """higher, lower or neither: the direction in which a graded signal is less grave."""
    if signal.mild is None or signal.grave is None:
        return "neither"
    return "lower" if signal.grave > signal.mild else "higher"


def severity(signal: Signal, t: Language) -> str:
    """How grave it is, from 0 to 1, and how that grows."""
    least = t.number(signal.severity, 1)
    if signal.mild is None or signal.grave is None:
        return t("Severity {least} of 1.", least=least)
    ways = {"days": lambda value: t.days(round(value)), "share": t.share}
    said = ways.get(str(SIGNAL_RULES[signal.key].unit), t.number)
    words = t("Severity {least} of 1 at {mild}, up to 1 at {grave}.", least=least, mild=said(signal.mild), grave=said(signal.grave))
    return words.replace(" 1 ", f"{NBSP}1 ")
