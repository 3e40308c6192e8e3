"""Security headers: on every HTTP answer, strict, and never in the way of a WebSocket."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from lib.ui.middleware import CONTENT_SECURITY_POLICY, HEADERS, OwnOrigin, SecurityHeaders, inline_script_sources


def answers(scope: Scope, *messages: Message) -> list[Message]:
    """What a client gets when the app behind the middleware sends `messages`."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        for message in messages:
            await send(message)

    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {}

    asyncio.run(SecurityHeaders(app)(scope, receive, send))
    return sent


def test_an_answer_gets_every_header_and_a_laxer_one_is_replaced() -> None:
    lax = (b"x-frame-options", b"ALLOWALL")
    (start,) = answers({"type": "http"}, {"type": "http.response.start", "status": 404, "headers": [lax, (b"etag", b"1")]})
    headers = {name.decode().lower(): value.decode() for name, value in start["headers"]}
    assert headers == {"etag": "1"} | {name.lower(): value for name, value in HEADERS.items()}


def test_a_websocket_passes_untouched() -> None:
    message = {"type": "websocket.accept", "headers": []}
    assert answers({"type": "websocket"}, message) == [message]


def test_policy_lets_in_scripts_of_this_server_and_known_ones_only() -> None:
    rules = dict(rule.split(" ", 1) for rule in CONTENT_SECURITY_POLICY.split("; "))
    own, *known = rules["script-src"].split()
    assert own == "'self'"
    assert all(source.startswith("'sha256-") for source in known)
    assert {name for name, sources in rules.items() if "http" in sources or "*" in sources} == set()


def test_an_inline_script_is_known_by_its_hash() -> None:
    digest = base64.b64encode(hashlib.sha256(b" a = 1\n").digest()).decode()
    assert inline_script_sources('<script> a = 1\n</script><script src="x.js"></script>') == [f"'sha256-{digest}'"]


@pytest.mark.parametrize(
    ("origin", "host", "passes"),
    [
        ("http://localhost:8501", "localhost:8501", True),
        ("https://cartera.example", "cartera.example", True),
        ("", "localhost:8501", True),
        ("http://evil.invalid", "localhost:8501", False),
        ("http://localhost:9999", "localhost:8501", False),
        ("null", "localhost:8501", False),
    ],
)
def test_only_our_own_pages_open_a_session(origin: str, host: str, passes: bool) -> None:
    headers = [(b"host", host.encode())] + ([(b"origin", origin.encode())] if origin else [])
    sent: list[Message] = []

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "websocket.accept"})

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    asyncio.run(OwnOrigin(app)({"type": "websocket", "headers": headers}, receive, send))
    assert [message["type"] for message in sent] == ["websocket.accept" if passes else "websocket.close"]
