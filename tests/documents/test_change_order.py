"""A change order says what was agreed, to the cent and the day, as Word file and PDF, and holds nothing that its client may not read."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import date
from functools import cache
from typing import Any

import polars as pl
import pytest
from pypdf import PdfReader

from lib.documents.admitted import admitted_by
from lib.documents.change_order import ChangeOrder, words_of
from lib.documents.change_order_rows import Facts, Typed, change_order_of, facts_of, forbidden_in, forbidden_of
from lib.documents.client_files import client_file
from lib.documents.leaks import leaks
from lib.documents.typesetting import typeset
from lib.formats import Language
from lib.portfolio import Portfolio
from lib.scope.answer import Answer, AtBillRate
from tests.documents.opened import bare, page_text, parts, word, word_lines
from tests.documents.orders_of_change import AS_OF, crowded, empty, usual
from tests.scope.answers import AFTER, march, signed_later
from tests.scope.answers import answer as example

LANGUAGES = {"en": Language("en"), "es": Language("es")}
BOTH = pytest.mark.parametrize("code", list(LANGUAGES))
LONG = (
    "Confederación Hidrográfica Iberoamericana de Aprovechamientos Energéticos y Telecomunicaciones Transfronterizas del "
    "Atlántico, S. Coop."
)
FACTS = Facts("Acme", "Website", "EUR", 1.0, "K-1", date(2025, 12, 1), 12_000.0, firm="Studio Norte", deliverables=frozenset({"F"}),
              task_names={"F": "Launch"}, remaining_hours={"F": 16.0})  # fmt: skip
TYPED = Typed("CO-0002", march(2), valid_until=march(16), refused=(("add_people", march(2)), ("absorb", march(2))),
              assumptions=("Texts arrive by 6 March.",), acceptance={"1": "A supplier sees its own orders."},
              reason="Suppliers asked.")  # fmt: skip


def answer(**changed: Any) -> Answer:
    """The worked example with fees of its own: 2 400 at the floor, 2 900 with more people."""
    fees = {"extend": 2400.0, "add_people": 2900.0, "defer": 2400.0}
    plain = example(**changed)
    return replace(plain, options=tuple(replace(option, fee=fees.get(option.key)) for option in plain.options))


@cache
def made(code: str, form: str) -> bytes:
    order = usual(code)
    return client_file("change_order", form, words_of(order, LANGUAGES[code]), admitted_by(order, order.names), ["Asteria Bank"])


def read(file: bytes, form: str) -> str:
    return page_text(file) if form == "pdf" else "\n".join(word_lines(file))


def texts_in(part: Any) -> Iterator[str]:
    if is_dataclass(part) and not isinstance(part, type):
        for one in fields(part):
            if one.name not in ("work", "state", "way", "currency"):
                yield from texts_in(getattr(part, one.name))
    elif isinstance(part, tuple):
        for one in part:
            yield from texts_in(one)
    elif isinstance(part, str) and part:
        yield part


@pytest.mark.parametrize("form", ["pdf", "docx"])
@BOTH
def test_every_word_day_and_amount_stands_in_the_file(code: str, form: str) -> None:
    order, t = usual(code), LANGUAGES[code]
    text = bare(read(made(code, form), form))
    days = [t.day(value) for one in fields(order) if isinstance(value := getattr(order, one.name), date)]
    days += [t.day(one.signed_on) for one in order.later] + [t.day(one.after_on) for one in order.moved]
    amounts = ["27,600", "26,400", "1,200", "184,000", "211,600", "34,200", "27,900", "28,400", "30,200", "8,400"]
    wanted = [*(one for one in texts_in(order) if one not in ("Single sign-on", "Second brand")), *days,
              *(amount.replace(",", "," if code == "en" else ".") for amount in amounts)]  # fmt: skip
    assert len(wanted) > 45
    assert [one for one in wanted if bare(one) not in text] == []
    assert ("196.5" if code == "en" else "196,5") in text


@BOTH
def test_word_file_and_page_say_the_same(code: str) -> None:
    texts = {form: re.sub(r"1 / 1|/", "", read(made(code, form), form)) for form in ("pdf", "docx")}
    said = {form: set(re.findall(r"\d[\d.,]*\d|\d", text)) for form, text in texts.items()}
    assert said["pdf"] == said["docx"]


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_same_order_has_the_same_bytes(form: str) -> None:
    order = usual("en")
    again = client_file("change_order", form, words_of(order, LANGUAGES["en"]), admitted_by(order, order.names), ["Asteria Bank"])
    assert again == made("en", form)
    if form == "docx":
        with zipfile.ZipFile(io.BytesIO(again)) as archive:
            assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_its_properties_name_the_firm_and_the_day_and_no_machine() -> None:
    about = word(made("en", "docx")).core_properties
    assert (about.author, about.last_modified_by, about.title) == ("Studio Norte", "Studio Norte", "Change order CR-11")
    assert (about.created.date(), about.modified.date()) == (AS_OF, AS_OF)
    content = dict(parts(made("en", "docx")))
    assert content["docProps/app.xml"].count(b"<Application>Cartera</Application>") == 1
    assert not any("thumbnail" in name for name in content)
    page = PdfReader(io.BytesIO(made("es", "pdf")))
    assert (page.metadata.author, page.metadata.creation_date.date()) == ("Studio Norte", AS_OF)
    assert page.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert b"<pdfuaid:part>1</pdfuaid:part>" in made("es", "pdf")


def test_both_are_a4_with_the_margins_of_the_house() -> None:
    page = word(made("en", "docx")).sections[0]
    sizes = (page.page_width, page.page_height, page.left_margin, page.right_margin, page.top_margin, page.bottom_margin)
    assert [round(size.mm) for size in sizes] == [210, 297, 25, 22, 20, 22]
    for one in PdfReader(io.BytesIO(made("en", "pdf"))).pages:
        assert [round(side / 72 * 25.4) for side in one.mediabox[2:]] == [210, 297]


@BOTH
def test_an_order_of_which_nothing_is_known_is_still_a_file(code: str) -> None:
    words = words_of(empty(), LANGUAGES[code])
    for form in ("pdf", "docx"):
        text = read(client_file("change_order", form, words, admitted_by(empty()), []), form)
        assert bare(words["unchanged"]) in bare(text)
        assert bare(words["label"]["changes"]) not in bare(text)


@pytest.mark.parametrize("text", [
    LONG, "W" * 300, "{{ 7*7 }} {% for a in b %} {{ client }}", "{_{ x }_} {_% y %_} {# z #}", "<w:p><w:t>a</w:t></w:p> &amp; ]]>",
    "#panic(1) *b* $x$ @r", "\x00\x07\x0ba\x0cb\ud800c\ufffe", "\u202eevil\u202c", "a\nb\tc", "'\"</w:t>",
])  # fmt: skip
@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_hostile_text_is_only_text(form: str, text: str) -> None:
    order = crowded(text, 2)
    words = words_of(order, LANGUAGES["es"])
    file = client_file("change_order", form, words, admitted_by(order, order.names), [])
    found = bare(read(file, form))
    assert "49" not in found
    assert found.count(bare(words["items"][0]["name"])) >= 10


def test_figures_are_those_of_the_answer() -> None:
    """Worked example 2: floor 2 400 with 400 passed through, P80 20 to 26 March, the day with the old chance 30 March."""
    order = change_order_of(answer(), "extend", FACTS, TYPED, [replace(one, fee=2400.0 + one.weeks) for one in signed_later()])
    assert (order.price, order.price_work, order.price_other) == (2400.0, 2000.0, 400.0)
    assert (order.contract_before, order.contract_after) == (12_000.0, 14_400.0)
    assert (order.margin_before_on, order.margin_after_on) == (march(20), march(26))
    assert (order.planned_before_on, order.planned_after_on) == (march(19), march(23))
    assert (order.committed_before_on, order.committed_after_on) == (march(20), march(30))
    assert [(one.weeks, one.signed_on, one.finish_on, one.price) for one in order.later] == [
        (1, march(6), march(23), 2401.0), (2, march(13), march(25), 2402.0), (4, march(27), date(2026, 4, 6), 2404.0),
    ]  # fmt: skip
    assert [(item.work, item.name, item.acceptance) for item in order.items] == [
        ("added", "G", "A supplier sees its own orders."), ("modified", "Launch", ""),
    ]  # fmt: skip
    assert [(one.name, one.before_on, one.after_on) for one in order.moved] == [("F", march(19), march(23))]
    words = words_of(order, LANGUAGES["en"])
    assert [row["amount"] for row in words["prices"]] == ["€12,000", "€2,000", "€400", "€2,400", "€14,400"]
    days = [day.replace("\u00a0", " ") for day in words["dates"][1].values()]
    assert days == ["Finish with a margin", "20 Mar 2026", "26 Mar 2026"]


def test_what_we_would_bear_is_never_shown_as_refused() -> None:
    order = change_order_of(answer(), "extend", FACTS, TYPED)
    assert [one.way for one in order.refused] == ["add_people"]
    assert (order.refused[0].price, order.refused[0].finish_on, order.refused[0].refused_on) == (2900.0, march(20), march(2))


def test_hours_stand_only_where_the_client_pays_by_the_hour() -> None:
    fixed = change_order_of(answer(), "extend", FACTS, TYPED)
    assert fixed.hours is None
    assert [item.hours for item in fixed.items] == [None, None]
    terms = replace(answer().terms, billing="time_materials")
    hourly = change_order_of(answer(terms=terms, at_bill_rate=AtBillRate(2400.0, 0.3)), "extend", FACTS, TYPED)
    assert hourly.hours == 32.0  # 24 of G, and F from 16 to 24
    assert [item.hours for item in hourly.items] == [24.0, 8.0]


def test_what_is_absorbed_costs_nothing_and_passes_nothing_on() -> None:
    order = change_order_of(answer(), "absorb", FACTS, TYPED)
    assert (order.price, order.price_other, order.price_work, order.contract_after) == (0.0, None, 0.0, 12_000.0)


def test_a_margin_inside_the_promise_leaves_the_committed_date() -> None:
    """Adding people: P80 20 March is the promise itself."""
    assert change_order_of(answer(), "add_people", FACTS, TYPED).committed_after_on == march(20)
    told = change_order_of(answer(), "extend", FACTS, replace(TYPED, committed_on=march(31), price=2500.25))
    assert (told.committed_after_on, told.price, told.price_work) == (march(31), 2500.25, 2100.25)


def test_another_currency_is_that_of_the_project() -> None:
    """2 400 € at 0.8 € for a dollar are 3 000 dollars; without a rate there is no price."""
    order = change_order_of(answer(), "extend", replace(FACTS, currency="USD", fx=0.8), TYPED)
    assert (order.price, order.price_other) == (3000.0, 500.0)
    assert change_order_of(answer(), "extend", replace(FACTS, currency="USD", fx=None), TYPED).price is None


CANARIES = ("Asteria Bank", "Maren Hotels", "Data hub", "Loyalty app", "Ben Canario", "Riesgo interno de impago", "nota secreta de coste")
SECRETS = {"eac": 61_237.0, "cost": 11_437.0, "target": 0.4637, "rate": 41.73}


def secret_answer() -> Answer:
    """The worked example with a canary in every field that is ours alone."""
    plain = answer()
    people = plain.people.with_columns(pl.lit("Ben Canario").alias("name"))
    cost = replace(plain.cost, likely=SECRETS["cost"], p50=11_438.0, p80=11_439.0, labour=11_440.0, other=11_441.0, contingency=11_442.0)
    terms = replace(plain.terms, agi=61_233.0, eac=SECRETS["eac"], actual_cost=61_239.0, target_margin=SECRETS["target"])
    ask = replace(plain.ask, expense=7_771.0, description="nota secreta de coste", target_margin=0.4637,
                  added=tuple(replace(row, hours=24.25, optimistic_hours=21.25) for row in plain.ask.added))  # fmt: skip
    options = tuple(replace(option, cost=cost, margin=0.4319, over_hours=17.75, people=people, ask=ask) for option in plain.options)
    return replace(plain, people=people, cost=cost, terms=terms, ask=ask, options=options, trials=99_991, seed=88_887)


@pytest.mark.parametrize("form", ["pdf", "docx"])
@BOTH
def test_no_canary_of_any_internal_field_is_in_a_file(code: str, form: str) -> None:
    order = change_order_of(secret_answer(), "extend", FACTS, TYPED, signed_later())
    words = words_of(order, LANGUAGES[code])
    forbidden = sorted({*CANARIES, *forbidden_in(secret_answer())})
    file = client_file("change_order", form, words, admitted_by(order, order.names), forbidden)
    said = b"\n".join(content for _, content in parts(file)).decode("utf-8", "replace") if form == "docx" else page_text(file)
    figures = ("61", "11.4", "11,4", "46.37", "46,37", "43.19", "43,19", "7,771", "7.771", "24.25", "24,25", "17.75", "38%", "71%")
    text = "\n".join(word_lines(file)) if form == "docx" else said
    assert [one for one in CANARIES if one in said] == []
    assert [one for one in figures if one in text] == []


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_planted_leak_is_not_handed_out(form: str) -> None:
    order = change_order_of(answer(), "extend", FACTS, TYPED)
    words = words_of(order, LANGUAGES["en"])
    admitted, kind = admitted_by(order, order.names), "pdf" if form == "pdf" else "docx"
    for planted, what in (("It moves Asteria Bank.", "Asteria Bank"), ("It costs us 1,100.", "1,100")):
        file = client_file("change_order", form, words | {"assumptions": [planted]}, None, [])
        assert [leak.what for leak in leaks(kind, file, admitted, ["Asteria Bank"])] == [what]  # type: ignore[arg-type]


def test_facts_come_from_the_tables() -> None:
    """Fee 10 000 and one approved order of 3 000 that is shared half and half; one of ours and one rejected add nothing."""
    day = date(2026, 1, 10)
    rows = {
        "change_id": ["a", "b", "c", "d"], "project_id": ["p"] * 4, "order_number": ["CO-1", "CO-2", None, "CO-3"],
        "raised_on": [day] * 4, "title": ["Login", "Blog", "Fix", "Later"], "kind": ["added"] * 4,
        "status": ["approved", "rejected", "implemented", "proposed"], "price": [3000.0, 900.0, 700.0, 50.0], "currency": ["EUR"] * 4,
        "decided_on": [day, day, day, None], "paid_by": ["shared", "client", "us", "client"], "client_share": [0.5, None, None, None],
    }  # fmt: skip
    portfolio = Portfolio.of(
        accounts=pl.DataFrame({"account_id": ["x", "y", "z", "o"], "name": ["Acme", "Asteria Bank", "Acme Labs", "Studio Norte"],
                               "internal": [False, False, False, True], "parent_id": [None, None, "x", None]}),
        contacts=pl.DataFrame({"contact_id": ["1", "2"], "account_id": ["y", "y"], "name": ["Olga Ruiz", "Olga"]}),
        risks=pl.DataFrame({"risk_id": ["1", "2"], "account_id": ["x", "x"], "title": ["They may not pay", "Late texts"],
                            "internal": [True, False]}),
        projects=pl.DataFrame({"project_id": ["p"], "account_id": ["x"], "contract_id": ["K"], "name": ["Site"], "currency": ["EUR"],
                               "budget_amount": [10_000.0]}),
        contracts=pl.DataFrame({"contract_id": ["K"], "signed_on": [day], "start": [AS_OF]}),
        change_requests=pl.DataFrame(rows),
    )  # fmt: skip
    facts = facts_of(portfolio, "p", AS_OF, "EUR")
    assert (facts.client, facts.project, facts.firm, facts.contract, facts.contract_on) == ("Acme", "Site", "Studio Norte", "K", day)
    assert facts.contract_total == 11_500.0
    assert [(one.number, one.state, one.price) for one in facts.earlier] == [
        ("CO-1", "approved", 1500.0), ("CO-2", "rejected", 900.0), ("CO-3", "open", 50.0),
    ]  # fmt: skip
    assert forbidden_of(portfolio, "x") == {"Asteria Bank", "Olga Ruiz", "They may not pay"}


def test_the_digest_is_that_of_everything_shown() -> None:
    order = usual()
    others = [replace(order, price=27_600.01), replace(order, items=()), replace(order, as_of=date(2026, 10, 3))]
    assert len({order.digest, *(one.digest for one in others)}) == 4
    assert order.digest == usual().digest
    assert isinstance(order, ChangeOrder)
    assert AFTER.restored_on == march(30)


@pytest.mark.parametrize("code", ["en", "es"])
def test_the_page_has_our_fonts_inside(code: str) -> None:
    file = typeset("change_order", words_of(usual(code), LANGUAGES[code]))
    fonts = {
        str(font.get_object()["/DescendantFonts"][0].get_object()["/BaseFont"]).split("+")[1]
        for page in PdfReader(io.BytesIO(file)).pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert fonts == {"IBMPlexSans", "IBMPlexSans-SmBld", "SourceSerif4-Semibold"}
