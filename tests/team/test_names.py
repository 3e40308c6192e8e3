"""What people are called on a page, and what is shown of those whose names may not be seen."""

from __future__ import annotations

from lib.team.names import names_of
from tests.measures.rows import book_of

PEOPLE = [
    {"person_id": "a", "name": "Ana Ruiz", "role": "Designer"},
    {"person_id": "b", "name": "Ana Ruiz", "role": "Developer"},
    {"person_id": "c", "name": "Luz Vidal", "role": "Designer"},
    {"person_id": "d", "name": "Jon Leal", "role": "Designer"},
    {"person_id": "e", "name": "Jon Leal", "role": "Designer"},
    {"person_id": "f", "name": "Eva Sanz"},
]


def test_no_two_people_are_called_the_same():
    named = names_of(book_of(people=PEOPLE))
    assert named == {
        "a": "Ana Ruiz (Designer)", "b": "Ana Ruiz (Developer)", "c": "Luz Vidal",
        "d": "Jon Leal (d)", "e": "Jon Leal (e)", "f": "Eva Sanz",
    }  # fmt: skip


def test_whose_name_may_not_be_seen_has_a_number_that_no_filter_changes():
    assert names_of(book_of(people=PEOPLE), may_see={"c"}) == {
        "a": "Designer 1", "b": "Developer 1", "c": "Luz Vidal", "d": "Designer 3", "e": "Designer 4", "f": "#1",
    }  # fmt: skip


def test_who_is_in_no_table_of_people_is_called_by_the_id():
    assert names_of(book_of(people=PEOPLE[:1]), known_as=["a", "jira:7"]) == {"a": "Ana Ruiz", "jira:7": "jira:7"}
