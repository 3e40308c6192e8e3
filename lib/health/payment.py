"""The readings of the component Payment: what is long overdue, and whether they pay later than they used to. It scores nothing.

Where definitions are silent: paying early is 0 days late. An invoice paid in part is unpaid. What can't be placed (an open invoice without
its amount, due date, kind, status or exchange rate) makes a reading missing, for without it the client would look better.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from lib.columns import N_
from lib.health.readings import Sight
from lib.health.stating import latest, of_account, pairs, stated

OVERDUE_DAYS = 30
LAST_INVOICES = 6
BEFORE_MOST = 12
BEFORE_LEAST = 3
_DUE = LAST_INVOICES + BEFORE_MOST
_SPAN = 1 << 24
"""More days than any two dates lie apart: accounts and days in one ascending number."""

WHY: dict[str, str] = {
    "no_invoices": N_("No invoice of the last 12 months."),
    "nothing_owed": N_("Credit notes exceed what is owed."),
    "incomplete": N_("An open invoice lacks its amount, tax, due date, kind, status or exchange rate."),
    "few_invoices": N_("Fewer than nine invoices have been due."),
    "unknown_payment": N_("Of one of the last invoices it is not known when it was due or paid."),
}
HEADINGS: dict[str, str] = {
    "days_late": N_("Days late"), "open": N_("Open"), "overdue": N_("Over 30 days"), "incomplete": N_("Incomplete"),
    "among_last": N_("Among the last six"),
}  # fmt: skip
"""What columns of evidence are called that no table has."""


def readings(sight: Sight) -> pl.DataFrame:
    """READING rows of receivables_overdue and payment_delay for `sight.accounts`; `why` is a key of WHY."""
    found = pairs(sight)
    return pl.concat(
        [stated("receivables_overdue", _receivables_overdue(sight, found)), stated("payment_delay", _payment_delay(sight, found))]
    )


def evidence(sight: Sight, account_id: str, day: date, metric: str) -> pl.DataFrame:
    """The invoices of one account that a metric's reading of `day` came from.

    receivables_overdue: what is open, longest overdue first: `open` in the base currency (credit notes negative), days_late, `overdue`;
    the reading is Σ open of the overdue / Σ open. payment_delay: the invoices last due, newest first, with days_late and whether it is
    `among_last`: the reading is the mean of those less that of the others. Raises KeyError for another metric.
    """
    own = of_account(sight, account_id, day)
    return {"receivables_overdue": _open_rows, "payment_delay": _due_rows}[metric](own)


def _owed(sight: Sight) -> pl.DataFrame:
    """`receivables.unsettled_on` with open (base), days_late and overdue; `incomplete` where the row can't be weighed."""
    credit = pl.col("kind") == "credit_note"
    days_late = (pl.col("day") - pl.col("due")).dt.total_days()
    stated_all = pl.all_horizontal(pl.col("kind", "status", "issued", "due", "rest", "fx").is_not_null(), pl.col("rest").is_finite())
    some_tax = pl.col("tax").is_not_null().any().over("account_id", "day") & pl.col("tax").is_null()
    return sight.unsettled.with_columns(
        (pl.col("rest") * pl.col("fx") * pl.when(credit).then(-1).otherwise(1)).alias("open"),
        pl.when(~credit).then(days_late).alias("days_late"),
        (~credit & (days_late > OVERDUE_DAYS)).fill_null(False).alias("overdue"),
        (~stated_all.fill_null(False) | some_tax).alias("incomplete"),
    )


def _receivables_overdue(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """More than 30 days past due / all that is owed, tax included; 0 where all of 12 months is paid."""
    sums = _owed(sight).group_by("account_id", "day").agg(
        pl.col("open").sum(), pl.col("open").filter("overdue").sum().alias("late"), pl.col("incomplete").any()
    )  # fmt: skip
    rows = (
        latest(found, _issued(sight), "issued")
        .join(sums, on=["account_id", "day"], how="left", maintain_order="left")
        .with_columns(pl.col("incomplete").fill_null(False), (pl.col("issued").dt.offset_by("12mo") > pl.col("day")).alias("lately"))
    )
    why = (
        pl.when(pl.col("incomplete")).then(pl.lit("incomplete"))
        .when(~pl.col("lately").fill_null(False) & pl.col("open").is_null()).then(pl.lit("no_invoices"))
        .when(pl.col("open") <= 0).then(pl.lit("nothing_owed"))
    )  # fmt: skip
    share = pl.when(pl.col("open").is_null()).then(0.0).otherwise(pl.col("late") / pl.col("open"))
    return rows.with_columns(why.alias("why")).with_columns(pl.when(pl.col("why").is_null()).then(share).alias("value"))


def _issued(sight: Sight) -> pl.DataFrame:
    """account_id and date of invoices that are not void."""
    valid = sight.portfolio["invoices"].filter(pl.col("kind") == "invoice", pl.col("status").ne_missing("void"))
    return valid.select("account_id", pl.col("issued").alias("date")).collect()


def _due(sight: Sight, *facts: str) -> pl.DataFrame:
    """Invoices that may be late, with `facts`.

    from: the day they count from; settled: the day they were paid (null: not); unknown: that can't be told.
    """
    gross = (pl.col("amount") + pl.col("tax").fill_null(0)).round(6)
    in_full = pl.col("paid_amount").is_null() | (pl.col("paid_amount").round(6) >= gross)
    when_unknown = pl.col("paid_on").is_null() & (pl.col("paid_amount").fill_null(0) > 0) & in_full.fill_null(True)
    whether_unknown = pl.col("paid_on").is_not_null() & in_full.is_null()
    undated = pl.any_horizontal(pl.col("kind", "due", "issued").is_null())
    return (
        sight.portfolio["invoices"]
        .filter(pl.col("kind").ne_missing("credit_note"), pl.col("status").ne_missing("void"))
        .with_columns(
            pl.max_horizontal("due", "issued").alias("from"),
            pl.when(in_full).then("paid_on").alias("settled"),
            (when_unknown | whether_unknown | undated).alias("unknown"),
        )
        .select("account_id", "invoice_id", "from", "due", "issued", "settled", "status", "unknown", *facts)
        .collect()
    )


def _payment_delay(sight: Sight, found: pl.DataFrame) -> pl.DataFrame:
    """Mean days late of the last 6 invoices due by the day − that of up to 12 due before them, at least 3."""
    due = _due(sight)
    late, unknown, there = _last_due(due, found)
    last, before = there[:, :LAST_INVOICES], there[:, LAST_INVOICES:]
    counted = before.sum(axis=1)
    sums = np.where(there, late, 0.0)
    value = sums[:, :LAST_INVOICES].mean(axis=1) - sums[:, LAST_INVOICES:].sum(axis=1) / np.maximum(counted, 1)
    undated = found.join(
        due.filter(pl.col("due").is_null() | pl.col("issued").is_null()).group_by("account_id").agg(pl.lit(True).alias("undated")),
        on="account_id", how="left", maintain_order="left",
    )["undated"].fill_null(False)  # fmt: skip
    few = ~last.all(axis=1) | (counted < BEFORE_LEAST)
    lost = (there & unknown).any(axis=1) | undated.to_numpy()
    why = pl.when(pl.Series(lost)).then(pl.lit("unknown_payment")).when(pl.Series(few)).then(pl.lit("few_invoices"))
    return found.with_columns(why.alias("why"), pl.Series("value", np.where(lost | few, np.nan, value)))


def _last_due(due: pl.DataFrame, found: pl.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.bool_]]:
    """For each account and day of `found` (row) its last invoices due by then, newest first: days late, unknown, whether there is one.

    An unpaid one whose status is not known may be void: it is unknown too.
    """
    account = pl.col("account_id").cast(pl.Enum(found["account_id"].unique()), strict=False).to_physical().cast(pl.Int64)
    began = pl.col("from").to_physical().cast(pl.Int64).fill_null(-_SPAN // 4)
    due = due.with_columns(account.alias("account"), (account * _SPAN + began).alias("key")).filter(pl.col("key").is_not_null())
    if due.is_empty():
        return np.zeros((found.height, _DUE)), np.zeros((found.height, _DUE), bool), np.zeros((found.height, _DUE), bool)
    order = due["key"].arg_sort().to_numpy().astype(np.int64)
    key = due["key"].to_numpy()[order]
    same = np.concatenate([[False], key[1:] == key[:-1], [False]])
    tied = np.flatnonzero(same[1:] | same[:-1])
    if len(tied):  # words take long to sort
        among = due.select("key", "due", "invoice_id")[order[tied]]
        order[tied] = order[tied][among.select(pl.arg_sort_by("key", "due", "invoice_id")).to_series().to_numpy()]
    due = due.select("account", "settled", "due", "status", "unknown")[order]
    own, day = found.select(account)["account_id"].to_numpy(), found["day"].to_physical().cast(pl.Int64).to_numpy()
    place = np.searchsorted(key, own * _SPAN + day, side="right")[:, None] - 1 - np.arange(_DUE)
    there = place >= np.searchsorted(due["account"].to_numpy(), own)[:, None]
    place, day = np.where(there, place, 0), day[:, None]
    never = np.iinfo(np.int64).max
    settled = due["settled"].to_physical().cast(pl.Int64).fill_null(never).to_numpy()[place]
    asked = due["due"].to_physical().cast(pl.Int64).fill_null(0).to_numpy()[place]
    late = np.maximum(0, np.minimum(settled, day) - asked).astype(np.float64)
    unpaid_unknown = due["status"].is_null().to_numpy()[place] & (settled > day)
    return late, due["unknown"].to_numpy()[place] | unpaid_unknown, there


def _open_rows(own: Sight) -> pl.DataFrame:
    columns = ("invoice_id", "kind", "status", "issued", "due", "days_late", "currency", "rest", "open", "overdue", "incomplete")
    order = ("incomplete", "overdue", "days_late", "invoice_id")
    return _owed(own).select(columns).sort(order, descending=[True, True, True, False], nulls_last=True)


def _due_rows(own: Sight) -> pl.DataFrame:
    day = own.days[0]
    due = _due(own, "amount", "tax", "currency").filter(pl.col("from") <= day).sort("from", "due", "invoice_id").reverse().head(_DUE)
    paid = pl.col("settled") <= day
    late = (pl.min_horizontal("settled", pl.lit(day)) - pl.col("due")).dt.total_days().clip(lower_bound=0)
    among_last = pl.int_range(pl.len()) < LAST_INVOICES
    return due.select(
        "invoice_id", "status", "issued", "due", pl.when(paid).then("settled").alias("paid_on"), late.alias("days_late"),
        pl.col("amount", "tax", "currency"), among_last.alias("among_last"),
    )  # fmt: skip
