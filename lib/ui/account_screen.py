"""Everything about one account on one screen, for the minute before the call, and the same as a one-page PDF. It draws an AccountBrief."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from lib.charts.theme import GLYPH
from lib.documents.brief import COLUMNS, SECTIONS, AccountBrief
from lib.documents.brief_rows import brief_of
from lib.documents.orders import order_brief
from lib.formats import NBSP, Language
from lib.health.book import Health
from lib.health.caps import sentence as cap_sentence
from lib.measures.account_rows import AccountRows, account_rows
from lib.ui import health_reading, reading, session
from lib.ui.chart_downloads import document_worker
from lib.ui.downloads import download
from lib.ui.frame import clip, md, small_table
from lib.ui.health_account import set_band_text
from lib.ui.health_reading import HealthAsked
from lib.ui.scope_links import project_links
from lib.workers import Refused

LETTERS = 110
COLOUR = {"risk": "red", "watch": "orange", "ok": "green", "none": "gray"}


@st.cache_resource(show_spinner=False, max_entries=32)
def _rows(folder: str, asked: HealthAsked, account_id: str) -> AccountRows:
    sight = health_reading.sights(asked, (asked.as_of,))[0]
    return account_rows(sight.portfolio, account_id, asked.as_of, asked.base)


def the_brief(found: Health, asked: HealthAsked, row: Mapping[str, Any], t: Language) -> AccountBrief:
    """The account in words, as page and PDF show it."""
    rows = _rows(str(session.store().folder), asked, row["account_id"])
    own = pl.col("account_id") == row["account_id"]
    caps = [cap_sentence(cap, t, found.as_of, asked.base) for cap in found.caps.filter(own).iter_rows(named=True)]
    profile = found.version.profile
    promises = reading.promises(asked.as_of, pl.Series("account_id", [row["account_id"]]))
    loaded = session.portfolio(asked.version).loaded
    return brief_of(
        row, found.metrics().filter(own), caps, (profile.amber, profile.green), rows, promises, loaded, asked.as_of, asked.base, t,
        set_band_text(row, found.as_of, t),
    )  # fmt: skip


def brief_download(brief: AccountBrief, account_id: str, t: Language) -> None:
    """The brief as a PDF, made on the click."""
    name = f"{t('brief')}_{account_id}_{brief.as_of.isoformat()}.pdf"
    download(t("Brief (PDF)"), partial(_made, brief, t), name, ("brief", brief.digest, t.code), key="health.brief")


def _made(brief: AccountBrief, t: Language) -> bytes:
    with tempfile.TemporaryDirectory(prefix="cartera-") as folder:
        file = order_brief(document_worker(), brief, t, Path(folder))
    if isinstance(file, Refused):
        raise RuntimeError(file.code)  # the browser says that there is no file
    return file


def show_screen(brief: AccountBrief, account_id: str, t: Language) -> None:
    """Each section of the brief as a small table, in the brief's two columns; projects lead to their earned value."""
    left, right = st.columns(2, gap="large")
    for side, sections in zip((left, right), COLUMNS, strict=True):
        with side:
            for key in sections:
                _section(brief, key, t)
                if key == "projects":
                    project_links(account_id, [line.name for line in brief.projects], brief.as_of, t)


def _section(brief: AccountBrief, key: str, t: Language) -> None:
    section = SECTIONS[key]
    lines = getattr(brief, key)
    st.markdown(f"**{t(section.title)}**")
    if not lines:
        st.markdown(f":gray[— {t(section.unloaded if key in brief.unloaded else section.none)}]")
        return
    write = LINES[key]
    small_table([write(line, brief, t) for line in lines[: section.most]], t, alt=t(section.title), right=["end"])
    if len(lines) > section.most:
        st.markdown(f":small[:gray[{t.plural('and one more', 'and {n} more', len(lines) - section.most)}]]")


def _two(first: str, second: str = "") -> str:
    """A name, and its detail in grey below."""
    head = md(clip(first, LETTERS))
    return f"{head}  \n:gray[{md(clip(second, LETTERS))}]" if second else head


def _state(status: str | None, words: str) -> str:
    return f":{COLOUR[status]}[{GLYPH[status]}{NBSP}{md(words)}]" if status and words else md(words)  # type: ignore[index]


def _promise(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    due = t("due {day}", day=t.day(line.due, near=brief.as_of)) if line.due else ""
    return {"what": _two(line.text, " · ".join(filter(None, [line.who, due]))), "end": _state(line.status, line.state)}


def _project(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    due = t("due {day}", day=t.day(line.due, near=brief.as_of)) if line.due else ""
    figures = " · ".join(filter(None, [f"SPI(t) {line.spi_t}", line.sv_t if line.sv_t != "—" else "", due]))
    return {"what": _two(line.name, figures), "end": _state(line.status, line.state)}


def _burn(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    used = t("{used} of {included}", used=line.used, included=line.included)
    return {"what": _two(line.name, line.months), "end": f"{md(used)}  \n{_state(line.status, line.state)}" if line.state else md(used)}


def _invoice(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    late = t("{days} late", days=t.days(line.days_late)) if line.days_late and line.days_late > 0 else ""
    said = " · ".join(filter(None, [late, line.note]))
    return {"what": _two(line.number, said), "end": md(line.amount)}


def _feedback(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    who = " · ".join(filter(None, [t.day(line.day, near=brief.as_of), line.who]))
    return {"what": _two(line.comment, who) if line.comment else _two(who), "end": md(line.score)}


def _contact(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    return {"what": _two(line.summary or line.kind, line.who), "end": f"{t.day(line.day, near=brief.as_of)}  \n:gray[{md(line.kind)}]"}


def _risk(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    return {"what": _two(line.title, line.owner), "end": f"{md(line.figure)}  \n{_state(line.status, line.state)}"}


def _opportunity(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    closes = t("closes {day}", day=t.day(line.closes, near=brief.as_of)) if line.closes else ""
    return {"what": _two(line.name, closes), "end": f"{md(line.amount)}  \n:gray[{md(line.chance)}]"}


def _date(line: Any, brief: AccountBrief, t: Language) -> dict[str, str]:
    return {"what": _two(line.what, line.note), "end": t.day(line.day, near=brief.as_of)}


LINES: dict[str, Callable[[Any, AccountBrief, Language], dict[str, str]]] = {
    "promises": _promise, "projects": _project, "burn": _burn, "invoices": _invoice, "feedback": _feedback, "contacts": _contact,
    "risks": _risk, "opportunities": _opportunity, "dates": _date,
}  # fmt: skip
"""Section -> how a line of it is written in a table."""
