"""Account health as a person uses it: the score and its rows, what moved it, bands set by hand, comments, actions; and with little data."""

from __future__ import annotations

import io
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pyarrow as pa
import pytest
from streamlit.testing.v1 import AppTest

import lib.health.book
from lib.formats import Language
from lib.health.book import health
from lib.health.metrics import METRICS
from lib.health.profile import BUILT_IN, Profile, published
from lib.health.readings import Sight
from lib.store import Merge, Store
from lib.ui import health_reading
from tests.health.hand_worked import IMPORTED, TODAY, stored
from tests.health.test_hand_worked import BY_HAND
from tests.pages.app import opened, plain, table, texts, whole

LINK = {"as_of": TODAY.isoformat()}
KNOWN_BEFORE = "2026-09-09"
"""The day before the data's last one, from which on a band that is set now counts. No status was known then."""
EN = Language("en")


@pytest.fixture(scope="session")
def made_worked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the two accounts of tests/health/hand_worked.py."""
    return stored(tmp_path_factory.mktemp("worked") / "data")


@pytest.fixture
def worked(over: Callable[[Path | None], Path], made_worked: Path) -> Path:
    return over(made_worked)


def figures(app: AppTest) -> dict[str, str]:
    """Label -> value of the figures on the page."""
    return {plain(one.label): plain(one.value) for one in app.metric}


def charted(app: AppTest) -> list[pl.DataFrame]:
    """The rows behind each picture of the page."""
    return [
        pl.from_arrow(pa.ipc.open_stream(io.BytesIO(data.data.data)).read_all())
        for one in app.get("vega_lite_chart") for data in one.proto.datasets
    ]  # fmt: skip


def title_of(app: AppTest) -> str:
    """The account's name and its band."""
    return plain(app.subheader[0].value)


@pytest.mark.parametrize(("account", "score", "coverage"), [("sol", "57.6", "93%"), ("lun", "62.0", "80%")])
def test_the_score_on_the_page_is_the_one_by_hand(worked: Path, account: str, score: str, coverage: str) -> None:
    app = opened("health", **LINK, account=account)
    assert figures(app) == {"Score": score, "Coverage": coverage}
    assert title_of(app) == f"{account.capitalize()}   ▲ Watch"
    assert app.query_params["account"] == account


def test_the_list_has_the_lowest_first_and_the_field_chooses_another(worked: Path) -> None:
    app = opened("health", **LINK)
    rows = app.dataframe[0].value
    assert [(plain(name), score) for name, score in zip(rows["name"], rows["score"], strict=True)] == [("▲ Sol", 57.6), ("▲ Lun", 62.0)]
    assert title_of(app).startswith("Sol")
    app.selectbox(key="account").set_value("lun").run()
    assert title_of(whole(app)).startswith("Lun")
    assert app.query_params["account"] == "lun"


def test_a_cap_says_who_left_and_since_when(worked: Path) -> None:
    assert "Capped below green: The sponsor, Sam, left on 1 Sep and is not replaced." in texts(opened("health", **LINK, account="sol"))
    assert "Capped" not in texts(opened("health", **LINK, account="lun"))


def test_what_is_missing_is_asked_for(worked: Path) -> None:
    said = texts(opened("health", **LINK, account="lun"))
    assert "What to find out to firm it up" in said
    asked = {row[0].split("\n")[0].strip() for row in table(opened("health", **LINK, account="lun"), "What to find out to firm it up")}
    assert {name.split("  ")[0] for name in asked} == {"Satisfaction", "Days late against habit"}


@pytest.mark.parametrize("metric", ["over_servicing", "receivables_overdue", "contact_days"])
def test_a_metric_opens_its_rows_with_its_score_and_points(worked: Path, metric: str) -> None:
    app = opened("health", **LINK, account="sol")
    app.menu_button(key="health.metric_rows").click(METRICS[metric].name).run()
    said = dict(row[:2] for row in table(whole(app), "How it scores"))
    _, score, weight = BY_HAND["sol"][metric]
    assert said["Score of the reading"] == EN.number(float(score), 1)
    assert said["Points, of its weight"] == f"{EN.number(float(score * weight) / 100, 1)} / {EN.number(float(weight), 1)}"
    assert len(app.dataframe) == 2


def test_the_rows_behind_over_servicing_add_up_to_it(worked: Path) -> None:
    app = opened("health", **LINK, account="sol")
    app.menu_button(key="health.metric_rows").click("Over-servicing").run()
    rows = whole(app).dataframe[1].value
    assert figures(app)["Sol, 30 Sep 2026"] == "15%"
    assert (rows["over"].sum(), rows["included"].sum()) == (45, 300)  # 45/300


def test_a_metric_that_is_missing_says_what_to_find_out(worked: Path) -> None:
    app = opened("health", **LINK, account="lun")
    app.menu_button(key="health.metric_rows").click("Satisfaction").run()
    said = dict(row[:2] for row in table(whole(app), "How it scores"))
    assert said["Counts at, while it is not known"] == "50.0"
    assert figures(app)["Lun, 30 Sep 2026"] == "—"


@pytest.mark.parametrize("weeks", [13, 4])
def test_the_waterfall_adds_up_over_both_windows(sample: Path, weeks: int) -> None:
    app = opened("health", as_of="2026-09-30", account="brisa")
    app.button_group(key="health.weeks").set_value(weeks).run()
    day = {13: "1 Jul 2026", 4: "2 Sep 2026"}[weeks]
    (bars,) = (rows for rows in charted(whole(app)) if "name" in rows.columns and day in map(plain, rows["name"].to_list()))
    first, *steps, last = bars["value"].to_list()
    assert steps
    assert sum(steps) == pytest.approx(last - first, abs=1e-6)
    assert last == pytest.approx(float(figures(app)["Score"]), abs=0.05)


def set_band(app: AppTest, band: str, reason: str, until: date, author: str = "Eva") -> AppTest:
    app.button_group(key="health.override.band").set_value(band)
    app.text_area(key="health.override.reason").set_value(reason)
    app.date_input(key="health.override.until").set_value(until)
    app.text_input(key="health.override.author").set_value(author)
    app.button(key="health.override.save").click().run()
    return whole(app)


def test_a_band_is_set_with_reason_author_and_expiry_and_the_score_stays(worked: Path) -> None:
    app = set_band(opened("health", **LINK, account="lun"), "red", "They want to leave", date(2026, 10, 20))
    assert title_of(app) == "Lun   ■ At risk"
    assert figures(app)["Score"] == "62.0"
    assert "Eva set it to at risk until 20 Oct: They want to leave. By its number it is watch." in texts(app)
    (row,) = Store(worked).rows("overrides")
    assert (row["account_id"], row["band"], row["reason"], row["author"]) == ("lun", "red", "They want to leave", "Eva")


def test_past_its_expiry_the_computed_band_is_back(worked: Path) -> None:
    set_band(opened("health", **LINK, account="lun"), "red", "They want to leave", date(2026, 10, 1))
    for day, word in (("2026-10-01", "■ At risk"), ("2026-10-02", "▲ Watch"), (KNOWN_BEFORE, "○ Not enough data")):
        app = opened("health", as_of=day, account="lun")
        assert app.query_params["as_of"] == day
        assert title_of(app) == f"Lun   {word}", day


def test_a_band_is_withdrawn(worked: Path) -> None:
    app = set_band(opened("health", **LINK, account="lun"), "green", "A misunderstanding", date(2026, 12, 1))
    assert title_of(app) == "Lun   ● On track"
    app.text_input(key="health.override.withdraw_author").set_value("Eva").run()
    app.button(key="health.override.withdraw").click().run()
    assert title_of(whole(app)) == "Lun   ▲ Watch"
    assert Store(worked).rows("overrides") == []


@pytest.mark.parametrize(
    ("reason", "author", "says"), [("", "Eva", "Say why: an override needs a reason."), ("Why", "", "An override needs an author.")]
)
def test_a_band_without_a_reason_or_an_author_is_refused(worked: Path, reason: str, author: str, says: str) -> None:
    app = set_band(opened("health", **LINK, account="lun"), "red", reason, date(2026, 10, 20), author)
    assert says in texts(app)
    assert title_of(app) == "Lun   ▲ Watch"
    assert Store(worked).rows("overrides") == []


def test_a_comment_is_kept_with_its_day_its_score_and_its_author(worked: Path) -> None:
    app = opened("health", **LINK, account="lun")
    app.text_area(key="health.comment.text").set_value("Ida wants *a call* on Monday")
    app.text_input(key="health.comment.author").set_value("Eva")
    app.button(key="health.comment.save").click().run()
    (row,) = Store(worked).rows("commentary")
    assert (row["account_id"], row["text"], row["author"]) == ("lun", "Ida wants *a call* on Monday", "Eva")
    assert (row["figures"]["as_of"], row["figures"]["score"], row["figures"]["band"]) == ("2026-09-30", 62.0, "amber")
    ((said,),) = table(whole(app), "Commentary")
    assert said.startswith("Ida wants *a call* on Monday")
    assert "Eva" in said
    assert "on data of 30 Sep" in said
    assert "score 62.0" in said
    app.selectbox(key="account").set_value("sol").run()
    assert table(whole(app), "Commentary") == []


def test_an_action_is_raised_shown_and_done(worked: Path) -> None:
    app = opened("health", **LINK, account="lun")
    app.text_input(key="health.action.text").set_value("Call Ida")
    app.text_input(key="health.action.owner").set_value("Pau")
    app.date_input(key="health.action.due").set_value(date(2026, 10, 5))
    app.text_input(key="health.action.author").set_value("Eva")
    app.button(key="health.action.save").click().run()
    (row,) = Store(worked).rows("actions")
    assert (row["account_id"], row["owner"], row["due"], row["status"], row["author"]) == ("lun", "Pau", date(2026, 10, 5), "open", "Eva")
    ((what, due),) = table(whole(app), "Open actions")
    assert what.startswith("Call Ida")
    assert due == "due 5 Oct"


def test_a_comment_without_text_is_refused(worked: Path) -> None:
    app = opened("health", **LINK, account="lun")
    app.text_input(key="health.comment.author").set_value("Eva")
    app.button(key="health.comment.save").click().run()
    assert "A comment needs a text and an author." in texts(whole(app))
    assert Store(worked).rows("commentary") == []


def test_an_empty_portfolio_says_so(empty: Path) -> None:
    app = opened("health")
    assert app.title[0].value == "No portfolio yet"
    assert not app.metric


def test_accounts_alone_are_not_enough_data_and_say_what_to_import(over: Callable[[Path | None], Path], tmp_path: Path) -> None:
    folder = tmp_path / "made"
    accounts = pl.DataFrame({"account_id": ["a"], "name": ["Acme"], "currency": ["EUR"], "status": ["active"]})
    Store.open(folder, at=IMPORTED).commit({"accounts": Merge(accounts, "")}, author="Ana", at=IMPORTED)
    over(folder)
    app = opened("health", **LINK)
    assert plain(app.title[0].value) == "Acme: not enough data for a score"
    assert figures(app) == {"Score": "—", "Coverage": "0%"}
    assert title_of(app) == "Acme   ○ Not enough data"
    asked = table(app, "What to find out to firm it up")
    assert len(asked) == 5
    assert [row[0] for row in asked if "not loaded yet: " in row[0]] == [row[0] for row in asked]


def test_a_link_to_an_account_that_is_not_there_opens_the_first(worked: Path) -> None:
    app = opened("health", **LINK, account="nobody")
    assert title_of(app).startswith("Sol")


def test_a_name_from_data_is_plain_text_here_too(over: Callable[[Path | None], Path], made_worked: Path, tmp_path: Path) -> None:
    folder = tmp_path / "made"
    shutil.copytree(made_worked, folder)
    hostile = "![x](http://elsewhere.invalid/a) :red[x] <img src=x> $x$ **b**"
    renamed = pl.DataFrame({"account_id": ["sol"], "name": [hostile], "currency": ["EUR"], "status": ["active"], "tier": ["growth"]})
    Store(folder).commit({"accounts": Merge(renamed, "")}, author="Ana", at=IMPORTED)
    over(folder)
    app = opened("health", **LINK, account="sol")
    app.menu_button(key="health.metric_rows").click("Over-servicing").run()
    shown = [one.value for kind in (app.title, app.subheader, app.markdown) for one in kind] + [one.label for one in app.metric]
    assert [text for text in shown if re.search(r"(?<!\\)(\]\(http|:red\[x|<img|\$x)", text)] == []


def test_in_spanish_the_page_leaves_no_english_word(worked: Path) -> None:
    said = texts(opened("health", locale="es-ES", **LINK, account="sol"))
    for english in ("Capped", "What would change it", "Set its band", "Commentary", "Coverage"):
        assert english not in said, english


def test_health_of_the_sample_on_the_page_is_that_of_lib_health(sample: Path) -> None:
    """The last day alone gives the same point: it depends on the weeks before only where something is missing."""
    app = opened("health", as_of="2026-09-30", account="kestrel")
    book = Store(sample).portfolio()
    found = health([Sight(book, (date(2026, 9, 30),), "invoiced", "EUR")], published([])).accounts()
    (row,) = found.filter(pl.col("account_id") == "kestrel").iter_rows(named=True)
    assert row["coverage"] == 1  # nothing is missing
    assert figures(app)["Score"] == EN.number(row["point"], 1)


def test_another_profile_scores_anew_without_reading_again(worked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read knows no rules; scores and caps are those that a first look under the new profile gives."""
    app = opened("health", **LINK, account="sol")
    before = figures(app)["Score"]
    read_again: list[Sight] = []
    readings_of = lib.health.book.readings_of
    monkeypatch.setattr(lib.health.book, "readings_of", lambda sight: (read_again.append(sight), readings_of(sight))[1])
    profile = Profile(weights={**BUILT_IN.profile.weights, "payment": 60.0}, invoice_minimum=1e9)
    row = {"name": "Cash", "valid_from": date(2020, 1, 1), "profile": profile.to_json()}
    Store(worked).write("score_profiles", row, author="Ana", at=IMPORTED)
    whole(app.run())
    assert read_again == []
    after = figures(app)["Score"]
    assert after != before
    for kept in (health_reading._read, health_reading._health):
        kept.clear()
    assert figures(whole(app.run()))["Score"] == after
    assert read_again
