"""Measures the memory that further browser sessions add to a real server, against a bare Streamlit page. It ends only what it started."""

from __future__ import annotations

import signal
import statistics
import time
from itertools import pairwise
from pathlib import Path

import psutil
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from bench.measure import Measure, tell
from bench.storing import fill
from tests.browser.chromium import FLAGS, chromium
from tests.browser.serving import running_server

ALREADY, FURTHER, ROUNDS = 5, 10, 3
LIMIT = 2.0
DRAW_SECONDS, SETTLE_SECONDS, STILL = 180, 40, 5
PLAIN = ("--server.address", "127.0.0.1", "--server.fileWatcherType", "none", "--browser.gatherUsageStats", "false")
MEGABYTE = 1e6
BARE = 'import streamlit as st\n\nst.title("Hello")\nst.write("A bare page")\n'


def measure(folder: Path, quick: bool) -> list[Measure]:
    """Unique memory (USS) of the server that each of ten further sessions adds: Portfolio at 3 000 000 entries, and a bare page."""
    path = chromium()
    if path is None or not hasattr(signal, "SIGUSR1"):
        return [
            Measure(
                "memory a further session adds",
                None,
                "MB",
                "a bare page",
                None,
                LIMIT,
                "not measured: it needs Chromium and a POSIX system",
            )
        ]
    count = 300_000 if quick else 3_000_000
    tell(f"sessions: making {count:,} time entries")
    fill(folder / "store", count)
    bare = folder / "bare.py"
    bare.write_text(BARE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(path), args=FLAGS)
        tell("sessions: the bare page")
        bare_readings = _memory(browser, str(bare), folder / "store", "Hello")
        tell("sessions: the app")
        readings = _memory(browser, "app.py", folder / "store", "")
        browser.close()
    own, other = _growth(readings), _growth(bare_readings)
    shown = " then ".join(f"{one:.1f}" for one in readings)
    bare_shown = " then ".join(f"{one:.1f}" for one in bare_readings)
    note = f"median of {ROUNDS} times {FURTHER} sessions after {ALREADY}: server {shown} MB; bare {bare_shown} MB"
    return [Measure(f"memory a further session adds at {count:,} entries", own, "MB", "a bare st.write page", other, LIMIT, note)]


def _growth(readings: list[float]) -> float:
    """Median megabytes a session, over the rounds."""
    return statistics.median((after - before) / FURTHER for before, after in pairwise(readings))


def _memory(browser: Browser, script: str, data: Path, title: str) -> list[float]:
    """Megabytes that are the server's own with ALREADY sessions open, then after each round of FURTHER more, all drawn to the end."""
    with running_server(data, ("-m", "bench.server", script, *PLAIN), CARTERA_FIRST_START="empty") as server:
        process, url = psutil.Process(server.process.pid), server.url
        # What is made once is made before the first reading. Nothing is closed: Streamlit lets a closed session go minutes later.
        contexts = [_opened(browser, url, title) for _ in range(ALREADY)]
        readings = [_settled(process)]
        for _ in range(ROUNDS):
            contexts += [_opened(browser, url, title) for _ in range(FURTHER)]
            readings.append(_settled(process))
        for context in contexts:
            context.close()
        return readings


def _opened(browser: Browser, url: str, title: str) -> BrowserContext:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(url)
    _drawn(page, title)
    return context


def _drawn(page: Page, title: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_contain_text(title, timeout=DRAW_SECONDS * 1000)
    if not title:
        expect(page.get_by_test_id("stVegaLiteChart").last).to_be_visible(timeout=DRAW_SECONDS * 1000)
    expect(page.get_by_test_id("stStatusWidget")).to_have_count(0, timeout=DRAW_SECONDS * 1000)


def _settled(process: psutil.Process) -> float:
    """The server's own megabytes in use, once they stand still."""
    readings = [_own(process)]
    for _ in range(SETTLE_SECONDS):
        readings.append(_own(process))
        if len(readings) > STILL and max(readings[-STILL:]) - min(readings[-STILL:]) < 0.1:
            break
    return readings[-1]


def _own(process: psutil.Process) -> float:
    process.send_signal(signal.SIGUSR1)
    time.sleep(1)
    return float(process.memory_full_info().uss) / MEGABYTE
