"""Every rule of every table lets a good row through and stops a bad one, and has a message a person can act on."""

from __future__ import annotations

from datetime import date
from typing import Any

import dataframely as dy
import polars as pl
import pytest

from lib.tables import RULES, TABLES, UNDATED, Table

EARLY, LATE = date(2026, 1, 10), date(2026, 2, 20)

# One full row a table; each satisfies all of its rules.
GOOD: dict[str, dict[str, Any]] = {
    "accounts": {
        "account_id": "A", "name": "Almar", "parent_id": "B", "internal": False, "industry": "health", "tier": "key", "manager": "Eva",
        "director": "Luis",
        "country": "ES", "currency": "EUR", "since": EARLY, "status": "active", "lost_on": LATE, "notice_given_on": LATE,
    },
    "contacts": {
        "contact_id": "C", "account_id": "A", "name": "Nora", "role": "sponsor", "email": "n@x.example", "active": True, "since": EARLY,
        "left_on": LATE,
    },
    "contracts": {
        "contract_id": "K", "account_id": "A", "kind": "retainer", "start": EARLY, "end": LATE, "signed_on": EARLY, "notice_days": 30,
        "notice_given_on": LATE, "auto_renew": True, "renewal_months": 12, "value": 1000.0, "value_per": "month", "currency": "EUR",
        "hours_included": 20.0, "rollover_months": 1, "rollover_cap_hours": 5.0, "overage_rate": 80.0, "payment_days": 30,
    },
    "people": {
        "person_id": "P", "name": "Ana", "email": "a@x.example", "role": "designer", "team": "web", "skills": ["figma"],
        "weekly_hours": 24.0, "week_pattern": [6.0, 6.0, 6.0, 0.0, 6.0, 0.0, 0.0], "cost_rate": 40.0, "bill_rate": 90.0,
        "rate_currency": "EUR", "start": EARLY,
        "end": LATE, "country": "ES", "subdivision": "MD", "city": "Madrid",
    },
    "person_terms": {
        "person_id": "P", "from": EARLY, "weekly_hours": 40.0, "week_pattern": [8.0] * 5 + [0.0] * 2, "cost_rate": 42.0, "bill_rate": 95.0,
        "currency": "EUR",
    },
    "closures": {
        "closure_id": "X", "date": EARLY, "name": "San Isidro", "country": "ES", "subdivision": "MD", "city": "Madrid", "person_id": "P",
        "hours": 4.0,
    },
    "projects": {
        "project_id": "J", "account_id": "A", "contract_id": "K", "name": "Site", "status": "active", "manager": "Eva", "start": EARLY,
        "due": LATE, "baseline_start": EARLY, "baseline_due": LATE, "finished_on": LATE, "billing": "fixed", "budget_hours": 100.0,
        "budget_amount": 9000.0, "budget_cost": 5000.0, "pass_through_budget": 500.0, "currency": "EUR", "percent_complete": 40.0,
        "ev_technique": "percent_complete", "target_margin": 0.4,
    },
    "tasks": {
        "task_id": "T", "project_id": "J", "parent_id": "S", "name": "Draw", "kind": "task", "status": "open", "assignee_id": "P",
        "role": "designer", "skills": ["figma"], "estimate_hours": 8.0, "optimistic_hours": 6.0, "pessimistic_hours": 12.0,
        "remaining_hours": 4.0, "baseline_hours": 8.0, "baseline_start": EARLY, "baseline_finish": LATE, "start": EARLY, "finish": LATE,
        "started_on": EARLY, "finished_on": LATE, "due": LATE, "not_before": EARLY, "duration_days": 2.0, "hours_per_day": 4.0,
        "percent_complete": 50.0, "change_id": "R", "accepted_on": LATE,
    },
    "links": {"predecessor_id": "T", "successor_id": "U", "kind": "FS", "lag_hours": -4.0, "elapsed": False},
    "time_entries": {
        "entry_id": "E", "date": EARLY, "person_id": "P", "project_id": "J", "task_id": "T", "hours": 7.5, "billable": True,
        "bill_rate": 90.0, "cost_rate": 40.0, "currency": "EUR", "note": "Drew",
    },
    "bookings": {
        "booking_id": "B", "person_id": "P", "role": "designer", "project_id": "J", "task_id": "T", "opportunity_id": "O", "start": EARLY,
        "end": LATE, "hours_per_day": 4.0, "status": "tentative", "probability": 0.5,
    },
    "absences": {
        "absence_id": "V", "person_id": "P", "start": EARLY, "end": LATE, "kind": "holiday", "hours_per_day": 4.0, "status": "approved",
    },
    "invoices": {
        "invoice_id": "F", "account_id": "A", "project_id": "J", "contract_id": "K", "kind": "invoice", "status": "sent", "issued": EARLY,
        "due": LATE, "paid_on": LATE, "paid_amount": 1210.0, "amount": 1000.0, "tax": 210.0, "currency": "EUR", "pass_through": 100.0,
        "period_start": EARLY, "period_end": LATE,
    },
    "expenses": {"expense_id": "X", "project_id": "J", "date": EARLY, "amount": 50.0, "currency": "EUR", "pass_through": True},
    "feedback": {
        "feedback_id": "N", "account_id": "A", "project_id": "J", "contact_id": "C", "date": EARLY, "kind": "nps", "score": 9.0,
        "scale_min": 0.0, "scale_max": 10.0, "comment": "Good",
    },
    "touchpoints": {
        "touchpoint_id": "M", "account_id": "A", "date": EARLY, "kind": "call", "contact_ids": ["C"], "owner": "Eva", "sentiment": 0.5,
        "summary": "Fine",
    },
    "risks": {
        "risk_id": "R", "account_id": "A", "project_id": "J", "task_id": "T", "kind": "risk", "title": "Delay", "internal": True,
        "opened": EARLY, "closed_on": LATE, "probability": 3, "impact": 4, "impact_days": 5.0, "impact_hours": 20.0, "owner": "Eva",
        "mitigation": "Call", "status": "open",
    },
    "change_requests": {
        "change_id": "R", "project_id": "J", "order_number": "1", "raised_on": EARLY, "raised_by": "Nora", "title": "More",
        "description": "x",
        "kind": "added", "status": "approved", "priority": "must", "in_scope": False, "reason": "x", "acceptance_criteria": "x",
        "hours": 8.0,
        "cost": 300.0, "price": 700.0, "pass_through": 100.0, "currency": "EUR", "delay_days": 2.0, "decided_on": LATE,
        "paid_by": "shared", "client_share": 0.5, "started_on": LATE, "bundled_into": "R2",
    },
    "opportunities": {
        "opportunity_id": "O", "account_id": "A", "contract_id": "K", "name": "Renew", "kind": "renewal", "service": "web",
        "stage": "talks",
        "amount": 12000.0, "currency": "EUR", "probability": 0.6, "created_on": EARLY, "expected_close": LATE, "closed_on": LATE,
        "status": "open", "hours": 100.0, "expected_start": LATE, "weeks": 6.0, "role": "designer",
    },
    "goals": {
        "goal_id": "G", "account_id": "A", "title": "Leads", "metric": "leads", "unit": "n", "baseline": 10.0, "target": 20.0,
        "actual": 15.0,
        "start": EARLY, "due": LATE, "owner": "Eva", "status": "on_track",
    },
    "kpi_values": {"account_id": "A", "metric": "leads", "date": EARLY, "value": 12.0, "target": 20.0, "unit": "n", "source": "crm"},
    "progress": {"project_id": "J", "date": EARLY, "percent_complete": 40.0},
    "fx_rates": {"currency": "USD", "date": EARLY, "rate": 0.9},
}  # fmt: skip

WEEK = [8.0] * 5 + [0.0] * 2
# What breaks each rule that a table states over several columns.
BROKEN: dict[tuple[str, str], dict[str, Any]] = {
    ("accounts", "parent_of_itself"): {"parent_id": "A"},
    ("contacts", "left_before_start"): {"since": LATE, "left_on": EARLY},
    ("contracts", "ends_before_start"): {"start": LATE, "end": EARLY},
    ("people", "ends_before_start"): {"start": LATE, "end": EARLY},
    ("people", "pattern_differs_from_week"): {"weekly_hours": 24.0, "week_pattern": WEEK},
    ("people", "rate_without_currency"): {"rate_currency": None},
    ("person_terms", "pattern_differs_from_week"): {"weekly_hours": 24.0},
    ("projects", "due_before_start"): {"start": LATE, "due": EARLY},
    ("projects", "baseline_due_before_start"): {"baseline_start": LATE, "baseline_due": EARLY},
    ("tasks", "finish_before_start"): {"start": LATE, "finish": EARLY},
    ("tasks", "finished_before_started"): {"started_on": LATE, "finished_on": EARLY},
    ("tasks", "optimistic_over_likely"): {"optimistic_hours": 9.0},
    ("tasks", "likely_over_pessimistic"): {"pessimistic_hours": 7.0},
    ("links", "link_to_itself"): {"successor_id": "T"},
    ("time_entries", "hours_over_day"): {"hours": -24.5},
    ("time_entries", "rate_without_currency"): {"currency": None},
    ("bookings", "ends_before_start"): {"start": LATE, "end": EARLY},
    ("absences", "ends_before_start"): {"start": LATE, "end": EARLY},
    ("invoices", "due_before_issued"): {"issued": LATE, "due": EARLY},
    ("invoices", "period_ends_before_start"): {"period_start": LATE, "period_end": EARLY},
    ("feedback", "nps_off_scale"): {"score": 11.0, "scale_max": 20.0},
    ("feedback", "score_off_scale"): {"score": 6.0, "scale_max": 5.0},
    ("risks", "closed_before_opened"): {"opened": LATE, "closed_on": EARLY},
    ("risks", "risk_without_probability"): {"probability": None},
    ("change_requests", "decided_before_raised"): {"raised_on": LATE, "decided_on": EARLY},
    ("change_requests", "price_without_currency"): {"currency": None},
    ("goals", "due_before_start"): {"start": LATE, "due": EARLY},
}

# What the rows above must not say by accident: each stays good with its neighbour on the very edge.
EDGES: list[tuple[str, dict[str, Any]]] = [
    ("accounts", {"parent_id": None}),
    ("contacts", {"since": EARLY, "left_on": EARLY}),
    ("contracts", {"start": EARLY, "end": EARLY}),
    ("contracts", {"end": None}),
    ("people", {"weekly_hours": 24.0, "week_pattern": None}),
    ("people", {"cost_rate": None, "bill_rate": None, "rate_currency": None}),
    ("tasks", {"optimistic_hours": 8.0, "estimate_hours": 8.0, "pessimistic_hours": 8.0}),
    ("time_entries", {"hours": 24.0}),
    ("time_entries", {"hours": -24.0}),
    ("time_entries", {"cost_rate": None, "bill_rate": None, "currency": None}),
    ("bookings", {"start": EARLY, "end": EARLY}),
    ("invoices", {"issued": EARLY, "due": EARLY}),
    ("feedback", {"kind": "nps", "score": 0.0}),
    ("feedback", {"kind": "csat", "score": 5.0, "scale_min": 1.0, "scale_max": 5.0}),
    ("feedback", {"kind": "csat", "score": 60.0, "scale_min": None, "scale_max": None}),
    ("risks", {"kind": "issue", "probability": None}),
    ("risks", {"probability": 5, "impact": 5}),
    ("change_requests", {"hours": -8.0, "cost": -300.0, "price": -700.0}),
    ("change_requests", {"cost": None, "price": None, "pass_through": None, "currency": None}),
    ("projects", {"percent_complete": 100.0}),
    ("projects", {"percent_complete": 0.0, "target_margin": -1.0}),
]


def of(table: str, *rows: dict[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=TABLES[table].polars_schema)


def broken_rules(table: str, *rows: dict[str, Any]) -> set[str]:
    """Names of the rules that stop at least one of the rows."""
    return set(TABLES[table].schema.filter(of(table, *rows)).failure.counts())


def rules_of(table: str) -> set[str]:
    return set(TABLES[table].schema._validation_rules(with_cast=False))


def code_of(rule: str) -> str:
    """A rule's code: what follows the column, without the words dataframely puts before a check of ours or of an item."""
    return rule.rpartition("|")[2].removeprefix("inner_").removeprefix("check__")


def bad_cell(column: dy.Column, rule: str) -> Any:
    """A value that breaks one rule of one column, chosen by what the rule says in words, not by how it is written."""
    code = code_of(rule)
    if "|inner_" in rule:
        item = {"check__separator_in_item": "a;b", "max_length": "x" * 401, "min_length": "", "nullability": None, "inf": float("inf"),
                "nan": float("nan"), "max": 24.5, "min": -1.0}[rule.rpartition("|inner_")[2]]  # fmt: skip
        return [item] if isinstance(item, str) or column.metadata["kind"] == "words" else [item] + [0.0] * 6
    if isinstance(column, dy.List):
        return [] if column.metadata["kind"] == "words" else {"min_length": [0.0] * 6, "max_length": [0.0] * 8}[code]
    if isinstance(column, dy.Date):
        return {"nullability": None, "min": date(1899, 12, 31), "max": date(2200, 1, 1)}[code]
    if isinstance(column, dy.String):
        return {"nullability": None, "min_length": "", "max_length": "x" * 20_001, "regex": "eur", "not_a_choice": "perhaps"}[code]
    if isinstance(column, dy.Int64):
        return {"nullability": None, "min": -1, "max": 100_000}[code]
    return {"nullability": None, "min": -2.0, "max": 1000.0, "inf": float("inf"), "nan": float("nan")}[code]


COLUMN_RULES = [(table, rule) for table in TABLES for rule in sorted(rules_of(table)) if "|" in rule]


def test_there_is_a_good_row_for_every_table_with_every_column_filled():
    assert list(GOOD) == list(TABLES)
    for name, row in GOOD.items():
        assert list(row) == list(TABLES[name].columns), name
        assert None not in row.values(), name


@pytest.mark.parametrize("table", TABLES)
def test_a_good_row_passes_every_rule(table: str):
    assert broken_rules(table, GOOD[table]) == set()


@pytest.mark.parametrize(("table", "rule"), COLUMN_RULES, ids=[f"{table}.{rule}" for table, rule in COLUMN_RULES])
def test_a_bad_cell_breaks_the_rule_of_its_column(table: str, rule: str):
    column = rule.rpartition("|")[0]
    bad = bad_cell(TABLES[table].columns[column], rule)
    assert rule in broken_rules(table, GOOD[table] | {column: bad})


@pytest.mark.parametrize(("table", "rule"), BROKEN, ids=[".".join(pair) for pair in BROKEN])
def test_a_bad_row_breaks_its_rule_and_no_other(table: str, rule: str):
    assert broken_rules(table, GOOD[table] | BROKEN[table, rule]) == {rule}


@pytest.mark.parametrize("table", TABLES)
def test_the_same_key_twice_is_refused(table: str):
    assert broken_rules(table, GOOD[table], GOOD[table]) == {"primary_key"}


@pytest.mark.parametrize(("table", "row"), EDGES)
def test_a_row_on_the_edge_of_a_rule_passes(table: str, row: dict[str, Any]):
    assert broken_rules(table, GOOD[table] | row) == set()


def test_every_rule_over_a_row_is_tried():
    stated = {(table, rule) for table in TABLES for rule in rules_of(table) if "|" not in rule and rule != "primary_key"}
    assert stated == set(BROKEN)


def test_every_rule_has_a_message_and_every_message_a_rule():
    stated = {code_of(rule) for table in TABLES for rule in rules_of(table)}
    assert stated == set(RULES)
    assert all(message and message[0].isupper() for message in RULES.values())


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_a_row_of_required_cells_alone_passes(table: Table):
    row = {name: value for name, value in GOOD[table.name].items() if name in table.required}
    # A risk (not an issue) is the one kind of row that needs more than its required cells.
    row |= {"kind": "issue"} if table.name == "risks" else {}
    assert broken_rules(table.name, row) == set()


def test_references_name_tables_whose_key_is_one_column_of_text():
    for table in TABLES.values():
        for column, to in table.references.items():
            assert len(TABLES[to].key) == 1, (table.name, column, to)
            assert TABLES[to].columns[TABLES[to].key[0]].dtype == pl.String
            kind = table.columns[column].dtype
            assert kind in (pl.String, pl.List(pl.String)), (table.name, column)


def test_a_column_that_ends_like_a_key_refers_to_its_table():
    own = {"entry_id"} | {table.key[0] for table in TABLES.values() if len(table.key) == 1}
    for table in TABLES.values():
        for column in table.columns:
            if column.endswith(("_id", "_ids")) and not (column in own and table.key == [column]):
                assert column in table.references, (table.name, column)


def test_undated_columns_exist_and_are_not_keys():
    for table, columns in UNDATED.items():
        assert set(columns) <= set(TABLES[table].columns)
        assert not set(columns) & set(TABLES[table].key)


def test_every_status_is_an_undated_column():
    with_status = {name for name, table in TABLES.items() if "status" in table.columns}
    assert {name for name, columns in UNDATED.items() if "status" in columns} == with_status


def test_every_column_carries_a_label_an_explanation_and_a_kind():
    for table in TABLES.values():
        for name, column in table.columns.items():
            assert column.metadata["label"], (table.name, name)
            assert column.metadata["kind"], (table.name, name)
            assert column.description, (table.name, name)


def test_an_empty_table_has_every_column_and_no_row():
    for table in TABLES.values():
        assert table.empty().height == 0
        assert table.empty().columns == list(table.columns)
