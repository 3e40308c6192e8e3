"""Check the score: figures from ten losses on, and weights that are tried without a trace."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from lib.formats import Language
from lib.health.calibration import backtest, closes, distribution
from lib.store import Store
from lib.ui import health_check
from lib.ui.check_reading import Check
from lib.ui.health_check import spread_rows
from tests.pages.app import opened, table, texts, whole
from tests.pages.scored_firm import LINK, WEIGHTS, made

CHECK = {**LINK, "health": "check"}
LOST = "Lost accounts and their score 60 to 90 days before"
SIDES = "Published and tried weights side by side"
CHANGES = "Accounts that would change band"


@pytest.fixture(scope="module")
def ten_lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("ten") / "data", 10)


@pytest.fixture(scope="module")
def nine_lost(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("nine") / "data", 9)


def test_nine_losses_give_no_figure_but_their_number(over: Callable[[Path | None], Path], nine_lost: Path) -> None:
    over(nine_lost)
    app = opened("health", **CHECK)
    said = texts(app)
    assert app.title[0].value == "Nine lost accounts had a score before: too few to test it"
    assert "9 accounts were lost on a known day; 9 had a score 60 to 90 days before." in said
    assert "With fewer than 10 losses there is no figure: it would be chance." in said
    assert not any(figure in said for figure in ("lost one scored lower", "times as often", "of the lost were"))
    assert len(table(app, LOST)) == 9


def test_ten_losses_are_tested_with_what_the_score_said_before(over: Callable[[Path | None], Path], ten_lost: Path) -> None:
    over(ten_lost)
    app = opened("health", **CHECK)
    said = texts(app)
    # All that were lost had answered 0 where the others had answered 1 or 9, and nothing else differs: each scored lower than each.
    assert "the lost one scored lower in 100% of cases" in said
    assert app.title[0].value == "10 of 10 lost accounts were below green 60 to 90 days before"
    rows = table(app, LOST)
    assert len(rows) == 10
    assert all(row[0].startswith("Gone") and "25 Feb 2026" in row[0] and "Watch" in row[1] for row in rows)


def test_the_book_is_told_at_the_close_of_each_quarter_and_now() -> None:
    days = [date(2025, 12, 23), date(2025, 12, 30), date(2026, 1, 6)]
    assert closes(days) == [date(2025, 12, 30), date(2026, 1, 6)]
    assert closes(days, first_month=2) == [date(2026, 1, 6)]  # November to January
    bands = ["green", "red", None, "red", "red", "red"]
    scores = pl.DataFrame({"account_id": ["a", "b"] * 3, "day": sorted([*days, *days]), "band": bands})
    worth = [1.0, 2.0, 4.0, 8.0, None, 16.0]
    revenue = scores.select("account_id", "day", pl.Series("revenue", worth))
    books = tuple(book for day in closes(days) if (book := distribution(scores, revenue, day)))
    told = spread_rows(books, 1, Language("en")).filter(pl.col("accounts") > 0)
    assert told.rows() == [("Q4\u00a02025", "risk", 1, 8.0), ("Q4\u00a02025", "none", 1, 4.0), ("Now", "risk", 2, 16.0)]


def test_other_weights_are_tried_on_the_book_and_leave_no_trace(over: Callable[[Path | None], Path], nine_lost: Path) -> None:
    folder = over(nine_lost)
    before = (Store(folder).rows("score_profiles"), Store(folder).rows("settings"), len(Store(folder).rows("audit")))
    app = opened("health", **CHECK)
    assert "Change a weight to see who would change band." in texts(app)
    assert table(app, SIDES) == []
    for key, weight in WEIGHTS.items():
        app.number_input(key=f"health.whatif.{key}").set_value(weight)
    said = texts(whole(app.run()))
    assert [[cell.replace("  ", " ") for cell in row] for row in table(app, CHANGES)] == [
        ["Kept01", "▲ Watch 59.0", "■ At risk 48.4", "€11,000"]  # eleven invoices of 1,000
    ]
    assert "1 of 12 accounts changes band, with €11,000 of €132k in 12 months." in said
    assert "Too few were lost for a back-test of either." in said
    sides = {row[0]: row[1:] for row in table(app, SIDES)}
    assert sides["■ At risk"] == ["0 accounts", "1 account"]
    assert sides["▲ Watch"] == ["12 accounts", "11 accounts"]
    after = (Store(folder).rows("score_profiles"), Store(folder).rows("settings"), len(Store(folder).rows("audit")))
    assert after == before
    app.button(key="health.whatif.back").click().run()
    assert "Change a weight to see who would change band." in texts(whole(app))


def test_weights_that_no_profile_may_have_are_refused_with_the_reason(over: Callable[[Path | None], Path], nine_lost: Path) -> None:
    over(nine_lost)
    app = opened("health", **CHECK)
    app.number_input(key="health.whatif.satisfaction").set_value(60.0).run()
    # 60 of 20 + 20 + 20 + 15 + 60 + 10 = 145: 41.4 points on one metric.
    assert "Satisfaction would weigh 41.4 points. Amber is 25 points wide" in texts(whole(app))
    assert table(app, SIDES) == []


def test_both_back_tests_stand_side_by_side_from_ten_losses_on(over: Callable[[Path | None], Path], ten_lost: Path) -> None:
    over(ten_lost)
    app = opened("health", **CHECK)
    app.number_input(key="health.whatif.satisfaction").set_value(0.0).run()
    sides = {row[0]: row[1:] for row in table(whole(app), SIDES)}
    # Without the answers the lost and the others score the same: every pair is a tie, which counts half.
    assert sides["The lost one scored lower, of all pairs"] == ["100%", "50%"]


def test_a_filter_does_not_change_the_check(over: Callable[[Path | None], Path], nine_lost: Path) -> None:
    over(nine_lost)
    app = opened("health", tier="key", **CHECK)
    said = texts(app)
    assert "This check is of the whole book: filters do not change it." in said
    assert "of 12 accounts are green" in said


def test_a_book_that_is_nearly_all_green_is_the_headline(monkeypatch: pytest.MonkeyPatch) -> None:
    day = date(2026, 3, 27)
    names = list("abcdef")
    bands = ["green"] * 5 + ["red"]  # 5 of 6: 83 %
    scores = pl.DataFrame({"account_id": names, "day": [day] * 6, "point": [80.0] * 6, "band": bands, "capped": [False] * 6})
    revenue = scores.select("account_id", "day", pl.lit(1.0).alias("revenue"))
    gone = pl.DataFrame(schema={"account_id": pl.String, "day": pl.Date, "kind": pl.String})
    book = distribution(scores, revenue, day)
    assert book is not None
    check = Check(scores, gone, revenue, backtest(scores, gone, revenue, day), (book,), 1, gone)
    monkeypatch.setattr(health_check, "the_check", lambda asked: check)
    said = health_check.check_headline(None, None, pl.DataFrame(), Language("en"))  # type: ignore[arg-type]
    assert said == "83% of the book is green: the score tells accounts hardly apart"
