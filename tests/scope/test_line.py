"""A line of text as work: what it says in either language, and what it asks instead of guessing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.scope.ask import Added, Altered
from lib.scope.line import NAME, Known, Line, parse

KNOWN = Known(
    tasks={"w": "Wireframes", "m": "Maquetas", "l": "Launch", "t1": "Testing", "t2": "Testing", "d": "Design system", "x": "Order screens"},
    people={"ana": "Ana Ruiz", "ben": "Ben Soto", "mar": "Marta Gil", "mar2": "Marta Pons", "lu": "Lucía Fernández de Arcaute"},
    roles=("Design", "Developer"),
    remaining={"w": 16.0, "l": 4.0},
)


def one(text: str, **chosen: str) -> Added:
    line = parse(text, KNOWN, chosen)
    assert line.questions == ()
    (row,) = line.added
    return row


def asked(text: str) -> list[tuple[str, list[str]]]:
    return [(question.kind, [value for value, _ in question.readings]) for question in parse(text, KNOWN).questions]


@pytest.mark.parametrize(
    ("text", "hours", "name", "after", "before"),
    [
        ("20 h sign-in after Wireframes", 20, "Sign-in", ("w",), ()),
        ("20 h inicio de sesión después de Maquetas", 20, "Inicio de sesión", ("m",), ()),
        ("20h sign-in", 20, "Sign-in", (), ()),
        ("7,5 horas de acceso tras maquetas", 7.5, "Acceso", ("m",), ()),
        ("7.5 hours of sign-in before the launch", 7.5, "Sign-in", (), ("l",)),
        ("8 h sign-in antes de la Launch", 8, "Sign-in", (), ("l",)),
        ("30 h approvals after Wireframes and order screens before Launch", 30, "Approvals", ("w", "x"), ("l",)),
        ("30 h after-sales page after wireframe", 30, "After-sales page", ("w",), ()),
        ("12 h colours after Design", 12, "Colours", ("d",), ()),
    ],
)
def test_hours_name_and_place(text: str, hours: float, name: str, after: tuple[str, ...], before: tuple[str, ...]) -> None:
    row = one(text)
    assert (row.hours, row.name, row.after, row.before) == (hours, name, after, before)


@pytest.mark.parametrize(
    ("text", "person", "role", "name"),
    [
        ("30 h Ana", "ana", None, "New work"),
        ("30 h lucia", "lu", None, "New work"),
        ("20 h sign-in by Ana after Wireframes", "ana", None, "Sign-in"),
        ("20 h acceso por Ben tras Maquetas", "ben", None, "Acceso"),
        ("20 h sign-in (Ben Soto) before Launch", "ben", None, "Sign-in"),
        ("20 h sign-in Ana Ruiz", "ana", None, "Sign-in"),
        ("20 h Ben Soto sign-in", "ben", None, "Sign-in"),
        ("20 h sign-in after Wireframes, Ana", "ana", None, "Sign-in"),
        ("20 h sign-in after Wireframes by Ana", "ana", None, "Sign-in"),
        ("20 h design after Wireframes", None, "Design", "Design"),
        ("20 h sign-in by developer", None, "Developer", "Sign-in"),
    ],
)
def test_who_does_it(text: str, person: str | None, role: str | None, name: str) -> None:
    line = parse(text, KNOWN, unnamed="New work")
    assert line.questions == ()
    assert (line.added[0].person_id, line.added[0].role, line.added[0].name) == (person, role, name)


def test_a_range_has_its_middle_as_likely_and_says_so_three_points_are_as_given() -> None:
    line = parse("20-40 h sign-in", KNOWN)
    assert (line.added[0].optimistic_hours, line.added[0].hours, line.added[0].pessimistic_hours) == (20, 30, 40)
    assert line.middles == ("Sign-in",)
    line = parse("20 a 25 a 45 h acceso", KNOWN)
    assert (line.added[0].optimistic_hours, line.added[0].hours, line.added[0].pessimistic_hours) == (20, 25, 45)
    assert line.middles == ()


def test_several_parts_may_refer_to_each_other() -> None:
    line = parse("20 h sign-in after Wireframes; 10 h approvals after sign-in\n4 h review before Launch", KNOWN, taken=["1"])
    assert [(row.key, row.name, row.after, row.before) for row in line.added] == [
        ("2", "Sign-in", ("w",), ()), ("3", "Approvals", ("2",), ()), ("4", "Review", (), ("l",)),
    ]  # fmt: skip


def test_tasks_that_there_are_grow_shrink_and_go() -> None:
    assert parse("+8 h Wireframes", KNOWN).altered == (Altered("w", 24.0),)
    assert parse("-6 h wireframes", KNOWN).altered == (Altered("w", 10.0),)
    assert parse("quita las maquetas", KNOWN).removed == ("m",)
    assert parse("-4 h Launch", KNOWN).removed == ("l",)
    assert asked("-5 h Launch") == [("no_more", [])]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20 h fixes after testing", [("task", ["t1", "t2"])]),
        ("20 h fixes after Wirefarmes", [("task", ["w"])]),
        ("20 h fixes after Payments", [("no_task", [])]),
        ("20 h fixes by Marta", [("person", ["mar", "mar2", NAME])]),
        ("20 h Marta", [("person", ["mar", "mar2", NAME])]),
        ("20 h sign-in Ana", [("whose", ["ana", NAME])]),
        ("20 h step by step", [("person", [NAME])]),
        ("20 h sign-in by dev", [("person", ["·Developer", NAME])]),
        ("20 h sign-in by Luc", [("person", ["lu", NAME])]),
        ("20 h mart", [("whose", ["mar", "mar2", NAME])]),
        ("1.500 h migration", [("number", ["1.500", "1500"])]),
        ("3 days sign-in", [("days", [])]),
        ("3 días de acceso", [("days", [])]),
        ("sign-in after Wireframes", [("no_hours", [])]),
        ("40-20 h sign-in", [("order", [])]),
        ("0 h sign-in", [("no_work", [])]),
        ("remove Testing", [("task", ["t1", "t2"])]),
    ],
)
def test_what_can_be_read_in_two_ways_is_asked(text: str, expected: list[tuple[str, list[str]]]) -> None:
    assert asked(text) == expected


def test_a_chosen_reading_settles_the_question() -> None:
    assert one("20 h fixes after testing", **{"task:testing": "t2"}).after == ("t2",)
    assert one("20 h fixes by Marta", **{"person:marta": "mar2"}).person_id == "mar2"
    assert (one("20 h sign-in Ana", **{"whose:ana": "ana"}).person_id, one("20 h sign-in Ana", **{"whose:ana": "ana"}).name) == (
        "ana", "Sign-in",
    )  # fmt: skip
    assert (one("20 h step by step", **{"person:step": NAME}).name, one("20 h sign-in Ana", **{"whose:ana": NAME}).name) == (
        "Step by step", "Sign-in Ana",
    )  # fmt: skip
    assert one("1.500 h migration", **{"number:1.500": "1500"}).hours == 1500
    assert parse("20 h fixes after testing", KNOWN, {"task:testing": "gone"}).questions != ()  # a reading of another day


WORDS = ["20", "h", "-", "to", "after", "before", "tras", "después de", "by", "por", "(", ")", "Ana", "Marta", "Wireframes", "testing", ",",
         ";", "\n", "and", "y", "+", "1.500", "remove", "the", "²", "٣", "@", "·"]  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_no_text_breaks_it(text: str) -> None:
    line = parse(text, KNOWN, unnamed="New work")
    assert isinstance(line, Line)
    assert all(row.hours > 0 and row.name for row in line.added)
    assert all(key in KNOWN.tasks or key in {row.key for row in line.added} for row in line.added for key in (*row.after, *row.before))
    assert bool(line.added or line.altered or line.removed or line.questions) == bool(text.replace(";", " ").strip())
