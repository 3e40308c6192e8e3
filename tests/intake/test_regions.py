"""Several tables in one file are all offered and one is read; totals, notes and repeated headers are listed, never loaded unseen.

The files stand here as a person sees them; "·" is the separator.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.intake import Reading, ReadReport
from lib.intake.checking import check_rows
from lib.intake.delimited import Records
from lib.intake.mapping import Mapping
from lib.intake.messages import LEFT_OUT
from lib.intake.reading import _report, records_of
from tests.intake.workbooks import xlsx

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"


def text(drawn: str, line_end: str = "\n") -> bytes:
    lines = [line.strip() for line in drawn.strip("\n").splitlines()]
    return line_end.join([*lines, ""]).replace("·", ";").encode()


def workbook(drawn: str) -> bytes:
    """The same table in a sheet, its numbers as numbers."""
    lines = [line.strip().split("·") for line in drawn.strip("\n").splitlines()]

    def fill(book: Any) -> None:
        made = book.add_worksheet("S")
        for number, cells in enumerate(lines):
            for place, cell in enumerate(cells):
                made.write(number, place, float(cell) if cell.isdecimal() else cell or None)

    return xlsx(fill)


def read(drawn: str | bytes, **asked: Any) -> Records:
    return records_of(text(drawn) if isinstance(drawn, str) else drawn, "file", Reading(**asked))


def lines(found: Records) -> list[int]:
    return found.frame["_line"].to_list()


def left(found: Records) -> list[tuple[int, str]]:
    return [(line, reason) for line, reason, _ in found.left_lines]


def tables(found: Records) -> list[tuple[int, int, str]]:
    return [(region.header_line, region.last_line, region.headers[0]) for region in found.regions]


TWO = """
    name·hours
    a·1
    b·2

    client·amount·currency
    x·3·EUR
    y·4·EUR
    z·5·EUR
"""
PADDED = """
    Hours by person·····
    name·hours···
    a·1···
    b·2···
    ····
    Invoices····
    client·amount·currency·due·paid
    x·3·EUR·2026-05-01·
    y·4·EUR·2026-05-02·
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_two_tables_in_a_text_are_both_offered_and_the_larger_is_read(line_end: str) -> None:
    found = read(text(TWO, line_end))
    assert tables(found) == [(1, 3, "name"), (5, 8, "client")]
    assert (found.reading.header_line, lines(found)) == (5, [6, 7, 8])
    other = read(text(TWO, line_end), header_line=1)
    assert (lines(other), other.headers, other.misshapen, other.blank) == ([2, 3], ["name", "hours"], 0, 0)
    assert tables(other) == tables(found)


@pytest.mark.parametrize("made", [text, workbook])
def test_tables_with_titles_in_lines_of_one_width_are_told_apart(made: Any) -> None:
    found = read(made(PADDED))
    assert tables(found) == [(2, 4, "name"), (7, 9, "client")]
    assert lines(found) == [8, 9]
    assert lines(read(made(PADDED), header_line=2)) == [3, 4]


@pytest.mark.parametrize("made", [text, workbook])
def test_blank_lines_within_one_table_do_not_part_it(made: Any) -> None:
    found = read(made("name·role\na·b\n\nc·d\n\n\ne·f"))
    assert tables(found) == [(1, 7, "name")]
    assert (lines(found), found.blank) == ([2, 4, 7], 3)
    sparse = read(made("name·hours·note\na·1·\n\nb·n/a·late\nc·2·"))
    assert tables(sparse) == [(1, 5, "name")]


def test_a_blank_line_within_quotes_parts_nothing() -> None:
    found = read('name·hours\n"a\n\nclient·amount"·1\nb·2')
    assert (tables(found), lines(found)) == ([(1, 5, "name")], [2, 5])
    found = read('name·hours\n"a\n\nclient·amount\n' + "x·3\n" * 9 + 'y·4"·1\nb·2\n\nc·3')
    assert (tables(found), lines(found)) == ([(1, 17, "name")], [2, 15, 17])


def test_lines_about_the_report_above_a_table_are_no_table() -> None:
    found = read("Client·Acme\nPeriod·May 2026\n\nDate·Person·Hours\n2026-05-01·Ana·3")
    assert (tables(found), lines(found)) == ([(4, 5, "Date")], [5])


def test_tables_of_all_sheets_are_offered() -> None:
    def fill(book: Any) -> None:
        for name, cells in (("A", ["name", "hours"]), ("B", []), ("C", ["client", "amount"])):
            made = book.add_worksheet(name)
            made.write_row(0, 0, cells)
            if cells:
                made.write_row(1, 0, ["x", 1])

    found = read(xlsx(fill))
    assert [(region.sheet, region.header_line, region.headers) for region in found.regions] == [
        ("A", 1, ("name", "hours")), ("C", 1, ("client", "amount")),
    ]  # fmt: skip
    assert read(xlsx(fill), sheet="C").headers == ["client", "amount"]


REPORT = """
    client·project·hours
    Acme·Web·5
    Acme·App·6
    Total Acme··11
    Beta·App·2
    Subtotal··2
    client·project·hours
    Grand total··13
    ··
    Exported on 2026-05-31··
    Hours are decimal··
"""


@pytest.mark.parametrize("made", [text, workbook])
def test_totals_notes_and_repeated_headers_are_listed_not_loaded(made: Any) -> None:
    found = read(made(REPORT))
    assert lines(found) == [2, 3, 5]
    assert left(found) == [(4, "total"), (6, "total"), (7, "header"), (8, "total"), (10, "footer"), (11, "footer")]
    assert (found.left_out, found.blank) == ({"footer": 2, "total": 3, "header": 1}, 1)
    assert set(found.left_out) <= set(LEFT_OUT)
    assert found.found.height == 0
    assert found.typed[2] == ("number" if made is workbook else "")


@pytest.mark.parametrize("made", [text, workbook])
def test_a_person_can_keep_what_was_left_out(made: Any) -> None:
    assert lines(read(made(REPORT), totals=False)) == [2, 3, 4, 5, 6, 7, 8]
    assert lines(read(made(REPORT), last_line=0)) == [2, 3, 5, 10, 11]
    assert lines(read(made(REPORT), last_line=0, totals=False)) == [2, 3, 4, 5, 6, 7, 8, 10, 11]
    cut = read(made(REPORT), last_line=3)
    assert (lines(cut), {reason for _, reason in left(cut)}) == ([2, 3], {"below"})


@pytest.mark.parametrize(("drawn", "out"), [
    ("name·hours\na·1\nTotal·1", [(3, "total")]),
    ("name·hours\na·1\nSuma:·1", [(3, "total")]),
    ("name·hours·cost\na·1·2\nTotal·1·2", [(3, "total")]),
    ("name·hours·cost\na·1·2\nTotal", [(3, "total")]),
    ("date·name·hours\n2026-05-01·a·1\n··\n·Total general·1", [(4, "total")]),
    ("name·who·hours·cost\na·Ana·1·2\nb·Ana·2·2\na total··1h 30m·2 EUR\nc·Ana·2·2", [(4, "total")]),
    ("name·hours\na·1\n\nGenerado el 31/05/2026", [(4, "footer")]),
    ("name·hours·cost\na·1·2\nPage 1 of 3", [(3, "footer")]),
    ("name·hours·cost\na·1·2\n\n* hours of May", [(4, "footer")]),
    ("name·hours·cost·x·y\na·1·2·3·4\nExported by·Ana", [(3, "footer")]),
], ids=repr)  # fmt: skip
def test_an_end_that_says_what_it_is_is_left_out(drawn: str, out: list[tuple[int, str]]) -> None:
    found = read(drawn)
    assert (left(found), found.misshapen) == (out, 0)


@pytest.mark.parametrize("drawn", [
    "name·country·currency\nAcme·ES·EUR\nTotal·ES·EUR",  # a client called so
    "name·country·currency\nTotal·ES·EUR\nAcme·ES·EUR",
    "name·industry·manager\nTotal Energies··Ana\nAcme··\nBeta·Retail·Ana",
    "name·industry·manager\nAcme·Retail·Ana\nZeta··",  # nothing sets it apart
    "task·hours\nExported on time·1\nTotal rework·2",
    "task·hours·who\nSummary of May·1·Ana\nSubtotals in the report·2·Luis",
    "name\nAcme\nTotal",
], ids=repr)  # fmt: skip
def test_records_that_only_look_like_an_end_stay(drawn: str) -> None:
    found = read(drawn)
    assert (len(lines(found)), found.left_lines) == (2 + drawn.count("\n") // 3, ())


def test_a_file_cut_in_its_last_line_is_not_taken_for_one_with_a_note() -> None:
    found = read("client·project·hours\na·x·1\nb·y·2\nc")
    assert (found.left_lines, found.misshapen) == ((), 1)


QUARTERS = ["Client", "Q1 / Hours", "Q1 / Cost", "Q2 / Hours", "Q2 / Cost"]


@pytest.mark.parametrize("made", [text, workbook])
@pytest.mark.parametrize(("drawn", "headers", "line"), [
    ("Client·Q1··Q2·\n·Hours·Cost·Hours·Cost\nAcme·1·2·3·4\nBeta·1·2·3·4", QUARTERS, 2),
    ("·Q1··Q2·\nClient·Hours·Cost·Hours·Cost\nAcme·1·2·3·4", QUARTERS, 2),
    ("May report····\n·Q1··Q2·\nClient·Hours·Cost·Hours·Cost\nAcme·1·2·3·4", QUARTERS, 3),
    ("·Plan··\nClient·Hours·Cost·Note\nAcme·1·2·ok\nBeta·1·2·ok", ["Client", "Plan / Hours", "Plan / Cost", "Plan / Note"], 2),
], ids=repr)  # fmt: skip
def test_merged_cells_above_the_names_become_part_of_them(made: Any, drawn: str, headers: list[str], line: int) -> None:
    found = read(made(drawn))
    assert (found.headers, found.reading.header_line, found.reading.header_rows) == (headers, line, 2)
    assert found.frame["_line"][0] == line + 1
    plain = read(made(drawn), header_line=line, header_rows=1)
    assert plain.headers[1] == "Hours"


@pytest.mark.parametrize("drawn", [
    "Client··Hours\nAcme·Web·5\nBeta·App·6", "Client··Notes\nAcme·Web·ok\nBeta·App·fine", "a·b··a\n1·2·3·4",
    "Client··Status·Hours\nAcme·Web·open·\nBeta·App·open·3", "Client··Hours\nAcme·Web·n/a\nBeta·App·6",
    "name·role·team\nAna·PM·PM\nLuis·Dev·Web",
], ids=repr)  # fmt: skip
def test_a_blank_header_is_no_merged_cell(drawn: str) -> None:
    found = read(drawn)
    assert (found.reading.header_line, found.reading.header_rows, found.frame["_line"][0]) == (1, 1, 2)
    assert len(set(found.frame.columns)) == len(found.headers) + 1


def test_names_over_several_lines_are_one_name() -> None:
    found = read('"Hours\n(decimal)"·Client\n1·Acme')
    assert found.frame.columns == ["_line", "Hours (decimal)", "Client"]
    assert lines(found) == [3]


@pytest.mark.parametrize("made", [text, workbook])
def test_a_file_that_begins_with_values_has_no_header_and_loses_no_line_to_one_below(made: Any) -> None:
    found = read(made("1·2·3\n4·5·6\n\nname·role·town\na·b·c\nd·e·f"))
    assert (found.reading.header_line, lines(found)) == (0, [1, 2, 4, 5, 6])


@pytest.mark.parametrize("made", [text, workbook])
def test_single_cells_are_no_notes_where_nothing_else_is_a_record(made: Any) -> None:
    found = read(made("name·role·town\n\nAcme··\n\nBeta··"))
    assert (lines(found), found.left_lines) == ([3, 5], ())
    unnamed = read(made("1·2·3\n\n4··"))
    assert (lines(unnamed), unnamed.left_lines) == ([1, 3], ())


def test_a_line_with_an_error_in_it_is_a_record() -> None:
    def fill(book: Any) -> None:
        made = book.add_worksheet("S")
        for number, cells in enumerate([["name", "hours", "cost"], ["a", 1, 2], [], ["b"]]):
            made.write_row(number, 0, cells)
        made.write_formula(3, 1, "=NA()", None, "#N/A")

    found = read(xlsx(fill))
    assert (lines(found), found.left_lines) == ([2, 4], ())


GA4 = SHARED / "google_analytics" / "ga4_informe_es_multitabla.csv"
real = pytest.mark.skipif(not GA4.exists(), reason="the real exports are not here")


@real
def test_the_eight_tables_of_a_google_analytics_export_are_each_read_alone() -> None:
    raw = GA4.read_bytes()
    found = read(raw)
    assert [(region.header_line, region.last_line) for region in found.regions] == [
        (9, 15), (19, 22), (26, 29), (39, 41), (46, 48), (53, 56), (61, 64), (69, 72),
    ]  # fmt: skip
    for region in found.regions:
        one = read(raw, header_line=region.header_line)
        assert (one.frame.height, one.misshapen) == (region.last_line - region.header_line, 0)
        # A table without records stands below the third: its lines are told, since no table offers them.
        assert [line for line, _, _ in one.left_lines] == ([31, 32, 33] if region.header_line == 26 else [])
        assert one.regions == found.regions


@real
@pytest.mark.parametrize(("name", "header_line", "records", "left_out"), [
    ("power_bi/powerbi_export_layout_documented.xlsx", 1, 2, {"footer": 1, "total": 1}),
    ("monday/board_export_pseudonymised.xlsx", 3, 374, {"header": 13}),
    ("zoom/zoom_report_with_preamble_documented.csv", 4, 2, {}),
])  # fmt: skip
def test_real_reports_lose_their_totals_notes_and_repeated_headers(
    name: str, header_line: int, records: int, left_out: dict[str, int]
) -> None:
    found = read((SHARED / name).read_bytes())
    assert (found.reading.header_line, found.frame.height, found.left_out) == (header_line, records, left_out)


def checked_of(found: Records) -> Any:
    with tempfile.TemporaryDirectory() as folder:
        report = _report("hours.csv", found, Path(folder))
        misread = pl.read_ipc(report.issues)
    assert ReadReport.of_json(report.to_json()) == report
    mapping = Mapping("accounts", columns={"name": "client"}, constants={"currency": "EUR", "status": "active"})
    return check_rows(report, found.frame, misread, mapping, {})[0]


def test_every_line_of_a_report_is_accounted_for() -> None:
    checked = checked_of(read(REPORT.replace("Subtotal", "Delta·x·1·too·many\nSubtotal")))
    assert checked.left_out == {"blank": 1, "footer": 2, "header": 1, "total": 3}
    assert checked.records == checked.accepted_rows + checked.rejected_rows + sum(checked.left_out.values()) == 11
