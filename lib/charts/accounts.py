"""Charts of the book's money as values: what renews, on whom it hangs, what stayed, what is coming. They compute no figure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import polars as pl

from lib.charts.chart import Chart, Status
from lib.charts.schedule import Words, told_apart
from lib.charts.theme import WORD
from lib.columns import N_
from lib.definitions import CONCENTRATION_LIMITS
from lib.formats import Language
from lib.measures.concentration import Concentration
from lib.measures.figure import total
from lib.measures.pipeline import Pipeline

RENEWALS_SHOWN, CLIENTS_SHOWN, TICKS = 20, 10, 7
LEAST_CHANCE = 0.001
BRIDGE_STEPS = {
    "start": N_("12 months before"), "expansion": N_("Expansion"), "contraction": N_("Contraction"), "churn": N_("Churn"), "now": N_("Now"),
}  # fmt: skip
PARTS = {"start": "before", "now": "now", "expansion": "more", "contraction": "less", "churn": "less"}
APART = {
    "past": N_("{n} past the date ({money})"), "no_date": N_("{n} without a date ({money})"),
    "without_probability": N_("{n} without a probability ({money})"), "unrated": N_("{n} without an exchange rate"),
}  # fmt: skip
MEASURES = {
    "agi": (N_("The three largest clients bring {share} of AGI"), N_("AGI of the last 12 months by client")),
    "margin": (
        N_("The three largest clients bring {share} of the margin"), N_("Delivery margin of the last 12 months by client, where positive"),
    ),
}  # fmt: skip
FLAGS = {"top1": N_("one client over {limit}"), "top3": N_("three over {limit}"), "hhi": N_("HHI over {limit}")}


def renewals(notices: pl.DataFrame, bands: Mapping[str, Status], t: Language, words: Words, currency: str = "") -> Chart | None:
    """Notice dates in the colour, shape and word of each account's band; None where there are none.

    notices: account_id, name, contract_id, notice_date, without_notice_days, agi, soonest first. bands: account_id -> its band, "none"
    for those not named. currency: that of agi, "" where revenue is not known.
    """
    if notices.is_empty():
        return None
    near, shown = words.as_of, notices.head(RENEWALS_SHOWN)
    status = [bands.get(account, "none") for account in shown["account_id"]]
    labels = []
    for day, open_ended, band in zip(shown["notice_date"], shown["without_notice_days"], status, strict=True):
        said = t("{day}, the end itself", day=t.day(day, near)) if open_ended else t.day(day, near)
        labels.append(f"{said} · {t(WORD[band])}")
    twice = pl.col("name").is_duplicated()
    called = pl.when(twice).then(pl.concat_str("name", pl.lit(" · "), "contract_id")).otherwise("name")
    rows = shown.select(
        told_apart(shown.select(called.alias("name")).to_series()), pl.col("notice_date").alias("day"),
        pl.col("agi").cast(pl.Float64).alias("value"), pl.Series("label", labels, pl.String), pl.Series("status", status, pl.String),
    )  # fmt: skip
    risky = notices.filter(pl.col("account_id").is_in([account for account, band in bands.items() if band == "risk"]))
    count = t.plural("One notice date", "{n} notice dates", notices.height)
    if risky.is_empty():
        title = t("{dates}, none of an account at risk", dates=count)
    elif currency:
        worth = t.money(total(risky.unique("account_id"), "agi"), currency)
        title = t("{dates}; accounts at risk among them bring {money} of AGI", dates=count, money=worth)
    else:
        title = t("{dates}, {n} of them of accounts at risk", dates=count, n=t.number(risky.height))
    subtitle = t("Last day to give notice; shape and colour are the band of the account")
    subtitle += "; " + t("point area is AGI") if currency else ""
    if notices.height > shown.height:
        subtitle += "; " + t("the {n} soonest", n=t.number(shown.height))
    headings = {"name": t("Account"), "day": t("Notice date"), "value": t("AGI"), "label": t("Date and band"), "status": t("Band")}
    return Chart(
        words.key, "days", rows, title, words.under(subtitle), words.source, _told(title, rows), words.as_of, headings, currency
    )  # fmt: skip


def concentration(
    spread: Concentration, t: Language, words: Words, currency: str, measure: Literal["agi", "margin"] = "agi"
) -> Chart | None:  # fmt: skip
    """The largest clients by AGI or by delivery margin, with the index and what passes its limit; None without a positive total."""
    if spread.top3 is None or spread.hhi is None:
        return None
    shown = spread.clients.head(CLIENTS_SHOWN).with_row_index("rank")
    labels = [f"{t.money(amount, currency)} · {t.share(share)}" for amount, share in shown.select("amount", "share").iter_rows()]
    rows = shown.select(
        told_apart(shown["name"]), pl.col("amount").alias("value"), pl.Series("label", labels, pl.String),
        (pl.col("rank") < 3).alias("strong"),
    )  # fmt: skip
    title, subtitle = t(MEASURES[measure][0], share=t.share(spread.top3)), t(MEASURES[measure][1])
    if spread.clients.height <= 3:
        title = t.plural("One client brings all of it", "{n} clients bring all of it", spread.clients.height)
    said = []
    if shown.height < spread.clients.height:
        said.append(t("{n} of {all} clients", n=t.number(shown.height), all=t.number(spread.clients.height)))
    said.append(t("HHI {hhi}, as {n} equal clients", hhi=t.number(spread.hhi), n=t.number(spread.effective_clients, 1)))
    limits = {key: t.number(limit) if key == "hhi" else t.share(limit) for key, limit in CONCENTRATION_LIMITS.items()}
    passed = [t(FLAGS[key], limit=limits[key]) for key, flag in spread.flags.items() if flag]
    said += [t("passed: {limits}", limits=t.join(passed))] if passed else []
    said += [t("below 7 clients that can't be avoided")] if passed and spread.unavoidable else []
    if spread.negative < 0:
        below = t.money(spread.negative, currency)
        said.append(
            t.plural(
                "{n} client below zero: {money}, in no share", "{n} clients below zero: {money}, in no share", spread.negative_clients,
                money=below,
            )
        )  # fmt: skip
    if spread.unknown:
        brought = t.money(spread.unknown_agi, currency)
        said.append(
            t.plural(
                "{n} account with {money} of AGI: margin not known", "{n} accounts with {money} of AGI: margin not known", spread.unknown,
                money=brought,
            )
        )  # fmt: skip
    headings = {
        "name": t("Client"), "value": t("AGI") if measure == "agi" else t("Delivery margin"), "label": t("Amount and share"),
        "strong": t("Among the three largest"),
    }  # fmt: skip
    return Chart(
        words.key, "bars", rows, title, words.under("; ".join([subtitle, *said])), words.source, _told(title, rows), words.as_of, headings,
        currency,
    )  # fmt: skip


def retention_bridge(
    steps: pl.DataFrame, t: Language, words: Words, currency: str, measure: Literal["agi", "recurring"] = "agi"
) -> Chart | None:  # fmt: skip
    """From what the same clients brought before to what they bring now; None without a start.

    steps: as `lib.measures.retention.retention_bridge` gives them. recurring: of the monthly value of contracts.
    """
    start = float(steps["amount"][0])
    if start <= 0:
        return None
    rows, reached = [], 0.0
    for step, amount, accounts, share in steps.select("step", "amount", "accounts", "share").iter_rows():
        low, high = (0.0, amount) if step in ("start", "now") else (reached, reached + amount)
        reached = high
        # Not the sum first: a cell that begins with + is neutralised in files.
        label = [t.plural("{n} account", "{n} accounts", accounts), t.money(amount, currency, sign=step not in ("start", "now"))]
        label += [t.share(share, sign=step != "now")] if step != "start" else []
        rows.append((t(BRIDGE_STEPS[step]), PARTS[step], min(low, high), max(low, high), amount, " · ".join(label)))
    types = {
        "name": pl.String, "part": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "label": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame(rows, types, orient="row")
    kept = t.share(steps["share"][-1])
    if measure == "agi":
        title = t("{share} of the AGI of the 12 months before is still here", share=kept)
        subtitle = t("AGI of clients from before those 24 months; grey: then, blue: now, teal: more, red: less")
    else:
        title = t("{share} of the monthly value of a year ago is still here", share=kept)
        subtitle = t("Monthly value of retainers and subscriptions in force a year ago; grey: then, blue: now, teal: more, red: less")
    headings = {
        "name": t("Step"), "part": t("Key"), "low": t("From"), "high": t("To"), "value": t("Amount"), "label": t("As shown"),
    }  # fmt: skip
    return Chart(
        words.key, "bridge", frame, title, words.under(subtitle), words.source, _told(title, frame), words.as_of, headings, currency
    )  # fmt: skip


def pipeline(made: Pipeline, t: Language, words: Words) -> Chart | None:
    """How much the open deals that close in the window may bring, with P10, P50, P90 and what is expected; None where none has a chance."""
    if made.expected is None or made.p10 is None or made.p50 is None or made.p90 is None:
        return None
    bins, money = _seen(made.bins()), made.base
    every = -(-bins.height // TICKS)
    first, last = made.p10, made.p90
    rows: list[tuple[object, ...]] = [
        (f"{t.money(low, money)}–{t.money(high, money)}", "bin", low, high, share, high > first and low <= last,
         t.money(low, money) if number % every == 0 else "")
        for number, (low, high, share) in enumerate(bins.iter_rows())
    ]  # fmt: skip
    marks = (("p10", "P10", first), ("expected", t("Expected"), made.expected), ("p50", "P50", made.p50), ("p90", "P90", last))
    rows += [(name, part, at, None, None, False, f"{name} {t.money(at, money)}") for part, name, at in marks]
    types = {
        "name": pl.String, "part": pl.String, "low": pl.Float64, "high": pl.Float64, "value": pl.Float64, "strong": pl.Boolean,
        "label": pl.String,
    }  # fmt: skip
    frame = pl.DataFrame(rows, types, orient="row")
    low, high = t.money(first, money), t.money(last, money)
    title = t("{money} expected; between {low} and {high} with a chance of 80%", money=t.money(made.expected, money), low=low, high=high)
    if low == high:
        title = t("{money} expected from open deals", money=t.money(made.expected, money))
    deals = t.plural("One open deal closes by {day}", "{n} open deals close by {day}", made.deals.height, day=t.day(made.until, made.as_of))
    said = [deals, t("{money} if all were won", money=t.money(made.whole, money)), t("chance of each span")]
    if made.method == "normal":
        said.append(t("a normal curve, for many small deals"))
    elif made.error:
        said.append(t("up to {money} off", money=t.money(made.error, money)))
    apart = [t(APART[state], n=t.number(count), money=t.money(worth, money)) for state, count, worth in made.apart.iter_rows()]
    said += [t("apart: {deals}", deals=t.join(apart))] if apart else []
    headings = {
        "name": t("Span or mark"), "part": t("Key"), "low": t("From"), "high": t("To before"), "value": t("Chance"),
        "strong": t("Within P10–P90"), "label": t("Mark"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(label for part, label in frame.select("part", "label").iter_rows() if part != "bin")
    return Chart(words.key, "amounts", frame, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="share")


def _seen(bins: pl.DataFrame) -> pl.DataFrame:
    """The bins without those at either end that hold next to nothing."""
    places = [place for place, share in enumerate(bins["share"]) if share >= LEAST_CHANCE]
    return bins.slice(places[0], places[-1] - places[0] + 1)


def _told(title: str, rows: pl.DataFrame) -> str:
    return f"{title}. " + "; ".join(f"{name} {label}" for name, label in rows.select("name", "label").iter_rows())
