"""The worker process: takes jobs from its input, one at a time, and answers on its output. It trusts the caller, not the file."""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable
from typing import Any

from lib.workers.frames import receive, send
from lib.workers.limits import Limits, has_grown, limit_job, limit_process
from lib.workers.outcome import Refusal
from lib.workers.progress import listen

Job = Callable[..., dict[str, Any]]


def main() -> None:
    """Serve jobs until the input closes. The real output is kept for answers; whatever a library prints goes nowhere."""
    inbox = os.fdopen(os.dup(0), "rb")
    outbox = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 0)
    os.dup2(nowhere, 1)

    hello = receive(inbox, 1_000_000)
    if hello is None:
        return
    limits = Limits(**hello["limits"])
    for module in hello["preload"]:
        importlib.import_module(module)
    limit_process(limits)
    send(outbox, {"ready": True})
    listen(lambda rows, share: send(outbox, {"progress": [rows, share]}))

    while (order := receive(inbox, 256_000_000)) is not None:
        limit_job(limits)
        answer = _answer(order, tuple(hello["packages"]))
        answer["retire"] = bool(answer.get("broken")) or has_grown(limits)
        try:
            send(outbox, answer)
        except (ValueError, TypeError, RecursionError):
            send(outbox, {"refused": "parser_failed", "args": {}, "retire": True})


def _answer(order: dict[str, Any], packages: tuple[str, ...]) -> dict[str, Any]:
    try:
        module, _, function = order["job"].partition(":")
        if module.partition(".")[0] not in packages:
            raise LookupError(module)
        job: Job = getattr(importlib.import_module(module), function)
        return {"answer": job(order["folder"], **order["arguments"])}
    except Refusal as refusal:
        return {"refused": refusal.code, "args": refusal.arguments}
    except MemoryError:
        return {"refused": "too_much_memory", "args": {}, "broken": True}
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as error:  # a Rust panic is no Exception
        place = _place(error)
        return {"refused": "parser_failed", "args": {"error": type(error).__name__, "place": place}, "broken": True}


def _place(error: BaseException) -> str:
    """Where in our own code it went wrong; never the error's text, which may quote the file."""
    trace, place = error.__traceback__, ""
    while trace is not None:
        name = trace.tb_frame.f_globals.get("__name__", "")
        if name.startswith("lib.") and name != __name__:
            place = f"{name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


if __name__ == "__main__":
    main()
