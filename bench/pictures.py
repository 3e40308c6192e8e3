"""Measures a chart's picture against bare vl-convert, and what another session's rerun loses while pictures are made."""

from __future__ import annotations

import os
import statistics
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import vl_convert

from bench.measure import Measure, medians, seconds_of, spread, tell
from bench.page import _page, _run
from lib.charts.chart import Chart
from lib.charts.framing import cleaned, framed
from lib.documents import pictures
from lib.documents.orders import LIMITS, PRELOAD, order
from lib.formats import Language
from lib.store import Store
from lib.ui.sample_portfolio import open_sample
from lib.ui.session import SAMPLE
from lib.workers import Refused, Worker
from tests.gallery import gallery

AT = datetime(2026, 1, 2, 9, tzinfo=UTC)
ROUNDS, RERUNS = 15, 30
PICTURE_LIMIT, DELAY_LIMIT = 1.3, 1.2
EN = Language("en")


def measure(folder: Path, quick: bool) -> list[Measure]:
    """The PNG of a chart of the sample from order to bytes, and reruns of Portfolio over the sample while such orders never end."""
    del quick  # it is quick
    chart = gallery(EN)["renewals"]
    specification = framed(cleaned(chart), EN)
    assert pictures.FONTS.exists()
    with Worker(LIMITS, preload=PRELOAD) as worker:
        tell("pictures: warming both")
        ordered(worker, chart)
        vl_convert.vegalite_to_png(specification, scale=2)
        own, bare = medians(ROUNDS, lambda: ordered(worker, chart), lambda: vl_convert.vegalite_to_png(specification, scale=2))
        tell("pictures: reruns of a page, alone and beside them")
        idle, busy = _reruns(folder / "sample", worker, chart)
    turns = f"median of {ROUNDS} in turns"
    beside = f"median of {RERUNS} in turns; idle {spread(idle)}, beside {spread(busy)}"
    return [
        Measure("a chart's PNG, from the click to its bytes", own, "s", "bare vl-convert, warm", bare, PICTURE_LIMIT, turns),
        Measure(
            "a rerun of Portfolio while pictures are made",
            statistics.median(busy), "s", "the same, idle", statistics.median(idle), DELAY_LIMIT, beside,
        ),
    ]  # fmt: skip


def ordered(worker: Worker, chart: Chart) -> bytes:
    """One picture as a session orders it."""
    with tempfile.TemporaryDirectory() as folder:
        file = order(worker, chart, EN, "png", Path(folder))
    if isinstance(file, Refused):
        raise RuntimeError(file.code)
    return file


def _reruns(data: Path, worker: Worker, chart: Chart) -> tuple[list[float], list[float]]:
    """Seconds of reruns alone and beside another session that orders one picture after the other, in turns."""
    open_sample(Store.open(data, at=AT), SAMPLE, AT)
    os.environ["CARTERA_FIRST_START"] = "empty"
    page = _page()
    for _ in range(3):
        _run(page, data)
    idle: list[float] = []
    busy: list[float] = []
    for _ in range(RERUNS):
        idle.append(seconds_of(lambda: _run(page, data)))
        with _another_session(worker, chart):
            busy.append(seconds_of(lambda: _run(page, data)))
    return idle, busy


@contextmanager
def _another_session(worker: Worker, chart: Chart) -> Iterator[None]:
    stop = threading.Event()

    def orders() -> None:
        while not stop.is_set():
            ordered(worker, chart)

    thread = threading.Thread(target=orders)
    thread.start()
    yield
    stop.set()
    thread.join()
