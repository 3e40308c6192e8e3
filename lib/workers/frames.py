"""Messages between a worker and its parent: four bytes of length, then strict JSON. Reads and writes streams, nothing else."""

from __future__ import annotations

import json
from typing import IO, Any


def send(stream: IO[bytes], message: dict[str, Any]) -> None:
    """Write one message and flush it. Raises OSError if the other side is gone, ValueError for NaN."""
    body = json.dumps(message, ensure_ascii=False, allow_nan=False).encode(errors="replace")
    stream.write(len(body).to_bytes(4, "big") + body)
    stream.flush()


def receive(stream: IO[bytes], most_bytes: int) -> dict[str, Any] | None:
    """The next message; None at the end of the stream. Raises ValueError if it is too long, cut or not a JSON object."""
    head = _exactly(stream, 4)
    if not head:
        return None
    length = int.from_bytes(head, "big")
    if len(head) < 4 or length > most_bytes:
        raise ValueError("not a message")
    body = _exactly(stream, length)
    if len(body) < length:
        raise ValueError("cut message")
    message = json.loads(body, parse_constant=_refuse_constant)
    if not isinstance(message, dict):
        raise ValueError("not an object")
    return message


def _exactly(stream: IO[bytes], count: int) -> bytes:
    parts: list[bytes] = []
    while count:
        part = stream.read(count)
        if not part:
            break
        parts.append(part)
        count -= len(part)
    return b"".join(parts)


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
