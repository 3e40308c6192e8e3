"""The catalogues of messages: English is the message itself, other languages stand in locale/*.po. It shows nothing by itself."""

from __future__ import annotations

import gettext
from functools import lru_cache
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent / "locale"
LANGUAGES = {"en": "English", "es": "Español"}


@lru_cache
def translations(code: str) -> gettext.NullTranslations:
    """The catalogue of one language, compiled in memory from its .po file, so that no compiled file can be stale."""
    if code == "en":
        return gettext.NullTranslations()
    compiled = BytesIO()
    with (FOLDER / f"{code}.po").open("rb") as lines:
        write_mo(compiled, read_po(lines, locale=code))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
