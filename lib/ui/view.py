"""What a person looks at: as-of, quarter, filters, selection, language. It lives in the link, in words no language changes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from urllib.parse import urlencode

import polars as pl
import streamlit as st

from lib.formats import Language
from lib.periods import Period, quarter_of

FILTERS = ("manager", "industry", "tier", "status")


@dataclass(frozen=True)
class View:
    """The link's contents. A filter is a tuple of values, empty for all."""

    as_of: date
    quarter: Period
    manager: tuple[str, ...] = ()
    industry: tuple[str, ...] = ()
    tier: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    @property
    def filtered(self) -> int:
        """How many filters are set."""
        return sum(bool(getattr(self, name)) for name in FILTERS)

    def chosen(self, accounts: pl.DataFrame) -> pl.Series:
        """account_id of the `accounts` that match every filter."""
        matching = accounts.filter(*[pl.col(name).is_in(list(getattr(self, name))) for name in FILTERS if getattr(self, name)])
        return matching["account_id"]


def _parsed_day(text: str | None) -> date | None:
    """The day that a link names, within the years that tables may hold (less one at each end: windows reach beyond the day)."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and 1901 <= day.year <= 2198 else None


def follow_link(names: Sequence[str]) -> None:
    """Take what the link says into this session, once for each link: `names` are the parameters that pages understand."""
    linked = {name: st.query_params.get_all(name) for name in names if name in st.query_params}
    if not linked or linked == st.session_state.get("view.written"):
        return
    st.session_state["view.written"] = linked
    for name, values in linked.items():
        if name in ("as_of", "quarter"):
            day = _parsed_day(values[-1])
            if day:
                st.session_state[f"view.{name}"] = day
        elif name in FILTERS:
            st.session_state[f"view.{name}"] = list(values)
        elif name == "version":
            st.session_state["view.version"] = values[-1]
        else:
            st.session_state[name] = values[-1]


def _follow_data(default_as_of: date, first_month: int) -> None:
    """Newer or other data moves the view along, unless a person chose another day: the sample's date is not one's own files'.

    Another fiscal year keeps the quarter that holds the as-of under review.
    """
    now = (default_as_of, first_month)
    before, month = st.session_state.get("view.default", now)
    st.session_state["view.default"] = now
    as_of = st.session_state.get("view.as_of")
    if (before, month) == now or as_of is None:
        return
    moved = default_as_of if as_of == before else as_of
    if st.session_state.get("view.quarter") == quarter_of(as_of, month).first:
        st.session_state["view.quarter"] = quarter_of(moved, first_month).first
    st.session_state["view.as_of"] = moved


def current(default_as_of: date, first_month: int) -> View:
    """The view of this session: as-of and quarter from their widgets, else the default and the quarter that holds it."""
    _follow_data(default_as_of, first_month)
    as_of = st.session_state.get("view.as_of") or default_as_of
    chosen = st.session_state.get("view.quarter")
    quarter = quarter_of(chosen or as_of, first_month)
    filters = {name: tuple(st.session_state.get(f"view.{name}") or ()) for name in FILTERS}
    return View(as_of, quarter, **filters)


def pinned_version(newest: int) -> int:
    """The version that an exact link asks for, while it exists; else the newest."""
    asked = str(st.session_state.get("view.version", ""))
    if asked.isdecimal() and len(asked) < 10 and 0 < int(asked) < newest:
        return int(asked)
    st.session_state.pop("view.version", None)
    return newest


def unpin() -> None:
    """Show today's data again."""
    st.session_state.pop("view.version", None)


def exact_link(version: int) -> str:
    """The address of what is on screen with its data version: it shows the same figures whatever is loaded later."""
    written = {name: values for name, values in st.session_state.get("view.written", {}).items() if name != "version"}
    address = str(st.context.url or "").split("?")[0]
    return f"{address}?{urlencode({**written, 'version': [str(version)]}, doseq=True)}"


def write_link(view: View, t: Language, **selection: str) -> None:
    """Put the view into the address, so that the link reopens what is on screen."""
    linked: dict[str, list[str]] = {"as_of": [view.as_of.isoformat()], "quarter": [view.quarter.first.isoformat()], "lang": [t.code]}
    linked |= {name: list(getattr(view, name)) for name in FILTERS if getattr(view, name)}
    linked |= {name: [value] for name, value in selection.items() if value}
    if "view.version" in st.session_state:
        linked["version"] = [st.session_state["view.version"]]
    if {name: st.query_params.get_all(name) for name in st.query_params} != linked:
        st.query_params.from_dict(linked)
    st.session_state["view.written"] = linked
