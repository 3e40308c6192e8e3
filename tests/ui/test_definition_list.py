"""Definitions as they are listed: every signal has its rule, graded ones say which way, and what is missing is named once."""

from __future__ import annotations

import polars as pl
import pytest

from lib.definitions import DEFINITIONS, SIGNAL_RULES, SIGNALS
from lib.documents.workbook import table_csv
from lib.formats import Language
from lib.measures.figure import Figure, LeftOut
from lib.tables import TABLES
from lib.ui.definition import rows_sheet
from lib.ui.definition_list import UNITS, better, figures_said, missing_tables, severity, signals_said

EN, ES = Language("en"), Language("es")


def test_every_signal_has_a_rule_and_every_rule_a_signal() -> None:
    assert SIGNAL_RULES.keys() == SIGNALS.keys()
    for key, rule in SIGNAL_RULES.items():
        assert (rule.unit is not None) == (SIGNALS[key].mild is not None), key
        assert {*rule.tables, *rule.also} <= TABLES.keys()
        assert rule.formula.endswith("."), key
        assert SIGNALS[key].table in (*rule.tables, *rule.also, "promises"), key
    assert {one.unit for one in DEFINITIONS.values()} | {rule.unit for rule in SIGNAL_RULES.values()} <= {*UNITS, None}


@pytest.mark.parametrize(
    ("key", "way"), [("invoice_overdue", "lower"), ("notice_date", "higher"), ("detractor", "higher"), ("open_issue", "neither")]
)
def test_a_graded_signal_says_which_way_is_better(key: str, way: str) -> None:
    assert better(SIGNALS[key]) == way


def test_severity_is_said_with_where_it_begins_and_ends() -> None:
    assert severity(SIGNALS["invoice_overdue"], EN) == "Severity 0.6 of\u00a01 at 61\u00a0days, up to\u00a01 at 150\u00a0days."
    assert severity(SIGNALS["open_issue"], EN) == "Severity 0.8 of 1."


def test_words_of_the_language_and_keys_find_definitions() -> None:
    assert [one.key for one in figures_said(ES, "retencion neta", "")] == ["nrr"]
    assert [one.key for one in figures_said(EN, "effective_clients", "")] == ["effective_clients"]
    assert len(figures_said(EN, "", "")) == len(DEFINITIONS)
    assert figures_said(EN, "", "open_issue") == []
    assert [one.key for one in signals_said(EN, "zzz", "open_issue")] == ["open_issue"]


def test_what_is_missing_names_the_tables_that_are_not_loaded() -> None:
    assert missing_tables(DEFINITIONS["delivery_margin"], frozenset({"accounts", "people"})) == ["invoices", "time_entries"]
    assert missing_tables(SIGNAL_RULES["promise_late"], frozenset()) == ["accounts"]


def test_the_rows_of_a_figure_leave_in_the_readers_words_with_what_was_left_out() -> None:
    rows = pl.DataFrame({"name": ["=Acme"], "status": ["sent"], "open": [12.345000000000002], "hidden": [1]})
    figure = Figure("receivables", 12.345, "EUR", left_out=(LeftOut(2, "one row", "{n} rows"),), rows=rows)
    sheet = rows_sheet(figure, ES)
    assert sheet.columns == ["name", "status", "open"]
    assert sheet.formats == {"open": "money:EUR"}
    assert "2 rows." in sheet.notes
    written = table_csv(sheet.rows, sheet.headings, ES).decode("utf-8-sig")
    assert "'=Acme" in written
    assert "enviada" in written
    assert "12,345" in written
    assert "00000" not in written
