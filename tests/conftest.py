"""What all tests share: how Hypothesis behaves on a slow or shared machine, and that nothing reaches for another computer."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.watched import outside

# No deadline: a busy machine is not a failure.
settings.register_profile("cartera", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("cartera")

INHERITED = outside.LOG in os.environ  # from the run that started this one
ATTEMPTS = Path(os.environ.get(outside.LOG) or Path(tempfile.mkdtemp(prefix="outside-")) / "attempts")


def pytest_configure(config: pytest.Config) -> None:
    """Watch this process and those that it starts (servers; the worker for files gets no variable of ours, `make offline` covers it)."""
    os.environ[outside.LOG] = str(ATTEMPTS)
    os.environ["PYTHONPATH"] = os.pathsep.join(part for part in (str(Path(outside.__file__).parent), os.environ.get("PYTHONPATH")) if part)
    outside.watch(str(ATTEMPTS))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """With several processes, those of one file run in one of them, and all that drive a browser too: they share its server."""
    for item in items:
        drives_one = Path(__file__).parent / "browser" in item.path.parents
        item.add_marker(pytest.mark.xdist_group("browser" if drives_one else str(item.path)))


def attempts() -> list[str]:
    """What was noted so far, each once."""
    return list(dict.fromkeys(ATTEMPTS.read_text(encoding="utf-8").splitlines())) if ATTEMPTS.exists() else []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """A test that reaches for another computer fails, whatever it asserts."""
    before = len(attempts())
    result = yield
    if noted := attempts()[before:]:
        pytest.fail("reached for another computer: " + "; ".join(noted))
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """So does a run in which a fixture or an import did."""
    if attempts() and session.exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    for line in attempts():
        terminalreporter.write_line(f"reached for another computer: {line}", red=True)


def pytest_unconfigure() -> None:
    if not INHERITED:
        shutil.rmtree(ATTEMPTS.parent, ignore_errors=True)
