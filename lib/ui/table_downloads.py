"""Under a table: the same rows as CSV and as Excel, with what they are and as of when. It computes nothing; `lib.documents` writes."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import streamlit as st

from lib.documents.bundle import described
from lib.documents.workbook import Sheet, TooLarge, refuse_too_large, table_csv, workbook
from lib.formats import Language
from lib.ui.downloads import download
from lib.workers import Limits, Refused, Worker

LARGE_CELLS = 100_000
"""From so many cells on a workbook is made in a process of its own: it would hold up the other sessions."""

WRITING_SECONDS = 600
"""Our own rows are not hostile; the largest workbook takes half a minute on an idle machine."""


def about_view(t: Language, title: str, as_of: date | None = None, population: str = "", source: str = "") -> list[tuple[str, str]]:
    """What a file says of itself: title, as-of date, what is in it, source, and the version of the data that the page shows.

    Called while the page is drawn, not on the click.
    """
    version = st.session_state.get("version", 0)
    said = [
        (t("Title"), title),
        (t("Data as of"), t.day(as_of) if as_of else ""),
        (t("What is in it"), population),
        (t("Source"), source),
        (t("Version of the data"), t.number(version) if version else ""),
        (t("Made with"), "Cartera"),
    ]
    return [(what, words) for what, words in said if words]


def table_downloads(sheet: Sheet, t: Language, *, key: str, file: str, about: Sequence[tuple[str, str]] = ()) -> None:
    """Buttons for `sheet` as `file`.csv and `file`.xlsx; the workbook also holds `about` and the sheet's notes. Nothing under no rows."""
    if sheet.rows.height:
        size = (sheet.rows.height, len(sheet.columns))
        rows_downloads(lambda: sheet, size, t, key=key, file=file, rests_on=(digest(sheet),), about=about)


def rows_downloads(
    make: Callable[[], Sheet],
    size: tuple[int, int],
    t: Language,
    *,
    key: str,
    file: str,
    rests_on: tuple[object, ...],
    about: Sequence[tuple[str, str]] = (),
) -> None:
    """`table_downloads` for many rows, which `make` gathers on the click. `size`: rows and columns; `rests_on`: what they rest on."""
    rests_on = (*rests_on, tuple(about), t.code)
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center", key=f"{key}.downloads"):
        try:
            refuse_too_large({file: size}, t)
        except TooLarge:
            said = t(
                "{n} rows are too many for a CSV or Excel file: narrow them, or take the Parquet files in Settings.", n=t.number(size[0])
            )
            st.markdown(f":small[:gray[— {said}]]")
            return
        st.markdown(f":small[:gray[{t('Download')}]]", width="content")
        download("CSV", lambda: _csv(make(), t), f"{file}.csv", rests_on, key=f"{key}.csv", type="tertiary")
        download("Excel", lambda: made_workbook(make(), t, about), f"{file}.xlsx", rests_on, key=f"{key}.xlsx", type="tertiary")


def _csv(sheet: Sheet, t: Language) -> bytes:
    return table_csv(sheet.rows, sheet.headings, t)


def digest(sheet: Sheet) -> str:
    """A digest of every cell of the sheet and of everything that is written around them."""
    around = (sheet.name, tuple(sheet.headings.items()), tuple(sheet.formats.items()), sheet.notes, str(sheet.rows.schema))
    found = hashlib.sha256(repr(around).encode())
    found.update(sheet.rows.hash_rows().to_numpy().tobytes())
    return found.hexdigest()


def made_workbook(sheet: Sheet, t: Language, about: Sequence[tuple[str, str]]) -> bytes:
    """The sheet as .xlsx: a small one at once, a large one in the process for documents."""
    if sheet.rows.height * len(sheet.columns) < LARGE_CELLS:
        return workbook([sheet], t, about)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        sheet.rows.select(sheet.columns).write_parquet(folder / "rows.parquet")
        return write_in_worker(folder, [described(sheet, "rows.parquet")], t, about)


@st.cache_resource(show_spinner=False)
def _writer() -> Worker:
    return Worker(Limits(cpu_seconds=WRITING_SECONDS, wall_seconds=WRITING_SECONDS), preload=("lib.documents.bundle",))


def write_in_worker(folder: Path, sheets: list[dict[str, Any]], t: Language, about: Sequence[tuple[str, str]]) -> bytes:
    """A workbook of sheets as `lib.documents.bundle.described` gives them, made in a process that ends afterwards.

    Raises RuntimeError with a code where that process could not do it.
    """
    arguments = {"sheets": sheets, "language": t.code, "about": [list(one) for one in about]}
    writer = _writer()
    try:
        answer = writer.run("lib.documents.bundle:workbook_job", arguments, folder)
    finally:
        writer.close()  # it is needed seldom, and holds 200 MB
    if isinstance(answer, Refused):
        raise RuntimeError(answer.code)
    return (folder / answer["file"]).read_bytes()
