"""Charts of the whole book's health as values, made of plain frames. They compute no score: each states the bands it is given."""

from __future__ import annotations

import math

import polars as pl

from lib.charts.chart import Chart
from lib.charts.health import BANDS, STATUSES, band_of, told
from lib.charts.schedule import Words, told_apart
from lib.charts.theme import WORD
from lib.formats import ABSENT, Language

ACCOUNTS_SHOWN, MOVES_SHOWN = 60, 20
NOT_APPLICABLE = "·"


def heat(cells: pl.DataFrame, t: Language, words: Words, bands: tuple[float, float] = BANDS, most: int = ACCOUNTS_SHOWN) -> Chart | None:
    """Accounts and their components, each cell a score; None without accounts. The first `most` accounts, in the order given.

    cells: account_id (or any key of an account), name, component (as people read it), score (0-100 or null), state (known, missing,
    not_applicable).
    """
    if cells.is_empty():
        return None
    keys = cells["account_id"].unique(maintain_order=True)
    shown = cells.filter(pl.col("account_id").is_in(keys.head(most).to_list()))
    accounts = shown.unique("account_id", keep="first", maintain_order=True)
    names = dict(zip(accounts["account_id"], told_apart(accounts["name"]), strict=True))
    known = (pl.col("state") == "known") & pl.col("score").is_not_nan().fill_null(False)
    shown = shown.with_columns(pl.when(known).then(pl.col("score").cast(pl.Float64)).alias("value"))
    labels, reasons = [], []
    for value, state in shown.select("value", "state").iter_rows():
        none = (NOT_APPLICABLE, t("Not applicable")) if state == "not_applicable" else (ABSENT, t("No data"))
        label, reason = none if value is None else (t.number(_inside(value, bands)), "")
        labels.append(label)
        reasons.append(reason)
    rows = shown.select(
        pl.col("account_id").replace_strict(names, return_dtype=pl.String).alias("name"), "component", "value",
        pl.Series("label", labels, pl.String), pl.Series("status", [band_of(value, bands) for value in shown["value"]], pl.String),
        pl.Series("reason", reasons, pl.String),
    )  # fmt: skip
    low = rows.filter(pl.col("status") == "risk")
    worst = low.group_by("component", maintain_order=True).len().sort("len", descending=True, maintain_order=True)
    if worst.is_empty():
        title = t("No component of these accounts is below {limit}", limit=t.number(bands[0]))
    else:
        title = t.plural(
            "{component} is below {limit} in one account", "{component} is below {limit} in {n} accounts", int(worst["len"][0]),
            component=worst["component"][0], limit=t.number(bands[0]),
        )  # fmt: skip
    limits = {"low": t.number(bands[0]), "high": t.number(bands[1])}
    said = [t("Score 0–100 of each component. Square: below {low}; triangle: below {high}", **limits)]
    said += [f"{ABSENT} {t('no data')}"] if ABSENT in set(rows["label"]) else []
    said += [f"{NOT_APPLICABLE} {t('not applicable')}"] if NOT_APPLICABLE in set(rows["label"]) else []
    if keys.len() > most:
        said.append(t("the first {n} of {all} accounts", n=t.number(most), all=t.number(keys.len())))
    headings = {
        "name": t("Account"), "component": t("Component"), "value": t("Score"), "label": t("As shown"), "status": t("Band"),
        "reason": t("Why none"),
    }  # fmt: skip
    parts = [f"{component}: {t.plural('{n} account', '{n} accounts', count)}" for component, count in worst.iter_rows()]
    return Chart(
        words.key, "heat", rows, title, words.under("; ".join(said)), words.source, told(title, parts), words.as_of, headings, unit="points"
    )  # fmt: skip


def _inside(score: float, bands: tuple[float, float]) -> float:
    """The score, rounded down where rounding would write it in the band above."""
    return score if band_of(round(score), bands) == band_of(score, bands) else math.floor(score)


def distribution(bands: pl.DataFrame, t: Language, words: Words, warning: str = "") -> Chart | None:
    """How the book spreads over the bands, by accounts and by revenue, a pair of bars a moment; None without accounts.

    bands: moment (as people read it: a quarter, or "Published" and "Changed"; in order, the last is now), status, accounts,
    revenue (null: not known). warning: a sentence under the title.
    """
    rows: list[tuple[object, ...]] = []
    measures = (("accounts", t("accounts")), ("revenue", t("revenue")))
    for moment in bands["moment"].unique(maintain_order=True):
        own = {row["status"]: row for row in bands.filter(pl.col("moment") == moment).iter_rows(named=True)}
        for measure, called in measures:
            amounts = [float((own.get(status) or {}).get(measure) or 0) for status in STATUSES]
            total, edge = sum(amounts), 0.0
            if total <= 0:
                continue
            for status, amount in zip(STATUSES, amounts, strict=True):
                share = amount / total
                rows.append((f"{moment} · {called}", measure, edge, edge + share, share, amount, t.share(share), status))
                edge += share
    if not rows:
        return None
    frame = pl.DataFrame(rows, schema=_STACK, orient="row")
    now = dict(frame.filter(pl.col("status") == "risk").select("part", "label").iter_rows())  # the last of each
    title = t("{accounts} of accounts are at risk", accounts=now.get("accounts", ABSENT))
    if "revenue" in now:
        title = t("{accounts} of accounts, with {revenue} of revenue, are at risk", **now)
    said = [t("Shares by band. Square: at risk; triangle: watch; circle: on track; hollow: not enough data")]
    said += [warning] if warning else []
    headings = {
        "name": t("Moment and measure"), "part": t("Key"), "low": t("From"), "high": t("To"), "value": t("Share"), "amount": t("Amount"),
        "label": t("As shown"), "status": t("Band"),
    }  # fmt: skip
    parts = [
        f"{name}: " + ", ".join(f"{t(WORD[status])} {label}" for status, label in own.select("status", "label").iter_rows())
        for (name,), own in frame.group_by("name", maintain_order=True)
    ]
    subtitle = words.under(". ".join(said))
    return Chart(words.key, "stack", frame, title, subtitle, words.source, told(title, parts), words.as_of, headings, unit="share")


_STACK = {
    "name": pl.String, "part": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "amount": pl.Float64,
    "label": pl.String, "status": pl.String,
}  # fmt: skip


def what_if(moves: pl.DataFrame, t: Language, words: Words, most: int = MOVES_SHOWN) -> Chart | None:
    """Each account's score under the published profile and under the changed one; None without accounts.

    moves: name, before, after (0-100), before_status, after_status. Those that change band come first, then those that change most.
    """
    changed = pl.col("before_status") != pl.col("after_status")
    moves = moves.drop_nulls(["before", "after"])
    ordered = moves.with_columns(changed.alias("changed"), (pl.col("after") - pl.col("before")).abs().alias("size"))
    ordered = ordered.sort("changed", "size", descending=True, maintain_order=True)
    if ordered.is_empty():
        return None
    shown = ordered.head(most)
    labels = [f"{t.number(before, 1)} → {t.number(after, 1)}" for before, after in shown.select("before", "after").iter_rows()]
    rows = shown.select(
        told_apart(shown["name"]), pl.col("before").cast(pl.Float64), pl.col("after").cast(pl.Float64).alias("value"),
        pl.Series("label", labels, pl.String), "before_status", pl.col("after_status").alias("status"),
    )  # fmt: skip
    count = int(ordered["changed"].sum())
    title = t.plural("One account changes band", "{n} accounts change band", count) if count else t("No account changes band")
    said = [t("Score 0–100. Hollow: published profile; filled: changed profile")]
    if ordered.height > most:
        said.append(t("the {n} that change most, of {all}", n=t.number(most), all=t.number(ordered.height)))
    headings = {
        "name": t("Account"), "before": t("Published profile"), "value": t("Changed profile"), "label": t("As shown"),
        "before_status": t("Band published"), "status": t("Band changed"),
    }  # fmt: skip
    alt = told(title, (f"{name} {label}" for name, label in rows.select("name", "label").iter_rows()))
    return Chart(words.key, "moves", rows, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="points")
