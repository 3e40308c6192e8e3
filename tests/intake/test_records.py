"""The fast readers and the slow, exact one agree about every text, and together they account for every record."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.intake.delimited import read_delimited
from lib.intake.records import quoted, records
from lib.intake.values import Reading

PIECES = st.lists(st.sampled_from(['"', '""', ",", "\n", "\r\n", "a", "bc", " ", "ñ", '"x"', '"y\nz"', ",,", "1,2"]), max_size=30).map(
    "".join
)


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(PIECES)
@example('"a,1\nb,2\n"c,3\n')
@example('a,"b\n1,2\nc",d\n1,2\n')
@example('5" x,1\n7" y,2\n')
@example("\n\n1,2\n\n")
@example('\n",,,a')
@example(',"""')
@example(',""a""')
@example('a"",""a""')
@example(',\na\n,,')
@example('1,2,\n"",""\n')
def test_every_record_ends_where_the_exact_reader_puts_it(body: str) -> None:
    _assert_read_exactly(body)


def _assert_read_exactly(body: str) -> None:
    found = read_delimited(f"name,value\n{body}".encode(), Reading(delimiter=",", quote='"', header_line=1))
    lines = body.encode().replace(b"\r\n", b"\n").split(b"\n")
    kept, wrong, blank = [], set(), 0
    for record in records(lines, b",", b'"'):
        fields = [field.decode() for field in record.fields]
        if len(fields) > 2 and not any(fields[2:]):
            fields = fields[:2]
        if record.blank:
            blank += 1
        elif record.unclosed or len(fields) != 2:
            wrong.add(record.start + 2)
        else:
            kept.append((record.start + 2, *fields))
    told = {line for line, reason, _ in found.left_lines if reason == "below"}  # below a line that names other columns and no record
    if len(found.regions) > 1:  # from there on lines are another table's
        told |= set(range(found.regions[0].last_line + 1, len(lines) + 2))
    text = found.frame.with_columns(pl.col(pl.String).str.replace_all("\r\n", "\n", literal=True))
    assert [row for row in text.rows() if row[0] not in told] == [row for row in kept if row[0] not in told]
    assert set(text.rows()) <= set(kept)
    rejected = set(found.found.filter(pl.col("rejects"))["line"])
    assert rejected - told == wrong - told
    assert rejected <= wrong
    assert found.misshapen == len(rejected)
    assert found.blank <= blank


@pytest.mark.fuzz
@settings(max_examples=20_000, deadline=None)
@given(PIECES)
def test_in_many_texts_every_record_ends_where_the_exact_reader_puts_it(body: str) -> None:
    _assert_read_exactly(body)


@given(st.lists(st.text('a",;\n ', max_size=5), min_size=2, max_size=4))
def test_quoting_and_splitting_are_inverse(cells: list[str]) -> None:
    fields = [cell.encode() for cell in cells]
    line = quoted(fields, b",")
    assert next(records(line.split(b"\n"), b",", b'"')).fields == fields
