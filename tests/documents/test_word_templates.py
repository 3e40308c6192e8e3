"""A person's own Word template is checked before it is filled: what reaches outside, runs or is unknown is refused with its reason."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from docx import Document
from docx.oxml import OxmlElement
from docx.oxml.ns import qn

from lib.documents import change_order, closing_report
from lib.documents.admitted import admitted_by
from lib.documents.change_order import words_of
from lib.documents.client_files import FIELDS, client_file
from lib.documents.orders import order_change_order, order_template_check, shipped_template
from lib.documents.refusals import refusal_text
from lib.documents.template_faults import FAULTS, fault_text
from lib.documents.word_files import filled, template_faults
from lib.formats import Language
from lib.workers import Limits, Refused, Worker
from lib.workers.outcome import Refusal
from scripts import word_templates
from tests.documents.opened import word_lines
from tests.documents.orders_of_change import AS_OF, usual

EN, ES = Language("en"), Language("es")


def template(*paragraphs: str, footer: str = "") -> bytes:
    document = Document()
    for text in paragraphs:
        document.add_paragraph(text)
    document.sections[0].footer.paragraphs[0].text = footer
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def grave(file: bytes) -> list[tuple[str, str]]:
    return [(fault.kind, fault.what) for fault in template_faults(file, *FIELDS["change_order"]) if fault.grave]


def changed(file: bytes, **parts: bytes | str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in archive.namelist():
            packed.writestr(one, archive.read(one))
        for name, content in parts.items():
            packed.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("document", ["change_order", "closing_report"])
def test_the_templates_that_ship_have_no_fault_and_are_what_their_script_makes(document: str) -> None:
    shipped = shipped_template(document)
    assert template_faults(shipped, *FIELDS[document]) == ()
    assert getattr(word_templates, document)() == shipped


@pytest.mark.parametrize("document", ["change_order", "closing_report"])
def test_properties_of_tables_stand_in_the_order_of_the_format(document: str) -> None:
    for table in Document(io.BytesIO(shipped_template(document))).tables:
        names = [one.tag.partition("}")[2] for one in table._tbl.tblPr]
        assert names == sorted(names, key=word_templates._ORDER.index)


def test_both_languages_have_the_same_fields() -> None:
    assert change_order.everything(EN).keys() == change_order.everything(ES).keys()
    assert closing_report.everything(EN)["label"].keys() == closing_report.everything(ES)["label"].keys()


def test_a_template_of_ones_own_is_filled() -> None:
    own = template("Order {{ number }} for {{ client }}", "{%p for one in items %}", "{{ loop.index }}. {{ one.name }}", "{%p endfor %}",
                   "{% if reason %}Because: {{ reason }}{% endif %}",
                   footer="Our house, Calle Mayor 37, 28013 Madrid: {{ title | upper }}")  # fmt: skip
    assert grave(own) == []
    order = usual("en")
    made = client_file("change_order", "docx", words_of(order, EN), admitted_by(order, order.names), ["Asteria Bank"], own)
    lines = word_lines(made)
    assert lines[0] == "Order CR-11 for Brightwater Dental Group"
    assert [line for line in lines if line[0].isdigit()] == [
        "1. Sign-in and roles", "2. Order screens", "3. Approval flow", "4. Acceptance tests", "5. Newsletter page",
    ]  # fmt: skip
    assert lines[-1] == "Our house, Calle Mayor 37, 28013 Madrid: CHANGE ORDER CR-11"


def test_unknown_and_unused_fields_are_listed() -> None:
    faults = template_faults(template("{{ client }} {{ margin }} {{ label.client }} {{ items.cost }}",
                                      "{%p for one in items %}", "{{ one.cost }}", "{%p endfor %}"), *FIELDS["change_order"])  # fmt: skip
    assert {fault.what for fault in faults if fault.kind == "unknown_field"} == {"margin", "items.cost", "one.cost"}
    unused = {fault.what for fault in faults if fault.kind == "unused_field"}
    assert {"unchanged", "prices.amount", "client_signature.of", "items.name"} <= unused
    assert not {"client", "margin", "lang"} & unused


@pytest.mark.parametrize("order", [
    "{{ client.__class__ }}", "{{ ''.__class__.__mro__ }}", "{{ 7*7 }}", "{{ range(10) }}", "{{ client.upper() }}",
    "{{ client|attr('x') }}",
    "{{ items[0] }}", "{% set a = 1 %}", "{% for a in range(9) %}{% endfor %}", "{% include 'x' %}", "{% import 'x' as y %}",
    "{% macro a() %}{% endmacro %}", "{% for a in items %}{% for b in items %}{% endfor %}{% endfor %}", "{{ self }}", "{{ cycler }}",
    "{% for a in items recursive %}{% endfor %}", "{% block x %}{% endblock %}", "{{ client ~ client }}", "{{ client|replace('a', 'b') }}",
    "{{ lipsum }}", "{% filter upper %}x{% endfilter %}", "{{ (client,) }}", "{% for a in items if a %}{% endfor %}", "{{ client|e }}",
])  # fmt: skip
def test_other_orders_are_refused(order: str) -> None:
    found = {kind for kind, _ in grave(template(order) if "{%" in order else template("x", footer=order))}
    assert found
    assert found <= {"order_not_allowed", "unknown_field", "broken"}


@pytest.mark.parametrize("order", ["{{ client", "{% if client %}", "{% endfor %}", "{% nonsense %}", "{{ }}", "{%p for one in items %}"])
def test_braces_that_do_not_close_are_refused(order: str) -> None:
    found = grave(template(order))
    if order != "{{ client":  # without its end it is text
        assert {kind for kind, _ in found} == {"broken"}


RELATION = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/attachedTemplate" Target="{to}"{mode}/></Relationships>'
)


@pytest.mark.parametrize(("to", "mode"), [
    ("https://example.invalid/t.dotm", ' TargetMode="External"'), ("file:///etc/passwd", ' TargetMode="external"'),
    ("\\\\host\\share", ""), ("//host/x", ""),
])  # fmt: skip
def test_a_link_outside_is_refused(to: str, mode: str) -> None:
    file = changed(template("x"), **{"word/_rels/settings.xml.rels": RELATION.format(to=to, mode=mode)})
    assert [kind for kind, _ in grave(file)] == ["outside_link"]


@pytest.mark.parametrize("name", ["word/vbaProject.bin", "word/embeddings/oleObject1.bin", "word/activeX/activeX1.xml", "word/a.docm",
                                  "word/afchunk.htm"])  # fmt: skip
def test_a_macro_or_embedded_file_is_refused(name: str) -> None:
    assert [kind for kind, _ in grave(changed(template("x"), **{name: b"x"}))] == ["macro"]


@pytest.mark.parametrize("field", ["INCLUDETEXT c:/x", "DDEAUTO c:/x", " dde x", "HYPERLINK x", "{{ client }}", "INCLUDEPICTURE x"])
def test_a_field_that_fetches_or_runs_is_refused(field: str) -> None:
    document = Document()
    run = document.add_paragraph().add_run()
    for piece in (field[:3], field[3:]):
        instruction = OxmlElement("w:instrText")
        instruction.text = piece
        run._r.append(instruction)
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), "PAGE")
    document.paragraphs[0]._p.append(simple)
    made = io.BytesIO()
    document.save(made)
    assert [kind for kind, _ in grave(made.getvalue())] == ["outside_link"]


ENTITY = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha">]><x>&a;</x>'


@pytest.mark.parametrize("file", [b"", b"hello", b"PK\x03\x04", b"%PDF-1.7", "workbook", "entity", "no document"])
def test_what_is_no_word_file_is_refused(file: bytes | str) -> None:
    if file == "entity":
        file = changed(template("x"), **{"customXml/item7.xml": ENTITY})
    elif isinstance(file, str):
        made = io.BytesIO()
        with zipfile.ZipFile(made, "w") as packed:
            packed.writestr("xl/workbook.xml" if file == "workbook" else "[Content_Types].xml", "<x/>")
        file = made.getvalue()
    assert [kind for kind, _ in grave(file)] == ["not_a_word_file"]


def test_a_bomb_is_refused_by_its_directory() -> None:
    assert grave(changed(template("x"), **{"word/media/a.png": b"\0" * 30_000_000})) == [("too_large", "")]
    assert grave(changed(template("x"), **{f"word/media/{n}.png": b"" for n in range(400)})) == [("too_large", "")]
    assert grave(changed(template("x"), **{"word/glossary.xml": b"<a>" + b"b" * 2_100_000 + b"</a>"})) == [("too_large", "")]


def test_a_faulty_template_is_a_refusal_with_its_reason() -> None:
    order = usual("en")
    with pytest.raises(Refusal) as refused:
        client_file("change_order", "docx", words_of(order, EN), admitted_by(order, order.names), [], template("{{ margin }}"))
    told = refusal_text(Refused(refused.value.code, refused.value.arguments), EN)
    assert told == "There is no field margin. Correct its name or remove it."


def test_every_fault_has_a_sentence() -> None:
    faults = [*template_faults(template("{{ margin }} {{ 7*7 }}"), *FIELDS["change_order"]), *template_faults(b"", *FIELDS["change_order"])]
    assert {fault.kind for fault in faults} <= FAULTS.keys()
    assert all(fault_text(fault, t) for fault in faults for t in (EN, ES))


def test_data_is_never_an_order() -> None:
    words = words_of(usual("en"), EN) | {"client": "{{ 7*7 }}{% raw %}<w:p/>&amp;{_{x}_}"}
    (line,) = [text for text in word_lines(filled(template("{{ client }}"), words, "a", AS_OF)) if text]
    assert line == "{{ 7*7 }}{% raw %}<w:p/>&amp;{_{x}_}"


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(Limits(memory_bytes=2_000_000_000, cpu_seconds=60, wall_seconds=60.0)) as made:
        yield made


def test_the_worker_makes_the_same_files_and_says_the_same_faults(worker: Worker, tmp_path: Path) -> None:
    order = usual("es")
    for form in ("pdf", "docx"):
        file = order_change_order(worker, order, ES, form, tmp_path, ["Asteria Bank"])  # type: ignore[arg-type]
        assert file == client_file("change_order", form, words_of(order, ES), admitted_by(order, order.names), ["Asteria Bank"])
    faults = order_template_check(worker, "change_order", template("{{ margin }}"), tmp_path)
    assert not isinstance(faults, Refused)
    assert [(fault.kind, fault.what) for fault in faults if fault.grave] == [("unknown_field", "margin")]


def test_a_leak_comes_back_as_a_sentence_and_not_as_a_file(worker: Worker, tmp_path: Path) -> None:
    told = order_change_order(worker, usual("en"), EN, "pdf", tmp_path, ["approved and refused", "Approval flow"])
    assert isinstance(told, Refused)
    assert refusal_text(told, EN) == "The file is not handed out: it names “Approval flow”, which this client may not read (page 1)."
