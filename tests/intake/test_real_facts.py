"""What stands in genuine exports, read from the files by eye: lines, columns and cells; and what cells mean once they are typed."""

# ruff: noqa: E501  (one fact, one line)
from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from lib.columns import facts
from lib.intake import PRELOAD, Checked, Intake, ReadReport, Worker, suggest_for
from lib.tables import TABLES

FOLDER = Path(__file__).parents[3] / "shared" / "data"

# file -> {(line, column): cell}; a record's line is the one it begins on
CELLS: dict[str, dict[tuple[int, str], str]] = {
    "asana/asana_api_tool_export.csv": {(2, "Task"): "Neighborhood Impact", (8, "TaskId"): "1142263369847675", (2, "Completed"): "False"},
    "asana/asana_csv_documented.csv": {
        (2, "Notes"): "Line one\nLine two, with a comma", (2, "Tags"): "Design,Q4 launch", (4, "Parent task"): "Launch site",
    },
    "asana/asana_google_sheets_sync_documented.csv": {(7, "Name"): "y", (7, "Assignee Email"): "b@example.test", (7, "Notes"): "plain"},
    "clockify/clockify_projects_import_test_2.csv": {
        (2, "Tasks"): "Task 1, Task 2", (2, "Billable Rate (USD)"): "100.01", (3, "Status"): "Archived",
    },
    "clockify/clockify_time_entries_import_test_1.csv": {
        (2, "Tags"): "Development, Backend", (3, "Duration (h)"): "01:00:01", (3, "Start Time"): "10:23 AM",
    },
    "clockify/clockify_time_entries_import_test_2.csv": {
        (2, "Start Date"): "10/15/2024", (2, "Billable Rate (EUR)"): "1000.00",
        (2, "Description"): "\\\\ 🔥 Special characters  ''''''`!@#$%^&*()_+\\-=\\[\\]{};':''\\\\|,.''<>\\/?~ \\\\\\",
    },
    "harvest/harvest_clients_import_test_1.csv": {
        (2, "Client Name"): "Example Client", (2, "Address"): "",
        (3, "Client Name"): '\\\\ 🔥 Special characters  """`!@#$%^&*()_+\\-=\\[\\]{};\':"\\\\|,.\'\'<>\\/?~ \\\\\\',
    },
    "harvest/harvest_detailed_eu_semicolon_documented.csv": {(2, "Hours"): "1,5", (3, "First Name"): "Léa", (2, "Project"): "Signalétique"},
    "harvest/harvest_projects_import_test_1.csv": {(2, "Billable Amount"): "2.001,0", (2, "Budget Remaining"): "29,99", (3, "Budget"): "0,0"},
    "harvest/harvest_time_entries_import_test_1.csv": {
        (2, "Client"): "", (2, "Billable Amount"): "2.000,0", (3, "Currency"): "Euro - EUR", (3, "Hours"): "0,01",
    },
    "hubspot/hubspot_activities.csv": {
        (2, "Activity Type"): "Call", (4, "Task Status"): "Waiting", (2001, "Meeting Outcome"): "No Show",
    },
    "hubspot/hubspot_companies.csv": {
        (2, "Annual Revenue"): "873607.15", (4, "Company Name"): "Scott, Murray and Thomas", (200, "Street Address"): "040 Holly Path Suite 090",
        (201, "Country"): "Fiji",
    },
    "hubspot/hubspot_deals.csv": {
        (2, "Amount"): "210833.37", (3, "Deal Stage"): "Closed Won", (501, "Deal Owner"): "angela.martin@example.com",
    },
    "hubspot/hubspot_feedback_nps.csv": {(2, "Record ID"): "664004926674", (2, "Date"): "2025-06-23 13:12", (1965, "Survey Name"): ""},
    "jira/jira_cloud_en_all_fields.csv": {
        (2, "Summary"): "Deliverable 1 — Final Integration & Formatting (Persona 01)", (2, "Issue key"): "CS4483-68", (2, "Issue id"): "10106",
    },
    "jira/jira_cloud_es_jira3.csv": {
        (2, "Clave de incidencia"): "TIC-357", (3, "Estado"): "Tareas por hacer",
        (3, "Resumen"): 'PA: Dado que el promotor ingresa 0 o negativo, entonces el sistema muestra error "El umbral debe ser mayor a 0".',
    },
    "jira/jira_cloud_es_short.csv": {
        (2, "Creada"): "21/abr/26 11:37 PM", (2, "Resumen"): "Inicialización de Springboot", (64, "Clave de incidencia"): "AB-15",
    },
    "jira/jira_worklogs_1h30m_style.csv": {
        (2, "Time spent"): "35m", (2, "Started"): "Jan 20, 2023, 6:25 PM", (3, "Parent"): "_", (25, "Issue"): "SOC-790",
    },
    "jira/jira_worklogs_seconds_and_text.csv": {
        (2, "Time spent seconds"): "60", (4, "Time spent"): "10m", (2, "Started"): "2021-04-06T13:20:31.275+0200",
    },
    "kimai/kimai_timesheet_documented.csv": {(2, "Duration"): "7260", (2, "Hourly rate"): "115.00", (2, "Tags"): "foo,bar"},
    "ms_project/msproject_es_csv_documented.csv": {
        (2, "Duración"): "10 días", (4, "Nombre de tarea"): "    Backend: API", (5, "Predecesoras"): "3",
    },
    "monday/board_export_pseudonymised.xlsx": {(4, "Name"): "Item 1", (4, "Person"): "Person 1, Person 2", (4, "Date"): "2024-10-10"},
    "power_bi/powerbi_export_layout_documented.xlsx": {(2, "Region"): "North", (2, "Sum of Amount"): "1200.5", (3, "Date"): "2025-08-01"},
    "salesforce/opportunity_data_export_header_only.csv": {
        (2, "Amount"): "9225.225", (3, "StageName"): "Negociación", (2, "CampaignId"): "000000000000000AAA",
    },
    "salesforce/opportunity_es_dataloader.csv": {
        (2, "CloseDate"): "04/01/2021", (3, "AccountId"): "001bm000007HT6QAAW", (7, "Amount"): "2125791",
    },
    "spanish_european/DERIVED_jira_es_cp1252_semicolon.csv": {
        (2, "Resumen"): "Inicialización de Springboot", (4, "Resolución"): "Listo", (63, "Clave de incidencia"): "AB-16",
    },
    "spanish_european/deals_es_semicolon.csv": {
        (2, "close_date"): "1/08/26", (4, "hubspot_owner_id"): "", (2, "Risk_>45_days"): "si", (501, "company"): "Client_500",
    },
    "tableau/tableau_data_es_semicolon_decimal_comma.csv": {(2, "CCAA"): "País Vasco", (2, "2021"): "1,36", (6, "2023"): "1,441"},
    "teams/meetingAttendanceList_utf16_tab.csv": {
        (2, "Full Name"): "Mustermann Max", (2, "Timestamp"): "11/12/2020, 12:27:24", (4, "User Action"): "Joined",
    },
    "teams/meetingAttendanceReport_semicolon_pseudonymised.csv": {
        (2, "Duration"): "1h 42m", (4, "Duration"): "10s", (7, "Role"): "Presenter",
    },
    "tempo/toggl2tempo_worklog.csv": {
        (2, "Issue key"): "ECP-1463", (3, "Worklog"): "2023-05-04T12:30:00+00:00:4500", (7, "Summary"): "remove legacy",
    },
    "toggl/toggl_time_entries_import_test_1.csv": {
        (2, "User"): "Peter Tester", (3, "Duration"): "01:00:01", (3, "Amount (EUR)"): "111.11",
    },
    "trello/trello_csv_documented.csv": {(2, "Card ID"): "a1", (2, "Due Date"): "2026-10-01T09:00:00.000Z", (2, "Archived"): "false"},
    "zoho_crm/zoho_Accounts.csv": {(3, "Account Name"): "Angel's", (2230, "ACCOUNTID"): "2230", (2229, "Tasks Involved"): ""},
    "zoho_crm/zoho_Potentials.csv": {
        (2, "Potential Name"): "Lewis, James", (2, "Amount"): "$22,700.00", (3633, "Closing Date"): "15 Feb, 2021 00:01:00",
    },
    "zoho_crm/zoho_Tasks.csv": {(2, "Due Date"): "20 Aug, 2021 00:06:00", (2979, "Subject"): "Call", (2979, "Status"): "Completed"},
    "zoho_crm/zoho_deals_documented.csv": {
        (2, "Record Id"): "zcrm_5012345000000123456", (2, "Probability (%)"): "75", (2, "Deal Owner.id"): "zcrm_5012345000000100001",
    },
    "portfolio/ebspm_huijgens/HuijgensPhD.csv": {
        (493, "Actual_cost_EUR"): "458.370", (494, "Actual_cost_EUR"): "1.115.640", (494, "Actual_duration_months"): "4,38",
        (494, "Business_domain"): "Savings & Loans",
    },
    "portfolio/eseur_misc/23003405-est_agile.csv": {(2, "Time.Spent"): "7.75", (3, "Story.Points"): "2", (809, "Story.Points"): "NA"},
    "portfolio/eseur_misc/7digital2012.csv": {(2, "Size"): "NA", (3, "Done"): "29/01/2010", (3239, "Cycle.Time"): "2"},
    "portfolio/eseur_misc/978052-fixed-price.csv": {(2, "Size"): "3929.8", (146, "Size"): "2.7721e+6", (146, "Profit"): "-120.29"},
    "portfolio/eseur_misc/EstimationStudy.csv": {(2, "Dev_Start"): "05/76", (2, "Tech_&_Mgmt_Hrs"): "15760", (40, "Project"): "POWITS"},
    "portfolio/eseur_misc/Little06.csv": {(2, "Week End Date"): "12/01/00", (2, "Relative Ratio"): "2.95", (6246, "Project Code"): "990166"},
    "portfolio/eseur_misc/ahonen2015.csv": {(2, "Duration"): "105.144", (3, "Team_size"): "3", (117, "Contract"): "FP"},
    "portfolio/eseur_misc/nasa-ada-fortran.csv": {(2, "begin"): "1/30/88", (2, "type"): "AGSS_partial", (31, "project"): "WINDPOPS"},
    "portfolio/eseur_misc/proj-bidding.csv": {(2, "Bid"): "455200", (35, "Pre_Bid"): "NA", (3, "DevMeth"): "Waterfall"},
    "portfolio/eseur_misc/renzo-all-tasks.csv": {(2, "X.words"): "@planning", (3, "word_cnt"): "1,1,1,1,1,1,1", (17765, "actual"): "NA"},
    "portfolio/nyc_capital_projects/projects.csv": {
        (2, "project_id"): "LB20DUMBO", (2, "original_budget"): "5000", (2, "budget_lines"): "LB-0101 LB-0108 LB-0104",
    },
    "portfolio/ravenstack_saas/ravenstack_accounts.csv": {
        (2, "account_id"): "A-2e4581", (2, "signup_date"): "16-10-2024", (501, "account_name"): "Company_499",
    },
    "portfolio/ravenstack_saas/ravenstack_churn_events.csv": {
        (2, "refund_amount_usd"): "4.03", (3, "feedback_text"): "", (601, "reason_code"): "features",
    },
    "portfolio/ravenstack_saas/ravenstack_feature_usage.csv": {
        (2, "usage_duration_secs"): "5004", (25001, "usage_id"): "U-6c82cc", (25001, "error_count"): "1",
    },
    "portfolio/ravenstack_saas/ravenstack_subscriptions.csv": {
        (2, "start_date"): "23-12-2023", (3, "end_date"): "", (5001, "mrr_amount"): "1990",
    },
    "portfolio/ravenstack_saas/ravenstack_supports_ticket.csv": {
        (2, "closed_at"): "28-07-2023 03:00", (2, "satisfaction_score"): "", (2001, "resolution_time_hours"): "60",
    },
    "portfolio/sip_timesheet/Sip-task-info.csv": {
        (2, "Summary"): "Flag RI on SCM Message Summary screen using metadata RI application rules", (3, "HoursEstimate"): "7",
        (12300, "StatusCode"): "COMPLETED",
    },
    "portfolio/sip_timesheet/est-act-dates.csv": {(2, "EstimateOn"): "02-Nov-04", (12299, "CompletedOn"): "", (12300, "TaskNumber"): "14377"},
}  # fmt: skip

# (file, table, column) -> its first values, or the kind of question that comes first
MEANT: dict[tuple[str, str, str], list[object] | str] = {
    ("harvest/harvest_time_entries_import_test_1.csv", "time_entries", "hours"): [20.0, 0.01],
    ("harvest/harvest_time_entries_import_test_1.csv", "time_entries", "bill_rate"): [100.0, 100.0],
    ("harvest/harvest_time_entries_import_test_1.csv", "time_entries", "currency"): ["EUR", "EUR"],
    ("harvest/harvest_detailed_eu_semicolon_documented.csv", "time_entries", "hours"): [1.5, 2.0],
    ("toggl/toggl_time_entries_import_test_1.csv", "time_entries", "hours"): [0.0, 1 + 1 / 3600],
    ("clockify/clockify_time_entries_import_test_2.csv", "time_entries", "date"): [date(2024, 10, 15)],
    ("clockify/clockify_time_entries_import_test_1.csv", "time_entries", "date"): "date_order",
    ("kimai/kimai_timesheet_documented.csv", "time_entries", "hours"): "unit",
    ("jira/jira_worklogs_1h30m_style.csv", "time_entries", "hours"): [35 / 60, 5 / 60, 0.5],
    ("jira/jira_worklogs_1h30m_style.csv", "time_entries", "date"): [date(2023, 1, 20), date(2023, 1, 20), date(2023, 1, 17)],
    ("salesforce/opportunity_es_dataloader.csv", "opportunities", "expected_close"): "date_order",
    ("spanish_european/deals_es_semicolon.csv", "opportunities", "expected_close"): [
        date(2026, 8, 1), date(2026, 5, 30), date(2026, 6, 28),
    ],
    ("spanish_european/deals_es_semicolon.csv", "opportunities", "amount"): [65563.0, 143346.0, 75879.0],
    ("zoho_crm/zoho_Potentials.csv", "opportunities", "amount"): [22700.0, 29700.0, 10700.0],
    ("zoho_crm/zoho_Potentials.csv", "opportunities", "expected_close"): [date(2021, 4, 16)] * 3,
    ("hubspot/hubspot_deals.csv", "opportunities", "amount"): [210833.37, 233290.22, 12532.32],
    ("jira/jira_cloud_es_short.csv", "tasks", "status"): ["open", "open", "done"],
    ("portfolio/ravenstack_saas/ravenstack_subscriptions.csv", "contracts", "start"): [date(2023, 12, 23), date(2024, 6, 11)],
    ("portfolio/sip_timesheet/Sip-task-info.csv", "tasks", "estimate_hours"): [14.0, 7.0],
}  # fmt: skip

# What a person says instead of the file: its currency, and what its words don't tell.
SAID = {
    "spanish_european/deals_es_semicolon.csv": {"currency": "USD", "kind": "new"},
    "zoho_crm/zoho_Potentials.csv": {"currency": "USD"},
}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder with real exports (../shared/data) is not part of the project")


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Worker(preload=PRELOAD) as worker:
        yield Intake(worker)


@pytest.mark.parametrize("file", CELLS)
def test_cells_stand_where_they_stand_in_the_file(intake: Intake, tmp_path: Path, file: str) -> None:
    report = intake.read(FOLDER / file, Path(file).name, tmp_path)
    assert isinstance(report, ReadReport)
    lines = pl.read_ipc(report.frame).rows_by_key("_line", named=True, unique=True)
    assert len(CELLS[file]) >= 3
    found = {(line, column): lines.get(line, {}).get(column, "nothing there") for line, column in CELLS[file]}
    assert found == CELLS[file]


@pytest.mark.parametrize("what", MEANT, ids=lambda what: f"{Path(what[0]).name} {what[2]}")
def test_cells_mean_what_a_person_reads(intake: Intake, tmp_path: Path, what: tuple[str, str, str]) -> None:
    file, table, column = what
    report = intake.read(FOLDER / file, Path(file).name, tmp_path)
    assert isinstance(report, ReadReport)
    mapping, said = suggest_for(report, table).mapping, SAID.get(file, {})
    columns = {ours: theirs for ours, theirs in mapping.columns.items() if ours not in said}
    mapping = replace(mapping, columns=columns, constants={**mapping.constants, **said})
    checked = intake.check(report, mapping, tmp_path, {})
    assert isinstance(checked, Checked)
    lacking = [question.column for question in checked.questions if question.kind == "constant"]
    if lacking:
        checked = intake.check(report, replace(mapping, constants={**mapping.constants, **_anything(table, lacking)}), tmp_path, {})
        assert isinstance(checked, Checked)
    expected = MEANT[what]
    if isinstance(expected, str):
        assert (expected, column) in [(question.kind, question.column) for question in checked.questions]
    else:
        assert column in mapping.columns
        assert checked.accepted, checked.questions
        assert pl.read_ipc(checked.accepted)[column].head(len(expected)).to_list() == expected


def _anything(table: str, columns: list[str]) -> dict[str, str]:
    """A constant for each required column that a file lacks."""
    known = {column: facts(TABLES[table].columns[column]) for column in columns}
    return {column: known[column].get("options", ("EUR" if known[column]["kind"] == "currency" else "x1",))[0] for column in columns}


def test_every_table_that_a_tool_wrote_has_facts() -> None:
    """Those without: documented headers, series of one column, calendars, and reports that are several tables."""
    without = {"planner_columns_documented.csv", "num_change_reqs.csv", "evol-reqs.csv", "ukbankholidays.csv"}
    without |= {"zoom_report_with_preamble_documented.csv", "ga4_events_en.csv", "ga4_informe_es_multitabla.csv"}
    files = [file for file in FOLDER.rglob("*") if file.suffix in (".csv", ".xlsx") and not {"badinput", "reference"} & set(file.parts)]
    assert {str(file.relative_to(FOLDER)) for file in files if file.name not in without} == set(CELLS)
