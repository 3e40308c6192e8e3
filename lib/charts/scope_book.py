"""Charts of scope over time: what became of a margin, and how scope grew, as values made of frames. They compute no figure."""

from __future__ import annotations

import polars as pl

from lib.charts.chart import Chart
from lib.charts.schedule import Words, told_apart
from lib.columns import N_
from lib.formats import Language

ORDERS_SHOWN = 6
"""More change orders than these are one bar."""
BARS_SHOWN = 12
STEP_NAMES = {
    "sold": N_("Sold"), "change_order": N_("Change orders"), "absorbed": N_("Absorbed creep"), "drift": N_("Estimate drift"),
    "today": N_("Today"),
}  # fmt: skip
_BRIDGE = {
    "name": pl.String, "part": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "label": pl.String,
}  # fmt: skip


def margin_ledger(steps: pl.DataFrame, t: Language, words: Words, currency: str) -> Chart | None:
    """A margin from what was sold to what it is today; None without steps.

    steps: as `lib.scope.ledger.Ledger` has them, which add up (ValueError otherwise). Several absorbed requests are one bar, and so are
    change orders beyond `ORDERS_SHOWN`.
    """
    if steps.is_empty():
        return None
    sold, today = (steps.row(by_predicate=pl.col("step") == step, named=True) for step in ("sold", "today"))
    between = steps.filter(~pl.col("step").is_in(["sold", "today"]))
    reached = float(sold["amount"]) + float(between["amount"].sum())
    if abs(reached - float(today["amount"])) > 0.01:
        raise ValueError(f"{words.key}: the steps lead to {reached}, not to {today['amount']}")
    rows: list[tuple[str, str, float, float, float, str]] = []
    level = float(sold["amount"])
    rows.append((t(STEP_NAMES["sold"]), "before", min(0.0, level), max(0.0, level), level, t.money(level, currency)))
    for name, amount, said in _bars(between, t):
        after = level + amount
        # Not the sum first: a cell that begins with + is neutralised in files.
        label = " · ".join(part for part in (said, t.money(amount, currency, sign=True)) if part)
        rows.append((name, "more" if amount >= 0 else "less", min(level, after), max(level, after), amount, label))
        level = after
    now = float(today["amount"])
    label = t.money(now, currency)
    if today["low"] is not None and today["high"] is not None and t.money(today["low"], currency) != t.money(today["high"], currency):
        label += " · " + t("{low} to {high}", low=t.money(today["low"], currency), high=t.money(today["high"], currency))
    rows.append((t(STEP_NAMES["today"]), "now", min(0.0, now), max(0.0, now), now, label))
    frame = pl.DataFrame(rows, _BRIDGE, orient="row")
    frame = frame.with_columns(told_apart(frame["name"]))
    lost = float(sold["amount"]) - now
    ends = {"before": t.money(sold["amount"], currency), "after": t.money(now, currency)}
    if abs(lost) < 0.5:
        title = t("The margin stands where it was sold, at {after}", after=ends["after"])
    elif lost > 0:
        title = t("Of {before} of margin sold, {after} is left", **ends)
    else:
        title = t("The margin rose from {before} to {after}", **ends)
    subtitle = t("Margin at completion in {currency}; grey: sold, blue: today, with the range of EAC; teal: more, red: less",
                 currency=currency)  # fmt: skip
    headings = {
        "name": t("Step"), "part": t("Key"), "low": t("From"), "high": t("To"), "value": t("Amount"), "label": t("As shown"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(f"{name} {label}" for name, label in frame.select("name", "label").iter_rows())
    return Chart(words.key, "bridge", frame, title, words.under(subtitle), words.source, alt, words.as_of, headings, currency)


def _bars(between: pl.DataFrame, t: Language) -> list[tuple[str, float, str]]:
    """(name, amount, what stands beside it) of each bar between the ends; bars of nothing are left out, but for the drift."""
    orders = between.filter(pl.col("step") == "change_order")
    found = []
    shown, rest = orders.head(ORDERS_SHOWN if orders.height > ORDERS_SHOWN else orders.height), orders.slice(ORDERS_SHOWN)
    for order in shown.iter_rows(named=True):
        name, title = order["order_number"] or order["title"] or t(STEP_NAMES["change_order"]), order["title"] or ""
        found.append((_short(name), float(order["amount"]), _short(title) if title != name else ""))
    if orders.height > ORDERS_SHOWN:
        found.append((t("Other change orders"), float(rest["amount"].sum()), t.plural("{n} order", "{n} orders", rest.height)))
    absorbed = between.filter(pl.col("step") == "absorbed")
    if absorbed.height:
        said = t.plural("{n} request", "{n} requests", absorbed.height)
        found.append((t(STEP_NAMES["absorbed"]), float(absorbed["amount"].sum()), said))
    drift = between.filter(pl.col("step") == "drift")
    found.append((t(STEP_NAMES["drift"]), float(drift["amount"].sum()), t("the rest")))
    return found


def _short(name: str) -> str:
    return name if len(name) <= 30 else name[:29].rstrip() + "…"


def scope_growth(sums: pl.DataFrame, by: str, t: Language, words: Words) -> Chart | None:
    """Hours of scope that came to each project, account or month, a bar each; None without any.

    sums: as `lib.scope.growth_sums` gives them. Of projects and accounts the most, of months the last; those mostly absorbed in the accent.
    """
    shown = (sums.tail(BARS_SHOWN) if by == "month" else sums.head(BARS_SHOWN)).filter(pl.col("requests") > 0)
    if shown.is_empty():
        return None
    names = [t.month(row["month"]) if by == "month" else row["name"] or row["key"] for row in shown.iter_rows(named=True)]
    labels = [growth_text(row, t) for row in shown.iter_rows(named=True)]
    rows = pl.DataFrame({
        "name": names, "value": shown["hours"].clip(lower_bound=0.0), "label": labels, "strong": shown["absorbed"] > shown["approved"],
    }, {"name": pl.String, "value": pl.Float64, "label": pl.String, "strong": pl.Boolean})  # fmt: skip
    rows = rows.with_columns(told_apart(rows["name"]))
    absorbed, whole = float(sums["absorbed"].sum()), float(sums["hours"].sum())
    if absorbed > 0:
        title = t("{absorbed} of {hours} of new scope are absorbed", absorbed=t.hours(absorbed), hours=t.hours(whole))
    else:
        title = t("{hours} of scope came in, none of it absorbed", hours=t.hours(whole))
    subtitle = t("Hours of requests; blue: more absorbed than approved; share of the original budget of hours")
    headings = {"name": t("Name"), "value": t("Hours"), "label": t("As shown"), "strong": t("Mostly absorbed")}
    alt = f"{title}. " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
    return Chart(words.key, "bars", rows, title, words.under(subtitle), words.source, alt, words.as_of, headings, unit="hours")


def growth_text(row: dict[str, object], t: Language) -> str:
    """149 h, 14%: 43 approved, 106 absorbed."""
    hours = t.hours(row["hours"])  # type: ignore[arg-type]
    share = "" if row["share"] is None else f", {t.share(row['share'])}"  # type: ignore[arg-type]
    words = {"approved": N_("{n} approved"), "asked": N_("{n} asked"), "absorbed": N_("{n} absorbed")}
    parts = [t(word, n=t.number(row[state])) for state, word in words.items() if row[state]]  # type: ignore[arg-type]
    return f"{hours}{share}: {', '.join(parts)}" if parts else f"{hours}{share}"
