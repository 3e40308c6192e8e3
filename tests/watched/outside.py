"""Notes each attempt of a Python process to reach another computer, or to ask for its address. It stops none."""

from __future__ import annotations

import ipaddress
import os
import sys
from typing import Any

LOG = "TESTS_OUTSIDE_LOG"
"""The variable that names the file in which attempts are noted, also by child processes."""
_ADDRESS_AT = {
    "socket.connect": 1,
    "socket.sendto": 1,
    "socket.sendmsg": 1,
    "socket.getaddrinfo": 0,
    "socket.gethostbyname": 0,
    "socket.gethostbyaddr": 0,
}


def outside(event: str, arguments: tuple[Any, ...]) -> str | None:
    """The other computer that an audit event reaches for; None for this one, for local sockets and for all other events."""
    if event not in _ADDRESS_AT:
        return None
    address = arguments[_ADDRESS_AT[event]]
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if not isinstance(host, str) or (event in ("socket.connect", "socket.sendto", "socket.sendmsg") and not isinstance(address, tuple)):
        return None  # netlink, or a socket that is a file
    return None if is_this_computer(host) else host


def is_this_computer(host: str) -> bool:
    """Whether `host` is a loopback address or a name for one."""
    name = host.partition("%")[0].rstrip(".").lower()
    if name in ("", "localhost") or name.endswith(".localhost"):
        return True
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def watch(log: str) -> None:
    """Note attempts of this process in the file `log` from now on, one a line; an audit hook can't be taken away."""

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _ADDRESS_AT and (host := outside(event, arguments)) is not None:
            line = f"{event} {host!r} in {os.environ.get('PYTEST_CURRENT_TEST', ' '.join(sys.argv[:3]))}\n"
            file = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            try:
                os.write(file, line.encode(errors="replace"))
            finally:
                os.close(file)

    sys.addaudithook(note)
