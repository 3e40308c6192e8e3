"""Measures reruns of pages, through the shell: Portfolio against itself with everything at hand and fewer rows, Account health alone."""

from __future__ import annotations

import os
import statistics
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import FunctionType
from typing import Any
from unittest.mock import patch

from streamlit.testing.v1 import AppTest

from bench.measure import Measure, medians, seconds_of, tell
from bench.storing import fill
from lib.store import Store, held
from lib.ui import reading, session

SHELL = session.ROOT / "lib" / "ui" / "shell.py"
ROUNDS = 30
READY_LIMIT, GROWTH_LIMIT = 1.5, 1.1
PARTS = {"one": "one account", "book": "the whole book", "check": "checking the score"}


def measure(folder: Path, quick: bool) -> list[Measure]:
    """Warm reruns at 3 000 000 entries and 1 000 accounts (300 000 if quick), against ready frames and a tenth of the entries."""
    count = 300_000 if quick else 3_000_000
    tell(f"page: making {count:,} and {count // 10:,} time entries")
    large, small = folder / "large", folder / "small"
    fill(large, count), fill(small, count // 10)
    os.environ["CARTERA_FIRST_START"] = "empty"
    tell("page: first runs")
    fill(folder / "tiny", 1000)
    _run(_page(), folder / "tiny")  # imports the page's modules
    pages = {data: _page() for data in (large, small)}
    cold = {data: seconds_of(lambda data=data: _run(pages[data], data)) for data in (large, small)}  # type: ignore[misc]
    for data in (small, large):
        _run(pages[data], data)
    ready = _ready(pages[large], large)

    def at_hand() -> None:
        with ready():
            _run(pages[large], large)

    at_hand()
    tell(f"page: {ROUNDS} rounds of reruns")
    own, hand, less = medians(ROUNDS, lambda: _run(pages[large], large), at_hand, lambda: _run(pages[small], small))
    bare = AppTest.from_string("import streamlit as st\nst.write('Hello')")
    harness = statistics.median(seconds_of(lambda: bare.run(timeout=60)) for _ in range(10))
    tenth = f"at {count // 10:,} entries"
    turns = f"median of {ROUNDS} in turns"
    empty = "a rerun of a bare st.write page under AppTest"
    return [
        Measure(f"warm rerun of Portfolio at {count:,} entries", own, "s", "drawn from ready frames", hand, READY_LIMIT, turns),
        Measure("  the same, against a tenth of the entries", own, "s", tenth, less, GROWTH_LIMIT, "1,000 accounts in both"),
        Measure("  first run after an import", cold[large], "s", tenth, cold[small]),
        Measure("  of each of these, the harness's own share", harness, "s", note=empty),
        *_health(large, count),
    ]


def _health(data: Path, count: int) -> list[Measure]:
    """For information: warm reruns of each part of Account health."""
    tell("page: the parts of Account health")
    found = []
    for part, words in PARTS.items():
        page = _page()
        _run(page, data)
        page.session_state["health"] = part
        page.switch_page(str(session.ROOT / "pages" / "account_health.py"))
        page.run()
        page.run()
        taken = statistics.median(seconds_of(page.run) for _ in range(ROUNDS))
        if page.exception or not page.title:
            raise RuntimeError(f"{part} did not come up: {[one.message for one in page.exception]}")
        found.append(Measure(f"warm rerun of Account health, {words}, at {count:,} entries", taken, "s", note=f"median of {ROUNDS}"))
    return found


def _page() -> AppTest:
    page = AppTest.from_file(str(SHELL), default_timeout=300)
    page.query_params["lang"] = "en"
    return page


def _run(page: AppTest, data: Path) -> None:
    """One run of the shell with the Portfolio page over `data`; raises if it did not draw the whole page."""
    os.environ["CARTERA_DATA"] = str(data)
    page.run()
    if page.exception or not page.title or len(page.expander) < 3 or len(page.selectbox) < 2:
        raise RuntimeError(f"the page did not come up: {[one.message for one in page.exception]}, {len(page.expander)} expanders")


@dataclass(frozen=True)
class _StoreAtHand:
    """What the page asks of a store itself; anything else breaks the run."""

    folder: Path


def _ready(page: AppTest, data: Path) -> Callable[[], Any]:
    """A context in which `lib.ui.reading` and the store answer at once with what they answered in one recorded run, in its order."""
    store = Store(data)
    found = held(store, session.READ)
    at_hand = _StoreAtHand(data)
    portfolios = {commit.number: store.portfolio(commit.number) for commit in found.commits}
    names = [
        name
        for name, made in vars(reading).items()
        if isinstance(made, FunctionType) and made.__module__ == reading.__name__ and name[0] != "_"
    ]
    answers: dict[str, list[Any]] = {name: [] for name in names}
    with ExitStack() as stack:
        for name in names:
            stack.enter_context(patch.object(reading, name, _recorded(getattr(reading, name), answers[name])))
        _run(page, data)

    @contextmanager
    def ready() -> Iterator[None]:
        with ExitStack() as stack:
            for name, given in answers.items():
                stack.enter_context(patch.object(reading, name, _replayed(given)))
            stack.enter_context(patch.object(session, "store", lambda: at_hand))
            stack.enter_context(patch.object(session, "look", lambda: found))
            stack.enter_context(patch.object(session, "stored", lambda: found))
            stack.enter_context(patch.object(session, "portfolio", lambda version=None: portfolios[version or found.version]))
            yield

    return ready


def _recorded(function: Callable[..., Any], answers: list[Any]) -> Callable[..., Any]:
    def recording(*arguments: Any, **named: Any) -> Any:
        answers.append(function(*arguments, **named))
        return answers[-1]

    return recording


def _replayed(answers: list[Any]) -> Callable[..., Any]:
    left = iter(answers)
    return lambda *arguments, **named: next(left)
