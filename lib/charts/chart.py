"""What a chart shows, as a frozen value: every drawer (page, picture, slide, workbook) reads the same one. It draws nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

Kind = Literal["bars", "days"]
Status = Literal["risk", "watch", "ok", "none"]


@dataclass(frozen=True)
class Chart:
    """One chart: `rows` is exactly what is drawn, in its order.

    bars: one horizontal bar a row, from `name` and `value`, `strong` rows in the accent. days: one point a row, at `day`, shaped and
    coloured by `status`, its area by `value`. `label` is the text beside each mark. `title` is the finding, `subtitle` unit and
    population, `source` where it comes from, `alt` what a screen reader says, `as_of` the day the data is seen at. `headings` column ->
    what files call it; `currency` is that of `value` where it is money.
    """

    key: str
    kind: Kind
    rows: pl.DataFrame
    title: str
    subtitle: str
    source: str
    alt: str
    as_of: date
    headings: dict[str, str] = field(default_factory=dict)
    currency: str = ""

    def __post_init__(self) -> None:
        needed = {"bars": {"name", "value", "label", "strong"}, "days": {"name", "day", "value", "label", "status"}}[self.kind]
        if missing := needed - set(self.rows.columns):
            raise ValueError(f"{self.key}: a chart of {self.kind} needs the columns {sorted(missing)}")

    @property
    def digest(self) -> str:
        """Sixteen letters that change with any word, figure or row."""
        words = [getattr(self, name) for name in self.__dataclass_fields__ if name != "rows"]
        return hashlib.sha256(repr((words, self.rows.schema, self.rows.rows())).encode(errors="replace")).hexdigest()[:16]
