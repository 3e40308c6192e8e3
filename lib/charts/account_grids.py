"""Charts of the book's people, services, risks and goals as values. They compute no figure: each says what a measure found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from lib.charts.chart import Chart, Status
from lib.charts.schedule import Words, told_apart
from lib.choices import CHOICES
from lib.columns import N_
from lib.formats import ABSENT, Language
from lib.measures.figure import total
from lib.measures.risk_matrix import RiskMatrix
from lib.measures.whitespace import Whitespace
from lib.text import capitalised

ROLES = ("sponsor", "decision_maker", "champion", "user", "finance")
ACCOUNTS_SHOWN, SERVICES_SHOWN, GOALS_SHOWN = 40, 10, 40
HIGH, MEDIUM = 15, 6
PROBABILITIES = (N_("Rare"), N_("Unlikely"), N_("Possible"), N_("Likely"), N_("Almost certain"))
IMPACTS = (N_("Slight"), N_("Minor"), N_("Moderate"), N_("Major"), N_("Severe"))
SOLD: dict[str, tuple[str, Status, float]] = {
    "won": (N_("Bought"), "ok", 1.0), "open": (N_("Open deal"), "ok", 0.3), "never": (N_("Never sold"), "none", 0.0),
    "unknown": (N_("Not known"), "none", 0.0),
}  # fmt: skip
GOAL_STATUS: dict[str, Status] = {
    "met": "ok", "on_track": "ok", "at_risk": "watch", "off_track": "risk", "missed": "risk", "dropped": "none",
}  # fmt: skip
WHY = {
    "no_contacts": N_("no contacts loaded"), "no_touchpoints": N_("no meetings loaded"), "unnamed": N_("meetings name nobody"),
    "not_known": N_("unsure who still works there"),
}  # fmt: skip
MATRIX = {
    "name": pl.String, "part": pl.String, "value": pl.Float64, "depth": pl.Float64, "status": pl.String, "state": pl.String,
    "label": pl.String, "verdict": pl.String,
}  # fmt: skip


def stakeholder_map(
    contacts: pl.DataFrame, threads: pl.DataFrame, revenue: pl.DataFrame, t: Language, words: Words, currency: str = ""
) -> Chart | None:  # fmt: skip
    """Accounts and roles: how many people are known and how many were met in 90 days; single-threaded ones first. None without accounts.

    contacts, threads: as `lib.measures.stakeholders` gives them; revenue: account_id, agi of the last 12 months (in `currency`, "" where it
    is not known).
    """
    if threads.is_empty():
        return None
    valued = threads.join(revenue.select("account_id", "agi"), on="account_id", how="left").with_columns(
        pl.col("agi").fill_null(0).clip(lower_bound=0)
    )
    order = valued.sort(
        pl.col("single_threaded").replace_strict({True: 0, False: 2}, default=1, return_dtype=pl.Int8), -pl.col("agi"), "account",
        maintain_order=True,
    )  # fmt: skip
    shown = order.head(ACCOUNTS_SHOWN)
    known = contacts.filter(pl.col("active").ne_missing(False)).with_columns(pl.col("role").fill_null(""))
    counts = known.group_by("account_id", "role").agg(
        pl.len().alias("people"), pl.col("reached").fill_null(False).sum().alias("met"), pl.col("reached").is_null().any().alias("unsure")
    )
    cells = {(row["account_id"], row["role"]): row for row in counts.iter_rows(named=True)}
    roles = [*ROLES, *([""] if "" in set(known["role"]) else [])]
    heads = {role: capitalised(t(CHOICES[role])) if role else t("No role") for role in roles}
    rows: list[tuple[object, ...]] = []
    for name, row in zip(told_apart(shown["account"]), shown.iter_rows(named=True), strict=True):
        verdict = t(WHY[row["why"]]) if row["why"] else ""
        if row["single_threaded"]:
            beside = f" · {t.money(row['agi'], currency)}" if currency and row["agi"] else ""
            verdict = (t("hangs on one person") if row["met"] else t("nobody met")) + beside
        for place, role in enumerate(roles):
            rows.append((name, heads[role], *_people(cells.get((row["account_id"], role)), t), verdict if place == 0 else ""))
    frame = pl.DataFrame(rows, MATRIX, orient="row")
    single, unsure = valued.filter(pl.col("single_threaded")), valued["single_threaded"].null_count()
    worth = total(single, "agi")
    if single.is_empty() and unsure:
        title = t.plural(
            "It is not known whether one account hangs on one person", "It is not known whether {n} accounts hang on one person", unsure
        )
    elif single.is_empty():
        title = t("No account hangs on one person")
    elif currency and worth:
        title = t.plural(
            "One account with {money} of AGI hangs on one person at most", "{n} accounts with {money} of AGI hang on one person at most",
            single.height, money=t.money(worth, currency),
        )  # fmt: skip
    else:
        title = t.plural("One account hangs on one person at most", "{n} accounts hang on one person at most", single.height)
    said = [t("People met in the last 90 days of those known; triangle: known but not met")]
    if unsure and single.height:
        said.append(t.plural("of {n} account it is not known", "of {n} accounts it is not known", unsure))
    said += _first(shown.height, threads.height, t)
    alt = f"{title}. " + "; ".join(f"{name}: {verdict}" for name, verdict in frame.select("name", "verdict").iter_rows() if verdict)
    headings = _headings(t, t("Account"), t("Role"), t("Met"))
    return Chart(words.key, "matrix", frame, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings)


def _people(cell: Mapping[str, int] | None, t: Language) -> tuple[float | None, float, Status, str, str]:
    """value, depth, status, state and label of the people of one role."""
    if cell is None:
        return 0.0, 0.0, "none", t("Nobody known"), ""
    people, met = cell["people"], cell["met"]
    if cell["unsure"]:
        return None, 0.0, "none", t("Not known when met"), t("{n} known", n=t.number(people))
    label = t("{met} of {people}", met=t.number(met), people=t.number(people))
    return (float(met), met / people, "ok", t("Met"), label) if met else (0.0, 0.0, "watch", t("Not met"), label)


def whitespace(made: Whitespace, t: Language, words: Words, currency: str) -> Chart | None:
    """Accounts and services: bought, an open deal, never sold, not known; None without a service or an account."""
    if made.cells.is_empty():
        return None
    services = made.services["service"].head(SERVICES_SHOWN)
    shown = made.accounts.head(ACCOUNTS_SHOWN)
    names = dict(zip(shown["account_id"], told_apart(shown["account"]), strict=True))
    cells = made.cells.filter(pl.col("account_id").is_in(list(names)), pl.col("service").is_in(services.implode()))
    rows: list[tuple[object, ...]] = []
    for row in cells.iter_rows(named=True):
        state, status, depth = SOLD[row["state"]]
        label = {"won": t("Bought"), "open": t.money(row["open_worth"], currency), "never": "–", "unknown": "?"}[row["state"]]
        rows.append((names[row["account_id"]], row["service"], float(row["deals"]), depth, status, t(state), label, ""))
    frame = pl.DataFrame(rows, MATRIX, orient="row")
    counted = {state: int(made.accounts[state].sum()) for state in SOLD}
    gaps = t.plural("One gap where an account never bought a service", "{n} gaps where an account never bought a service", counted["never"])
    title = t("{gaps}; in {open} more a deal is open", gaps=gaps, open=t.number(counted["open"]))
    said = [t("Full: bought; pale: open deal with its amount; –: never sold")]
    if counted["unknown"]:
        said.append(t("?: not known, for no won deal says what the account buys"))
    if made.services.height > services.len():
        said.append(t("the first {n} of {all} services", n=t.number(services.len()), all=t.number(made.services.height)))
    said += _first(shown.height, made.accounts.height, t)
    if made.unnamed:
        said.append(t.plural("{n} deal names no service", "{n} deals name no service", made.unnamed))
    by_service = made.services.head(SERVICES_SHOWN)
    parts = [
        t("{service}: bought by {won}, open at {open}, never sold to {never}", **{name: str(value) for name, value in row.items()})
        for row in by_service.select("service", "won", "open", "never").iter_rows(named=True)
    ]  # fmt: skip
    headings = _headings(t, t("Account"), t("Service"), t("Deals"))
    return Chart(
        words.key, "matrix", frame, title, words.under("; ".join(said)), words.source, f"{title}. {'; '.join(parts)}", words.as_of, headings
    )


def risk_matrix(made: RiskMatrix, t: Language, words: Words) -> Chart | None:
    """Open risks and issues by probability and impact, each cell with its change; None where there is none now and was none before."""
    occupied = made.cells.filter((pl.col("open") > 0) | (pl.col("before") > 0))
    if occupied.is_empty() and made.risks.is_empty():
        return None
    cells = {(row["probability"], row["impact"]): row for row in made.cells.iter_rows(named=True)}
    rows: list[tuple[object, ...]] = []
    for probability in range(5, 0, -1):
        for impact in range(1, 6):
            cell, weight = cells[probability, impact], probability * impact
            status = "risk" if weight >= HIGH else "watch" if weight >= MEDIUM else "ok"
            state = t("High") if weight >= HIGH else t("Medium") if weight >= MEDIUM else t("Low")
            label = ""
            if cell["open"] or cell["before"]:
                change = f" ({t.number(cell['change'], sign=True)})" if cell["change"] else " (=)"
                label = t.number(cell["open"]) + change
            name, head = f"{probability} · {t(PROBABILITIES[probability - 1])}", f"{impact} · {t(IMPACTS[impact - 1])}"
            rows.append((name, head, float(cell["open"]), 0.2, status, state, label, ""))
    frame = pl.DataFrame(rows, MATRIX, orient="row")
    count = t.plural("One open risk or issue", "{n} open risks and issues", made.risks.height)
    weeks = t.number((made.day - made.before_day).days // 7)
    if made.exposure is None:
        title = t("{risks}; {n} without a probability, so the exposure is not known", risks=count, n=t.number(made.unplaced))
    elif made.exposure_before is None or made.undated:
        title = t("{risks}, exposure {now}", risks=count, now=t.number(made.exposure))
    elif made.exposure == made.exposure_before:
        title = t("{risks}, exposure {now}, as {weeks} weeks before", risks=count, now=t.number(made.exposure), weeks=weeks)
    else:
        values = {"risks": count, "now": t.number(made.exposure), "before": t.number(made.exposure_before), "weeks": weeks}
        title = t("{risks}, exposure {now}; {weeks} weeks before it was {before}", **values)
    said = [t("Probability down, impact across; in brackets the change in {weeks} weeks", weeks=weeks)]
    said += [t("square: high, triangle: medium")]
    said += [t("exposure: Σ probability · impact, an issue counts as 5")]
    said += [t.plural("{n} has no probability", "{n} have no probability", made.unplaced)] if made.unplaced else []
    said += [t.plural("{n} was closed on no stated day", "{n} were closed on no stated day", made.undated)] if made.undated else []
    listed = [f"{name} × {head}: {label}" for name, head, label in frame.select("name", "part", "label").iter_rows() if label]
    headings = _headings(t, t("Probability"), t("Impact"), t("Open"))
    return Chart(
        words.key, "matrix", frame, title, words.under("; ".join(said)), words.source, f"{title}. {'; '.join(listed)}", words.as_of,
        headings,
    )


def goals(rows: pl.DataFrame, t: Language, words: Words, names: Mapping[str, str] | None = None) -> Chart | None:
    """How far each goal is on its way, and how much of its time has passed; None without goals.

    rows: as `lib.measures.goals.goals` gives them. names: account_id -> name, where goals of several accounts stand together.
    """
    if rows.is_empty():
        return None
    near, shown = words.as_of, rows.head(GOALS_SHOWN)
    titles = shown.select("account_id", "title").iter_rows()
    called = [title if names is None else f"{names.get(account, account)}: {title}" for account, title in titles]
    states = [t("Not known") if status is None else capitalised(t(CHOICES[status])) for status in shown["status"]]
    labels = []
    for row, state in zip(shown.iter_rows(named=True), states, strict=True):
        unit = f" {row['unit']}" if row["unit"] else ""
        way = t("{actual} of {target}", actual=_short(row["actual"], t), target=_short(row["target"], t) + unit)
        due = [t.day(row["due"], near)] if row["due"] else []
        labels.append(" · ".join([state, *([way] if row["target"] is not None else []), *due]))
    status = [GOAL_STATUS.get(status or "", "none") for status in shown["status"]]
    frame = shown.select(
        told_apart(pl.Series("title", called, pl.String)), pl.col("progress").cast(pl.Float64).alias("value"), "elapsed",
        pl.Series("status", status, pl.String), pl.Series("state", states, pl.String), pl.Series("label", labels, pl.String),
    )  # fmt: skip
    alive = rows.filter(pl.col("status").ne_missing("dropped"))
    good = alive.filter(pl.col("status").is_in(["met", "on_track"])).height
    title = t.plural("{good} of {n} goal is met or on track", "{good} of {n} goals are met or on track", alive.height, good=t.number(good))
    said = [t("Way from baseline to target; upright: time passed")]
    said += [t("the first {n} of {all} goals", n=t.number(shown.height), all=t.number(rows.height))] if shown.height < rows.height else []
    headings = {
        "name": t("Goal"), "value": t("Progress"), "elapsed": t("Time passed"), "status": t("Band"), "state": t("Status"),
        "label": t("As shown"),
    }  # fmt: skip
    alt = f"{title}. " + "; ".join(f"{name}: {label}" for name, label in frame.select("name", "label").iter_rows())
    return Chart(words.key, "progress", frame, title, words.under("; ".join(said)), words.source, alt, words.as_of, headings, unit="share")


def _headings(t: Language, down: str, across: str, value: str) -> dict[str, str]:
    return {
        "name": down, "part": across, "value": value, "depth": t("Depth of tint"), "status": t("Status"), "state": t("In words"),
        "label": t("As shown"), "verdict": t("Of the line"),
    }  # fmt: skip


def _first(shown: int, whole: int, t: Language) -> Sequence[str]:
    return [t("the first {n} of {all} accounts", n=t.number(shown), all=t.number(whole))] if shown < whole else []


def _short(value: float | None, t: Language) -> str:
    """A number with a decimal only where it is small and has one."""
    if value is None:
        return ABSENT
    return t.number(value, 0 if abs(value) >= 100 or value == round(value) else 1)
