"""Finds the Chromium that browser tests drive; it never installs one (`make browser` does). Run as a module it prints the path.

A browser without Playwright's own driver is none: the driver is a Node program, which needs libatomic from the system.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

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
    usual = (*(shutil.which(name) for name in NAMES), *PLACES)
    installed = next((Path(place) for place in usual if place and Path(place).is_file()), None)
    return installed or _playwrights_own()


def _playwrights_own() -> Path | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return path if path.is_file() else None


def driver_starts() -> bool:
    """Whether Playwright's driver can run on this machine."""
    return subprocess.run([sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False).returncode == 0


if __name__ == "__main__":
    if not driver_starts():
        print("Playwright's driver does not start (Debian, Ubuntu: sudo apt-get install libatomic1)")
        sys.exit(1)
    path = chromium()
    print(path or "no Chromium found")
    sys.exit(path is None)
