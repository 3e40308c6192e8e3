"""Approvals on the sample: what an option promised for a project full of chance is what the tables say once it is approved."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from lib.sample import SAMPLE_AS_OF
from lib.scope.answer import Answer, OptionKey
from lib.scope.answering import answer
from lib.scope.ask import Added, Ask
from lib.scope.ground import ground
from lib.scope.orders import approval_of
from lib.store import Merge, Store
from lib.store.change_requests import approve
from lib.tables import TABLES
from tests.gallery import sample_portfolio

AT = datetime(2026, 10, 1, 9, tzinfo=UTC)
TRIALS = 1000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made, book = tmp_path_factory.mktemp("sample") / "data", sample_portfolio()
    rows = {name: Merge(book[name].select(list(TABLES[name].columns)).collect(), "jira") for name in TABLES if name in book.loaded}
    Store.open(made).commit(rows, author="Ana", at=AT)
    return made


@cache
def answered(folder: Path, project: str) -> Answer:
    work = Added("N", "New work", 40.0, 30.0, 60.0, role="developer")
    return _answer(Store.open(folder), Ask(project, "More", added=(work,), expense=250.0, pass_through=500.0))


def _answer(store: Store, ask: Ask) -> Answer:
    found = answer(ground(store.portfolio(), SAMPLE_AS_OF, "EUR", trials=TRIALS), ask)
    assert isinstance(found, Answer), found
    return found


@pytest.mark.parametrize(
    ("project", "key"), [("CAN-01", "extend"), ("CAN-01", "add_people"), ("BER-01", "extend"), ("BER-01", "absorb")]
)
def test_what_was_promised_is_what_the_tables_say(folder: Path, tmp_path: Path, project: str, key: OptionKey) -> None:
    before = answered(folder, project)
    promised = before.option(key)
    store = Store.open(shutil.copytree(folder, tmp_path / "data"))
    approve(store, approval_of(before, key, SAMPLE_AS_OF), author="Eva", at=AT)
    now = _answer(store, Ask(project))
    terms, finish = before.terms, promised.finish
    assert terms.agi is not None
    assert terms.eac is not None
    assert promised.cost.likely is not None
    sold = 0.0 if key == "absorb" else (promised.fee or 0.0) - 500.0
    assert (now.terms.agi, now.terms.eac) == (pytest.approx(terms.agi + sold), pytest.approx(terms.eac + promised.cost.likely))
    assert now.terms.margin == pytest.approx(promised.margin, abs=1e-6)
    assert now.before.planned_on == finish.planned_on
    # The task has another id in the tables, so that chance draws other hours for it: 1,000 trials tell shares to a few hundredths.
    assert finish.p80_on is not None
    assert now.before.p80_on is not None
    assert abs(np.busday_count(finish.p80_on, now.before.p80_on)) <= 1
    assert now.before.promise_share == pytest.approx(finish.promise_share, abs=0.05)
    own = store.portfolio()["expenses"].filter(pl.col("_source") == "cartera").collect()
    # Nobody pays for what is absorbed: 250 and 500 are ours. 40 h and a fifth, a quarter dearer than a developer's hour, beside the 250.
    expected = {"extend": 250.0, "absorb": 750.0, "add_people": 250.0 + (promised.cost.labour or 0.0) * (1 - 1 / 1.25)}[key]
    assert own.filter(~pl.col("pass_through"))["amount"].to_list() == pytest.approx([expected])
