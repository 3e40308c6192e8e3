"""A case study is one page of what anybody may read; a quotation stands there only where a person ticked it."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from lib.documents.admitted import admitted_by
from lib.documents.case_study import CaseStudy, Result, words_of
from lib.documents.case_study_rows import Typed, case_study_of, quotable
from lib.documents.client_files import client_file
from lib.documents.closing_report_rows import closing_report_of
from lib.formats import Language
from lib.portfolio import Portfolio
from tests.documents.closed_project import AS_OF, TYPED, portfolio
from tests.documents.opened import bare, page_text

LANGUAGES = {"en": Language("en"), "es": Language("es")}
STUDY = CaseStudy(
    "Brightwater Dental Group", "Booking platform", "Studio Norte", AS_OF, "Patients book in three steps",
    "Patients called and waited.", "We drew the booking with those who use it.", "Calls fell, and the wait with them.",
    (Result("Bookings online", "%", 31.0, 55.0, 52.5), Result("Calls", "a month", 48_000.0, 36_000.0, 37_500.0)),
    date(2025, 9, 2), date(2026, 7, 31), (("Beta", date(2026, 5, 25)),), "We would do it again.", "Ines Aalders",
)  # fmt: skip


def made(study: CaseStudy, code: str = "en") -> bytes:
    return client_file("case_study", "pdf", words_of(study, LANGUAGES[code]), admitted_by(study, study.names), ["Asteria Bank"])


@pytest.mark.parametrize("code", list(LANGUAGES))
def test_everything_stands_on_one_page(code: str) -> None:
    file = made(STUDY, code)
    assert len(PdfReader(io.BytesIO(file)).pages) == 1
    text, t = bare(page_text(file)), LANGUAGES[code]
    wanted = [STUDY.client, STUDY.project, STUDY.headline, STUDY.challenge, STUDY.done, STUDY.result, "Bookings online", t.number(52.5, 1),
              t.number(48_000), t.day(STUDY.finish_on), t.day(date(2026, 5, 25)), STUDY.quote, STUDY.quoted]  # fmt: skip
    assert [one for one in wanted if bare(one) not in text] == []
    assert made(STUDY, code) == file


def test_a_comment_is_quoted_only_if_it_is_ticked() -> None:
    book = portfolio()
    report = closing_report_of(book, "J", AS_OF, "EUR", TYPED)
    assert quotable(book, "J", AS_OF).select("feedback_id", "who", "comment").rows() == [("f", "Ines Aalders", "We would do it again.")]
    plain = case_study_of(book, "J", AS_OF, report, Typed(challenge="Slow site."))
    assert (plain.quote, plain.quoted) == ("", "")
    assert "We would do it again" not in page_text(made(plain))
    ticked = case_study_of(book, "J", AS_OF, report, Typed(quoted_feedback="f"))
    assert (ticked.quote, ticked.quoted) == ("We would do it again.", "Ines Aalders")
    assert case_study_of(book, "J", AS_OF, report, Typed(quoted_feedback="another")).quote == ""
    assert case_study_of(book, "J", date(2026, 7, 9), report, Typed(quoted_feedback="f")).quote == ""


def test_dates_and_results_come_from_the_tables() -> None:
    book = portfolio()
    report = closing_report_of(book, "J", AS_OF, "EUR", TYPED)
    goals = pl.DataFrame({
        "goal_id": ["g", "h", "i"], "account_id": ["x", "x", "y"], "title": ["More bookings", "Fewer calls", "Theirs"],
        "status": ["met", "on_track", "met"], "unit": ["%", None, None], "baseline": [31.0, 9.0, 1.0], "target": [55.0, 5.0, 2.0],
        "actual": [52.0, 6.0, 3.0],
    })  # fmt: skip
    frames = {name: frame.collect() for name, frame in book.frames.items() if name in book.loaded}
    study = case_study_of(Portfolio.of(**frames, goals=goals), "J", AS_OF, report, Typed(goal_ids=("g", "i"), headline="Booked"))
    assert study.results == (Result("More bookings", "%", 31.0, 55.0, 52.0),)
    assert (study.start_on, study.finish_on) == (date(2026, 3, 4), date(2026, 6, 30))
    assert study.dates == (("Beta", date(2026, 5, 4)), ("Launch", date(2026, 6, 30)))
    with pytest.raises(KeyError):
        case_study_of(book, "none", AS_OF, report, Typed())


def test_one_of_which_nothing_is_known_is_still_a_page() -> None:
    assert made(CaseStudy("", "", "", AS_OF))


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(["W", "Confederación Hidrográfica Iberoamericana ", "a b ", "line\n", "{{ 7*7 }} #panic(1) "]),
    st.integers(0, 400), st.integers(0, 9), st.sampled_from(["en", "es"]),
)  # fmt: skip
def test_however_much_is_typed_it_is_one_page_without_a_leak(text: str, times: int, rows: int, code: str) -> None:
    words = text * times
    results, dates = (Result(words, words, 1.25, None, 1_234_567.0),) * rows, ((words, AS_OF),) * rows
    study = replace(STUDY, client=words, project=words, headline=words, challenge=words, done=words, result=words, quote=words,
                    quoted=words, results=results, dates=dates)  # fmt: skip
    assert len(PdfReader(io.BytesIO(made(study, code))).pages) == 1
