"""Real exports of real tools, where the folder with them exists: each is readable, or refused with a reason, and no record is lost."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from lib.intake import suggest
from lib.intake.checking import check_rows
from lib.intake.messages import MESSAGES
from lib.intake.reading import _report, records_of
from lib.intake.values import Reading
from lib.workers import Refusal

FOLDER = Path(__file__).parents[3] / "shared" / "data"
SUFFIXES = {".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods", ".mpp", ".mpx", ".xml", ".json"}
FILES = sorted(file for file in FOLDER.rglob("*") if file.suffix.lower() in SUFFIXES and "reference" not in file.parts)
EXPECTED = {
    "harvest_time_entries_import_test_1.csv": "time_entries",
    "toggl_time_entries_import_test_1.csv": "time_entries",
    "clockify_time_entries_import_test_2.csv": "time_entries",
    "jira_cloud_es_jira3.csv": "tasks",
    "asana_csv_documented.csv": "tasks",
    "hubspot_deals.csv": "opportunities",
    "deals_es_semicolon.csv": "opportunities",
    "zoho_Accounts.csv": "accounts",
    "HuijgensPhD.csv": "projects",
    "ravenstack_accounts.csv": "accounts",
    "ravenstack_subscriptions.csv": "contracts",
    "Sip-task-info.csv": "tasks",
}
# The corpus of calamine holds files that abort a process; those go through the worker in test_hostile_files.
INNER = [file for file in FILES if "calamine" not in file.parts]

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder with real exports (../shared/data) is not part of the project")


@pytest.mark.parametrize("file", INNER, ids=lambda file: f"{file.parent.name}/{file.name}")
def test_a_real_file_is_read_whole_or_refused(file: Path, tmp_path: Path) -> None:
    try:
        found = records_of(file.read_bytes(), file.name, Reading())
    except Refusal as refusal:
        why = MESSAGES[refusal.code].wrong.format(**refusal.arguments)
    else:
        why = ""
    if why:
        return
    report = _report(file.name, found, tmp_path)
    best = suggest(report)[0]
    assert file.name not in EXPECTED or best.table == EXPECTED[file.name]
    checked, _, issues = check_rows(report, found.frame, pl.read_ipc(report.issues), best.mapping, {})
    assert set(issues["code"]) <= set(MESSAGES)
    assert checked.records == report.records


def test_the_calamine_corpus_goes_through_the_worker(tmp_path: Path) -> None:
    from lib.intake import PRELOAD, Intake, ReadReport, Worker

    with Worker(preload=PRELOAD) as worker:
        intake = Intake(worker)
        for file in sorted(set(FILES) - set(INNER)):
            answer = intake.read(file, file.name, tmp_path)
            assert isinstance(answer, ReadReport) or answer.code in MESSAGES, file
