"""The change order as the page makes it: every figure is the page's own for the same option, and no text that is ours alone is in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from lib.columns import facts
from lib.formats import Language
from lib.sample import SAMPLE_AS_OF
from lib.scope.ask import Added, Ask
from lib.store import Merge, Store
from lib.store.authored import COLUMNS
from lib.tables import TABLES
from lib.ui import scope_reading
from tests.documents.opened import bare, page_text, parts, word
from tests.gallery import sample_portfolio
from tests.pages.app import opened, plain, table, whole
from tests.scope import worked_example

AT = datetime(2026, 2, 28, 9, tzinfo=UTC)
EN = Language("en")
WORK = Added("1", "Export of all orders", 40.0, 30.0, 60.0, role="developer")
SAMPLE_ASK = Ask("CAN-01", "More exports", added=(WORK,), expense=250.0, pass_through=500.0)


@pytest.fixture(autouse=True)
def _answers_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scope_reading, "PATIENCE_SECONDS", 100.0)


@pytest.fixture
def worked(over: Callable[[Path | None], Path]) -> Path:
    folder, book = over(None), worked_example.portfolio()
    Store.open(folder, at=AT).commit({name: Merge(book[name].collect(), "") for name in sorted(book.loaded)}, author="Ana", at=AT)
    return folder


def asked(ask: Ask, option: str = "extend") -> AppTest:
    """The page with an ask as the drawer would leave it, and an option chosen."""
    app = opened("scope", project=ask.project_id)
    app.session_state["scope.asks"] = {ask.project_id: ask.as_json()}
    app = whole(app.run())
    return app if option == "extend" else whole(app.selectbox("scope.option").set_value(option).run())


def files(app: AppTest, *languages: str) -> Iterator[tuple[str, str, bytes]]:
    """Language, form and content of the change order, made by the buttons of the page."""
    app = whole(app.button("scope.order").click().run())
    for code in languages or ("en",):
        app.segmented_control(key="scope.order_lang").set_value(code).run()
        app.button("scope.order.make").click().run()
        made = app.session_state["made.scope.order"][1]
        assert [name.rsplit("_", 1)[1] for _, name, _ in made] == [f"{code}.pdf", f"{code}.docx"]
        for _, name, content in made:
            assert isinstance(content, bytes), content
            yield code, name.rsplit(".", 1)[1], content


def told(file: bytes) -> dict[str, list[str]]:
    """First cell -> other cells, of every row of every table of a Word file."""
    rows = [[plain(cell.text) for cell in row.cells] for one in word(file).tables for row in one.rows]
    return {row[0]: row[1:] for row in rows if row}


def number(text: str) -> float:
    return float(re.sub(r"[^0-9.\-]", "", text.replace("−", "-")))


def option_row(app: AppTest, name: str) -> dict[str, Any]:
    frame = next(one.value for one in app.dataframe if "cost" in one.value.columns)
    row: dict[str, Any] = frame.set_index("name").loc[name].to_dict()
    return row


def figures(app: AppTest) -> dict[str, tuple[str, str, str]]:
    return {plain(one.label): (plain(one.value), plain(one.delta), plain(one.proto.delta_description)) for one in app.metric}


@pytest.mark.parametrize(("option", "name", "price"), [
    ("extend", "Charge and extend", 2400.0), ("add_people", "Charge and add people", None), ("defer", "Defer to a later phase", 2400.0),
])  # fmt: skip
def test_the_worked_order_says_what_the_page_says(worked: Path, option: str, name: str, price: float | None) -> None:
    app = asked(worked_example.ASK, option)
    page, shown = option_row(app, name), figures(app)
    later = table(app, "If the client signs later")
    (_, _, pdf), (_, _, docx) = files(app)
    rows, text = told(docx), bare(page_text(pdf))
    assert number(rows["This change order"][-1]) == pytest.approx(page["price"], abs=0.005)
    if price is not None:
        assert page["price"] == pytest.approx(price)
    # 12 000 is the fee; 400 is passed through, the rest is our work.
    assert number(rows["Contract to date"][-1]) == 12_000
    assert number(rows["Third parties, billed on"][-1]) == 400
    assert number(rows["Our work"][-1]) == pytest.approx(page["price"] - 400, abs=0.005)
    assert number(rows["New total, net of tax"][-1]) == pytest.approx(12_000 + page["price"], abs=0.005)
    after = page["p80"].split("\u00a0", 1)[1].replace("\u00a0", " ")
    assert rows["Finish with a margin"][-2:] == ["19 Mar 2026", f"{after} 2026"]  # without chance the P80 is the day itself
    assert rows["Committed date"][-2] == "20 Mar 2026"
    if option == "extend":
        assert shown["Finish, P80"][0] == rows["Finish with a margin"][-1] == "23 Mar 2026"
        for when, day, amount in later[1:]:
            assert bare(f"S{when.replace('in', 'igned in', 1)}") in text
            assert bare(f"{day} 2026, price {amount}") in text
    assert [row[-1] for row in (rows["This change order"], rows["New total, net of tax"]) if bare(row[-1]) not in text] == []


@pytest.mark.parametrize(("project", "by_hour"), [("CAN-01", False), ("ALM-03", True)])
def test_on_the_sample_too_at_a_fixed_price_and_by_the_hour(sample: Path, project: str, by_hour: bool) -> None:
    app = asked(replace(SAMPLE_ASK, project_id=project))
    page, shown = option_row(app, "Charge and extend"), figures(app)
    later = table(app, "If the client signs later")
    (_, _, pdf), (_, _, docx) = files(app)
    rows, text = told(docx), bare(page_text(pdf))
    assert number(rows["This change order"][-1]) == pytest.approx(page["price"], abs=0.005)
    assert number(rows["Third parties, billed on"][-1]) == 500
    assert number(rows["Our work"][-1]) == pytest.approx(page["price"] - 500, abs=0.01)
    if "Contract to date" in rows:
        before, total = number(rows["Contract to date"][-1]), number(rows["New total, net of tax"][-1])
        assert before == pytest.approx(contracted(project), abs=0.005)
        assert total == pytest.approx(before + page["price"], abs=0.011)
    else:
        assert contracted(project) is None
    assert rows["Finish with a margin"][-1] == shown["Finish, P80"][0]
    # "Chance of 26 Feb 2027" names the committed date, which stands before.
    promised = next(label.removeprefix("Chance of ") for label in shown if label.startswith("Chance of"))
    if promised != "the promise":
        assert rows["Committed date"][-2].startswith(promised)
    for _, day, amount in later[1:]:
        said = re.search(rf"finishplannedwithamargin{bare(day)}(?:20..)?,price(€[0-9,.]*[0-9])", text)
        assert said is not None, day
        assert number(said[1]) == pytest.approx(number(amount), abs=0.5)  # the page has no cents
    assert shown["Cost to us"][1] == "40 h"
    assert (rows.get("Total", [""])[-1] == "40 h") is by_hour


def contracted(project: str) -> float | None:
    """Fee and orders approved so far, of the files themselves; every one of these projects is sold and billed in euros."""
    book = sample_portfolio()
    fee = book["projects"].filter(pl.col("project_id") == project).collect()["budget_amount"].item()
    part = pl.when(pl.col("paid_by") == "shared").then(pl.col("client_share")).when(pl.col("paid_by") == "client").then(1.0).otherwise(0.0)
    own = book["change_requests"].filter(
        pl.col("project_id") == project, pl.col("status").is_in(["approved", "implemented"]), pl.col("decided_on") <= SAMPLE_AS_OF
    )
    return None if fee is None else fee + float(own.select((pl.col("price") * part).sum()).collect().item())


ALLOWED = {"change_requests.order_number", "accounts.country", "accounts.notes"}
"""Columns of text that are the client's to read, beside the names that a row below keeps."""
MARK = "Zq"
NUMBERS = {"people.cost_rate": 41.73, "people.bill_rate": 97.31, "person_terms.cost_rate": 41.73, "person_terms.bill_rate": 97.31,
           "projects.budget_cost": 61_237.13}  # fmt: skip


def planted() -> dict[str, pl.DataFrame]:
    """The sample with a canary in place of every free text, but for the names of the client, its project and the tasks of that."""
    book, made = sample_portfolio(), {}
    for name, declared in TABLES.items():
        rows = book[name].select(list(declared.columns)).collect()
        mine = pl.col("project_id") == "CAN-01" if name in ("projects", "tasks") else pl.lit(False)
        if name == "accounts":
            mine = pl.col("account_id").is_in(["cantueso", "meridiano"])  # the client, and our own house
        for column, spec in declared.columns.items():
            about = facts(spec)
            where = f"{name}.{column}"
            if where in NUMBERS and column in rows.columns:
                rows = rows.with_columns(pl.when(pl.col(column).is_not_null()).then(NUMBERS[where]).alias(column))
            if rows.schema[column] != pl.String or about.get("kind") != "text" or "ref" in about or spec.primary_key:
                continue
            keeps = where in ALLOWED or column in ("country", "subdivision", "city", "role", "manager", "metric", "unit")
            if not keeps:
                canary = pl.format(f"{MARK}{name.replace('_', '')}{column.replace('_', '')}{{}}", pl.int_range(pl.len()))
                filled = pl.col(column).is_not_null() if column != "description" else pl.lit(True)
                rows = rows.with_columns(pl.when(filled & ~mine).then(canary).otherwise(column).alias(column))
        made[name] = rows
    return made


def authored(store: Store) -> None:
    """A row in every table that people write in the app, with a canary in every text of it."""
    values: dict[str, Any] = {"text": f"{MARK}authored", "json": {"note": f"{MARK}authored"}, "number": None, "day": date(2026, 9, 1)}
    for name in ("reviews", "commentary", "decisions", "actions", "promises"):
        row = {column: values[kind] for column, kind in COLUMNS[name].items() if not column.endswith("_id")}
        row |= {column: "cantueso" for column in COLUMNS[name] if column == "account_id"}
        if name == "commentary":
            row["review_id"] = 1
        store.write(name, row, author=f"{MARK}author", at=AT)


def test_no_text_that_is_ours_alone_is_in_a_file_for_the_client(over: Callable[[Path | None], Path]) -> None:
    folder = over(None)
    store = Store.open(folder, at=AT)
    store.commit({name: Merge(rows, "") for name, rows in planted().items()}, author="Ana", at=AT)
    authored(store)
    request = store.portfolio()["change_requests"].filter(pl.col("project_id") == "CAN-01").collect().row(0, named=True)
    assert request["description"].startswith(MARK)
    ask = replace(
        SAMPLE_ASK, description=request["description"], expense=7_771.19, target_margin=0.4637,
        added=(replace(WORK, hours=24.25, optimistic_hours=21.75, pessimistic_hours=33.5), ),
    )  # fmt: skip
    app = opened("scope", project="CAN-01", as_of=SAMPLE_AS_OF.isoformat())
    app.session_state["scope.asks"] = {"CAN-01": ask.as_json()}
    app = whole(app.run())
    page, shown = option_row(app, "Charge and extend"), figures(app)
    ours = [f"{value:,.2f}" for value in (*NUMBERS.values(), 7_771.19, 24.25, 21.75)]
    ours += [f"{page['cost']:,.0f}", f"{page['cost']:,.2f}", shown["Project margin"][0], shown["Cost to us"][0], "46.37"]
    chance = next(value for label, (value, _, _) in shown.items() if label.startswith("Chance"))
    seen = []
    for code, form, file in files(app, "en", "es"):
        text = page_text(file) if form == "pdf" else "\n".join(content.decode("utf-8", "replace") for _, content in parts(file))
        plainly = text if form == "pdf" else "\n".join(" ".join((first, *row)) for first, row in told(file).items())
        assert MARK not in text, text[max(0, text.find(MARK) - 80) : text.find(MARK) + 80]
        wanted = [one if code == "en" else one.translate(str.maketrans(",.", ".,")) for one in (*ours, chance)]
        assert [one for one in wanted if one in plainly] == []
        seen.append((code, form, "Cantueso" in plainly or "App móvil" in plainly))
    assert len(seen) == 4
    # The file is one: it names the client's own project, so that the search above has something to search.
    assert all(found for *_, found in seen), seen
