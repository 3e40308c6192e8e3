"""Every chart of lib/charts once, drawn from the sample portfolio. `python -m tests.gallery folder` writes each as a picture."""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path

from lib.charts import portfolio as charts
from lib.charts import theme  # noqa: F401  registers the Altair theme
from lib.charts.chart import Chart
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


def main(folder: Path) -> None:
    """Write every chart in both languages, framed as people get it."""
    from lib.documents.chart_files import chart_file

    folder.mkdir(parents=True, exist_ok=True)
    for code in ("en", "es"):
        t = Language(code)
        for name, chart in gallery(t).items():
            (folder / f"{name}-{code}.png").write_bytes(chart_file(chart, t, "png"))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
