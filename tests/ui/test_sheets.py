"""What is taken away from a page is what the page rests on: every figure, every account of the agenda, every promise, every step."""

from __future__ import annotations

from datetime import UTC, date, datetime

import polars as pl

from lib.formats import Language
from lib.measures.book import book, discuss_first, figures
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_authored, read_sample
from lib.store import Commit, Counts
from lib.ui.definition import written
from lib.ui.history import KINDS
from lib.ui.session import SAMPLE
from lib.ui.sheets import agenda_sheet, figures_sheet, history_sheet, promises_sheet

ES = Language("es")
PORTFOLIO = Portfolio.of(**read_sample(SAMPLE))
PROMISES = graded(
    [{**row, "review_id": None, "due": date.fromisoformat(row["due"]), "kept_on": row.get("kept_on") and date.fromisoformat(row["kept_on"])}
     for row in read_authored(SAMPLE)["promises"]], SAMPLE_AS_OF,
)  # fmt: skip
BOOK, _ = book(PORTFOLIO, SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", PROMISES)
ALL = BOOK.accounts["account_id"]


def test_every_figure_leaves_with_its_value_unit_and_definition() -> None:
    found = figures(BOOK, PORTFOLIO, ALL)
    rows = figures_sheet(found, ES).rows
    assert rows["name"].to_list() == [ES(figure.definition.name) for figure in found.values()]
    assert rows["written"].to_list() == [written(figure, ES) for figure in found.values()]
    assert all(
        abs(row["value"] - figure.value) < 1e-6
        for row, figure in zip(rows.iter_rows(named=True), found.values(), strict=True)
        if figure.value
    )
    assert rows.filter(pl.col("formula") == "").is_empty()
    assert rows.filter(name=ES("AGI"))["unit"].to_list() == ["EUR"]


def test_a_figure_that_cannot_be_computed_says_why() -> None:
    bare = Portfolio.of(accounts=read_sample(SAMPLE)["accounts"])
    empty, _ = book(bare, SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", PROMISES.clear())
    rows = figures_sheet(figures(empty, bare, ALL), ES).rows.filter(pl.col("value").is_null())
    assert rows.height > 5
    assert rows.filter(pl.col("missing") == "").is_empty()


def test_the_agenda_leaves_whole_and_in_its_order() -> None:
    accounts = discuss_first(BOOK, ALL)
    first = accounts["account_id"][0]
    sheet = agenda_sheet(BOOK, accounts, {first: "watch"}, ES)
    assert sheet.rows["status"].to_list() == [ES("Watch"), *[ES("Not enough data")] * (accounts.height - 1)]
    assert sheet.rows["name"].to_list() == accounts["name"].to_list()
    assert sheet.rows["place"].to_list() == list(range(1, accounts.height + 1))
    assert sheet.rows.filter((pl.col("reasons") == "") | (pl.col("decide") == "")).is_empty()
    assert abs(sheet.rows["agi"].sum() - accounts["agi"].sum()) < 1e-3
    assert sheet.formats == {"agi": "money:EUR", "hours": "hours"}
    assert [note.split(":")[0] for note in sheet.notes] == ["AGI", "Horas"]


def test_promises_leave_with_their_state_in_words() -> None:
    names = dict(BOOK.accounts.select("account_id", "name").iter_rows())
    rows = promises_sheet(PROMISES, names, ES).rows
    assert rows.height == PROMISES.height
    assert rows.filter(pl.col("account").is_null()).is_empty()
    assert (rows["state"] == ES("Late")).sum() == (PROMISES["state"] == "late").sum() > 0


def test_the_history_has_a_row_a_step_and_table() -> None:
    at = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
    files = {"files": [{"name": "horas.csv"}]}
    commits = [
        Commit(3, "undo", "Ana", at, undoes=2),
        Commit(2, "import", "Ana", at, "", {"accounts": Counts(1, 2, 3, 4), "people": Counts()}, files, undone_by=3),
        Commit(1, "of_tomorrow", "Ana", at),
    ]
    rows = history_sheet(commits, KINDS, ES).rows
    assert rows["step"].to_list() == [3, 2, 2, 1]
    assert rows.row(1, named=True) | {"at": None} == {
        "step": 2, "what": ES("Loaded"), "at": None, "author": "Ana", "table": "Cuentas", "added": 1, "changed": 2, "removed": 3,
        "unchanged": 4, "files": "horas.csv", "note": "", "undone_by": 3,
    }  # fmt: skip
    assert rows["what"][3] == "of_tomorrow"
