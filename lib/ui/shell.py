"""The script that every page runs in: page configuration, logo and navigation. It computes nothing."""

from pathlib import Path

import streamlit as st

ROOT = Path(__file__).resolve().parents[2]
STATIC = Path(__file__).parent / "static"

st.set_page_config(page_title="Cartera", page_icon=str(STATIC / "favicon.png"), layout="wide")
st.logo(str(STATIC / "logo.svg"), size="medium")

pages = [
    st.Page(ROOT / "pages" / "portfolio.py", title="Portfolio", url_path="portfolio", default=True),
    st.Page(ROOT / "pages" / "data_intake.py", title="Data", url_path="data"),
]
st.navigation(pages, position="top").run()
