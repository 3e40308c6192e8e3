"""What a chart shows, as a frozen value: every drawer (page, picture, slide, workbook) reads the same one. It draws nothing."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

import polars as pl

Kind = Literal[
    "bars", "days", "gantt", "curve", "distribution", "tornado", "grid", "waterfall", "band", "history", "heat", "stack", "lost", "moves",
    "bridge", "matrix", "progress", "amounts", "finishes",
]  # fmt: skip
Unit = Literal["", "share", "days", "hours", "points"]
Status = Literal["risk", "watch", "ok", "none"]
COLUMNS: dict[Kind, frozenset[str]] = {
    "bars": frozenset({"name", "value", "label", "strong"}),
    "days": frozenset({"name", "day", "value", "label", "status"}),
    "gantt": frozenset({
        "name", "start", "finish", "before_start", "before_finish", "float_until", "value", "milestone", "moved", "strong", "status",
        "label",
    }),
    "curve": frozenset({"name", "part", "day", "value", "low", "high", "label"}),
    "distribution": frozenset({"name", "part", "day", "until", "value", "label"}),
    "tornado": frozenset({"name", "low", "high", "value", "label"}),
    "grid": frozenset({"name", "week", "day", "value", "status", "label", "verdict"}),
    "waterfall": frozenset({"name", "low", "high", "value", "label", "reason", "status", "strong", "total"}),
    "band": frozenset({"name", "part", "low", "high", "value", "label", "status"}),
    "history": frozenset({"name", "part", "day", "value", "low", "high", "label", "status", "lane", "left"}),
    "heat": frozenset({"name", "component", "value", "label", "status", "reason"}),
    "stack": frozenset({"name", "part", "low", "high", "value", "amount", "label", "status"}),
    "lost": frozenset({"name", "value", "most", "label", "reason", "strong"}),
    "moves": frozenset({"name", "before", "value", "label", "before_status", "status"}),
    "bridge": frozenset({"name", "part", "low", "high", "value", "label"}),
    "matrix": frozenset({"name", "part", "value", "depth", "status", "state", "label", "verdict"}),
    "progress": frozenset({"name", "value", "elapsed", "status", "state", "label"}),
    "amounts": frozenset({"name", "part", "low", "high", "value", "strong", "label"}),
    "finishes": frozenset({"name", "part", "p10_on", "p50_on", "p80_on", "p90_on", "value", "beside", "label"}),
}  # fmt: skip
CURVES = ("planned", "earned", "actual", "forecast")
ONE_ROW_A_NAME: frozenset[Kind] = frozenset({
    "bars", "days", "gantt", "tornado", "waterfall", "lost", "moves", "bridge", "progress", "finishes",
})


@dataclass(frozen=True)
class Chart:
    """One chart: `rows` is exactly what is drawn, in its order.

    bars: one horizontal bar a row, from `name` and `value`, `strong` rows in the accent. days: one point a row, at `day`, shaped and
    coloured by `status`, its area by `value`. gantt: a task a row, from `start` to `finish` (last days), above it in grey from
    `before_start` to `before_finish`, a line to `float_until`, `strong` ones outlined; `milestone` ones are diamonds, and those that did
    not move (`moved`) are pale; `value` is the float in days. curve: one point a row, `part` the line it belongs to (`CURVES`), with a
    band from `low` to `high`; part "change" is a mark on a line. distribution: `part` "bin" is a bar from `day` to before `until`, of a
    share `value`; the other parts are upright lines at `day`. tornado: a bar a row from `low` over 0 to `high`; `value` is how wide. grid:
    a cell a row, `name` down and `week` across, its shade by `value` (a share of capacity) and `status`; `verdict` stands at the end of its
    line.

    Of scores, 0-100. waterfall: a floating bar a row from `low` to `high`, coloured by `status`; `total` ones are scores, a tick each, and
    those not `strong` are outlined; `reason` is told beside it. band: `part` "zone" is a stretch of the scale, "score" a shape at `value`
    in its range, "before" the hollow one. history: `part` "zone" as in a band; "score" is a week, null where there was none; "marker" an
    upright line, its words in the line `lane` above, or at its `left`. heat: a cell a row, `name` down and `component` across. stack: a
    piece a row, of the line `name`, from `low` to `high`, a share `value`. lost: a bar of `value` out of `most`; those not `strong` are
    outlined. moves: a hollow shape at `before`, a full one at `value`.

    Of the book. bridge: a bar a row from `low` to `high`; `part` says before and now (from nothing), more or less (between them). matrix:
    a cell a row, `name` down and `part` across, tinted by `status`, where that is ok by `depth` (0-1); `state` is the cell in words,
    `verdict` stands at the end of its line. progress: a bar to `value` (1 is the target), a tick at `elapsed`, a shape for `status`, in
    words `state`. amounts: `part` "bin" is a bar from `low` to before `high` (money), of a chance `value`, full where `strong`; the other
    parts are upright lines at `low`. finishes: a line a row from `p10_on` to `p90_on`, a bar from `p50_on` to `p80_on`; `part` is before
    or after, `value` the chance of the promise, `beside` the text of P50.
    `label` is the text beside each mark, and in each cell. `promise` is a date promised, drawn as a dashed line.

    `title` is the finding, `subtitle` unit, population and what shapes mean, `source` where it comes from, `alt` what a screen reader
    says, `as_of` the day the data is seen at. `headings` column -> what files call it; `currency` is that of `value` where it is money,
    `unit` what else it is.
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
    unit: Unit = ""
    promise: date | None = None

    def __post_init__(self) -> None:
        needed = COLUMNS[self.kind]
        if missing := needed - set(self.rows.columns):
            raise ValueError(f"{self.key}: a chart of {self.kind} needs the columns {sorted(missing)}")

    @property
    def digest(self) -> str:
        """Sixteen letters that change with any word, figure or row."""
        words = [getattr(self, name) for name in self.__dataclass_fields__ if name != "rows"]
        return hashlib.sha256(repr((words, self.rows.schema, self.rows.rows())).encode(errors="replace")).hexdigest()[:16]
