"""The table of accounts that would change band under other rules, with their revenue, and its sums. It draws what an impact says."""

from __future__ import annotations

import polars as pl

from lib.charts.theme import GLYPH
from lib.formats import NBSP, Language
from lib.health.impact import Impact
from lib.health.sentences import band_text, score_text
from lib.ui.frame import clip, md, rows_table, small_table, status
from lib.ui.health_list import status_of

READ = 12
TALL = 420


def show_impact(found: Impact, base: str, t: Language, key: str) -> None:
    """From which band to which, with sums, then every account that changes."""
    if found.changed.is_empty():
        return
    moved = {"band": t("Band now"), "other_band": t("Band then")}
    sums = [
        {
            t("From, to"): f"{status(status_of(row['band']), t)} → {status(status_of(row['other_band']), t)}",
            t("Accounts"): t.number(row["accounts"]),
            t("AGI, 12 months"): t.money(row["revenue"], base),
        }
        for row in found.sums().iter_rows(named=True)
    ]
    small_table(sums, t, alt=t("Changes of band, summed"), right=[t("Accounts"), t("AGI, 12 months")], header=True)
    if found.changed.height <= READ:
        rows = [
            {
                t("Account"): f"**{md(clip(row['name'], 34))}**",
                moved["band"]: band_and_score(row["band"], row["point"], t),
                moved["other_band"]: band_and_score(row["other_band"], row["other_point"], t),
                t("AGI, 12 months"): t.money(row["revenue"], base),
            }
            for row in found.changed.iter_rows(named=True)
        ]
        small_table(rows, t, alt=t("Accounts that would change band"), right=[t("AGI, 12 months")], header=True)
        return
    words = {name: [band_words(band, t) for band in found.changed[name]] for name in moved}
    rows_table(
        found.changed.with_columns(**{name: pl.Series(texts, dtype=pl.String) for name, texts in words.items()}),
        {"name": t("Account"), "band": moved["band"], "point": t("Score now"), "other_band": moved["other_band"],
         "other_point": t("Score then"), "revenue": t("AGI, 12 months")},
        {"point": lambda value: score_text(value, t), "other_point": lambda value: score_text(value, t),
         "revenue": lambda value: t.money(value, base)},
        key, t("Accounts that would change band"), TALL,
    )  # fmt: skip


def band_words(band: str | None, t: Language) -> str:
    """■ At risk."""
    return f"{GLYPH[status_of(band)]}{NBSP}{band_text(band, t)}"


def band_and_score(band: str | None, score: float, t: Language) -> str:
    """■ At risk 48.4, in its colour, as markdown that breaks between the two only."""
    return f"{status(status_of(band), t).replace(' ', NBSP)} {score_text(score, t)}"
