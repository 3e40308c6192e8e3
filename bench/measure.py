"""One measured figure beside what it is compared with, and how it is written. It measures nothing itself."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Measure:
    """`figure` and `against` in `unit`; `limit` is the most that figure / against may be. Without a limit it is for information."""

    name: str
    figure: float | None
    unit: str
    against_name: str = ""
    against: float | None = None
    limit: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """figure / against; None where one is not known or `against` is not positive."""
        return self.figure / self.against if self.figure is not None and self.against is not None and self.against > 0 else None

    @property
    def verdict(self) -> str:
        """PASS or FAIL; INFO without a limit. What could not be measured has not passed."""
        if self.limit is None:
            return "INFO"
        return "PASS" if self.ratio is not None and self.ratio <= self.limit else "FAIL"

    @property
    def line(self) -> str:
        """name, figure, floor or peer, ratio, limit, verdict, note."""
        beside = f"{self.against_name} {written(self.against, self.unit)}" if self.against_name else ""
        ratio = f"ratio {self.ratio:.2f}" if self.ratio is not None else "ratio —" if self.against_name else ""
        limit = f"limit {self.limit:g}" if self.limit is not None else ""
        cells = (f"{self.name:<58}", f"{written(self.figure, self.unit):>9}", f"{beside:<46}", f"{ratio:<11}", f"{limit:<9}", self.verdict)
        return "  ".join((*cells, f"({self.note})") if self.note else cells)

    def to_json(self) -> dict[str, Any]:
        """Every field, with ratio and verdict."""
        return asdict(self) | {"ratio": self.ratio, "verdict": self.verdict}


def written(value: float | None, unit: str) -> str:
    """A figure with its unit, to three digits or so."""
    return f"— {unit}" if value is None else f"{value:.2f} {unit}" if abs(value) < 100 else f"{value:.0f} {unit}"


def seconds_of(work: Callable[[], object]) -> float:
    """Wall seconds that `work` takes, with the rubbish of the work before taken out first."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def medians(rounds: int, *works: Callable[[], object]) -> list[float]:
    """The median seconds of each of `works`, taken in turns, so that a busy moment of the machine strikes all of them."""
    taken = [[seconds_of(work) for work in works] for _ in range(rounds)]
    return [statistics.median(times) for times in zip(*taken, strict=True)]


def spread(times: Sequence[float], unit: str = "s") -> str:
    """The least and the most, so that noise shows."""
    return f"{written(min(times), unit)} to {written(max(times), unit)}"


class Stages:
    """Seconds by stage, the least of all times that each was run."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        start = time.perf_counter()
        yield
        taken = time.perf_counter() - start
        self.seconds[name] = min(taken, self.seconds.get(name, taken))

    @property
    def text(self) -> str:
        return ", ".join(f"{name} {seconds:.2f}" for name, seconds in self.seconds.items())


def tell(text: str) -> None:
    """What is going on, for whoever waits; results alone go to the standard output."""
    print(text, file=sys.stderr, flush=True)
