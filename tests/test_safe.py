"""Rules of safety that no other test holds: uploaded bytes are parsed in the worker only, and nothing turns a refusal into garbage.

Where the others are held: frames in caches, configuration, page icons, pins, own HTML: test_house. Limits, crashes and hangs of the
worker: workers/test_worker, intake/test_hostile_files. Connections and transactions: store/test_authored, store/test_together. Dialects,
counted records, error cells: intake/test_hostile_files, intake/test_bad_files. Outside text on pages: ui/test_frame, pages/,
browser/test_own_files. Foreign hosts and origins: browser/test_strangers. Silence towards the outside: every browser test, test_offline.
Names of downloads, dead cells, forbidden letters: test_leaving, documents/, ui/test_table_downloads. Pictures: documents/test_chart_texts.
"""

from __future__ import annotations

import ast
import re

import pytest

from lib.intake.reading import records_of
from lib.intake.values import Reading
from lib.workers import Refusal
from tests import house_rules as rules
from tests.test_house import APP

PARSERS = {
    "python_calamine", "fastexcel", "openpyxl", "xlrd", "charset_normalizer", "defusedxml", "vl_convert", "pptx", "lxml", "xml", "typst",
    "docx", "docxtpl", "pypdf",
}  # fmt: skip
PARSING_CALLS = {
    "read_csv",
    "scan_csv",
    "read_csv_batched",
    "read_excel",
    "read_ods",
    "read_json",
    "read_ndjson",
    "read_xml",
    "read_html",
    "read_pickle",
}
# lib/intake/__init__.py is checked below: it only sends jobs.
IN_WORKER = (
    "lib/intake/", "lib/workers/", "lib/documents/pictures.py", "lib/documents/brief_pdf.py",
    "lib/documents/typesetting.py", "lib/documents/word_files.py", "lib/documents/leaks.py",
    "lib/documents/slide",  # slide.py and its parts
)  # fmt: skip
DRAWING = {
    "lib.documents.pictures", "lib.documents.slide", "lib.documents.slide_charts", "lib.documents.slide_scores",
    "lib.documents.slide_parts", "lib.documents.chart_files", "lib.documents.heated", "lib.documents.brief_pdf",
    "lib.documents.typesetting", "lib.documents.word_files", "lib.documents.leaks", "lib.documents.client_files",
}  # fmt: skip
OWN_FILES = {"lib/sample.py"}  # reads what is committed in data/sample
LENIENT = re.compile(
    r"utf8-lossy|ignore_errors\s*=\s*True|truncate_ragged_lines\s*=\s*True|errors\s*=\s*[\"'](ignore|surrogateescape)[\"']"
)


def parsing(source: str) -> list[str]:
    """Parsers that `source` imports or calls."""
    found = [module for module in sorted(rules.imported_modules(source)) if module.split(".")[0] in PARSERS]
    calls = (rules.dotted(call.func) for call in rules.nodes(source, ast.Call))
    return found + [name for name in calls if name.split(".")[-1] in PARSING_CALLS]


def modules_of_intake() -> dict[str, str]:
    """Name -> source of the importer's modules, without its front."""
    paths = {name: text for name, text in APP.items() if name.startswith("lib/intake/") and not name.endswith("__init__.py")}
    return {name.removesuffix(".py").replace("/", "."): text for name, text in paths.items()}


def that_open_files(modules: dict[str, str]) -> set[str]:
    """Those that parse or unpack a file, and those that import one of them: they may only run in the worker."""
    found = {name for name, text in modules.items() if parsing(text) or "zipfile" in rules.imported_modules(text)}
    while more := {name for name, text in modules.items() if rules.imported_modules(text) & found} - found:
        found |= more
    return found - {"lib.intake.templates"}  # writes files, and finds the encoding of its own text


def inner_modules(source: str, only_in_worker: set[str]) -> list[str]:
    """Modules that open files which `source` imports past the importer's front."""
    return sorted(rules.imported_modules(source) & only_in_worker)


def test_no_file_is_parsed_outside_the_worker() -> None:
    outside = {name: text for name, text in APP.items() if not name.startswith(IN_WORKER) and name not in OWN_FILES}
    assert {name: found for name, text in outside.items() if (found := parsing(text))} == {}
    assert parsing(APP["lib/intake/__init__.py"]) == []


@pytest.mark.parametrize(
    "planted", ["import python_calamine", "def f():\n    from vl_convert import x", "pl.read_csv(upload)", "pd.read_excel(upload)"]
)
def test_a_parser_in_the_server_is_found(planted: str) -> None:
    assert parsing(planted)
    assert not parsing("pl.read_ipc(path); pl.read_parquet(path); json.loads(text)")


def test_only_the_worker_draws() -> None:
    """Whoever wants a picture, a slide or a page orders it."""
    outside = {name: text for name, text in APP.items() if not name.startswith("lib/documents/")}
    assert {name: found for name, text in outside.items() if (found := inner_modules(text, DRAWING))} == {}
    assert inner_modules(APP["lib/documents/orders.py"], DRAWING) == []
    assert inner_modules("from lib.documents.brief_pdf import brief_pdf", DRAWING) == ["lib.documents.brief_pdf"]


def test_pages_use_the_importer_through_its_front() -> None:
    surface = {name: text for name, text in APP.items() if name.startswith(("lib/ui/", "pages/"))}
    only_in_worker = that_open_files(modules_of_intake())
    assert {"lib.intake.reading", "lib.intake.checking", "lib.intake.sheets", "lib.intake.archives"} <= only_in_worker
    assert {name: found for name, text in surface.items() if (found := inner_modules(text, only_in_worker))} == {}
    assert inner_modules("from lib.intake.reading import read_job", only_in_worker) == ["lib.intake.reading"]


def test_a_module_that_opens_files_behind_another_is_found() -> None:
    planted = {"lib.intake.a": "import zipfile", "lib.intake.b": "from lib.intake.a import x", "lib.intake.c": "import json"}
    assert that_open_files(planted) == {"lib.intake.a", "lib.intake.b"}


def test_nothing_is_read_leniently() -> None:
    intake = {name: text for name, text in APP.items() if name.startswith("lib/intake/")}
    assert len(intake) > 10
    assert {name: match.group() for name, text in intake.items() if (match := LENIENT.search(text))} == {}


@pytest.mark.parametrize(
    "planted", ['decode(errors="ignore")', "encoding='utf8-lossy'", "ignore_errors=True", "truncate_ragged_lines = True"]
)
def test_lenient_reading_is_found(planted: str) -> None:
    assert LENIENT.search(planted)


XML_READERS = re.compile(r"^(xml\.(etree|sax|dom)|lxml|bs4|html5lib)\b|^pickle$|^yaml$")


def unsafe_readers(source: str) -> list[str]:
    """Readers of XML and the like that follow entities or build objects; `defusedxml` and a bare expat that refuses declarations do not."""
    return sorted(module for module in rules.imported_modules(source) if XML_READERS.search(module))


def test_xml_is_read_by_the_readers_that_refuse_declarations() -> None:
    reading = {name: text for name, text in APP.items() if not name.startswith("lib/documents/")}  # those write XML of our own
    assert {name: found for name, text in reading.items() if (found := unsafe_readers(text))} == {}
    for name, text in APP.items():
        for call in rules.nodes(text, ast.Call):
            if rules.dotted(call.func) in ("ElementTree.fromstring", "ElementTree.parse", "ElementTree.iterparse"):
                said = {word.arg for word in call.keywords if getattr(word.value, "value", False) is True}
                assert "forbid_dtd" in said, f"{name}:{call.lineno}"
        if "xml.parsers.expat" in text or "from xml.parsers import expat" in text:
            assert "StartDoctypeDeclHandler" in text, name


@pytest.mark.parametrize("planted", ["import xml.etree.ElementTree as E", "from lxml import etree", "from xml.dom import minidom"])
def test_a_reader_that_follows_entities_is_found(planted: str) -> None:
    assert unsafe_readers(planted)


BOMB = '<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.json", b'{"hours": NaN}', "json_file"), ("a.json", b'{"hours": 1, "hours": 2}', "json_file"),
    ("a.json", b"[" * 50_000, "json_file"),
    ("a.csv", b' [{"name": "x"}]', "json_file"), ("a.xml", b'<?xml version="1.0"?><rows><row/></rows>', "markup_file"),
    ("a.csv", BOMB.encode() + b"<rows>&b;</rows>", "markup_file"),
    ("a.csv", b"<!DOCTYPE rows SYSTEM 'file:///etc/passwd'><rows/>", "markup_file"), ("a.svg", b"<svg xmlns='x'/>", "markup_file"),
])  # fmt: skip
def test_json_and_xml_are_refused_at_upload(name: str, content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refused:
        records_of(content, name, Reading())
    assert refused.value.code == code


def test_the_refusal_of_json_looks_at_the_file_and_not_at_its_name() -> None:
    found = records_of(b"name;hours\n[Ana];1\n{x};2\n", "a.json", Reading())
    assert found.frame.height == 2
