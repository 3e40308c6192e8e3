"""The part "Check the score" of account health: how the book spreads, and whether scores foresaw what was lost. It computes nothing."""

from __future__ import annotations

import polars as pl

from lib.formats import Language
from lib.health.book import Health
from lib.measures.book import Book
from lib.ui.health_reading import HealthAsked


def check_headline(found: Health, asked: HealthAsked, accounts: pl.DataFrame, t: Language) -> str:
    """What the check says, as a sentence."""
    return t("How far the score can be trusted")


def show_check(found: Health, asked: HealthAsked, accounts: pl.DataFrame, book: Book, population: str, t: Language) -> None:
    """Distribution, back-test, what-if."""
