"""Answers to asks as all sessions share them: the plan and its forecast once for each version and day, an answer once for each ask.

Keys are plain values. What takes longer than a moment goes on beside the page, with a progress and a stop.
"""

from __future__ import annotations

import json
import logging
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from threading import Lock
from typing import Any, TypeVar

import streamlit as st

from lib.columns import N_
from lib.formats import Language
from lib.portfolio import Portfolio
from lib.schedule import forecasting
from lib.scope.answer import Answer, SignedLater
from lib.scope.answering import Refused, answer
from lib.scope.ask import Ask
from lib.scope.ground import TRIALS, Ground, ground
from lib.scope.lateness import signed_later
from lib.scope.ways import USUAL, Taken
from lib.ui import session
from lib.ui.jobs import Job, Stopped

_LOG = logging.getLogger("cartera.scope")
PATIENCE_SECONDS = 0.5  # work that ends sooner shows no progress
LOOK_SECONDS = 0.4
KEPT = 48
GROUNDS = 2
_JOB, _STOPPED, _FAILED = "scope.job", "scope.stopped", "scope.failed"
STAGES = {
    "plan": N_("Planning all projects"), "before": N_("Simulating today's plan"), "change": N_("Simulating the change"),
    "options": N_("Working out the options"), "later": N_("Signing later"),
}  # fmt: skip
T = TypeVar("T")


@dataclass(frozen=True)
class ScopeAsked:
    """What every answer of a view depends on, beside the ask. `taken`: what its options take for granted; plans don't depend on it."""

    version: int
    as_of: date
    base: str
    trials: int = TRIALS
    seed: int = 0
    taken: Taken = USUAL


@dataclass(frozen=True, eq=False)
class Answered:
    """The answer to an ask, and the same if the client signs later."""

    answer: Answer
    later: tuple[SignedLater, ...]


class Kept:
    """The newest results by key, for all sessions; what two ask for at once is made once."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._found: OrderedDict[Any, Any] = OrderedDict()
        self._making: dict[Any, Lock] = {}

    def get(self, key: Any) -> Any:
        """What is kept under `key`, or None."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
            return self._found.get(key)

    def made(self, key: Any, make: Callable[[], T]) -> T:
        """What is kept under `key`, made now if nothing is."""
        with self._lock:
            turn = self._making.setdefault(key, Lock())
        with turn:
            found: T | None = self.get(key)
            if found is None:
                found = make()
                with self._lock:
                    self._found[key] = found
                    while len(self._found) > self._most:
                        self._found.popitem(last=False)
        with self._lock:
            self._making.pop(key, None)
        return found


@st.cache_resource(show_spinner=False)
def _grounds() -> Kept:
    return Kept(GROUNDS)


@st.cache_resource(show_spinner=False)
def _answers() -> Kept:
    return Kept(KEPT)


def scope_asked(version: int, as_of: date, taken: Taken = USUAL) -> ScopeAsked:
    """The key of a view, with the settings it rests on."""
    return ScopeAsked(version, as_of, session.settings()["base_currency"], taken=taken)


def key_of(asked: ScopeAsked, ask: Ask) -> tuple[str, ScopeAsked, str]:
    """Under which an answer is kept."""
    return str(session.store().folder), asked, json.dumps(ask.as_json(), sort_keys=True)


def ground_of(asked: ScopeAsked) -> Ground | None:
    """The plan and forecast before any change, where they are made already."""
    found: Ground | None = _grounds().get((str(session.store().folder), replace(asked, taken=USUAL)))
    return found


def the_answer(asked: ScopeAsked, ask: Ask, patience_seconds: float | None = None) -> Answered | Refused | Job | None:
    """The answer, why there is none, the work that still goes on after so many seconds, or None where that was stopped or failed."""
    key = key_of(asked, ask)
    found: Answered | Refused | None = _answers().get(key)
    job: Job | None = st.session_state.get(_JOB)
    if found is not None:
        return found
    if job is not None and job.kind != repr(key):
        job.stop.set()
        job = None
    if job is None:
        if st.session_state.get(_STOPPED) == repr(key) or st.session_state.get(_FAILED) == repr(key):
            return None
        again()
        job = _started(key, asked, ask)
        st.session_state[_JOB] = job
    if not job.ends_within(PATIENCE_SECONDS if patience_seconds is None else patience_seconds):
        return job
    del st.session_state[_JOB]
    if job.error is not None:
        _LOG.error("no answer to a change of scope", exc_info=job.error)
        st.session_state[_FAILED] = repr(key)
    elif job.stopped:
        st.session_state[_STOPPED] = repr(key)
    kept: Answered | Refused | None = _answers().get(key)
    return kept


def _started(key: tuple[str, ScopeAsked, str], asked: ScopeAsked, ask: Ask) -> Job:
    portfolio, _ = session.known_portfolio(asked.as_of, asked.version)
    grounds, answers = _grounds(), _answers()
    return Job(repr(key), lambda job: answers.made(key, lambda: _made(job, grounds, key[0], asked, ask, portfolio)))


def _made(job: Job, grounds: Kept, folder: str, asked: ScopeAsked, ask: Ask, portfolio: Portfolio) -> Answered | Refused:
    def told(first: float, last: float) -> Callable[[str, float], None]:
        return lambda stage, share: job.tell(stage, share=first + (last - first) * share)

    def planned() -> Ground:
        return ground(portfolio, asked.as_of, asked.base, asked.trials, asked.seed, told(0.0, 0.4), job.stop.is_set)

    try:
        base = grounds.made((folder, replace(asked, taken=USUAL)), planned)
        return _answered(job, base, ask, asked.taken, told(0.4, 0.8))
    except forecasting.Stopped as stopped:
        raise Stopped from stopped


def _answered(job: Job, base: Ground, ask: Ask, taken: Taken, told: Callable[[str, float], None]) -> Answered | Refused:
    found = answer(base, ask, told, job.stop.is_set, taken)
    if isinstance(found, Refused):
        if found.stopped:
            raise Stopped
        return found
    job.tell("later", share=0.8)
    return Answered(found, () if ask.is_empty else signed_later(base, ask, stop=job.stop.is_set))


def again() -> None:
    """Compute anew what was stopped or failed."""
    st.session_state.pop(_STOPPED, None)
    st.session_state.pop(_FAILED, None)


def show_work(found: Job | None, asked: ScopeAsked, t: Language) -> None:
    """What stands where the answer will: the progress with its Stop, or that the work was stopped or failed."""
    if found is not None:
        st.fragment(run_every=LOOK_SECONDS)(_progress)(found, asked, t)
        return
    failed = _FAILED in st.session_state
    if failed:
        st.markdown(":red[■] " + t("That did not work, and nothing was changed. The app's log says more."))
    else:
        st.markdown(":orange[▲] " + t("Stopped. There is no answer yet."))
    st.button(t("Compute it"), key="scope.again", on_click=again)


def _progress(job: Job, asked: ScopeAsked, t: Language) -> None:
    if job.ends_within(0):
        st.rerun()
    now = job.progress
    said = t("Simulating {n} schedules. About {seconds} seconds.", n=t.number(asked.trials), seconds=t.number(3))
    with st.container(horizontal=True, vertical_alignment="center", gap="medium", key="scope.progress"):
        stage = t(STAGES[now.stage]) if now.stage in STAGES else t("Starting")
        st.progress(min(1.0, max(0.0, now.share)), text=f"{said} :gray[{stage}]")
        st.button(t("Stop"), key="scope.stop", on_click=job.stop.set)
    st.skeleton(height=320)
