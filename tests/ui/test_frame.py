"""Text from data is plain text inside markdown."""

from __future__ import annotations

import re

import pytest

from lib.ui.frame import md, spoken


@pytest.mark.parametrize("name", ["http://e.invalid", "HTTPS://e.invalid/a", "www.e.invalid", "see www.e.invalid", "ana@e.invalid"])
def test_an_address_is_torn_apart_so_that_it_is_no_link(name: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", md(name))
    assert re.search(r"(?i)https?://|www\.|\w@", shown) is None
    assert shown.replace(":small[]", "") == name


def test_every_sign_of_markdown_is_escaped() -> None:
    assert md("a *b*\n[c](d) :red[e]") == r"a \*b\* \[c\]\(d\) \:red\[e\]"


@pytest.mark.parametrize("text", ["![x](http://e.invalid/p.png)", "<img src=x>", "www.e.invalid", "a_b *c* `d` $e$ :red[f]"])
def test_a_hidden_label_holds_nothing_that_markdown_draws(text: str) -> None:
    assert not re.search(r"[^\w ,']|_", spoken(text))


def test_a_hidden_label_is_said_as_it_is_written() -> None:
    assert spoken("Peña, Ana  O'Hara") == "Peña, Ana O'Hara"
