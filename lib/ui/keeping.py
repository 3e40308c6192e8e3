"""Backup, restore and check of the whole portfolio, for Settings. The store does the work; this draws and asks."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from lib.formats import Language
from lib.store import StoreError
from lib.ui import session
from lib.ui.downloads import download
from lib.ui.frame import md


def show_keeping(t: Language) -> None:
    """The portfolio as one file, back from one file, and whether all of it is sound."""
    st.subheader(t("Keeping the portfolio"), anchor=False)
    st.markdown(f":gray[{t('Everything lies in one folder. A backup can be made while others work.')}]")
    version = session.store().version()
    with st.container(horizontal=True, gap="xsmall"):
        download(t("Download a backup"), _backup, "cartera-backup.zip", (version, session.now().date()), key="settings.backup")
        if st.button(t("Check the data"), key="settings.check"):
            problems = session.store().check()
            if problems:
                st.markdown("  \n".join(f":red[■] {md(t(one.message, table=one.table, **one.values))}" for one in problems[:20]))
            else:
                st.markdown(f":green[●] {t('Every table of every version can be read, and the catalogue is whole.')}")
    archive = st.file_uploader(t("Restore from a backup"), type="zip", key="settings.restore")
    if archive is not None:
        st.markdown(t("It replaces everything that is in the portfolio now, decisions and settings included."))
        if st.button(t("Replace the portfolio by this backup"), key="settings.replace"):
            _restore(archive.getvalue(), t)


def _backup() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "backup.zip"
        session.store().backup(target, session.now())
        return target.read_bytes()


def _restore(content: bytes, t: Language) -> None:
    who = session.require("restore", "portfolio") or t("Somebody")
    with tempfile.TemporaryDirectory() as folder:
        packed = Path(folder) / "backup.zip"
        packed.write_bytes(content)
        try:
            session.restore(packed, who)
        except StoreError as problem:
            st.markdown(f":red[■] {md(t(problem.message, **problem.values))}")
            return
    st.rerun()
