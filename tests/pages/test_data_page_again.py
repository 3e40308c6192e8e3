"""The data page the second time: remembered files, what would change, rows that are gone, rejects that come back, ZIPs and redo."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import xlsxwriter
from streamlit.testing.v1 import AppTest

from lib.store import Store
from lib.store.corrections import correct, row_of
from lib.ui import checks, uploads
from tests.pages.app import opened, plain, table, texts, whole
from tests.pages.test_data_intake import button, dropped, headlines, loaded, typed

HEADER = "Day;Client;Project;Person;Hours;Kind of work\n"
MAY = HEADER + "02/05/2024;Acme;Web;Ana;7,5;Yes\n03/05/2024;Acme;Web;Ana;6;Nope\n"
JUNE = HEADER + "03/06/2024;Acme;Web;Ana;4,25;Nope\n04/06/2024;Acme;App;Luis;8;Yes\n"


def stored(folder: Path, table: str, *columns: str) -> list[tuple[object, ...]]:
    return Store(folder).portfolio()[table].select(columns).sort(columns).collect().rows()


def accounts(*names: str, status: str = "Active", header: str = "Client ID,Client,Account manager,Status,Currency\n") -> bytes:
    return (header + "".join(f"{name[0]},{name},Lola,{status},EUR\n" for name in names)).encode()


def first_load(app: AppTest, name: str, content: bytes) -> AppTest:
    return loaded(typed(dropped(app, (name, content)), "intake.author", "Ana"))


def time_sheet(app: AppTest) -> AppTest:
    """May's hours, with a column that is named by hand and two questions answered."""
    dropped(app, ("harvest_may.csv", MAY.encode()))
    button(app, "date_order.date.0.dmy").click().run()
    return typed(whole(app), "intake.author", "Ana")


def test_next_month_needs_no_answer_and_replaces_nothing_of_this_one(empty: Path) -> None:
    app = loaded(time_sheet(opened("data")))
    dropped(app, ("harvest_june.csv", JUNE.encode()))
    assert plain(app.title[0].value) == "One file waits for you"
    assert "Mapped as the last time a file with these columns was loaded." in texts(app)
    assert "If loaded: 2 new · 0 changed · 0 unchanged · 0 left out · 0 rejected" in texts(app)
    loaded(app)
    days = [str(day) for (day,) in stored(empty, "time_entries", "date")]
    assert days == ["2024-05-02", "2024-05-03", "2024-06-03", "2024-06-04"]


def test_the_same_days_again_say_how_many_rows_would_go_and_a_person_may_keep_them(empty: Path) -> None:
    app = loaded(time_sheet(opened("data")))
    corrected = MAY.replace("03/05/2024;Acme;Web;Ana;6", "03/05/2024;Acme;App;Ana;6").replace("02/05/2024;Acme", "02/05/2024; Acme")
    dropped(app, ("harvest_may.csv", corrected.encode()))
    assert "One row will be removed." in texts(app) or "1 row will be removed." in texts(app)
    (choice,) = (one for one in app.radio if ".absent." in str(one.key))
    assert choice.value == "period"
    assert plain(choice.options[1]) == "remove those of its days, 2 May 2024 to 3 May 2024: 1 row"
    choice.set_value("keep").run()
    assert "will be removed" not in texts(whole(app))
    loaded(app)
    assert len(stored(empty, "time_entries", "entry_id")) == 3
    mapping = Store(empty).rows("mapping_profiles")[-1]["mapping"]
    assert mapping["absent"] == "keep"  # it is part of what is remembered


def test_a_full_list_removes_what_it_no_longer_has_and_the_choice_is_remembered(empty: Path) -> None:
    app = first_load(opened("data"), "clients.csv", accounts("Alfa", "Beta", "Cita"))
    dropped(app, ("clients.csv", accounts("Alfa", "Beta")))
    (choice,) = (one for one in app.radio if ".absent." in str(one.key))
    assert choice.value == "keep"
    assert choice.options == ["keep them", "remove them all, the file is the full list: 1 row"]
    choice.set_value("all").run()
    assert "1 row will be removed." in texts(whole(app))
    assert stored(empty, "accounts", "name") == [("Alfa",), ("Beta",), ("Cita",)]  # nothing is saved by a choice
    loaded(app)
    assert stored(empty, "accounts", "name") == [("Alfa",), ("Beta",)]
    dropped(app, ("clients.csv", accounts("Alfa")))
    loaded(app)
    assert stored(empty, "accounts", "name") == [("Alfa",)]


def test_two_waiting_files_of_one_source_do_not_remove_each_others_rows(empty: Path) -> None:
    app = loaded(time_sheet(opened("data")))
    web, other = MAY.replace("Nope", "Yes"), HEADER + "02/05/2024;Acme;App;Luis;1;Yes\n"
    dropped(app, ("harvest a.csv", web.encode()), ("harvest b.csv", other.encode()))
    assert texts(app).count("They are kept: another waiting file speaks of the same days of the same tool.") == 1  # the other lacks none
    loaded(app)
    assert {row[0] for row in stored(empty, "time_entries", "hours")} == {7.5, 6.0, 1.0}


def test_changes_are_shown_cell_by_cell_and_can_be_searched(empty: Path) -> None:
    app = first_load(opened("data"), "clients.csv", accounts("Alfa", "Beta", "Cita"))
    changed = accounts("Alfa", "Beta").replace(b"Alfa,Lola,Active", b"Alfa,Pau,Lost").replace(b"Beta,Lola", b"Beta,")
    dropped(app, ("clients.csv", changed))
    assert "If loaded: 0 new · 2 changed · 0 unchanged · 0 left out · 0 rejected" in texts(app)
    assert any("What would change: 2 changed rows" in plain(one.label) for one in app.expander)
    (upload,) = app.session_state["intake.files"].values()
    app.session_state[f"{upload.key}.changes"] = True
    whole(app.run())
    cells = next(one.value for one in app.dataframe if "before" in one.value.columns)
    assert cells[["row", "column", "before", "after"]].to_numpy().tolist() == [
        ["A · Alfa", "Account manager", "Lola", "Pau"],
        ["A · Alfa", "Status", "active", "lost"],
        ["B · Beta", "Account manager", "Lola", "—"],
    ]
    typed(app, ".search", "pau")
    cells = next(one.value for one in app.dataframe if "before" in one.value.columns)
    assert cells["row"].tolist() == ["A · Alfa"]
    assert "Changed cells: 1 of 1" in texts(app)


def test_a_file_that_would_overrule_a_correction_says_so(empty: Path) -> None:
    app = first_load(opened("data"), "clients.csv", accounts("Acme"))
    store = Store(empty)
    row = row_of(store.portfolio()["accounts"], {"account_id": stored(empty, "accounts", "account_id")[0][0]})
    correct(store, "accounts", row, "manager", "Pepa", "Lola has left", author="Eva", at=datetime(2026, 1, 2, tzinfo=UTC))
    dropped(app, ("clients.csv", accounts("Acme", status="Paused")))
    assert "It would overrule a correction made by hand." in texts(app)
    ((what, who, cells),) = table(app, "Corrections that would be overruled")
    assert "Account manager" in what
    assert "Lola has left" in what
    assert "Eva" in who
    assert plain(cells) == "Pepa → Lola"


def test_a_file_that_agrees_with_a_correction_overrules_none(empty: Path) -> None:
    app = first_load(opened("data"), "clients.csv", accounts("Acme"))
    store = Store(empty)
    row = row_of(store.portfolio()["accounts"], {"account_id": stored(empty, "accounts", "account_id")[0][0]})
    correct(store, "accounts", row, "status", "paused", "They asked for it", author="Eva", at=datetime(2026, 1, 2, tzinfo=UTC))
    dropped(app, ("clients.csv", accounts("Acme", status="Paused")))
    assert "overrule" not in texts(app)


def test_rejected_rows_are_kept_to_mend_after_the_load_and_remove_nothing_when_they_come_back(empty: Path) -> None:
    app = time_sheet(opened("data"))
    loaded(app)
    june = JUNE.replace("8;Yes", "eight;Yes")
    loaded(dropped(app, ("harvest_june.csv", june.encode())))
    assert "1 row was rejected and stays out." in texts(app)
    (kept,) = app.session_state["intake.loaded"].kept
    assert kept.name == "harvest_june rejected.csv"
    mended = kept.path.read_bytes().replace(b"eight", b"8")
    assert mended.startswith(b"cartera_line;cartera_reason;Day;Client;")
    dropped(app, (kept.name, mended))
    assert "Rejected rows that come back: nothing else is removed by loading them." in texts(app)
    assert "If loaded: 1 new · 0 changed · 0 unchanged · 0 left out · 0 rejected" in texts(app)
    assert [one for one in app.radio if ".absent." in str(one.key)] == []
    loaded(app)
    assert sorted(hours for (hours,) in stored(empty, "time_entries", "hours")) == [4.25, 6.0, 7.5, 8.0]


def test_mended_rows_beside_their_waiting_file_are_mapped_as_it_is(empty: Path) -> None:
    app = time_sheet(dropped(opened("data")))
    (upload,) = app.session_state["intake.files"].values()
    mended = "cartera_line;cartera_reason;" + HEADER + "9;Hours: x;09/05/2024;Acme;Web;Ana;3;Yes\n"
    dropped(app, ("mended.csv", mended.encode()))
    assert plain(app.title[0].value) == "2 files wait for you"
    other = next(one for one in app.session_state["intake.files"].values() if one.id != upload.id)
    assert other.mapping.date_orders == {"date": "dmy"}


def test_a_remembered_file_is_listed_changed_and_forgotten(empty: Path) -> None:
    app = loaded(time_sheet(opened("data")))
    button(app, ".save")  # the form is there
    typed_source = next(one for one in app.text_input if str(one.key).startswith("saved.") and str(one.key).endswith(".source"))
    assert typed_source.value == "harvest"
    typed_source.set_value("toggl")
    order = next(one for one in app.selectbox if ".answer." in str(one.key) and one.value == "dmy")
    order.set_value("mdy")
    button(app, ".save").click().run()
    (row,) = Store(empty).rows("mapping_profiles")
    assert (row["source"], row["mapping"]["source"], row["mapping"]["date_orders"]) == ("toggl", "toggl", {"date": "mdy"})
    button(whole(app), ".forget").click().run()
    assert Store(empty).rows("mapping_profiles") == []
    dropped(whole(app), ("harvest_june.csv", JUNE.encode()))
    assert plain(app.title[0].value) == "One file waits for you; one question is open"


def test_one_answer_serves_all_date_columns_that_ask_the_same(empty: Path) -> None:
    content = "Code,Client,Project,Status,Start,Due date,Currency\nJ1,Acme,Web,Active,02/03/2024,05/06/2024,EUR\n"
    app = dropped(opened("data"), ("projects.csv", content.encode()))
    assert plain(app.title[0].value) == "One file waits for you; 2 questions are open"
    assert "How are the dates in Start and Due date written?" in texts(app)
    assert "Start: 02/03/2024 → 2 Mar 2024" in texts(app)
    button(app, "date_order.all.dmy").click().run()
    assert plain(whole(app).title[0].value) == "One file waits for you"
    (upload,) = app.session_state["intake.files"].values()
    assert upload.mapping.date_orders == {"start": "dmy", "due": "dmy"}


def test_a_zip_of_files_is_a_file_each(empty: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("export/clients.csv", accounts("Alfa", "Beta"))
        archive.writestr("export/hours.csv", MAY)
        archive.writestr("export/logo.png", b"\x89PNG\r\n")
    app = dropped(opened("data"), ("export.zip", packed.getvalue()))
    assert plain(app.title[0].value) == "3 files wait for you; one question is open"
    assert sum("Accounts" in line for line in headlines(app).values()) == 1
    assert sum(line == "not loaded" for line in (plain(one.label).split("   ")[-1] for one in app.expander)) == 1


def test_what_was_undone_can_be_loaded_again_in_so_many_words(empty: Path) -> None:
    app = first_load(opened("data"), "clients.csv", accounts("Alfa"))
    app.button(key="history.undo.1").click().run()
    assert "2 · Step 1 undone" in texts(whole(app))
    assert plain(app.button(key="history.undo.2").label) == "Load step 1 again"
    app.button(key="history.undo.2").click().run()
    assert "3 · Step 1 loaded again" in texts(whole(app))
    assert stored(empty, "accounts", "name") == [("Alfa",)]
    assert plain(app.button(key="history.undo.3").label) == "Undo"


def test_a_second_table_of_the_file_is_remembered_with_the_first(empty: Path) -> None:
    app = time_sheet(opened("data"))
    (upload,) = app.session_state["intake.files"].values()
    button(app, f"{upload.key}.again").click().run()
    again = next(one for one in app.session_state["intake.files"].values() if one.copy)
    next(one for one in app.selectbox if str(one.key).startswith(f"{again.key}.table.")).set_value("accounts").run()
    app.checkbox(key=f"{again.key}.distinct.accounts").check().run()
    again.mapping = replace(again.mapping, constants={"status": "active", "currency": "EUR"})
    loaded(whole(app.run()))
    assert stored(empty, "accounts", "name") == [("Acme",)]
    dropped(app, ("harvest_june.csv", JUNE.encode()))
    assert plain(app.title[0].value) == "2 files wait for you"
    assert {one.mapping.table for one in app.session_state["intake.files"].values()} == {"time_entries", "accounts"}


def test_every_table_of_a_workbook_is_a_file_and_what_only_explains_is_told(empty: Path) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    for name, content in (("clients", accounts("Alfa")), ("hours", MAY.encode()), ("About", b"Read me first,Version\nHello you,1\n")):
        sheet = book.add_worksheet(name)
        for row, line in enumerate(content.decode().splitlines()):
            for column, cell in enumerate(line.split(";" if ";" in line else ",")):
                sheet.write_string(row, column, cell)
    book.close()
    app = dropped(opened("data"), ("all.xlsx", buffer.getvalue()))
    lines = [plain(one.label) for one in app.expander if "xlsx" in one.label]
    assert len(lines) == 2
    assert any("Accounts" in line for line in lines)
    assert any("all.xlsx · hours" in line and "Time entries" in line for line in lines)
    assert "Also in this file, and not read, as no table of Cartera looks like it:" in texts(app)
    button(app, ".beside.0").click().run()
    assert any("About" in plain(one.label) and "its columns fit no table" in plain(one.label) for one in whole(app).expander)


BESIDE = """project;date;hours;;name;currency;status
Alfa;2026-05-04;3;;Alfa;EUR;active
Alfa;2026-05-05;4;;Beta;EUR;active
Beta;2026-05-06;5;;;;
Beta;2026-05-07;6;;;;
Beta;2026-05-08;7;;;;
"""


def test_tables_beside_each_other_are_each_a_file_and_can_be_read_as_one(empty: Path) -> None:
    app = dropped(opened("data"), ("may.csv", BESIDE.encode()))
    files = app.session_state["intake.files"]
    assert sorted((one.name, one.mapping.table, one.outcome.records) for one in files.values()) == [
        ("may.csv", "time_entries", 5), ("may.csv · 1 E–G", "accounts", 2),
    ]  # fmt: skip
    first = next(one for one in files.values() if not one.copy)
    assert "columns A–C" in texts(app)
    box = next(one for one in app.selectbox if str(one.key).startswith(f"{first.key}.read.region"))
    assert list(box.options) == [
        "line 1, all as one table: project, date, hours, Column 4, name, curre…", "line 1, columns A–C: project, date, hours",
        "line 1, columns E–G: name, currency, status",
    ]  # fmt: skip
    box.set_value(0).run()
    whole(app)
    first = next(one for one in app.session_state["intake.files"].values() if not one.copy)
    assert (first.outcome.reading.columns, len(first.outcome.columns), first.outcome.records) == ((0, 0), 7, 5)


def test_what_may_be_another_table_is_told_and_can_be_picked(empty: Path) -> None:
    words = "name;role;city\nAna;PM;Soria\nLuis;Dev;Lugo\nclient;status;owner\nAcme;active;Ana\nBeta;active;Luis\n"
    app = dropped(opened("data"), ("team.csv", words.encode()))
    (only,) = app.session_state["intake.files"].values()
    assert only.outcome.records == 5
    assert "Another table may stand in this one (line 4: client, status, owner). If so, pick it under Correct." in texts(app)
    box = next(one for one in app.selectbox if str(one.key).startswith(f"{only.key}.read.region"))
    box.set_value(1).run()
    whole(app)
    (only,) = app.session_state["intake.files"].values()
    assert (only.outcome.reading.header_line, only.outcome.records) == (4, 2)


def test_merged_cells_are_told_and_can_be_left_alone(empty: Path) -> None:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer)
    sheet = book.add_worksheet("S")
    sheet.write_row(0, 0, ["project", "date", "hours"])
    sheet.merge_range(1, 0, 3, 0, "Web")
    for row in (1, 2, 3):
        sheet.write_row(row, 1, [f"2026-05-0{row}", row])
    book.close()
    app = dropped(opened("data"), ("may.xlsx", buffer.getvalue()))
    (only,) = app.session_state["intake.files"].values()
    assert "2 cells took the value merged over their rows." in texts(app)
    app.selectbox(key=f"{only.key}.read.merged").set_value(2)
    button(app, ".read.submit").click().run()
    whole(app)
    (only,) = app.session_state["intake.files"].values()
    assert (only.outcome.reading.merged, only.outcome.columns[0].filled) == (False, 1)


def test_work_that_fails_leaves_the_page_usable(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    monkeypatch.setattr(checks, "suggest", full)
    app = dropped(opened("data"), ("clients.csv", accounts("Alfa")))
    assert "That did not work, and nothing was changed." in texts(app)
    monkeypatch.undo()
    button(app, ".discard").click().run()
    assert plain(whole(app).title[0].value) == "Load your exports"


def test_what_is_brought_while_work_goes_on_is_not_lost_in_it(empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "LARGE_BYTES", 10)  # every file is a large one: its progress is shown at once
    app = opened("data")
    app.file_uploader[0].set_value([("clients.csv", accounts("Alfa"), "text/csv")]).run()
    whole(app)
    for _ in range(200):
        if plain(app.title[0].value) == "One file waits for you":
            return
        assert plain(app.title[0].value) == "Reading your files"
        assert app.file_uploader[0].disabled
        app.run()
    pytest.fail("it was never read")
