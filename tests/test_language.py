"""Every message has its Spanish, with the same placeholders; formats write as people read."""

from __future__ import annotations

import re
from datetime import date

import pytest
from babel.messages.catalog import Catalog

from lib.choices import CHOICES
from lib.formats import Language
from lib.tables import TABLES
from scripts.messages import catalogue, messages_of, used, without_translation

EN, ES = Language("en"), Language("es")
NBSP = "\u00a0"


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"{(\w+)}", text))


def missing_from(messages: list[str | tuple[str, str]], known: Catalog) -> list[str]:
    ids = [message[0] if isinstance(message, tuple) else message for message in messages]
    lacking = set(without_translation(known))
    return [one for one in ids if one and (known.get(one) is None or one in lacking)]


def test_every_message_is_in_spanish():
    assert missing_from(list(used()), catalogue()) == []


def test_a_planted_message_without_spanish_is_found():
    assert missing_from(["A message nobody has translated"], catalogue()) == ["A message nobody has translated"]


def test_every_choice_of_every_table_has_a_word():
    options = {
        option for table in TABLES.values() for column in table.columns.values() for option in (column.metadata or {}).get("options", ())
    }
    assert options == set(CHOICES)


def test_spanish_says_e_before_an_i():
    assert ES.join(["riesgos", "interacciones"]) == "riesgos e interacciones"
    assert ES.join(["a", "b", "hielo"]) == "a, b y hielo"
    assert EN.join(["risks", "issues"]) == "risks and issues"


def test_messages_inside_f_strings_are_found_too():
    code = 't("plain"); x = f"**{t(\'inside\')}**"; t.plural("{n} row", "{n} rows", 3); N_("declared")'
    assert set(messages_of(code)) == {"plain", "inside", ("{n} row", "{n} rows"), "declared"}


def test_translations_keep_the_placeholders():
    wrong = []
    for message in catalogue():
        if not message.id:
            continue
        plural = isinstance(message.id, tuple)
        sources = message.id if plural else (message.id,)
        strings = message.string if plural else (message.string,)
        allowed = set().union(*map(placeholders, sources))
        for string in strings:
            if not placeholders(string) <= allowed or (not plural and placeholders(string) != allowed):
                wrong.append((sources[0], string))
    assert wrong == []


@pytest.mark.parametrize(
    ("value", "currency", "english", "spanish"),
    [
        (27_600, "EUR", "€27,600", f"27.600{NBSP}€"),
        (412_345, "EUR", "€412k", f"412{NBSP}k€"),
        (3_312_345, "EUR", "€3.31m", f"3,31{NBSP}M€"),
        (-99_999.4, "GBP", "−£99,999", f"−99.999{NBSP}£"),
        (999_700, "EUR", "€1.00m", f"1,00{NBSP}M€"),
        (0.2, "EUR", "€0", f"0{NBSP}€"),
        (None, "EUR", "—", "—"),
    ],
)
def test_money_is_to_the_unit_then_to_thousands_then_to_millions(value, currency, english, spanish):
    assert (EN.money(value, currency), ES.money(value, currency)) == (english, spanish)


def test_shares_and_differences_are_written_with_a_true_minus():
    assert (EN.share(0.823), ES.share(0.823)) == ("82%", f"82{NBSP}%")
    assert EN.share(-0.0364, 1) == "−3.6%"
    assert ES.points(-0.036) == f"−3,6{NBSP}pts"
    assert EN.share(-0.0001) == "0%"


def test_dates_name_the_month_and_leave_out_the_year_that_is_meant():
    day = date(2026, 9, 2)
    assert EN.day(day) == f"2{NBSP}Sep{NBSP}2026"
    assert ES.day(day) == f"2{NBSP}sep{NBSP}2026"
    assert EN.day(day, near=date(2026, 1, 1)) == f"2{NBSP}Sep"
    assert EN.day(day, near=date(2025, 1, 1)) == f"2{NBSP}Sep{NBSP}2026"
    assert ES.span(date(2026, 11, 2), date(2026, 11, 13), near=day) == f"2–13{NBSP}nov"
    assert EN.span(date(2026, 10, 26), date(2026, 11, 13), near=day) == f"26{NBSP}Oct–13{NBSP}Nov"


def test_a_quarter_is_that_of_the_fiscal_year():
    assert EN.quarter(date(2026, 9, 2)) == f"Q3{NBSP}2026"
    assert ES.quarter(date(2026, 9, 2)) == f"T3{NBSP}2026"
    assert EN.quarter(date(2026, 4, 1), first_month=4) == f"Q1{NBSP}2027"
    assert EN.quarter(date(2026, 3, 31), first_month=4) == f"Q4{NBSP}2026"


def test_charts_speak_the_language_of_the_page():
    assert ES.vega()["time"]["shortMonths"][8] == "sep"
    assert ES.vega()["time"]["days"][0] == "domingo"
    assert ES.vega()["number"]["decimal"] == ","
