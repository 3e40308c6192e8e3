"""The page's own work, which goes on beside it: started, waited for a moment, shown with its progress and a Stop button."""

from __future__ import annotations

import logging
from collections.abc import Callable

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.intake.messages import MESSAGES
from lib.store import StoreError
from lib.tables import TABLES
from lib.ui import checks, loading, session, uploads
from lib.ui.downloads import download
from lib.ui.frame import clip, md
from lib.ui.jobs import Job
from lib.ui.uploads import Upload

_LOG = logging.getLogger("cartera.files")
PATIENCE_SECONDS = 1.0  # work that ends sooner shows no progress
LOOK_SECONDS = 0.5
_JOB, LOADED, STOPPED, PROBLEM = "intake.job", "intake.loaded", "intake.stopped", "intake.problem"
TITLES = {"read": N_("Reading your files"), "load": N_("Loading your files")}


def go_on(t: Language) -> Job | None:
    """Read and check what waits for it. The job that is still at work, or None if everything stands."""
    running = _settled(t)
    if running is None and uploads.waiting() and checks.is_pending(uploads.waiting(), session.store().version()):
        ground = checks.Ground(session.store(), session.portfolio(), uploads.intake(), uploads.large_intake())
        files = uploads.waiting()
        is_large = any(upload.large for upload in files.values() if upload.outcome is None or not upload.prepared_for)
        st.session_state[_JOB] = Job("read", lambda job: checks.read_and_check(job, files, ground), is_large)
        running = _settled(t)
    return running


def load(ready: list[Upload], author: str, t: Language) -> None:
    """Start to load the ready files in the name of `author`."""
    files, store, reasons = uploads.waiting(), session.store(), reasons_in(t)
    intake = uploads.large_intake() if any(upload.large for upload in ready) else uploads.intake()

    def loaded(job: Job) -> loading.Loaded:
        return loading.load(job, ready, files, store, intake, author, session.now, reasons)

    st.session_state.pop(LOADED, None)
    st.session_state[_JOB] = Job("load", loaded, any(upload.large for upload in ready))


def reasons_in(t: Language) -> dict[str, str]:
    """Issue code -> what is wrong and what to do about it."""
    return {code: f"{t(message.wrong)}. {t(message.todo)}" for code, message in MESSAGES.items()}


def _settled(t: Language) -> Job | None:
    """The job of this session, if it goes on; what it ended with is put where the page shows it."""
    job: Job | None = st.session_state.get(_JOB)
    if job is None or not job.ends_within(0 if job.large else PATIENCE_SECONDS):
        return job
    del st.session_state[_JOB]
    if job.stopped:
        st.session_state[STOPPED] = job.kind
    elif isinstance(job.error, StoreError):
        st.session_state[PROBLEM] = t(job.error.message, **{name: str(value) for name, value in job.error.values.items()})
    elif job.error:
        _LOG.error("work on files failed: %s", job.kind, exc_info=job.error)
        st.session_state[PROBLEM] = t("That did not work, and nothing was changed. The app's log says more.")
    if job.kind == "load":
        if job.answer:
            st.session_state[LOADED] = job.answer
        st.rerun()  # the portfolio is another one now
    return None


def show_progress(job: Job, t: Language) -> None:
    """The stage, the file, its rows and the time, with a button that stops the work."""
    st.fragment(run_every=LOOK_SECONDS)(_progress)(job, t)


def _progress(job: Job, t: Language) -> None:
    if job.ends_within(0):
        st.rerun()
    now = job.progress
    about = t(now.about) if now.about in _TITLES else now.about
    parts = [md(clip(about, 60)), t.plural("{n} row", "{n} rows", now.rows) if now.rows else "", t("{n} s", n=t.number(int(job.seconds)))]
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="intake.progress"):
        stage = t(now.stage) if now.stage else t("Starting")
        st.progress(min(1.0, now.share), text=f"**{stage}** :gray[{' · '.join(part for part in parts if part)}]")
        st.button(t("Stop"), key="intake.stop", on_click=_stop(job))


_TITLES = {table.title for table in TABLES.values()}


def _stop(job: Job) -> Callable[[], None]:
    return job.stop.set


def show_outcome(t: Language) -> None:
    """What the newest load did, or why it did not; with the rows that it rejected, to mend."""
    if stopped := st.session_state.pop(STOPPED, None):
        said = t("Stopped. Nothing was loaded.") if stopped == "load" else t("Stopped. What was not read is put aside.")
        st.markdown(f":orange[▲] {said}")
    if problem := st.session_state.pop(PROBLEM, None):
        st.markdown(f":red[■] {md(problem)}")
    loaded: loading.Loaded | None = st.session_state.get(LOADED)
    if loaded is None:
        return
    st.markdown(f":green[●] **{t('Loaded')}:** {loaded_words(loaded.rows, loaded.files, t)}")
    if loaded.rejected:
        rejected = t.plural("{n} row was rejected and stays out.", "{n} rows were rejected and stay out.", loaded.rejected)
        st.markdown(f":orange[▲] {rejected}")
    if loaded.kept:
        _offer_kept(loaded.kept, t)
    st.page_link(
        session.ROOT / "pages" / "portfolio.py", label=t("Open the portfolio"), icon=":material/arrow_forward:", icon_position="right"
    )


def _offer_kept(kept: tuple[loading.Kept, ...], t: Language) -> None:
    """A download for each file of rejected rows that a load left behind."""
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        for number, one in enumerate(kept):
            download(one.name, one.path.read_bytes, one.name, (str(one.path), one.path.stat().st_mtime_ns), key=f"intake.kept.{number}")
        st.markdown(f":gray[{t('Mend the rows in it and load it here.')}]", width="content")


def loaded_words(rows: int, files: int, t: Language) -> str:
    """30 rows from 5 files."""
    return t("{rows} from {files}", rows=t.plural("{n} row", "{n} rows", rows), files=t.plural("{n} file", "{n} files", files))
