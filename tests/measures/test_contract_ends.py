"""Ends of many contracts at once are those that the rule gives for each."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from lib.measures.contract_ends import with_ends
from lib.measures.terms import last_day
from tests.measures.rows import book_of

DAYS = st.dates(date(2015, 1, 1), date(2032, 12, 31))
CONTRACTS = st.lists(
    st.tuples(
        DAYS,
        st.none() | st.integers(0, 1500),  # days the first term lasts
        st.none() | st.integers(0, 400),  # notice days
        st.none() | DAYS,  # notice given on
        st.none() | st.booleans(),  # renews by itself
        st.none() | st.integers(1, 60),  # renewal months
    ),
    min_size=1,
    max_size=30,
)


@given(CONTRACTS)
@settings(max_examples=60, deadline=None)
@example([(date(2015, 1, 31), 27, 0, date(2032, 12, 31), True, 1)])  # 215 terms of a month, from the end of one
@example([(date(2015, 1, 1), 0, 400, date(2032, 12, 31), True, None)])  # a term of a day renews by the month
def test_every_contract_ends_as_it_would_alone(rows: list[tuple]) -> None:
    contracts = [
        {
            "contract_id": str(number), "account_id": "a", "start": start,
            "end": None if length is None else start + timedelta(days=length), "notice_days": notice,
            "notice_given_on": given_on, "auto_renew": renews, "renewal_months": months,
        }
        for number, (start, length, notice, given_on, renews, months) in enumerate(rows)
    ]  # fmt: skip
    frame = book_of(contracts=contracts)["contracts"].collect()
    found = with_ends(frame)
    alone = frame.rows(named=True)
    assert found["end_before_notice"].to_list() == [last_day(contract | {"notice_given_on": None}, date.max) for contract in alone]
    assert found["end_by_notice"].to_list() == [last_day(contract, date.max) for contract in alone]
