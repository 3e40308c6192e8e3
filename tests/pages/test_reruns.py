"""What a rerun asks of the store: almost nothing while nothing was written, and whatever another session wrote is on the next one."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from lib.store import Merge, Store, catalogue
from lib.tables import TABLES
from tests.pages.app import go, opened, texts, whole
from tests.pages.conftest import AT

BY_BO: dict[str, Any] = {"author": "Bo", "at": AT}


@pytest.fixture
def connections(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The catalogues that were opened since, one by one."""
    opened_ones: list[Path] = []
    connect = catalogue.connect

    def counted(path: Path, create: bool = False) -> Any:
        opened_ones.append(path)
        return connect(path, create)

    monkeypatch.setattr(catalogue, "connect", counted)
    return opened_ones


@pytest.mark.parametrize("page", ["portfolio", "health", "scope"])
def test_a_rerun_asks_the_store_once_whether_anything_was_written(small_firm: Path, connections: list[Path], page: str) -> None:
    app = opened(page)
    whole(app.run())
    connections.clear()
    whole(app.run())
    assert len(connections) == 1


def test_a_rerun_after_a_write_reads_the_rows_once_for_all_sessions(small_firm: Path, connections: list[Path]) -> None:
    one, other = opened(), opened()
    Store(small_firm).write("settings", {"key": "author", "value": "Ana"}, **BY_BO)
    connections.clear()
    one.run(), other.run()
    assert len(connections) == 3  # each asks, and the first one reads


def test_what_another_session_writes_is_on_the_next_rerun(small_firm: Path) -> None:
    """Each kind of thing that pages keep: a setting, a promise, an action, a comment, a band, an import."""
    app, other = opened("health"), Store(small_firm)
    account = app.session_state["account"]
    other.write("promises", {"account_id": account, "text": "Hand over the keys", "due": AT.date(), "status": "open"}, **BY_BO)
    other.write("actions", {"account_id": account, "text": "Ring the sponsor", "status": "open", "owner": "Bo"}, **BY_BO)
    other.write("commentary", {"account_id": account, "subject": "account", "text": "They are calm", "language": "en"}, **BY_BO)
    app.run()
    assert all(said in texts(app) for said in ("Hand over the keys", "Ring the sponsor", "They are calm"))

    (key,) = [row["id"] for row in other.rows("actions")]
    other.remove("actions", key, **BY_BO)
    other.write("settings", {"key": "language", "value": "es"}, **BY_BO)
    assert "Ring the sponsor" not in texts(app.run())

    other.write("settings", {"key": "language", "value": "en"}, **BY_BO)
    other.write("overrides", {"account_id": account, "band": "red", "reason": "Odd silence", "expires_on": date(2024, 8, 1)}, **BY_BO)
    assert "Odd silence" in texts(app.run())

    rows = other.portfolio()["accounts"].filter(pl.col("account_id") == account).collect()
    renamed = rows.select(list(TABLES["accounts"].polars_schema)).with_columns(pl.lit("Renamed by Bo").alias("name"))
    other.commit({"accounts": Merge(renamed, "")}, **BY_BO)
    assert "Renamed by Bo" in texts(app.run())


def test_a_setting_of_another_session_holds_on_every_page(small_firm: Path) -> None:
    app = opened()
    Store(small_firm).write("settings", {"key": "author", "value": "Bo"}, **BY_BO)
    go(app, "settings")
    assert app.text_input(key="settings.author").value == "Bo"
