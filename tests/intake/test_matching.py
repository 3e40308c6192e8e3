"""Names beside names: what is the same, what is near, and what must never pass for sure."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lib.intake.matching import LEAST, SURE, Match, matches


def known(*names: str) -> pl.DataFrame:
    keys = [f"k{place}" for place in range(len(names))]
    return pl.DataFrame({"key": keys, "name": list(names)}, schema={"key": pl.String, "name": pl.String})


def near(word: str, *names: str, table: str = "accounts") -> list[Match]:
    return matches([word], known(*names), table)[word]


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("NORVANE ENERGY, S.L.", "Norvane Energy"),
        ("Acme Logistics", "Acme Logistics S.L."),
        ("Acme Logistics SLU", "Acme Logistics, S.L."),
        ("Pena e Hijos SA", "Peña & Hijos, S.A."),
        ("Boor GmbH & Co. KG", "Boor GmbH"),
        ("Smith and Sons Limited", "Smith & Sons Ltd."),
        ("  acme   inc ", "ACME, Inc."),
    ],
)
def test_case_accents_points_and_legal_form_make_no_other_account(word: str, name: str) -> None:
    (match,) = near(word, name)
    assert (match.score, match.sure) == (100, True)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("García López, Ana", "Ana García López"),
        ("ana.garcia@firm.example", "Ana García"),
        ("priya_raman2@firm.example", "Priya Raman"),
        ("Jose Luis Perez", "José Luis Pérez"),
        ("Sra. Ana García", "Ana García"),
    ],
)
def test_people_turn_their_names_round_and_are_known_by_their_address(word: str, name: str) -> None:
    (match,) = near(word, name, table="people")
    assert (match.score, match.sure) == (100, True)


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("Phase 3 Website", "Phase 2 Website"),
        ("Website relaunch III", "Website relaunch II"),
        ("Retainer 2025", "Retainer 2024"),
        ("Retainer", "Retainer 2024"),
        ("Norvane Holdings International Logistics Ltd", "Norvane Holdings International Logistics GmbH"),
        ("IBN", "IBM"),
    ],
)
def test_another_number_another_legal_form_or_a_letter_of_three_is_never_sure(word: str, name: str) -> None:
    assert all(match.score < SURE for match in near(word, name))


@pytest.mark.parametrize("word", ["A. García", "agarcia", "Ana García"])
def test_an_initial_or_one_surname_less_is_near_but_never_sure(word: str) -> None:
    (match,) = near(word, "Ana García López", table="people")
    assert LEAST <= match.score < SURE


def test_the_longer_name_of_the_same_person_comes_before_another_first_name() -> None:
    assert [match.key for match in near("Ana García", "Alba García", "Ana García López", table="people")] == ["k1", "k0"]


def test_two_rows_that_are_as_near_are_both_shown_and_none_is_sure() -> None:
    found = near("Acme", "Acme S.L.", "ACME")
    assert [(match.score, match.sure) for match in found] == [(100, False), (100, False)]


def test_two_names_of_one_row_are_no_rivals() -> None:
    rows = pl.DataFrame({"key": ["p1", "p1"], "name": ["Ana García", "ana.garcia@firm.example"]})
    (match,) = matches(["ana garcia"], rows, "people")["ana garcia"]
    assert match.sure


def test_ids_are_equal_or_different_and_never_near() -> None:
    assert matches(["A-1002"], pl.DataFrame({"key": ["A-1001"], "name": ["Norvane"]}), "accounts") == {"A-1002": []}


def test_nothing_near_is_nothing() -> None:
    assert near("Zzyzx", "Norvane Energy", "Acme") == []
    assert matches([], known("Acme"), "accounts") == {}
    assert matches(["Acme"], known(), "accounts") == {"Acme": []}


@given(st.lists(st.text(max_size=30), max_size=6), st.lists(st.text(max_size=30), max_size=6), st.sampled_from(["accounts", "people"]))
def test_any_texts_give_scores_in_order_within_bounds(words: list[str], names: list[str], table: str) -> None:
    found = matches(words, known(*names), table)
    assert found.keys() == set(words)
    for rows in found.values():
        scores = [match.score for match in rows]
        assert scores == sorted(scores, reverse=True)
        assert all(LEAST <= score <= 100 for score in scores)
        assert len({match.key for match in rows}) == len(rows) <= 3
        assert sum(match.alone for match in rows) <= 1
