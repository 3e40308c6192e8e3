"""Folders of earlier Carteras: their versions stay readable, and they become today's in one commit."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import dataframely as dy
import polars as pl
import pytest

from lib.columns import key, text
from lib.store import BadStore, CannotUndo, Counts, Merge, Snapshot, Store
from lib.store.authored import COLUMNS
from lib.store.catalogue import Catalogue, connect
from lib.store.migrations import CATALOGUE_STEPS, AddColumn, RenameColumn, TableMigration, migrate_catalogue
from lib.tables import Table
from tests.store.samples import AT, BY_ANA


class Then(dy.Schema):
    goal_id = key("Id", "")
    title = text("Title", "")
    owner = text("Owner", "")


class Now(dy.Schema):
    goal_id = key("Id", "")
    name = text("Name", "")
    owner = text("Owner", "")
    unit = text("Unit", "")


THEN = {"goals": Table("goals", Then, "Goals", "")}
NOW = {"goals": Table("goals", Now, "Goals", "")}
STEPS = (
    TableMigration(1, "goals", RenameColumn("title", "label")),
    TableMigration(2, "goals", AddColumn("unit")),
    TableMigration(3, "goals", RenameColumn("label", "name")),
)


def _goals(**titles: str) -> pl.DataFrame:
    return pl.DataFrame({"goal_id": list(titles), "title": list(titles.values()), "owner": "Ana"})


def _cells(store: Store, version: int | None = None) -> list[tuple[object, ...]]:
    return store.portfolio(version)["goals"].select("goal_id", "name", "owner", "unit", "_import").sort("goal_id").collect().rows()


@pytest.fixture
def old(tmp_path: Path) -> Path:
    store = Store.open(tmp_path, tables=THEN)
    store.commit({"goals": Merge(_goals(a="Grow", b="Keep"), "")}, **BY_ANA)
    store.commit({"goals": Merge(_goals(a="Grow more"), "")}, **BY_ANA)
    return tmp_path


def test_opening_renames_and_adds_columns_in_one_commit(old: Path) -> None:
    store = Store.open(old, at=AT, tables=NOW, steps=STEPS)
    assert (store.version(), store.commits()[0].kind) == (3, "migration")
    assert store.commits()[0].counts == {"goals": Counts(unchanged=2)}
    assert _cells(store) == [("a", "Grow more", "Ana", None, 2), ("b", "Keep", "Ana", None, 1)]
    assert store.check() == []
    assert set(store.delta("goals").columns(store.delta("goals").head())) == {"goal_id", "name", "owner", "unit", "_source", "_import"}


def test_versions_of_before_are_read_through_the_migration(old: Path) -> None:
    store = Store.open(old, tables=NOW, steps=STEPS)
    assert _cells(store, 1) == [("a", "Grow", "Ana", None, 1), ("b", "Keep", "Ana", None, 1)]
    assert _cells(store, 2) == _cells(store, 3)


def test_migrating_again_does_nothing(old: Path) -> None:
    Store.open(old, tables=NOW, steps=STEPS)
    assert Store.open(old, tables=NOW, steps=STEPS).version() == 3


def test_imports_after_a_migration_compare_with_rows_of_before(old: Path) -> None:
    store = Store.open(old, tables=NOW, steps=STEPS)
    rows = pl.DataFrame({"goal_id": ["a", "b", "c"], "name": ["Grow more", "Hold", "New"], "owner": "Ana", "unit": ["€", None, None]})
    commit = store.commit({"goals": Snapshot(rows, "")}, **BY_ANA)
    assert commit.counts["goals"] == Counts(added=1, changed=2)
    store.undo(4, **BY_ANA)
    assert _cells(store) == _cells(store, 3)
    assert store.check() == []


def test_an_import_of_before_a_migration_is_not_undone_at_once(old: Path) -> None:
    store = Store.open(old, tables=NOW, steps=STEPS)
    with pytest.raises(CannotUndo) as refusal:
        store.undo(2, **BY_ANA)
    assert refusal.value.later_commit is not None
    assert refusal.value.later_commit.kind == "migration"
    with pytest.raises(CannotUndo, match="not an import"):
        store.undo(3, **BY_ANA)


def test_a_new_column_needs_no_migration(old: Path) -> None:
    class Wider(Then):
        unit = text("Unit", "")

    store = Store.open(old, tables={"goals": Table("goals", Wider, "Goals", "")})
    assert store.portfolio(1)["goals"].collect()["unit"].to_list() == [None, None]
    store.commit({"goals": Merge(_goals(c="Win").with_columns(unit=pl.lit("€")), "")}, **BY_ANA)
    assert store.portfolio()["goals"].sort("goal_id").collect()["unit"].to_list() == [None, None, "€"]
    assert store.commit({"goals": Merge(_goals(a="Grow more"), "")}, **BY_ANA).counts["goals"] == Counts(unchanged=1)


def test_a_portfolio_that_lacks_the_table_has_nothing_to_migrate(tmp_path: Path) -> None:
    Store.open(tmp_path, tables=THEN)
    store = Store.open(tmp_path, tables=NOW, steps=STEPS)
    assert store.version() == 0
    store.commit({"goals": Merge(_goals(a="Grow").rename({"title": "name"}), "")}, **BY_ANA)
    assert _cells(store) == [("a", "Grow", "Ana", None, 1)]


def test_a_folder_of_a_newer_cartera_is_refused(old: Path) -> None:
    Store.open(old, tables=NOW, steps=STEPS)
    with pytest.raises(BadStore, match="newer"):
        Store.open(old, tables=THEN)
    with Catalogue(old / "cartera.sqlite").writing() as db:
        db.conn.execute("PRAGMA user_version = 99")
    with pytest.raises(BadStore, match="newer"):
        Store.open(old, tables=NOW, steps=STEPS)


def test_the_catalogue_migrates_by_the_steps_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "cartera.sqlite"
    connect(path, create=True).close()
    steps = {**CATALOGUE_STEPS, 2: lambda db: db.conn.execute("ALTER TABLE decisions ADD COLUMN colour TEXT")}
    with Catalogue(path).writing() as db:
        migrate_catalogue(db)
    with Catalogue(path).writing() as db:
        migrate_catalogue(db, steps)
        migrate_catalogue(db, steps)
        assert db.conn.execute("PRAGMA user_version").fetchone()[0] == 2
        assert "colour" in db["decisions"].columns_dict


def test_a_failed_step_leaves_the_catalogue_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "cartera.sqlite"
    connect(path, create=True).close()

    def broken(db: object) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), Catalogue(path).writing() as db:
        migrate_catalogue(db, {**CATALOGUE_STEPS, 2: broken})
    with Catalogue(path).reading() as db:
        assert db.table_names() == []
        assert db.conn.execute("PRAGMA user_version").fetchone()[0] == 0


def test_authored_columns_are_those_of_the_catalogue(store: Store) -> None:
    with store.catalogue.reading() as db:
        for table, columns in COLUMNS.items():
            assert set(db[table].columns_dict) == {"id", "author", "at", *columns}


def test_steps_are_applied_in_the_order_of_their_numbers(old: Path) -> None:
    store = Store.open(old, tables=NOW, steps=tuple(reversed(STEPS)))
    assert _cells(store, 1) == [("a", "Grow", "Ana", None, 1), ("b", "Keep", "Ana", None, 1)]


def test_stores_of_one_folder_are_equal(old: Path) -> None:
    assert Store(old) == replace(Store(old))
