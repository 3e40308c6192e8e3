"""Settings: who writes, and the few choices that figures rest on. It reads and writes settings, nothing else."""

import streamlit as st

from lib.columns import N_
from lib.language import LANGUAGES
from lib.ui import session
from lib.ui.author import name_field
from lib.ui.file_limits import show_limits
from lib.ui.frame import context_row, page
from lib.ui.keeping import show_keeping, show_tables_out
from lib.ui.profile_editor import editing, show_editor
from lib.ui.profile_versions import show_profiles
from lib.ui.states import show_language

session.require("configure", "settings")
t = session.language()
saved = session.settings()
BASES = {"invoiced": N_("Invoiced: by issue date or service period"), "earned": N_("Earned: hours, progress and contract months")}
MONTHS = [t.month_name(number) for number in range(1, 13)]

with page():
    if editing():
        show_editor(t)
        st.stop()
    st.title(t("Settings every figure rests on"), anchor=False)
    with context_row(t("A change is kept with its author and date, and shows at once on every page.")):
        show_language(t)
    if st.session_state.pop("settings.saved", False):
        st.markdown(f":green[●] {t('Saved.')}")
    left, right = st.columns(2, gap="large")
    with left, st.form("settings.book", border=False):
        st.subheader(t("The book"), anchor=False)
        basis = st.selectbox(
            t("Revenue basis"),
            list(BASES),
            index=list(BASES).index(saved["revenue_basis"]),
            format_func=lambda key: t(BASES[key]),
            key="settings.basis",
        )
        base = st.text_input(
            t("Base currency"), saved["base_currency"], max_chars=3, key="settings.base", help=t("Three letters, such as EUR")
        )
        month = st.selectbox(
            t("First month of the fiscal year"),
            range(1, 13),
            index=saved["fiscal_first_month"] - 1,
            format_func=lambda number: MONTHS[number - 1],
            key="settings.month",
        )
        if st.form_submit_button(t("Save the book's settings"), key="settings.save_book"):
            foreign = session.portfolio()["fx_rates"].select("currency").unique().collect()["currency"].to_list()
            if base.strip().upper() != saved["base_currency"] and base.strip().upper() in foreign:
                values = {"new": base.strip().upper(), "old": saved["base_currency"]}
                said = t("The exchange rates that are loaded convert {new} into {old}. Replace them by rates in {new} first.", **values)
                st.markdown(f":red[■] {said}")
            elif len(base.strip()) == 3 and base.strip().isalpha():
                for key, value in {"revenue_basis": basis, "base_currency": base.strip().upper(), "fiscal_first_month": month}.items():
                    if value != saved[key]:
                        session.save_setting(key, value)
                st.session_state["settings.saved"] = True
                st.rerun()
            st.markdown(f":red[■] {t('A currency is three letters, such as EUR.')}")
    with right, st.form("settings.you", border=False):
        st.subheader(t("You"), anchor=False)
        name = name_field(t, "settings.author", saved["author"], "stretch")
        words = {"": t("As the browser asks"), **LANGUAGES}
        language = st.selectbox(
            t("Language on first visit"),
            list(words),
            index=list(words).index(saved["language"]),
            format_func=words.__getitem__,
            key="settings.language",
        )
        if st.form_submit_button(t("Save your settings"), key="settings.save_you"):
            for key, value in {"author": name, "language": language}.items():
                if value != saved[key]:
                    session.save_setting(key, value)
            st.session_state["settings.saved"] = True
            st.rerun()
    show_profiles(t)
    show_tables_out(t)
    show_limits(t)
    show_keeping(t)
