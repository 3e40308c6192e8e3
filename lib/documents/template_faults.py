"""What can be wrong with a person's own Word template, as values and sentences. It opens no file."""

from __future__ import annotations

from dataclasses import dataclass

from lib.columns import N_
from lib.formats import Language

FAULTS: dict[str, str] = {
    "not_a_word_file": N_("This is no Word file (.docx)."),
    "too_large": N_("The template is too large: at most 5 MB, 20 MB unpacked and 300 parts."),
    "macro": N_("The template holds a macro or an embedded file: {what}. Remove it."),
    "outside_link": N_("The template reaches outside: {what}. Remove the link."),
    "unknown_field": N_("There is no field {what}. Correct its name or remove it."),
    "order_not_allowed": N_("Fields, if and for are allowed between braces; this is not: {what}"),
    "broken": N_("The braces of the template do not close, or an if or for has no end: {what}"),
    "unused_field": N_("The field {what} is not used: what it says will not stand in the document."),
}
"""What is wrong with a template -> a sentence with {what}."""


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong with a template: a key of `FAULTS`, and what it is about. An unused field is said, but no obstacle."""

    kind: str
    what: str = ""

    @property
    def grave(self) -> bool:
        return self.kind != "unused_field"


def fault_text(fault: Fault, t: Language) -> str:
    """The fault in a sentence."""
    return t(FAULTS[fault.kind], what=fault.what) if "{what}" in FAULTS[fault.kind] else t(FAULTS[fault.kind])
