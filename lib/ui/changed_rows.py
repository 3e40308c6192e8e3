"""What loading one file would change, cell by cell, and which rows it would remove. It draws what the store has worked out."""

from __future__ import annotations

from datetime import date

import polars as pl
import streamlit as st

from lib.formats import NBSP, Language
from lib.intake.keys import identifying
from lib.tables import TABLES
from lib.ui import session
from lib.ui.file_questions import column_label
from lib.ui.frame import clip, md, rows_table, small_table
from lib.ui.uploads import Upload

LOOKED_AT = 5_000  # changed rows
SHOWN = 300  # cells or rows in the table
OVERRULED_SHOWN = 8


def show_overruled(upload: Upload, t: Language) -> None:
    """The corrections made by hand that the file would overrule: they can be put back on Tables, or the file mended first."""
    if upload.overruled is None or not upload.overruled.height or upload.mapping is None or not upload.ready:
        return
    lost, table = upload.overruled, upload.mapping.table
    said = t.plural("It would overrule a correction made by hand.", "It would overrule {n} corrections made by hand.", lost.height)
    todo = t("Put them right where the file comes from, or put them back on Tables after loading.")
    st.markdown(f":orange[▲]{NBSP}{said} {todo}")
    gone = t("row removed")
    rows = [
        {
            "what": f"{md(clip(row['key'], 60))} · {md(column_label(table, row['column'], t))}  \n:gray[{md(clip(row['reason'], 90))}]",
            "who": f"{md(row['author'])} :gray[{t.moment(row['at'].astimezone())}]",
            "cells": f"{md(clip(row['after'] or '—', 40))} → **{gone if row['removed'] else md(clip(row['incoming'] or '—', 40))}**",
        }
        for row in lost.head(OVERRULED_SHOWN).iter_rows(named=True)
    ]
    small_table(rows, t, alt=t("Corrections that would be overruled"), right=["cells"])
    if lost.height > OVERRULED_SHOWN:
        st.caption(t("{n} of {all}", n=t.number(OVERRULED_SHOWN), all=t.number(lost.height)))


def show_changes(upload: Upload, t: Language) -> None:
    """Behind one line: the cells that would change, before and after, and the rows that would go; both can be searched."""
    if upload.prepared is None or upload.mapping is None or not upload.ready:
        return
    counts, table = upload.prepared.counts, upload.mapping.table
    if not counts.changed and not counts.removed:
        return
    said = [t.plural("{n} changed row", "{n} changed rows", counts.changed)] if counts.changed else []
    said += [t.plural("{n} removed row", "{n} removed rows", counts.removed)] if counts.removed else []
    box = st.expander(t("What would change: {what}", what=t.join(said)), key=f"{upload.key}.changes", on_change="rerun")
    if not box.open:
        return
    with box:
        searched = st.text_input(
            t("Search the changes"), key=f"{upload.key}.search", placeholder=t("A name, a column, a value"), label_visibility="collapsed"
        )
        if counts.changed:
            cells = _cells(upload, table, t)
            looked = t("looked at in the first {n} rows", n=t.number(LOOKED_AT)) if counts.changed > LOOKED_AT else ""
            headings = {"row": t("Row"), "column": t("Column"), "before": t("Before"), "after": t("After")}
            _table(cells, headings, searched, f"{upload.key}.cells", t("Changed cells"), looked, t)
        if counts.removed:
            _table(_removed(upload, table, t), {"row": t("Removed row")}, searched, f"{upload.key}.removed", t("Removed rows"), "", t)


def _table(rows: pl.DataFrame, headings: dict[str, str], searched: str, key: str, alt: str, looked: str, t: Language) -> None:
    wanted = searched.strip().lower()
    if wanted:
        said = pl.concat_str(pl.col(list(headings)).fill_null(""), separator="\x1f").str.to_lowercase()
        rows = rows.filter(said.str.contains(wanted, literal=True))
    if not rows.height:
        st.markdown(f":gray[{alt}: {t('nothing found')}]")
        return
    rows_table(rows.head(SHOWN), headings, {}, key, alt, height=min(36 * (min(rows.height, SHOWN) + 1) + 4, 330))
    first = t("{n} of {all}", n=t.number(min(rows.height, SHOWN)), all=t.number(rows.height))
    st.caption(f"{alt}: {first}" + (f", {looked}" if looked else ""))


def _cells(upload: Upload, table: str, t: Language) -> pl.DataFrame:
    """`row`, `column`, `before`, `after` of every changed cell, as people read them."""
    assert upload.prepared is not None
    found = session.store().differences(upload.prepared.change, table, LOOKED_AT).filter(pl.col("change") == "changed")
    kinds = TABLES[table].polars_schema

    def written(column: str, cell: str | None) -> str:
        if cell is None:
            return "—"
        kind = kinds.get(column)
        if kind == pl.Date:
            return t.day(date.fromisoformat(cell))
        if kind == pl.Boolean:
            return t("yes") if cell == "true" else t("no")
        return t.number(float(cell), 2) if kind == pl.Float64 else clip(cell, 80)

    labels = {name: column_label(table, name, t) for name in kinds} | {"_source": t("Tool")}
    named = _named(found.select(TABLES[table].key), session.portfolio()[table], table)
    return found.with_columns(named).select(
        "row",
        pl.col("column").replace_strict(labels, default=pl.col("column")),
        *(
            pl.Series(side, [written(*cell) for cell in found.select("column", side).iter_rows()], pl.String)
            for side in ("before", "after")
        ),
    )


def _removed(upload: Upload, table: str, t: Language) -> pl.DataFrame:
    """`row` of every row that would go."""
    assert upload.prepared is not None
    key, difference = TABLES[table].key, upload.prepared.difference
    gone = difference.gone.select(key).join(difference.written.select(key), on=key, how="anti")
    return pl.DataFrame({"row": _named(gone, session.portfolio()[table], table)})


def _named(keys: pl.DataFrame, rows: pl.LazyFrame, table: str) -> pl.Series:
    """What each of `keys` is called: its id, unless that was made from the row, and what identifies it."""
    own, named = TABLES[table].key, [name for name in identifying(table) if name in TABLES[table].columns]
    told = [pl.col(name).cast(pl.String) for name in dict.fromkeys([*own, *named])]
    if len(own) == 1:
        told[0] = pl.when(~pl.col(own[0]).str.contains(r"^([^:]*:)?[0-9a-f]{20}( #\d+)?$")).then(told[0])
    said = rows.select(*own, pl.concat_str(told, separator=" · ", ignore_nulls=True).alias("row"))
    known = said.join(keys.lazy().select(own).unique(), on=own, how="semi").collect()
    return keys.join(known, on=own, how="left", maintain_order="left")["row"]
