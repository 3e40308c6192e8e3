"""Large files of quotes, separators and line ends alone are refused at once; what is nearly so is read as any other file."""

from __future__ import annotations

import pytest

from lib.intake import Reading
from lib.intake.reading import records_of
from lib.workers import Refusal

SIZE = 3_000_000


@pytest.mark.parametrize("lead", [b"", b"a,b\n", b"\xff\xfea\x00,\x00b\x00\n\x00"], ids=["bare", "header", "utf-16"])
@pytest.mark.parametrize("unit", [b'"', b",", b'"\n', b",\n", b'""\n', b'",\n', b'",', b";;;\r\n", b"\t", b"'|", b'"",""\n'], ids=repr)
def test_a_large_file_of_signs_alone_is_empty(lead: bytes, unit: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        records_of(lead + unit * (SIZE // len(unit)), "signs.csv", Reading())
    assert refused.value.code == "empty_file"


def test_a_wide_table_with_few_cells_is_no_empty_file() -> None:
    header = ",".join(f"c{number}" for number in range(480)) + "\n"
    found = records_of((header + ("1" + "," * 479 + "\n") * 6_000).encode(), "sparse.csv", Reading())
    assert found.frame.shape == (6_000, 481)


@pytest.mark.parametrize("count", [5, 30_000])
def test_a_single_column_in_quotes_is_read_as_written(count: int) -> None:
    cells = [f"n{number}" if number % 3 else ("" if number % 2 else 'a "b", c') for number in range(1, count)]
    raw = "name\n" + "".join('"{}"\n'.format(cell.replace('"', '""')) for cell in cells)
    found = records_of(raw.encode(), "names.csv", Reading())
    filled = [cell for cell in cells if cell]
    assert (found.frame["name"].to_list(), found.blank, found.misshapen) == (filled, len(cells) - len(filled), 0)


@pytest.mark.parametrize("count", [5, 3_000])
def test_totals_are_found_however_many_records_begin_with_a_blank(count: int) -> None:
    body = "".join(f";t{number};Ana;{number}\n" for number in range(count))
    header = "client;task;who;hours\n"
    found = records_of(f"{header}Acme;a;Ana;1\n{body};Total;;9\n;Grand total;;9\n{header}".encode(), "hours.csv", Reading())
    assert (found.frame.height, found.left_out) == (count + 1, {"total": 2, "header": 1})


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_long_runs_of_blank_lines_part_tables_as_short_ones_do(line_end: str) -> None:
    lines = ["name;hours", "a;1", "b;2", *["", ";", ";;"] * 5_000, "client;amount;due", "x;3;2026-01-02", "y;4;2026-01-02", ""]
    found = records_of(line_end.join(lines).encode(), "two.csv", Reading())
    assert [(one.header_line, one.last_line) for one in found.regions] == [(1, 3), (15_004, 15_006)]


def test_a_line_of_millions_of_fields_is_refused_before_it_is_split() -> None:
    with pytest.raises(Refusal) as refused:
        records_of(b"a,b\nx,y\n" + b'"z",' * 2_200_000 + b"\n", "wide.csv", Reading())
    assert refused.value.code == "too_many_odd_lines"
