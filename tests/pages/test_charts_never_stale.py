"""One cell changes in the store: the page's chart, the chart's value and its file change with it, each time, and none is an old one."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

from lib.charts import portfolio as charts
from lib.charts.chart import Chart
from lib.documents.chart_files import chart_file
from lib.formats import Language
from lib.measures.book import book
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.portfolio import Portfolio
from lib.store import Merge, Store
from lib.tables import TABLES
from lib.ui import chart_downloads
from tests.documents.opened import lines, number
from tests.pages.app import opened, whole

EN = Language("en")
AS_OF = date(2024, 6, 30)
SEED = 7
MENUS = ("receivables", "clients_by_agi")
Rows = dict[str, pl.DataFrame]


class Offered:
    """What the open menus of a page offer for download: file -> (what its name rests on, what makes it)."""

    def __init__(self) -> None:
        self.files: dict[str, tuple[tuple[object, ...], Callable[[], bytes]]] = {}

    def __call__(self, label: str, make: Callable[[], bytes], file: str, rests_on: tuple[object, ...], key: str, **look: str) -> None:
        self.files[file] = (rests_on, make)


def edit(rows: Rows, dice: random.Random) -> tuple[str, pl.DataFrame]:
    """One cell of one row, changed at random: the table's name and that row."""
    table, column = dice.choice([("invoices", "amount"), ("invoices", "tax"), ("invoices", "due"), ("accounts", "name")])
    line = dice.randrange(rows[table].height)
    row = rows[table].slice(line, 1)
    if column == "due":
        changed: Any = row["issued"][0] + timedelta(days=dice.randrange(0, 90))
    elif column == "name":
        changed = dice.choice(["=1+1", "Norte", "Añil", "Ünal & Söhne", "東京"]) + f" {dice.randrange(1000)}"
    else:
        changed = round(dice.uniform(10, 9000), 2)
    return table, row.with_columns(pl.lit(changed, rows[table].schema[column]).alias(column))


def charts_of(rows: Rows) -> dict[str, Chart]:
    """The charts of rows at hand: no store, no cache, no page between."""
    made = book(Portfolio.of(1, **rows), AS_OF, quarter_of(AS_OF), "invoiced", "EUR", graded([], AS_OF))[0]
    everyone = made.accounts["account_id"]
    found = {"clients_by_agi": charts.clients_by_agi(made, EN, ""), "receivables": charts.receivables(made, everyone, EN, "")}
    return {name: chart for name, chart in found.items() if chart is not None}


def on_the_page(app: AppTest) -> list[list[tuple[Any, ...]]]:
    """The rows of each chart that the page draws."""
    assert all("datasets" not in json.loads(one.proto.spec) for one in app.get("vega_lite_chart"))
    frames = [
        pa.ipc.open_stream(io.BytesIO(data.data.data)).read_pandas() for one in app.get("vega_lite_chart") for data in one.proto.datasets
    ]
    return [list(frame[["name", "value", "label"]].itertuples(index=False, name=None)) for frame in frames]


def in_the_file(file: bytes) -> list[tuple[Any, ...]]:
    heading, *rows = lines(file)
    assert len(heading) == 4
    return [(row[0], number(row[1]), row[2]) for row in rows]


def stale_after(edits: int, folder: Path) -> list[str]:
    """Make so many edits one after the other; what was old on the page or in a file after each."""
    store, dice = Store(folder), random.Random(SEED)
    portfolio = store.portfolio(store.version())
    rows: Rows = {table: portfolio[table].select(*TABLES[table].columns).collect() for table in sorted(portfolio.loaded)}
    app = opened(as_of=AS_OF.isoformat())
    found, before = [], dict[str, tuple[object, ...]]()
    with patch.object(chart_downloads, "order", lambda worker, chart, t, kind, folder: chart_file(chart, t, kind)):
        for number_ in range(edits):
            table, row = edit(rows, dice)
            key = row.columns[0]
            rows[table] = rows[table].with_columns(
                pl.when(pl.col(key) == row[key][0]).then(pl.lit(row[name][0], kind)).otherwise(pl.col(name)).alias(name)
                for name, kind in rows[table].schema.items()
                if kind in (pl.String, pl.Float64, pl.Date)
            )
            store.commit({table: Merge(row, "")}, author="Ana", at=datetime(2024, 7, 2, tzinfo=UTC) + timedelta(minutes=number_))
            for name in MENUS:  # a chart that was not there for one edit comes back with its menu closed
                app.session_state[f"{name}.details"] = True
            offered = Offered()
            with patch.object(chart_downloads, "download", offered):
                whole(app.run())
            shown = on_the_page(app)
            for name, chart in charts_of(rows).items():
                wanted = chart.rows.select("name", "value", "label").rows()
                if wanted not in shown:
                    found.append(f"{number_} {table}: the page's {name} shows {shown}, not {wanted}")
                rests_on, make = offered.files[f"{name}.csv"]
                if [(neutral.removeprefix("'"), value, label) for neutral, value, label in in_the_file(make())] != wanted:
                    found.append(f"{number_} {table}: the file of {name} is old")
                if before.get(name) == rests_on:
                    found.append(f"{number_} {table}: {name} kept its name")
                before[name] = rests_on
    return found


def test_fifty_edits_leave_nothing_old(small_firm: Path) -> None:
    assert stale_after(50, small_firm) == []


@pytest.mark.fuzz
def test_five_hundred_edits_leave_nothing_old(small_firm: Path) -> None:
    assert stale_after(500, small_firm) == []


def test_a_page_that_keeps_its_old_book_is_found(small_firm: Path) -> None:
    from lib.ui import reading

    kept: list[Any] = []

    def first_only(asked: reading.Asked) -> Any:
        kept.append(reading._book(str(small_firm), asked)[0]) if not kept else None
        return kept[0]

    with patch.object(reading, "the_book", first_only):
        assert stale_after(3, small_firm)
