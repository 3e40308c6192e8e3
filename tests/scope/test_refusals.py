"""Everything that can keep an answer back is said in words, in both languages, with the names of the tasks and people it is about."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lib.formats import Language
from lib.schedule.graph import Problem
from lib.scope.refusals import MISSING, OPTIONS_REFUSED, PROBLEMS, missing_text, option_refused_text, problem_text

LIB = Path(__file__).resolve().parents[2] / "lib"
NAMES = {"t:1": "Wireframes", "t:2": "Build", "p:1": "Ben"}
EN = Language("en")


BY_A_VARIABLE = {
    "negative_duration", "unordered_estimates", "optimistic_over_likely", "likely_over_pessimistic", "missing_duration", "missing_estimate",
    "duplicate_task", "unknown_link_kind", "missing_lag", "missing_units", "negative_units", "unknown_country", "unknown_subdivision",
}  # fmt: skip
"""Kinds that stand in a variable where their Problem is made: they are read there by eye."""


def kinds() -> set[str]:
    """Kinds that are written out where a Problem is made."""
    found = set(BY_A_VARIABLE)
    for path in (path for folder in ("schedule", "scope") for path in (LIB / folder).glob("*.py")):
        found |= set(re.findall(r'(?:Problem|_told)\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8")))
    return found


def test_every_problem_of_the_engine_and_of_an_ask_has_words() -> None:
    assert {"cycle", "two_at_once", "hours_not_positive", "stopped", "project_over"} < kinds()
    assert kinds() - set(PROBLEMS) == set()


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("kind", [*PROBLEMS, "never_heard_of"])
def test_a_problem_is_a_sentence_without_open_placeholders(kind: str, code: str) -> None:
    said = problem_text(Problem(kind, ("t:1", "t:2"), ("p:1",)), NAMES, Language(code))
    assert said
    assert "{" not in said
    assert not re.search(r"[tp]:\d", said)  # names, never ids


def test_names_stand_for_ids_and_are_made_safe() -> None:
    assert problem_text(Problem("cycle", ("t:1", "t:2")), NAMES, EN, str.upper) == (
        "Tasks wait for each other in a circle: WIREFRAMES and BUILD. Take out one of the links between them."
    )
    assert problem_text(Problem("unknown_task", ("Z",)), NAMES, EN) == "No task of the plan is called Z."
    assert problem_text(Problem("no_capacity", (), ("p:1",)), NAMES, EN) == "Ben has no hours left, ever."


def test_many_tasks_are_counted_after_five() -> None:
    said = problem_text(Problem("missing_estimate", tuple(f"T{number}" for number in range(9))), {}, EN)
    assert said == "Tasks without an estimate: T0, T1, T2, T3, T4 and 4 more."


@pytest.mark.parametrize("code", MISSING)
def test_what_is_missing_is_a_sentence(code: str) -> None:
    said = missing_text(code, EN)
    assert said.endswith(".")
    assert "{" not in said


def test_a_code_that_says_nothing_to_a_reader_is_left_out() -> None:
    assert missing_text("something_else", EN) == ""


@pytest.mark.parametrize("code", [*OPTIONS_REFUSED, "cycle"])
def test_an_option_that_cannot_be_had_says_why(code: str) -> None:
    assert option_refused_text(code, NAMES, EN)
