"""Columns of text cells to columns of our tables' types, each by its kind. Says what it could not read; rejects nothing itself."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import dataframely as dy
import polars as pl

from lib.columns import NOTE_BYTES, facts
from lib.intake import dates, issues, numbers, words
from lib.intake.converted import Converted, counted, missing_to_null, of_values
from lib.intake.mapping import Mapping
from lib.intake.values import Choice, Question
from lib.text import clean_text, clean_texts, strip_neutralised_texts

_FEW = 20


@dataclass(frozen=True)
class Typed:
    """One column of ours: its values, issues of single cells, which rows those reject, and what was asked or noted."""

    values: pl.Series
    rejected: pl.Series
    found: pl.DataFrame
    questions: tuple[Question, ...] = ()
    reading: dict[str, str] = field(default_factory=dict)
    cleaned: int = 0


def typed_column(
    cells: pl.Series, lines: pl.Series, ours: str, declared: dy.Column, header: str, mapping: Mapping, typed: str = ""
) -> Typed:
    """The typed values of one column of text `cells` that stand on `lines`. `typed` is what a sheet says its cells are."""
    kind, unit = facts(declared)["kind"], facts(declared).get("unit", "")
    answers = mapping.values.get(ours, {})
    style = mapping.number_styles.get(ours)
    if (cells == "").all():
        nothing = pl.repeat(None, cells.len(), dtype=declared.dtype, eager=True).alias(cells.name)
        return Typed(nothing, pl.repeat(False, cells.len(), eager=True), issues.none())
    if kind == "text":
        return _text(cells, lines, ours, declared, header, mapping)
    present = missing_to_null(cells, mapping.missing_words)
    emptied = _emptied(cells, present)
    is_number = typed == "number"
    if kind == "day" and is_number:
        read = dates.excel_days(present)
    elif kind == "day":
        read = dates.days(present, ours, header, mapping.date_orders.get(ours), mapping.century)
    elif kind == "flag":
        read = words.flags(present, answers)
    elif kind == "choice":
        read = words.choices(present, mapping.table, facts(declared)["options"], answers)
    elif kind == "currency":
        read = words.currencies(present, answers)
    elif kind == "country":
        read = words.countries(present, answers)
    elif kind == "words":
        read = words.lists(clean_texts(strip_neutralised_texts(present)))
    elif kind == "week":
        read = words.weeks(present, ours, header, style)
    elif unit in ("%", "share"):
        read = numbers.shares(present, ours, header, style, mapping.scales.get(ours), unit == "%", is_number)
    elif unit == "h":
        read = _hours(present, ours, header, mapping, style, is_number)
    else:
        read = numbers.numbers(present, ours, header, style, is_number)
    if kind == "whole":
        read = _whole(read, present)
    typed_values = _finished(read, present, lines, ours, header)
    if kind == "currency" and typed_values.found.height:
        shared = words.shared_signs(present.filter(read.failed))
        code = pl.select(pl.when(shared).then(pl.lit("shared_sign")).otherwise(pl.lit("unknown_word"))).to_series()
        typed_values = replace(typed_values, found=typed_values.found.with_columns(code.alias("code")))
    return replace(typed_values, reading={**typed_values.reading, **emptied}) if emptied else typed_values


def _emptied(cells: pl.Series, present: pl.Series) -> dict[str, str]:
    """The words that were taken for no value, to be shown: somebody may be called Na, and NA is a country."""
    if cells is present:
        return {}
    words = counted(cells.filter(present.is_null() & cells.str.contains(r"\pL")).str.strip_chars())
    return {"missing": ", ".join(f"{word} ({rows})" for word, rows in words[:_FEW])} if words else {}


def _hours(cells: pl.Series, ours: str, header: str, mapping: Mapping, style: str | None, typed: bool) -> Converted:
    """Hours; where most bare numbers can't be hours of a day, or look like whole minutes in seconds, the unit is asked."""
    unit = mapping.units.get(ours)
    read = numbers.durations(cells, ours, header, style, unit, typed)
    if unit is not None or read.questions or "unit" in read.reading or header == "":
        return read
    if mapping.table == "time_entries":
        strange = read.values.abs() > 24
    else:
        strange = (read.values >= 600) & (read.values % 60 == 0)
    if strange.sum() * 2 > read.values.len() - read.values.null_count():
        return Converted(read.values, read.failed, read.code, {}, (_unit_question(cells, read.values, ours, header),))
    return read


def _unit_question(cells: pl.Series, values: pl.Series, ours: str, header: str) -> Question:
    shown = pl.DataFrame({"cell": cells, "value": values}).drop_nulls().unique("cell", maintain_order=True).head(5)
    choices = tuple(
        Choice(unit, tuple((cell, f"{value / per:g} h") for cell, value in shown.iter_rows())) for unit, per in numbers.UNITS.items()
    )
    return Question("unit", ours, header, True, choices)


def _whole(read: Converted, cells: pl.Series) -> Converted:
    if read.questions:
        return Converted(pl.repeat(None, cells.len(), dtype=pl.Int64, eager=True), read.failed, "", {}, read.questions)
    integral = (read.values == read.values.round()) & (read.values.abs() < 2**53)
    values = read.values.set(~integral.fill_null(True), None).cast(pl.Int64)
    return of_values(values, cells, "not_whole", **read.reading)


def _finished(read: Converted, cells: pl.Series, lines: pl.Series, ours: str, header: str) -> Typed:
    if not read.failed.any():
        return Typed(read.values, read.failed, issues.none(), read.questions, read.reading)
    wrong = cells.filter(read.failed)
    found = issues.of_cells(lines.filter(read.failed), wrong, header, ours, read.code)
    questions = read.questions
    distinct = wrong.n_unique()
    if read.code == "unknown_word":
        questions = (*questions, Question("words", ours, header, False, (), counted(wrong)))
    elif distinct <= _FEW:
        lettered = wrong.filter(~wrong.str.contains("[1-9]"))  # "0000-00-00" is how some databases write no day
        if lettered.len():
            questions = (*questions, Question("missing", ours, header, False, (), counted(lettered)))
    return Typed(read.values, read.failed, found, questions, read.reading)


def _text(cells: pl.Series, lines: pl.Series, ours: str, declared: dy.Column, header: str, mapping: Mapping) -> Typed:
    most = getattr(declared, "max_length", None) or NOTE_BYTES
    is_note = most == NOTE_BYTES
    clean = clean_texts(strip_neutralised_texts(cells), lines=is_note)
    touched = clean is not cells and bool((clean.is_null() & (cells != "") | (clean != cells)).any())
    changed = int(((clean.fill_null("") != cells.str.strip_chars()) & (cells != "")).sum()) if touched else 0
    values = missing_to_null(clean, mapping.missing_words)
    emptied = _emptied(clean, values)
    found = issues.none()
    if is_note:
        long = (values.str.len_bytes() > most).fill_null(False)
        if long.any():
            found = issues.of_cells(lines.filter(long), values.filter(long), header, ours, "text_cut", rejects=False)
            cut = pl.Series([clean_text(value, most_bytes=most) for value in values.filter(long)], dtype=pl.String)
            values = values.scatter(long.arg_true(), cut)
    return Typed(values, pl.repeat(False, cells.len(), eager=True), found, reading=emptied, cleaned=changed)
