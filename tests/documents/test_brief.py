"""A brief is one page that says all it was given, in our fonts, with the same bytes each time; no text of it is an order to the writer."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from functools import cache
from typing import Any

import pytest
import typst
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from lib.documents import brief as parts
from lib.documents import brief_pdf as writer
from lib.documents.brief import SECTIONS, AccountBrief, page_of
from lib.documents.brief_pdf import brief_pdf
from lib.formats import Language
from tests.documents.briefs import AS_OF, crowded, empty, usual
from tests.documents.payloads import LIVE

LANGUAGES = {"en": Language("en"), "es": Language("es")}
EN = LANGUAGES["en"]
BOTH = pytest.mark.parametrize("code", list(LANGUAGES))
LONG = (
    "Confederación Hidrográfica Iberoamericana de Aprovechamientos Energéticos y Telecomunicaciones Transfronterizas del "
    "Atlántico, S. Coop."
)
MARKUP = (
    "#panic(1)", '#read("brief.typ")', "#import \"brief.typ\": *", "*bold* _em_ `raw`", "$x^2$", "<label> @ref", "= Heading", "- item",
    "// no comment", "/* none */", "#sys.inputs", "\\u{1F600} \\#", "{\"a\": 1}", "[content]", "https://example.invalid/x",
    "~ -- --- ...", "'single' \"double\"", "{name} {0} %s", "#let a = 1; #a", "<script>alert(1)</script>",
)  # fmt: skip


def read(file: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(file))


@cache
def made(code: str) -> tuple[AccountBrief, bytes]:
    """The usual brief and its page."""
    brief = usual(code)
    return brief, brief_pdf(page_of(brief, LANGUAGES[code]))


def bare(text: str) -> str:
    """Without spaces, at which a page breaks its lines, and without the marks that let long words break."""
    return re.sub(r"[\s\u00a0\u200b]+", "", text)


def text_of(file: bytes) -> str:
    (page,) = read(file).pages
    return page.extract_text()


def texts_in(part: Any) -> Iterator[str]:
    """Every text and date that a brief was given, as it must stand on the page."""
    if is_dataclass(part) and not isinstance(part, type):
        for one in fields(part):
            if one.name not in ("status", "unloaded"):
                yield from texts_in(getattr(part, one.name))
    elif isinstance(part, tuple):
        for one in part:
            yield from texts_in(one)
    elif isinstance(part, str):
        yield part


def days_in(brief: AccountBrief) -> set[date]:
    rows = [row for key in SECTIONS for row in getattr(brief, key)]
    return {value for row in rows for one in fields(row) if isinstance(value := getattr(row, one.name), date)}


@BOTH
def test_every_word_and_figure_it_was_given_stands_on_the_page(code: str) -> None:
    brief, file = made(code)
    text = bare(text_of(file))
    wanted = [*texts_in(brief), *(LANGUAGES[code].day(day, near=AS_OF) for day in days_in(brief))]
    assert len(wanted) > 70
    assert [word for word in wanted if bare(word) not in text] == []
    assert ("42.3" if code == "en" else "42,3") in text
    assert {"50", "75"} <= set(text_of(file).split())


@BOTH
def test_every_section_has_its_title(code: str) -> None:
    text = bare(text_of(made(code)[1]))
    assert [key for key, section in SECTIONS.items() if bare(LANGUAGES[code](section.title)) not in text] == []


@BOTH
def test_it_says_how_late_an_invoice_is_and_that_the_page_is_internal(code: str) -> None:
    _, file = made(code)
    t, text = LANGUAGES[code], bare(text_of(file))
    late = [t("{days} late", days=t.days(days)) for days in (63, 12)]
    assert [words for words in (*late, t("not due yet"), t("Internal, not for the client")) if bare(words) not in text] == []


@BOTH
def test_it_is_one_a4_page_that_says_its_title_date_and_language(code: str) -> None:
    brief, file = made(code)
    document = read(file)
    assert len(document.pages) == 1
    assert [round(side / 72 * 25.4) for side in document.pages[0].mediabox[2:]] == [210, 297]
    assert document.metadata.title == LANGUAGES[code]("Account brief: {name}", name="Norvane Energy")
    assert document.metadata.creation_date.date() == brief.as_of
    assert document.trailer["/Root"]["/Lang"] == code
    assert document.trailer["/Root"]["/MarkInfo"]["/Marked"]


def test_it_is_made_for_screen_readers_unless_a_letter_cannot_be_drawn() -> None:
    promise = b"<pdfuaid:part>1</pdfuaid:part>"
    assert promise in made("es")[1]
    assert promise in brief_pdf(page_of(empty(), EN))
    assert promise in brief_pdf(page_of(replace(empty(), name=""), EN))
    assert promise not in brief_pdf(page_of(replace(usual(), name="日本"), EN))


def test_all_its_fonts_are_ours_and_inside() -> None:
    fonts = read(made("es")[1]).pages[0]["/Resources"]["/Font"].values()
    inner = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]
    assert {str(font["/BaseFont"]).split("+")[1] for font in inner} == {"IBMPlexSans", "IBMPlexSans-SmBld", "SourceSerif4-Semibold"}
    assert all({"/FontFile2", "/FontFile3"} & set(font["/FontDescriptor"].get_object()) for font in inner)


def test_the_same_brief_has_the_same_bytes() -> None:
    assert brief_pdf(page_of(usual(), EN)) == made("en")[1]


def test_an_empty_section_says_what_to_import_or_that_there_is_nothing() -> None:
    text = bare(text_of(brief_pdf(page_of(empty(), EN))))
    assert bare("— Import invoices to see them here") in text
    assert bare("— Import risks to see them here") in text
    assert bare("— No promise is open") in text
    assert bare("Not enough data") in text


def test_an_unknown_section_is_refused() -> None:
    with pytest.raises(ValueError, match="nonsense"):
        replace(empty(), unloaded=frozenset({"nonsense"}))


@pytest.mark.parametrize("rows", [3, 13, 40])
def test_rows_without_room_are_counted(rows: int) -> None:
    """Each section holds `rows` invoices, promises and so on of which each has its own name."""
    brief = usual()
    days = [AS_OF + timedelta(days=number) for number in range(rows)]
    brief = replace(
        brief,
        promises=tuple(parts.PromiseLine(f"promise<{n}>", one, "risk", "late") for n, one in enumerate(days)),
        projects=tuple(parts.ProjectLine(f"project<{n}>", "0.90", "−9 days", one, "watch", "late") for n, one in enumerate(days)),
        invoices=tuple(parts.InvoiceLine(f"invoice<{n}>", "€1.00", n) for n in range(rows)),
        risks=tuple(parts.RiskLine(f"risk<{n}>", "4 × 5 = 20") for n in range(rows)),
        dates=tuple(parts.DateLine(one, f"date<{n}>") for n, one in enumerate(days)),
    )
    file = brief_pdf(page_of(brief, EN))
    text = bare(text_of(file))
    assert len(read(file).pages) == 1
    left = []
    for kind in ("promise", "project", "invoice", "risk", "date"):
        shown = [f"{kind}<{n}>" in text for n in range(rows)]
        assert shown == sorted(shown, reverse=True), "the first ones are shown"
        assert sum(shown) > 0
        left.append(rows - sum(shown))
    assert sorted(map(int, re.findall(r"and(\d+)more", text))) == sorted(filter(None, left))
    assert rows > 3 or not any(left)


def test_a_column_gives_up_rows_of_its_longest_section_only() -> None:
    many = tuple(parts.InvoiceLine(f"F-{n}", "€1.00", n) for n in range(60))
    text = bare(text_of(brief_pdf(page_of(replace(usual(), invoices=many), EN))))
    assert len(re.findall(r"and\d+more", text)) == 1
    assert bare("Support 2026") in text


def test_a_long_text_is_cut_with_its_beginning_kept() -> None:
    words = " ".join(f"word{number}" for number in range(200))
    text = text_of(brief_pdf(page_of(replace(usual(), reason=words), EN)))
    (line,) = re.findall(r"word0 .*?…", text.replace("\n", " "))
    assert bare(words).startswith(bare(line.removesuffix("…")))
    assert bare(line).count("word") > 10  # two lines of it


def test_the_longest_spanish_names_fit_beside_all_figures() -> None:
    brief = usual("es")
    brief = replace(
        brief, name=LONG, projects=tuple(replace(project, name=LONG) for project in brief.projects),
        burn=tuple(replace(burn, name=LONG) for burn in brief.burn),
        opportunities=tuple(replace(one, name=LONG) for one in brief.opportunities),
    )  # fmt: skip
    file = brief_pdf(page_of(brief, LANGUAGES["es"]))
    text = bare(text_of(file))
    assert len(read(file).pages) == 1
    figures = [*(project.spi_t for project in brief.projects), *(project.sv_t for project in brief.projects)]
    figures += [burn.used for burn in brief.burn] + [one.amount for one in brief.opportunities]
    assert [figure for figure in figures if bare(figure) not in text] == []
    assert [project.state for project in brief.projects if bare(project.state) not in text] == []
    assert bare(LONG[:70]) in text


@pytest.mark.parametrize("words", MARKUP)
def test_a_text_is_never_read_as_markup(words: str) -> None:
    brief = replace(usual(), name=words, reason=words, promises=(parts.PromiseLine(words, AS_OF, "risk", words, words),))
    file = brief_pdf(page_of(brief, EN))
    assert bare(text_of(file)).count(bare(words)) >= 5
    assert "/Annots" not in read(file).pages[0]
    assert words in read(file).metadata.title


def test_texts_that_spreadsheets_run_are_only_words_here() -> None:
    for payload in LIVE[::7]:
        assert len(read(brief_pdf(page_of(crowded(payload, rows=2), EN))).pages) == 1


HOSTILE = {
    "long word": "W" * 3_000, "long words": "Antiinstitucionalmente " * 200, "lines": "a\nb\r\nc\u2028d\te" * 30,
    "controls": "\x00\x01\x1b[31m\x7f\ufffe", "direction": "\u202eevil\u202c \u2066x\u2069", "surrogate": "\ud800a",
    "scripts": "日本語 العربية עברית हिन्दी ไทย", "emoji": "👩‍👩‍👧‍👦🇪🇸" * 40,
    "stacked": "Z\u0351\u036b\u0343\u036a\u0302\u036b\u033d\u034f\u0334\u0319\u0324" * 40, "spaces": " \u00a0\u3000 ", "empty": "",
    "joiners": "\u200b\u200d\u00ad" * 100,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_stay_on_one_page_and_inside_its_margins(name: str) -> None:
    page = page_of(crowded(HOSTILE[name]), LANGUAGES["es"])
    assert len(read(brief_pdf(page)).pages) == 1
    assert ink_outside(page) == []


def test_the_usual_page_keeps_its_margins() -> None:
    assert ink_outside(page_of(usual("es"), LANGUAGES["es"])) == []


def ink_outside(page: dict[str, Any]) -> list[str]:
    """The margins of the drawn page, and the gap between its columns below the head, that are not white."""
    inputs = {"page": writer.written(page)}
    drawn = typst.compile(str(writer.TEMPLATES / "brief.typ"), root=str(writer.TEMPLATES), font_paths=writer.FONTS,
                          ignore_system_fonts=True, sys_inputs=inputs, format="png", ppi=72)  # fmt: skip
    with Image.open(io.BytesIO(drawn)) as picture:
        grey = picture.convert("L")
    wide, tall = grey.size  # a point is a pixel
    strips = {"left": (0, 0, 58, tall), "right": (wide - 58, 0, wide, tall), "top": (0, 0, wide, 40), "foot": (0, tall - 24, wide, tall),
              "above the footer": (0, tall - 53, wide, tall - 42), "between": (wide // 2 - 8, 330, wide // 2 + 8, tall - 53)}  # fmt: skip
    return [name for name, box in strips.items() if grey.crop(box).getextrema()[0] < 250]


TEXTS = st.text(max_size=120) | st.sampled_from([*MARKUP, LONG])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=TEXTS, rows=st.integers(0, 15), score=st.none() | st.floats(0, 100), low=st.floats(0, 100), high=st.floats(0, 100))
def test_any_brief_is_one_page(text: str, rows: int, score: float | None, low: float, high: float) -> None:
    brief = replace(crowded(text, rows), score=score, low=min(low, high), high=max(low, high), was=score)
    assert len(read(brief_pdf(page_of(brief, EN))).pages) == 1


def test_the_digest_is_that_of_everything_shown() -> None:
    brief = usual()
    assert brief.digest == usual().digest
    others = [
        replace(brief, score=42.4), replace(brief, caps=()), replace(brief, as_of=brief.as_of + timedelta(days=1)),
        replace(brief, promises=brief.promises[:1]), replace(brief, unloaded=frozenset({"risks"})),
        replace(brief, invoices=(replace(brief.invoices[0], days_late=64), *brief.invoices[1:])),
    ]  # fmt: skip
    assert len({brief.digest, *(one.digest for one in others)}) == 7
