"""Writes lib/charts/fonts from the served web fonts: pictures need TTF. Run once a new font comes:
`uv run --with fonttools --with brotli python -m scripts.fonts`. Not needed at run time."""

from __future__ import annotations

import shutil
from pathlib import Path

from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
SERVED, FONTS = ROOT / "lib" / "ui" / "static", ROOT / "lib" / "charts" / "fonts"
WEIGHTS = ("Regular", "SemiBold")


def main() -> None:
    """Unpack the weights that pictures use, and put the licence beside them."""
    FONTS.mkdir(exist_ok=True)
    for weight in WEIGHTS:
        font = TTFont(SERVED / f"IBMPlexSans-{weight}.woff2", recalcTimestamp=False)
        font.flavor = None
        font.save(FONTS / f"IBMPlexSans-{weight}.ttf")
    shutil.copy(SERVED / "IBMPlexSans-OFL.txt", FONTS)


if __name__ == "__main__":
    main()
