"""A change order as a frozen value that holds only what a client may read, and its words in their places. It computes and draws nothing.

Fields: definitions § Schedule and scope change, "The change order". No cost, margin, rate, chance, person of ours or other client has a
place in it; hours stand only where the client pays by the hour. Dates with a margin are the P80 of `lib.scope.answer`, in a client's words.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Literal

from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.text import clean_text

State = Literal["open", "approved", "rejected", "withdrawn"]
Work = Literal["added", "modified", "removed"]
Way = Literal["extend", "add_people", "swap", "defer", "absorb"]
STATES: dict[str, str] = {"open": N_("not decided"), "approved": N_("approved"), "rejected": N_("rejected"), "withdrawn": N_("withdrawn")}
WORK: dict[str, str] = {"added": N_("Added"), "modified": N_("Modified"), "removed": N_("Removed")}
WAYS: dict[str, str] = {
    "extend": N_("More time"), "add_people": N_("More people"), "swap": N_("Exchange for equal work"), "defer": N_("A later phase"),
    "absorb": N_("Free of charge"),
}  # fmt: skip
MOST_LETTERS, MOST_FOOT, MOST_SIGNED = 4000, 40, 60


@dataclass(frozen=True)
class Earlier:
    """A change order before this one; `price` net of tax, None where it had none."""

    number: str
    title: str
    state: State
    decided_on: date | None = None
    price: float | None = None


@dataclass(frozen=True)
class Item:
    """One piece of work that the order adds, modifies or removes; `hours` only where the client pays by the hour."""

    work: Work
    name: str
    acceptance: str = ""
    hours: float | None = None


@dataclass(frozen=True)
class Moved:
    """A milestone or deliverable whose planned date moves; None: it is not planned on that side."""

    name: str
    before_on: date | None
    after_on: date | None


@dataclass(frozen=True)
class Later:
    """The same order signed `weeks` later: its day, its finish with a margin and its price then; None: not known."""

    weeks: int
    signed_on: date
    finish_on: date | None
    price: float | None


@dataclass(frozen=True)
class RefusedOption:
    """An option that the client was shown and did not take: its finish with a margin and its price."""

    way: Way
    finish_on: date | None
    price: float | None
    refused_on: date | None = None


@dataclass(frozen=True)
class ChangeOrder:
    """One order; amounts in `currency`, net of tax, to the cent.

    `price_work` + `price_other` (third parties, billed on) = `price`, negative for a credit; `contract_before` + `price` =
    `contract_after`, None where no fee is stated. `planned_*`: without chance; `margin_*`: planned with a margin
    (P80); `committed_*`: promised to the client. Texts were typed by a person, or stand in the request.
    """

    number: str
    title: str
    dated_on: date
    as_of: date
    firm: str
    client: str
    project: str
    currency: str
    contract: str = ""
    contract_on: date | None = None
    raised_by: str = ""
    raised_on: date | None = None
    earlier: tuple[Earlier, ...] = ()
    items: tuple[Item, ...] = ()
    description: str = ""
    acceptance: str = ""
    reason: str = ""
    in_scope: bool | None = None
    scope_reason: str = ""
    way: Way = "extend"
    moved: tuple[Moved, ...] = ()
    planned_before_on: date | None = None
    planned_after_on: date | None = None
    margin_before_on: date | None = None
    margin_after_on: date | None = None
    committed_before_on: date | None = None
    committed_after_on: date | None = None
    price_work: float | None = None
    price_other: float | None = None
    price: float | None = None
    contract_before: float | None = None
    contract_after: float | None = None
    hours: float | None = None
    assumptions: tuple[str, ...] = ()
    later: tuple[Later, ...] = ()
    valid_until: date | None = None
    refused: tuple[RefusedOption, ...] = ()
    client_signer: str = ""
    firm_signer: str = ""

    @property
    def digest(self) -> str:
        """The same for the same order: names a file before its bytes exist."""
        return hashlib.sha256(json.dumps(asdict(self), default=str, sort_keys=True).encode()).hexdigest()[:16]

    @property
    def names(self) -> tuple[str, ...]:
        """Who the order is between and about: names that may stand in it whoever else is called so."""
        return tuple(filter(None, (self.firm, self.client, self.project, self.raised_by, self.client_signer, self.firm_signer)))


def words_of(order: ChangeOrder, t: Language) -> dict[str, Any]:
    """Every word of the order in its place, as JSON: what PDF and Word templates lay out. Texts are clean."""
    title = t("Change order {number}", number=line(order.number))
    by_hour = any(item.hours is not None for item in order.items)
    return {
        "lang": t.code,
        "date": [order.as_of.year, order.as_of.month, order.as_of.day],
        "label": {name: t(label) for name, label in LABELS.items()},
        "title": title,
        "subtitle": line(order.title),
        "number": line(order.number),
        "firm": line(order.firm),
        "dated": t.day(order.dated_on),
        "as_of": t.day(order.as_of),
        "footer": footer(title, order.client, order.as_of, t),
        "client": line(order.client) or ABSENT,
        "project": line(order.project) or ABSENT,
        "contract": _and_day(order.contract, order.contract_on, t),
        "asked_by": _and_day(order.raised_by, order.raised_on, t),
        "valid_until": t.day(order.valid_until),
        "scope": _scope(order, t),
        "earlier": [_earlier(one, order, t) for one in order.earlier],
        "no_earlier": "" if order.earlier else t("None"),
        "way": t(WAYS[order.way]),
        "by_hour": by_hour,
        "items": [
            {"work": t(WORK[item.work]), "name": line(item.name), "acceptance": line(item.acceptance),
             "hours": t.number(item.hours, _tenths(item.hours))}
            for item in order.items
        ],
        "hours": t.hours(order.hours, _tenths(order.hours)) if by_hour else "",
        "description": text(order.description),
        "acceptance": text(order.acceptance),
        "reason": text(order.reason),
        "dates": [
            {"what": t(what), "before": t.day(before), "after": t.day(after)}
            for what, before, after in (
                (N_("Finish planned"), order.planned_before_on, order.planned_after_on),
                (N_("Finish with a margin"), order.margin_before_on, order.margin_after_on),
                (N_("Committed date"), order.committed_before_on, order.committed_after_on),
            )
            if before or after
        ],
        "moved": [{"what": line(one.name), "before": t.day(one.before_on), "after": t.day(one.after_on)} for one in order.moved],
        "prices": _prices(order, t),
        "late": [_late(one, order, t) for one in order.later],
        "assumptions": [text(one) for one in order.assumptions if text(one)],
        "refused": [_refused(one, order, t) for one in order.refused],
        "unchanged": t("All other terms of the contract are unchanged."),
        "client_signature": _signature(order.client, order.client_signer, t),
        "firm_signature": _signature(order.firm, order.firm_signer, t),
    }  # fmt: skip


LABELS: dict[str, str] = {
    "client": N_("Client"), "project": N_("Project"), "contract": N_("Contract"), "earlier": N_("Earlier orders"),
    "asked_by": N_("Asked by"), "valid_until": N_("Valid until"), "scope": N_("Agreed scope"), "way": N_("How it is done"),
    "changes": N_("What changes"), "change": N_("Change"), "item": N_("Item and acceptance"), "acceptance": N_("Acceptance"),
    "hours": N_("Hours"), "total": N_("Total"),
    "reason": N_("Reason"), "effect": N_("Effect on dates and price"), "before": N_("Before"), "after": N_("After"),
    "deliverables": N_("Deliverables"), "late": N_("If it is signed later"), "assumptions": N_("Assumptions"),
    "refused": N_("Options refused"), "sign": N_("Name, date, signature"), "date": N_("Date"), "net": N_("Net of tax"),
    "margin": N_("A date planned with a margin leaves room for work that takes longer than expected."),
}  # fmt: skip
"""Labels that a template may use as label.<name>."""


_DAY = date(2026, 1, 1)
_EVERYTHING = ChangeOrder(
    "a", "a", _DAY, _DAY, "a", "a", "a", "EUR", earlier=(Earlier("a", "a", "open"),), items=(Item("added", "a", "a", 1.0),),
    moved=(Moved("a", _DAY, _DAY),), planned_before_on=_DAY, price=1.0, later=(Later(1, _DAY, _DAY, 1.0),), assumptions=("a",),
    refused=(RefusedOption("swap", _DAY, 1.0),),
)  # fmt: skip
"""An order with a row in every part: its words name every field of a template."""
SPARE = frozenset({"lang", "date", "number", "as_of", "by_hour"})
"""Fields that a template need not use."""


def everything(t: Language) -> dict[str, Any]:
    """Words with a row in every list: they name the fields that a template may use."""
    return words_of(_EVERYTHING, t)


def line(words: str) -> str:
    """`words` clean, on one line, at most MOST_LETTERS long."""
    return clean_text(words, lines=False)[:MOST_LETTERS]


def footer(title: str, client: str, as_of: date, t: Language) -> str:
    """What stands at the foot of every page; long names are cut so that it stays one line."""
    named = {"title": short(title, MOST_FOOT), "client": short(client, MOST_FOOT)}
    return t("{title}, {client}. Figures as of {day}.", **named, day=t.day(as_of))


def short(words: str, most: int, absent: str = ABSENT) -> str:
    """`words` on one line, cut with an ellipsis; `absent` for nothing."""
    clean = line(words)
    return clean if 0 < len(clean) <= most else clean[: most - 1].rstrip() + "…" if clean else absent


def text(words: str) -> str:
    """`words` clean, with its line ends, at most MOST_LETTERS long."""
    return clean_text(words).replace("\t", " ")[:MOST_LETTERS]


def money(value: float | None, currency: str, t: Language, cents: bool) -> str:
    """An amount of a contract: to the cent where one of its table has cents, never in thousands."""
    if value is None or cents:
        return t.amount(value, currency)
    symbol, digits = t.symbol(currency), t.number(abs(value))
    sign = "−" if round(value) < 0 else ""
    return f"{sign}{symbol}{digits}" if t.code == "en" else f"{sign}{digits}\u00a0{symbol}"


def has_cents(amounts: Iterable[float | None]) -> bool:
    return any(amount is not None and round(amount, 2) != round(amount) for amount in amounts)


def _signature(party: str, signer: str, t: Language) -> dict[str, str]:
    return {"of": t("For {name}", name=short(party, MOST_SIGNED)), "name": short(signer, MOST_SIGNED, "")}


def _tenths(hours: float | None) -> int:
    return 0 if hours is None or hours == round(hours) else 1


def _cents(order: ChangeOrder) -> bool:
    return has_cents((order.price_work, order.price_other, order.contract_before, *(one.price for one in order.later),
                      *(one.price for one in order.refused)))  # fmt: skip


def _and_day(name: str, day: date | None, t: Language) -> str:
    return ", ".join(filter(None, [line(name), t.day(day) if day else ""])) or ABSENT


def _scope(order: ChangeOrder, t: Language) -> str:
    if order.in_scope is None:
        return line(order.scope_reason) or ABSENT
    stands = t("Inside") if order.in_scope else t("Outside")
    return f"{stands}: {line(order.scope_reason)}" if line(order.scope_reason) else stands


def _earlier(one: Earlier, order: ChangeOrder, t: Language) -> str:
    price = money(one.price, order.currency, t, has_cents([one.price])) if one.price is not None else ""
    stands = " ".join(filter(None, [t(STATES[one.state]), t.day(one.decided_on) if one.decided_on else ""]))
    return ", ".join(filter(None, [f"{line(one.number)} {stands}", price]))


def _prices(order: ChangeOrder, t: Language) -> list[dict[str, Any]]:
    cents = _cents(order)
    rows = (
        (N_("Contract to date"), order.contract_before, False),
        (N_("Our work"), order.price_work, False),
        (N_("Third parties, billed on"), order.price_other, False),
        (N_("This change order"), order.price, True),
        (N_("New total, net of tax"), order.contract_after, True),
    )
    other = order.price_other
    shown = [row for row in rows if row[1] is not None and (other or row[0] not in ("Our work", "Third parties, billed on"))]
    return [{"what": t(what), "amount": money(amount, order.currency, t, cents), "strong": strong} for what, amount, strong in shown]


def _late(one: Later, order: ChangeOrder, t: Language) -> str:
    when = t.plural("Signed in {n} week ({day})", "Signed in {n} weeks ({day})", one.weeks, day=t.day(one.signed_on))
    finish = t("finish planned with a margin {day}", day=t.day(one.finish_on)) if one.finish_on else ""
    price = t("price {amount}", amount=money(one.price, order.currency, t, _cents(order))) if one.price is not None else ""
    return f"{when}: {', '.join(filter(None, [finish, price])) or ABSENT}"


def _refused(one: RefusedOption, order: ChangeOrder, t: Language) -> str:
    price = money(one.price, order.currency, t, _cents(order)) if one.price is not None else ""
    on = t("refused {day}", day=t.day(one.refused_on)) if one.refused_on else ""
    finish = t("finish planned with a margin {day}", day=t.day(one.finish_on)) if one.finish_on else ""
    said = ", ".join(filter(None, [finish, price, on]))
    return f"{t(WAYS[one.way])}: {said}" if said else t(WAYS[one.way])
