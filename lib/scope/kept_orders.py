"""What is kept of an approval so that its change order can be made again: the ask, on which data, and what was agreed. It answers nothing.

An answer is the same whenever it is worked out on the same version of the data, as of the same day, for the same ask: so the ask is kept
and no figure of the answer, and the document says what it said then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, get_args

from lib.scope.answer import Answer, OptionKey
from lib.scope.ask import Ask, ask_of
from lib.scope.orders import Approval, approval_of
from lib.scope.ways import USUAL, Taken


@dataclass(frozen=True)
class KeptOrder:
    """One approval. `ask`: as it was answered, before an option changed it; money in `base`; the rest as in `lib.scope.orders.Approval`."""

    ask: Ask
    option: OptionKey
    as_of: date
    version: int
    base: str
    decided_on: date
    price: float | None
    paid_by: str
    client_share: float | None = None
    promise_on: date | None = None
    taken: Taken = USUAL

    def approval(self, answer: Answer) -> Approval:
        """What was agreed, of the answer to `ask` worked out again. ValueError for an option that it refuses."""
        return approval_of(
            answer, self.option, self.decided_on, price=self.price, paid_by=self.paid_by, client_share=self.client_share,
            promise_on=self.promise_on,
        )  # fmt: skip


def kept_order(answer: Answer, approval: Approval, taken: Taken = USUAL) -> dict[str, Any]:
    """An approval of an option of `answer` as plain values, the inverse of `kept_order_of`."""
    return {
        "ask": answer.ask.as_json(), "option": approval.option, "as_of": answer.as_of.isoformat(), "version": answer.version,
        "base": answer.base, "decided_on": approval.decided_on.isoformat(), "price": approval.price, "paid_by": approval.paid_by,
        "client_share": approval.client_share, "taken": asdict(taken),
        "promise_on": None if approval.promise_on is None else approval.promise_on.isoformat(),
    }  # fmt: skip


def kept_order_of(words: Any) -> KeptOrder | None:
    """The approval that `kept_order` wrote; None for anything else."""
    if not isinstance(words, Mapping) or words.get("option") not in get_args(OptionKey):
        return None
    try:
        promised = words["promise_on"]
        return KeptOrder(
            ask_of(words["ask"]), words["option"], date.fromisoformat(words["as_of"]), int(words["version"]), str(words["base"]),
            date.fromisoformat(words["decided_on"]), words["price"], words["paid_by"], words["client_share"],
            None if promised is None else date.fromisoformat(promised), Taken(**words["taken"]),
        )  # fmt: skip
    except (KeyError, TypeError, ValueError):
        return None
