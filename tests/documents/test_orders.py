"""Files come from a process of their own, as the chart says; one that cannot be made is a plain refusal, and the next is made again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from lib.documents.brief import page_of
from lib.documents.brief_pdf import brief_pdf
from lib.documents.chart_files import chart_file
from lib.documents.orders import KINDS, LIMITS, chart_of, order, order_brief, said
from lib.formats import Language
from lib.workers import Refused, Worker
from tests.documents.briefs import usual
from tests.gallery import gallery

ES = Language("es")


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    with Worker(LIMITS) as made:
        yield made


@pytest.mark.parametrize("name", sorted(gallery(ES)))
def test_a_chart_survives_the_way_to_the_worker(name: str) -> None:
    chart = gallery(ES)[name]
    assert chart_of(said(chart), chart.rows).digest == chart.digest


@pytest.mark.parametrize("kind", ["png", "svg", "xlsx", "csv", "json"])
def test_the_worker_makes_the_same_file(worker: Worker, kind: str, tmp_path: Path) -> None:
    chart = gallery(ES)["renewals"]
    assert order(worker, chart, ES, kind, tmp_path) == chart_file(chart, ES, kind)


@pytest.mark.parametrize("kind", ["pdf", "pptx"])
def test_the_worker_makes_pages_and_slides(worker: Worker, kind: str, tmp_path: Path) -> None:
    file = order(worker, gallery(ES)["receivables"], ES, kind, tmp_path)
    assert isinstance(file, bytes)
    assert file.startswith({"pdf": b"%PDF", "pptx": b"PK"}[kind])


def test_a_file_that_cannot_be_made_is_a_refusal_and_the_next_one_is_made(worker: Worker, tmp_path: Path) -> None:
    chart = gallery(ES)["receivables"]
    assert isinstance(order(worker, chart, ES, "docx", tmp_path), Refused)
    assert isinstance(order(worker, chart, ES, "csv", tmp_path), bytes)


def test_figures_that_json_lacks_reach_the_worker(worker: Worker, tmp_path: Path) -> None:
    chart = gallery(ES)["receivables"]
    rows = chart.rows.with_columns(value=pl.lit(float("nan")))
    odd = chart_of(said(chart), rows)
    assert all(isinstance(order(worker, odd, ES, kind, tmp_path), bytes) for kind in KINDS if kind != "pdf")


def test_a_brief_comes_from_the_worker_with_the_same_bytes(worker: Worker, tmp_path: Path) -> None:
    assert order_brief(worker, usual("es"), ES, tmp_path) == brief_pdf(page_of(usual("es"), ES))
