"""Findings in words: a signal, a headline, a comparison as a sentence of one language. It decides nothing and computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from lib.columns import N_
from lib.definitions import SIGNALS
from lib.formats import Language
from lib.text import capitalised

UNDATED_SPONSOR = N_("The sponsor, {who}, is no longer active and is not replaced.")
SOMEBODY = N_("A contact")
COUNTS = {
    "en": ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    "es": ("ninguna", "una", "dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce"),
}
"""Count words for nouns of the feminine in Spanish (cuentas, promesas); figures from thirteen on."""


def count_word(count: int, t: Language) -> str:
    words = COUNTS[t.code]
    return words[count] if count < len(words) else t.number(count)


def sentence(signal: Mapping[str, Any], t: Language, as_of: date, currency: str, quote: Callable[[str], str] = str) -> str:
    """A row of `measures.signals` in words. `quote` makes names from data safe for where the sentence is shown."""
    message = SIGNALS[signal["key"]].sentence
    if signal["key"] == "sponsor_left" and signal["day"] is None:
        message = UNDATED_SPONSOR
    return t(
        message,
        day=t.day(signal["day"], near=as_of),
        who=quote(signal["who"]) if signal["who"] else t(SOMEBODY),
        what=quote(signal["what"] or ""),
        days=t.days(signal["days"] or 0),
        money=t.money(signal["money"], currency),
        share=t.share(signal["share"]),
        hours=t.hours(signal["hours"]),
        score=t.number(signal["score"]),
    )


def headline(accounts: int, late_promises: int, unheard: int, t: Language) -> str:
    """The answer of the portfolio page: accounts to discuss, promises that are late; `unheard` counts tables of signals not loaded."""
    late = t.plural("one promise is late", "{many} promises are late", late_promises, many=count_word(late_promises, t))
    if not accounts:
        calm = t("Nothing stands out in what is loaded so far") if unheard else t("No account raises its hand; no promise is late")
        return capitalised(late) if late_promises else calm
    need = t.plural("one account to discuss first", "{many} accounts to discuss first", accounts, many=count_word(accounts, t))
    return capitalised(t("{accounts}; {promises}", accounts=need, promises=late) if late_promises else need)
