"""The menu of a chart's card: its definition, and the chart as a file of every kind, made on the click in a process of its own."""

from __future__ import annotations

import logging
import tempfile
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from lib.charts.chart import Chart
from lib.columns import N_
from lib.documents.orders import KINDS, LIMITS, PRELOAD, order
from lib.formats import Language
from lib.ui import view
from lib.ui.downloads import download
from lib.workers import Refused, Worker

GROUPS = {N_("Picture"): ("png", "svg", "pdf", "json"), N_("Slide"): ("pptx",), N_("Data"): ("xlsx", "csv")}


@st.cache_resource(show_spinner=False)
def document_worker() -> Worker:
    """The process that draws for all sessions of this server; it starts when a menu is first opened, while a person still reads it."""
    worker = Worker(LIMITS, preload=PRELOAD)
    worker.warm()
    return worker


def details_menu(chart: Chart, t: Language) -> bool:
    """The card's menu; returns whether the definition was asked for. Its contents come when it is opened: a closed one costs nothing."""
    wanted, key = bool(st.session_state.pop(_asked(chart), False)), f"{chart.key}.details"
    opened = st.popover(t("Details"), type="tertiary", key=key, on_change="rerun", help=t("Definition and rows, and the chart as a file"))
    if opened.open:
        _contents(opened, chart, t, key)
    return wanted


def _contents(menu: DeltaGenerator, chart: Chart, t: Language, key: str) -> None:
    document_worker()
    with menu, st.container(gap=None, key=f"{chart.key}.menu"):
        st.button(t("Definition and rows"), type="tertiary", key=f"{chart.key}.definition", on_click=_ask, args=(_asked(chart), key))
        for group, kinds in GROUPS.items():
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f":small[:gray[{t(group)}]]", width=90)
                for kind in kinds:
                    make = partial(_made, chart, t, kind)
                    download(KINDS[kind], make, f"{chart.key}.{kind}", rests_on(chart, t, kind), f"{chart.key}.{kind}", type="tertiary")


def _asked(chart: Chart) -> str:
    return f"{chart.key}.asked"


def _ask(asked: str, menu: str) -> None:
    st.session_state[asked] = True
    st.session_state[menu] = False


def rests_on(chart: Chart, t: Language, kind: str) -> tuple[Any, ...]:
    """Everything that the bytes of a chart's file depend on."""
    filters = tuple((name, tuple(st.session_state.get(f"view.{name}") or ())) for name in view.FILTERS)
    return (chart.key, st.session_state.get("version"), chart.as_of.isoformat(), filters, t.code, kind, chart.digest)


def _made(chart: Chart, t: Language, kind: str) -> bytes:
    with tempfile.TemporaryDirectory(prefix="cartera-") as folder:
        file = order(document_worker(), chart, t, kind, Path(folder))
    if isinstance(file, Refused):
        logging.getLogger(__name__).error("no %s of %s: %s %s", kind, chart.key, file.code, file.args)
        raise RuntimeError(file.code)  # the browser says that there is no file
    return file
