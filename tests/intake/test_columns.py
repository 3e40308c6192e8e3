"""Numbers, dates and words are read by all cells of a column; where two readings fit, they are asked and never guessed."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from lib.intake.dates import days, excel_days
from lib.intake.numbers import durations, numbers, shares
from lib.intake.words import choices, countries, currencies, flags, lists, weeks

BAD = "bad"


def cells(*values: str | None) -> pl.Series:
    return pl.Series("cell", values, pl.String)


def outcome(read) -> list[object] | str:
    """Values, with BAD where a cell failed; or what is asked."""
    if read.questions:
        return read.questions[0].kind
    return [BAD if failed else value for value, failed in zip(read.values.to_list(), read.failed.to_list(), strict=True)]


@pytest.mark.parametrize(("column", "expected"), [
    (("1.234,56", "12,5"), [1234.56, 12.5]),
    (("1,234.56", "12.5"), [1234.56, 12.5]),
    (("1 234,56 €", "−12"), [1234.56, -12.0]),
    (("$22,700.00", "(1,200.50)"), [22700.0, -1200.5]),
    (("1'234.50", "3"), [1234.5, 3.0]),
    (("1.234", "0.5"), [1.234, 0.5]),
    (("1.234", "1.234.567"), [1234.0, 1234567.0]),
    (("0.500",), [0.5]),
    (("2.001,0",), [2001.0]),
    (("12", None, "x"), [12.0, None, BAD]),
    (("inf", "nan", "1e400", "7"), [BAD, BAD, BAD, 7.0]),
    (("1.5", "1,234"), [1.5, 1234.0]),
    (("ABC-12", "1"), [BAD, 1.0]),
    (("5 %", "3"), [BAD, 3.0]),
    (("12345678901234567890", "9007199254740991"), [BAD, 9007199254740991.0]),
    (("1.234",), "number_style"),
    (("1,234", "5,678", "9"), "number_style"),
    (("1.5", "1,5"), "number_style"),
    (("110.643",), "number_style"),
    (("110.643", "1.100.000"), [110643.0, 1100000.0]),
    (("2.001,0", "110.643"), [2001.0, 110643.0]),
    (("1.100.000", "12.5"), "number_style"),
    (("R$ 5,00", "MX$ 1.234,5"), [5.0, 1234.5]),
])  # fmt: skip
def test_numbers(column: tuple[str | None, ...], expected: object) -> None:
    assert outcome(numbers(cells(*column), "amount", "Amount", None)) == expected


@pytest.mark.parametrize(("style", "expected"), [("1,234.5", [1.234]), ("1.234,5", [1234.0])])
def test_an_answered_style_is_obeyed(style: str, expected: list[float]) -> None:
    assert outcome(numbers(cells("1.234"), "amount", "Amount", style)) == expected


def test_a_column_is_settled_by_a_cell_far_down() -> None:
    many = ["1.234"] * 50_000
    assert outcome(numbers(cells(*many, "0.5"), "amount", "Amount", None))[0] == 1.234
    assert outcome(numbers(cells(*many, "0,5"), "amount", "Amount", None))[0] == 1234.0


@pytest.mark.parametrize(("column", "unit", "expected"), [
    (("1:30", "0:45:00"), None, [1.5, 0.75]),
    (("1h 30m", "35m", "2 horas"), None, [1.5, 35 / 60, 2.0]),
    (("PT1H30M", "-1:30"), None, [1.5, -1.5]),
    (("90", "30"), "min", [1.5, 0.5]),
    (("5400",), "s", [1.5]),
    (("1,5", "1:30"), None, [1.5, 1.5]),
    (("2 days", "1.5"), None, [BAD, 1.5]),
    (("1h30", "1 h 05", "1:30 h"), None, [1.5, 1 + 5 / 60, 1.5]),
    (("1 hour, 30 minutes", "1 hora y 30 minutos", "2 hrs"), None, [1.5, 1.5, 2.0]),
    (("1h 42m", "10s", "1m 56s", "12m "), None, [1.7, 10 / 3600, 116 / 3600, 0.2]),
    (("8:00 AM", "0:90", "1d 2h", "h"), None, [BAD, BAD, BAD, BAD]),
    (("1.234 h",), None, "number_style"),
    (("1.234 h", "0,5"), None, [1234.0, 0.5]),
])  # fmt: skip
def test_durations(column: tuple[str, ...], unit: str | None, expected: object) -> None:
    assert outcome(durations(cells(*column), "hours", "Hours", None, unit)) == expected


@pytest.mark.parametrize(("column", "wants_percent", "expected"), [
    (("45%", "5 %"), False, [0.45, 0.05]),
    (("45%", "5 %"), True, [45.0, 5.0]),
    (("0.45", "0.5"), False, [0.45, 0.5]),
    (("45", "0.5"), False, [0.45, 0.005]),
    (("0,45 %", "110%"), False, [0.0045, 1.1]),
    (("45", "100"), True, [45.0, 100.0]),
    (("1", "1"), False, "scale"),
    (("0.25", "1"), True, "scale"),
    (("0", "0"), True, [0.0, 0.0]),
])  # fmt: skip
def test_shares_and_percentages(column: tuple[str, ...], wants_percent: bool, expected: object) -> None:
    assert outcome(shares(cells(*column), "share", "Share", None, None, wants_percent, False)) == expected


@pytest.mark.parametrize(("column", "expected"), [
    (("2026-03-04", "2026-3-5"), [date(2026, 3, 4), date(2026, 3, 5)]),
    (("2026-03-04T10:11:12+02:00", "2026-03-05 10:11"), [date(2026, 3, 4), date(2026, 3, 5)]),
    (("03/04/2026", "25/04/2026"), [date(2026, 4, 3), date(2026, 4, 25)]),
    (("03/04/2026", "04/25/2026"), [date(2026, 3, 4), date(2026, 4, 25)]),
    (("21/abr/26 11:37 PM", "02-ene-2025"), [date(2026, 4, 21), date(2025, 1, 2)]),
    (("3 de marzo de 2026", "15 Apr, 2021 00:02:00"), [date(2026, 3, 3), date(2021, 4, 15)]),
    (("Mar 03, 2026", "Fri 17/10/14", "lun 20/10/14"), [date(2026, 3, 3), date(2014, 10, 17), date(2014, 10, 20)]),
    (("20260304",), [date(2026, 3, 4)]),
    (("31/02/2026", "28/02/2026"), [BAD, date(2026, 2, 28)]),
    (("31/12/99", "31/12/68"), [date(1999, 12, 31), date(2068, 12, 31)]),
    (("11/12/2020, 12:27:24", "13/12/2020, 1:00:00"), [date(2020, 12, 11), date(2020, 12, 13)]),
    (("45413", "45413.75"), "date_order"),
    (("45413", "2024-05-01"), [BAD, date(2024, 5, 1)]),
    (("999", "20261301", "1772582400"), [BAD, BAD, BAD]),
    (("12-ene-2024", "3-mar-25", "03MAR2025"), [date(2024, 1, 12), date(2025, 3, 3), date(2025, 3, 3)]),
    (("12/ene/2024 03:00 a. m.", "25/04/2025 2:30:15 p.\u00a0m."), [date(2024, 1, 12), date(2025, 4, 25)]),
    (("3/4/2025 2:30 PM", "25/4/2025 12:05 AM"), [date(2025, 4, 3), date(2025, 4, 25)]),
    (("3/4/2025 2:30 PM",), "date_order"),
    (("25/04/2025 14.30", "25/04/2025 2 PM", "25/04/2025 14h30"), [date(2025, 4, 25)] * 3),
    (("2026-03-04T10:11:12.123456+0200", "2026-03-04 10:11:12 UTC", "2026-03-04T23:30:00-05:00"), [date(2026, 3, 4)] * 3),
    (("20260304T101112Z", "20260304101112"), [date(2026, 3, 4)] * 2),
    (("2025-Mar-03", "2025 marzo 3", "martes, 3 de marzo de 2025", "Tuesday, March 3, 2025"), [date(2025, 3, 3)] * 4),
    (("1er marzo 2025", "1º de marzo de 2025"), [date(2025, 3, 1)] * 2),
    (("2026-03-04 25:61", "2026-03-04 10:00 to 2026-03-09 12:00", "2026-03-04 10:00 maybe"), [BAD, BAD, BAD]),
    (("marzo 2025", "ene-24", "3 abr", "10:30", "0000-00-00"), [BAD] * 5),
    (("soon", None), [BAD, None]),
    (("03/04/2026",), "date_order"),
    (("25/04/2026", "04/25/2026"), "date_order"),
    (("05/05/2026",), [date(2026, 5, 5)]),
    (("26-01-05", "26-01-06"), "date_order"),
    (("99-01-05", "26-01-06"), [date(1999, 1, 5), date(2026, 1, 6)]),
    (("25/03/26", "14/03/26"), [date(2026, 3, 25), date(2026, 3, 14)]),
    (("0026-01-05", "2026-01-05"), [date(26, 1, 5), date(2026, 1, 5)]),
])  # fmt: skip
def test_dates(column: tuple[str | None, ...], expected: object) -> None:
    assert outcome(days(cells(*column), "date", "Date", None, 69)) == expected


@pytest.mark.parametrize(("epoch", "expected"), [("excel_1900", date(2024, 5, 1)), ("excel_1904", date(2028, 5, 2))])
def test_day_numbers_of_a_text_file_are_read_as_answered(epoch: str, expected: date) -> None:
    read = days(cells("45413", "45413,25", "x"), "date", "Date", epoch, 69)
    assert outcome(read) == [expected, expected, BAD]
    asked = days(cells("45413"), "date", "Date", None, 69).questions[0]
    assert {choice.value: choice.samples for choice in asked.choices}[epoch] == (("45413", expected.isoformat()),)


def test_days_in_time_zones_are_told() -> None:
    read = days(cells("2026-03-04T10:11:12Z", "2026-03-04T10:11:12+02:00"), "date", "Date", None, 69)
    assert read.reading == {"zone": "+02:00, Z"}
    assert days(cells("2026-03-04T10:11:12"), "date", "Date", None, 69).reading == {}


@pytest.mark.parametrize(("column", "rounded"), [
    (("12345678.123456789", "1.5"), "12345678.123456789 → 12345678.12345679 (1)"),
    (("1.234.567,890123456789", "1,5"), "1.234.567,890123456789 → 1234567.8901234567 (1)"),
    (("0.30000000000000004", "1.5476190476190477"), None),
])  # fmt: skip
def test_digits_that_a_number_can_not_keep_are_told(column: tuple[str, ...], rounded: str | None) -> None:
    assert numbers(cells(*column), "amount", "Amount", None).reading.get("rounded") == rounded


def test_a_sheet_s_day_numbers_are_dates_and_nothing_before_march_1900() -> None:
    assert outcome(excel_days(cells("45413", "61", "45413.75", "60", "x", None))) == [
        date(2024, 5, 1), date(1900, 3, 1), date(2024, 5, 1), BAD, BAD, None,
    ]  # fmt: skip


def test_yes_and_no_in_two_languages() -> None:
    assert outcome(flags(cells("Sí", "no", "TRUE", "0", "maybe", None), {})) == [True, False, True, False, BAD, None]


def test_choices_by_word_by_answer_and_unknown() -> None:
    options = ("open", "in_progress", "blocked", "done", "cancelled")
    read = choices(
        cells("Finalizada", "En curso", "done", "Tareas por hacer", "CHRONICLE", "RELEASED", "x"),
        "tasks",
        options,
        {"chronicle": "done", "X": ""},
    )
    assert outcome(read) == ["done", "in_progress", "done", "open", "done", BAD, None]


def test_countries_by_code_and_by_name() -> None:
    assert outcome(countries(cells("España", "spain", "DE", "Reino Unido", "UK", "Nowhere"), {})) == ["ES", "ES", "DE", "GB", "GB", BAD]


def test_currencies() -> None:
    assert outcome(currencies(cells("EUR", "Euro - EUR", "€", "usd", "$", "money"), {})) == ["EUR", "EUR", "EUR", "USD", BAD, BAD]
    assert outcome(currencies(cells("USD - US Dollar", "EUR (€)", "USD/EUR", "THE SUM", "tbd"), {})) == ["USD", "EUR", BAD, BAD, BAD]


def test_lists_and_weeks() -> None:
    assert outcome(lists(cells("a; b;;c", "d"))) == [["a", "b", "c"], ["d"]]
    assert outcome(lists(cells("a, b"))) == [["a", "b"]]
    week = [8.0, 8.0, 8.0, 8.0, 5.5, 0.0, 0.0]
    assert outcome(weeks(cells("8;8;8;8;5.5;0;0", "8;8"), "week", "Week", None)) == [week, BAD]
    assert outcome(weeks(cells("8,8,8,8,5.5,0,0"), "week", "Week", None)) == [week]
    assert outcome(weeks(cells("8;8;8;8;5,5;0;0"), "week", "Week", None)) == [week]
