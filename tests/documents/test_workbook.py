"""Tables leave as workbooks and CSV: other programs read the same cells, nothing in them is live, and our importer takes them back."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import UTC, date, datetime
from pathlib import Path

import openpyxl
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from polars.testing import assert_frame_equal

from lib.documents import workbook as module
from lib.documents.bundle import table_sheet
from lib.documents.workbook import Sheet, TooLarge, number_format, sheet_names, table_csv, workbook, write_workbook
from lib.formats import Language
from lib.tables import TABLES, Table
from lib.text import neutralise
from tests.documents.payloads import HARMLESS, LIVE, RUN_BY
from tests.documents.spreadsheets import by_calamine, by_openpyxl, live_parts
from tests.intake.test_round_trip import imported, rows_of

EN, ES = Language("en"), Language("es")
ROWS = pl.DataFrame(
    {
        "name": ["Acme", None, "Ñandú\nS.L."],
        "agi": [1234.5, None, -3.25],
        "share": [0.125, 1.0, None],
        "hours": [7.5, 0.0, 1e6],
        "due": [date(2026, 3, 31), None, date(1900, 1, 15)],
        "seen": [datetime(2026, 3, 31, 9, 30), None, None],
        "count": [3, None, 10**16],
        "internal": [True, False, None],
        "skills": [["a", "b"], None, ["c"]],
    }
)
HEADINGS = {name: name.capitalize() for name in ROWS.columns}
FORMATS = {"agi": "money:EUR", "share": "share", "hours": "hours"}
WRITTEN = [
    ["Name", "Agi", "Share", "Hours", "Due", "Seen", "Count", "Internal", "Skills"],
    ["Acme", 1234.5, 0.125, 7.5, date(2026, 3, 31), datetime(2026, 3, 31, 9, 30), 3, True, "a;b"],
    [None, None, 1, 0, None, None, None, False, None],
    ["Ñandú\nS.L.", -3.25, None, 1_000_000, "1900-01-15", None, "10000000000000000", None, "c"],
]
SHEET = Sheet("Accounts", ROWS, HEADINGS, FORMATS, ("AGI: revenue less pass-through.",))
ABOUT = (("Title", "Accounts"), ("As of", "31 March 2026"))


def to_file(folder: Path, sheets: list[Sheet], t: Language) -> bytes:
    write_workbook(folder / "book.xlsx", sheets, t, ABOUT)
    return (folder / "book.xlsx").read_bytes()


@pytest.mark.parametrize("t", [EN, ES], ids=lambda t: t.code)
def test_two_other_programs_read_the_cells_that_went_in(t: Language, tmp_path: Path) -> None:
    for raw in (workbook([SHEET], t, ABOUT), to_file(tmp_path, [SHEET], t)):
        assert by_openpyxl(raw)["Accounts"] == WRITTEN
        assert by_calamine(raw)["Accounts"] == WRITTEN


def test_a_changed_cell_is_a_changed_file() -> None:
    raw = workbook([Sheet("Accounts", ROWS.with_columns(agi=pl.col("agi") + 0.01), HEADINGS)], EN)
    assert by_openpyxl(raw)["Accounts"] != WRITTEN


def test_equal_tables_give_equal_bytes_and_the_date_is_the_one_given(tmp_path: Path) -> None:
    assert workbook([SHEET], EN, ABOUT) == workbook([SHEET], EN, ABOUT)
    assert to_file(tmp_path, [SHEET], EN) == to_file(tmp_path, [SHEET], EN)
    made = datetime(2026, 9, 30, 12, tzinfo=UTC)
    facts = openpyxl.load_workbook(io.BytesIO(workbook([SHEET], EN, ABOUT, made))).properties
    assert (facts.title, facts.created) == ("Accounts", datetime(2026, 9, 30, 12))


def test_the_head_stays_in_sight_and_filters() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(workbook([SHEET], EN)))["Accounts"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref, sheet.print_title_rows) == ("A2", "A1:I4", "$1:$1")
    assert all(9 <= dimension.width <= 61 for dimension in sheet.column_dimensions.values())


def test_formats_are_those_of_the_language() -> None:
    looks = {kind: (number_format(kind, EN), number_format(kind, ES)) for kind in ("money:EUR", "money:CHF", "share", "day")}
    assert looks["money:EUR"] == ('"€"#,##0.00', '#,##0.00"\u00a0€"')
    assert looks["money:CHF"] == ('"CHF"#,##0.00', '#,##0.00"\u00a0CHF"')
    assert looks["share"] == ("0.0%", '0.0"\u00a0"%')
    assert looks["day"] == ("[$-809]d mmm yyyy", "[$-C0A]d mmm yyyy")
    with pytest.raises(ValueError, match="no such format"):
        number_format("dollars", EN)


def test_the_last_sheet_says_what_the_file_is() -> None:
    written = by_openpyxl(workbook([SHEET], EN, ABOUT))
    assert list(written) == ["Accounts", "About this file"]
    assert written["About this file"] == [
        ["Title", "Accounts"], ["As of", "31 March 2026"], ["Accounts", "AGI: revenue less pass-through."],
    ]  # fmt: skip


def test_columns_without_a_heading_stay_out() -> None:
    assert by_openpyxl(workbook([Sheet("x", ROWS, {"due": "Due", "name": "Who"})], EN))["x"][0] == ["Due", "Who"]
    assert table_csv(ROWS, {"name": "Who"}, EN).decode("utf-8-sig").splitlines()[0] == "Who"


def test_numbers_that_are_none_are_blank() -> None:
    rows = pl.DataFrame({"a": [math.nan, math.inf, -math.inf, 1.5], "b": ["x"] * 4})
    headings = {"a": "A", "b": "B"}
    assert [row[0] for row in by_calamine(workbook([Sheet("x", rows, headings)], EN))["x"]] == ["A", None, None, None, 1.5]
    assert table_csv(rows, headings, EN).decode("utf-8-sig").splitlines()[1:] == [",x", ",x", ",x", "1.5,x"]


def test_a_sheet_without_rows_has_its_head() -> None:
    assert by_calamine(workbook([Sheet("x", ROWS.clear(), HEADINGS)], EN))["x"] == [WRITTEN[0]]
    assert len(table_csv(ROWS.clear(), HEADINGS, EN).splitlines()) == 1


@pytest.mark.parametrize(("wanted", "given"), [
    (["a/b:c*d?e[f]g\\h"], ["a b c d e f g h"]), (["'quoted'"], ["quoted"]), ([""], ["Sheet"]), (["\x00"], ["Sheet"]),
    (["Año", "AÑO", "año"], ["Año", "AÑO 2", "año 3"]), (["x" * 40, "x" * 40], ["x" * 31, "x" * 29 + " 2"]), (["History"], ["History 1"]),
    (["😀" * 20], ["😀" * 15]),
])  # fmt: skip
def test_sheets_get_names_that_workbooks_allow(wanted: list[str], given: list[str]) -> None:
    assert sheet_names(wanted) == given
    named = [Sheet(name, ROWS, HEADINGS) for name in wanted]
    assert list(by_openpyxl(workbook(named, EN))) == given


def test_a_table_that_no_sheet_holds_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    tall = Sheet("Time", pl.DataFrame({"a": pl.repeat(1, module.MOST_ROWS + 1, eager=True)}), {"a": "A"})
    with pytest.raises(TooLarge) as refused:
        workbook([tall], EN)
    assert EN(refused.value.message, **refused.value.values).startswith(
        "Time has 1,048,576 rows, and a sheet of a workbook holds 1,048,575."
    )
    monkeypatch.setattr(module, "MOST_CELLS", 26)
    with pytest.raises(TooLarge) as refused:
        workbook([SHEET], ES)
    assert ES.number(27) in ES(refused.value.message, **refused.value.values)


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    raw = workbook([Sheet("x", pl.DataFrame({"a": ["ñ" * 40_000, "😀" * 20_000]}), {"a": "A"})], EN)
    cells = [row[0] for row in by_openpyxl(raw)["x"][1:]]
    assert [len(cell.encode("utf-16-le")) // 2 for cell in cells] == [32_767, 32_767]
    assert all(cell.endswith("…") for cell in cells)


def test_there_are_as_many_payloads_as_the_rule_asks_for() -> None:
    assert len(set(LIVE)) >= 70


@pytest.mark.parametrize("t", [EN, ES], ids=lambda t: t.code)
def test_no_payload_is_live_in_a_cell_a_heading_a_name_or_a_note(t: Language, tmp_path: Path) -> None:
    rows = pl.DataFrame({"a": LIVE, "b": [[text.replace(";", "")] for text in LIVE]})
    for payload in (LIVE[0], LIVE[10]):
        sheet = Sheet(payload, rows, {"a": payload, "b": "B"}, notes=(payload,))
        about = [(payload, payload)]
        write_workbook(tmp_path / "live.xlsx", [sheet], t, about)
        for raw in (workbook([sheet], t, about), (tmp_path / "live.xlsx").read_bytes()):
            assert live_parts(raw) == {}
            book = openpyxl.load_workbook(io.BytesIO(raw))
            cells = [cell for page in book for row in page.iter_rows() for cell in row if cell.value is not None]
            assert {cell.data_type for cell in cells} == {"s"}
            assert [cell.value for cell in cells if cell.value[0] in RUN_BY and neutralise(cell.value) != cell.value] == []


@pytest.mark.parametrize("t", [EN, ES], ids=lambda t: t.code)
def test_no_payload_is_live_in_a_csv(t: Language) -> None:
    import csv

    rows = pl.DataFrame({"a": LIVE, "b": [[text.replace(";", "")] for text in LIVE]})
    written = table_csv(rows, {"a": LIVE[0], "b": LIVE[10]}, t).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(written, newline=""), delimiter=";" if t is ES else ",") for cell in row]
    assert len(cells) == 2 * len(LIVE) + 2
    assert [cell for cell in cells if cell and cell[0] in RUN_BY and neutralise(cell) != cell] == []
    assert [cell for cell in cells if "\x00" in cell] == []


def test_a_live_part_is_found() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.xml", '<c r="A1"><f>1+1</f></c>')
        archive.writestr("b.xml", '<Relationship TargetMode="External"/>')
    inner = buffer.getvalue()
    with zipfile.ZipFile(outer := io.BytesIO(), "w") as archive:
        archive.writestr("ppt/embeddings/1.xlsx", inner)
    assert live_parts(inner) == {"a.xml": ["<f>"], "b.xml": ['TargetMode="External"']}
    assert set(live_parts(outer.getvalue())) == {"ppt/embeddings/1.xlsx!a.xml", "ppt/embeddings/1.xlsx!b.xml"}


def test_what_only_looks_live_is_written_as_it_is() -> None:
    rows = pl.DataFrame({"a": HARMLESS})
    assert [row[0] for row in by_calamine(workbook([Sheet("x", rows, {"a": "A"})], EN))["x"][1:]] == list(HARMLESS)


def assert_comes_back(table: Table, rows: pl.DataFrame) -> None:
    headings = {name: name for name in table.columns}
    for t in (EN, ES):
        back = imported(table.name, f"{table.name}.csv", table_csv(rows, headings, t), rows)
        assert_frame_equal(back, rows)
    back = imported(table.name, f"{table.name}.xlsx", workbook([table_sheet(table.name, rows, ES)], ES, ABOUT), rows)
    assert_frame_equal(back, rows, check_exact=False, rel_tol=1e-14, abs_tol=0)


COMMON = {"deadline": None, "suppress_health_check": list(HealthCheck)}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_our_importer_takes_back_what_was_written(table: Table) -> None:
    @settings(max_examples=3, derandomize=True, database=None, **COMMON)
    @given(rows_of(table))
    def comes_back(rows: pl.DataFrame) -> None:
        assert_comes_back(table, rows)

    comes_back()


@pytest.mark.fuzz
@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_our_importer_takes_back_whatever_was_written(table: Table) -> None:
    @settings(max_examples=200, **COMMON)
    @given(rows_of(table))
    def comes_back(rows: pl.DataFrame) -> None:
        assert_comes_back(table, rows)

    comes_back()
