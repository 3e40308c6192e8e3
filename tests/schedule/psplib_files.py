"""Reads the single-mode files of PSPLIB (.sm) into the frames that `level` takes."""

from __future__ import annotations

from pathlib import Path

import polars as pl

Frames = tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame, pl.DataFrame]


def frames_of(path: Path) -> Frames:
    """tasks, links, demands, capacities."""
    lines = path.read_text(encoding="utf-8").splitlines()
    links = [(job, later) for job, _, _, *others in _rows(lines, "PRECEDENCE RELATIONS:", 2) for later in others]
    jobs = _rows(lines, "REQUESTS/DURATIONS:", 3)
    (units,) = _rows(lines, "RESOURCEAVAILABILITIES:", 2)
    names = [f"R{number + 1}" for number in range(len(units))]
    demands = [(job, name, used) for job, _, _, *claims in jobs for name, used in zip(names, claims, strict=True) if used]
    return (
        pl.DataFrame({"task_id": [job[0] for job in jobs], "duration": [job[2] for job in jobs]}),
        pl.DataFrame(links, ["predecessor_id", "successor_id"], orient="row").with_columns(kind=pl.lit("FS"), lag=pl.lit(0)),
        pl.DataFrame(demands, ["task_id", "resource_id", "units"], orient="row"),
        pl.DataFrame({"resource_id": names, "units": units}),
    )


def _rows(lines: list[str], heading: str, below: int) -> list[list[int]]:
    rows = []
    for line in lines[lines.index(heading) + below :]:
        if line.startswith("*"):
            break
        rows.append([int(word) for word in line.split()])
    return rows
