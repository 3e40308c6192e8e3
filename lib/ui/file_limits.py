"""The largest files that are read, as Settings keep them: read for the reader of files, drawn as a form. It enforces nothing itself."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.intake import ArchiveLimits, FileLimits
from lib.ui import session

MEGABYTE = 1_000_000
KEY = "file_limits"
# name -> label, help, least, most, as delivered. The server itself takes no more than 200 MB at once.
CHOICES: dict[str, tuple[str, str, int, int, int]] = {
    "file": (N_("Any file, MB"), N_("CSV, Parquet and all else"), 1, 200, 200),
    "workbook": (N_("A workbook or ZIP, MB"), N_("As it is on the disk"), 1, 100, 25),
    "unpacked": (N_("Unpacked, MB"), N_("What a workbook or ZIP may hold in all"), 10, 1_000, 200),
    "columns": (N_("Columns of a table"), N_("A wider one is refused"), 20, 2_000, 500),
}


def values() -> dict[str, int]:
    """Every limit, with its default where nobody set it."""
    saved = session.settings().get(KEY) or {}
    return {name: int(saved.get(name, delivered)) for name, (*_, delivered) in CHOICES.items()}


def limits() -> tuple[FileLimits, ArchiveLimits]:
    """The limits that files are read within."""
    now = values()
    packed = {"file_bytes": now["workbook"] * MEGABYTE, "unpacked_bytes": now["unpacked"] * MEGABYTE}
    files = FileLimits(file_bytes=now["file"] * MEGABYTE, columns=now["columns"])
    return replace(files, sheets=replace(files.sheets, **packed)), replace(ArchiveLimits(), **packed)


def show_limits(t: Language) -> None:
    """The form."""
    now = values()
    with st.form("settings.limits", border=False):
        st.subheader(t("The largest files that are read"), anchor=False)
        st.markdown(f":gray[{t('Beyond them a file is refused at once, so that nobody else has to wait for it.')}]")
        places = st.columns(len(CHOICES))
        chosen = {
            name: int(place.number_input(t(label), least, most, now[name], key=f"settings.limit.{name}", help=t(about)))
            for place, (name, (label, about, least, most, _)) in zip(places, CHOICES.items(), strict=True)
        }
        if st.form_submit_button(t("Save the limits"), key="settings.save_limits"):
            if chosen != now:
                session.save_setting(KEY, chosen)
            st.session_state["settings.saved"] = True
            st.rerun()
