"""A figure in words: its value in its unit, an upper limit with its sign, and what to import where there is none."""

from __future__ import annotations

import pytest

from lib.definitions import DEFINITIONS
from lib.formats import Language
from lib.measures.figure import NO_DENOMINATOR, Figure
from lib.ui.definition import HEADINGS, why_absent, written

EN, ES = Language("en"), Language("es")


@pytest.mark.parametrize(
    ("figure", "english", "spanish"),
    [
        (Figure("agi", 1234.4, "EUR"), "€1,234", "1.234\u00a0€"),
        (Figure("delivery_margin", 0.8207), "82.1%", "82,1\u00a0%"),
        (Figure("delivery_margin", 0.8207, at_most=True), "≤\u00a082.1%", "≤\u00a082,1\u00a0%"),
        (Figure("top1", 0.6106), "61%", "61\u00a0%"),
        (Figure("hhi", 4557.3), "4,557", "4.557"),
        (Figure("effective_clients", 2.19), "2.2", "2,2"),
        (Figure("logged_hours", 125.0), "125\u00a0h", "125\u00a0h"),
        (Figure("agi", None, "EUR"), "—", "—"),
    ],
)
def test_a_value_is_written_in_its_unit(figure: Figure, english: str, spanish: str) -> None:
    assert (written(figure, EN), written(figure, ES)) == (english, spanish)


@pytest.mark.parametrize("key", sorted(DEFINITIONS))
def test_every_defined_figure_can_be_written(key: str) -> None:
    assert written(Figure(key, 0.5, "EUR"), EN) not in ("", "—")


def test_a_figure_without_its_tables_names_them_and_one_without_a_divisor_says_so() -> None:
    assert why_absent(Figure("agi", None, needs=("invoices", "people")), EN) == "Import invoices and people to see it."
    assert why_absent(Figure("nrr", None, why=NO_DENOMINATOR), EN) == "There is nothing to divide by."
    assert why_absent(Figure("nrr", None), EN) == ""


def test_no_heading_is_empty() -> None:
    assert [name for name, title in HEADINGS.items() if not title] == []
