"""Microsoft Project's XML is told from other files, read whole or refused: cut off, with a document type, too deep, in a closed format."""

from __future__ import annotations

import pytest

from lib.intake.limits import FileLimits
from lib.intake.project_xml import is_closed_project, is_project, project_file
from lib.intake.reading import records_of
from lib.intake.values import Reading
from lib.workers import Refusal
from tests.intake.plans import plan, task

SPACE = 'xmlns="http://schemas.microsoft.com/project"'
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal(raw: bytes, name: str = "plan.xml") -> Refusal:
    with pytest.raises(Refusal) as refused:
        records_of(raw, name, Reading())
    return refused.value


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252", "iso-8859-1"])
def test_a_plan_is_known_in_every_encoding_that_its_head_declares(encoding: str) -> None:
    text = plan([task(1, "Diseño de página")]).decode().replace('encoding="UTF-8"', f'encoding="{encoding.removesuffix("-sig")}"')
    raw = text.encode(encoding)
    assert is_project(raw)
    assert [one.text("Name") for one in project_file(raw).tasks] == ["Site", "Diseño de página"]


def test_other_markup_is_no_plan() -> None:
    assert not is_project(b"<html><body>Project</body></html>")
    assert not is_project(b"<Project><Tasks/></Project>")
    assert refusal(b'<?xml version="1.0"?><Project><Task/></Project>').code == "markup_file"


def test_elements_of_other_namespaces_and_heavy_ones_are_passed_over() -> None:
    raw = plan([task(1, "Draft", ExtendedAttribute=[{"FieldID": 1, "Name": "not me"}], TimephasedData={"Name": "nor me"})])
    raw = raw.replace(b"<Name>Draft</Name>", b'<o:Name xmlns:o="urn:other">Other</o:Name><Name>Draft</Name>')
    assert project_file(raw).tasks[1].text("Name") == "Draft"


def test_a_prefix_before_every_element_changes_nothing() -> None:
    raw = b'<p:Project xmlns:p="http://schemas.microsoft.com/project"><p:Tasks><p:Task><p:UID>1</p:UID></p:Task></p:Tasks></p:Project>'
    assert is_project(raw)
    assert [one.text("UID") for one in project_file(raw).tasks] == ["1"]


@pytest.mark.parametrize("share", [0.3, 0.6, 0.99])
def test_a_plan_that_is_cut_off_is_refused_with_the_line_where_it_ends(share: float) -> None:
    raw = plan([task(uid, f"Task {uid}") for uid in range(1, 40)])
    cut = raw[: int(len(raw) * share)]
    refused = refusal(cut)
    assert refused.code == "broken_xml"
    assert refused.arguments["line"] == cut.count(b"\n") + 1


@pytest.mark.parametrize(
    "lead",
    [
        "<!DOCTYPE Project>",
        '<!DOCTYPE Project [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
        '<!DOCTYPE Project SYSTEM "file:///etc/hosts">',
        '<!DOCTYPE Project [<!ENTITY % x SYSTEM "http://e.invalid/x.dtd">%x;]>',
    ],
)
def test_a_document_type_is_refused_before_anything_of_it_is_used(lead: str) -> None:
    assert refusal(plan([task(1, "Draft")], lead=lead)).code == "xml_declares_type"


def test_what_is_deeper_than_a_plan_is_refused() -> None:
    deep = b"<a>" * 5000 + b"</a>" * 5000
    raw = b"<Project " + SPACE.encode() + b"><Tasks><Task>" + deep + b"</Task></Tasks></Project>"
    assert refusal(raw).code == "broken_xml"


def test_what_is_larger_than_the_limits_is_refused() -> None:
    raw = plan([task(1, "Draft")])
    with pytest.raises(Refusal, match="file_too_large"):
        project_file(raw, FileLimits(file_bytes=len(raw) - 1))
    with pytest.raises(Refusal, match="too_many_cells"):
        records_of(raw, "plan.xml", Reading(), FileLimits(cells=5))


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (OLE + bytes(600), "plan.mpp"),
        (OLE + bytes(600) + b"\0MSProject.MPP14\0", "renamed.xls"),
        (OLE + bytes(600) + "Props14\0".encode("utf-16-le"), "renamed.bin"),
        (b"MPX,Microsoft Project for Windows,4.0,ANSI\r\n12,1,1,480\r\n", "plan.mpx"),
        (b"MPX;Microsoft Project for Windows;4.0;ANSI\r\n", "plan.csv"),
    ],
)
def test_closed_formats_of_project_are_refused_with_what_to_do(raw: bytes, name: str) -> None:
    assert is_closed_project(raw, name)
    assert refusal(raw, name).code == "project_file"


def test_an_old_workbook_is_no_plan() -> None:
    assert not is_closed_project(OLE + bytes(600) + "Workbook Props".encode("utf-16-le"), "book.xls")
    assert refusal(OLE + bytes(600), "book.xls").code == "old_workbook"
