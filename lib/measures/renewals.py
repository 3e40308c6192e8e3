"""When contracts must be given notice by, and which of them have a renewal open. Pure dates of contracts."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.periods import add_months
from lib.portfolio import Portfolio

SCHEMA = {
    "contract_id": pl.String, "account_id": pl.String, "kind": pl.String, "end": pl.Date, "notice_date": pl.Date,
    "without_notice_days": pl.Boolean, "renewed": pl.Boolean, "notice_given_on": pl.Date, "renewal_open": pl.Boolean,
}  # fmt: skip


def notice_dates(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """One row a contract that ends, is signed up to now and has not ended before `as_of`, soonest notice first.

    notice_date = end − notice_days of the term then in force; the end itself where there are no notice days (`without_notice_days`). A
    contract that renews by itself and whose notice date passed without notice has renewed: its next term's dates count (`renewed`; the
    term is renewal_months long, else as long as the first). renewal_open: an open renewal opportunity names the contract, or the account
    where it names none.
    """
    contracts = (
        portfolio["contracts"]
        .filter(pl.col("end").is_not_null(), pl.col("start") <= as_of + timedelta(days=1))
        .join(portfolio["accounts"].filter(~pl.col("internal").fill_null(False)).select("account_id"), on="account_id", how="semi")
        .collect()
    )
    renewals = (
        portfolio["opportunities"]
        .filter(pl.col("kind") == "renewal", pl.col("status") == "open", pl.col("created_on").fill_null(as_of) <= as_of)
        .select("account_id", "contract_id")
        .collect()
    )
    of_contract = set(renewals["contract_id"].drop_nulls())
    of_account = set(renewals.filter(pl.col("contract_id").is_null())["account_id"])
    rows = []
    for contract in contracts.iter_rows(named=True):
        term = _term_in_force(contract, as_of)
        if term is None:
            continue
        end, renewed = term
        given = contract["notice_given_on"]
        rows.append({
            "contract_id": contract["contract_id"], "account_id": contract["account_id"], "kind": contract["kind"], "end": end,
            "notice_date": end - timedelta(days=contract["notice_days"] or 0), "without_notice_days": contract["notice_days"] is None,
            "renewed": renewed, "notice_given_on": given if given and given <= as_of else None,
            "renewal_open": contract["contract_id"] in of_contract or contract["account_id"] in of_account,
        })  # fmt: skip
    return pl.DataFrame(rows, schema=SCHEMA).sort("notice_date", "contract_id")


def _term_in_force(contract: dict, as_of: date) -> tuple[date, bool] | None:
    """The end of the term whose notice date still counts, and whether it is a renewed one; None where the contract is over."""
    first_end: date = contract["end"]
    notice = timedelta(days=contract["notice_days"] or 0)
    given = contract["notice_given_on"] is not None and contract["notice_given_on"] <= as_of
    if not contract["auto_renew"] or given:
        return (first_end, False) if first_end >= as_of else None
    start, after = contract["start"], first_end + timedelta(days=1)
    months = contract["renewal_months"] or max(1, round((after - start).days / (365.25 / 12)))
    terms = 0
    end = first_end
    while end - notice < as_of:
        terms += 1
        end = add_months(after, months * terms) - timedelta(days=1)
    return end, terms > 0
