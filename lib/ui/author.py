"""Who acts: asked where an action needs a name and nobody has given one. It saves nothing by itself."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from lib.formats import Language
from lib.ui import session
from lib.ui.frame import md


def ask_author(t: Language, key: str) -> str:
    """The session's author, else what a person writes into a field; "" until then."""
    return session.author() or name_field(t, key)


def name_field(t: Language, key: str, saved: str = "", width: int | Literal["stretch"] = 240) -> str:
    """A field for the name, with what it is for."""
    return st.text_input(t("Your name"), saved, key=key, width=width, help=t("Stands beside every import, decision and correction")).strip()


def show_author(t: Language) -> None:
    """In whose name this session acts, if anybody's."""
    if author := session.author():
        st.caption(t("In the name of {author}; another name is set in Settings.", author=md(author)))
