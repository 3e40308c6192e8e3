"""What all tests share: how Hypothesis behaves on a slow or shared machine, and that nothing reaches for another computer."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections import Counter
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

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


LONGEST_FIRST = ("browser", "pages")
"""Folders whose files take the longest. Begun last, one of them would keep a single process busy after all others are done."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files in the order in which they are begun: those of the longest folders, then those of the most tests."""
    tests_in = Counter(item.path for item in items)

    def begun(item: pytest.Item) -> tuple[int, int]:
        folder = item.path.parent.name
        return LONGEST_FIRST.index(folder) if folder in LONGEST_FIRST else len(LONGEST_FIRST), -tests_in[item.path]

    items.sort(key=begun)


class OneProcessAFile(LoadScopeScheduling):
    """The tests of one file run in one process, which makes their fixtures; so do all that drive a browser: they share its server.

    What xdist calls groups cannot say so: its 3.8 sets them where pytest 9.2 no longer looks, and every test goes where there is room.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::")[0]
        return "tests/browser" if file.startswith("tests/browser/") else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> OneProcessAFile | None:
    """For `--dist loadgroup`."""
    if config.getvalue("dist") != "loadgroup":
        return None
    config.option.loadscopereorder = False  # the order of the tests is that of the files
    return OneProcessAFile(config, log)


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
