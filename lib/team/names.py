"""The one function through which names of people are shown, so that rights can limit them in one place. It decides no right."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import polars as pl

from lib.portfolio import Portfolio


def names_of(portfolio: Portfolio, known_as: Iterable[str] = (), may_see: Collection[str] | None = None) -> dict[str, str]:
    """person_id -> what the person is called on a page, for everybody in `people` and in `known_as` (ids that other rows name).

    No two are called the same: who shares a name has the role added, else the id. `may_see`: the ids whose names may be shown (None:
    all); each other one is called by role and a number in the order of ids over the whole portfolio ("Designer 2"), so that the number
    does not change with a filter; without a role, "#2". Who is in no table of people is called by the id.
    """
    people = portfolio["people"].select("person_id", "name", "role").unique("person_id", keep="first").sort("person_id").collect()
    twins = pl.col("shown").is_duplicated()
    shown = (
        people.with_columns(pl.col("name").alias("shown"))
        .with_columns(pl.when(twins).then(pl.format("{} ({})", "name", pl.coalesce("role", "person_id"))).otherwise("shown").alias("shown"))
        .with_columns(pl.when(twins).then(pl.format("{} ({})", "name", "person_id")).otherwise("shown").alias("shown"))
        .with_columns(pl.int_range(1, pl.len() + 1).over("role").cast(pl.String).alias("number"))
        .with_columns(pl.coalesce(pl.format("{} {}", "role", "number"), pl.format("#{}", "number")).alias("hidden"))
    )
    called = {person: name if may_see is None or person in may_see else hidden
              for person, name, hidden in shown.select("person_id", "shown", "hidden").iter_rows()}  # fmt: skip
    return called | {person: person for person in known_as if person not in called}
