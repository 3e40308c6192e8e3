"""When contracts must be given notice by, and which of them have a renewal open. Pure dates of contracts."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from lib.measures.terms import last_day, term_ends
from lib.portfolio import Portfolio

SCHEMA = {
    "contract_id": pl.String, "account_id": pl.String, "kind": pl.String, "end": pl.Date, "notice_date": pl.Date,
    "without_notice_days": pl.Boolean, "renewed": pl.Boolean, "notice_given_on": pl.Date, "renewal_open": pl.Boolean,
}  # fmt: skip


def notice_dates(portfolio: Portfolio, as_of: date) -> pl.DataFrame:
    """One row a contract that ends, signed or begun by `as_of` and not over before it, soonest notice first; lost accounts have none.

    notice_date = end − notice_days of the term then in force; the end itself where there are no notice days (`without_notice_days`). A
    contract that renews by itself and whose notice date passed without notice has renewed: its next term's dates count (`renewed`; the
    term is renewal_months long, else as long as the first). A fixed price without notice days does not renew: it is delivered, and not
    here. renewal_open: an open renewal opportunity names the contract, or the account where it names none.
    """
    can_renew = (pl.col("kind") != "fixed_price") | pl.col("notice_days").is_not_null() | pl.col("auto_renew").fill_null(False)
    lost = (pl.col("lost_on") <= as_of).fill_null(pl.col("status").eq_missing("lost"))
    clients = portfolio["accounts"].filter(~pl.col("internal").fill_null(False), ~lost)
    contracts = (
        portfolio["contracts"]
        .filter(pl.col("end").is_not_null(), pl.min_horizontal("start", "signed_on") <= as_of, can_renew)
        .join(clients.select("account_id"), on="account_id", how="semi")
        .collect()
    )
    renewals = (
        portfolio["opportunities"]
        .filter(pl.col("kind") == "renewal", pl.col("created_on").fill_null(as_of) <= as_of)
        .filter((pl.col("closed_on") > as_of).fill_null(pl.col("status") == "open"))
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
    known_end = last_day(contract, as_of)
    if known_end is not None:
        return (known_end, known_end > contract["end"]) if known_end >= as_of else None
    notice = timedelta(days=contract["notice_days"] or 0)
    end = next(end for end in term_ends(contract) if end - notice >= as_of)
    return end, end > contract["end"]
