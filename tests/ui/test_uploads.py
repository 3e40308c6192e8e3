"""What becomes of a file that is loaded: in which order, as a merge or as a replaced period."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from lib.intake import Checked, Mapping, Refused
from lib.store import Merge, ReplacePeriod
from lib.tables import TABLES, referred_first
from lib.ui.loading import change
from lib.ui.uploads import Upload, in_order


def upload(table: str, folder: Path, key: str = "column", **days: str) -> Upload:
    """A checked file of one row that fills `table`; `days` are its first and last day by column."""
    path = folder / f"{table}.arrow"
    TABLES[table].empty().write_ipc(path)
    checked = Checked(
        file=f"{table}.csv", table=table, records=1, accepted_rows=1, rejected_rows=0, left_out={}, counts={}, questions=(), references={},
        readings={}, key=key, cleaned={}, accepted=str(path), issues="", first_day=days, last_day=days,
    )  # fmt: skip
    return Upload(f"{table}.csv", table * 8, path, folder, Refused("unused"), Mapping(table, "harvest"), checked=checked)


def test_every_table_comes_after_those_it_refers_to_but_where_a_circle_closes() -> None:
    placed = referred_first()
    assert sorted(placed) == sorted(TABLES)
    late = {
        (name, other)
        for name, table in TABLES.items()
        for other in table.references.values()
        if other != name and placed.index(other) > placed.index(name)
    }
    assert late <= {("change_requests", "tasks"), ("tasks", "change_requests")}


def test_files_are_checked_in_the_order_of_what_they_refer_to(tmp_path: Path) -> None:
    files = [upload(table, tmp_path) for table in ("time_entries", "invoices", "accounts", "people", "projects")]
    names = [file.mapping.table for file in in_order(files) if file.mapping]
    assert names.index("accounts") < names.index("projects") < names.index("time_entries")
    assert names.index("people") < names.index("time_entries")
    assert names.index("projects") < names.index("invoices")


def test_a_refused_file_comes_last(tmp_path: Path) -> None:
    refused = replace(upload("accounts", tmp_path), mapping=None)
    assert in_order([refused, upload("time_entries", tmp_path)])[-1] is refused


def test_rows_with_ids_of_their_own_are_merged(tmp_path: Path) -> None:
    made = change(upload("time_entries", tmp_path, "column", date="2024-05-02"))
    assert isinstance(made, Merge)
    assert made.source == "harvest"


def test_rows_without_ids_replace_their_sources_days(tmp_path: Path) -> None:
    made = change(upload("time_entries", tmp_path, "hash", date="2024-05-02"))
    assert isinstance(made, ReplacePeriod)
    assert (made.source, made.date_column, made.first, made.last) == ("harvest", "date", date(2024, 5, 2), date(2024, 5, 2))


@pytest.mark.parametrize("table", ["accounts", "projects"])
def test_rows_without_ids_of_a_table_without_days_are_merged(tmp_path: Path, table: str) -> None:
    assert isinstance(change(upload(table, tmp_path, "hash")), Merge)


def test_a_file_counts_its_rows_only_while_it_can_be_loaded(tmp_path: Path) -> None:
    ready = upload("accounts", tmp_path)
    assert (ready.ready, ready.rows) == (True, 1)
    assert replace(ready, checked=Refused("too_slow")).rows == 0
    assert pl.read_ipc(ready.path).is_empty()
