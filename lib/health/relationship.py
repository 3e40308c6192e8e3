"""The readings of the component Relationship: contact, people known, decision makers reached, open risks. It scores nothing.

Where definitions are silent: within 60 or 90 days means at most that many days ago. A client with whom no contact was ever recorded, in a
book that records them, reads NEVER_DAYS. A risk of which it is not known whether it is closed counts as open.
"""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.columns import N_
from lib.health.readings import Sight
from lib.health.stating import days_since, latest, of_account, pairs, stated
from lib.measures.alarms import on_days
from lib.measures.signals import REAL_CONTACT
from lib.measures.stakeholders import REACHED_DAYS, WITNESS_DAYS

NEVER_DAYS = 9999.0
DECIDING = ("decision_maker", "sponsor")
ISSUE_PROBABILITY = 5

WHY: dict[str, str] = {
    "no_touchpoints": N_("No contact with any client was recorded in the last 60 days."),
    "never_contacted": N_("No meeting, call, workshop or review with them was ever recorded."),
    "no_contacts": N_("No contacts were imported."),
    "activity_unknown": N_("Of some contacts it is not known whether they are still there."),
    "nobody_named": N_("The contacts of the last 90 days do not say who took part."),
    "no_risks": N_("No risk was ever recorded for them."),
    "risk_incomplete": N_("An open risk has no kind, probability or impact."),
}
HEADINGS: dict[str, str] = {
    "kind": N_("Kind"), "title": N_("Title"), "days": N_("Days ago"), "who": N_("Who"), "reached": N_("Decides"), "counts": N_("Counts"),
    "exposure": N_("Exposure"),
}  # fmt: skip
"""What columns of evidence are called that no table has."""
_A_DAY = pl.duration(days=1)


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of contact_days, contacts_known, sponsor_reached and risk_exposure for `sight.accounts`; `why` is a key of WHY."""
    found = _with_witness(pairs(sight), sight)
    read = {
        "contact_days": _contact_days(sight, found),
        "contacts_known": _contacts_known(sight, found),
        "sponsor_reached": _sponsor_reached(sight, found),
        "risk_exposure": _risk_exposure(sight, found),
    }
    return pl.concat(stated(metric, rows) for metric, rows in read.items())


def evidence(sight: Sight, account_id: str, day: date, metric: str) -> pl.DataFrame:
    """The rows of one account that a metric's reading of `day` came from, those that matter most first.

    contact_days: real contacts by the day with `days` since and `who` took part. sponsor_reached: those of the last 90 days, a row for
    each who took part, with role and whether they decide (`reached`). contacts_known: contacts known that day with `counts` (null: not
    known). risk_exposure: open risks with `exposure`, which adds up to the reading. Raises KeyError for another metric.
    """
    own = of_account(sight, account_id, day)
    return {
        "contact_days": _contact_rows,
        "contacts_known": _people_rows,
        "sponsor_reached": _reached_rows,
        "risk_exposure": _risk_rows,
    }[metric](own)


def _with_witness(found: pl.DataFrame, sight: Sight) -> pl.DataFrame:
    """`found` with `witnessed`: whether the book has any touchpoint in the last 60 days, without which silence says nothing."""
    seen = sight.portfolio["touchpoints"].select(pl.col("date").alias("seen_on")).drop_nulls().unique().sort("seen_on").collect()
    days = pl.DataFrame({"day": sight.days}, {"day": pl.Date})
    days = days.join_asof(seen, left_on="day", right_on="seen_on", check_sortedness=False, coalesce=False)
    witnessed = days.select("day", (days_since("seen_on") <= WITNESS_DAYS).fill_null(False).alias("witnessed"))
    return found.join(witnessed, on="day", how="left", maintain_order="left")


def _real_contacts(sight: Sight) -> pl.LazyFrame:
    return sight.portfolio["touchpoints"].filter(pl.col("kind").is_in(REAL_CONTACT))


def _contact_days(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    last = latest(found, _real_contacts(sight).select("account_id", "date").collect(), "last_on")
    days = pl.when(pl.col("witnessed")).then(days_since("last_on").fill_null(NEVER_DAYS))
    why = pl.when(~pl.col("witnessed")).then(pl.lit("no_touchpoints")).when(pl.col("last_on").is_null()).then(pl.lit("never_contacted"))
    return last.with_columns(days.alias("value"), why.alias("why"))


def _people(sight: Sight, *facts: str) -> pl.DataFrame:
    """Contacts on each day on which they are known and have not left, with `facts`; `counts`: there on that day, null where not known.

    A stated day of leaving decides for the days before it too; without one the contact's `active` does.
    """
    people = sight.portfolio["contacts"].select(
        "account_id", *facts,
        pl.when(pl.col("left_on").is_not_null()).then(True).otherwise("active").alias("counts"),
        pl.col("since").alias("first"), (pl.col("left_on") - _A_DAY).alias("last"),
    )  # fmt: skip
    return on_days(people.filter(pl.col("counts").ne_missing(False)).collect(), sight.days)


def _contacts_known(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    counts = _people(sight).group_by("account_id", "day").agg(
        pl.col("counts").sum().cast(pl.Int64).alias("there"), pl.col("counts").is_null().any().alias("unknown")
    )  # fmt: skip
    contacts = sight.portfolio["contacts"].select("since", "left_on").collect()
    changed = pl.concat([contacts["since"], contacts["left_on"]]).drop_nulls().unique().sort()
    days = pl.DataFrame({"day": sight.days}, {"day": pl.Date}).join_asof(
        changed.to_frame("changed_on"), left_on="day", right_on="changed_on", check_sortedness=False, coalesce=False
    )
    rows = (
        found.join(counts, on=["account_id", "day"], how="left", maintain_order="left")
        .join(days, on="day", how="left", maintain_order="left")
        .with_columns(pl.col("there").fill_null(0), pl.col("unknown").fill_null(False))
        .with_columns((pl.col("witnessed") | (days_since("changed_on") <= WITNESS_DAYS).fill_null(False)).alias("witnessed"))
    )
    why = (
        pl.when(pl.lit(contacts.is_empty())).then(pl.lit("no_contacts"))
        .when(pl.col("unknown")).then(pl.lit("activity_unknown"))
        .when((pl.col("there") == 0) & ~pl.col("witnessed")).then(pl.lit("no_touchpoints"))
    )  # fmt: skip
    return rows.with_columns(why.alias("why")).with_columns(pl.when(pl.col("why").is_null()).then("there").alias("value"))


def _attended(sight: Sight, within_days: int | None = None) -> pl.DataFrame:
    """Real contacts with who took part: account_id, touchpoint_id, date, kind, contact_id, name, role; one row a person, or none named.

    By the last day of `sight`, and so many days before its first one.
    """
    people = sight.portfolio["contacts"].select("contact_id", "name", "role").collect()
    contacts = _real_contacts(sight).filter(pl.col("date") <= sight.days[-1])
    if within_days is not None:
        contacts = contacts.filter(pl.col("date") >= sight.days[0] - timedelta(days=within_days))
    met = contacts.select("account_id", "touchpoint_id", "date", "kind", pl.col("contact_ids").alias("contact_id")).collect()
    return met.explode("contact_id").join(people, on="contact_id", how="left", maintain_order="left")


def _sponsor_reached(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    attended = _attended(sight, REACHED_DAYS)
    kinds = {"met": pl.lit(True), "named": pl.col("role").is_not_null(), "reached": pl.col("role").is_in(DECIDING)}
    for name, chosen in kinds.items():
        found = latest(found, attended.filter(chosen), name)
    lately = {name: (days_since(name) <= REACHED_DAYS).fill_null(False) for name in kinds}
    value = pl.when(lately["reached"]).then(1).when(lately["named"] | ~lately["met"] & pl.col("witnessed")).then(0)
    why = (
        pl.when(pl.lit(_is_empty(sight, "contacts"))).then(pl.lit("no_contacts"))
        .when(lately["met"] & ~lately["named"]).then(pl.lit("nobody_named"))
        .when(~lately["met"] & ~pl.col("witnessed")).then(pl.lit("no_touchpoints"))
    )  # fmt: skip
    return found.with_columns(why.alias("why")).with_columns(pl.when(pl.col("why").is_null()).then(value).alias("value"))


def _is_empty(sight: Sight, table: str) -> bool:
    return sight.portfolio[table].select("account_id").head(1).collect().is_empty()


def _open_risks(sight: Sight, *facts: str) -> pl.DataFrame:
    """Risks and issues on each day on which they are open, with `facts` and `exposure`; null where kind, probability or impact lack.

    Days decide; without the day it was closed its status does, and without that it is open.
    """
    probability = pl.when(pl.col("kind") == "issue").then(ISSUE_PROBABILITY).when(pl.col("kind") == "risk").then("probability")
    risks = sight.portfolio["risks"].filter(pl.col("closed_on").is_not_null() | pl.col("status").ne_missing("closed"))
    return on_days(
        risks.select(
            "account_id", *facts, (probability * pl.col("impact")).alias("exposure"),
            pl.col("opened").alias("first"), (pl.col("closed_on") - _A_DAY).alias("last"),
        ).collect(),
        sight.days,
    )  # fmt: skip


def _risk_exposure(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    sums = _open_risks(sight).group_by("account_id", "day").agg(
        pl.col("exposure").sum().alias("value"), pl.col("exposure").is_null().any().alias("incomplete")
    )  # fmt: skip
    ever = sight.portfolio["risks"].group_by("account_id").agg(
        pl.col("opened").min().alias("first"), pl.col("opened").is_null().any().alias("undated")
    )  # fmt: skip
    rows = found.join(sums, on=["account_id", "day"], how="left", maintain_order="left").join(
        ever.collect(), on="account_id", how="left", maintain_order="left"
    )
    held = ((pl.col("first") <= pl.col("day")) | pl.col("undated")).fill_null(False)
    why = pl.when(~held).then(pl.lit("no_risks")).when(pl.col("incomplete").fill_null(False)).then(pl.lit("risk_incomplete"))
    return rows.with_columns(why.alias("why")).with_columns(
        pl.when(pl.col("why").is_null()).then(pl.col("value").fill_null(0)).alias("value")
    )


def _contact_rows(own: Sight) -> pl.DataFrame:
    met = _attended(own).with_columns(_days_ago(own)).group_by("touchpoint_id", "date", "kind", "days")
    return met.agg(pl.col("name").drop_nulls().alias("who")).sort("date", "touchpoint_id", descending=[True, False])


def _reached_rows(own: Sight) -> pl.DataFrame:
    rows = _attended(own, REACHED_DAYS).with_columns(_days_ago(own), pl.col("role").is_in(DECIDING).alias("reached"))
    columns = ("touchpoint_id", "date", "days", "kind", "name", "role", "reached")
    return rows.select(columns).sort("reached", "date", "name", descending=[True, True, False], nulls_last=True)


def _days_ago(own: Sight) -> pl.Expr:
    return (pl.lit(own.days[0]) - pl.col("date")).dt.total_days().alias("days")


def _people_rows(own: Sight) -> pl.DataFrame:
    columns = ("contact_id", "name", "role", "since", "left_on", "active", "counts")
    return _people(own, *columns[:-1]).select(columns).sort("counts", "name", nulls_last=False)


def _risk_rows(own: Sight) -> pl.DataFrame:
    facts = ("risk_id", "title", "kind", "probability", "impact", "opened", "owner")
    return _open_risks(own, *facts).select(*facts, "exposure").sort("exposure", "opened", descending=[True, False], nulls_last=False)
