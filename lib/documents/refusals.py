"""Why a document was not handed out, in a sentence for the person who asked for it. It opens no file."""

from __future__ import annotations

from lib.columns import N_
from lib.documents.template_faults import FAULTS, Fault, fault_text
from lib.formats import Language
from lib.workers.outcome import Refused

LEAKS: dict[str, str] = {
    "name": N_("The file is not handed out: it names “{what}”, which this client may not read ({where})."),
    "number": N_("The file is not handed out: {what} stands in it, which is no figure of this document ({where})."),
    "unreadable": N_("The file is not handed out: it could not be read back."),
}
OTHER = N_("The file could not be made. Try again, or choose the other form.")


def refusal_text(refused: Refused, t: Language) -> str:
    """The refusal of `lib.documents.orders` in a sentence."""
    words = {name: str(value) for name, value in refused.args.items()}
    if refused.code == "leak" and words.get("kind") in LEAKS:
        return t(LEAKS[words["kind"]], what=words.get("what", ""), where=words.get("where", ""))
    if refused.code == "template_faulty" and words.get("fault") in FAULTS:
        return fault_text(Fault(words["fault"], words.get("what", "")), t)
    return t(OTHER)
