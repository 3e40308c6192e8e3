"""Every chart of lib/charts once, drawn from the sample portfolio. `python -m tests.gallery folder` writes each as a picture."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

from lib.charts import portfolio as charts
from lib.charts import theme  # noqa: F401  registers the Altair theme
from lib.charts.chart import Chart
from lib.charts.drawing import drawn
from lib.formats import Language
from lib.measures.book import Book, book
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@cache
def sample_book() -> Book:
    """The sample's book at its own date."""
    portfolio = Portfolio.of(1, **read_sample(SAMPLE))
    return book(portfolio, SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", graded([], SAMPLE_AS_OF))[0]


def gallery(t: Language) -> dict[str, Chart]:
    """Function name -> the chart it makes of the sample; every public function of lib.charts.portfolio that makes one is here."""
    made, everyone = sample_book(), sample_book().accounts["account_id"]
    drawings = {
        "clients_by_agi": charts.clients_by_agi(made, t, "Invoices"),
        "notices": charts.notices(made, everyone, t, "Contracts"),
        "receivables": charts.receivables(made, everyone, t, "Invoices"),
    }
    return {name: chart for name, chart in drawings.items() if chart is not None}


def png_job(folder: str, specification: dict[str, Any]) -> dict[str, Any]:
    """Draw a Vega-Lite specification of ours into picture.png; runs in a worker's process, which vl-convert may hold up."""
    import vl_convert

    (Path(folder) / "picture.png").write_bytes(vl_convert.vegalite_to_png(specification, scale=2))
    return {}


def main(folder: Path) -> None:
    """Write every chart in both languages."""
    import vl_convert

    folder.mkdir(parents=True, exist_ok=True)
    for code in ("en", "es"):
        t = Language(code)
        for name, chart in gallery(t).items():
            specification = drawn(chart, t).properties(width=560).to_dict()
            (folder / f"{name}-{code}.png").write_bytes(vl_convert.vegalite_to_png(specification, scale=2))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
