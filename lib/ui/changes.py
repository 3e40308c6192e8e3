"""What the newest import moved: its counts, and the headline figures before and after at the same as-of."""

from __future__ import annotations

from dataclasses import replace

import polars as pl

from lib.formats import Language
from lib.store import Commit
from lib.ui import reading, session
from lib.ui.definition import written

COMPARED = ("agi", "delivery_margin", "receivables")


def last_change(version: int, asked: reading.Asked, account_ids: pl.Series, t: Language) -> tuple[Commit | None, list[str]]:
    """The commit that made `version`, and a line for each headline figure that it moved."""
    commits = [commit for commit in session.stored().commits if commit.number <= version]
    if len(commits) < 2 or commits[0].kind in ("sample", "empty"):
        return commits[0] if commits else None, []
    commit = commits[0]
    before = reading.the_figures(replace(asked, version=commits[1].number), account_ids)
    after = reading.the_figures(asked, account_ids)
    moved = []
    for key in COMPARED:
        old, new = written(before[key], t), written(after[key], t)
        if old != new:
            moved.append(f"{t(after[key].definition.name)}: {old} → **{new}**")
    return commit, moved
