"""Charts of the book as values: what they find, in words and shapes; what is not known is said; and every word stands inside its plot."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from functools import cache

import polars as pl
import pytest
from defusedxml import ElementTree

from lib.charts import account_grids, accounts, theme
from lib.charts.chart import Chart
from lib.charts.drawing import drawn
from lib.charts.framing import bare
from lib.charts.ledger import matrix_tint, matrix_width
from lib.documents import pictures
from lib.documents.chart_files import plain_rows
from lib.documents.orders import chart_of, said
from lib.formats import Language
from lib.measures.concentration import Concentration
from lib.measures.goals import goals
from lib.measures.pipeline import open_deals, pipeline
from lib.measures.retention import retention_bridge
from lib.measures.risk_matrix import risk_matrix
from lib.measures.stakeholders import stakeholders, threads
from lib.measures.whitespace import whitespace
from tests.account_frames import crowded, deals_of, extremes, shares, words
from tests.charts.test_schedule import _texts as texts_of
from tests.gallery import of_book
from tests.measures.rows import book_of

EN, ES = Language("en"), Language("es")
AS_OF = date(2026, 9, 30)
NAMES = ("renewals", "concentration", "retention_bridge", "pipeline", "stakeholder_map", "whitespace", "risk_matrix", "goals")
NBSP = "\u00a0"


def of(name: str, t: Language = EN) -> Chart:
    chart = of_book(t)[name]
    assert chart is not None
    return chart


@cache
def extreme(name: str) -> Chart:
    chart = extremes(EN)[name]
    assert chart is not None
    return chart


# What renews.


def notices(*rows: tuple[str, int, bool, float]) -> pl.DataFrame:
    """(account, days ahead, without notice days, AGI)."""
    made = [
        {"account_id": account, "name": account.upper(), "contract_id": f"C-{number}", "notice_date": AS_OF + timedelta(days),
         "without_notice_days": without, "agi": agi}
        for number, (account, days, without, agi) in enumerate(rows)
    ]  # fmt: skip
    return pl.DataFrame(made)


def test_a_notice_date_carries_the_band_of_its_account_in_colour_shape_and_word() -> None:
    chart = accounts.renewals(
        notices(("a", 2, False, 10.0), ("b", 9, True, 20.0), ("c", 30, False, 30.0)), {"a": "risk", "b": "ok"}, EN, words("k"), "EUR"
    )
    assert chart is not None
    assert chart.rows.select("name", "status", "label").rows() == [
        ("A", "risk", f"2{NBSP}Oct · At risk"), ("B", "ok", f"9{NBSP}Oct, the end itself · On track"),
        ("C", "none", f"30{NBSP}Oct · Not enough data"),
    ]  # fmt: skip
    assert chart.title == "3 notice dates; accounts at risk among them bring €10 of AGI"


def test_two_contracts_of_an_account_are_two_dates_and_its_revenue_counts_once() -> None:
    rows = notices(("a", 2, False, 10.0), ("a", 3, False, 10.0))
    chart = accounts.renewals(rows, {"a": "risk"}, EN, words("k"), "EUR")
    assert chart is not None
    assert chart.rows["name"].to_list() == ["A · C-0", "A · C-1"]
    assert chart.title == "2 notice dates; accounts at risk among them bring €10 of AGI"
    assert accounts.renewals(rows, {"a": "risk"}, EN, words("k")).title == "2 notice dates, 2 of them of accounts at risk"  # type: ignore[union-attr]


# On whom it hangs.


def test_concentration_says_index_limits_and_what_is_in_no_share() -> None:
    clients = pl.DataFrame({"account_id": ["a", "b", "c", "d"], "name": ["A", "B", "C", "D"], "amount": [50.0, 30.0, 15.0, 5.0],
                            "share": [0.5, 0.3, 0.15, 0.05]})  # fmt: skip
    spread = Concentration(clients, 0.5, 0.95, 3650.0, -40.0, 2, 1, 80.0)
    chart = accounts.concentration(spread, EN, words("k"), "EUR", "margin")
    assert chart is not None
    assert chart.title == "The three largest clients bring 95% of the margin"
    assert "HHI 3,650, as 2.7 equal clients" in chart.subtitle
    assert "passed: one client over 20%, three over 50% and HHI over 1,500; below 7 clients that can't be avoided" in chart.subtitle
    assert "2 clients below zero: −€40, in no share; 1 account with €80 of AGI: margin not known" in chart.subtitle
    assert chart.rows.select("label", "strong").rows()[2:] == [("€15 · 15%", True), ("€5 · 5%", False)]


def test_no_limit_passed_is_not_said_to_be() -> None:
    chart = accounts.concentration(shares(30), EN, words("k"), "EUR")
    assert chart is not None
    assert "passed" not in chart.subtitle
    assert "10 of 30 clients" in chart.subtitle


# What stayed.


def test_the_bridge_floats_from_the_start_to_now() -> None:
    frame = pl.DataFrame({"before": [1000.0, 1000.0, 500.0, 500.0], "last": [1300.0, 400.0, 0.0, 500.0]})
    chart = accounts.retention_bridge(retention_bridge(frame), EN, words("k"), "EUR")
    assert chart is not None
    # 3 000, + 300 → 3 300, − 600 → 2 700, − 500 → 2 200.
    assert chart.rows.select("part", "low", "high").rows() == [
        ("before", 0, 3000), ("more", 3000, 3300), ("less", 2700, 3300), ("less", 2200, 2700), ("now", 0, 2200),
    ]  # fmt: skip
    assert chart.rows["label"].to_list()[1:3] == ["1 account · +€300 · +10%", "1 account · −€600 · −20%"]
    assert chart.title == "73% of the AGI of the 12 months before is still here"


# What is coming.


def test_the_pipeline_says_what_is_expected_and_between_what() -> None:
    # 100 000 at 50 % and 300 000 at 20 %: P10 0, P50 100 000, P90 300 000 (test_pipeline.py); 9 000 without a chance.
    chart = accounts.pipeline(deals_of((1e5, 0.5), (3e5, 0.2), (9000.0, None)), EN, words("k"))
    assert chart is not None
    assert chart.title == "€110k expected; between €0 and €300k with a chance of 80%"
    assert "apart: 1 without a probability (€9,000)" in chart.subtitle
    marks = chart.rows.filter(pl.col("part") != "bin").select("part", "low", "label").rows()
    assert marks == [
        ("p10", 0.0, "P10 €0"), ("expected", 110_000.0, "Expected €110k"), ("p50", 100_000.0, "P50 €100k"), ("p90", 300_000.0, "P90 €300k"),
    ]  # fmt: skip
    bins = chart.rows.filter(pl.col("part") == "bin", pl.col("value") > 0).select("low", "value", "strong").rows()
    assert [(low, round(value, 12), strong) for low, value, strong in bins] == [
        (0.0, 0.4, True), (100_000.0, 0.4, True), (300_000.0, 0.1, True), (400_000.0, 0.1, False),
    ]  # fmt: skip


def test_a_rounded_or_approximate_percentile_says_so() -> None:
    exact, normal = extreme("pipeline-30"), extreme("pipeline-many")
    assert "normal" not in exact.subtitle
    assert "a normal curve, for many small deals" in normal.subtitle
    grid = accounts.pipeline(deals_of(*((123.45 + n, 0.5) for n in range(40)), (20_000_000.0, 0.5)), EN, words("k"))
    assert grid is not None
    assert re.search(r"up to €\d[\d,]* off", grid.subtitle)


def test_deals_without_a_chance_make_no_chart() -> None:
    assert accounts.pipeline(deals_of((9000.0, None)), EN, words("k")) is None


@pytest.mark.parametrize("name", ["pipeline", "pipeline-30", "pipeline-1", "pipeline-many"])
def test_the_columns_of_a_pipeline_hold_nearly_all_of_it(name: str) -> None:
    chart = of(name) if name == "pipeline" else extreme(name)
    bins = chart.rows.filter(pl.col("part") == "bin")
    assert 0.98 <= bins["value"].sum() <= 1 + 1e-9
    assert bins.height <= 82


# People.


def test_a_cell_says_how_many_are_known_and_met_and_a_line_on_whom_it_hangs() -> None:
    contacts = [
        {"contact_id": f"{account}-{n}", "account_id": account, "role": role, "active": True}
        for account, roles in {"a": ["sponsor", "sponsor", None], "b": ["sponsor", "user"]}.items()
        for n, role in enumerate(roles)
    ]
    met = [{"account_id": "a", "date": AS_OF, "contact_ids": ["a-0"]}, {"account_id": "b", "date": AS_OF, "contact_ids": ["b-0", "b-1"]}]
    book = book_of(contacts=contacts, touchpoints=met)
    revenue = pl.DataFrame({"account_id": ["a", "b"], "agi": [700.0, 300.0]})
    chart = account_grids.stakeholder_map(stakeholders(book, AS_OF), threads(book, AS_OF), revenue, EN, words("k"), "EUR")
    assert chart is not None
    assert chart.title == "One account with €700 of AGI hangs on one person at most"
    shown = chart.rows.select("name", "part", "label", "status").iter_rows()
    cells = {(name, part): (label, status) for name, part, label, status in shown}
    assert cells["A", "Sponsor"] == ("1 of 2", "ok")
    assert cells["A", "No role"] == ("0 of 1", "watch")
    assert cells["B", "Finance"] == ("", "none")
    assert [verdict for verdict in chart.rows["verdict"] if verdict] == ["hangs on one person · €700"]


def test_what_is_not_known_of_people_is_not_said_to_be_well() -> None:
    chart = extreme("stakeholder_map-1")
    assert chart.title == "It is not known whether one account hangs on one person"
    assert [verdict for verdict in chart.rows["verdict"] if verdict] == ["no meetings loaded"]


# Services.


def test_services_bought_offered_never_sold_and_not_known_are_four_things() -> None:
    book = book_of(
        opportunities=[
            {"account_id": "a", "service": "Web", "status": "won", "closed_on": date(2026, 1, 1)},
            {"account_id": "a", "service": "Data", "status": "open", "amount": 5000.0},
        ],
        contracts=[{"account_id": "b", "start": date(2026, 1, 1)}],
    )
    chart = account_grids.whitespace(whitespace(book, AS_OF, "EUR"), EN, words("k"), "EUR")
    assert chart is not None
    assert chart.rows.select("name", "part", "label", "state").rows() == [
        ("A", "Web", "Bought", "Bought"), ("A", "Data", "€5,000", "Open deal"),
        ("B", "Web", "?", "Not known"), ("B", "Data", "?", "Not known"),
    ]  # fmt: skip
    assert chart.title == "0 gaps where an account never bought a service; in 1 more a deal is open"


# Risks.


def risky(*risks: tuple[int | None, int, date, date | None]) -> Chart:
    rows = [
        {"account_id": "a", "kind": "risk", "probability": probability, "impact": impact, "opened": opened, "closed_on": closed}
        for probability, impact, opened, closed in risks
    ]
    chart = account_grids.risk_matrix(risk_matrix(book_of(risks=rows), AS_OF), EN, words("k"))
    assert chart is not None
    return chart


def test_a_cell_of_risks_counts_them_with_the_change_since() -> None:
    old, new = date(2026, 1, 1), date(2026, 9, 1)
    chart = risky((5, 5, old, None), (5, 5, new, None), (2, 3, old, None), (1, 1, old, new))
    # Now 25 + 25 + 6 = 56; before 25 + 6 + 1 = 32.
    assert chart.title == "3 open risks and issues, exposure 56; 13 weeks before it was 32"
    shown = chart.rows.select("name", "part", "label", "state").iter_rows()
    cells = {(name[0], part[0]): (label, state) for name, part, label, state in shown}
    assert cells["5", "5"] == ("2 (+1)", "High")
    assert cells["2", "3"] == ("1 (=)", "Medium")
    assert cells["1", "1"] == ("0 (−1)", "Low")
    assert cells["3", "3"] == ("", "Medium")
    assert chart.rows["name"].unique(maintain_order=True).to_list()[0] == "5 · Almost certain"


def test_an_exposure_that_cannot_be_summed_is_no_figure() -> None:
    assert risky((None, 5, date(2026, 1, 1), None)).title == "One open risk or issue; 1 without a probability, so the exposure is not known"


def test_no_risk_now_and_none_before_is_no_chart() -> None:
    assert account_grids.risk_matrix(risk_matrix(book_of(), AS_OF), EN, words("k")) is None


# Goals.


def test_a_goal_says_status_value_and_date_and_dropped_ones_do_not_count() -> None:
    rows = [
        {"goal_id": name, "account_id": "a", "title": name, "status": status, "baseline": 0.0, "target": 10.0, "actual": actual,
         "unit": "%", "due": date(2026, 12, 31)}
        for name, status, actual in (("g1", "on_track", 5.0), ("g2", "missed", 2.5), ("g3", "dropped", 1.0), ("g4", None, None))
    ]  # fmt: skip
    chart = account_grids.goals(goals(book_of(goals=rows), AS_OF), EN, words("k"))
    assert chart is not None
    assert chart.title == "1 of 3 goals are met or on track"
    assert chart.rows.select("value", "status", "label").rows() == [
        (0.5, "ok", f"On track · 5 of 10 % · 31{NBSP}Dec"), (0.25, "risk", f"Missed · 2.5 of 10 % · 31{NBSP}Dec"),
        (0.1, "none", f"Dropped · 1 of 10 % · 31{NBSP}Dec"), (None, "none", f"Not known · — of 10 % · 31{NBSP}Dec"),
    ]  # fmt: skip


# All of them.


@pytest.mark.parametrize("name", NAMES)
def test_colours_come_from_the_theme_only(name: str) -> None:
    own = {theme.BLUE, theme.GREY, *theme.MARK.values()}
    assert set(re.findall(r"#[0-9A-Fa-f]{6}", json.dumps(drawn(of(name), EN).to_dict()))) <= own


@pytest.mark.parametrize("name", NAMES)
def test_an_order_to_the_worker_is_the_chart(name: str) -> None:
    chart = of(name)
    assert chart_of(json.loads(json.dumps(said(chart))), chart.rows).digest == chart.digest


@pytest.mark.parametrize("name", ["stakeholder_map", "whitespace", "risk_matrix", "goals"])
def test_rows_as_data_say_a_state_in_words_and_nothing_that_only_tints(name: str) -> None:
    rows = plain_rows(of(name), EN)
    assert "state" in rows.columns
    assert not {"status", "depth"} & set(rows.columns)


@pytest.mark.parametrize("depth", [-1.0, 0.0, 0.5, 1.0, 2.0])
def test_a_tint_is_pale_to_full(depth: float) -> None:
    ink, strength = matrix_tint({"status": "ok", "depth": depth})
    assert ink == theme.BLUE
    assert strength == pytest.approx({-1.0: 0.06, 0.0: 0.06, 0.5: 0.21, 1.0: 0.36, 2.0: 0.36}[depth])


@pytest.mark.parametrize("name", list(extremes(EN)))
def test_every_word_of_an_extreme_chart_stands_inside_its_plot(name: str) -> None:
    """Long names, many rows, one row: no label runs over the right edge, where a page would cut it."""
    chart = extreme(name)
    width = max(1200, matrix_width(chart) if chart.kind == "matrix" else 0)
    drawing = ElementTree.fromstring(pictures.svg(bare(chart, EN, 1200), chart.title, chart.alt))
    texts = texts_of(drawing)
    left = [right for _, _, right, anchor in texts if anchor == "end"]
    origin = max(left) + 6
    column = "verdict" if chart.kind == "matrix" else "label"
    told = chart.rows if chart.kind != "amounts" else chart.rows.filter(pl.col("part") != "bin")
    wanted = {word for word in told[column] if word and len(word) <= 48}
    shown = [(text, right) for text, _, right, anchor in texts if text in wanted and anchor == "start"]
    assert {text for text, _ in shown} == wanted
    for text, right in shown:
        assert right <= origin + width + 1, text


def test_a_crowd_is_cut_to_what_can_be_read_and_says_so() -> None:
    cut = {"stakeholder_map-60": "40 of 60 accounts", "whitespace-60": "10 of 14 services", "goals-60": "40 of 60 goals"}
    for name, said_ in cut.items():
        assert said_ in extreme(name).subtitle
    assert crowded().rows["accounts"] == 60


def test_a_chart_of_nothing_is_none() -> None:
    nothing = book_of()
    nobody = pl.DataFrame(schema={"account_id": pl.String, "agi": pl.Float64})
    assert accounts.pipeline(pipeline(open_deals(nothing, AS_OF, "EUR"), AS_OF, "EUR"), EN, words("k")) is None
    assert accounts.renewals(notices(("a", 1, False, 1.0)).clear(), {}, EN, words("k")) is None
    assert accounts.concentration(shares(0), EN, words("k"), "EUR") is None
    assert accounts.retention_bridge(retention_bridge(pl.DataFrame({"before": [0.0], "last": [5.0]})), EN, words("k"), "EUR") is None
    people = stakeholders(nothing, AS_OF), threads(nothing, AS_OF)
    assert account_grids.stakeholder_map(*people, nobody, EN, words("k")) is None
    assert account_grids.whitespace(whitespace(nothing, AS_OF, "EUR"), EN, words("k"), "EUR") is None
    assert account_grids.goals(goals(nothing, AS_OF), EN, words("k")) is None
