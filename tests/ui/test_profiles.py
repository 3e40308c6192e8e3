"""What is remembered of files: by source and headers, changed and forgotten, with a corrected reading."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from lib.intake import FileColumn, Mapping, Reading, ReadReport, fingerprint
from lib.store import Store
from lib.ui import profiles
from lib.ui.saved_files import Answer, answers, with_answers

AT = datetime(2024, 7, 1, 9, 30, tzinfo=UTC)


def report(*headers: str, reading: Reading = Reading("csv", "utf-8")) -> ReadReport:  # noqa: B008  (frozen)
    columns = tuple(FileColumn(name, name, "", 1, ()) for name in headers)
    return ReadReport("f.csv", reading, columns, 1, 0, 0, (), (), "", "", "")


def remember(store: Store, mapping: Mapping, read: ReadReport, days: int = 0, first: str = "", asked: Reading = Reading()) -> None:  # noqa: B008  (frozen)
    profiles.remember(read, mapping, first, asked, store, "Ana", AT + timedelta(days=days))


def test_the_headers_in_another_order_and_case_are_recognised_and_fitted(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    mapping = Mapping("time_entries", "harvest", columns={"date": "Day", "person_id": "First + Last"}, date_orders={"date": "dmy"})
    remember(store, mapping, report("Day", "First", "Last"))
    (found,) = profiles.recalled(report("LAST", "first", "day"), "x.csv", store)
    assert found.columns == {"date": "day", "person_id": "first + LAST"}
    assert (found.source, found.date_orders) == ("harvest", {"date": "dmy"})
    assert profiles.recalled(report("Day", "First"), "x.csv", store) == []


def test_the_source_in_the_files_name_comes_before_the_newest(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    for day, source in enumerate(("harvest", "toggl")):
        remember(store, Mapping("time_entries", source), report("Day"), day)
    assert [one.source for one in profiles.recalled(report("Day"), "harvest june.csv", store)] == ["harvest"]
    assert [one.source for one in profiles.recalled(report("Day"), "june.csv", store)] == ["toggl"]


def test_every_table_that_the_file_filled_comes_back(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    for day, table in enumerate(("accounts", "time_entries")):
        remember(store, Mapping(table), report("Day"), day)
    assert [one.table for one in profiles.recalled(report("Day"), "x.csv", store)] == ["time_entries", "accounts"]


def test_a_correction_is_found_by_what_the_file_looked_like_before_it(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    corrected = Reading(header_line=5)
    remember(store, Mapping("time_entries"), report("Day", "Hours"), first=fingerprint(report("Junk", "Column 2")), asked=corrected)
    assert profiles.corrected_reading(report("Junk", "Column 2"), store) == corrected
    assert profiles.recalled(report("Day", "Hours"), "x.csv", store)[0].reading == Reading("csv", "utf-8")
    assert len(profiles.saved(store)) == 1
    profiles.forget(profiles.saved(store)[0], store, "Ana", AT)
    assert store.rows(profiles.TABLE) == []


def test_another_source_takes_the_place_of_the_first(tmp_path: Path) -> None:
    store = Store.open(tmp_path / "data", at=AT)
    remember(store, Mapping("time_entries", "harvest"), report("Day"))
    profiles.change(profiles.saved(store)[0], Mapping("time_entries", "toggl", absent="all"), store, "Ana", AT)
    (row,) = store.rows(profiles.TABLE)
    assert (row["source"], row["mapping"]["absent"]) == ("toggl", "all")


def test_answers_are_listed_one_by_one_and_put_together_again() -> None:
    mapping = Mapping(
        "invoices", date_orders={"issued": "dmy"}, number_styles={"amount": "1.234,5"}, constants={"currency": "EUR"},
        values={"status": {"Pagada": "sent", "?": ""}},
    )  # fmt: skip
    said = answers(mapping)
    assert Answer("values", "status", "Pagada", "sent") in said
    assert with_answers(mapping, said) == mapping
    fewer = with_answers(mapping, [one for one in said if one.field != "date_orders" and one.word != "?"])
    assert (fewer.date_orders, fewer.values) == ({}, {"status": {"Pagada": "sent"}})
