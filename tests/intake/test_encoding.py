"""What is no table is refused in the same words whichever Unicode it is written in; a table is read the same in all of them."""

from __future__ import annotations

import pytest

from lib.intake import Reading
from lib.intake.encoding import is_markup
from lib.intake.reading import records_of
from lib.workers import Refusal

WAYS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"]
in_each = pytest.mark.parametrize("encoding", WAYS)

MARKUP = {
    "declared": '<?xml version="1.0"?>\n<Rows>\n<Row><Name>Acme</Name></Row>\n</Rows>\n',
    "with blanks above": '\n\n   <?xml version="1.0"?>\n<a><b>1</b></a>',
    "not declared": "<Report>\n<Row><Name>Acme</Name><Hours>3</Hours></Row>\n</Report>\n",
    "with a space of names": '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">\n<Worksheet/>\n</Workbook>',
    "one line": '<rows><row a="1"/><row a="2"/></rows>',
    "cut off": '<rss version="2.0">\n<channel>\n<item>x;y</item>\n<item>x;',
    "long": "<list>\n" + "<one>x, y</one>\n" * 5_000 + "</list>\n",
    "page": "<html><body><table><tr><td>a</td></tr></table></body></html>",
}
TABLES = {
    "tags in cells": "<b>Name</b>,hours\n<b>Ana</b>,3\n",
    "a column of tags": "<b>Name</b>\n<b>Ana</b>\n",
    "nested tags": "<b><i>Name</i></b>,hours\n<b><i>Ana</i></b>,3\n",
    "a name in brackets": "<none>,hours\nAna,3\n",
    "less than": "<5,>5\n1,2\n",
    "accents": "Año,horas\nMuñoz,3\n",
}


@in_each
@pytest.mark.parametrize("name", MARKUP)
def test_markup_is_refused_in_any_unicode(name: str, encoding: str) -> None:
    with pytest.raises(Refusal) as refused:
        records_of(MARKUP[name].encode(encoding), "export.csv", Reading())
    assert refused.value.code == "markup_file"


@in_each
def test_json_is_refused_in_any_unicode(encoding: str) -> None:
    with pytest.raises(Refusal) as refused:
        records_of('[{"a": 1},\n{"a": 2}]'.encode(encoding), "export.csv", Reading())
    assert refused.value.code == "json_file"


@in_each
@pytest.mark.parametrize("name", TABLES)
def test_a_table_with_signs_of_markup_is_read(name: str, encoding: str) -> None:
    written = TABLES[name]
    found = records_of(written.encode(encoding), "export.csv", Reading())
    lines = [line.split(",") for line in written.splitlines()]
    assert found.headers in (lines[0], [""] * len(lines[0]))
    assert [list(row) for row in found.frame.drop("_line").rows()] == lines[1 if any(found.headers) else 0 :]


def test_blanks_and_brackets_without_end_are_no_markup_and_cost_nothing() -> None:
    assert not is_markup(b"<a" + b" " * 1_000_000)
    assert not is_markup(b"<" * 1_000_000)
    assert not is_markup(b"")
