"""The closing report says planned against outcome, worked out by hand here; its client's edition holds nothing that is ours alone."""

from __future__ import annotations

from dataclasses import fields, replace

import polars as pl
import pytest

from lib.documents.admitted import admitted_by
from lib.documents.change_order_rows import forbidden_of
from lib.documents.client_files import client_file
from lib.documents.closing_report import ClosingReport, Inside, Milestone, Promise, client_edition, derived, words_of
from lib.documents.closing_report_rows import Typed, closing_report_of
from lib.documents.leaks import leaks
from lib.formats import Language
from lib.measures.promises import graded
from lib.portfolio import Portfolio
from tests.documents.closed_project import AS_OF, TYPED, day, portfolio
from tests.documents.opened import bare, page_text, word_lines

LANGUAGES = {"en": Language("en"), "es": Language("es")}
EN = LANGUAGES["en"]
PROMISES = graded([{"account_id": "x", "text": "Send the plan", "due": day(5, 1), "kept_on": day(5, 1)},
                   {"account_id": "x", "text": "Name a sponsor", "due": day(5, 4), "kept_on": day(5, 9)}], AS_OF)  # fmt: skip


def report(billing: str = "fixed") -> ClosingReport:
    return closing_report_of(portfolio(billing), "J", AS_OF, "EUR", TYPED, PROMISES)


def test_planned_against_outcome() -> None:
    """Start 2 → 4 March; finish 29 June → 30 June, as committed; 10 000 + 1 500; hours 100 → 120; cost 4 000 → 120 · 40 = 4 800."""
    made = report()
    assert (made.start_planned_on, made.start_actual_on) == (day(3, 2), day(3, 4))
    assert (made.finish_planned_on, made.finish_committed_on, made.finish_actual_on) == (day(6, 29), day(6, 30), day(6, 30))
    assert (made.price_agreed, made.price_total) == (10_000.0, 11_500.0)
    assert made.internal is not None
    inside = made.internal
    assert (inside.hours_planned, inside.hours_actual, inside.cost_planned, inside.cost_actual) == (100.0, 120.0, 4_000.0, 4_800.0)
    assert inside.margin_planned_share == pytest.approx(0.6)  # 6 000 of 10 000
    assert inside.margin_actual_share == pytest.approx(6_700 / 11_500)
    rows = {row["what"]: row["difference"].replace("\u00a0", " ") for row in words_of(made, EN)["rows"]}
    assert rows["Start"] == "2 days later"
    assert rows["Finish, as first agreed"] == "1 day later"
    assert rows["Finish, as last committed"] == "on the day"
    assert rows["Price with changes, net of tax"] == "€1,500"
    assert rows["Hours"] == "+20 h"
    assert rows["Cost"] == "€800"


def test_the_steps_of_the_margin_add_up() -> None:
    """Sold 6 000; CO-1 1 500 − 600 = 900; the favour −200; today 6 700, so drift is 0."""
    made = report()
    assert made.internal is not None
    assert [(one.step, round(one.amount), round(one.total)) for one in made.internal.ledger] == [
        ("sold", 6000, 6000), ("change_order", 900, 6900), ("absorbed", -200, 6700), ("drift", 0, 6700), ("today", 6700, 6700),
    ]  # fmt: skip
    assert made.internal.absorbed == ("Favour",)


def test_estimates_milestones_promises_and_feedback() -> None:
    made = report()
    assert made.internal is not None
    assert made.internal.estimates is not None
    found = made.internal.estimates
    assert (found.tasks, found.estimated_hours, found.actual_hours, found.median_ratio_share) == (3, 100.0, 120.0, 1.25)
    assert found.within_share == pytest.approx(2 / 3)
    words = words_of(made, EN)
    assert words["milestones_said"] == "1 of 2 on the planned day or before"
    assert words["promises_said"] == "1 kept, 1 late"
    assert [row["state"] for row in words["promises"]] == ["● kept", "■ late"]
    assert words["feedback"] == [{"day": "10\u00a0Jul\u00a02026", "score": "NPS 9 of 10", "who": "Ines Aalders",
                                  "comment": "We would do it again."}]  # fmt: skip


def test_the_client_sees_hours_only_where_it_pays_by_the_hour() -> None:
    assert (client_edition(report()).hours_planned, client_edition(report()).hours_actual) == (None, None)
    assert (report("time_materials").hours_planned, report("time_materials").hours_actual) == (100.0, 120.0)


def test_the_clients_edition_holds_nothing_of_ours() -> None:
    """Every word of the edition is the same whatever stands in the internal part."""
    made = report()
    other = replace(made, internal=Inside("EUR", 1.5, 2.5, 3.5, 4.5, 0.11, 0.12, lessons=("other",)))
    assert words_of(client_edition(made), EN) == words_of(client_edition(other), EN)
    assert words_of(made, EN) != words_of(other, EN)
    assert {one.name for one in fields(Inside)} & {one.name for one in fields(ClosingReport)} == {"currency", "hours_planned",
                                                                                                 "hours_actual", "lessons"}  # fmt: skip


@pytest.mark.parametrize("form", ["pdf", "docx"])
@pytest.mark.parametrize("code", list(LANGUAGES))
def test_both_editions_are_files_and_no_canary_reaches_the_client(code: str, form: str) -> None:
    t, made = LANGUAGES[code], report()
    edition = client_edition(made)
    forbidden = sorted({*forbidden_of(portfolio(), "x"), "CANARIO de lecciones", "Ben Canario"})
    assert forbidden == ["Asteria Bank", "Ben Canario", "CANARIO de lecciones", "They may not pay"]
    admitted = admitted_by((edition, derived(edition)), edition.names)
    safe = client_file("closing_report", form, words_of(edition, t), admitted, forbidden)
    ours = client_file("closing_report", form, words_of(made, t), None, [])
    read = page_text if form == "pdf" else lambda file: "\n".join(word_lines(file))
    text, inner = bare(read(safe)), bare(read(ours))
    figures = ["4,800" if code == "en" else "4.800", "6,700" if code == "en" else "6.700", "CANARIOdelecciones"]
    assert [one for one in figures if one in text] == []
    assert [one for one in figures if one not in inner] == []
    assert bare("Texts come before the build.") in text
    kind = "pdf" if form == "pdf" else "docx"
    assert {leak.what for leak in leaks(kind, ours, admitted, forbidden)} >= {"CANARIO de lecciones"}  # type: ignore[arg-type]


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_a_project_of_which_nothing_is_known_is_still_a_file(form: str) -> None:
    bareback = ClosingReport("", "", "", "EUR", AS_OF)
    assert client_file("closing_report", form, words_of(bareback, LANGUAGES["es"]), admitted_by((bareback, derived(bareback))), [])
    sparse = Portfolio.of(projects=pl.DataFrame({"project_id": ["J"], "account_id": ["x"], "name": ["Site"], "currency": ["EUR"]}))
    made = closing_report_of(sparse, "J", AS_OF, "EUR", Typed())
    assert client_file("closing_report", form, words_of(made, EN), None, [])
    with pytest.raises(KeyError):
        closing_report_of(sparse, "K", AS_OF, "EUR", Typed())


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_hostile_and_long_texts_are_only_text(form: str) -> None:
    for text in ("{{ 7*7 }} <w:p/> #panic(1)", "Confederación Hidrográfica " * 30, "W" * 200):
        made = replace(client_edition(report()), project=text, summary=text, milestones=(Milestone(text, AS_OF, AS_OF),),
                       promises=(Promise(text, AS_OF, "kept"),), lessons=(text,))  # fmt: skip
        file = client_file("closing_report", form, words_of(made, EN), admitted_by((made, derived(made)), made.names), [])
        read = page_text(file) if form == "pdf" else "\n".join(word_lines(file))
        assert bare(read).count(bare(text.strip())) >= 4
