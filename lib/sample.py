"""Reads the sample portfolio that comes with the app, typed as `lib.tables` says. Reads files only; it may not change or store anything."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import polars as pl

from lib.tables import TABLES

SAMPLE_AS_OF = date(2026, 9, 30)
SAMPLE_KNOWN_ON = (date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31), date(2026, 3, 31), date(2026, 6, 30))
"""Days on which the invented house would have imported its tables before: what had no date then is known of these."""
AUTHORED = ("reviews", "promises", "decisions", "actions")


def read_sample(folder: Path) -> dict[str, pl.DataFrame]:
    """Every imported table of the sample, by name.

    Columns and types are those of `TABLES[name].polars_schema`, in that order. A table is `<name>.parquet` or `<name>.csv` in `folder`.
    Raises FileNotFoundError for an absent table and polars errors for a cell that is not of its column's type.
    """
    return {name: _table(folder, name) for name in TABLES}


def as_it_stood(tables: Mapping[str, pl.DataFrame], day: date) -> dict[str, pl.DataFrame]:
    """The tables with undated columns (`lib.tables.UNDATED`) as an import on `day` would have found them, without rows that came later.

    Facts with a date say what they can; where none does (a share done, a goal's value), what is known now is scaled by time.
    """
    def by(column: str) -> pl.Expr:
        return (pl.col(column) <= day).fill_null(False)

    projects = tables["projects"].filter(pl.col("start") <= day + timedelta(days=90))
    latest = pl.col("percent_complete").last().alias("read")
    readings = tables["progress"].filter(by("date")).sort("date").group_by("project_id").agg(latest)
    begun = pl.when(pl.col("start") > day).then(pl.lit("planned")).otherwise(pl.lit("active"))
    started = pl.when(by("finished_on")).then(pl.lit("done")).otherwise(begun)
    tasks = tables["tasks"].join(projects, on="project_id", how="semi")
    until = pl.coalesce("finished_on", "due", "finish")
    passed = ((pl.lit(day) - pl.col("started_on")).dt.total_days() / (until - pl.col("started_on")).dt.total_days().clip(1)).clip(0, 0.9)
    done = pl.when(by("finished_on")).then(1.0).when(by("started_on")).then(passed).otherwise(0.0).fill_null(0.0)
    state = (
        pl.when(pl.col("status") == "cancelled").then(pl.lit("cancelled")).when(by("finished_on")).then(pl.lit("done"))
        .when(by("started_on")).then(pl.lit("in_progress")).otherwise(pl.lit("open"))
    )  # fmt: skip
    waits = pl.when(pl.col("status").is_in(["logged", "assessed"])).then("status").otherwise(pl.lit("proposed"))
    decided = pl.when(pl.col("status") == "implemented").then(pl.lit("approved")).otherwise("status")
    settled = pl.when(by("started_on")).then("status").otherwise(decided)
    reached = ((pl.lit(day) - pl.col("start")).dt.total_days() / (SAMPLE_AS_OF - pl.col("start")).dt.total_days().clip(1)).clip(0, 1)
    early = pl.col("status").is_in(["met", "missed"]) & (pl.col("due") > day)
    return {
        "accounts": tables["accounts"].filter(pl.col("since").is_null() | by("since")).with_columns(
            pl.when(pl.col("status").is_in(["paused", "lost"]) & ~by("lost_on")).then(pl.lit("active")).otherwise("status").alias("status")
        ),
        "contacts": tables["contacts"].filter(pl.col("since").is_null() | by("since")).with_columns((~by("left_on")).alias("active")),
        "projects": projects.join(readings, on="project_id", how="left").with_columns(
            pl.when(pl.col("status") == "cancelled").then("status").otherwise(started).alias("status"),
            pl.when(by("finished_on")).then(pl.col("percent_complete")).otherwise("read").alias("percent_complete"),
        ).drop("read"),
        "tasks": tasks.with_columns(
            state.alias("status"), (100 * done).alias("percent_complete"), (pl.col("estimate_hours") * (1 - done)).alias("remaining_hours"),
        ),
        "risks": tables["risks"].filter(by("opened")).with_columns(
            pl.when(by("closed_on")).then(pl.lit("closed")).otherwise(pl.lit("open")).alias("status")
        ),
        "change_requests": tables["change_requests"].filter(by("raised_on")).with_columns(
            pl.when(by("decided_on")).then(settled).otherwise(waits).alias("status")
        ),
        "opportunities": tables["opportunities"].filter(by("created_on")).with_columns(
            pl.when(by("closed_on")).then("status").otherwise(pl.lit("open")).alias("status")
        ),
        "goals": tables["goals"].filter(by("start")).with_columns(
            pl.when(early).then(pl.lit("on_track")).otherwise("status").alias("status"),
            (pl.col("baseline") + (pl.col("actual") - pl.col("baseline")) * reached).alias("actual"),
        ),
        "invoices": tables["invoices"].filter(by("issued")).with_columns(
            pl.when(pl.col("status") == "disputed").then(pl.lit("sent")).otherwise("status").alias("status")
        ),
        "bookings": tables["bookings"].filter(pl.col("start") <= day + timedelta(days=90)),
        "absences": tables["absences"].filter(pl.col("start") <= day + timedelta(days=90)),
    }  # fmt: skip


def read_authored(folder: Path) -> dict[str, list[dict[str, Any]]]:
    """Rows written in the sample's review meetings: reviews, promises, decisions and actions, dates as ISO text."""
    return {name: json.loads((folder / "authored" / f"{name}.json").read_text(encoding="utf-8")) for name in AUTHORED}


def _table(folder: Path, name: str) -> pl.DataFrame:
    schema = TABLES[name].polars_schema
    parquet = folder / f"{name}.parquet"
    if parquet.exists():
        return pl.read_parquet(parquet).select([pl.col(column).cast(dtype) for column, dtype in schema.items()])
    texts = pl.read_csv(folder / f"{name}.csv", infer_schema=False)
    return texts.select([_typed(column, dtype) for column, dtype in schema.items()])


def _typed(column: str, dtype: pl.DataType) -> pl.Expr:
    cell = pl.col(column)
    if dtype == pl.Boolean:
        return cell.replace_strict({"yes": True, "no": False}, return_dtype=pl.Boolean)
    if isinstance(dtype, pl.List):
        return cell.str.split(";").cast(dtype)
    if dtype == pl.Date:
        return cell.str.to_date("%Y-%m-%d")
    return cell.cast(dtype)
