"""Data: files come in here. It takes uploads, shows what they say and ask, and commits what a person accepts."""

import streamlit as st

from lib.ui import session, uploads, view, work
from lib.ui.author import ask_author, show_author
from lib.ui.file_card import headline, show_file
from lib.ui.frame import context_row, page
from lib.ui.history import show_history
from lib.ui.names_screen import ask_names
from lib.ui.saved_files import show_saved
from lib.ui.states import show_language
from lib.ui.templates import show_templates

session.require("read", "data")
t = session.language()
version = st.session_state["version"]
author = session.author()

with page():
    title = st.container()
    with context_row(t("Nothing is saved before you load it; every load can be undone.")):
        show_saved(author, t)
        show_templates(t)
    drop, busy = st.container(), st.container()
    with busy, st.spinner(t("Reading the files"), show_time=True):
        job = work.go_on(t)
    files = drop.file_uploader(
        t("Drop exports here: CSV, TSV, Excel, ODS, Parquet, Microsoft Project XML, or a ZIP of them"),
        accept_multiple_files=True,
        key=f"intake.drop.{st.session_state.get('intake.round', 0)}",
        disabled=job is not None,
    )
    if files and not job:
        uploads.bring_all((file.name, file.getbuffer()) for file in files)
        st.session_state.pop(work.LOADED, None)
        st.rerun()
    if job:
        title.title(t(work.TITLES[job.kind]), anchor=False)
        work.show_progress(job, t)
    else:
        waiting = list(uploads.waiting().values())
        ready = [upload for upload in waiting if upload.ready and upload.included]
        asked = sum(upload.questions for upload in waiting)
        if waiting:
            wait = t.plural("One file waits for you", "{n} files wait for you", len(waiting))
            questions = t.plural("one question is open", "{n} questions are open", asked)
            title.title(t("{files}; {questions}", files=wait, questions=questions) if asked else wait, anchor=False)
        else:
            title.title(t("Load your exports"), anchor=False)

        ask_names(waiting, t)
        for upload in uploads.in_order(waiting):
            with st.expander(headline(upload, t), expanded=len(waiting) == 1 or not upload.ready, key=f"{upload.key}.card"):
                show_file(upload, t)

        if waiting:
            with st.container(horizontal=True, vertical_alignment="bottom", gap="small"):
                name = ask_author(t, "intake.author")
                loaded = work.loaded_words(sum(upload.rows for upload in ready), len(ready), t)
                label = t("Load {what}", what=loaded) if ready else t("Nothing can be loaded yet")
                if st.button(label, type="primary", key="intake.load", disabled=not ready or not name):
                    session.require("import", "tables")
                    if not author:
                        session.save_setting("author", name)
                    work.load(ready, name, t)
                    st.rerun()
        if waiting:
            show_author(t)
        work.show_outcome(t)

    commits = session.store().commits()
    if commits:
        st.subheader(t("History"), anchor=False)
        show_history(commits, author, t)
    show_language(t)
    view.write_link(view.current(session.default_as_of(version), session.settings()["fiscal_first_month"]), t)
