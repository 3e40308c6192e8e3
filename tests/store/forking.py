"""A warm process whose forked children can be killed: `python -m tests.store.forking` reads jobs as JSON lines.

It imports everything once, which takes seconds, and never runs a query itself: a forked child could not use a started thread pool.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]


class Warm:
    """The parent's side: starts children, kills them, hears how they ended."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, job: str, **facts: Any) -> int:
        """Fork a child that does `job`; returns its process id."""
        return int(self._ask({"job": job, **facts}))

    def end(self, child: int, kill: bool = False) -> int:
        """Wait for a child, killing it first if asked. Its exit code, or minus the signal that ended it."""
        return int(self._ask({"end": child, "kill": kill}))

    def _ask(self, message: dict[str, Any]) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(message) + "\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def warm() -> Iterator[Warm]:
    command = [sys.executable, "-m", "tests.store.forking"]
    with subprocess.Popen(command, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        yield Warm(process)
        assert process.stdin is not None
        process.stdin.close()


def _serve() -> None:
    from tests.store import jobs

    for line in sys.stdin:
        message = json.loads(line)
        if "end" in message:
            if message["kill"]:
                os.kill(message["end"], signal.SIGKILL)
            answer = os.waitstatus_to_exitcode(os.waitpid(message["end"], 0)[1])
        else:
            answer = os.fork()
            if not answer:
                jobs.run(message)
        print(answer, flush=True)


if __name__ == "__main__":
    _serve()
