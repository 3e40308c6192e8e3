"""A word merged over several rows of a sheet holds for all of them, and that is told; a number does so only if a person says it."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from lib.intake import Reading, ReadReport
from lib.intake.merged_cells import filled_down
from lib.intake.reading import _report, records_of
from tests.intake.workbooks import cell, ods, row, sheet, words, xlsx


def filled(book: Any) -> None:
    """Hours by client: Acme over three rows, the day over two, 12 hours over two; below, a note over two rows."""
    made = book.add_worksheet("S")
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    made.write_row(0, 0, ["client", "day", "task", "hours", "note"])
    made.merge_range(1, 0, 3, 0, "Acme")
    made.write(4, 0, "Beta")
    made.merge_range(1, 1, 2, 1, None, day)
    made.write_datetime(1, 1, date(2026, 5, 4), day)
    made.write_datetime(3, 1, date(2026, 5, 5), day)
    made.write_datetime(4, 1, date(2026, 5, 6), day)
    made.write_column(1, 2, ["a", "b", "c", "d"])
    made.write(1, 3, 4)
    made.merge_range(2, 3, 3, 3, 12)
    made.write(4, 3, 5)
    made.merge_range(4, 4, 4, 5, "across")


def cells(raw: bytes, **asked: Any) -> tuple[list[tuple[object, ...]], dict[str, int]]:
    found = records_of(raw, "hours.xlsx", Reading(**asked))
    return found.frame.select("client", "day", "task", "hours").rows(), found.merged


def test_words_and_days_go_down_and_numbers_do_not() -> None:
    assert cells(xlsx(filled)) == (
        [
            ("Acme", "2026-05-04", "a", "4"), ("Acme", "2026-05-04", "b", "12"), ("Acme", "2026-05-05", "c", ""),
            ("Beta", "2026-05-06", "d", "5"),
        ],
        {"filled": 3, "numbers": 1, "across": 1},
    )  # fmt: skip


def test_a_person_can_say_that_numbers_hold_too_or_that_nothing_does() -> None:
    rows, told = cells(xlsx(filled), merged=True)
    assert ([row[3] for row in rows], told) == (["4", "12", "12", "5"], {"filled": 4, "across": 1})
    rows, told = cells(xlsx(filled), merged=False)
    assert ([row[0] for row in rows], told) == (["Acme", "", "", "Beta"], {"across": 1})


def test_cells_of_an_open_document_go_down_as_well() -> None:
    merged = '<table:table-cell office:value-type="string" table:number-rows-spanned="3" table:number-columns-spanned="1"><text:p>Acme</text:p></table:table-cell>'  # noqa: E501
    covered = "<table:covered-table-cell/>"
    raw = ods(
        sheet(
            "S", words("client", "task", "hours"), row(merged, cell("string", "a", "a"), cell("float", "1")),
            row(covered, cell("string", "b", "b"), cell("float", "2")), row(covered, cell("string", "c", "c"), cell("float", "3")),
            row(cell("string", "Beta", "Beta"), cell("string", "d", "d"), cell("float", "4")),
        )
    )  # fmt: skip
    found = records_of(raw, "hours.ods", Reading())
    assert found.frame["client"].to_list() == ["Acme", "Acme", "Acme", "Beta"]
    assert found.merged == {"filled": 2}


def test_names_of_columns_and_rows_without_other_cells_are_left_alone() -> None:
    def fill(book: Any) -> None:
        made = book.add_worksheet("S")
        made.merge_range(0, 0, 1, 0, "client")
        made.merge_range(0, 1, 0, 2, "Q1")
        made.write_row(1, 1, ["hours", "cost"])
        made.merge_range(2, 0, 4, 0, "Acme")
        made.write_row(2, 1, [1, 2])
        made.write_row(4, 1, [3, 4])
        made.merge_range(5, 0, 7, 2, "Exported on 2026-05-31")

    found = records_of(xlsx(fill), "hours.xlsx", Reading())
    assert found.headers == ["client", "Q1 / hours", "Q1 / cost"]
    assert found.frame.rows() == [(3, "Acme", "1", "2"), (5, "Acme", "3", "4")]
    assert (found.merged, found.left_out) == ({"filled": 1}, {"footer": 1})


def test_merged_cells_of_the_table_beside_are_its_own() -> None:
    def fill(book: Any) -> None:
        made = book.add_worksheet("S")
        made.write_row(0, 0, ["client", "hours", None, "role", "team", "rate"])
        for number in range(1, 9):
            made.write_row(number, 0, [f"c{number}", number])
        for number, role in enumerate(("PM", "Dev", "QA"), start=1):
            made.write_row(number, 3, [role, None, number * 10])
        made.merge_range(1, 4, 3, 4, "Web")

    found = records_of(xlsx(fill), "hours.xlsx", Reading())
    assert (found.reading.columns, found.merged) in (((1, 2), {}), (None, {"filled": 2}))
    other = records_of(xlsx(fill), "hours.xlsx", Reading(header_line=1, columns=(4, 6)))
    assert (other.frame["team"].to_list(), other.merged) == (["Web", "Web", "Web"], {"filled": 2})


def test_ranges_over_a_whole_sheet_many_times_over_cost_little() -> None:
    rows = [["a", "b"], *[["", "x"] for _ in range(100_000)]]
    done, told = filled_down(rows, [((0, 0), (1_048_575, 0))] * 100_000, 0, None)
    assert (done[-1], told) == (["a", "x"], {"filled": 100_000})


def test_what_was_merged_is_in_the_report(tmp_path: Path) -> None:
    report = _report("hours.xlsx", records_of(xlsx(filled), "hours.xlsx", Reading()), tmp_path)
    assert report.merged == {"filled": 3, "numbers": 1, "across": 1}
    assert ReadReport.of_json(report.to_json()) == report
