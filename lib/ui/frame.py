"""The frame of a page and the few patterns every page repeats: status words, small tables, chart cards. It draws what it is given."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

import pandas as pd
import polars as pl
import streamlit as st

from lib.charts.chart import Chart, Status
from lib.charts.drawing import drawn
from lib.charts.theme import GLYPH, WORD
from lib.formats import NBSP, Language
from lib.ui.chart_downloads import details_menu

WIDTH = 1320
_COLOUR: dict[Status, str] = {"risk": "red", "watch": "orange", "ok": "green", "none": "gray"}
# Addresses become links even where every sign of them is escaped; an empty directive within tears them apart unseen.
_ADDRESS = re.compile(r"(https?\\:|www)(?=\\[/.])|(?=\\@)", re.IGNORECASE)
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$:^&@/=])")


def md(text: object) -> str:
    """Text from data as plain text inside markdown: no link, picture, formula, directive or emphasis survives; line ends become spaces."""
    escaped = _MARKDOWN.sub(r"\\\1", re.sub(r"\s+", " ", str(text)))
    return _ADDRESS.sub(r"\1:small[]", escaped)


def spoken(text: object) -> str:
    """Text from data for a hidden label: it is drawn as markdown, but a screen reader would say the signs that `md` puts in."""
    return " ".join(re.sub(r"[^\w,']|_", " ", str(text)).split())


def clip(text: str, length: int = 40) -> str:
    """Text cut to `length` with an ellipsis."""
    return text if len(text) <= length else text[: length - 1].rstrip() + "…"


def status(kind: Status, t: Language) -> str:
    """■ At risk, in its colour, as markdown."""
    return f":{_COLOUR[kind]}[{GLYPH[kind]}{NBSP}{t(WORD[kind])}]"


@contextmanager
def page() -> Iterator[None]:
    """The centred column that every page is written in."""
    with st.container(horizontal=True, horizontal_alignment="center"), st.container(width=WIDTH, gap="small"):
        yield


@contextmanager
def context_row(sentence: str) -> Iterator[None]:
    """The row under the title: what is shown, in grey, on the left; the block's widgets on the right."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        st.markdown(f":gray[{sentence}]", width="content")
        with st.container(horizontal=True, width="content", gap="xsmall", vertical_alignment="center"):
            yield


def small_table(
    rows: Sequence[Mapping[str, str]], t: Language, alt: str, right: Sequence[str] = (), header: bool = False, middle: bool = True
) -> None:
    """A table to read, at most a dozen rows; cells are markdown, columns named in `right` stand right-aligned.

    Streamlit right-aligns numbers only, so such a column holds row numbers whose display text is the cell.
    """
    if not rows:
        return
    frame = pd.DataFrame(list(rows))
    shown = {name: list(frame[name]) for name in right}
    for name in right:
        frame[name] = range(len(frame))
    style = frame.style.set_properties(**{"vertical-align": "middle" if middle else "top"})
    for name in right:
        style = style.format(lambda index, texts=shown[name]: texts[int(index)], subset=[name])
    st.table(style, border="horizontal", hide_header=not header, hide_index=True, alt=alt)


def rows_table(
    rows: pl.DataFrame, headings: Mapping[str, str], written: Mapping[str, Any], key: str, alt: str, height: int | None = None
) -> None:
    """A table to work in: `headings` column -> title (others are hidden), `written` column -> how it is written; sorting is by value."""
    kept = [name for name in rows.columns if name in headings]
    frame = rows.select(kept).to_pandas()
    style = frame.style.format({name: or_dash(how) for name, how in written.items() if name in kept}, na_rep="—")
    config = {name: st.column_config.Column(headings[name]) for name in kept}
    st.dataframe(style, hide_index=True, column_config=config, key=key, alt=alt, placeholder="—", height=height or "auto", row_height=36)


def or_dash(how: Callable[[Any], str]) -> Callable[[Any], str]:
    """How a cell is written that may be empty: — for those."""
    return lambda value: "—" if value is None or pd.isna(value) else how(value)


@contextmanager
def card(key: str, t: Language, title: str, subtitle: str, source: str = "", menu: Callable[[], bool] | None = None) -> Iterator[bool]:
    """A box around one figure: finding, unit, the button to its definition (whose click is yielded), the block, its source last.

    `menu` draws something else in the button's place, and returns whether the definition was asked for.
    """
    with st.container(border=True, key=f"card.{key}", gap="xsmall"):
        with st.container(horizontal=True, wrap=False, vertical_alignment="top", gap="xsmall"):
            st.markdown(f"**{title}**  \n:small[:gray[{subtitle}]]", width="stretch")
            opened = menu() if menu else st.button(t("Details"), type="tertiary", key=f"{key}.details", help=t("Definition and rows"))
        yield opened
        if source:
            st.caption(source)


def chart_card(chart: Chart, t: Language) -> bool:
    """A chart in its card, with its menu of files; returns whether its definition was asked for."""
    menu = partial(details_menu, chart, t)
    with card(chart.key, t, md(chart.title), md(chart.subtitle), md(chart.source), menu) as opened:
        if chart.kind == "days":
            present = [one for one in WORD if one in set(chart.rows["status"])]
            st.markdown(f":small[{' &nbsp; '.join(status(one, t) for one in present)}]")
        show_drawn(chart, t)
    return opened


def show_drawn(chart: Chart, t: Language) -> None:
    """The chart alone, with what a screen reader says of it."""
    st.vega_lite_chart(spec=_specification(chart.digest, t.code, chart, t), key=f"{chart.key}.chart", alt=chart.alt)


@st.cache_data(show_spinner=False, max_entries=512)
def _specification(digest: str, code: str, _chart: Chart, _t: Language) -> dict[str, Any]:
    """What the browser draws. Altair checks each chart against its whole grammar, which takes half a second: once for all reruns."""
    made: dict[str, Any] = drawn(_chart, _t).to_dict()
    return made
