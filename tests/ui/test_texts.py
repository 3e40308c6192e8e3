"""Texts from data in markdown, cut texts and status words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as some

from lib.formats import Language
from lib.ui.frame import clip, md, status

ALIVE = "`*_{}[]()<>#+-.!|~$:^&@/="
APART = ":small[]"  # what md itself puts in, to tear addresses apart


def unescaped(markdown: str) -> list[str]:
    """Signs that markdown would read, because no backslash stands before them."""
    return re.findall(r"(?<!\\)(?:\\\\)*([" + re.escape(ALIVE) + "])", markdown.replace(APART, ""))


@pytest.mark.parametrize("text", ["<img src=x>", "![x](y)", ":red[x]", "$x$", "=1+1", "**b**", "`c`", "# h", "- l"])
def test_what_would_be_markup_is_escaped(text: str) -> None:
    assert unescaped(text)
    assert unescaped(md(text)) == []


@given(some.text())
def test_any_text_is_escaped_and_reads_as_it_was(text: str) -> None:
    escaped = md(text)
    assert unescaped(escaped) == []
    assert re.sub(r"\\([^a-zA-Z0-9\s])", r"\1", escaped.replace(APART, "")) == re.sub(r"\s+", " ", text)


@given(some.text(), some.integers(1, 50))
def test_clipped_text_is_never_longer(text: str, length: int) -> None:
    assert len(clip(text, length)) <= length
    assert clip(text, len(text)) == text


def test_a_status_has_shape_word_and_colour() -> None:
    assert status("risk", Language("en")) == ":red[■\u00a0At risk]"
    assert status("ok", Language("es")).startswith(":green[●")
