"""What may not leave is found wherever a file can hold it, and what its value admitted is not taken for a leak."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

import pytest
from docx import Document
from hypothesis import given, settings
from hypothesis import strategies as st
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches
from pypdf import PdfReader, PdfWriter

from lib.documents.admitted import Admitted, admitted_by, numbers_in
from lib.documents.change_order import words_of
from lib.documents.leaks import leaks
from lib.documents.typesetting import typeset
from lib.formats import Language
from tests.documents.orders_of_change import AS_OF, usual

EN, ES = Language("en"), Language("es")
CANARY = "Asteria Bank"
MADE = datetime(2026, 12, 3)


@dataclass(frozen=True)
class Value:
    price: float
    on: date
    note: str
    kept_share: float = 0.5


VALUE = Value(27_600.0, date(2026, 12, 3), "See section 2.1 by 14 October")
ADMITTED = admitted_by(VALUE, ["Acme"])


def found(kind: str, file: bytes, admitted: Admitted = ADMITTED, forbidden: tuple[str, ...] = (CANARY,)) -> list[str]:
    return sorted(leak.what for leak in leaks(kind, file, admitted, forbidden))  # type: ignore[arg-type]


def written(*texts: str) -> bytes:
    document = Document()
    document.core_properties.created = document.core_properties.modified = MADE
    for text in texts:
        document.add_paragraph(text)
    made = io.BytesIO()
    document.save(made)
    return made.getvalue()


def with_part(file: bytes, name: str, content: str | bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(file)) as archive, zipfile.ZipFile(made, "w") as packed:
        for one in archive.namelist():
            if one != name:
                packed.writestr(one, archive.read(one))
        packed.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize("text", [
    "€27,600", "27.600 €", "27.600,00 €", "27600", "3 Dec 2026", "3 dic 2026", "3 de diciembre de 2026", "3 Dec", "2026-12-03", "50%",
    "50 %", "section 2.1", "14 October", "50.0%",
])  # fmt: skip
def test_what_the_value_holds_is_admitted_in_both_languages(text: str) -> None:
    value = admitted_by(VALUE) if text != "27600" else admitted_by(VALUE) | Admitted(numbers=frozenset({"27600"}))
    assert found("docx", written(text), value) == []


@pytest.mark.parametrize(("text", "what"), [
    ("€27,601", "27,601"), ("1.100 €", "1.100"), ("38%", "38"), ("4 Dec 2026", "4 12 2026"), ("3 Dec 2027", "3 12 2027"),
    ("2026-12-04", "4 12 2026"), ("P80", "80"), ("12 h", "12"),
])  # fmt: skip
def test_a_number_or_day_that_it_does_not_hold_is_found(text: str, what: str) -> None:
    assert found("docx", written(text)) == [what]


@pytest.mark.parametrize("text", ["It moves Asteria Bank.", "ASTERIA\u00a0BANK", "astería bank", "Asteria\nBank", "Asteria  Bank's"])
def test_a_name_is_found_in_any_case_over_spaces_and_accents(text: str) -> None:
    assert found("docx", written(text)) == [CANARY]


def test_a_part_of_a_word_is_no_name_and_short_names_are_not_looked_for() -> None:
    assert found("docx", written("Anaconda banks"), forbidden=("Ana", "Bank")) == []
    assert found("docx", written("The bank is open"), forbidden=("Bank",)) == ["Bank"]


def test_who_the_document_is_about_may_be_called_like_another() -> None:
    assert found("docx", written("Acme and Acme Labs"), forbidden=("Acme",)) == []
    assert found("docx", written("For Acme"), admitted_by(VALUE), ("Acme",)) == ["Acme"]


def test_a_name_split_over_runs_is_found() -> None:
    document = Document()
    paragraph = document.add_paragraph()
    for piece in ("Aste", "ria ", "Ba", "nk and 27", ",601"):
        paragraph.add_run(piece).bold = True
    made = io.BytesIO()
    document.save(made)
    assert set(found("docx", made.getvalue())) >= {CANARY, "27,601"}


def test_every_place_of_a_word_file_is_read() -> None:
    """Header, footer, table, comment, property, alternative text, custom XML, a file inside, and bytes of a picture."""
    text = f"{CANARY} 1,100"

    def of(change: str) -> bytes:
        document = Document()
        document.core_properties.created = document.core_properties.modified = MADE
        if change == "header":
            document.sections[0].header.paragraphs[0].text = text
        elif change == "footer":
            document.sections[0].footer.paragraphs[0].text = text
        elif change == "table":
            document.add_table(1, 1).cell(0, 0).text = text
        elif change == "comment":
            document.add_comment(document.add_paragraph().add_run("x"), text, author=CANARY)
        elif change == "title":
            document.core_properties.title = text
        elif change == "keywords":
            document.core_properties.keywords = text
        made = io.BytesIO()
        document.save(made)
        return made.getvalue()

    for change in ("header", "footer", "table", "comment", "title", "keywords"):
        assert found("docx", of(change)) == ["1,100", CANARY], change
    plain = written("x")
    for name in ("customXml/item9.xml", "docProps/custom.xml"):
        assert found("docx", with_part(plain, name, f"<a>{text}</a>")) == ["1,100", CANARY], name
    assert found("docx", with_part(plain, "word/media/a.png", f"tEXt{CANARY}")) == [CANARY]
    assert found("docx", with_part(plain, "word/embeddings/inner.docx", written(text))) == ["1,100", CANARY]
    assert found("docx", with_part(plain, "word/footnotes.xml", f'<w:p xmlns:w="x" w:descr="{CANARY}"/>')) == [CANARY]


def test_a_deck_its_notes_and_its_charts_are_read() -> None:
    deck = Presentation()
    deck.core_properties.created = deck.core_properties.modified = MADE
    slide = deck.slides.add_slide(deck.slide_layouts[6])
    slide.notes_slide.notes_text_frame.text = f"{CANARY}"
    data = CategoryChartData()
    data.categories = ["cost"]
    data.add_series("a", (4_711.0,))
    slide.shapes.add_chart(XL_CHART_TYPE.COLUMN_CLUSTERED, Inches(1), Inches(1), Inches(3), Inches(3), data)
    made = io.BytesIO()
    deck.save(made)
    named = {leak.what for leak in leaks("pptx", made.getvalue(), ADMITTED, [CANARY])}
    assert CANARY in named
    assert any(what.startswith("4711") for what in named)


@cache
def page() -> bytes:
    return typeset("change_order", words_of(usual("en"), EN))


def test_a_page_as_it_is_made_has_no_leak() -> None:
    order = usual("en")
    assert found("pdf", page(), admitted_by(order, order.names)) == []
    assert "27,600" in found("pdf", page(), Admitted(frozenset({AS_OF}), frozenset({"11"})))


def test_text_and_properties_of_a_page_are_read() -> None:
    order = usual("en")
    admitted = admitted_by(order, order.names)
    words = words_of(order, EN)
    told = typeset("change_order", words | {"unchanged": f"All else {CANARY} 1,100"})
    assert found("pdf", told, admitted) == ["1,100", CANARY]
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(page())))
    writer.add_metadata({"/Keywords": f"{CANARY} 1,100"})
    made = io.BytesIO()
    writer.write(made)
    assert found("pdf", made.getvalue(), admitted) == ["1,100", CANARY]


@pytest.mark.parametrize("kind", ["docx", "pptx", "pdf"])
@pytest.mark.parametrize("file", [b"", b"PK\x03\x04", b"%PDF-1.7\n", b"hello"])
def test_what_cannot_be_read_back_is_not_handed_out(kind: str, file: bytes) -> None:
    assert [leak.kind for leak in leaks(kind, file, ADMITTED, [])] == ["unreadable"]  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.floats(-1e9, 1e9, allow_nan=False))
def test_any_day_and_number_is_known_again(day: date, number: float) -> None:
    admitted = admitted_by((day, number))
    for t in (EN, ES):
        text = " ".join([t.day(day), t.number(number, 2), t.number(number), t.amount(number, "EUR"), f"{day.isoformat()}"])
        days, numbers = numbers_in(text)
        assert {(one.day, one.month, one.year) for one in admitted.days} == days
        assert numbers <= admitted.numbers


def test_admitted_survives_the_way_to_the_worker() -> None:
    assert Admitted.of_json(ADMITTED.to_json()) == ADMITTED
