"""Committing changes: what they do to rows, what they count, what they refuse."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from deltalake import DeltaTable, QueryBuilder, write_deltalake

from lib.store import BadRows, BadStore, Clear, Counts, Merge, NotFound, ReplacePeriod, Snapshot, Store, UnknownVersion
from lib.store.delta import DeltaFolder
from lib.tables import TABLES
from tests.store.samples import AT, BY_ANA, DAY, accounts, names, time_entries


def test_a_new_store_is_empty(store: Store) -> None:
    assert store.version() == 0
    assert store.commits() == []
    assert store.portfolio().loaded == frozenset()
    for name, table in TABLES.items():
        rows = store.portfolio()[name].collect()
        assert rows.schema == pl.Schema({**table.polars_schema, "_source": pl.String(), "_import": pl.Int64()})


def test_merge_adds_changes_and_leaves_alone(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa", b="Beta"), "harvest")}, **BY_ANA)
    commit = store.commit({"accounts": Merge(accounts(b="Beta", c="Gamma", a="Alpha"), "harvest")}, **BY_ANA)
    assert commit.counts == {"accounts": Counts(added=1, changed=1, unchanged=1)}
    rows = store.portfolio()["accounts"].collect().sort("account_id")
    assert rows.select("account_id", "name", "_source", "_import").rows() == [
        ("a", "Alpha", "harvest", 2),
        ("b", "Beta", "harvest", 1),
        ("c", "Gamma", "harvest", 2),
    ]
    assert store.portfolio().rows == {"accounts": 3}


def test_null_equals_null_and_differs_from_a_value(store: Store) -> None:
    with_tier = accounts(a="Alfa", b="Beta").with_columns(tier=pl.Series([None, "key"], dtype=pl.String))
    store.commit({"accounts": Merge(with_tier, "")}, **BY_ANA)
    turned = accounts(a="Alfa", b="Beta").with_columns(tier=pl.Series([None, None], dtype=pl.String))
    assert store.preview({"accounts": Merge(turned, "")}) == {"accounts": Counts(changed=1, unchanged=1)}


def test_lists_are_compared_and_kept(store: Store) -> None:
    people = pl.DataFrame(
        {"person_id": ["p1", "p2", "p3"], "name": ["Ana", "Bo", "Cy"], "weekly_hours": [40.0, 20.0, 40.0]},
    ).with_columns(
        skills=pl.Series([["ux", "css"], None, ["go"]], dtype=pl.List(pl.String)),
        week_pattern=pl.Series([[8.0] * 5 + [0.0] * 2, None, None], dtype=pl.List(pl.Float64)),
    )
    store.commit({"people": Merge(people, "")}, **BY_ANA)
    assert store.portfolio()["people"].collect().sort("person_id").select(people.columns).equals(people)
    turned = people.with_columns(skills=pl.Series([["css", "ux"], None, ["go"]], dtype=pl.List(pl.String)))
    assert store.preview({"people": Merge(turned, "")})["people"] == Counts(changed=1, unchanged=2)


def test_a_row_taken_over_by_another_source_is_changed(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "harvest")}, **BY_ANA)
    commit = store.commit({"accounts": Merge(accounts(a="Alfa"), "jira")}, **BY_ANA)
    assert commit.counts["accounts"] == Counts(changed=1)
    assert store.portfolio()["accounts"].collect()["_source"].to_list() == ["jira"]


def test_replacing_a_period_removes_only_that_sources_rows_in_it(store: Store) -> None:
    store.commit({"time_entries": Merge(time_entries(0, 10), "harvest")}, **BY_ANA)
    store.commit({"time_entries": Merge(time_entries(100, 5).with_columns(date=date(2024, 1, 3)), "jira")}, **BY_ANA)
    kept = time_entries(2, 1, hours=9.0)  # of 3 January
    change = ReplacePeriod(kept, "harvest", "date", date(2024, 1, 2), date(2024, 1, 4))
    assert store.preview({"time_entries": change}) == {"time_entries": Counts(changed=1, removed=2)}
    commit = store.commit({"time_entries": change}, **BY_ANA)
    assert commit.counts["time_entries"] == Counts(changed=1, removed=2)
    rows = store.portfolio()["time_entries"].collect()
    assert sorted(rows.filter(_source="harvest")["entry_id"]) == ["e0", "e2", "e4", "e5", "e6", "e7", "e8", "e9"]
    assert rows.filter(entry_id="e2")["hours"].to_list() == [9.0]
    assert rows.filter(_source="jira").height == 5


def test_a_period_needs_a_date_column(store: Store) -> None:
    store.commit({"time_entries": Merge(time_entries(0, 1), "")}, **BY_ANA)
    with pytest.raises(NotFound, match="no date column hours"):
        store.commit({"time_entries": ReplacePeriod(time_entries(0, 1), "", "hours", date(2024, 1, 1), date(2024, 1, 2))}, **BY_ANA)


def test_a_snapshot_replaces_its_source_wholly(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa", b="Beta"), "jira")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(c="Gamma"), "harvest")}, **BY_ANA)
    commit = store.commit({"accounts": Snapshot(accounts(b="Beta", d="Delta"), "jira")}, **BY_ANA)
    assert commit.counts["accounts"] == Counts(added=1, removed=1, unchanged=1)
    assert names(store) == {"b": "Beta", "c": "Gamma", "d": "Delta"}


def test_clear_empties_a_table_of_all_sources(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa", b="Beta"), "jira")}, **BY_ANA)
    commit = store.commit({"accounts": Clear(), "projects": Clear()}, kind="empty", **BY_ANA)
    assert commit.counts == {"accounts": Counts(removed=2), "projects": Counts()}
    assert names(store) == {}
    assert store.portfolio().loaded == frozenset()
    assert names(store, 1) == {"a": "Alfa", "b": "Beta"}


def test_an_import_that_changes_nothing_writes_no_file(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    head = store.delta("accounts").head()
    commit = store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    assert commit.number == 2
    assert commit.counts == {"accounts": Counts(unchanged=1)}
    assert store.delta("accounts").head() == head


def test_only_files_that_hold_a_changed_row_are_rewritten(store: Store) -> None:
    for first in (0, 1000, 2000):
        store.commit({"time_entries": Merge(time_entries(first, 100), "")}, **BY_ANA)
    before = store.delta("time_entries").files(store.delta("time_entries").head())
    store.commit({"time_entries": Merge(time_entries(1005, 1, hours=7.0), "")}, **BY_ANA)
    after = store.delta("time_entries").files(store.delta("time_entries").head())
    assert len(set(before) & set(after)) == 2
    assert sum(after.values()) == 300


def test_many_small_imports_do_not_pile_up_files(store: Store) -> None:
    for first in range(20):
        store.commit({"time_entries": Merge(time_entries(first * 10, 10), "")}, **BY_ANA)
    delta = store.delta("time_entries")
    assert len(delta.files(delta.head())) <= 8
    assert store.portfolio()["time_entries"].collect()["entry_id"].n_unique() == 200
    assert store.portfolio(5)["time_entries"].collect().height == 50


def test_every_version_stays_as_it_was(store: Store) -> None:
    for number in range(1, 6):
        store.commit({"accounts": Merge(accounts(a=f"Alfa {number}"), "")}, **BY_ANA)
    assert [names(store, number)["a"] for number in range(1, 6)] == [f"Alfa {number}" for number in range(1, 6)]
    assert names(store, 0) == {}
    with pytest.raises(UnknownVersion):
        store.portfolio(6)


def test_the_version_known_on_a_day_is_the_newest_of_that_day(store: Store) -> None:
    for days, name in enumerate(("Alfa", "Beta", "Gamma")):
        store.commit({"accounts": Merge(accounts(a=name), "")}, author="Ana", at=AT + days * DAY)
    assert [store.version_known_on(date(2024, 2, 29)), store.version_known_on(date(2024, 3, 1))] == [0, 1]
    assert [store.version_known_on(date(2024, 3, 2)), store.version_known_on(date(2030, 1, 1))] == [2, 3]


def test_a_commit_keeps_who_when_why_and_which_files(store: Store) -> None:
    files = [{"name": "time.csv", "digest": "ab12", "source": "harvest"}]
    store.commit({"accounts": Merge(accounts(a="Alfa"), "harvest")}, note="March", details={"files": files}, **BY_ANA)
    (commit,) = store.commits()
    assert (commit.number, commit.kind, commit.author, commit.at, commit.note) == (1, "import", "Ana", AT, "March")
    assert [(file.name, file.digest, file.source) for file in commit.files] == [("time.csv", "ab12", "harvest")]
    assert store.rows("audit")[-1]["after"] == {"kind": "import", "tables": ["accounts"]}


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (accounts(a="Alfa").with_columns(colour=pl.lit("red")), "no column colour"),
        (accounts(a="Alfa").drop("name"), "needs the column name"),
        (accounts(a="Alfa").with_columns(since=pl.lit("2024-01-01")), "since holds String where Date is needed"),
        (accounts(a="Alfa").with_columns(name=pl.lit(None, pl.String)), "a value in every row of name"),
        (pl.concat([accounts(a="Alfa", b="Beta"), accounts(a="Alpha")]), "occurs twice in accounts: .*a"),
    ],
)
def test_rows_that_do_not_fit_their_table_are_refused_and_nothing_is_written(store: Store, rows: pl.DataFrame, reason: str) -> None:
    good = Merge(time_entries(0, 3), "")
    with pytest.raises(BadRows, match=reason):
        store.commit({"time_entries": good, "accounts": Merge(rows, "")}, **BY_ANA)
    with pytest.raises(BadRows, match=reason):
        store.preview({"accounts": Merge(rows, "")})
    assert store.version() == 0
    assert store.portfolio().loaded == frozenset()


def test_an_unknown_table_is_refused(store: Store) -> None:
    with pytest.raises(NotFound, match="no table clients"):
        store.commit({"clients": Clear()}, **BY_ANA)


def test_a_moment_without_time_zone_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="time zone"):
        store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, author="Ana", at=AT.replace(tzinfo=None))
    assert store.version() == 0


def test_preview_counts_what_commit_then_does_and_writes_nothing(store: Store, tmp_path: Path) -> None:
    store.commit({"time_entries": Merge(time_entries(0, 50), "x")}, **BY_ANA)
    changes = {
        "time_entries": ReplacePeriod(time_entries(5, 50), "x", "date", date(2024, 1, 1), date(2024, 12, 31)),
        "accounts": Merge(accounts(a="Alfa"), "x"),
    }
    before = sorted(tmp_path.rglob("*.parquet"))
    counts = store.preview(changes)
    assert (sorted(tmp_path.rglob("*.parquet")), store.version()) == (before, 1)
    assert store.commit(changes, **BY_ANA).counts == counts == {
        "time_entries": Counts(added=5, removed=5, unchanged=45),
        "accounts": Counts(added=1),
    }  # fmt: skip


def test_differences_are_listed_cell_by_cell(store: Store) -> None:
    before = accounts(a="Alfa", b="Beta", c="Gamma").with_columns(tier=pl.Series(["key", None, None], dtype=pl.String))
    store.commit({"accounts": Merge(before, "x")}, **BY_ANA)
    after = accounts(a="Alpha", b="Beta", d="Delta").with_columns(tier=pl.Series([None, None, None], dtype=pl.String))
    assert store.differences(Snapshot(after, "x"), "accounts").rows() == [
        ("d", "added", None, None, None),
        ("a", "changed", "name", "Alfa", "Alpha"),
        ("a", "changed", "tier", "key", None),
        ("c", "removed", None, None, None),
    ]
    assert store.differences(Clear(), "accounts", limit=2).height == 2
    assert store.differences(Merge(after, "x"), "accounts").filter(change="removed").height == 0


def test_differences_of_a_first_import_are_its_rows(store: Store) -> None:
    assert store.differences(Merge(accounts(a="Alfa", b="Beta"), ""), "accounts")["change"].to_list() == ["added", "added"]


def test_an_import_that_fails_halfway_leaves_the_old_portfolio_and_heads(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), ""), "time_entries": Merge(time_entries(0, 3), "")}, **BY_ANA)
    change, tables = DeltaFolder.change, []

    def full_disk(delta: DeltaFolder, *args: Any) -> int:
        tables.append(delta.path.name)
        if len(tables) == 2:
            raise OSError("No space left on device")
        return change(delta, *args)

    changes = {"accounts": Merge(accounts(a="Alpha"), ""), "time_entries": Merge(time_entries(3, 3), "")}
    with monkeypatch.context() as patch:
        patch.setattr(DeltaFolder, "change", full_disk)
        with pytest.raises(OSError, match="No space"):
            store.commit(changes, **BY_ANA)
    assert (store.version(), names(store), store.check()) == (1, {"a": "Alfa"}, [])
    store.commit(changes, **BY_ANA)
    assert (names(store), store.portfolio()["time_entries"].collect().height) == ({"a": "Alpha"}, 6)


def test_a_store_that_is_open_recovers_from_the_crash_of_another_process(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    rows = store.portfolio()["accounts"].collect().with_columns(name=pl.lit("half done"), account_id=pl.lit("h"))
    write_deltalake(str(store.delta("accounts").path), rows, mode="append")  # as a commit killed before its transaction leaves it
    store.commit({"accounts": Merge(accounts(b="Beta"), "")}, **BY_ANA)
    assert names(store) == {"a": "Alfa", "b": "Beta"}
    assert store.check() == []


def test_details_that_are_not_json_are_refused_before_anything_is_written(store: Store) -> None:
    with pytest.raises(TypeError):
        store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, details={"rows": {1, 2}}, **BY_ANA)
    assert not store.delta("accounts").exists


def test_deltas_own_readers_see_the_newest_portfolio(store: Store) -> None:
    people = pl.DataFrame({"person_id": ["p1", "p2"], "name": ["Ana", "Bo"], "weekly_hours": [40.0, 20.0]}).with_columns(
        skills=pl.Series([["ux", "css"], None], dtype=pl.List(pl.String)), start=pl.Series([date(2024, 1, 1), None])
    )
    store.commit({"people": Merge(people, "")}, **BY_ANA)
    store.commit({"people": Merge(people.with_columns(weekly_hours=pl.lit(30.0)), "")}, **BY_ANA)
    store.undo(2, **BY_ANA)
    expected = store.portfolio()["people"].sort("person_id").collect()
    path = store.delta("people").path
    assert pl.read_delta(str(path)).select(expected.columns).sort("person_id").equals(expected)
    by_datafusion = pl.DataFrame(QueryBuilder().register("people", DeltaTable(str(path))).execute("SELECT * FROM people"))
    assert by_datafusion.select(expected.columns).cast(dict(expected.schema)).sort("person_id").equals(expected)


def test_a_table_left_by_a_first_import_that_crashed_is_emptied_once(store: Store) -> None:
    folder = store.delta("accounts")
    folder.ensure(TABLES["accounts"].polars_schema)
    rows = TABLES["accounts"].empty().with_columns(_source=pl.lit("", pl.String), _import=pl.lit(1, pl.Int64))
    half = pl.concat([rows, accounts(h="half done")], how="diagonal").select(rows.columns)
    folder.change(half, half.select("account_id", _file=pl.lit("")).clear(), ["account_id"], TABLES["accounts"].polars_schema, AT)
    assert Store.open(store.folder).check() == []
    head = folder.head()
    assert folder.files(head) == {}
    Store.open(store.folder)
    assert folder.head() == head
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    assert (names(store), store.check()) == ({"a": "Alfa"}, [])


def test_a_frame_opened_before_a_commit_still_shows_its_own_version(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    rows = store.portfolio()["accounts"]
    store.commit({"accounts": Merge(accounts(a="Alpha", b="Beta"), "")}, **BY_ANA)
    assert rows.collect()["name"].to_list() == ["Alfa"]


@pytest.mark.parametrize("name", ["año nuevo", "a [b] {c} *", "x;y&z='1'"])
def test_the_folder_may_have_an_odd_name(tmp_path: Path, name: str) -> None:
    store = Store.open(tmp_path / name)
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    store.commit({"accounts": Merge(accounts(a="Alpha"), "")}, **BY_ANA)
    store.undo(2, **BY_ANA)
    assert names(store) == {"a": "Alfa"}


def test_a_folder_with_a_percent_sign_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadStore, match="%"):
        Store.open(tmp_path / "a%20b")


def test_tables_without_their_catalogue_are_not_touched(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa"), "")}, **BY_ANA)
    (store.folder / "cartera.sqlite").unlink()
    with pytest.raises(BadStore, match="missing"):
        Store.open(store.folder)
    assert store.delta("accounts").head() == 1


def test_a_prepared_change_is_committed_as_it_was_shown(store: Store) -> None:
    store.commit({"accounts": Merge(accounts(a="Alfa", b="Beta"), "")}, **BY_ANA)
    prepared = store.prepare("accounts", Merge(accounts(a="Alpha", c="Gamma"), ""))
    assert prepared.counts == Counts(added=1, changed=1)
    assert store.commit({"accounts": prepared}, **BY_ANA).counts["accounts"] == prepared.counts
    assert names(store) == {"a": "Alpha", "b": "Beta", "c": "Gamma"}


def test_a_prepared_change_is_worked_out_anew_when_the_table_moved_meanwhile(store: Store) -> None:
    prepared = store.prepare("accounts", Merge(accounts(a="Alfa", b="Beta"), ""))
    assert prepared.counts == Counts(added=2)
    store.commit({"accounts": Merge(accounts(a="Other", b="Beta"), "")}, **BY_ANA)
    assert store.commit({"accounts": prepared}, **BY_ANA).counts["accounts"] == Counts(changed=1, unchanged=1)
    assert names(store) == {"a": "Alfa", "b": "Beta"}


def test_keys_that_do_not_ascend_are_counted(store: Store) -> None:
    for order in (["a", "a"], ["b", "a", "b"], ["a", "b", "b"]):
        rows = pl.concat([accounts(**{name: "X"}) for name in order])
        with pytest.raises(BadRows):
            store.preview({"accounts": Merge(rows, "")})
