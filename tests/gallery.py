"""Every chart of lib/charts once, drawn from the sample portfolio and from small made frames.

`python -m tests.gallery folder` writes each as a picture, in both languages; on a dark ground too; and with long names, 60 rows and one.
"""

from __future__ import annotations

import json
import sys
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from lib.charts import health, health_book, schedule, scope, theme  # noqa: F401  the theme registers itself with Altair
from lib.charts import portfolio as charts
from lib.charts.chart import Chart
from lib.charts.framing import framed
from lib.charts.schedule import Words
from lib.formats import Language
from lib.measures.book import Book, book
from lib.measures.promises import graded
from lib.periods import quarter_of
from lib.portfolio import Portfolio
from lib.sample import SAMPLE_AS_OF, read_sample
from tests import account_frames as holdings
from tests import health_frames as scores
from tests import schedule_frames as frames
from tests.scope import answers as changes

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"


@cache
def sample_portfolio() -> Portfolio:
    return Portfolio.of(1, **read_sample(SAMPLE))


@cache
def sample_book() -> Book:
    """The sample's book at its own date."""
    return book(sample_portfolio(), SAMPLE_AS_OF, quarter_of(SAMPLE_AS_OF), "invoiced", "EUR", graded([], SAMPLE_AS_OF))[0]


PROMISE = date(2026, 11, 12)
DARK = {"#15191E": "#E8EBEF", "#57606B": "#A3ADB8", "#FFFFFF": "#0D1014"}


@cache
def gallery(t: Language) -> dict[str, Chart]:
    """Function name -> the chart it makes of the sample or of made frames; every public function of lib.charts that makes one is here."""
    made, everyone = sample_book(), sample_book().accounts["account_id"]
    drawings = {
        "clients_by_agi": charts.clients_by_agi(made, t, "Invoices"),
        "receivables": charts.receivables(made, everyone, t, "Invoices"),
        "gantt": schedule.gantt(frames.tasks(), t, about("gantt"), PROMISE),
        "s_curve": schedule.s_curve(frames.curves(), t, about("s_curve"), promise=PROMISE),
        "finish_distribution": distribution(t),
        "tornado": schedule.tornado(frames.effects(), t, about("tornado")),
        "capacity_grid": schedule.capacity_grid(frames.load(), t, about("capacity_grid")),
        **of_health(t),
        **of_book(t),
        "finish_bands": scope.finish_bands(changes.BEFORE, changes.AFTER, t, of_scope("finish_bands")),
        "plan_before_and_after": scope.plan_before_and_after(changes.tasks(), t, of_scope("plan_before_and_after"), changes.PROMISE),
    }
    return {name: chart for name, chart in drawings.items() if chart is not None}


@cache
def of_book(t: Language) -> dict[str, Chart | None]:
    """The charts of the book, of the sample."""
    return holdings.of_sample(sample_book(), sample_portfolio(), t)


def of_health(t: Language) -> dict[str, Chart | None]:
    """The charts of health of made frames."""
    return {
        "waterfall": health.waterfall(scores.steps(t), 56, 42, scores.BEFORE, t, of_scores("waterfall")),
        "score_band": health.score_band(38, 42, 49, "risk", t, of_scores("score_band"), 56, scores.BEFORE),
        "history": health.history(scores.weeks(), scores.markers(400, 190, 30), t, of_scores("history")),
        "points_lost": health.points_lost(scores.lost(t), t, of_scores("points_lost")),
        "heat": health_book.heat(scores.cells(t), t, of_scores("heat")),
        "distribution": health_book.distribution(scores.bands(), t, of_scores("distribution")),
        "what_if": health_book.what_if(scores.moves(), t, of_scores("what_if")),
    }


def of_scope(key: str) -> Words:
    return Words(key, "Plan", changes.AS_OF)


def of_scores(key: str, population: str = "") -> Words:
    return Words(key, "Score profile 3", scores.AS_OF, population)


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


def health_extremes(t: Language) -> dict[str, Chart | None]:
    """The charts of health with one row, very many, long names and reasons, and marks that fall together."""
    long = tuple(frames.LONG.format(n=number) for number in range(1, 7))
    many = tuple(f"{name} {number}" for number in range(100) for name in scores.ACCOUNTS)
    every = scores.steps(t, every=True)
    after = 56 + sum(step for step in every["points"])
    alone = scores.weeks(1)
    share = t("More than {share} of the book is on track: the limits may be too easy", share=t.share(0.8))
    return {
        "waterfall-30": health.waterfall(every, 56, after, scores.BEFORE, t, of_scores("waterfall")),
        "waterfall-long": health.waterfall(scores.steps(t, long=True), 56, 42, scores.BEFORE, t, of_scores("waterfall")),
        "waterfall-0": health.waterfall(every.clear(), 56, 56, scores.BEFORE, t, of_scores("waterfall")),
        "score_band-none": health.score_band(22, 50, 83, "none", t, of_scores("score_band")),
        "score_band-high": health.score_band(94, 97, 99, "ok", t, of_scores("score_band"), 96, scores.BEFORE),
        "score_band-low": health.score_band(0, 0, 0, "risk", t, of_scores("score_band"), 1, scores.BEFORE),
        "history-1": health.history(alone, scores.markers(0), t, of_scores("history")),
        "history-13": health.history(scores.weeks(13), scores.markers(), t, of_scores("history")),
        "history-marks": health.history(
            scores.weeks(), scores.markers(700, 690, 500, 480, 470, 460, 20, 10, 0, name=frames.LONG), t, of_scores("history")
        ),
        "points_lost-long": health.points_lost(scores.lost(t, long=True), t, of_scores("points_lost")),
        "points_lost-1": health.points_lost(scores.lost(t).head(1), t, of_scores("points_lost")),
        "heat-1000": health_book.heat(scores.cells(t, many), t, of_scores("heat")),
        "heat-long": health_book.heat(scores.cells(t, long), t, of_scores("heat")),
        "heat-1": health_book.heat(scores.cells(t, ("Asteria Bank",)), t, of_scores("heat")),
        "distribution-1": health_book.distribution(scores.bands(("2026 Q3",), revenue=False), t, of_scores("distribution"), share),
        "distribution-8": health_book.distribution(scores.bands(tuple(f"{2025 + n // 4} Q{n % 4 + 1}" for n in range(8))), t,
                                                   of_scores("distribution")),
        "what_if-1000": health_book.what_if(scores.moves(many), t, of_scores("what_if")),
        "what_if-1": health_book.what_if(scores.moves(long[:1]), t, of_scores("what_if")),
    }  # fmt: skip


def main(folder: Path) -> None:
    """Write every chart in both languages, framed as people get it, and as it stands on a dark page."""
    from lib.documents import pictures
    from lib.documents.chart_files import chart_file

    folder.mkdir(parents=True, exist_ok=True)
    for code in ("en", "es"):
        t = Language(code)
        for name, chart in {**gallery(t), **extremes(t), **health_extremes(t), **holdings.extremes(t)}.items():
            if chart is None:
                continue
            (folder / f"{name}-{code}.png").write_bytes(chart_file(chart, t, "png"))
            written = json.dumps(framed(chart, t))
            for light, dark in DARK.items():
                written = written.replace(light, dark)
            (folder / f"{name}-{code}-dark.png").write_bytes(pictures.png(json.loads(written), {}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
