"""Empty files to fill in, one a table, with their columns explained. It offers downloads that `lib.intake.templates` makes."""

from __future__ import annotations

import streamlit as st

from lib.formats import Language
from lib.intake.templates import template_csv, template_xlsx
from lib.tables import TABLES
from lib.ui.downloads import download


def show_templates(t: Language) -> None:
    """The templates behind one button."""
    with st.popover(t("Templates"), key="intake.templates"):
        st.markdown(t("An empty file for each table, its columns explained. Any export works too: these are for data you keep yourself."))
        table = st.selectbox(t("Table"), list(TABLES), format_func=lambda name: t(TABLES[name].title), key="intake.template")
        st.markdown(f":gray[{t(TABLES[table].about)}]")
        with st.container(horizontal=True, gap="xsmall"):
            download(t("Excel"), lambda: template_xlsx(table, t), f"{table}.xlsx", (table, t.code), key="intake.template.xlsx")
            download("CSV", lambda: template_csv(table), f"{table}.csv", (table,), key="intake.template.csv")
