"""The script that every page runs in: page configuration, logo, link, navigation. It computes nothing."""

from pathlib import Path

import streamlit as st

from lib.charts import theme  # noqa: F401  registers the Altair theme once
from lib.ui import session, table_browser, view

STATIC = Path(__file__).parent / "static"
PAGES = session.ROOT / "pages"
LINKED = (
    "as_of", "quarter", *view.FILTERS, "lang", "client", "account", "health", "version", "part", "project", "scenario", "scope",
    *table_browser.LINKED, "figure",
)  # fmt: skip

st.set_page_config(page_title="Cartera", page_icon=str(STATIC / "favicon.png"), layout="wide")
st.logo(str(STATIC / "logo.svg"), size="medium")
view.follow_link(LINKED)
with st.spinner("Opening the portfolio · Abriendo la cartera", show_time=True):
    st.session_state["version"] = view.pinned_version(session.look().version)
t = session.language()
pages = [
    st.Page(PAGES / "portfolio.py", title=t("Portfolio"), url_path="portfolio", default=True),
    st.Page(PAGES / "account_health.py", title=t("Account health"), url_path="health"),
    st.Page(PAGES / "scope_change.py", title=t("Scope change"), url_path="scope"),
    st.Page(PAGES / "data_intake.py", title=t("Data"), url_path="data"),
    st.Page(PAGES / "tables.py", title=t("Tables"), url_path="tables"),
    st.Page(PAGES / "names.py", title=t("Names"), url_path="names"),
    st.Page(PAGES / "definitions.py", title=t("Definitions"), url_path="definitions"),
    st.Page(PAGES / "app_settings.py", title=t("Settings"), url_path="settings"),
]
st.navigation(pages, position="top").run()
