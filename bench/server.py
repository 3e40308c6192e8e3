"""Serves a Streamlit script as `streamlit run` does, and on SIGUSR1 gives back what nobody holds, so that memory in use can be read.

Without that a reading shows when Python last collected garbage rather than what a session holds. Not for Windows.
"""

from __future__ import annotations

import ctypes
import gc
import signal
import sys

from streamlit.web.cli import main


def give_back(*_: object) -> None:
    """Collect garbage, and return free pages to the system where the C library can."""
    gc.collect()
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
        if trim:
            trim(0)


if __name__ == "__main__":
    signal.signal(signal.SIGUSR1, give_back)
    sys.argv = ["streamlit", "run", *sys.argv[1:]]
    main()
