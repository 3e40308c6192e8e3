"""How a job can end without an answer. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Refused:
    """A file or job that was not done: a code that `lib.intake.messages` puts in words, and the words' arguments."""

    code: str
    args: dict[str, Any] = field(default_factory=dict)


class Refusal(Exception):
    """Raised inside a worker to refuse the file at hand; the caller sees it as a `Refused` value."""

    def __init__(self, code: str, **args: Any) -> None:
        super().__init__(code)
        self.code, self.arguments = code, args
