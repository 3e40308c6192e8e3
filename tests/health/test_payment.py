"""What clients owe for long, and whether they pay later than they used to."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.health.payment import evidence, readings
from lib.measures.receivables import open_invoices, overdue_share
from lib.portfolio import Portfolio
from tests.health.read import Reading, as_of, assert_days_agree, assert_no_better, assert_sees_no_later_day, read, sight_of, without
from tests.health.worked_example import TODAY
from tests.health.worked_portfolio import worked_portfolio
from tests.measures.rows import book_of

DAY = date(2026, 6, 30)


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def owed(late: int, amount: float, **more: Any) -> dict[str, Any]:
    """Unpaid, `late` days past due on DAY."""
    return {"account_id": "a", "amount": amount, "tax": 0.0, "issued": ago(late + 30), "due": ago(late)} | more


def paid(due: int, late: int, amount: float = 100.0, **more: Any) -> dict[str, Any]:
    """Due so many days before DAY and paid `late` days after."""
    return owed(due, amount) | {"paid_on": ago(due - late)} | more


def reading(metric: str, *invoices: dict[str, Any], day: date = DAY, **tables: Any) -> Reading:
    book = book_of(accounts=[{"account_id": "a"}], invoices=list(invoices), **tables)
    return read(readings, book, day, metric)


def overdue(*invoices: dict[str, Any], **more: Any) -> Reading:
    return reading("receivables_overdue", *invoices, **more)


@pytest.mark.parametrize(("metric", "value"), [("receivables_overdue", 8_000 / 64_000), ("payment_delay", 2)])
def test_the_worked_example(metric: str, value: float):
    assert read(readings, worked_portfolio(), TODAY, metric, "A") == Reading("known", value, None)


# Receivables overdue


@pytest.mark.parametrize(("late", "share"), [(30, 0), (31, 0.25)])
def test_overdue_is_from_the_thirty_first_day(late: int, share: float):
    assert overdue(owed(late, 25.0), owed(-5, 75.0)).value == share


def test_tax_counts_and_so_do_disputed_invoices_but_no_void_ones():
    rows = [owed(40, 100.0, tax=20.0, status="disputed"), owed(5, 280.0), owed(90, 1000.0, status="void")]
    assert overdue(*rows).value == pytest.approx(120 / 400)


def test_credit_notes_reduce_all_that_is_owed():
    assert overdue(owed(40, 100.0), owed(5, 200.0), owed(50, 50.0, kind="credit_note")).value == pytest.approx(100 / 250)
    assert overdue(owed(40, 100.0), owed(50, 100.0, kind="credit_note")) == Reading("missing", None, "nothing_owed")


def test_all_paid_is_no_share_at_all_and_no_invoice_in_twelve_months_is_missing():
    assert overdue(paid(300, 5)) == Reading("known", 0.0, None)
    assert overdue() == overdue(paid(340, 5)) == Reading("missing", None, "no_invoices")  # issued 370 days ago
    assert overdue(owed(340, 100.0)).value == 1  # still open, however old


@pytest.mark.parametrize(("issued", "state"), [(date(2025, 7, 1), "known"), (date(2025, 6, 30), "missing")])
def test_twelve_months_are_those_that_close_with_the_day(issued: date, state: str):
    row = {"account_id": "a", "amount": 1.0, "issued": issued, "paid_on": issued}
    assert overdue(row).state == state


def test_what_is_paid_later_is_owed_on_the_day():
    assert overdue(paid(40, 41), owed(0, 100.0)).value == 0.5
    assert overdue(paid(40, 40), owed(0, 100.0)).value == 0


def test_stocks_convert_at_the_rate_of_each_day():
    rates = [{"currency": "USD", "date": ago(days), "rate": rate} for days, rate in ((10, 0.5), (0, 1.5))]
    rows = [owed(60, 100.0, currency="USD"), owed(-20, 50.0)]
    assert overdue(*rows, fx_rates=rates).value == pytest.approx(150 / 200)
    assert overdue(*rows, fx_rates=rates, day=ago(1)).value == pytest.approx(50 / 100)
    assert overdue(*rows) == Reading("missing", None, "incomplete")


@pytest.mark.parametrize("column", ["amount", "due", "kind", "status", "issued", "currency", "tax"])
def test_an_open_invoice_that_cannot_be_weighed_makes_the_share_missing(column: str):
    whole = book_of(invoices=[owed(5, 280.0), owed(40, 100.0)])
    assert read(readings, without(whole, "invoices", column, [1]), DAY, "receivables_overdue") == Reading("missing", None, "incomplete")


def test_what_is_settled_needs_no_status():
    assert overdue(paid(20, 3, status=None), owed(2, 5.0)).value == 0


def test_amounts_without_any_tax_are_compared_net():
    assert overdue(owed(40, 25.0, tax=None), owed(5, 75.0, tax=None)).value == 0.25


# Days late against habit


def delay(*lates: int, **more: Any) -> Reading:
    """Of invoices due ten days apart and paid so many days late, the newest first, the last due 40 days ago."""
    return reading("payment_delay", *(paid(40 + 10 * place, late) for place, late in enumerate(lates)), **more)


def test_the_last_six_are_compared_with_up_to_twelve_before():
    assert delay(9, 9, 9, 9, 9, 9, 1, 2, 3) == Reading("known", 7.0, None)  # 9 − 2
    assert delay(*[6] * 6, *[0] * 12, 1000).value == 6  # the nineteenth is out of sight


def test_fewer_than_three_before_are_no_habit():
    assert delay(9, 9, 9, 9, 9, 9, 1, 2) == Reading("missing", None, "few_invoices")


def test_paying_early_is_not_late():
    assert delay(0, 0, 0, 0, 0, 0, -20, -20, -20).value == 0


def test_an_unpaid_invoice_is_as_late_as_it_is_so_far_and_one_paid_later_was_unpaid():
    before = [paid(200 + days, 0) for days in range(8)]
    assert reading("payment_delay", owed(12, 1.0), *before).value == 2  # (12 + 0·5)/6
    assert reading("payment_delay", paid(12, 50), *before).value == 2
    assert reading("payment_delay", paid(12, 50), *before, day=ago(-60)).value == pytest.approx(50 / 6)


def test_an_invoice_paid_in_part_is_unpaid():
    before = [paid(200 + days, 0) for days in range(8)]
    assert reading("payment_delay", paid(12, 3, paid_amount=99.0), *before).value == 2
    assert reading("payment_delay", paid(12, 3, paid_amount=100.0), *before).value == 0.5


def test_only_what_is_due_by_the_day_counts():
    lates = [paid(200 + days, 0) for days in range(9)]
    assert reading("payment_delay", owed(-1, 1.0), *lates).value == 0
    assert reading("payment_delay", owed(60, 1.0, status="void"), owed(60, 1.0, kind="credit_note"), *lates).value == 0


def test_an_invoice_due_before_it_is_issued_is_not_seen_before():
    rows = [paid(200 + days, 0) for days in range(9)]
    assert reading("payment_delay", owed(60, 1.0, issued=ago(-1)), *rows).value == 0
    assert reading("payment_delay", owed(60, 1.0, issued=ago(0)), *rows).value == 10  # 60/6


@pytest.mark.parametrize(
    "broken",
    [{"due": None}, {"issued": None}, {"kind": None}, {"status": None, "paid_on": None}, {"paid_on": None, "paid_amount": 100.0}],
)
def test_a_payment_of_which_too_little_is_known_makes_the_habit_missing(broken: dict[str, Any]):
    rows = [paid(200 + days, 0) for days in range(8)]
    assert reading("payment_delay", paid(40, 5) | broken, *rows) == Reading("missing", None, "unknown_payment")
    assert reading("payment_delay", paid(40, 5, status=None), *rows).state == "known"


# Evidence


def test_evidence_of_what_is_owed_gives_the_share():
    book = worked_portfolio()
    rows = evidence(sight_of(book, DAY), "A", TODAY, "receivables_overdue")
    assert rows.select("invoice_id", "days_late", "open", "overdue").rows() == [("i10", 63, 8_000, True), ("i11", -10, 56_000, False)]


def test_evidence_of_habit_gives_both_means():
    rows = evidence(sight_of(worked_portfolio(), DAY), "A", TODAY, "payment_delay")
    assert rows.filter("among_last")["days_late"].to_list() == [63, 0, 0, 0, 0, 0]
    assert rows.filter(~pl.col("among_last"))["days_late"].to_list() == [9, 8, 9, 8]
    assert rows["invoice_id"].to_list() == ["i10", "i09", "i08", "i07", "i06", "i05", "i04", "i03", "i02", "i01"]
    assert rows["paid_on"].null_count() == 1


# Whatever the rows


@st.composite
def invoices(draw: st.DrawFn) -> dict[str, Any]:
    due = draw(st.integers(-40, 400))
    late = draw(st.one_of(st.none(), st.integers(-10, 60)))
    row = owed(due, float(draw(st.integers(1, 50))), tax=float(draw(st.integers(0, 5)))) if late is None else paid(due, late)
    kind, status = draw(st.sampled_from(["invoice"] * 4 + ["credit_note"])), draw(st.sampled_from(["sent"] * 4 + ["void"]))
    return row | {"kind": kind, "status": status}


books = st.lists(invoices(), max_size=14).map(lambda rows: book_of(accounts=[{"account_id": "a"}], invoices=rows))
# Not among them: `paid_on`, for an invoice without it is an unpaid one; `tax` of all at once, for then all are net.
LOSABLE = ["kind", "status", "issued", "due", "amount", "currency"]


@settings(max_examples=50)
@given(books, st.sampled_from(LOSABLE), st.one_of(st.none(), st.lists(st.integers(0, 13), max_size=2)))
def test_losing_cells_never_makes_a_client_look_better(book: Portfolio, column: str, rows: list[int] | None):
    book = as_of(book, DAY)
    assert_no_better(readings, book, without(book, "invoices", column, rows), DAY, (column, rows))


@settings(max_examples=12)
@given(books)
def test_days_together_read_as_each_alone(book: Portfolio):
    assert_days_agree(readings, book, [ago(200), ago(70), ago(0), ago(-4)])


@settings(max_examples=25)
@given(books)
def test_a_day_sees_nothing_of_the_next(book: Portfolio):
    assert_sees_no_later_day(readings, book, DAY)


@settings(max_examples=25)
@given(books)
def test_the_share_is_the_one_that_the_portfolio_shows(book: Portfolio):
    found = read(readings, book, DAY, "receivables_overdue")
    shown = overdue_share(open_invoices(book, DAY, "EUR"))
    assert shown is None or found.value == pytest.approx(shown)
    assert shown is not None or found.value in (None, 0)


def by_hand(rows: list[dict[str, Any]], day: date) -> float | None:
    """Mean of the last six less that of up to twelve before, row by row."""
    due = sorted(
        (row for row in rows if row["kind"] == "invoice" and row["status"] != "void" and row["due"] <= day),
        key=lambda row: (max(row["due"], row["issued"]), row["due"], row["invoice_id"]), reverse=True,
    )  # fmt: skip
    late = [max(0, (min(row["paid_on"] or day, day) - row["due"]).days) for row in due]
    last, before = late[:6], late[6:18]
    return sum(last) / 6 - sum(before) / len(before) if len(before) >= 3 else None


@settings(max_examples=40)
@given(st.lists(invoices(), min_size=7, max_size=24))
def test_days_late_are_those_counted_by_hand(rows: list[dict[str, Any]]):
    named = [row | {"invoice_id": f"i{place:02}"} for place, row in enumerate(rows)]
    expected = by_hand([{"paid_on": None} | row for row in named], DAY)
    found = reading("payment_delay", *named).value
    assert found == (expected if expected is None else pytest.approx(expected))
