"""Backup, restore and check of the whole portfolio, and its tables for other tools. It draws and asks; others do the work."""

from __future__ import annotations

import tempfile
from pathlib import Path

import streamlit as st

from lib.columns import N_
from lib.documents.bundle import bundle, lay_out, portfolio_sheets, refuse_large_portfolio
from lib.documents.workbook import TooLarge
from lib.formats import Language
from lib.store import StoreError
from lib.ui import session
from lib.ui.downloads import download
from lib.ui.frame import md, small_table
from lib.ui.table_downloads import about_view, write_in_worker

HOW_TO_READ = (
    ("Power BI", N_("Blank query: DeltaLake.Table(Folder.Contents(the folder of a table))")),
    ("Tableau", N_("The workbook above, or the DuckDB connector over the folder")),
    ("Spark, Databricks, Fabric", N_("The format delta, with the folder of a table; copied whole to cloud storage where it has to be")),
    ("DuckDB", N_("delta_scan with the folder of a table")),
)


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


def show_tables_out(t: Language) -> None:
    """Every table as a workbook or as Parquet files, and where other tools find them."""
    session.require("export", "tables")
    st.subheader(t("The tables for other tools"), anchor=False)
    said = t("All rows of all tables, under the names that the importer knows: each file can be loaded again as it is.")
    st.markdown(f":gray[{said}]")
    portfolio = session.portfolio()
    if not portfolio.loaded:
        st.markdown(t("There is nothing to take away yet."))
        return
    about = about_view(t, t("The whole portfolio"))
    with st.container(horizontal=True, gap="xsmall", vertical_alignment="center"):
        try:
            refuse_large_portfolio(portfolio, t)
            download(
                t("Download a workbook"), lambda: _workbook(t, about), "cartera.xlsx", (portfolio.version, t.code), key="settings.workbook"
            )
        except TooLarge as refused:
            st.markdown(f":gray[— {md(t(refused.message, **refused.values))}]")
        download(t("Download Parquet files"), _bundle, "cartera-parquet.zip", (portfolio.version,), key="settings.bundle")
    with st.expander(t("Power BI, Tableau, Spark and DuckDB on the tables where they are"), key="settings.readers"):
        st.markdown(t("Each table is a folder in the Delta Lake format. They may be read at any time, and never written to:"))
        st.code(str(session.store().folder / "tables"), language=None)
        small_table([{"tool": f"**{tool}**", "how": md(t(how))} for tool, how in HOW_TO_READ], t, alt=t("How other tools read the tables"))
        st.markdown(f":gray[{t('They see the newest state: the last load, with corrections. The steps for each tool are in docs/bi.md.')}]")


def _workbook(t: Language, about: list[tuple[str, str]]) -> bytes:
    portfolio = session.portfolio()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        tables = lay_out(portfolio, folder)
        return write_in_worker(folder, portfolio_sheets(folder, tables, t), t, about)


def _bundle() -> bytes:
    portfolio = session.portfolio()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        made = bundle(folder, lay_out(portfolio, folder), {"format": 1, "made_with": "Cartera", "version": portfolio.version})
        return made.read_bytes()


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
