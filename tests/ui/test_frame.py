"""Text from data is plain text inside markdown."""

from __future__ import annotations

import re

import pytest

from lib.ui.frame import md


@pytest.mark.parametrize("name", ["http://e.invalid", "HTTPS://e.invalid/a", "www.e.invalid", "see www.e.invalid", "ana@e.invalid"])
def test_an_address_is_torn_apart_so_that_it_is_no_link(name: str) -> None:
    shown = re.sub(r"\\(.)", r"\1", md(name))
    assert re.search(r"(?i)https?://|www\.|\w@", shown) is None
    assert shown.replace(":small[]", "") == name


def test_every_sign_of_markdown_is_escaped() -> None:
    assert md("a *b*\n[c](d) :red[e]") == r"a \*b\* \[c\]\(d\) \:red\[e\]"
