"""The data page: files come in, are asked about, loaded and taken back."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

from lib.store import Store
from tests.pages.app import book, go, opened, plain, texts, whole
from tests.small_firm import AS_OF, BOOK, ENGLISH, SPANISH


def dropped(app: AppTest, *files: tuple[str, bytes]) -> AppTest:
    """The page after files were dropped on it."""
    app.file_uploader[0].set_value([(name, content, "text/csv") for name, content in files]).run()
    return whole(app)


def button(app: AppTest, ending: str) -> object:
    """The button whose key ends so: keys of a file's widgets begin with a digest of its bytes."""
    (found,) = (one for one in app.button if str(one.key).endswith(ending))
    return found


def typed(app: AppTest, ending: str, text: str) -> AppTest:
    (found,) = (one for one in app.text_input if str(one.key).endswith(ending))
    found.set_value(text).run()
    return whole(app)


def loaded(app: AppTest) -> AppTest:
    app.button(key="intake.load").click().run()
    return whole(app)


def headlines(app: AppTest) -> dict[str, str]:
    """File name -> what its line says of it."""
    lines = [plain(one.label) for one in app.expander if ".csv" in one.label or "xlsx" in one.label]
    return {name: said.strip() for name, said in (line[2:].split("   ", 1) for line in lines)}


def test_spanish_files_are_asked_about_loaded_and_give_the_figures_worked_by_hand(empty: Path) -> None:
    app = dropped(opened("data"), *SPANISH.items())
    assert plain(app.title[0].value) == "5 files wait for you; 2 questions are open"
    assert headlines(app)["horas.csv"] == "18 records · Time entries"
    assert headlines(app)["facturas.csv"] == "4 records · Invoices · 2 questions"
    said = texts(app)
    assert "05/02/2024 → 5 Feb 2024" in said
    assert "05/02/2024 → 2 May 2024" in said
    button(app, "date_order.paid_on.0.dmy").click().run()
    assert plain(app.title[0].value) == "5 files wait for you; one question is open"
    assert Store(empty).version() == 0  # nothing is saved by an answer
    typed(app, "constant.currency.0.value", "EUR")
    assert plain(app.title[0].value) == "5 files wait for you"
    typed(app, "intake.author", "Ana")
    assert plain(app.button(key="intake.load").label) == "Load 30 rows from 5 files"
    loaded(app)
    assert "Loaded: 30 rows from 5 files" in texts(app)
    assert book(go(app, "portfolio")) == BOOK
    assert app.query_params["as_of"] == AS_OF


def test_a_file_that_is_asked_about_is_left_waiting_when_the_others_are_loaded(empty: Path) -> None:
    app = typed(dropped(opened("data"), *SPANISH.items()), "intake.author", "Ana")
    assert plain(app.button(key="intake.load").label) == "Load 26 rows from 4 files"
    loaded(app)
    assert "invoices" not in Store(empty).portfolio().loaded
    assert list(headlines(app)) == ["facturas.csv"]


def test_the_wrong_answer_is_the_other_reading(empty: Path) -> None:
    app = dropped(opened("data"), ("facturas.csv", SPANISH["facturas.csv"]), ("clientes.csv", SPANISH["clientes.csv"]))
    button(app, "date_order.paid_on.0.mdy").click().run()
    typed(app, "constant.currency.0.value", "EUR")
    loaded(typed(app, "intake.author", "Ana"))
    paid = Store(empty).portfolio()["invoices"].collect()["paid_on"].drop_nulls().cast(str)
    assert paid.to_list() == ["2024-05-02"]


def test_undo_takes_the_load_back_and_the_portfolio_is_empty_again(empty: Path) -> None:
    app = typed(dropped(opened("data"), *ENGLISH.items()), "intake.author", "Ana")
    loaded(app)
    assert Store(empty).portfolio().loaded == {"accounts", "projects", "people", "time_entries", "invoices"}
    app.button(key="history.undo.1").click().run()
    assert "2 · Step 1 undone" in texts(whole(app))
    assert Store(empty).portfolio().loaded == frozenset()
    assert go(app, "portfolio").title[0].value == "No portfolio yet"


def test_the_same_file_a_second_time_changes_nothing_and_is_mapped_as_before(empty: Path) -> None:
    app = typed(dropped(opened("data"), *SPANISH.items()), "intake.author", "Ana")
    button(app, "date_order.paid_on.0.dmy").click().run()
    loaded(typed(app, "constant.currency.0.value", "EUR"))
    dropped(app, *SPANISH.items())
    assert plain(app.title[0].value) == "5 files wait for you"  # no question is asked twice
    said = texts(app)
    assert said.count("Mapped as the last time a file with these columns was loaded.") == 5
    assert "If loaded: 0 new · 0 changed · 18 unchanged · 0 left out · 0 rejected" in said
    loaded(app)
    assert book(go(app, "portfolio")) == BOOK


def test_rejected_rows_are_listed_and_the_others_are_loaded(small_firm: Path) -> None:
    row = "2024-05-{},Íñigo Peña,Tienda en línea,{},Yes\n"
    bad = "Date,Person,Project,Hours,Billable\n" + "".join(row.format(day, 2) for day in range(20, 29)) + row.format(29, "8h30x")
    app = dropped(opened("data"), ("late.csv", bad.encode()))
    assert headlines(app)["late.csv"] == "10 records · Time entries · one row rejected"
    issues = next(one.value for one in app.dataframe if "wrong" in one.value.columns)
    assert issues[["line", "column", "value"]].to_numpy().tolist() == [[11, "Hours", "8h30x"]]
    assert issues["wrong"][0].startswith("This is not a number")
    typed(app, "intake.author", "Ana")
    loaded(app)
    assert Store(small_firm).portfolio().rows["time_entries"] == 18 + 9


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence_beside_one_that_can(empty: Path) -> None:
    app = dropped(opened("data"), ("picture.csv", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8), ("clients.csv", ENGLISH["clients.csv"]))
    assert headlines(app) == {"picture.csv": "not loaded", "clients.csv": "3 records · Accounts"}
    typed(app, "intake.author", "Ana")
    assert plain(app.button(key="intake.load").label) == "Load 3 rows from 1 file"
    loaded(app)
    assert Store(empty).portfolio().rows["accounts"] == 3


def test_nothing_can_be_loaded_without_a_name(empty: Path) -> None:
    app = dropped(opened("data"), ("clients.csv", ENGLISH["clients.csv"]))
    assert app.button(key="intake.load").disabled
    assert not typed(app, "intake.author", "Ana").button(key="intake.load").disabled
    assert typed(app, "intake.author", "  ").button(key="intake.load").disabled


def test_a_file_put_aside_is_gone_and_loads_nothing(empty: Path) -> None:
    app = dropped(opened("data"), ("clients.csv", ENGLISH["clients.csv"]))
    button(app, ".discard").click().run()
    assert plain(whole(app).title[0].value) == "Load your exports"
    assert [path for path in (empty / "uploads").rglob("*") if path.is_file()] == []


def test_the_page_in_spanish(empty: Path) -> None:
    app = dropped(opened("data", locale="es-ES"), ("facturas.csv", SPANISH["facturas.csv"]))
    assert plain(app.title[0].value) == "Un archivo te espera; hay 2 preguntas pendientes"
    assert "05/02/2024 → 5 feb 2024" in texts(app)


def test_a_hostile_header_and_file_name_are_plain_text(empty: Path) -> None:
    hostile = "![x](http://elsewhere.invalid/a)"
    app = dropped(opened("data"), (f"{hostile}.csv", f"Client ID,{hostile},Client\nA1,:red[x],<img src=x>\n".encode()))
    written = [one.value for one in app.markdown] + [one.label for one in app.expander]
    assert any("elsewhere" in text for text in written)
    assert [text for text in written if "](http" in text or ":red[x" in text or "<img" in text] == []
