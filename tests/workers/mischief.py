"""Jobs that misbehave as parsers do on hostile files. Workers run them in tests; nothing imports them elsewhere."""

from __future__ import annotations

import ctypes
import os
import sys
import time
from typing import Any

from lib.workers import tell


def fine(folder: str, word: str = "fine") -> dict[str, Any]:
    print("noise on the output")
    return {"word": word, "pid": os.getpid()}


def sleep(folder: str) -> Any:
    time.sleep(60)


def spin(folder: str) -> Any:
    while True:
        pass


def die(folder: str) -> Any:
    os._exit(3)


def abort(folder: str) -> Any:
    os.abort()


def crash(folder: str) -> Any:
    ctypes.string_at(0)


def fill(folder: str) -> Any:
    return {"size": len(b"x" * 5_000_000_000)}


def panic(folder: str) -> Any:
    class Panic(BaseException):
        pass

    raise Panic("secret of the file")


def leave(folder: str) -> Any:
    sys.exit(0)


def nonsense(folder: str) -> Any:
    return {"number": float("nan")}


def text(folder: str) -> Any:
    return "no dict"


def huge(folder: str) -> Any:
    return {"text": "x" * 40_000_000}


def deep(folder: str) -> Any:
    nest: list[Any] = []
    for _ in range(100_000):
        nest = [nest]
    return {"nest": nest}


def write(folder: str) -> Any:
    with open(os.path.join(folder, "large"), "wb") as file:
        file.write(b"x" * 30_000_000)
    return {}


def environment(folder: str) -> Any:
    return dict(os.environ)


def work(folder: str, seconds: float) -> dict[str, Any]:
    end = time.process_time() + seconds
    while time.process_time() < end:
        pass
    return {}


def once_used_up(folder: str) -> dict[str, Any]:
    """Has no memory in a process that has worked before, as after large files; in a fresh one it has."""
    if _kept:
        raise MemoryError
    _kept.append(1)
    return {"pid": os.getpid()}


_kept: list[int] = []


def tells(folder: str, times: int = 3) -> dict[str, Any]:
    for number in range(times):
        tell(100 * number, number / 2)
    return {"told": times}
