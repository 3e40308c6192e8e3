"""Pictures small enough for a cell of a table, as SVG addresses that hold only numbers. They stand on a light and a dark ground alike."""

from __future__ import annotations

import base64
import math
from collections.abc import Sequence
from datetime import date

from lib.charts.chart import Status
from lib.charts.health import BANDS
from lib.charts.theme import BLUE, GREY, MARK

WIDTH, HEIGHT, SIDE = 112, 26, 8
SPARK_WIDTH = 84
LEAST_SPAN = 20.0  # points: a score that moves by one is drawn flat


def range_svg(
    low: float | None, point: float | None, high: float | None, status: Status, previous: float | None = None,
    bands: tuple[float, float] = BANDS,
) -> str:  # fmt: skip
    """A score on 0-100 with ticks where the bands begin: its range, the shape of its band, and a hollow ring where it was.

    Figures that are absent are not drawn; those beyond 0-100 stand at its end.
    """
    middle, ink = HEIGHT / 2, MARK[status]
    parts = [_rect(SIDE, middle - 0.5, WIDTH - 2 * SIDE, 1, GREY, 0.45)]
    parts += [_rect(_across(limit) - 0.5, middle - 4, 1, 8, GREY, 0.7) for limit in bands]
    ends = sorted(_across(value) for value in (low, high) if _known(value))
    if len(ends) == 2:
        parts.append(_rect(ends[0], middle - 2.5, ends[1] - ends[0], 5, ink, 0.45, 2.5))
    if _known(previous):
        parts.append(f'<circle cx="{_across(previous):.1f}" cy="{middle}" r="3.4" fill="none" stroke="{GREY}" stroke-width="1.4"/>')
    if _known(point):
        parts.append(_mark(_across(point), middle, status))
    return _address(WIDTH, parts)


def days_svg(
    ends: tuple[date | None, date | None, date | None, date | None], first: date, last: date, promise: date | None = None
) -> str:
    """When something ends, on the days from `first` to `last`: a line from P10 to P90, a bar from P50 to P80, a tick at P80, and the
    promise as an upright line. `ends`: those four; absent ones are not drawn."""
    middle, span = HEIGHT / 2, max((last - first).days, 1)

    def at(day: date) -> float:
        return SIDE + min(max((day - first).days / span, 0.0), 1.0) * (WIDTH - 2 * SIDE)

    p10, p50, p80, p90 = ends
    parts = [_rect(at(promise) - 0.75, 2, 1.5, HEIGHT - 4, GREY, 1)] if promise else []
    if p10 and p90:
        parts.append(_rect(at(p10), middle - 1, max(at(p90) - at(p10), 1), 2, BLUE, 0.8))
    if p50 and p80:
        parts.append(_rect(at(p50), middle - 4.5, max(at(p80) - at(p50), 1), 9, BLUE, 0.55))
    if p80:
        parts.append(_rect(at(p80) - 1.75, middle - 6, 3.5, 12, BLUE, 1))
    return _address(WIDTH, parts)


def sparkline_svg(values: Sequence[float | None], status: Status | None = None) -> str:
    """Scores in their order, a gap where there was none, the last as a dot in the colour of its band; the scale is its own.

    At least `LEAST_SPAN` points stand between the foot and the top.
    """
    kept = [min(max(value, 0.0), 100.0) if value is not None and math.isfinite(value) else None for value in values]
    known = [value for value in kept if value is not None]
    if not known:
        return _address(SPARK_WIDTH, [])
    least, most = min(known), max(known)
    spare = max(0.0, LEAST_SPAN - (most - least)) / 2
    least, most = least - spare, most + spare
    step = (SPARK_WIDTH - 10) / max(len(kept) - 1, 1)
    points = [
        (5 + number * step, HEIGHT - 4 - (value - least) / (most - least) * (HEIGHT - 8)) if value is not None else None
        for number, value in enumerate(kept)
    ]
    parts: list[str] = []
    run: list[tuple[float, float]] = []
    for point in [*points, None]:
        if point is not None:
            run.append(point)
        elif run:
            parts.append(_line(run))
            run = []
    last = next(point for point in reversed(points) if point is not None)
    if points[-1] is not None:  # what ended long ago has no dot at its end
        parts.append(f'<circle cx="{last[0]:.1f}" cy="{last[1]:.1f}" r="2.6" fill="{MARK[status] if status else BLUE}"/>')
    return _address(SPARK_WIDTH, parts)


def _line(run: list[tuple[float, float]]) -> str:
    if len(run) == 1:
        return f'<circle cx="{run[0][0]:.1f}" cy="{run[0][1]:.1f}" r="1.3" fill="{GREY}"/>'
    path = "L".join(f"{x:.1f} {y:.1f}" for x, y in run)
    return f'<path d="M{path}" fill="none" stroke="{GREY}" stroke-width="1.6" stroke-linejoin="round"/>'


def _mark(x: float, y: float, status: Status) -> str:
    ink = MARK[status]
    if status == "risk":
        return _rect(x - 4.5, y - 4.5, 9, 9, ink, 1)
    if status == "watch":
        return f'<path d="M{x:.1f} {y - 5.6:.1f}L{x + 5.8:.1f} {y + 4.6:.1f}H{x - 5.8:.1f}Z" fill="{ink}"/>'
    if status == "ok":
        return f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{ink}"/>'
    return f'<circle cx="{x:.1f}" cy="{y}" r="4.4" fill="none" stroke="{ink}" stroke-width="1.8"/>'


def _rect(x: float, y: float, width: float, height: float, ink: str, opacity: float, round_: float = 0) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="{round_:.1f}" fill="{ink}" '
        f'fill-opacity="{opacity}"/>'
    )  # fmt: skip


def _across(value: float | None) -> float:
    return SIDE + min(max(value or 0.0, 0.0), 100.0) * (WIDTH - 2 * SIDE) / 100


def _known(value: float | None) -> bool:
    return value is not None and math.isfinite(value)


def _address(width: int, parts: list[str]) -> str:
    size = f'width="{width}" height="{HEIGHT}" viewBox="0 0 {width} {HEIGHT}"'
    drawing = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(parts)}</svg>'
    return "data:image/svg+xml;base64," + base64.b64encode(drawing.encode()).decode()
