"""Finds the Chromium that browser tests drive; it never installs one (`make browser` does). Run as a module it prints the path."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
PLACES = (
    "/usr/bin/chromium",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
# No sandbox: tests also run as root in a container. The rest keeps the browser itself from calling anyone.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> Path | None:
    """The browser named by CHROMIUM, else one on the path, else a usual place, else Playwright's own; None if there is none."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Path(named) if Path(named).is_file() else None
    found = (shutil.which(name) for name in NAMES)
    for candidate in (*found, *PLACES, _playwrights_own()):
        if candidate and Path(candidate).is_file():
            return Path(candidate)
    return None


def _playwrights_own() -> str:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


if __name__ == "__main__":
    path = chromium()
    print(path or "no Chromium found")
    sys.exit(path is None)
