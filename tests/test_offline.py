"""Nothing leaves: whoever reaches for another computer is noted, and its test fails. The browser's part is in browser/conftest.

`make offline` runs the whole suite without a network.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from scripts import offline
from tests.watched import outside

ROOT = Path(__file__).resolve().parents[1]
NOBODY = "192.0.2.1"  # an address that is nobody's
PLANTED = f"""
import contextlib, socket, subprocess, sys
import pytest

def reach():
    with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.connect(("{NOBODY}", 9))

@pytest.fixture
def reaching():
    reach()

def test_itself(): reach()
def test_a_fixture(reaching): pass
def test_a_child():
    code = "import socket; socket.socket(socket.AF_INET, socket.SOCK_DGRAM).connect(('{NOBODY}', 9))"
    subprocess.run([sys.executable, "-c", code])
def test_a_name():
    with contextlib.suppress(OSError): socket.getaddrinfo("host.invalid", 443)
def test_this_computer():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0)); server.listen()
        socket.create_connection(("localhost", server.getsockname()[1])).close()
"""


def run(folder: Path, choice: str) -> subprocess.CompletedProcess[str]:
    """Planted tests run under the hooks that all our tests run under."""
    (folder / "conftest.py").write_text("from tests.conftest import *  # noqa\n", encoding="utf-8")
    (folder / "test_planted.py").write_text(PLANTED, encoding="utf-8")
    left_out = {outside.LOG, "PYTEST_CURRENT_TEST", "PYTEST_ADDOPTS", "PYTEST_XDIST_WORKER", "PYTHONPATH"}
    environment = {name: value for name, value in os.environ.items() if name not in left_out}
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--rootdir", str(folder), str(folder), "-k", choice]
    return subprocess.run(command, cwd=folder, env={**environment, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True)


def test_a_test_that_reaches_for_another_computer_fails_and_one_that_does_not_passes(tmp_path: Path) -> None:
    done = run(tmp_path, "not fixture")
    assert "3 failed, 1 passed" in done.stdout, done.stdout + done.stderr
    failed = {line.split("::")[1].split(" ")[0]: line for line in done.stdout.splitlines() if line.startswith("FAILED")}
    assert set(failed) == {"test_itself", "test_a_child", "test_a_name"}
    assert all("reached for another computer" in line for line in failed.values())
    assert f"socket.connect '{NOBODY}'" in done.stdout
    assert "socket.getaddrinfo 'host.invalid'" in done.stdout


def test_a_run_fails_if_only_a_fixture_reached_for_another_computer(tmp_path: Path) -> None:
    done = run(tmp_path, "fixture")
    assert (done.returncode, "1 passed" in done.stdout) == (1, True), done.stdout + done.stderr
    assert f"socket.connect '{NOBODY}'" in done.stdout


@pytest.mark.parametrize(("event", "arguments", "host"), [
    ("socket.connect", (None, ("203.0.113.5", 443)), "203.0.113.5"), ("socket.connect", (None, ("2001:db8::1", 443, 0, 0)), "2001:db8::1"),
    ("socket.sendto", (None, ("192.0.2.7", 53)), "192.0.2.7"), ("socket.getaddrinfo", ("example.org", 443, 0, 0, 0), "example.org"),
    ("socket.getaddrinfo", (b"example.org", 443, 0, 0, 0), "example.org"), ("socket.gethostbyname", ("example.org",), "example.org"),
    ("socket.connect", (None, ("127.0.0.1", 80)), None), ("socket.connect", (None, ("::1", 80, 0, 0)), None),
    ("socket.connect", (None, "/run/file.sock"), None), ("socket.connect", (None, (0, 0)), None), ("socket.sendmsg", (None, None), None),
    ("socket.getaddrinfo", ("localhost", 80, 0, 0, 0), None),
    ("socket.getaddrinfo", (None, 80, 0, 0, 0), None), ("open", ("x", "r", 0), None),
])  # fmt: skip
def test_what_counts_as_another_computer(event: str, arguments: tuple[Any, ...], host: str | None) -> None:
    assert outside.outside(event, arguments) == host


def test_loopback_works_with_or_without_a_network() -> None:
    assert offline.loopback_works()


@pytest.mark.skipif(sys.platform != "linux", reason="network namespaces are Linux's")
def test_the_tests_can_run_without_a_network(tmp_path: Path) -> None:
    inside = "import os\ndef test_one(): print('inside:', 'TESTS_WITHOUT_NETWORK' in os.environ)\n"
    (tmp_path / "test_one.py").write_text(inside, encoding="utf-8")
    command = [sys.executable, "-m", "scripts.offline", "-q", "-s", "-p", "no:cacheprovider", str(tmp_path)]
    environment = {name: value for name, value in os.environ.items() if name != outside.LOG}  # it tries an address, to prove its point
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    without = "only this computer can be reached" in done.stdout
    assert without or "attempts to reach another computer are recorded instead" in done.stdout  # where the system forbids namespaces
    assert f"inside: {without}" in done.stdout


def test_the_hook_is_in_place_here() -> None:
    """Else all the others would prove nothing."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
    assert os.environ[outside.LOG]
    assert str(Path(outside.__file__).parent) in os.environ["PYTHONPATH"].split(os.pathsep)
