"""The one way in which a file leaves the app: made on the click, named after everything its bytes depend on."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import PurePath
from typing import Literal

import streamlit as st

MIME = {
    ".csv": "text/csv",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".zip": "application/zip",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".pdf": "application/pdf",
    ".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ".json": "application/json",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def named(file: str, rests_on: tuple[object, ...]) -> str:
    """`file` with a short digest of what its bytes depend on: the server may serve old bytes under an equal name."""
    path = PurePath(file)
    return f"{path.stem}-{hashlib.sha256(repr(rests_on).encode()).hexdigest()[:8]}{path.suffix}"


def download(
    label: str,
    make: Callable[[], bytes],
    file: str,
    rests_on: tuple[object, ...],
    key: str,
    type: Literal["primary", "secondary", "tertiary"] = "secondary",
) -> None:
    """A download button; `make` runs on the click, outside the page, and may not draw. `rests_on`: what the bytes depend on."""
    mime = MIME[PurePath(file).suffix]
    st.download_button(label, data=make, file_name=named(file, rests_on), mime=mime, on_click="ignore", key=key, type=type)
