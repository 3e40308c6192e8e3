"""Any table as it stands in the store: chosen, searched, filtered and ordered, its rows in a grid. It draws and changes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import date
from functools import partial
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.choices import CHOICES
from lib.columns import facts
from lib.documents.bundle import table_sheet
from lib.documents.workbook import Sheet
from lib.formats import ABSENT, Language
from lib.measures.browse import NAMES, Browse, Found, days_of, found, kind, names_of, ways
from lib.portfolio import Portfolio
from lib.tables import TABLES
from lib.text import capitalised
from lib.ui import session
from lib.ui.cells import heading, names_shown, written
from lib.ui.frame import clip, md
from lib.ui.table_downloads import about_view, rows_downloads

SHOWN = 300
OFFERED = 300
CLIP = 60
WAYS = {"account": "accounts", "project": "projects", "person": "people"}
LINKED = ("table", "find", "account", "project", "person", "state", "by", "from", "to", "sort", "order", "row")
_PLAIN_PARTS = ("table", "find", "account", "project", "person", "by", "sort", "row")


@st.cache_resource(show_spinner=False, max_entries=48)
def _found(folder: str, version: int, wanted: Browse, language: str) -> Found:
    return found(session.portfolio(version), wanted, _words(Language(language)), SHOWN)


def rows_found(version: int, wanted: Browse, t: Language) -> Found:
    """The first rows that match, and how many there are; shared by all sessions that look at the same version."""
    return _found(str(session.store().folder), version, wanted, t.code)


def show_downloads(portfolio: Portfolio, asked: Browse, count: int, t: Language) -> None:
    """All rows that match, as files, under the column names that the importer knows."""
    size = (count, len(TABLES[asked.table].columns))
    about = about_view(t, t(TABLES[asked.table].title), population=in_words(portfolio, asked, t, str))

    def sheet() -> Sheet:
        return table_sheet(asked.table, found(portfolio, asked, _words(t), count).rows, t)

    rows_downloads(sheet, size, t, key="tables", file=asked.table, rests_on=(portfolio.version, asked), about=about)


def _words(t: Language) -> dict[str, str]:
    return {option: t(word) for option, word in CHOICES.items()}


# What is looked for lives in the widgets' state; a link sets it once, and is written from it.


def follow_link() -> None:
    """Put what a new link says (`shell.LINKED` brings it) into the widgets of this page."""
    for part in _PLAIN_PARTS:
        if (said := st.session_state.pop(part, None)) is not None:
            st.session_state[f"tables.{part}"] = said
    for part in ("from", "to"):
        if said := st.session_state.pop(part, None):
            st.session_state[f"tables.{part}"] = _day(said)
    if said := st.session_state.pop("state", None):
        st.session_state["tables.state"] = said.split(",")
    if said := st.session_state.pop("order", None):
        st.session_state["tables.order"] = said == "descending"


def _day(text: str) -> date | None:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if 1900 <= day.year <= 2199 else None


def _state(part: str, default: Any) -> Any:
    value = st.session_state.get(f"tables.{part}")
    return default if value is None else value


def wanted() -> Browse:
    """What this session looks for; parts that its table cannot be asked are left out."""
    table = _state("table", "accounts")
    table = table if table in TABLES else "accounts"
    by, days, columns = ways(table), days_of(table), TABLES[table].columns
    options = facts(columns["status"])["options"] if "status" in columns else ()
    day = _state("by", "") if _state("by", "") in days else next(iter(days), "")
    return Browse(
        table,
        str(_state("find", "")).strip(),
        **{way: str(_state(way, "")) for way in WAYS if way in by},
        statuses=tuple(option for option in _state("state", []) if option in options),
        day=day,
        first=_state("from", None) if day else None,
        last=_state("to", None) if day else None,
        sort=_state("sort", "") if _state("sort", "") in columns else "",
        descending=bool(_state("order", False)),
    )


def link(asked: Browse) -> dict[str, str]:
    """The parts of the address that reopen what is on screen."""
    bounded = bool(asked.first or asked.last)
    return {
        "table": asked.table, "find": asked.text, "account": asked.account, "project": asked.project, "person": asked.person,
        "state": ",".join(asked.statuses), "by": asked.day if bounded else "", "from": asked.first.isoformat() if asked.first else "",
        "to": asked.last.isoformat() if asked.last else "", "sort": asked.sort,
        "order": "descending" if asked.sort and asked.descending else "", "row": str(_state("row", "")),
    }  # fmt: skip


def clear() -> None:
    """Ask for nothing but the table."""
    for part in ("find", "account", "project", "person", "by", "from", "to"):
        st.session_state[f"tables.{part}"] = "" if part == "find" else None
    st.session_state["tables.state"] = []


def _forget_row() -> None:
    st.session_state["tables.row"] = ""
    for part in ("by", "sort"):
        st.session_state.pop(f"tables.{part}", None)


# Widgets


def choose_table(portfolio: Portfolio, t: Language) -> None:
    """Which table: those with rows first, each with their number."""
    names = [name for name in TABLES if name in portfolio.loaded] + [name for name in TABLES if name not in portfolio.loaded]
    if _state("table", "") not in TABLES:
        st.session_state["tables.table"] = "accounts"
    st.selectbox(
        t("Table"),
        names,
        format_func=lambda name: f"{t(TABLES[name].title)} · {t.number(portfolio.rows.get(name, 0))}",
        key="tables.table",
        label_visibility="collapsed",
        width=230,
        on_change=_forget_row,
        persist_state="session",
    )


def choose_text(t: Language) -> None:
    """The text to find in any column."""
    st.text_input(
        t("Find"), key="tables.find", placeholder=t("Find in all columns"), label_visibility="collapsed", width=260, type="search",
        persist_state="session",
    )  # fmt: skip


def choose_filters(portfolio: Portfolio, asked: Browse, t: Language) -> None:
    """Account, project, person, status and days, of those that the table has, behind one button that says how many are set."""
    count = sum(map(bool, (asked.account, asked.project, asked.person, asked.statuses, asked.first or asked.last)))
    by, days, columns = ways(asked.table), days_of(asked.table), TABLES[asked.table].columns
    if not by and not days and "status" not in columns:
        return
    with st.popover(t("Filters · {n}", n=count) if count else t("Filters"), key="tables.more"):
        for way in by:
            label = t(TABLES[WAYS[way]].columns[NAMES[WAYS[way]]].metadata["label"])  # type: ignore[index]
            _choose_row(portfolio, WAYS[way], f"tables.{way}", label, t)
        if "status" in columns:
            options = list(facts(columns["status"])["options"])
            st.session_state["tables.state"] = list(asked.statuses)
            st.multiselect(
                t("Status"), options, format_func=lambda key: capitalised(t(CHOICES[key])), key="tables.state", placeholder=t("All"),
                persist_state="session",
            )  # fmt: skip
        if days:
            if st.session_state.get("tables.by") not in days:
                st.session_state["tables.by"] = days[0]
            st.selectbox(
                t("By the day"), days, format_func=lambda name: heading(asked.table, name, t), key="tables.by", persist_state="session"
            )
            with st.container(horizontal=True, gap="xsmall"):
                for part, label in (("from", t("From")), ("to", t("To"))):
                    st.session_state.setdefault(f"tables.{part}", None)
                    st.date_input(
                        label, key=f"tables.{part}", format="DD/MM/YYYY", min_value=date(1900, 1, 1), max_value=date(2199, 12, 31),
                        width=150, persist_state="session",
                    )  # fmt: skip
        st.button(t("Clear filters"), key="tables.clear", on_click=clear)


def _choose_row(portfolio: Portfolio, table: str, key: str, label: str, t: Language) -> None:
    """One row of `table` by its name; where there are more than are offered, a part of a name or a key can be typed."""
    names = offered(portfolio, table, str(st.session_state.get(key) or ""))
    st.session_state.setdefault(key, None)
    many = portfolio.rows.get(table, 0) > OFFERED
    st.selectbox(
        label,
        list(names),
        format_func=lambda one: clip(str(names.get(one, one)), 44),
        key=key,
        placeholder=t("A name, or a part of it") if many else t("All"),
        accept_new_options=True,
        persist_state="session",
    )


def offered(portfolio: Portfolio, table: str, chosen: str) -> dict[str, str]:
    """key -> name of the rows of `table` that a choice offers, by name; the chosen one is always there. Every session keeps these: few."""
    return {
        **_offered(str(session.store().folder), portfolio.version, table),
        **({chosen: _name(portfolio, table, chosen)} if chosen else {}),
    }


@st.cache_data(show_spinner=False, max_entries=64)
def _offered(folder: str, version: int, table: str) -> dict[str, str]:
    rows, key = session.portfolio(version)[table], TABLES[table].key[0]
    name = NAMES.get(table, key)
    first = rows.select(pl.col(key).alias("key"), pl.col(name).alias("name")).sort(pl.col("name").str.to_lowercase(), "key").head(OFFERED)
    return dict(first.collect().iter_rows())


def _name(portfolio: Portfolio, table: str, key: str) -> str:
    return names_of(portfolio, table, pl.Series([key])).get(key, key)


def choose_order(asked: Browse, t: Language) -> None:
    """The column to sort all rows by, and which end first; a click on a heading of the grid sorts the rows shown."""
    columns = ["", *TABLES[asked.table].columns]
    st.session_state["tables.sort"] = asked.sort
    st.selectbox(
        t("Sort by"), columns, format_func=lambda name: heading(asked.table, name, t) if name else t("As stored"), key="tables.sort",
        label_visibility="collapsed", width=190, persist_state="session",
    )  # fmt: skip
    st.toggle(t("Descending"), key="tables.order", disabled=not asked.sort, persist_state="session")


# The grid


def show_grid(portfolio: Portfolio, asked: Browse, rows: pl.DataFrame, keys: Sequence[str], t: Language) -> None:
    """The rows; a click on one selects it, and so does the choice beside the grid. `keys`: the key text of each row."""
    columns = list(TABLES[asked.table].columns)
    names = names_shown(portfolio, asked.table, rows)
    texts = [name for name in columns if kind(asked.table, name) not in ("number", "whole", "day")]
    shown = rows.select(columns).with_columns(
        pl.Series(name, [clip(written(asked.table, name, cell, t, names.get(name)), CLIP) for cell in rows[name]], pl.String)
        for name in texts
    )
    frame = shown.to_pandas()
    forms = {name: partial(_cell, asked.table, name, t) for name in columns if name not in texts}
    chosen = str(_state("row", ""))
    # A grid keeps the place of what was clicked, not the row: other rows, or a row chosen elsewhere, make a new one.
    about = repr((asked, portfolio.version, st.session_state.get("tables.picked"), t.code))
    key = f"tables.grid.{hashlib.sha256(about.encode()).hexdigest()[:8]}"
    st.dataframe(
        frame.style.format(forms, na_rep=ABSENT),
        hide_index=True,
        column_config={name: st.column_config.Column(heading(asked.table, name, t)) for name in columns},
        key=key,
        alt=t("Rows of {table}", table=t(TABLES[asked.table].title)),
        placeholder=ABSENT,
        row_height=36,
        height=36 * min(len(keys) + 1, 6 if chosen else 13) + 3,
        selection_mode="single-row",
        selection_default={"selection": {"rows": [keys.index(chosen)]}} if chosen in keys else None,
        on_select=partial(_select, key, tuple(keys)),
    )


def _cell(table: str, column: str, t: Language, value: Any) -> str:
    if value is None or pd.isna(value):
        return ABSENT
    return written(table, column, value.date() if hasattr(value, "date") else value, t)


def _select(key: str, keys: Sequence[str]) -> None:
    rows = st.session_state[key]["selection"]["rows"]
    st.session_state["tables.row"] = keys[rows[0]] if rows else ""


def choose_row(labels: dict[str, str], t: Language) -> str:
    """The selected row's key text, or "": chosen in the grid, or here by typing, which a keyboard and a screen reader can do."""
    chosen = str(_state("row", ""))
    options = [*labels, *([chosen] if chosen and chosen not in labels else [])]
    st.session_state["tables.pick"] = chosen or None
    st.selectbox(
        t("Row"), options, format_func=lambda key: clip(str(labels.get(key, key)), 60), key="tables.pick", label_visibility="collapsed",
        placeholder=t("Choose a row to see what became of it"), width=340, on_change=_pick, persist_state="session",
    )  # fmt: skip
    return chosen


def _pick() -> None:
    st.session_state["tables.row"] = st.session_state["tables.picked"] = st.session_state["tables.pick"] or ""


# What the page says


def in_words(portfolio: Portfolio, asked: Browse, t: Language, quote: Callable[[str], str] = md) -> str:
    """What is looked for, as markdown unless `quote` is another, so that a screenshot carries it; empty for everything."""
    parts = [f"«{quote(clip(asked.text, 80))}»"] if asked.text else []
    parts += [quote(clip(_name(portfolio, WAYS[way], said))) for way in WAYS if (said := getattr(asked, way))]
    parts += [t(CHOICES[option]) for option in asked.statuses]
    if asked.first or asked.last:
        day = heading(asked.table, asked.day, t)
        if asked.first and asked.last:
            parts.append(f"{day} {t.span(asked.first, asked.last) if asked.first <= asked.last else ABSENT}")
        else:
            bound = t("from {day}", day=t.day(asked.first)) if asked.first else t("to {day}", day=t.day(asked.last))
            parts.append(f"{day} {bound}")
    return ", ".join(parts)


def say_shown(found: Found, t: Language) -> None:
    """That only the first rows are shown, where there are more."""
    if found.total > found.rows.height:
        st.caption(t("The first {n} of {all} are shown.", n=t.number(found.rows.height), all=t.number(found.total)), width="content")


def show_nothing_loaded(table: str, t: Language) -> None:
    """A table without rows: what it would hold, and where to load it."""
    st.markdown(t("Import {table} to see them here: {about}.", table=t(TABLES[table].title).lower(), about=t(TABLES[table].about).lower()))
    if st.button(t("Load files"), type="primary", key="tables.load"):
        st.switch_page(session.ROOT / "pages" / "data_intake.py")
