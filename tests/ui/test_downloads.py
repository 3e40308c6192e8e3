"""A download's name holds a digest of all that its bytes depend on: the server may serve old bytes under an equal name."""

from __future__ import annotations

import re
from datetime import date
from itertools import product

from lib.ui.downloads import named


def test_another_version_view_or_language_is_another_file() -> None:
    rests = list(product(("agi", "hhi"), (1, 2), (date(2026, 1, 1), date(2026, 1, 2)), ("en", "es")))
    assert len({named("rows.csv", one) for one in rests}) == len(rests)


def test_the_same_is_the_same_file_with_a_readable_name() -> None:
    assert named("rows.csv", (1, "en")) == named("rows.csv", (1, "en"))
    assert re.fullmatch(r"rows-[0-9a-f]{8}\.csv", named("rows.csv", (1, "en")))
