"""A warm worker process seen from the caller: starts it, gives it one job at a time, ends it when it overstays. Parses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from lib.workers.frames import receive, send
from lib.workers.limits import Limits
from lib.workers.outcome import Refused
from lib.workers.progress import Heard

_PROJECT = Path(__file__).resolve().parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "LANG")
_START_SECONDS = 120.0
_LOOK_SECONDS = 0.1  # how often a job looks whether it shall stop


class Worker:
    """One limited process, kept warm, for one job at a time; other callers wait for their turn.

    `preload` names the modules that it imports on start, so that the first job does not wait for them. Jobs come from `packages` only.
    """

    def __init__(self, limits: Limits = Limits(), preload: Sequence[str] = (), packages: Sequence[str] = ("lib",)) -> None:  # noqa: B008  (frozen)
        self.limits = limits
        self._hello = {"limits": limits.to_json(), "preload": list(preload), "packages": list(packages)}
        self._lock = threading.Lock()
        self._child: subprocess.Popen[bytes] | None = None
        self._ready = self._used = False

    def __enter__(self) -> Worker:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def warm(self) -> None:
        """Start the process without waiting for it."""
        with self._lock:
            self._started()

    def close(self) -> None:
        """End the process. The next job starts a new one."""
        with self._lock:
            self._end()

    def run(
        self,
        job: str,
        arguments: dict[str, Any],
        folder: Path,
        wall_seconds: float | None = None,
        stop: threading.Event | None = None,
        heard: Heard | None = None,
    ) -> dict[str, Any] | Refused:
        """What `job` ("lib.module:function", called as function(folder, **arguments)) returns, or why it did not.

        Never raises for anything the job or its file does. `wall_seconds` shortens the time that the limits allow. Once `stop` is set, the
        job is ended, or never begun, and the answer is the refusal "stopped". `heard` gets what the job tells of its progress meanwhile.
        """
        seconds = self.limits.wall_seconds if wall_seconds is None else min(wall_seconds, self.limits.wall_seconds)
        order = {"job": job, "arguments": arguments, "folder": str(folder)}
        while not self._lock.acquire(timeout=_LOOK_SECONDS if stop else -1):
            if stop and stop.is_set():
                return Refused("stopped")
        try:
            used_before = self._used
            message = self._greeting(stop) or self._exchange(order, seconds, stop, heard)
            if used_before and _perhaps_for_want_of_memory(message):  # what earlier jobs left behind must not count against this one
                self._end()
                message = self._greeting(stop) or self._exchange(order, seconds, stop, heard)
            self._used = True
            if isinstance(message, Refused):
                self._end()
                if message.code == "stopped":  # nothing is wrong with it, so the next file need not wait for a start
                    self._started()
                return message
            if message.get("retire", True):
                self._end()
                self._started()
        finally:
            self._lock.release()
        if "refused" in message:
            return Refused(str(message["refused"]), dict(message.get("args") or {}))
        answer = message.get("answer")
        return answer if isinstance(answer, dict) else Refused("worker_died")

    def _greeting(self, stop: threading.Event | None = None) -> Refused | None:
        """Wait until a process is ready for orders; a fresh one says so once its modules are imported."""
        try:
            self._started()
        except OSError:
            return Refused("worker_absent")
        if self._ready:
            return None
        message = self._answer(_START_SECONDS, stop)
        if isinstance(message, Refused):
            return message if message.code == "stopped" else Refused("worker_absent")
        self._ready = True
        return None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self._end()
        child = subprocess.Popen(
            [sys.executable, "-m", "lib.workers.child"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            cwd=_PROJECT, env=_environment(), start_new_session=sys.platform != "win32",
        )  # fmt: skip
        self._child, self._ready = child, False
        try:
            send(_pipe(child.stdin), self._hello)
        except OSError:  # it died at once: the first job finds out
            pass
        return child

    def _exchange(
        self, order: dict[str, Any], seconds: float, stop: threading.Event | None = None, heard: Heard | None = None
    ) -> dict[str, Any] | Refused:
        assert self._child is not None
        if stop and stop.is_set():
            return Refused("stopped")
        try:
            send(_pipe(self._child.stdin), order)
        except OSError:
            return Refused("worker_died")
        return self._answer(seconds, stop, heard)

    def _answer(self, seconds: float, stop: threading.Event | None = None, heard: Heard | None = None) -> dict[str, Any] | Refused:
        child = self._child
        assert child is not None
        late = threading.Event()

        def overstay() -> None:
            late.set()
            _kill(child)

        timer = threading.Timer(seconds, overstay)
        timer.daemon = True
        timer.start()
        ended = threading.Event()
        if stop:
            threading.Thread(target=_kill_when, args=(stop, ended, child), daemon=True).start()
        try:
            while (message := receive(_pipe(child.stdout), self.limits.answer_bytes)) is not None and "progress" in message:
                if heard:
                    rows, share = message["progress"]
                    heard(int(rows), min(1.0, max(0.0, float(share))))
        except (OSError, ValueError, TypeError, RecursionError):
            message = None
        finally:
            timer.cancel()
            ended.set()
        if message is not None:
            return message
        if stop and stop.is_set():
            return Refused("stopped")
        code = "too_slow" if late.is_set() else _cause_of_death(child)
        return Refused(code, {"seconds": round(seconds)} if code == "too_slow" else {})

    def _end(self) -> None:
        child, self._child, self._ready, self._used = self._child, None, False, False
        if child is None:
            return
        _kill(child)
        for pipe in (child.stdin, child.stdout):
            try:
                _pipe(pipe).close()
            except OSError:
                pass
        child.wait()


def _perhaps_for_want_of_memory(message: dict[str, Any] | Refused) -> bool:
    """A panic is how Rust code sometimes meets the limit."""
    code = message.code if isinstance(message, Refused) else message.get("refused")
    return code in ("too_much_memory", "parser_failed")


def _cause_of_death(child: subprocess.Popen[bytes]) -> str:
    try:
        code = child.wait(timeout=2)
    except subprocess.TimeoutExpired:
        return "worker_died"
    if sys.platform != "win32":
        if code == -signal.SIGXCPU:
            return "too_slow"
        if code in (-signal.SIGABRT, -signal.SIGKILL, -signal.SIGSEGV):  # how an allocation beyond the limit ends
            return "too_much_memory"
    return "worker_died"


def _kill_when(stop: threading.Event, ended: threading.Event, child: subprocess.Popen[bytes]) -> None:
    while not ended.wait(_LOOK_SECONDS):
        if stop.is_set():
            _kill(child)
            return


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    assert pipe is not None
    return pipe


def _kill(child: subprocess.Popen[bytes]) -> None:
    if child.poll() is not None:
        return
    try:
        if sys.platform == "win32":
            child.kill()
        else:
            os.killpg(child.pid, signal.SIGKILL)
    except OSError:  # it ended by itself meanwhile
        pass


def _environment() -> dict[str, str]:
    """A worker needs no secret of the server's: only what Python itself asks for."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, "PYTHONPATH": str(_PROJECT), "PYTHONIOENCODING": "utf-8", "PYTHONDONTWRITEBYTECODE": "1"}
