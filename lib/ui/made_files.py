"""Files for clients made on the click in the document worker, with what was refused said in a sentence. It writes no document itself."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import streamlit as st

from lib.columns import N_
from lib.formats import NBSP, Language
from lib.ui.chart_downloads import document_worker
from lib.ui.downloads import download
from lib.ui.frame import md
from lib.workers import Refused, Worker

Order = Callable[[Worker, Path], bytes | Refused]
REFUSED = {
    "leak": N_("It was not made: «{what}» may not stand in a file for this client ({where}). Take it out of the texts."),
    "template_faulty": N_("The Word template can't be used: {fault} {what}."),
}
"""Code of a refusal -> what to do about it."""
_MADE = "made."


def make_files(key: str, digest: str, orders: Sequence[tuple[str, str, Order]], t: Language) -> None:
    """A button that makes `orders` (label, file name, order), then a download of each; `digest`: all that their bytes depend on."""
    if st.button(t("Make the files"), key=f"{key}.make", type="primary"):
        _make(key, digest, orders, t)
    made = st.session_state.get(_MADE + key)
    if made is None or made[0] != digest:
        if made is not None:
            st.markdown(f":gray[{t('Something was changed: make the files again.')}]")
        return
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        for label, name, content in made[1]:
            if isinstance(content, bytes):
                download(label, _given(content), name, (digest, name), key=f"{key}.{name}")
    for line in dict.fromkeys(content for _, _, content in made[1] if isinstance(content, str)):
        st.markdown(f":red[■]{NBSP}{md(line)}")


def _make(key: str, digest: str, orders: Sequence[tuple[str, str, Order]], t: Language) -> None:
    found: list[tuple[str, str, bytes | str]] = []
    for label, name, order in orders:
        with tempfile.TemporaryDirectory(prefix="cartera-") as folder:
            file = order(document_worker(), Path(folder))
        found.append((label, name, refusal_said(file, t) if isinstance(file, Refused) else file))
    st.session_state[_MADE + key] = (digest, found)


def refusal_said(refused: Refused, t: Language) -> str:
    """Why a file was not made."""
    if refused.code in REFUSED:
        return t(REFUSED[refused.code], **{name: refused.args.get(name, "") for name in ("what", "where", "fault")})
    return t("The file could not be made ({code}).", code=refused.code)


def _given(content: bytes) -> Callable[[], bytes]:
    return lambda: content
