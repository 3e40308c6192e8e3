"""Every chart of lib/charts once, drawn from the sample portfolio and from small made frames.

`python -m tests.gallery folder` writes each as a picture, in both languages; on a dark ground too; and with long names, 60 rows and one.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from lib.charts import portfolio as charts
from lib.charts import schedule, theme  # noqa: F401  the theme registers itself with Altair
from lib.charts.chart import Chart
from lib.charts.framing import framed
from lib.charts.schedule import Words
from lib.formats import Language
from lib.measures.book import Book, book
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests import schedule_frames as frames

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@cache
def sample_book() -> Book:
    """The sample's book at its own date."""
    portfolio = Portfolio.of(1, **read_sample(SAMPLE))
    return book(portfolio, SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", graded([], SAMPLE_AS_OF))[0]


PROMISE = date(2026, 11, 12)
DARK = {"#15191E": "#E8EBEF", "#57606B": "#A3ADB8", "#FFFFFF": "#0D1014"}


def gallery(t: Language) -> dict[str, Chart]:
    """Function name -> the chart it makes of the sample or of made frames; every public function of lib.charts that makes one is here."""
    made, everyone = sample_book(), sample_book().accounts["account_id"]
    drawings = {
        "clients_by_agi": charts.clients_by_agi(made, t, "Invoices"),
        "notices": charts.notices(made, everyone, t, "Contracts"),
        "receivables": charts.receivables(made, everyone, t, "Invoices"),
        "gantt": schedule.gantt(frames.tasks(), t, about("gantt"), PROMISE),
        "s_curve": schedule.s_curve(frames.curves(), t, about("s_curve"), promise=PROMISE),
        "finish_distribution": distribution(t),
        "tornado": schedule.tornado(frames.effects(), t, about("tornado")),
        "capacity_grid": schedule.capacity_grid(frames.load(), t, about("capacity_grid")),
    }
    return {name: chart for name, chart in drawings.items() if chart is not None}


def about(key: str, population: str = "") -> Words:
    return Words(key, "Plan", frames.AS_OF, population)


def distribution(t: Language, spread: float = 9.0, promise: date = PROMISE) -> Chart | None:
    days = frames.finishes(spread=spread).sort()
    p50, p80 = (days[round(share * days.len()) - 1] for share in (0.5, 0.8))
    chance = float((days <= promise).mean() or 0)
    return schedule.finish_distribution(days, p50, p80, t, about("finish_distribution"), promise, chance, p50 - timedelta(2))


def extremes(t: Language) -> dict[str, Chart | None]:
    """The charts of plans with long names, with 60 rows, with one, and with lines and marks that fall together."""
    long = tuple(frames.LONG.format(n=number) for number in range(1, 7))
    many = tuple(f"{name} {number}" for number in range(1, 9) for name in frames.TASKS)[:60]
    people = tuple(f"{name} {number}" for number in range(1, 11) for name in frames.PEOPLE)
    return {
        "gantt-long": schedule.gantt(frames.tasks(long), t, about("gantt", long[0]), PROMISE),
        "gantt-60": schedule.gantt(frames.tasks(many), t, about("gantt"), date(2027, 3, 1)),
        "gantt-1": schedule.gantt(frames.tasks(("Go-live",), before=False), t, about("gantt")),
        "s_curve-close": schedule.s_curve(frames.curves(close=True), t, about("s_curve"), "", "EUR"),
        "s_curve-1": schedule.s_curve(frames.curves(1), t, about("s_curve")),
        "finish_distribution-wide": distribution(t, 90.0, date(2026, 12, 23)),
        "finish_distribution-1": distribution(t, 0.0, date(2026, 10, 25)),
        "tornado-long": schedule.tornado(frames.effects(long), t, about("tornado")),
        "tornado-1": schedule.tornado(frames.effects(("Payments",)), t, about("tornado")),
        "capacity_grid-60": schedule.capacity_grid(frames.load(people), t, about("capacity_grid")),
        "capacity_grid-long": schedule.capacity_grid(frames.load(long, 26), t, about("capacity_grid")),
        "capacity_grid-1": schedule.capacity_grid(frames.load(("Jon Bidegain",), 1), t, about("capacity_grid")),
    }


def main(folder: Path) -> None:
    """Write every chart in both languages, framed as people get it, and as it stands on a dark page."""
    from lib.documents import pictures
    from lib.documents.chart_files import chart_file

    folder.mkdir(parents=True, exist_ok=True)
    for code in ("en", "es"):
        t = Language(code)
        for name, chart in {**gallery(t), **extremes(t)}.items():
            if chart is None:
                continue
            (folder / f"{name}-{code}.png").write_bytes(chart_file(chart, t, "png"))
            written = json.dumps(framed(chart, t))
            for light, dark in DARK.items():
                written = written.replace(light, dark)
            (folder / f"{name}-{code}-dark.png").write_bytes(pictures.png(json.loads(written), {}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
