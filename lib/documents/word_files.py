"""Fills a Word template with the words of a document, and says what is wrong with one. Only for the worker; it knows no word of either.

A template may come from anywhere: its size is read from the ZIP directory before anything is unpacked; macros, embedded files and addresses
outside are refused; of the orders between its braces only fields, `if` and plain loops are allowed, and all run in a sandbox. Data is
escaped and never read as an order. The same template and words give the same bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime
from typing import Any

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined, TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment
from lxml import etree
from markupsafe import Markup, escape

from lib.documents.template_faults import Fault

MOST_BYTES, MOST_UNPACKED, MOST_PART, MOST_PARTS, MOST_RATIO = 5_000_000, 20_000_000, 2_000_000, 300, 200
LABELS = "label."

Fields = Mapping[str, "Fields | None"]
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_LIVE_PARTS = re.compile(r"(?i)vbaproject|activex|embeddings/|afchunk|\.(bin|ole|exe|dll|js|vbs|docm?x?|xlsx?|xlsm|rtf|html?|mht)$")
_LIVE_FIELDS = re.compile(r"(?i)\b(INCLUDE\w*|DDE\w*|LINK|IMPORT|MACROBUTTON|HYPERLINK|DATABASE|EMBED|RD|ADDIN|PRINT|ASK|FILLIN)\b|[{}]")
_FILLED = re.compile(r"word/(document|header\d*|footer\d*|footnotes)\.xml")
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_FILTERS = {"upper", "lower", "trim", "length", "first", "last"}
_LOOP = {"index": None, "index0": None, "first": None, "last": None, "length": None}
_PLAIN = (nodes.Output, nodes.TemplateData, nodes.Const, nodes.Not, nodes.And, nodes.Or, nodes.Compare, nodes.Operand)
_WHEN = (1980, 1, 1, 0, 0, 0)
_ABOUT = (
    b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
    b'<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/extended-properties"><Application>Cartera</Application></Properties>'
)


def fields_of(words: Mapping[str, Any]) -> Fields:
    """The fields that a template may use, from words with a row in every list: name -> None for a text, or the fields of its rows."""
    found: dict[str, Fields | None] = {}
    for name, value in words.items():
        inner = value[0] if isinstance(value, list) and value else value
        found[name] = fields_of(inner) if isinstance(inner, Mapping) else None
    return found


def template_faults(template: bytes, fields: Fields, spare: Collection[str] = ()) -> tuple[Fault, ...]:
    """Everything that is wrong with `template`; without a grave fault it can be filled. `spare`: fields that it need not use."""
    if grave := _package_faults(template):
        return grave
    env, used, found = _environment(), set[str](), list[Fault]()
    try:
        for part in _texts(template):
            _read_orders(env.parse(part), fields, used, found)
    except (TemplateError, RecursionError, re.error) as error:
        return (Fault("broken", _short(getattr(error, "message", None) or "")),)
    unused = [Fault("unused_field", name) for name in sorted(_names(fields) - used - set(spare)) if not name.startswith(LABELS)]
    return tuple(dict.fromkeys(found)) + tuple(unused)


def filled(template: bytes, words: Mapping[str, Any], author: str, as_of: date) -> bytes:
    """`template`, which has no grave fault, with `words` in its fields. ValueError where it cannot be filled."""
    document = DocxTemplate(io.BytesIO(template))
    document.init_docx()
    about = document.docx.core_properties
    said = {"author": author, "title": str(words.get("title", "")), "last_modified_by": author}
    for name in ("author", "title", "last_modified_by", "subject", "comments", "keywords", "category", "identifier", "language", "version",
                 "content_status"):  # fmt: skip
        setattr(about, name, "")
    try:
        document.render(dict(words), jinja_env=_environment(), autoescape=True)
    except (TemplateError, etree.XMLSyntaxError) as error:
        raise ValueError("the template cannot be filled") from error
    for name, value in said.items():
        setattr(about, name, value[:255])
    about.created = about.modified = datetime(as_of.year, as_of.month, as_of.day)  # noqa: DTZ001  (Word wants no zone)
    about.revision = 1
    made = io.BytesIO()
    document.save(made)
    return _same_bytes(made.getvalue())


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(autoescape=True, undefined=StrictUndefined, finalize=_as_text)


def _as_text(value: object) -> Markup:
    """Data as XML in which no brace is left that the template's language could read."""
    return Markup(str(escape(str(value))).replace("{", "&#123;").replace("}", "&#125;").replace("%", "&#37;").replace("#}", "&#35;}"))


def _package_faults(template: bytes) -> tuple[Fault, ...]:
    try:
        with zipfile.ZipFile(io.BytesIO(template)) as archive:
            entries = archive.infolist()
            unpacked = sum(entry.file_size for entry in entries)
            most = min(MOST_UNPACKED, MOST_RATIO * max(len(template), 20_000))
            if len(template) > MOST_BYTES or len(entries) > MOST_PARTS or unpacked > most:
                return (Fault("too_large"),)
            if any(entry.flag_bits & 1 or entry.compress_type not in _METHODS for entry in entries):
                return (Fault("not_a_word_file"),)
            if live := sorted(entry.filename for entry in entries if _LIVE_PARTS.search(entry.filename)):
                return (Fault("macro", live[0][:120]),)
            parts = {entry.filename: _unpacked(archive, entry) for entry in entries if not entry.is_dir()}
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError, RuntimeError, KeyError):
        return (Fault("not_a_word_file"),)
    if "word/document.xml" not in parts or _MAIN.encode() not in parts.get("[Content_Types].xml", b""):
        kind = "macro" if b"macroEnabled" in parts.get("[Content_Types].xml", b"") else "not_a_word_file"
        return (Fault(kind),)
    return tuple(dict.fromkeys(fault for name, content in parts.items() for fault in _part_faults(name, content)))


def _unpacked(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise ValueError("the directory is untrue")
    return content


def _part_faults(name: str, content: bytes) -> Iterator[Fault]:
    if not name.endswith((".xml", ".rels")):
        return
    if len(content) > MOST_PART:
        yield Fault("too_large")
        return
    try:
        root = parsed(content)
    except (etree.XMLSyntaxError, ValueError):
        yield Fault("not_a_word_file", name[:120])
        return
    if name.endswith(".rels"):
        for relation in root:
            if relation.get("TargetMode", "").lower() == "external" or re.match(r"(?i)[a-z]{2,}:|//|\\\\", relation.get("Target", "")):
                yield Fault("outside_link", _short(relation.get("Target", "")))
    instructions = "".join(one.text or "" for one in root.iter(f"{_W}instrText", f"{_W}delInstrText"))
    instructions += " ".join(one.get(f"{_W}instr", "") for one in root.iter(f"{_W}fldSimple"))
    if live := _LIVE_FIELDS.search(instructions):
        yield Fault("outside_link", live.group())
    if next(root.iter(f"{_W}altChunk", f"{_W}object", f"{_W}control"), None) is not None:
        yield Fault("macro", name[:120])


def parsed(content: bytes) -> Any:
    """The XML of a part, without entities, addresses or a document type. ValueError or XMLSyntaxError for anything else."""
    if re.search(rb"<!(DOCTYPE|ENTITY)", content) or b"\x00" in content:
        raise ValueError("a document type")
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False, load_dtd=False))


def _texts(template: bytes) -> Iterator[str]:
    """The parts that are filled, as the template's language sees them."""
    document = DocxTemplate(io.BytesIO(template))
    with zipfile.ZipFile(io.BytesIO(template)) as archive:
        for name in archive.namelist():
            if _FILLED.fullmatch(name):
                yield document.patch_xml(etree.tostring(parsed(archive.read(name)), encoding="unicode"))


def _read_orders(template: nodes.Template, fields: Fields, used: set[str], found: list[Fault]) -> None:
    """Note which `fields` a part uses, and every order in it that is not allowed."""
    waiting: list[tuple[nodes.Node, dict[str, tuple[str, Fields | None]]]] = [(node, {}) for node in template.body]
    while waiting:
        node, scope = waiting.pop()
        if isinstance(node, nodes.Name | nodes.Getattr):
            _field(node, fields, scope, used, found)
        elif isinstance(node, nodes.For):
            if scope or node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
                found.append(Fault("order_not_allowed", f"for, line {node.lineno}"))
                continue
            path, inner = _field(node.iter, fields, scope, used, found)
            within = scope | {node.target.name: (path, inner), "loop": ("", _LOOP)}
            waiting += [(child, within) for child in node.body] + [(child, scope) for child in node.else_]
        elif isinstance(node, nodes.If):
            waiting += [(child, scope) for child in node.iter_child_nodes()]
        elif isinstance(node, nodes.Filter) and node.name in _FILTERS and not (node.args or node.kwargs) and node.node is not None:
            waiting.append((node.node, scope))
        elif isinstance(node, _PLAIN):
            waiting += [(child, scope) for child in node.iter_child_nodes()]
        else:
            found.append(Fault("order_not_allowed", type(node).__name__.lower()))


def _field(
    node: nodes.Node, fields: Fields, scope: dict[str, tuple[str, Fields | None]], used: set[str], found: list[Fault]
) -> tuple[str, Fields | None]:
    names: list[str] = []
    while isinstance(node, nodes.Getattr):
        names.insert(0, node.attr)
        node = node.node
    if not isinstance(node, nodes.Name):
        found.append(Fault("order_not_allowed", type(node).__name__.lower()))
        return "", None
    path, inner = scope.get(node.name, (node.name, fields.get(node.name)))
    if node.name not in scope and node.name not in fields:
        found.append(Fault("unknown_field", ".".join([node.name, *names])))
        return "", None
    for name in names:
        if inner is None or name not in inner:
            found.append(Fault("unknown_field", ".".join([node.name, *names])))
            return "", None
        path, inner = f"{path}.{name}", inner[name]
    used.add(path)
    return path, inner


def _names(fields: Fields, before: str = "") -> set[str]:
    names: set[str] = set()
    for name, inner in fields.items():
        names |= {f"{before}{name}"} if inner is None else _names(inner, f"{before}{name}.")
    return names


def _short(words: str) -> str:
    return re.sub(r"[^\x20-\x7e\xa0-\u024f]", " ", words)[:120]


def _same_bytes(file: bytes) -> bytes:
    """The file with its parts in one order, without the times and the machine on which it was made."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in sorted(archive.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            entry = zipfile.ZipInfo(name, _WHEN)
            entry.create_system, entry.external_attr, entry.compress_type = 0, 0, zipfile.ZIP_DEFLATED
            packed.writestr(entry, _ABOUT if name == "docProps/app.xml" else archive.read(name))
    return made.getvalue()
