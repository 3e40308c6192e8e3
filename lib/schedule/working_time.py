"""Hours that each person can work on each day, and the calendars made of them. Reads the portfolio's tables; plans nothing.

Definitions § Team workload: contracted hours of the weekday − holiday (all of it) − closures − absences, at least 0, within start and end.
Where they are silent: a requested absence takes nothing before it is approved and stands in a column of its own (`requested`); a rejected
one never counts; an absence without a status is taken as agreed. Terms in force are the latest dated ones not after the day, else the
person's own row. A closure may name country, subdivision, city and person, and closes the day for those who match all that it names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

import holidays
import polars as pl

from lib.portfolio import Portfolio
from lib.schedule.calendars import Calendar
from lib.schedule.graph import Problem

FULL_DAY = 24.0
PROJECT_WEEK = (8.0, 8.0, 8.0, 8.0, 8.0, 0.0, 0.0)

SCHEMA = {
    "person_id": pl.String,
    "date": pl.Date,
    "contracted": pl.Float64,
    "holiday": pl.Float64,
    "closure": pl.Float64,
    "absence": pl.Float64,
    "requested": pl.Float64,
    "capacity": pl.Float64,
    "assumed": pl.Boolean,
}


def hours_by_person_day(portfolio: Portfolio, first: date, last: date) -> pl.DataFrame:
    """One row for each person and day from first to last, both included, sorted so; hours.

    Columns: person_id, date, contracted, holiday (hours it takes), closure, absence, requested (what requested absences would take beyond),
    capacity = contracted − holiday − closure − absence, assumed (no week_pattern: weekly_hours/5 Monday to Friday).
    A country or subdivision whose holidays nobody knows has none here: `unknown_holidays` names its people.
    """
    people = portfolio["people"].unique("person_id", keep="first").sort("person_id").collect()
    if people.is_empty() or last < first:
        return pl.DataFrame(schema=SCHEMA)
    days = _contracted(people, portfolio["person_terms"].collect(), first, last)
    days = _with_holidays(days, people, first, last)
    days = _with_closures(days, people, portfolio["closures"].filter(pl.col("date").is_between(first, last)).collect())
    days = _with_absences(days, portfolio["absences"].collect(), first, last)
    left = pl.col("contracted") - pl.col("holiday") - pl.col("closure") - pl.col("absence")
    return days.with_columns(left.clip(0).alias("capacity")).select(pl.col(name).cast(dtype) for name, dtype in SCHEMA.items())


def unknown_holidays(portfolio: Portfolio) -> tuple[Problem, ...]:
    """Problems unknown_country and unknown_subdivision with the ids of the people whose public holidays are not known."""
    people = portfolio["people"].select("person_id", "country", "subdivision").sort("person_id").collect()
    found: dict[str, list[str]] = {}
    for person, country, subdivision in people.iter_rows():
        kind = _unknown(country, subdivision)
        if kind:
            found.setdefault(kind, []).append(person)
    return tuple(Problem(kind, tuple(found[kind])) for kind in sorted(found))


def calendars_of(portfolio: Portfolio, first: date, last: date) -> dict[str, Calendar]:
    """A calendar for each person_id, for each project ("project:<id>") and for none ("").

    A person's calendar holds the capacity of each day from first to last; afterwards the ordinary week of the terms then in force goes on
    (nothing after the person's end, nothing before the start). A project's is 8 hours Monday to Friday minus the public holidays
    of the country most of the people on its tasks have (first by name where two are as frequent; without people: of everybody), and minus
    the closures that are for all or for that country alone. Equal projects share one calendar.
    """
    last = _after_all_changes(portfolio, first, last)
    starts = dict(portfolio["people"].select("person_id", "start").collect().iter_rows())
    calendars, days = {}, hours_by_person_day(portfolio, first, last)
    count = (last - first).days + 1
    contracted, capacity = days["contracted"].to_list(), days["capacity"].to_list()
    for person, at in zip(days["person_id"].gather_every(count), range(0, days.height, count), strict=True):
        start, end = starts[person], at + count
        before = [0.0] * 7 if start is not None and start > first else _week(first, contracted[at : at + 7])
        after = _week(last - timedelta(days=6), contracted[end - 7 : end])
        calendars[person] = Calendar.of_days(first, capacity[at:end], before, after)
    return calendars | project_calendars(portfolio, first, last)


def _contracted(people: pl.DataFrame, terms: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    dates = pl.select(pl.date_range(first, last, "1d").alias("date"))
    own = people.select("person_id", pl.lit(date.min).alias("from"), "weekly_hours", "week_pattern")
    dated = terms.drop_nulls("from").select("person_id", "from", "weekly_hours", "week_pattern")
    days = (
        people.select("person_id", "start", "end")
        .join(dates, how="cross")
        .sort("date", maintain_order=True)
        .join_asof(
            pl.concat([own, dated]).sort("from", maintain_order=True),
            left_on="date", right_on="from", by="person_id", check_sortedness=False,
        )
    )
    weekday = pl.col("date").dt.weekday() - 1
    assumed = pl.col("week_pattern").is_null()
    even = pl.when(weekday < 5).then(pl.col("weekly_hours") / 5).otherwise(0.0)
    inside = (pl.col("date") >= pl.col("start")).fill_null(True) & (pl.col("date") <= pl.col("end")).fill_null(True)
    contracted = pl.when(assumed).then(even).otherwise(pl.col("week_pattern").list.get(weekday, null_on_oob=True))
    hours = pl.when(inside).then(contracted.fill_null(0.0).clip(0.0, FULL_DAY)).otherwise(0.0)
    return days.select("person_id", "date", hours.alias("contracted"), assumed.alias("assumed")).sort("person_id", "date")


def _with_holidays(days: pl.DataFrame, people: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    places = people.select("country", "subdivision").unique().iter_rows()
    rows = [(country, subdivision, day) for country, subdivision in places for day in public_holidays(country, subdivision, first, last)]
    off = pl.DataFrame(rows, schema={"country": pl.String, "subdivision": pl.String, "date": pl.Date}, orient="row")
    marked = people.select("person_id", "country", "subdivision").join(off, on=["country", "subdivision"], nulls_equal=True)
    return days.join(
        marked.select("person_id", "date", pl.lit(True).alias("off")), on=["person_id", "date"], how="left", maintain_order="left"
    ).with_columns(pl.when("off").then("contracted").otherwise(0.0).alias("holiday"))


def _with_closures(days: pl.DataFrame, people: pl.DataFrame, closures: pl.DataFrame) -> pl.DataFrame:
    def matches(name: str) -> pl.Expr:
        wanted, has = (pl.col(column).str.strip_chars().str.to_lowercase() for column in (f"{name}_wanted", name))
        return pl.col(f"{name}_wanted").is_null() | (wanted == has).fill_null(False)

    places = ("country", "subdivision", "city")
    hit = (
        closures.rename({name: f"{name}_wanted" for name in ("person_id", *places)})
        .join(people.select("person_id", *places), how="cross")
        .filter(
            pl.col("person_id_wanted").is_null() | (pl.col("person_id_wanted") == pl.col("person_id")).fill_null(False),
            *(matches(name) for name in places),
        )
        .group_by("person_id", "date")
        .agg(pl.col("hours").fill_null(FULL_DAY).sum().alias("closed"))
    )
    left = pl.col("contracted") - pl.col("holiday")
    return days.join(hit, on=["person_id", "date"], how="left", maintain_order="left").with_columns(
        pl.min_horizontal(left, pl.col("closed").fill_null(0.0)).alias("closure")
    )


def _with_absences(days: pl.DataFrame, absences: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    away = (
        absences.drop_nulls(["start", "end"])
        .filter(pl.col("status").fill_null("approved") != "rejected")
        .filter(pl.col("start") <= last, pl.col("end") >= first, pl.col("start") <= pl.col("end"))
        .with_columns(pl.max_horizontal("start", pl.lit(first)).alias("start"), pl.min_horizontal("end", pl.lit(last)).alias("end"))
        .with_columns(pl.date_ranges("start", "end").alias("date"))
        .explode("date")
        .with_columns(pl.col("hours_per_day").fill_null(FULL_DAY).alias("away"), pl.col("status").eq_missing("requested").alias("asked"))
        .group_by("person_id", "date")
        .agg(pl.col("away").filter(~pl.col("asked")).sum().alias("away"), pl.col("away").filter("asked").sum().alias("wished"))
    )
    left = pl.col("contracted") - pl.col("holiday") - pl.col("closure")
    return (
        days.join(away, on=["person_id", "date"], how="left", maintain_order="left")
        .with_columns(pl.min_horizontal(left, pl.col("away").fill_null(0.0)).alias("absence"))
        .with_columns(pl.min_horizontal(left - pl.col("absence"), pl.col("wished").fill_null(0.0)).alias("requested"))
    )


def public_holidays(country: str | None, subdivision: str | None, first: date, last: date) -> list[date]:
    """Public holidays from first to last; those of the whole country where its subdivision is not known, none for an unknown country."""
    known = _place(country, subdivision)
    if known is None:
        return []
    return [day for day in _holidays(*known, first.year, last.year) if first <= day <= last]


@lru_cache(maxsize=256)
def _holidays(country: str, subdivision: str | None, first_year: int, last_year: int) -> tuple[date, ...]:
    """Public holidays of whole years, in order; they take longer to make than to keep."""
    return tuple(sorted(holidays.country_holidays(country, subdiv=subdivision, years=range(first_year, last_year + 1))))


def _unknown(country: str | None, subdivision: str | None) -> str | None:
    known = _place(country, subdivision)
    if country and known is None:
        return "unknown_country"
    # A country whose regions have no holidays of their own lists no subdivision at all.
    if country and subdivision and known is not None and known[1] is None and _subdivisions()[known[0]]:
        return "unknown_subdivision"
    return None


def _place(country: str | None, subdivision: str | None) -> tuple[str, str | None] | None:
    code = (country or "").strip().upper()
    if code not in _subdivisions():
        return None
    return code, _subdivisions()[code].get((subdivision or "").strip().lower().removeprefix(f"{code.lower()}-"))


@lru_cache(maxsize=1)
def _subdivisions() -> Mapping[str, Mapping[str, str]]:
    """Names of the subdivisions of each country whose holidays are known, in small letters, and their codes."""
    codes = holidays.list_supported_countries(include_aliases=True)
    return {code: {name.lower(): name for name in names} for code, names in codes.items()}


def _week(first: date, hours: Sequence[float]) -> list[float]:
    """Hours Monday to Sunday of the seven days from `first` on."""
    return [hours[(day - first.weekday()) % 7] for day in range(7)]


def _after_all_changes(portfolio: Portfolio, first: date, last: date) -> date:
    """A week after the last change of terms, start or end that is at most ten years off, so that the last seven days are ordinary."""
    people, terms = portfolio["people"].select("start", "end").collect(), portfolio["person_terms"].select("from").collect()
    changes = pl.concat([people["start"], people["end"], terms["from"]]).drop_nulls()
    soon = changes.filter(changes <= last + timedelta(days=3653)).max()
    return max(first, last, soon if isinstance(soon, date) else last) + timedelta(days=7)


def project_calendars(portfolio: Portfolio, first: date, last: date) -> dict[str, Calendar]:
    """The calendars of `calendars_of` that are no person's: "project:<id>" and ""."""
    countries, made = calendars_by_country(portfolio, first, last)
    named = countries.select(pl.concat_str(pl.lit("project:"), "project_id"), "country").iter_rows()
    return {"": made[usual_country(portfolio)]} | {project: made[country] for project, country in named}


def calendars_by_country(portfolio: Portfolio, first: date, last: date) -> tuple[pl.DataFrame, dict[str | None, Calendar]]:
    """project_id and the country that it keeps the holidays of (null for none), and the calendar of each such country."""
    country = pl.col("country").str.to_uppercase()
    people = portfolio["people"].select(pl.col("person_id").alias("assignee_id"), country).drop_nulls().collect()
    most = (
        portfolio["tasks"].select("project_id", "assignee_id").unique().collect()
        .join(people, on="assignee_id")
        .group_by("project_id", "country").len()
        .sort(["len", "country"], descending=[True, False])
        .unique("project_id", keep="first", maintain_order=True)
    )  # fmt: skip
    usual = usual_country(portfolio)
    projects = portfolio["projects"].select("project_id").collect().join(most.select("project_id", "country"), on="project_id", how="left")
    countries = projects.with_columns(pl.col("country").fill_null(pl.lit(usual, pl.String)))
    closures = portfolio["closures"].filter(pl.all_horizontal(pl.col("subdivision", "city", "person_id").is_null())).collect()
    kept = dict.fromkeys([usual, *countries["country"].unique().sort()])
    return countries, {country: _project_calendar(country, closures, first, last) for country in kept}


def usual_country(portfolio: Portfolio) -> str | None:
    """The country of most people, the first by name where two are as frequent; None where no country is known."""
    known = portfolio["people"].select("person_id", pl.col("country").str.to_uppercase()).drop_nulls().collect()
    most = known.group_by("country").len().sort(["len", "country"], descending=[True, False])
    return most["country"][0] if most.height else None


def _project_calendar(country: str | None, closures: pl.DataFrame, first: date, last: date) -> Calendar:
    hours = [PROJECT_WEEK[(first.weekday() + number) % 7] for number in range((last - first).days + 1)]
    off = dict.fromkeys(public_holidays(country, None, first, last), FULL_DAY)
    for closed, lost, where in closures.select("date", "hours", pl.col("country").str.to_uppercase()).iter_rows():
        if where is None or where == country:
            off[closed] = off.get(closed, 0.0) + (FULL_DAY if lost is None else lost)
    for day, lost in off.items():
        if first <= day <= last:
            hours[(day - first).days] = max(0.0, hours[(day - first).days] - lost)
    return Calendar.of_days(first, hours, PROJECT_WEEK, PROJECT_WEEK)
