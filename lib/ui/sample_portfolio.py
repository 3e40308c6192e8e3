"""Opens the sample portfolio in a store, and takes it out again. It writes; what the sample holds stands in data/sample."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

from lib.sample import SAMPLE_KNOWN_ON, as_it_stood, read_authored, read_sample
from lib.store import Clear, Snapshot, Store
from lib.tables import TABLES

AUTHOR = "sample"
DAYS = ("date", "due", "kept_on", "decided_on", "done_on")
MEETINGS = ("actions", "promises", "decisions", "commentary", "reviews")


def open_sample(store: Store, folder: Path, at: datetime) -> None:
    """Fill `store` with the sample of `folder`, its meetings included; what earlier imports would have known goes before it."""
    tables = read_sample(folder)
    for day in SAMPLE_KNOWN_ON:
        earlier = {name: Snapshot(rows, "sample") for name, rows in as_it_stood(tables, day).items()}
        store.commit(earlier, author=AUTHOR, at=datetime.combine(day, time(12), UTC), kind="sample")
    store.commit({name: Snapshot(rows, "sample") for name, rows in tables.items()}, author=AUTHOR, at=at, kind="sample")
    written = read_authored(folder)
    reviews = {row["review_id"]: store.write("reviews", _dated(_review(row)), author=AUTHOR, at=at) for row in written["reviews"]}
    for table, shape in (("promises", _promise), ("decisions", _decision), ("actions", _action)):
        for row in written[table]:
            store.write(table, _dated(shape(row)) | {"review_id": reviews.get(row["review_id"])}, author=AUTHOR, at=at)


def empty(store: Store, author: str, at: datetime) -> None:
    """Take every imported row out, and what the sample's meetings wrote; undoing it brings the tables back."""
    store.commit({name: Clear() for name in TABLES}, author=author, at=at, kind="empty")
    for table in MEETINGS:
        for row in store.rows(table):
            if row["author"] == AUTHOR:
                store.remove(table, row["id"], author=author, at=at)


def _dated(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with its days read from ISO text."""
    return {name: date.fromisoformat(value) if name in DAYS and value else value for name, value in row.items()}


def _review(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("account_id", "date", "quarter", "attendees", "rating")}
    return kept | {"scope": "account" if row["account_id"] else "portfolio", "notes": row["summary"], "status": "closed"}


def _promise(row: Mapping[str, Any]) -> dict[str, Any]:
    kept = {name: row[name] for name in ("account_id", "text", "owner", "due", "status")}
    aim = ": ".join(filter(None, [row.get("metric"), row.get("target")]))
    return kept | {"metric": aim or None, "kept_on": row.get("finished_on")}


def _decision(row: Mapping[str, Any]) -> dict[str, Any]:
    why = {"reason": row.get("reason"), "decided_by": row.get("decided_by")}
    return {"account_id": row["account_id"], "text": row["text"], "decided_on": row["date"], "details": why}


def _action(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("account_id", "text", "owner", "due", "status", "done_on")}
