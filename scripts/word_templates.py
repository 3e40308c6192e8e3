"""Makes the Word templates that ship: `python -m scripts.word_templates`. People edit copies of them in Word; this file only lays them out.

Fields stand in double braces and are filled by `lib.documents.word_files`; labels come in the reader's language as label.<name>.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table
from docx.text.paragraph import Paragraph
from lxml import etree

TEMPLATES = Path(__file__).resolve().parents[1] / "lib" / "documents" / "templates"
INK, GREY, HAIR = RGBColor(0x15, 0x19, 0x1E), RGBColor(0x57, 0x60, 0x6B), "D5D9DE"
SERIF, SANS = "Georgia", "Arial"
AMOUNT = "{% if row.strong %}{{ row.amount }}{% endif %}"  # in bold; beside it the others
WIDTH = 210 - 25 - 22
_ORDER = ("tblStyle", "tblpPr", "tblOverlap", "bidiVisual", "tblStyleRowBandSize", "tblStyleColBandSize", "tblW", "jc", "tblCellSpacing",
          "tblInd", "tblBorders", "shd", "tblLayout", "tblCellMar", "tblLook")  # fmt: skip
_LEFT_OUT = ("docProps/thumbnail.jpeg",)


class Sheet:
    """A page being laid out from top to bottom."""

    def __init__(self) -> None:
        self.document = Document()
        page = self.document.sections[0]
        page.page_width, page.page_height = Mm(210), Mm(297)
        page.left_margin, page.right_margin, page.top_margin, page.bottom_margin = Mm(25), Mm(22), Mm(20), Mm(22)
        page.footer_distance = Mm(10)
        for name, font, size, above, below in (
            ("Normal", SANS, 10, 0, 4), ("Title", SERIF, 21, 8, 2), ("Heading 2", SERIF, 12.5, 14, 5),
        ):  # fmt: skip
            style = self.document.styles[name]
            style.font.name, style.font.size, style.font.color.rgb = font, Pt(size), INK
            style.font.bold, style.font.italic = name != "Normal", False
            fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
            for kind in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
                fonts.set(qn(kind), font)
            for theme in ("w:asciiTheme", "w:hAnsiTheme", "w:cstheme", "w:eastAsiaTheme"):
                fonts.attrib.pop(qn(theme), None)
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(above), Pt(below)
            for border in style.element.findall(".//" + qn("w:pBdr")):
                border.getparent().remove(border)

    def words(self, words: str, size: float = 10, grey: bool = False, bold: bool = False, style: str | None = None) -> Paragraph:
        paragraph = self.document.add_paragraph(style=style)
        written(paragraph, words, size if style is None else None, grey, bold)
        return paragraph

    def order(self, order: str) -> None:
        """An order to the template, alone on its line: {%p if reason %}."""
        self.document.add_paragraph(f"{{%p {order} %}}")

    def heading(self, words: str) -> None:
        self.words(words, style="Heading 2")

    def notes(self, label: str, rows: str) -> None:
        self.order(f"if {rows}")
        self.heading(label)
        self.order(f"for one in {rows}")
        self.words("{{ one }}")
        self.order("endfor")
        self.order("endif")

    def facts(self, pairs: Sequence[tuple[str, str]]) -> None:
        table = self.table([24, 58, 24, 57], rules=False)
        half = (len(pairs) + 1) // 2
        for left, right in zip(pairs[:half], [*pairs[half:], ("", "")][:half], strict=True):
            cells = table.add_row().cells
            for place, (label, value) in ((0, left), (2, right)):
                written(cells[place].paragraphs[0], label, 9, grey=True)
                written(cells[place + 1].paragraphs[0], value, 9.5)

    def rows(self, widths: Sequence[float], head: Sequence[str], over: str, row: Sequence[str], left: Sequence[int] = (0,),
             strong: Sequence[int] = (), last: Sequence[str] = ()) -> None:  # fmt: skip
        """A table: a head, one row for each of `over` ("item in items"), and perhaps a last one."""
        table = self.table(widths)
        lines: list[tuple[Sequence[str], str]] = [(head, "head"), ([f"{{%tr for {over} %}}"], ""), (row, "row"), (["{%tr endfor %}"], "")]
        for cells, kind in [*lines, *([(last, "last")] if last else [])]:
            made = table.add_row()
            for place, words in enumerate(cells):
                paragraph = made.cells[place].paragraphs[0]
                main, _, detail = words.partition("\n")
                bold = kind == "last" or (kind == "row" and place in strong)
                written(paragraph, main, 8.5 if kind == "head" else 9.5, kind == "head", bold)
                if words == AMOUNT:
                    written(paragraph, "{% if not row.strong %}{{ row.amount }}{% endif %}", 9.5)
                if detail:
                    written(paragraph, detail, 9, grey=True)
                if place not in left:
                    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            if kind == "head":
                made._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
            made._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))

    def part(self, over: str, label: str, widths: Sequence[float], head: Sequence[str], row: Sequence[str], left: Sequence[int] = (0,),
             strong: Sequence[int] = (), said: str = "") -> None:  # fmt: skip
        """A heading and a table, where there is a row."""
        self.order(f"if {over}")
        self.heading(label)
        if said:
            self.words(said)
        self.rows(widths, head, f"one in {over}", row, left, strong)
        self.order("endif")

    def table(self, widths: Sequence[float], rules: bool = True) -> Table:
        table = self.document.add_table(rows=0, cols=len(widths))
        table.autofit = False
        ruled(table, rules)
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        return table

    def signatures(self) -> None:
        """Two lines to sign on, in frames at the foot of the page that they begin on."""
        for name, left in (("client_signature", 25), ("firm_signature", 25 + WIDTH - 75)):
            paragraph = self.document.add_paragraph()
            written(paragraph, f"{{{{ {name}.of }}}}", 9)
            for words, grey in ((f"{{{{ {name}.name }}}}", False), ("{{ label.sign }}", True)):
                paragraph.add_run().add_break()
                written(paragraph, words, 9, grey=grey)
            properties = paragraph._p.get_or_add_pPr()
            place = f'w:w="{twips(75)}" w:h="{twips(17)}" w:hRule="atLeast" w:wrap="around" w:vAnchor="page" w:hAnchor="page"'
            framed = parse_xml(f'<w:framePr {nsdecls("w")} {place} w:x="{twips(left)}" w:y="{twips(297 - 22 - 22)}"/>')
            properties.insert_element_before(framed, "w:pBdr", "w:shd", "w:tabs", "w:spacing", "w:jc", "w:rPr")
            line = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="5" w:space="4" w:color="15191E"/></w:pBdr>'
            properties.insert_element_before(parse_xml(line), "w:shd", "w:tabs", "w:spacing", "w:jc", "w:rPr")
        self.words("", 2)  # frames hang on the paragraph after them

    def foot(self) -> None:
        paragraph = self.document.sections[0].footer.paragraphs[0]
        self.document.styles["Footer"].paragraph_format.tab_stops.clear_all()
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
        border = f'<w:pBdr {nsdecls("w")}><w:top w:val="single" w:sz="4" w:space="5" w:color="{HAIR}"/></w:pBdr>'
        paragraph._p.get_or_add_pPr().insert_element_before(parse_xml(border), "w:shd", "w:tabs", "w:spacing", "w:jc", "w:rPr")
        written(paragraph, "{{ footer }}\t", 8, grey=True)
        for index, name in enumerate(("PAGE", "NUMPAGES")):
            if index:
                written(paragraph, " / ", 8, grey=True)
            run = '<w:r><w:rPr><w:color w:val="57606B"/><w:sz w:val="16"/></w:rPr><w:t/></w:r>'
            paragraph._p.append(parse_xml(f'<w:fldSimple {nsdecls("w")} w:instr="{name}">{run}</w:fldSimple>'))

    def file(self) -> bytes:
        made = io.BytesIO()
        about = self.document.core_properties
        about.author, about.comments, about.title = "Cartera", "", ""
        self.document.save(made)
        return plain(made.getvalue())


def twips(millimetres: float) -> int:
    return round(millimetres / 25.4 * 1440)


def written(paragraph: Paragraph, words: str, size: float | None, grey: bool = False, bold: bool = False) -> None:
    run = paragraph.add_run(words)
    if size is not None:
        run.font.size, run.font.color.rgb = Pt(size), GREY if grey else INK
    run.bold = True if bold else None
    paragraph.paragraph_format.space_after = Pt(4 if paragraph.style is not None and paragraph.style.name != "Normal" else 2.5)


def ruled(table: Table, rules: bool) -> None:
    """Hairlines below each row and nothing else; no room at the left, so that text stands on the margin."""
    line = f'w:val="single" w:sz="4" w:space="0" w:color="{HAIR}"'
    inner = f"<w:bottom {line}/><w:insideH {line}/>" if rules else ""
    table._tbl.tblPr.append(parse_xml(f'<w:tblBorders {nsdecls("w")}>{inner}</w:tblBorders>'))
    sides = (("top", 40), ("left", 0), ("bottom", 20), ("right", 60))
    margins = "".join(f'<w:{side} w:w="{wide}" w:type="dxa"/>' for side, wide in sides)
    table._tbl.tblPr.append(parse_xml(f'<w:tblCellMar {nsdecls("w")}>{margins}</w:tblCellMar>'))
    in_order(table)


def in_order(table: Table) -> None:
    """The properties of a table as the format's schema orders them; Word refuses a file that does not."""
    properties = table._tbl.tblPr
    for one in sorted(properties, key=lambda one: _ORDER.index(one.tag.partition("}")[2])):
        properties.append(one)


def change_order() -> bytes:
    sheet = Sheet()
    top(sheet)
    sheet.facts((
        ("{{ label.client }}", "{{ client }}"), ("{{ label.project }}", "{{ project }}"), ("{{ label.contract }}", "{{ contract }}"),
        ("{{ label.earlier }}", "{% for one in earlier %}{{ one }}{% if not loop.last %}; {% endif %}{% endfor %}{{ no_earlier }}"),
        ("{{ label.asked_by }}", "{{ asked_by }}"), ("{{ label.valid_until }}", "{{ valid_until }}"),
        ("{{ label.scope }}", "{{ scope }}"), ("{{ label.way }}", "{{ way }}"),
    ))  # fmt: skip
    sheet.order("if items or description")
    sheet.heading("{{ label.changes }}")
    sheet.order("endif")
    sheet.order("if description")
    sheet.words("{{ description }}")
    sheet.order("endif")
    detail = "{{ item.name }}\n{% if item.acceptance %}. {{ item.acceptance }}{% endif %}"
    sheet.order("if items and by_hour")
    sheet.rows((28, 115, 20), ("{{ label.change }}", "{{ label.item }}", "{{ label.hours }}"), "item in items",
               ("{{ item.work }}", detail, "{{ item.hours }}"), left=(0, 1), last=("{{ label.total }}", "", "{{ hours }}"))  # fmt: skip
    sheet.order("endif")
    sheet.order("if items and not by_hour")
    sheet.rows((28, 135), ("{{ label.change }}", "{{ label.item }}"), "item in items", ("{{ item.work }}", detail), left=(0, 1))
    sheet.order("endif")
    sheet.order("if acceptance")
    sheet.words("{{ label.acceptance }}: {{ acceptance }}").paragraph_format.space_before = Pt(6)
    sheet.order("endif")
    sheet.order("if reason")
    sheet.heading("{{ label.reason }}")
    sheet.words("{{ reason }}")
    sheet.order("endif")
    sheet.order("if dates or prices")
    sheet.heading("{{ label.effect }}")
    sheet.order("endif")
    sheet.order("if dates")
    before_after = ("{{ row.what }}", "{{ row.before }}", "{{ row.after }}")
    sheet.rows((93, 35, 35), ("{{ label.date }}", "{{ label.before }}", "{{ label.after }}"), "row in dates", before_after, strong=(2,))
    sheet.words("{{ label.margin }}", 8.5, grey=True).paragraph_format.space_before = Pt(5)
    sheet.order("endif")
    sheet.order("if prices")
    sheet.words("", 4)
    sheet.rows((113, 50), ("{{ label.net }}", ""), "row in prices", ("{{ row.what }}", AMOUNT), strong=(1,))
    sheet.order("endif")
    sheet.order("if moved")
    sheet.words("", 4)
    head = ("{{ label.deliverables }}", "{{ label.before }}", "{{ label.after }}")
    sheet.rows((93, 35, 35), head, "row in moved", before_after, strong=(2,))
    sheet.order("endif")
    for name in ("late", "assumptions", "refused"):
        sheet.notes(f"{{{{ label.{name} }}}}", name)
    sheet.words("{{ unchanged }}").paragraph_format.space_before = Pt(12)
    sheet.signatures()
    sheet.foot()
    return sheet.file()


def closing_report() -> bytes:
    sheet = Sheet()
    top(sheet)
    sheet.order("if edition")
    sheet.words("{{ edition }}", 9.5, bold=True)
    sheet.order("endif")
    sheet.facts((("{{ label.client }}", "{{ client }}"), ("{{ label.finished }}", "{{ finished }}"), ("{{ label.as_of }}", "{{ as_of }}")))
    sheet.order("if summary")
    sheet.heading("{{ label.summary }}")
    sheet.words("{{ summary }}")
    sheet.order("endif")
    dates = ("{{ label.planned }}", "{{ label.actual }}", "{{ label.difference }}")
    sheet.part("rows", "{{ label.against }}", (64, 31, 31, 37), ("{{ label.what }}", *dates),
               ("{{ one.what }}", "{{ one.planned }}", "{{ one.actual }}", "{{ one.difference }}"), strong=(2,))  # fmt: skip
    sheet.part("milestones", "{{ label.milestones }}", (67, 32, 32, 32), ("{{ label.what }}", "{{ label.planned }}", "{{ label.done }}",
               "{{ label.accepted }}"), ("{{ one.name }}", "{{ one.planned }}", "{{ one.done }}", "{{ one.accepted }}"),
               said="{{ milestones_said }}")  # fmt: skip
    sheet.part("changes", "{{ label.changes }}", (85, 44, 34), ("{{ label.change }}", "{{ label.state }}", "{{ label.price }}"),
               ("{{ one.name }}", "{{ one.state }}", "{{ one.price }}"), left=(0, 1))  # fmt: skip
    sheet.part("ledger", "{{ label.ledger }}", (85, 39, 39), ("{{ label.what }}", "{{ label.amount }}", "{{ label.total }}"),
               ("{{ one.step }}", "{{ one.amount }}", "{{ one.total }}"))  # fmt: skip
    sheet.notes("{{ label.absorbed }}", "absorbed")
    sheet.order("if estimates")
    sheet.heading("{{ label.estimates }}")
    sheet.words("{{ estimates }}")
    sheet.order("endif")
    sheet.part("promises", "{{ label.promises }}", (99, 32, 32), ("{{ label.promise }}", "{{ label.due }}", "{{ label.state }}"),
               ("{{ one.text }}", "{{ one.due }}", "{{ one.state }}"), left=(0, 2), said="{{ promises_said }}")  # fmt: skip
    sheet.order("if feedback")
    sheet.heading("{{ label.feedback }}")
    sheet.order("for one in feedback")
    sheet.words("{{ one.day }} · {{ one.score }} · {{ one.who }}", 9, grey=True)
    sheet.words("{{ one.comment }}")
    sheet.order("endfor")
    sheet.order("endif")
    sheet.notes("{{ label.lessons }}", "lessons")
    sheet.notes("{{ label.inside_lessons }}", "inside_lessons")
    sheet.words("", 2)
    sheet.foot()
    return sheet.file()


def top(sheet: Sheet) -> None:
    first = sheet.document.add_paragraph()
    first.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    written(first, "{{ firm }}\t{{ dated }}", 9, grey=True)
    sheet.words("{{ title }}", style="Title")
    sheet.order("if subtitle")
    sheet.words("{{ subtitle }}", 12).paragraph_format.space_after = Pt(8)
    sheet.order("endif")


def plain(file: bytes) -> bytes:
    """The file without python-docx's own picture and times."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as archive, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as packed:
        for name in archive.namelist():
            content = archive.read(name)
            if name in _LEFT_OUT:
                continue
            if name == "_rels/.rels":
                content = without_thumbnail(content)
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.create_system, entry.compress_type = 0, zipfile.ZIP_DEFLATED
            packed.writestr(entry, content)
    return made.getvalue()


def without_thumbnail(relations: bytes) -> bytes:
    root = parse_xml(relations)
    for one in list(root):
        if "thumbnail" in one.get("Target", ""):
            root.remove(one)
    return bytes(etree_bytes(root))


def etree_bytes(root: object) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


if __name__ == "__main__":
    for name, made in (("change_order", change_order()), ("closing_report", closing_report())):
        (TEMPLATES / f"{name}.docx").write_bytes(made)
        print(f"lib/documents/templates/{name}.docx: {len(made)} bytes")
