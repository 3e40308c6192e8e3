"""What every refusal and issue means and what a person can do about it. English message ids; translated where they are shown."""

# ruff: noqa: E501  (one code or column, one line)
from __future__ import annotations

from dataclasses import dataclass

from lib.columns import N_
from lib.tables import RULES


@dataclass(frozen=True)
class Message:
    """What is wrong, and what to do. Both may hold {placeholders} filled from `Refused.args`."""

    wrong: str
    todo: str


_SAVE_AS = N_("Save it as CSV or as an Excel workbook (.xlsx) and load that.")
_CORRECT = N_("Correct the value in the file and load it again.")
_ANSWER = N_("Say what it means on this page, or correct it in the file and load it again.")

REFUSALS: dict[str, Message] = {
    "empty_file": Message(N_("There is nothing in this file."), N_("Export it again, and check that the export holds rows.")),
    "binary_file": Message(N_("This is not a table but a file of another kind ({kind})."), _SAVE_AS),
    "markup_file": Message(N_("This is a web page or XML, not a table."), _SAVE_AS),
    "project_file": Message(N_("This is a plan in a format that only Microsoft Project reads (.mpp, .mpt, .mpx)."), N_("Save it as XML in Project (File > Save as > XML format) and load that.")),
    "broken_xml": Message(N_("This plan is cut off or damaged: see line {line}."), N_("Save it as XML in Project again, and load that.")),
    "xml_declares_type": Message(N_("This XML declares a document type, which Microsoft Project never writes."), N_("Save it as XML in Project again, and load that.")),
    "json_file": Message(N_("This is JSON, which can't be loaded here yet."), N_("Export CSV or Excel from the tool instead.")),
    "old_workbook": Message(N_("This workbook has an old format (.xls, .xlsb), or is protected by a password."), N_("Open it and save it as .xlsx without a password.")),
    "broken_workbook": Message(N_("This workbook is damaged and can't be opened."), N_("Open it in Excel or LibreOffice, save it again as .xlsx and load that.")),
    "locked_workbook": Message(N_("This workbook is protected by a password."), N_("Open it and save it without a password.")),
    "broken_parquet": Message(N_("This Parquet file is damaged and can't be opened."), N_("Export it again, or load it as CSV.")),
    "nested_column": Message(N_("The column {column} holds lists or records, not single values."), N_("Split it into plain columns, or leave it out, and export again.")),
    "too_many_cells": Message(N_("This file has {rows} rows, too many for its columns."), N_("Split it into smaller files, or leave out columns that are not needed.")),
    "no_sheet": Message(N_("This workbook has no sheet with cells."), N_("Load a workbook with a table in it.")),
    "no_such_sheet": Message(N_("This workbook has no sheet called {sheet}."), N_("Pick another sheet.")),
    "unpacks_too_large": Message(N_("This workbook would grow beyond all measure when unpacked."), N_("Split it into smaller files, or export CSV.")),
    "broken_archive": Message(N_("This ZIP is damaged and can't be unpacked."), N_("Make it again, or load the files in it one by one.")),
    "empty_archive": Message(N_("There is no file in this ZIP."), N_("Make it again, with the exports in it.")),
    "encrypted_archive": Message(N_("This ZIP is protected by a password."), N_("Unpack it and load the files in it.")),
    "archive_too_large": Message(N_("This ZIP would grow beyond all measure when unpacked."), N_("Unpack it and load the files that you need.")),
    "too_many_files": Message(N_("There are more than {most} tables in this ZIP."), N_("Split it into smaller ones.")),
    "archive_in_archive": Message(N_("A ZIP within a ZIP is not opened."), N_("Unpack it and load the files in it.")),
    "link_in_archive": Message(N_("This is a link to another file, not a file."), N_("Put the file itself into the ZIP.")),
    "no_table_in_archive": Message(N_("This file in the ZIP is no table."), N_("Nothing, if it does not belong to the data.")),
    "broken_member": Message(N_("This file is damaged within the ZIP."), N_("Make the ZIP again, or load the file by itself.")),
    "file_too_large": Message(N_("The file is larger than {megabytes} MB."), N_("Split it into smaller files.")),
    "too_many_columns": Message(N_("The table has {columns} columns; {most} can be read."), N_("Delete the columns that are not needed.")),
    "too_many_rows": Message(N_("A cell stands as far down as row {rows}, too far for a sheet this wide."), N_("Delete the empty rows and columns beyond the table, or export CSV.")),
    "unknown_encoding": Message(N_("The characters of this file can't be recognised."), N_("Save it as CSV UTF-8.")),
    "wrong_encoding": Message(N_("The file is not written in {encoding}: see line {line}."), N_("Pick another encoding, or save it as CSV UTF-8.")),
    "mixed_encodings": Message(N_("Some lines of this file are UTF-8 and others are not: see line {line}."), N_("Open it in an editor, mend those lines and save it as UTF-8.")),
    "endless_line": Message(N_("The first line of this file is longer than {megabytes} MB: no table begins so."), _SAVE_AS),
    "too_many_odd_lines": Message(N_("{lines} lines have another number of fields than the header, or quotes out of place."), N_("Export it again, and check that texts with separators stand in quotes.")),
    "no_header_line": Message(N_("There is no line {line} in this file."), N_("Pick the line that names the columns.")),
    "mapping_misses_column": Message(N_("The file has no column {column}, which the mapping asks for."), N_("Map the columns again.")),
    "mapping_unknown_column": Message(N_("The mapping speaks of a column {column} that this table lacks."), N_("Map the columns again.")),
    "stopped": Message(N_("Reading was stopped."), N_("Load the file again to go on.")),
    "too_slow": Message(N_("Reading was stopped after {seconds} seconds."), N_("Split the file into smaller ones, or export CSV.")),
    "too_much_memory": Message(N_("Reading this file takes more memory than it may."), N_("Split the file into smaller ones, or export CSV.")),
    "parser_failed": Message(N_("This file can't be read."), _SAVE_AS),
    "worker_died": Message(N_("Reading this file failed."), _SAVE_AS),
    "worker_absent": Message(N_("Files can't be read now: the process that reads them does not start."), N_("Restart the app; if that does not help, see its log.")),
}  # fmt: skip

_CELLS: dict[str, Message] = {
    "too_few_fields": Message(N_("The record has fewer fields than there are columns"), N_("Add the missing separators in the file, or check the delimiter.")),
    "too_many_fields": Message(N_("The record has more fields than there are columns"), N_("Put the text that holds a separator in quotes, or check the delimiter.")),
    "unclosed_quote": Message(N_("A quoted text never ends"), N_("Close the quotes in the file, or read it without quotes.")),
    "stray_quote": Message(N_("A quote stands in the middle of a text; it was kept as it is"), N_("Check that the record was split as you expect.")),
    "error_cell": Message(N_("The cell holds an error, such as #N/A"), N_("Mend the formula, or put a value in its place.")),
    "uncomputed_cell": Message(N_("The cell holds a formula whose result is not in the file"), N_("Open the workbook in Excel or LibreOffice, save it and load it again.")),
    "not_a_number": Message(N_("This is not a number in the style of its column"), _CORRECT),
    "other_currency": Message(N_("The amount is in another currency than its row"), N_("Correct the amount or the currency, and load it again.")),
    "not_whole": Message(N_("A whole number is needed here"), _CORRECT),
    "not_a_date": Message(N_("This is not a date in the order of its column"), _CORRECT),
    "not_a_list": Message(N_("This is not a list"), _CORRECT),
    "not_a_week": Message(N_("Seven numbers are needed, Monday to Sunday"), _CORRECT),
    "shared_sign": Message(N_("This sign stands for several currencies"), N_("Write the three letters of the currency instead, such as USD, MXN or COP.")),
    "unknown_word": Message(N_("This word is not known here"), _ANSWER),
    "unknown_reference": Message(N_("No row has this key or name"), N_("Load the other table first, say which row is meant, or leave the record out.")),
    "ambiguous_reference": Message(N_("Several rows have this name"), N_("Say which one is meant.")),
    "parent_rejected": Message(N_("The row above it was rejected"), N_("Mend the row above first.")),
    "not_kept": Message(N_("This part of the plan has no place here and was left out"), N_("Nothing, if the rest is enough; else see to it by hand.")),
    "text_cut": Message(N_("The text was too long and was cut"), N_("Nothing, if its beginning is enough.")),
}  # fmt: skip

_CURRENCY_ANSWER = N_("Under Columns, pick the column that holds the currency, or type the one of every row, such as EUR.")
_RULE_ANSWERS = {
    "rate_without_currency": _CURRENCY_ANSWER,
    "price_without_currency": _CURRENCY_ANSWER,
    "nullability": N_("Fill in the value, or map or declare the column."),
    "primary_key": N_("Remove one of the rows, or tick that equal rows count once."),
}

MESSAGES: dict[str, Message] = {
    **{code: Message(wrong, _RULE_ANSWERS.get(code, _CORRECT)) for code, wrong in RULES.items()},
    **_CELLS,
    **REFUSALS,
}

QUESTIONS: dict[str, str] = {
    "number_style": N_("How are the numbers in {header} written?"),
    "date_order": N_("How are the dates in {header} written?"),
    "scale": N_("Do the numbers in {header} go from 0 to 1 or from 0 to 100?"),
    "unit": N_("What are the numbers in {header}: hours, minutes or seconds?"),
    "constant": N_("The file does not say {column}. Pick a column, or say what holds for every row."),
    "words": N_("What do these words in {header} mean?"),
    "missing": N_("Do these words in {header} mean that there is no value?"),
    "reference": N_("These are not known yet. Who or what is meant?"),
}

READINGS: dict[str, str] = {
    "number_style": N_("numbers like {value}"),
    "date_order": N_("dates in the order {value}"),
    "two_digit_years": N_("years of two digits: {value}"),
    "excel_days": N_("day numbers of Excel: {value}"),
    "zone": N_("days as the file's own clock has them: {value}"),
    "rounded": N_("more digits than can be kept: {value}"),
    "scale": N_("scale: {value}"),
    "unit": N_("unit: {value}"),
    "missing": N_("no value where it says {value}"),
}
LEFT_OUT: dict[str, str] = {
    "blank": N_("blank"),
    "known": N_("known under another name"),
    "repeated": N_("equal to an earlier row"),
    "total": N_("totals"),
    "header": N_("the header again"),
    "footer": N_("notes below the table"),
    "below": N_("below the last line"),
    "inactive": N_("inactive tasks"),
    "other_project": N_("tasks and links of another project"),
    "no_person": N_("materials, costs and roles"),
    "unassigned": N_("assigned to nobody"),
    "without_work": N_("without work"),
    "missing_task": N_("of tasks that were left out"),
}

FORMS: dict[str, str] = {
    "text": N_("Text"),
    "flag": N_("TRUE or FALSE"),
    "day": N_("A day, such as 2026-03-31"),
    "number": N_("A number, such as 1234.5"),
    "whole": N_("A whole number"),
    "currency": N_("Three letters, such as EUR"),
    "country": N_("Two letters, such as ES"),
    "words": N_("Texts separated by ;"),
    "week": N_("Seven numbers separated by ;"),
}
EXPLAINED: dict[str, str] = {
    "sheet": N_("Columns"),
    "name": N_("Column"),
    "label": N_("Meaning"),
    "about": N_("What it holds"),
    "form": N_("How it is written"),
    "needed": N_("Needed"),
    "yes": N_("Yes"),
    "no": N_("No"),
}
