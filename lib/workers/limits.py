"""What one job of a worker may use. Sets the limits of the process it is called in; decides nothing else."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Limits:
    """Memory, processor and output limits hold on POSIX systems only; wall time and answer size hold everywhere.

    Memory is address space: libraries take 1 GB of it before any work, and a CSV of 190 MB ends at 3.5 GB (1.5 GB resident).
    0 switches a limit off.
    """

    memory_bytes: int = 4_000_000_000
    cpu_seconds: int = 120
    wall_seconds: float = 120.0
    output_bytes: int = 2_000_000_000
    answer_bytes: int = 32_000_000

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def limit_process(limits: Limits) -> None:
    """Apply the limits that last as long as this process."""
    if sys.platform == "win32":
        return
    import resource

    if limits.memory_bytes:
        _lower(resource.RLIMIT_AS, limits.memory_bytes)
    if limits.output_bytes:
        _lower(resource.RLIMIT_FSIZE, limits.output_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def limit_job(limits: Limits) -> None:
    """Give the job that starts now its own processor time: what was used so far, plus its share."""
    if sys.platform == "win32" or not limits.cpu_seconds:
        return
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    _lower(resource.RLIMIT_CPU, spent + limits.cpu_seconds)


def has_grown(limits: Limits) -> bool:
    """True if this process holds, or once held, so much that the next job should start in a fresh one.

    What is limited is address space, and an allocator gives little of that back: after a few large files an honest one would be refused.
    """
    if sys.platform == "win32" or not limits.memory_bytes:
        return False
    import resource

    statm, status = Path("/proc/self/statm"), Path("/proc/self/status")  # Linux
    if not statm.exists():
        unit = 1 if sys.platform == "darwin" else 1024
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit > limits.memory_bytes / 3
    # Not ru_maxrss: there a process begins with what its parent held, and beside a large server no worker would stay warm.
    held = next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return held > limits.memory_bytes / 3 or int(statm.read_text().split()[0]) * resource.getpagesize() > limits.memory_bytes * 0.7


def _lower(which: int, soft: int) -> None:
    import resource

    _, hard = resource.getrlimit(which)
    if hard != resource.RLIM_INFINITY:
        soft = min(soft, hard)
    try:
        resource.setrlimit(which, (soft, hard))
    except (OSError, ValueError):  # macOS refuses some; wall time and sizes still hold
        return
