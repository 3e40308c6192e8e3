"""Which drawer of scope change is open: kept until it is closed or done, so that whatever runs meanwhile shows it again. It draws none."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st

_OPEN = "scope.drawer"


def open_drawer(kind: str, of: str) -> None:
    """From the next run on this one is open, of a request or project: not of an option, for another may be chosen by then."""
    st.session_state[_OPEN] = (kind, of)


def close_drawer() -> None:
    """None is open."""
    st.session_state.pop(_OPEN, None)


def opened_drawer() -> tuple[str, str]:
    """What is open: its kind and what it is of; two empty words where none is."""
    kind, of = st.session_state.get(_OPEN, ("", ""))
    return kind, of


def show_drawer(title: str, content: Callable[..., None], *values: Any) -> None:
    """Draw `content` in the open drawer."""
    st.dialog(title, width=620, position="right", on_dismiss=close_drawer)(content)(*values)
