"""A table that begins within another, without a blank line, is found where that is certain and told where it is not; one table stays one.

The files stand here as a person sees them; "·" is the separator.
"""

from __future__ import annotations

from typing import Any

import pytest

from lib.intake.reading import records_of
from tests.intake.test_regions import left, lines, read, tables, text, workbook

made_both = pytest.mark.parametrize("made", [text, workbook])
HOURS = "name·role·hours\nAna·PM·3\nLuis·Dev·4\n"
INVOICES = "client·amount·currency\nAcme·300·EUR\nBeta·400·EUR\nZeta·500·USD\nEta·90·EUR"


@made_both
def test_a_second_table_without_a_blank_line_is_read_alone(made: Any) -> None:
    found = read(made(HOURS + INVOICES))
    assert [one for one, region in zip(tables(found), found.regions, strict=True) if region.sure] == [(1, 3, "name"), (4, 8, "client")]
    assert (found.headers, lines(found)) == (["client", "amount", "currency"], [5, 6, 7, 8])
    first = records_of(made(HOURS + INVOICES), "file", found.regions[0].picked(found.reading))
    first = read(made(HOURS + INVOICES), header_line=1)
    assert (lines(first), first.regions) == ([2, 3], found.regions)
    again = records_of(made(HOURS + INVOICES), "file", found.reading)
    assert (lines(again), again.regions) == (lines(found), found.regions)


@made_both
def test_a_person_can_read_both_as_one(made: Any) -> None:
    found = read(made(HOURS + INVOICES))
    whole = next(one for one in found.regions if one.columns == (0, 0))
    again = records_of(made(HOURS + INVOICES), "file", whole.picked(found.reading))
    assert (again.headers, lines(again)) == (["name", "role", "hours"], [2, 3, 4, 5, 6, 7, 8])


@made_both
@pytest.mark.parametrize(("drawn", "expected"), [
    ("name·role\nAna·PM\nLuis·Dev\nclient·hours\nAcme·300\nBeta·400", [(1, 3, "name"), (4, 6, "client")]),  # words, then numbers
    ("name·hours·\nAna·3·\nLuis·4·\nsite·visits·since\nA·3·2026-01-02\nB·4·2026-01-03", [(1, 3, "name"), (4, 6, "site")]),
    ("a1·b1·c1\nx·3·4\ny·5·6\nname·role·\nAna·PM·\nLuis·Dev·", [(1, 3, "a1"), (4, 6, "name")]),  # narrower
    (HOURS + "Invoices of May··\n" + INVOICES, [(1, 3, "name"), (5, 9, "client")]),  # with a title
    (HOURS + INVOICES + "\nproject·owner·hours\nWeb·Ana·5\nApp·Ana·6", [(1, 3, "name"), (4, 8, "client"), (9, 11, "project")]),
], ids=repr)  # fmt: skip
def test_tables_of_other_types_or_widths_are_found(made: Any, drawn: str, expected: list[Any]) -> None:
    found = read(made(drawn))
    assert [one for one, region in zip(tables(found), found.regions, strict=True) if region.sure] == expected


@pytest.mark.parametrize(("drawn", "expected"), [
    (HOURS + "client·amount·currency·due\nAcme·300·EUR·2026-01-02\nBeta·400·EUR·2026-01-03", [(1, 3, "name"), (4, 6, "client")]),
    ("name·role·hours\nAna·PM·3\nLuis·Dev·4\nclient·city\nAcme·Soria\nBeta·Lugo\nExported on 2026-05-31",
     [(1, 3, "name"), (4, 7, "client")]),
    (HOURS + "zone·visits\nA·1\nB·2\nC·3", [(1, 3, "name"), (4, 7, "zone")]),
], ids=repr)  # fmt: skip
def test_a_table_of_another_number_of_fields_is_found(drawn: str, expected: list[Any]) -> None:
    found = read(drawn)
    assert [one for one, region in zip(tables(found), found.regions, strict=True) if region.sure] == expected
    for region in (one for one in found.regions if one.sure):
        one = records_of(text(drawn), "file", region.picked(found.reading))
        assert (lines(one)[0], one.misshapen) == (region.header_line + 1, 0)


@made_both
def test_what_may_be_a_second_header_is_told(made: Any) -> None:
    found = read(made("name·role·city\nAna·PM·Soria\nLuis·Dev·Lugo\nclient·status·owner\nAcme·open·Ana\nBeta·on·Luis"))
    assert lines(found) == [2, 3, 4, 5, 6]
    assert [(one.header_line, one.headers, one.sure) for one in found.regions] == [
        (1, ("name", "role", "city"), True), (4, ("client", "status", "owner"), False),
    ]  # fmt: skip
    once = "Acme·3·2026-01-02\nBeta·4·2026-01-03\n"
    same_shape = read(made(f"client·amount·due\n{once}cuenta·monto·plazo\n{once}"))
    assert [(one.header_line, one.sure) for one in same_shape.regions] == [(1, True), (4, False)]


@made_both
@pytest.mark.parametrize("drawn", [
    "client·project·hours\nAcme·Web·3\nBeta·App·pending\nZeta·App·5\nEta·Web·7",  # a word in a column of numbers
    "client·project·hours\nAcme·Web·3\nBeta·App·pending\nZeta·App·",
    "client·project·hours·due\nAcme·Web·3·\nBeta·App·pending·tomorrow\nZeta·App·5·2026-01-03\nEta·App·5·2026-01-03",
    "client·ref·town\nZeta·PO-A·Lugo\nEta·PO-B·Vigo\nBeta·99·Soria\nAcme·98·León",  # sorted: words first
    "name·role·town\nAna·PM·Lugo\nLuis·Dev·Vigo\nEva·QA·Soria",
    "name·note\nAna·x\nLuis·y\nEva·1\nTeo·2",
    "column·meaning\nclient·who pays\nhours·how long\ndate·when",
    "client·project·hours\nAcme·Web·3\nclient·project·hours\nBeta·App·4\nTotal·general·7",
    "task·owner·hours\nDesign·Ana·1\nPhase two··\nBuild·Ana·2\nTest·Luis·3",
], ids=repr)  # fmt: skip
def test_one_table_stays_one(made: Any, drawn: str) -> None:
    found = read(made(drawn))
    assert len(found.regions) == 1
    assert found.reading.header_line == 1
    assert len(lines(found)) + sum(found.left_out.values()) == drawn.count("\n")


def test_a_header_that_comes_again_is_left_out_as_before() -> None:
    found = read("client·project·hours\nAcme·Web·3\nclient·project·hours\nBeta·App·4")
    assert (left(found), len(found.regions)) == ([(3, "header")], 1)


@made_both
def test_a_second_table_far_down_a_long_one_is_found(made: Any) -> None:
    drawn = "name·role·hours\n" + "".join(f"p{n}·x·{n}\n" for n in range(5_500)) + INVOICES
    found = read(made(drawn), header_line=1)
    assert [(one.header_line, one.last_line) for one in found.regions if one.sure] == [(1, 5501), (5502, 5506)]
    assert lines(found)[-1] == 5501
    assert lines(read(made(drawn), header_line=5502)) == [5503, 5504, 5505, 5506]


def test_short_lines_in_the_middle_of_a_table_are_rejected_not_taken_for_another() -> None:
    found = read("client·project·hours\nAcme·Web·3\nclient·date\nBeta·2026-01-02\nZeta·Web·4")
    assert (lines(found), found.misshapen, len(found.regions)) == ([2, 5], 2, 1)
