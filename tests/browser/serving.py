"""Starts the real server for a browser test, on a free loopback port and a data folder of its own, and ends exactly that process."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
START_SECONDS = 90
APP = ("-m", "streamlit", "run", "app.py")


@dataclass(frozen=True)
class Server:
    """A running server: its address without a trailing slash, data folder, log and process."""

    url: str
    data: Path
    log: Path
    process: subprocess.Popen[bytes]


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running_server(data: Path, command: Sequence[str] = APP, **environment: str) -> Iterator[Server]:
    """What `command` serves over the folder `data` until the block ends; raises RuntimeError with the log if it does not come up."""
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    log = data.parent / f"{data.name}-server.log"
    whole = [sys.executable, *command, "--server.port", str(port), "--server.headless", "true"]
    variables = {**os.environ, "CARTERA_DATA": str(data), **environment}
    with log.open("wb") as sink:
        process = subprocess.Popen(
            whole, cwd=ROOT, env=variables, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True
        )
    try:
        url = f"http://127.0.0.1:{port}"
        _wait_until_healthy(url, process, log)
        yield Server(url, data, log, process)
    finally:
        _end(process)


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the server did not come up:\n{log.read_text(errors='replace')}")


def _end(process: subprocess.Popen[bytes]) -> None:
    """End the server and the workers it started: they share the session that it leads."""
    for how in ("SIGTERM", "SIGKILL"):
        try:
            if hasattr(os, "killpg"):
                os.killpg(process.pid, getattr(signal, how))
            else:
                process.kill()
            process.wait(10)
        except ProcessLookupError:
            process.wait(10)
            return
        except subprocess.TimeoutExpired:
            continue
