"""Score profiles in Settings: written, seen before they hold, published, taken up again. What is wrong is refused with its reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from lib.health.book import health, weekly
from lib.health.profile import DEFAULT_PROFILE, Profile, published
from lib.health.readings import Sight
from lib.store import Store
from tests.pages.app import go, opened, table, texts, whole
from tests.pages.scored_firm import AS_OF, LINK, WEIGHTS, ago, made

CHANGES, VERSIONS = "Accounts that would change band", "Versions of the score profile"


@pytest.fixture(scope="module")
def made_firm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("firm") / "data", 0)


@pytest.fixture
def firm(over: Callable[[Path | None], Path], made_firm: Path) -> Path:
    return over(made_firm)


def editor(**link: str) -> AppTest:
    app = opened("settings", **{**LINK, **link})
    app.button(key="profiles.new").click().run()
    return whole(app)


def profiles(folder: Path) -> list[dict[str, Any]]:
    return Store(folder).rows("score_profiles")


def weigh(app: AppTest, **weights: float) -> AppTest:
    for key, weight in weights.items():
        app.number_input(key=f"profile.weight.{key}").set_value(weight)
    return whole(app.run())


def publish(app: AppTest, name: str, since: date, author: str = "Ana") -> AppTest:
    app.text_input(key="profile.name").set_value(name)
    app.date_input(key="profile.from").set_value(since)
    app.text_input(key="profile.author").set_value(author).run()
    app.button(key="profile.publish").click().run()
    return whole(app)


def test_a_weight_is_changed_its_impact_seen_and_the_new_version_holds(firm: Path) -> None:
    app = weigh(editor(), **WEIGHTS)
    assert app.title[0].value == "One account would change band"
    assert [[cell.replace("  ", " ") for cell in row] for row in table(app, CHANGES)] == [
        ["Kept01", "▲ Watch 59.0", "■ At risk 48.4", "€11,000"]  # eleven invoices of 1,000
    ]
    assert "1 of 12 accounts changes band, with €11,000 of €132k in 12 months. 1 to a worse band, 0 to a better one." in texts(app)
    assert profiles(firm) == []
    since = AS_OF - timedelta(weeks=10)
    publish(app, "Listen first", since)
    [row] = profiles(firm)
    assert (row["name"], row["valid_from"], row["author"]) == ("Listen first", since, "Ana")
    assert Profile.of_json(row["profile"]).weights == WEIGHTS
    assert [line["author"] for line in Store(firm).rows("audit", table_name="score_profiles")] == ["Ana"]
    assert "Published." in texts(app)
    app.session_state["account"] = "kept01"
    shown = texts(go(app, "health"))
    assert "Listen first, in force since 16 Jan" in shown
    assert "■ At risk" in shown
    assert "48.4" in shown


def test_history_carries_a_marker_where_the_version_begins_to_hold(firm: Path) -> None:
    since = AS_OF - timedelta(weeks=10)
    publish(weigh(editor(), payment=20.0), "Pay", since)
    store = Store(firm)
    days = weekly(AS_OF, 20)
    found = health([Sight(store.portfolio(store.version()), days, "invoiced", "EUR")], published(profiles(firm)))
    [(day, version)] = found.markers()
    assert (day, version.profile.name, version.profile.weights["payment"]) == (since, "Pay", 20.0)


@pytest.mark.parametrize(
    ("locale", "says"),
    [("en-GB", "Satisfaction would weigh 41.4 points. Amber is 25 points wide"), ("es-ES", "41,4")],
)
def test_a_profile_in_which_one_metric_decides_is_refused_with_the_reason(empty: Path, locale: str, says: str) -> None:
    app = opened("settings", locale=locale, **LINK)
    app.button(key="profiles.new").click().run()
    app.text_input(key="profile.author").set_value("Ana")
    weigh(app, satisfaction=60.0)  # 60 of 145
    assert says in texts(app)
    assert app.button(key="profile.publish").disabled
    assert profiles(empty) == []


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("profile.amber", 80.0, "The limits of the bands must rise from 0 to 100."),
        ("profile.best.overrun", 25.0, "Worst and best of Forecast overrun are the same."),
    ],
)
def test_other_faults_are_refused_with_theirs(empty: Path, field: str, value: float, says: str) -> None:
    app = editor()
    app.number_input(key=field).set_value(value).run()
    assert says in texts(whole(app))
    assert app.title[0].value == "This profile can't be used"
    assert app.button(key="profile.publish").disabled


def test_nothing_is_published_without_a_change_or_an_author(empty: Path) -> None:
    app = editor()
    app.text_input(key="profile.author").set_value("Ana").run()
    assert "Nothing differs from the version in force" in texts(app)
    assert app.button(key="profile.publish").disabled
    app.text_input(key="profile.author").set_value("")
    weigh(app, payment=20.0)
    assert "Your name stands beside what you publish." in texts(app)
    assert app.button(key="profile.publish").disabled
    assert profiles(empty) == []


def test_every_kind_of_field_reaches_the_published_profile_in_its_unit(empty: Path) -> None:
    app = editor()
    for key, value in {
        "profile.share.spi_t": 2.0, "profile.worst.margin_gap": -30.0, "profile.best.overrun": 5.0, "profile.worst.contact_days": 90.0,
        "profile.green": 80.0, "profile.invoice_minimum": 2500.0,
    }.items():  # fmt: skip
        app.number_input(key=key).set_value(value)
    publish(whole(app.run()), "Units", ago(1))
    made_of = Profile.of_json(profiles(empty)[0]["profile"])
    assert made_of.share("spi_t") == 2.0
    assert made_of.limits("margin_gap") == (-0.3, 0.0)
    assert made_of.limits("overrun") == (0.25, 0.05)
    assert made_of.limits("contact_days") == (90.0, 14.0)
    assert (made_of.green, made_of.invoice_minimum) == (80.0, 2500.0)
    assert made_of.variants == DEFAULT_PROFILE.variants


def test_a_variant_is_added_changed_and_removed(empty: Path) -> None:
    app = editor()
    app.button(key="profile.add_variant").click().run()
    assert "A variant has to name a tier or an industry." in texts(whole(app))
    app.selectbox(key="profile.variant.2.tier").set_value("growth")
    app.multiselect(key="profile.variant.2.parts").set_value(["weight.payment", "limits.overrun"]).run()
    assert app.number_input(key="profile.variant.2.weight.payment").value == 10.0  # that of the profile, to begin with
    app.number_input(key="profile.variant.2.weight.payment").set_value(25.0)
    app.number_input(key="profile.variant.2.worst.overrun").set_value(40.0)
    app.button(key="profile.variant.1.remove").click().run()
    assert "variant for key removed" in texts(whole(app))
    publish(app, "Growth", ago(1))
    [variant] = Profile.of_json(profiles(empty)[0]["profile"]).variants
    assert (variant.tier, variant.industry) == ("growth", None)
    assert (variant.weights, variant.shares, variant.thresholds) == ({"payment": 25.0}, {}, {"overrun": (0.4, 0.0)})


def test_versions_are_listed_and_an_earlier_one_starts_another(empty: Path) -> None:
    publish(weigh(editor(), payment=20.0), "First", ago(400))
    app = publish(weigh(editor(), delivery=30.0), "Second", ago(30))
    rows = table(app, VERSIONS)
    assert [row[0].split("  ")[0].splitlines()[0].strip() for row in rows] == ["Second", "First", "Built-in score profile"]
    assert rows[0][3] == "weight of Delivery 20 → 30"
    assert rows[1][3] == "weight of Payment 10 → 20"
    assert "In force on 27 Mar 2026" in rows[0][0]
    assert rows[1][2].startswith("Ana")
    assert app.selectbox(key="profiles.start").value == 2
    app.selectbox(key="profiles.start").set_value(1).run()
    app.button(key="profiles.new").click().run()
    assert app.number_input(key="profile.weight.delivery").value == 20.0
    assert app.number_input(key="profile.weight.payment").value == 20.0
    publish(app, "As the first", ago(10))
    assert [row["name"] for row in profiles(empty)] == ["First", "Second", "As the first"]
    assert Profile.of_json(profiles(empty)[2]["profile"]).weights == Profile.of_json(profiles(empty)[0]["profile"]).weights


def test_a_version_that_does_not_hold_yet_says_so(firm: Path) -> None:
    app = weigh(editor(), payment=20.0)
    app.date_input(key="profile.from").set_value(AS_OF + timedelta(days=1)).run()
    assert "On 27 Mar 2026 another version stays in force" in texts(whole(app))
    app.date_input(key="profile.from").set_value(AS_OF).run()
    assert "another version stays in force" not in texts(whole(app))


def test_a_draft_survives_a_look_at_another_page_and_is_gone_when_left(empty: Path) -> None:
    app = weigh(editor(), payment=20.0)
    go(go(app, "definitions"), "settings")
    assert app.number_input(key="profile.weight.payment").value == 20.0
    app.button(key="profile.leave").click().run()
    assert app.title[0].value == "Settings every figure rests on"
    app.button(key="profiles.new").click().run()
    assert app.number_input(key="profile.weight.payment").value == 10.0
    assert profiles(empty) == []


def test_without_accounts_a_profile_can_be_written_but_changes_nobody(empty: Path) -> None:
    app = opened("settings")
    app.button(key="profiles.new").click().run()
    assert app.title[0].value == "A new score profile"
    publish(weigh(app, payment=20.0), "", ago(0))
    assert [row["author"] for row in profiles(empty)] == ["Ana"]
