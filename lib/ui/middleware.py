"""What stands before every answer of the server: headers with which a page can load nothing from elsewhere, and who may open a session.

Pure ASGI; it reads no body.
"""

from __future__ import annotations

import base64
import hashlib
import re
from pathlib import Path
from urllib.parse import urlsplit

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


def inline_script_sources(html: str) -> list[str]:
    """CSP sources, `'sha256-…'`, of the scripts written inside `html`, so that these run and no others do."""
    scripts = re.findall(r"<script>(.*?)</script>", html, flags=re.DOTALL)
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts)
    return [f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests]


_INDEX = Path(streamlit.__file__).parent / "static" / "index.html"

# Streamlit styles its elements inline and starts web workers from blobs (the grid, uploads); neither can reach another host.
# `blob:` and `data:` pictures are our own range cells and downloads. There is no 'unsafe-eval': Vega runs with its interpreter.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'self'",
        " ".join(("script-src 'self'", *inline_script_sources(_INDEX.read_text(encoding="utf-8")))),
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "media-src 'self' data: blob:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "frame-src 'none'",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


class SecurityHeaders:
    """ASGI middleware that sets `HEADERS` on every HTTP response; WebSocket traffic passes untouched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, send_with_headers)


class OwnOrigin:
    """ASGI middleware that turns away WebSockets which the page of another site opens, before Streamlit sees them.

    Streamlit would turn them away too, but not before it has asked an outside host for this machine's address.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            headers = Headers(scope=scope)
            origin = headers.get("origin")
            allowed = {str(one).strip() for one in streamlit.get_option("server.corsAllowedOrigins") or ()}
            if origin and origin not in allowed and urlsplit(origin).netloc != headers.get("host"):
                await receive()
                await send({"type": "websocket.close", "code": 1008})
                return
        await self.app(scope, receive, send)


def allowed_hosts() -> list[str]:
    """Host names that may be asked for anything at all: those of server.allowedHosts, which Streamlit checks for WebSockets only."""
    hosts = [str(host) for host in streamlit.get_option("server.allowedHosts") or ()]
    return hosts or ["*"]


async def to_the_start(request: Request) -> RedirectResponse:
    """The home page's own name leads to where Streamlit serves it, its query kept: the default page answers to / only."""
    return RedirectResponse(str(request.url.replace(path="/", scheme="", netloc="")))
