"""Runs the tests where there is no network at all: `make offline`, or `python -m scripts.offline tests/store -x`. It tests nothing itself.

On Linux in a network namespace of its own, in which only the loopback device is up. Elsewhere, and where the system forbids that, the
tests run as they are and record every attempt to reach another computer (tests/conftest.py).
"""

from __future__ import annotations

import os
import shutil
import socket
import struct
import subprocess
import sys

INSIDE = "--inside"
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 0x1
_ELSEWHERE = ("192.0.2.1", 9)  # an address that is nobody's


def main(arguments: list[str]) -> int:
    if arguments[:1] == [INSIDE]:
        return _test(arguments[1:])
    namespace = ["unshare", "--net", "--map-root-user"]
    if sys.platform == "linux" and shutil.which("unshare") and subprocess.run([*namespace, "true"], capture_output=True).returncode == 0:
        return subprocess.run([*namespace, sys.executable, "-m", "scripts.offline", INSIDE, *arguments]).returncode
    print("This system offers no network namespace: attempts to reach another computer are recorded instead.", flush=True)
    return subprocess.run([sys.executable, "-m", "pytest", *arguments]).returncode


def _test(arguments: list[str]) -> int:
    raise_loopback()
    if reachable(*_ELSEWHERE) or not loopback_works():
        print("There is a network here still, or no loopback: nothing would be proved.")
        return 2
    print("No network: only this computer can be reached.", flush=True)
    environment = {**os.environ, "TESTS_WITHOUT_NETWORK": "1"}
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], env=environment).returncode


def raise_loopback() -> None:
    """Bring the device lo up, as `ip link set lo up` does, for which nothing has to be installed."""
    import fcntl

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        asked = struct.pack("16sh14x", b"lo", 0)
        flags = struct.unpack("16sh14x", fcntl.ioctl(control, _SIOCGIFFLAGS, asked))[1]
        fcntl.ioctl(control, _SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", flags | _IFF_UP))


def reachable(host: str, port: int) -> bool:
    """Whether packets to `host` would leave at all: a datagram's connect looks for a way and sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((host, port))
        except OSError:
            return False
    return True


def loopback_works() -> bool:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        with socket.create_connection(server.getsockname(), timeout=5):
            return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
