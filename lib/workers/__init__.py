"""Limited processes for parsing files and rendering documents; nothing of this package looks into a file itself.

    with Worker(preload=("lib.intake.reading",)) as worker:
        answer = worker.run("lib.intake.reading:read_job", {"file": "upload.bin"}, folder)

`answer` is the dict that the named function returned, or a `Refused` value: the file was refused, or the process died, hung,
ran out of memory or answered nonsense. No exception, whatever the file holds. Frames travel as Arrow IPC files in `folder`.
"""

from __future__ import annotations

from lib.workers.limits import Limits
from lib.workers.outcome import Refusal, Refused
from lib.workers.process import Worker
from lib.workers.progress import Heard, tell, told

__all__ = ["Heard", "Limits", "Refusal", "Refused", "Worker", "tell", "told"]
