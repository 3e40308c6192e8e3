"""How far the job at hand has come, told by the job to whoever ordered it. It costs next to nothing, and nothing where nobody listens."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

Heard = Callable[[int, float], None]
"""Gets how many rows the job has at hand, and how much of it is done (0-1)."""

T = TypeVar("T")
_EVERY = 20_000
_listeners: list[Heard] = []
_lock = threading.Lock()


def listen(heard: Heard | None) -> None:
    """From now on `heard` gets what jobs of this process tell; None: nobody does."""
    with _lock:
        _listeners[:] = [heard] if heard else []


def tell(rows: int, share: float) -> None:
    """Say that `share` (0-1) of the job is done, which has `rows` at hand. Call it between steps, not for every row."""
    with _lock:
        for heard in _listeners:
            heard(rows, share)


def told(items: Sequence[T], rows: int, first: float, last: float, every: int = _EVERY) -> Iterator[T]:
    """`items` one by one, while the share that is done goes from `first` to `last`; told after `every` so many of them."""
    for number, item in enumerate(items):
        if number % every == 0:
            tell(rows, first + (last - first) * number / len(items))
        yield item
