"""Makes change orders, closing reports and case studies as files and reads them back before they leave. Only for the document worker.

What is for a client is refused if anything stands in it that its value did not admit (`lib.documents.leaks`). A person's own template is
checked before it is filled.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from lib.documents import change_order, closing_report
from lib.documents.admitted import Admitted
from lib.documents.leaks import leaks, printed_in
from lib.documents.orders import ANSWER, TEMPLATE
from lib.documents.typesetting import TEMPLATES, typeset
from lib.documents.word_files import fields_of, filled, template_faults
from lib.formats import Language
from lib.workers.outcome import Refusal

FIELDS = {
    name: (fields_of(document.everything(Language("en"))), document.SPARE)
    for name, document in (("change_order", change_order), ("closing_report", closing_report))
}
"""Document -> the fields of its Word templates, and those that a template need not use."""


def client_file(
    document: str, form: str, words: dict[str, Any], admitted: Admitted | None, forbidden: list[str], template: bytes | None = None
) -> bytes:
    """`words` as a `form` (pdf, docx) of `document`. Raises Refusal for a faulty template, and for a leak unless `admitted` is None."""
    if form == "pdf":
        made = typeset(document, words)
    else:
        used = (TEMPLATES / f"{document}.docx").read_bytes() if template is None else template
        if grave := [fault for fault in template_faults(used, *FIELDS[document]) if fault.grave]:
            raise Refusal("template_faulty", fault=grave[0].kind, what=grave[0].what)
        try:
            made = filled(used, words, words["firm"], date(*words["date"]))
        except ValueError:
            raise Refusal("template_faulty", fault="broken", what="") from None
        if template is not None and admitted is not None:
            most = max(len(value) for value in words.values() if isinstance(value, list))
            admitted |= printed_in("docx", used) | Admitted(numbers=frozenset(map(str, range(most + 1))))  # a template may count its rows
    if admitted is not None and (found := leaks("pdf" if form == "pdf" else "docx", made, admitted, forbidden)):
        raise Refusal("leak", kind=found[0].kind, what=found[0].what, where=found[0].where, count=len(found))
    return made


def client_file_job(
    folder: str, document: str, form: str, words: dict[str, Any], admitted: dict[str, list[str]] | None, forbidden: list[str]
) -> dict[str, Any]:
    """Write the file into `folder`, in which a person's own template may lie."""
    own = Path(folder) / TEMPLATE
    allowed = None if admitted is None else Admitted.of_json(admitted)
    made = client_file(document, form, words, allowed, forbidden, own.read_bytes() if own.exists() else None)
    (Path(folder) / ANSWER).write_bytes(made)
    return {}


def template_job(folder: str, document: str) -> dict[str, Any]:
    """What is wrong with the template that lies in `folder`."""
    faults = template_faults((Path(folder) / TEMPLATE).read_bytes(), *FIELDS[document])
    return {"faults": [[fault.kind, fault.what] for fault in faults]}
