"""Tables beside each other in one sheet or text are told apart where that is certain, and offered where it is not; one table stays one.

The files stand here as a person sees them; "·" is the separator.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lib.intake import Reading, ReadReport, Region
from lib.intake.delimited import Records
from lib.intake.reading import _report, records_of
from lib.intake.side_by_side import tables_beside
from tests.intake.test_regions import lines, read, text, workbook
from tests.intake.workbooks import xlsx

LOOKUP = """
    client·date·hours··code·meaning
    Acme·2026-01-02·3··a·Analysis
    Acme·2026-01-03·4··b·Build
    Beta·2026-01-04·5··c·Care
    Beta·2026-01-05·6···
    Beta·2026-01-06·7···
    Zeta·2026-01-07·8···
"""
made_both = pytest.mark.parametrize("made", [text, workbook])


def parts(found: Records) -> list[tuple[int, int, tuple[int, int] | None, str]]:
    return [(one.header_line, one.last_line, one.columns, one.headers[0]) for one in found.regions if one.sure]


def rows(found: Records) -> list[tuple[object, ...]]:
    return found.frame.drop("_line").rows()


@made_both
def test_a_table_with_a_list_beside_it_is_read_without_that_and_the_list_can_be_picked(made: Any) -> None:
    found = read(made(LOOKUP))
    assert parts(found) == [(1, 7, (1, 3), "client"), (1, 4, (5, 6), "code")]
    assert (found.headers, lines(found), found.reading.columns) == (["client", "date", "hours"], [2, 3, 4, 5, 6, 7], (1, 3))
    other = next(one for one in found.regions if one.headers[0] == "code")
    picked = records_of(made(LOOKUP), "file", other.picked(found.reading))
    assert rows(picked) == [("a", "Analysis"), ("b", "Build"), ("c", "Care")]
    assert (picked.headers, lines(picked), picked.blank, picked.misshapen) == (["code", "meaning"], [2, 3, 4], 0, 0)
    assert picked.regions == found.regions
    whole = next(one for one in found.regions if one.columns == (0, 0))
    again = records_of(made(LOOKUP), "file", whole.picked(found.reading))
    assert (again.headers, len(rows(again))) == (["client", "date", "hours", "", "code", "meaning"], 6)
    assert {one.columns for one in again.regions} == {(0, 0), (1, 3), (5, 6)}


def test_a_workbook_keeps_what_each_cell_is() -> None:
    found = read(workbook(LOOKUP))
    assert found.typed == ["text", "text", "number"]


@made_both
@pytest.mark.parametrize(("drawn", "expected"), [
    # The right one is longer: its last rows have no cell of the left.
    ("code·rate··client·date·hours\na·10··Acme·2026-01-02·3\nb·20··Acme·2026-01-03·4\n···Beta·2026-01-04·5\n···Beta·2026-01-05·5",
     [(1, 3, (1, 2), "code"), (1, 5, (4, 6), "client")]),
    # Both are as long, and name the same key.
    ("client·hours··client·manager\nAcme·3··Acme·Ana\nBeta·4··Beta·Luis", [(1, 3, (1, 2), "client"), (1, 3, (4, 5), "client")]),
    # Each has its title.
    ("Hours····Rates·\nclient·hours···role·rate\nAcme·3···PM·90\nBeta·4···Dev·70", [(2, 4, (1, 2), "client"), (2, 4, (5, 6), "role")]),
    # One begins further down.
    ("client·date·hours···\nAcme·2026-01-02·3···\nAcme·2026-01-03·4··role·rate\nBeta·2026-01-04·5··PM·90\nBeta·2026-01-05·6··Dev·70",
     [(1, 5, (1, 3), "client"), (3, 5, (5, 6), "role")]),
    # Three of them.
    ("client·hours··role·rate··code·name\n" + "\n".join(f"c{n}·{n}··" + (f"r{n}·{n}··" if n < 6 else "···")
     + (f"k{n}·n{n}" if n < 4 else "·") for n in range(1, 10)),
     [(1, 10, (1, 2), "client"), (1, 6, (4, 5), "role"), (1, 4, (7, 8), "code")]),
    # Two below each other on the left of a long one.
    ("client·hours··task·owner\nAcme·3··t1·Ana\nBeta·4··t2·Ana\n···t3·Ana\nrole·rate··t4·Luis\nPM·90··t5·Luis\nDev·70··t6·Luis\n···t7·Luis",
     [(1, 3, (1, 2), "client"), (1, 8, (4, 5), "task"), (5, 7, (1, 2), "role")]),
], ids=["longer", "same key", "titles", "further down", "three", "below and beside"])  # fmt: skip
def test_tables_beside_each_other_are_told_apart(made: Any, drawn: str, expected: list[Any]) -> None:
    found = read(made(drawn))
    assert parts(found) == expected
    for region in (one for one in found.regions if one.sure):
        one = records_of(made(drawn), "file", region.picked(found.reading))
        assert (lines(one)[0], lines(one)[-1], one.misshapen) == (region.header_line + 1, region.last_line, 0)
        assert one.regions == found.regions


@made_both
def test_tables_beside_each_other_below_a_wide_one_are_told_apart(made: Any) -> None:
    wide = "a·b·c·d·e·f\n1·2·3·4·5·6\n7·8·9·1·2·3\n\n"
    found = read(made(wide + LOOKUP.strip()))
    assert parts(found) == [(1, 3, None, "a"), (5, 11, (1, 3), "client"), (5, 8, (5, 6), "code")]
    assert lines(read(made(wide + LOOKUP.strip()), header_line=1)) == [2, 3]


@made_both
@pytest.mark.parametrize("drawn", [
    "client·project··hours·cost\nAcme·Web··3·4\nBeta·App··5·6\nZeta·App··5·6",  # a column for looks
    "client·project··hours·cost\nAcme·Web··3·4\nBeta·App··5·6\nZeta·App···\nEta·App···",
    "client·project··hours\nAcme·Web·x·3\nBeta·App··5",  # no name, but cells
    "client·project···hours·cost\nAcme·Web···3·4\nBeta·App··x·5·6",
    "client·project·note··hours·cost\nAcme·Web···3·4\nBeta·App···5·6",  # names, but no cells
    "invoice·amount··paid on·paid\na1·3··2026-05-01·3\na2·4··2026-05-02·4\na3·5··2026-05-03·5\na4·6···\na5·6···\na6·6···",
    "client·hours·cost··hours·cost\nAcme·1·2··3·4\nBeta·1·2··3·4",  # two quarters
    "task·owner··reviewer·comment\nt1·Ana··Luis·ok\nt2·Ana··Luis·fine\nt3·Ana··Eva·ok\nt4·Ana···\nt5·Ana···\nt6·Ana···",
    "item·price··code·vat\na·1··x·1\nb·2··y·1\n···Subtotal·3\n···VAT·1\n···Total·4",
    "client·hours··comment\nAcme·1··late\nBeta·2··\nZeta·3··\nEta·4··",  # one column is no table
    "client·hours····\nAcme·1··late·x·y\nBeta·2··ok·x·z\nZeta·3··no·x·z",
], ids=repr)  # fmt: skip
def test_one_table_with_a_blank_column_stays_one(made: Any, drawn: str) -> None:
    found = read(made(drawn))
    assert [one.columns for one in found.regions if one.sure] == [None]
    assert found.reading.columns is None
    assert found.frame.height + sum(found.left_out.values()) == drawn.count("\n") - (found.reading.header_line or 1) + 1


@made_both
def test_what_may_be_two_tables_is_read_as_one_and_offered_as_two(made: Any) -> None:
    drawn = "client·hours··role·rate\nAcme·3··PM·90\nBeta·4··Dev·70\nZeta·4··QA·70"
    found = read(made(drawn))
    assert (found.headers, found.reading.columns) == (["client", "hours", "", "role", "rate"], None)
    assert [(one.columns, one.sure) for one in found.regions] == [(None, True), ((1, 2), False), ((4, 5), False)]
    picked = records_of(made(drawn), "file", found.regions[2].picked(found.reading))
    assert (rows(picked), picked.regions) == ([("PM", "90"), ("Dev", "70"), ("QA", "70")], found.regions)


def test_a_line_of_another_width_is_rejected_in_the_table_that_it_cuts() -> None:
    drawn = LOOKUP.replace("Beta·2026-01-05·6···", "Beta·2026-01-05").replace("Zeta·2026-01-07·8···", "Zeta·2026-01-07·8")
    found = read(drawn)
    assert (lines(found), found.found["line"].to_list(), found.found["code"].to_list()) == ([2, 3, 4, 6, 7], [5], ["too_few_fields"])
    other = read(drawn, header_line=1, columns=(5, 6))
    assert (lines(other), other.misshapen) == ([2, 3, 4], 0)


def test_cells_of_several_lines_keep_their_numbers_beside_another_table() -> None:
    drawn = LOOKUP.replace("Analysis", '"Ana\nlysis"').strip()
    found = read("\n".join(line.strip() for line in drawn.split("\n")).replace("·", ";").encode())
    assert lines(found) == [2, 4, 5, 6, 7, 8]
    assert [one.last_line for one in found.regions if one.sure] == [8, 5]


def test_an_error_in_the_table_beside_is_none_of_this_one() -> None:
    def fill(book: Any) -> None:
        sheet = book.add_worksheet("S")
        for number, line in enumerate(LOOKUP.strip().splitlines()):
            sheet.write_row(number, 0, [cell or None for cell in line.strip().split("·")])
        sheet.write_formula(2, 5, "=NA()", None, "#N/A")

    found = read(xlsx(fill))
    assert (lines(found), found.found.height) == ([2, 3, 4, 5, 6, 7], 0)
    other = read(xlsx(fill), header_line=1, columns=(5, 6))
    assert other.found.select("line", "column", "code").rows() == [(3, "meaning", "error_cell")]


def test_many_blank_columns_cost_no_more_than_many_filled_ones() -> None:
    looked_at = 0

    def written(first: int, end: int) -> list[list[str]]:
        nonlocal looked_at
        looked_at += end - first
        return rows[first:end]

    rows = [[f"n{number}" if number % 2 else "" for number in range(500)], *[["x" if at % 2 else "" for at in range(500)]] * 500]
    assert tables_beside(rows, written, []) == []
    assert looked_at < 1_000


def test_the_columns_go_to_json_and_back(tmp_path: Path) -> None:
    report = _report("hours.csv", read(LOOKUP), tmp_path)
    assert ReadReport.of_json(report.to_json()) == report
    assert Reading.of_json({"header_line": 1}).columns is None
    region = Region("S", 3, 9, ("a", "b"), columns=(4, 5))
    assert region.is_read_by(region.picked(Reading()))
    assert not replace(region, columns=None).is_read_by(region.picked(Reading()))
