"""Work that goes on beside the page, in a thread of its own, with a progress to show and a stop. It draws nothing and knows no file."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace


class Stopped(Exception):
    """Somebody asked that the work ends; raised by `Job.tell`."""


@dataclass(frozen=True)
class Progress:
    """Where the work stands: its stage, the file or table at hand, how many rows that has, and how much of all is done (0-1)."""

    stage: str = ""
    about: str = ""
    rows: int = 0
    share: float = 0.0


class Job:
    """One piece of work. `work` gets the job, tells it where it stands, and leaves nothing behind when told `Stopped`."""

    def __init__(self, kind: str, work: Callable[[Job], object], large: bool = False) -> None:
        self.kind, self.large = kind, large
        self.stop = threading.Event()
        self.progress = Progress()
        self.stopped = False
        self.answer: object = None
        self.error: Exception | None = None
        self._work = work
        self._started = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True, name=f"cartera {kind}")
        self._thread.start()

    def _run(self) -> None:
        try:
            self.answer = self._work(self)
        except Stopped:
            self.stopped = True
        except Exception as error:  # told to the page, which shows it
            self.error = error

    def tell(self, stage: str, about: str = "", rows: int = 0, share: float = 0.0) -> None:
        """Say where the work stands. Raises `Stopped` if it shall end."""
        self.progress = Progress(stage, about, rows, share)
        if self.stop.is_set():
            raise Stopped

    def listener(self, last_share: float) -> Callable[[int, float], None]:
        """What a worker may tell of the stage at hand: its rows, and how much of the way from here to `last_share` is done (0-1)."""
        now = self.progress

        def heard(rows: int, share: float) -> None:
            self.progress = replace(now, rows=rows or now.rows, share=now.share + (last_share - now.share) * share)

        return heard

    @property
    def seconds(self) -> float:
        """How long it has been at work."""
        return time.monotonic() - self._started

    def ends_within(self, seconds: float) -> bool:
        """Wait at most `seconds`; whether the work has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()
