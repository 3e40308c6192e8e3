"""What the children of the crash tests do. A job never returns: it ends its process, or is killed."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import dataframely as dy

import lib.store.delta as delta
from lib.columns import key, text
from lib.scope.ask import Added, Ask
from lib.scope.orders import Approval, Dated
from lib.store import Clear, ImportBusy, Merge, ReplacePeriod, Store
from lib.store.catalogue import Catalogue
from lib.store.change_requests import approve
from lib.store.migrations import AddColumn, RenameColumn, TableMigration
from lib.tables import TABLES, Table
from tests.store.samples import AT, BY_ANA, accounts, time_entries


class _Goals(dy.Schema):
    goal_id = key("Id", "")
    name = text("Name", "")
    unit = text("Unit", "")


class _OldGoals(dy.Schema):
    goal_id = key("Id", "")
    title = text("Title", "")


NOW = {**TABLES, "goals": Table("goals", _Goals, "", "")}
THEN = {**TABLES, "goals": Table("goals", _OldGoals, "", "")}
STEPS = (TableMigration(1, "goals", RenameColumn("title", "name")), TableMigration(2, "goals", AddColumn("unit")))


def import_three(folder: Path) -> None:
    changes = {
        "accounts": Merge(accounts(a="Alpha", c="Gamma"), "harvest"),
        "contacts": Clear(),
        "time_entries": ReplacePeriod(
            time_entries(3000, 4000, hours=2.0), "harvest", "date", time_entries(0, 1)["date"][0], time_entries(30, 1)["date"][0]
        ),
    }
    Store.open(folder, tables=THEN).commit(changes, **BY_ANA)


def undo_newest(folder: Path) -> None:
    store = Store.open(folder, tables=THEN)
    store.undo(store.version(), **BY_ANA)


def migrate(folder: Path) -> None:
    Store.open(folder, at=AT, tables=NOW, steps=STEPS)


def approve_change(folder: Path) -> None:
    """Approve a later phase: of all approvals the one that writes to most tables."""
    day = date(2024, 3, 1)
    work = Added("n", "New", 16.0, person_id="p1", after=("t",))
    ask = Ask("j1", "More", added=(work,), expense=60.0, pass_through=400.0)
    dates = (Dated("ask:j1:n", date(2024, 3, 4), date(2024, 3, 5)),)
    agreed = Approval(ask, "defer", day, 2, day, "EUR", hours=16.0, cost=700.0, price=2000.0, pass_through=400.0, dates=dates, held=True)
    store = Store.open(folder, tables=THEN)
    (scenario,) = store.rows("scenarios")
    approve(store, replace(agreed, promise_on=date(2024, 4, 1), scenario_id=scenario["id"]), **BY_ANA)


def import_rounds(folder: Path, first: int, rounds: int) -> None:
    """Commit `rounds` accounts, one at a time, waiting for whoever else imports."""
    store = Store.open(folder)
    for number in range(first, first + rounds):
        store.commit({"accounts": Merge(accounts(**{f"a{number}": "x"}), ""), "time_entries": Merge(time_entries(number, 1), "")}, **BY_ANA)


def hold_import_lock(folder: Path, ready: str) -> None:
    from lib.store.lock import locked

    with locked(folder / "import.lock", 0):
        Path(ready).touch()
        signal.pause()


def try_import(folder: Path) -> None:
    try:
        Store.open(folder).commit({"accounts": Merge(accounts(z="Zeta"), "")}, wait_seconds=0.1, **BY_ANA)
    except ImportBusy:
        os._exit(7)


JOBS: dict[str, Callable[..., None]] = {
    job.__name__: job for job in (import_three, undo_newest, migrate, approve_change, import_rounds, hold_import_lock, try_import)
}


def die_at(step: int) -> None:
    """Kill this process at its `step`-th touch of the disk: before or after a flush, around each SQLite transaction."""
    passed = 0

    def count() -> None:
        nonlocal passed
        passed += 1
        if passed == step:
            os.kill(os.getpid(), signal.SIGKILL)

    flush, change, writing = delta._flush, delta.DeltaFolder._write, Catalogue.writing

    def counted_flush(path: Path) -> None:
        count()
        flush(path)

    def counted_change(*args: Any, **options: Any) -> int:
        count()
        return change(*args, **options)

    class counted_writing:
        def __init__(self, owner: Catalogue) -> None:
            self.block = writing(owner)

        def __enter__(self) -> Any:
            count()
            return self.block.__enter__()

        def __exit__(self, *error: Any) -> bool | None:
            count()
            ended = self.block.__exit__(*error)
            count()
            return ended

    delta._flush = counted_flush
    delta.DeltaFolder._write = counted_change  # type: ignore[method-assign]
    Catalogue.writing = lambda self: counted_writing(self)  # type: ignore[method-assign,assignment,return-value]


def run(message: dict[str, Any]) -> None:
    """Do what a message says and end the process: 0, or 1 after printing what went wrong."""
    try:
        if step := message.pop("die_at", 0):
            die_at(step)
        JOBS[message.pop("job")](Path(message.pop("folder")), **message)
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)
