"""From a file's names to ours: suggestions, answers, references by key and by name, keys for files without ids."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from lib.intake import Checked, Mapping, ReadReport, fingerprint, suggest, suggest_for, with_answer
from lib.intake.checking import check_rows
from lib.intake.reading import _report, records_of
from lib.intake.references import known_rows
from lib.intake.values import Reading
from tests.intake.files import accounts, filled, projects


class File:
    """A CSV text that was read."""

    def __init__(self, text: str, folder: Path, name: str = "data.csv") -> None:
        found = records_of(text.encode(), name, Reading())
        self.frame, self.report = found.frame, _report(name, found, folder)
        self.misread = pl.read_ipc(self.report.issues)

    def check(self, mapping: Mapping, **known: pl.DataFrame) -> tuple[Checked, pl.DataFrame | None, pl.DataFrame]:
        rows = {table: known_rows(table, frame) for table, frame in known.items()}
        return check_rows(self.report, self.frame, self.misread, mapping, rows)


TIME = "Date,Client,Project,User,Hours,Billable\n2026-03-02,Acme,Web nueva,Ana,7.5,yes\n2026-03-02,Acme,Web nueva,Ana,1.25,no\n"
INVOICES = (
    "Nº factura;Cliente;Fecha factura;Vencimiento;Base imponible;IVA;Tipo;Estado;Moneda\n"
    "F1;Acme;13/01/2026;27/02/2026;1.234,50;259,25;Factura;Cobrada;EUR\n"
)


@pytest.mark.parametrize(("headers", "table"), [
    ("Fecha,Cliente,Proyecto,Usuario,Horas", "time_entries"),
    ("Date,Client,Project,User,Time Spent", "time_entries"),
    ("Nº factura,Cliente,Fecha,Vencimiento,Base imponible", "invoices"),
    ("Invoice Number,Customer,Invoice Date,Due Date,Amount", "invoices"),
    ("Clave de incidencia,Resumen,Estado,Nombre del proyecto,Tipo de Incidencia", "tasks"),
    ("Deal ID,Deal Name,Deal Stage,Amount,Close Date,Company", "opportunities"),
    ("Cliente,Sector,País,Moneda,Estado", "accounts"),
    ("Empleado,Correo,Puesto,Jornada semanal,Coste hora", "people"),
    ("Empleado,Desde,Hasta,Tipo de ausencia", "absences"),
    ("Proyecto,Cliente,Estado,Presupuesto,Jefe de proyecto", "projects"),
    ("currency,date,rate", "fx_rates"),
])  # fmt: skip
def test_the_table_is_found_by_its_headers_in_both_languages(headers: str, table: str, tmp_path: Path) -> None:
    assert suggest(File(headers + "\n", tmp_path).report)[0].table == table


def test_work_logs_that_repeat_their_tasks_are_hours_and_the_tasks_themselves_stay_tasks(tmp_path: Path) -> None:
    issues = "Issue,Summary,Status,Issue type,Project,Assignee,Labels,Priority,Resolution,Reporter,Parent,Epic,Sprint"
    logs = f"Worklog id,Author,Work description,Started,Time spent,{issues}\n"
    assert [one.table for one in suggest(File(logs, tmp_path, "jira_export.csv").report)[:2]] == ["time_entries", "tasks"]
    assert suggest(File(f"{issues},Started,Time spent\n", tmp_path, "jira_export.csv").report)[0].table == "tasks"


def test_a_spanish_invoice_list_needs_no_help_but_a_missing_currency_is_asked(tmp_path: Path) -> None:
    file = File(INVOICES, tmp_path)
    mapping = replace(suggest(file.report)[0].mapping, source="sage")
    checked, accepted, _ = file.check(mapping)
    assert accepted is not None
    row = accepted.row(0, named=True)
    assert (row["kind"], row["status"], row["amount"], row["tax"]) == ("invoice", "sent", 1234.5, 259.25)
    assert row["invoice_id"] == "sage:F1"
    without = replace(mapping, columns={ours: theirs for ours, theirs in mapping.columns.items() if ours != "currency"})
    checked, accepted, _ = file.check(without)
    assert accepted is None
    assert [(question.kind, question.column) for question in checked.questions] == [("constant", "currency")]
    checked, accepted, _ = file.check(with_answer(without, "constant", "currency", "€"))
    assert accepted is not None
    assert accepted["currency"].to_list() == ["EUR"]


def test_a_mapping_survives_json(tmp_path: Path) -> None:
    mapping = suggest(File(INVOICES, tmp_path).report)[0].mapping
    assert Mapping.of_json(json.loads(json.dumps(mapping.to_json()))) == mapping


def test_the_fingerprint_knows_headers_in_any_order_and_nothing_else(tmp_path: Path) -> None:
    first = fingerprint(File("Date,Client\n1,2\n", tmp_path).report)
    assert fingerprint(File("client;DATE\nx;y\nz;q\n", tmp_path).report) == first
    assert fingerprint(File("Date,Clients\n1,2\n", tmp_path).report) != first


def test_a_report_survives_json(tmp_path: Path) -> None:
    report = File(INVOICES, tmp_path).report
    assert ReadReport.of_json(json.loads(json.dumps(report.to_json()))) == report


def test_names_are_resolved_to_keys_and_counted(tmp_path: Path) -> None:
    file = File(TIME, tmp_path)
    mapping = replace(suggest(file.report)[0].mapping, source="toggl")
    checked, accepted, _ = file.check(mapping, projects=projects(), accounts=accounts())
    assert accepted is not None
    assert accepted["project_id"].to_list() == ["P1", "P1"]
    assert accepted["person_id"].to_list() == ["toggl:Ana", "toggl:Ana"]
    assert checked.references == {"person_id": {"unlinked": 2}, "project_id": {"by_name": 2}}


def test_an_unknown_name_is_asked_and_may_be_answered_in_three_ways(tmp_path: Path) -> None:
    file = File(TIME.replace("Web nueva,Ana,7.5", "Site,Ana,7.5"), tmp_path)
    mapping = suggest(file.report)[0].mapping
    checked, accepted, issues = file.check(mapping, projects=projects())
    assert [(question.kind, question.words) for question in checked.questions] == [("reference", (("Site", 1),))]
    assert issues["code"].to_list() == ["unknown_reference"]
    assert (checked.accepted_rows, checked.rejected_rows) == (1, 1)
    checked, accepted, _ = file.check(with_answer(mapping, "reference", "project_id", "P2", "Site"), projects=projects())
    assert accepted is not None
    assert accepted["project_id"].to_list() == ["P2", "P1"]
    checked, accepted, _ = file.check(replace(mapping, keep_unknown=("project_id",)), projects=projects())
    assert checked.references["project_id"] == {"unlinked": 1, "by_name": 1}
    assert checked.accepted_rows == 2


def test_ids_get_the_source_once_and_own_templates_none(tmp_path: Path) -> None:
    text = "task_id,project_id,name,kind,status\n10001,P1,A,task,open\njira:10002,P1,B,task,open\n"
    file = File(text, tmp_path)
    mapping = suggest_for(file.report, "tasks").mapping
    assert mapping.source == ""
    _, accepted, _ = file.check(replace(mapping, source="jira"))
    assert accepted is not None
    assert accepted["task_id"].to_list() == ["jira:10001", "jira:10002"]
    _, accepted, _ = file.check(mapping)
    assert accepted is not None
    assert accepted["task_id"].to_list() == ["10001", "jira:10002"]


def test_entries_without_ids_get_the_same_keys_again_and_equal_ones_differ(tmp_path: Path) -> None:
    text = TIME + "2026-03-02,Acme,Web nueva,Ana,1.25,no\n"
    file = File(text, tmp_path)
    mapping = suggest(file.report)[0].mapping
    first, again = file.check(mapping), file.check(mapping)
    assert first[1] is not None
    assert again[1] is not None
    assert first[0].key == "hash"
    assert first[1]["entry_id"].n_unique() == 3
    assert first[1]["entry_id"].to_list() == again[1]["entry_id"].to_list()


def test_a_time_sheet_fills_accounts_once_each(tmp_path: Path) -> None:
    file = File(TIME + "2026-03-03,Beta,App,Luis,2,yes\n", tmp_path)
    mapping = Mapping("accounts", "toggl", columns={"name": "Client"}, constants={"currency": "EUR", "status": "active"}, distinct=True)
    checked, accepted, _ = file.check(mapping)
    assert accepted is not None
    assert accepted["account_id"].to_list() == ["toggl:Acme", "toggl:Beta"]
    assert (checked.key, checked.left_out) == ("name", {"repeated": 1})


def test_parents_in_the_same_file_are_found_by_key_by_other_id_and_by_name(tmp_path: Path) -> None:
    text = (
        "Issue key,Issue id,Summary,Issue Type,Status,Project key,Parent\n"
        "A-1,10,Top,Epic,Done,P1,\nA-2,11,Low,Task,Done,P1,10\nA-3,12,Lower,Task,Done,P1,Low\n"
    )
    file = File(text, tmp_path)
    mapping = replace(suggest(file.report)[0].mapping, source="jira")
    assert mapping.also == "Issue id"
    _, accepted, _ = file.check(mapping)
    assert accepted is not None
    assert accepted["parent_id"].to_list() == [None, "jira:A-1", "jira:A-2"]


def test_first_and_last_name_in_two_columns_become_one(tmp_path: Path) -> None:
    file = File("Date,Project,First Name,Last Name,Hours\n2026-03-02,P1,Ana,Gil,2\n", tmp_path)
    mapping = suggest(file.report)[0].mapping
    _, accepted, _ = file.check(mapping, people=filled("people", person_id=["p"], name=["ana  gil"], weekly_hours=[40.0]))
    assert accepted is not None
    assert accepted["person_id"].to_list() == ["p"]


def test_words_for_missing_are_those_of_the_mapping(tmp_path: Path) -> None:
    file = File("account_id,name,currency,status,since\na1,-,EUR,active,N/A\n", tmp_path)
    own = suggest(file.report)[0].mapping
    checked, accepted, _ = file.check(own)
    assert [question.kind for question in checked.questions] == ["missing"]
    checked, accepted, _ = file.check(with_answer(own, "missing", "since", "", "N/A"))
    assert accepted is not None
    assert accepted.select("name", "since").row(0) == ("-", None)


def test_hours_that_must_be_seconds_are_asked(tmp_path: Path) -> None:
    file = File("Date,Project,User,Duration\n2026-03-02,P1,Ana,5400\n2026-03-02,P1,Ana,60\n2026-03-02,P1,Ana,1\n", tmp_path)
    mapping = suggest(file.report)[0].mapping
    checked, _, _ = file.check(mapping)
    assert [(question.kind, question.blocking) for question in checked.questions] == [("unit", True)]
    _, accepted, _ = file.check(with_answer(mapping, "unit", "hours", "s"))
    assert accepted is not None
    assert accepted["hours"].to_list()[0] == 1.5


def test_a_mapping_of_another_file_is_refused(tmp_path: Path) -> None:
    from lib.intake.checking import check_job
    from lib.workers import Refusal

    report = File(TIME, tmp_path).report
    mapping = Mapping("accounts", columns={"name": "Kunde"})
    with pytest.raises(Refusal) as refusal:
        check_job(str(tmp_path), report.to_json(), mapping.to_json(), {})
    assert refusal.value.code == "mapping_misses_column"


def test_words_taken_for_no_value_are_told_with_their_number(tmp_path: Path) -> None:
    file = File("Client ID,Client,Account manager,Country,Status,Currency\nC1,Acme,Na,NA,active,EUR\nC2,Beta,Ana,,active,EUR\n", tmp_path)
    checked, accepted, _ = file.check(suggest_for(file.report, "accounts").mapping)
    assert accepted is not None
    assert accepted["country"].to_list() == [None, None]
    assert {column: kinds["missing"] for column, kinds in checked.readings.items()} == {"manager": "Na (1)", "country": "NA (1)"}
