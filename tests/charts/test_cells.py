"""Pictures in cells: the score's place, its band by shape and colour, gaps; and an address that holds nothing but a drawing of numbers."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from defusedxml import ElementTree
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.charts.cells import HEIGHT, LEAST_SPAN, SPARK_WIDTH, WIDTH, range_svg, sparkline_svg
from lib.charts.chart import Status
from lib.charts.theme import GREY, MARK

STATUSES: tuple[Status, ...] = ("risk", "watch", "ok", "none")
ANY = st.one_of(st.none(), st.floats(allow_nan=True, allow_infinity=True))


def drawing(address: str) -> Any:
    head, _, body = address.partition(",")
    assert head == "data:image/svg+xml;base64"
    return ElementTree.fromstring(base64.b64decode(body, validate=True))


def shapes(address: str) -> list[tuple[str, dict[str, str]]]:
    return [(element.tag.rpartition("}")[2], dict(element.attrib)) for element in drawing(address)]


def test_a_score_stands_at_its_place_in_the_shape_and_colour_of_its_band() -> None:
    # 8 + 42 · 96/100 = 48.32: a square of 9 around it begins at 43.8; the range from 38 to 49 begins at 44.48 and is 10.56 wide.
    line, fifty, seventy_five, span, before, mark = shapes(range_svg(38, 42, 49, "risk", 56))
    assert (line[1]["x"], line[1]["width"]) == ("8.0", "96.0")
    assert (fifty[1]["x"], seventy_five[1]["x"]) == ("55.5", "79.5")
    assert (span[1]["x"], span[1]["width"], span[1]["fill"]) == ("44.5", "10.6", MARK["risk"])
    assert (before[0], before[1]["cx"], before[1]["stroke"], before[1]["fill"]) == ("circle", "61.8", GREY, "none")
    assert (mark[0], mark[1]["x"], mark[1]["fill"]) == ("rect", "43.8", MARK["risk"])


@pytest.mark.parametrize(
    ("status", "tag", "fill"),
    [("risk", "rect", "#C2342B"), ("watch", "path", "#C28810"), ("ok", "circle", "#168C7E"), ("none", "circle", "none")],
)
def test_each_band_has_its_own_shape(status: Status, tag: str, fill: str) -> None:
    mark = shapes(range_svg(40, 50, 60, status))[-1]
    assert (mark[0], mark[1]["fill"]) == (tag, fill)


def test_what_is_not_known_is_not_drawn() -> None:
    assert len(shapes(range_svg(None, None, None, "none"))) == 3
    assert len(shapes(range_svg(None, 50, float("nan"), "ok"))) == 4
    assert shapes(sparkline_svg([])) == []
    assert shapes(sparkline_svg([None, float("inf")])) == []


def test_a_line_breaks_where_there_was_no_score() -> None:
    found = shapes(sparkline_svg([50, 52, None, 55, 57, None, 60]))
    assert [tag for tag, _ in found] == ["path", "path", "circle", "circle"]
    assert [one["d"].count("L") for tag, one in found if tag == "path"] == [1, 1]
    assert [tag for tag, _ in shapes(sparkline_svg([50, 52, None]))] == ["path"]  # what ended has no dot


def test_a_point_more_or_less_is_drawn_flat_and_a_fall_is_steep() -> None:
    def rise(values: list[float | None]) -> float:
        _, first, last = re.split("[ML]", shapes(sparkline_svg(values))[0][1]["d"])
        return abs(float(first.split()[1]) - float(last.split()[1]))

    # Over a span of 20 points, 18 pixels: one point is 0.9 of a pixel; 40 points fill them all.
    assert rise([70.0, 71.0]) == pytest.approx((HEIGHT - 8) / LEAST_SPAN, abs=0.11)
    assert rise([80.0, 40.0]) == pytest.approx(HEIGHT - 8, abs=0.11)


@given(ANY, ANY, ANY, st.sampled_from(STATUSES), ANY, st.lists(ANY, max_size=30))
@settings(max_examples=100, deadline=None)
def test_whatever_the_figures_the_drawing_stays_inside_and_names_nothing_from_elsewhere(
    low: float | None, point: float | None, high: float | None, status: Status, before: float | None, values: list[float | None]
) -> None:
    for address, width in ((range_svg(low, point, high, status, before), WIDTH), (sparkline_svg(values, status), SPARK_WIDTH)):
        text = base64.b64decode(address.partition(",")[2]).decode()
        assert set(re.findall(r"https?://[^\"]*", text)) == {"http://www.w3.org/2000/svg"}
        assert "nan" not in text
        assert "inf" not in text
        for name, most in (("x", width), ("cx", width), ("cy", HEIGHT), ("y", HEIGHT)):
            assert all(0 <= float(one.get(name, 0)) <= most for _, one in shapes(address))
        numbers = [float(number) for tag, one in shapes(address) if tag == "path" for number in re.findall(r"[-\d.]+", one["d"])]
        assert all(0 <= number <= width for number in numbers)
