"""What the server answers to others than the browser of the person who runs it: other hosts, other sites, names outside the app."""

from __future__ import annotations

import http.client
from urllib.parse import urlsplit

import pytest

from tests.browser.serving import Server

HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
}


def status(server: Server, path: str, **headers: str) -> tuple[int, str]:
    """Status and body that `path` answers with."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    answer = connection.getresponse()
    body = "" if answer.status == 101 else answer.read(100_000).decode(errors="replace")
    connection.close()
    return answer.status, body


def test_a_foreign_host_name_gets_neither_page_nor_session(sample_server: Server) -> None:
    own = urlsplit(sample_server.url).netloc
    assert status(sample_server, "/_stcore/stream", Host=own, **HANDSHAKE)[0] == 101
    assert status(sample_server, "/_stcore/stream", Host="evil.invalid", **HANDSHAKE)[0] in (400, 403)
    assert status(sample_server, "/", Host=own)[0] == 200
    for address in ("/", "/data", "/app/static/logo.svg", "/_stcore/health"):
        assert status(sample_server, address, Host="evil.invalid")[0] == 400


def test_another_sites_page_opens_no_session(sample_server: Server) -> None:
    own = sample_server.url
    assert status(sample_server, "/_stcore/stream", Origin=own, **HANDSHAKE)[0] == 101
    assert status(sample_server, "/_stcore/stream", Origin="http://evil.invalid", **HANDSHAKE)[0] in (400, 403)


@pytest.mark.parametrize(
    "path",
    [
        "/app/static/../session.py",
        "/app/static/%2e%2e/session.py",
        "/app/static/..%2f..%2f..%2fapp.py",
        "/static/../../../../../etc/passwd",
    ],
)
def test_files_outside_the_served_folder_stay_inside(sample_server: Server, path: str) -> None:
    _, body = status(sample_server, path)
    assert "import streamlit" not in body
    assert "root:" not in body
