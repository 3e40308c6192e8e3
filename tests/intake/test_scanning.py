"""Odd lines are split as RFC 4180 and real files mean them, and hopeless texts are refused before they cost much."""

from __future__ import annotations

import random

import pytest

from lib.intake.records import record_at, records
from lib.intake.scanning import refuse_endless_lines, scan
from lib.workers import Refusal

PARTS = ['"', '"', '""', "a", ",", "\n", '"\n', '",', ',"']


def fields(text: str) -> list[tuple[list[bytes], int, bool, bool]]:
    return [(one.fields, one.lines, one.stray, one.unclosed) for one in records(text.encode().split(b"\n"), b",", b'"')]


@pytest.mark.parametrize(("text", "expected"), [
    ('"a""b",c', [([b'a"b', b"c"], 1, False, False)]),
    ('"a\nb",c', [([b"a\nb", b"c"], 2, False, False)]),
    ('"",""""', [([b"", b'"'], 1, False, False)]),
    ('5" nail,c', [([b'5" nail', b"c"], 1, True, False)]),
    ('"a"b","c', [([b'a"b', b'"c'], 1, True, True)]),
    ('"a"b,"c\nd",e', [([b'"a"b', b"c\nd", b"e"], 2, True, False)]),
    ('"a,b\nc,d', [([b'"a', b"b"], 1, True, True), ([b"c", b"d"], 1, False, False)]),
    ('"x,"",y', [([b'"x', b"", b"y"], 1, True, False)]),
    ('"x,"y,"z', [([b'"x', b'"y', b'"z'], 1, True, True)]),
])  # fmt: skip
def test_quotes(text: str, expected: list[object]) -> None:
    assert fields(text) == expected


@pytest.mark.parametrize("seed", range(5))
def test_lines_of_a_large_text_are_split_as_those_of_a_list(seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(150):
        body = "".join(chance.choice(PARTS) for _ in range(chance.randrange(1, 40))).encode()
        listed = list(records(body.split(b"\n"), b",", b'"'))
        assert list(records(scan(body, b",", b'"', 2), b",", b'"')) == listed, body


def test_a_record_of_a_million_quotes_is_split_at_once() -> None:
    many = b'"' * 1_000_001
    assert record_at([many[1:] + b",x"], 0, b",", b'"').fields == [b'"' * 499_999, b"x"]
    assert len(record_at([b'"x,' * 400_000], 0, b",", b'"').fields) == 400_001


def test_more_odd_lines_than_could_be_read_are_refused_before_all_are_seen() -> None:
    with pytest.raises(Refusal) as refused:
        scan(b'"\n' * 12_000_000, b",", b'"', 2)
    assert refused.value.arguments["lines"] < 12_000_000


def test_an_endless_line_is_refused_wherever_it_stands() -> None:
    refuse_endless_lines(b"a,b\n" * 20_000_000)
    for body in (b'"' * 40_000_000, b"a,b\n" * 1000 + b"x" * 40_000_000 + b"\na,b\n"):
        with pytest.raises(Refusal):
            refuse_endless_lines(body)
