"""What a page knows before it asks: language, store, settings, author and rights. The only place that reads clock and environment."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime, tzinfo
from pathlib import Path
from typing import Any

import streamlit as st

from lib.formats import Language
from lib.language import LANGUAGES
from lib.measures.freshness import newest_fact
from lib.portfolio import Portfolio, as_known
from lib.sample import SAMPLE_AS_OF
from lib.store import Held, Store, held, moment
from lib.ui.sample_portfolio import open_sample

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "data" / "sample"
KEYS: dict[str | type[Any], Callable[[Any], str]] = {tuple: repr}
"""How caches tell tuples apart (`hash_funcs`): Streamlit goes through them item by item, a third of a rerun with 1 000 accounts."""
DEFAULTS: Mapping[str, Any] = {"base_currency": "EUR", "revenue_basis": "invoiced", "fiscal_first_month": 1, "author": "", "language": ""}
READ: Mapping[str, Mapping[str, Any]] = {
    "settings": {}, "promises": {}, "actions": {}, "commentary": {}, "score_profiles": {}, "scenarios": {},
    "audit": {"table_name": "overrides"},
}  # fmt: skip
"""What `stored` knows of what people wrote; of the audit log, only what was said of bands."""
_STORED = "store.held"


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The local day: the only clock that an as-of can follow from."""
    return datetime.now().astimezone().date()


def zone() -> tzinfo:
    """The zone of this computer, which says on what day something was written."""
    return datetime.now().astimezone().tzinfo or UTC


def data_folder() -> Path:
    return Path(os.environ.get("CARTERA_DATA") or ROOT / "data")


@st.cache_resource(show_spinner=False)
def _opened(folder: str, first: str) -> Store:
    """The store in `folder`; a new one gets the sample portfolio, unless `first` is "empty"."""
    store = Store.open(Path(folder), at=now())
    if store.version() == 0 and first != "empty":
        open_sample(store, SAMPLE, now())
    return store


def store() -> Store:
    return _opened(str(data_folder()), os.environ.get("CARTERA_FIRST_START", "sample"))


@st.cache_resource(show_spinner=False, max_entries=8)
def _held(folder: str, version: int, line: int) -> Held:
    return held(Store(Path(folder)), READ)


def look() -> Held:
    """See what the store holds now, whoever wrote it. The shell does so at the start of each rerun: all of a page is of one moment."""
    opened = store()
    found = _held(str(opened.folder), *moment(opened))
    st.session_state[_STORED] = found
    return found


def stored() -> Held:
    """What this rerun found in the store. Who writes and draws on without another rerun has to `look` again."""
    found: Held | None = st.session_state.get(_STORED)
    return look() if found is None else found


def shows_sample(portfolio_version: int) -> bool:
    """Whether the portfolio holds the sample: the newest sample commit has not been emptied or taken back."""
    for commit in stored().commits:
        if commit.number <= portfolio_version and commit.undone_by is None and commit.kind in ("sample", "empty"):
            return commit.kind == "sample"
    return False


def settings() -> dict[str, Any]:
    """Every setting, with its default where nobody set it."""
    return dict(DEFAULTS) | {row["key"]: row["value"] for row in stored().rows("settings")}


def save_setting(key: str, value: Any) -> None:
    store().write("settings", {"key": key, "value": value}, author=author() or str(value), at=now())
    look()


def author() -> str:
    """Who acts in this session: in local mode the name set in Settings or at the first import."""
    return str(settings()["author"])


def language() -> Language:
    """Chosen in the page, else in the link, else in Settings, else the browser's, else English."""
    browser = (st.context.locale or "").split("-")[0]
    for code in (st.session_state.get("lang"), st.query_params.get("lang"), settings()["language"], browser):
        if code in LANGUAGES:
            return Language(code)
    return Language("en")


def require(action: str, subject: str) -> str:
    """The author who may do `action` (read, import, undo, decide, configure) on `subject`; stops the page for one who may not.

    In local mode whoever sits at the computer may do everything; server mode decides here, before every page and action.
    """
    del action, subject
    return author()


@st.cache_resource(show_spinner=False, max_entries=8)
def _portfolio(folder: str, version: int) -> Portfolio:
    return Store(Path(folder)).portfolio(version)


def restore(archive: Path, who: str) -> None:
    """Replace the portfolio by a backup. Raises the store's errors."""
    Store.restore(archive, data_folder(), author=who, at=now())


def portfolio(version: int | None = None) -> Portfolio:
    """The frozen portfolio of `version`, or the newest: lazy frames that all sessions share."""
    opened = store()
    return _portfolio(str(opened.folder), opened.version() if version is None else version)


@st.cache_data(show_spinner=False, max_entries=64)
def _default_as_of(folder: str, version: int, day: date, sample: bool) -> date:
    return min(day, SAMPLE_AS_OF) if sample else newest_fact(_portfolio(folder, version), day)


def default_as_of(version: int) -> date:
    """The sample's own date for the sample; else the earlier of today and the newest time entry or invoice."""
    return _default_as_of(str(store().folder), version, today(), shows_sample(version))


def version_known_on(as_of: date, version: int) -> int:
    """The newest version that was known on `as_of`; 0 before the first.

    A version is known from the day of its import on, or from the day its own data reaches, whichever is earlier: an import of June's hours
    on 3 July knows the statuses of 30 June.
    """
    return versions_known_on([as_of], version)[0]


def versions_known_on(days: Sequence[date], version: int) -> list[int]:
    """`version_known_on` for each of several days."""
    since = [
        (min(commit.at.date(), default_as_of(commit.number)), commit.number) for commit in stored().commits if commit.number <= version
    ]
    return [next((number for known, number in since if known <= day), 0) for day in days]


def known_portfolio(as_of: date, version: int) -> tuple[Portfolio, bool]:
    """The portfolio with its undated columns as known on `as_of`, and whether they were known at all."""
    known = version_known_on(as_of, version)
    return as_known(portfolio(version), portfolio(known) if known else None), bool(known)
