"""The sample portfolio: valid, reproducible, believable, and with every story its README promises, read with plain Polars."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pytest

from lib.sample import SAMPLE_AS_OF, read_authored, read_sample
from lib.tables import TABLES

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "sample"
YEAR_START = date(2025, 10, 1)
Frames = Mapping[str, pl.DataFrame]


@pytest.fixture(scope="module")
def sample() -> Frames:
    return read_sample(SAMPLE)


def euros(rows: pl.DataFrame, sample: Frames, day: str, *amounts: str) -> pl.DataFrame:
    """Amounts in the row's currency as euros at the rate of the row's day."""
    rates = sample["fx_rates"].sort("date").rename({"date": "rate_day"})
    priced = rows.sort(day).join_asof(rates, left_on=day, right_on="rate_day", by="currency", check_sortedness=False)
    factor = pl.when(pl.col("currency") == "EUR").then(1.0).otherwise(pl.col("rate"))
    return priced.with_columns(pl.col(name) * factor for name in amounts)


def agi_by_account(sample: Frames) -> pl.DataFrame:
    """Invoiced AGI of the last twelve months in euros."""
    issued = sample["invoices"].filter((pl.col("status") != "void") & (pl.col("issued") >= YEAR_START))
    sign = pl.when(pl.col("kind") == "credit_note").then(-1).otherwise(1)
    priced = euros(issued, sample, "issued", "amount", "pass_through")
    net = priced.with_columns(agi=sign * (pl.col("amount") - pl.col("pass_through").fill_null(0)))
    return net.group_by("account_id").agg(pl.col("agi").sum())


def labour(sample: Frames) -> pl.DataFrame:
    """Client hours with their cost in euros, at the terms of their day."""
    terms = sample["person_terms"].sort("from")
    entries = sample["time_entries"].drop("cost_rate", "bill_rate", "currency").sort("date")
    rated = entries.join_asof(terms, left_on="date", right_on="from", by="person_id", check_sortedness=False)
    priced = euros(rated, sample, "date", "cost_rate").with_columns(cost=pl.col("hours") * pl.col("cost_rate"))
    clients = sample["projects"].filter(pl.col("billing") != "internal").select("project_id", "account_id")
    return priced.join(clients, on="project_id")


def spi_t(sample: Frames, project: str) -> float:
    """Earned schedule over actual time, in working days Monday to Friday, from baseline hours and the last reading."""
    row = sample["projects"].row(by_predicate=pl.col("project_id") == project, named=True)
    tasks = sample["tasks"].filter((pl.col("project_id") == project) & (pl.col("baseline_hours") > 0))
    last = row["finished_on"] or SAMPLE_AS_OF
    length = (max(row["baseline_due"], last) - row["baseline_start"]).days + 1
    days = [day for step in range(length) if (day := row["baseline_start"] + timedelta(days=step)).weekday() < 5]
    planned = dict.fromkeys(days, 0.0)
    for task in tasks.iter_rows(named=True):
        span = [day for day in days if task["baseline_start"] <= day <= task["baseline_finish"]]
        for day in span:
            planned[day] += task["baseline_hours"] / len(span)
    total = tasks["baseline_hours"].sum()
    left, schedule = row["percent_complete"] / 100 * total, 0.0
    for day in days:
        if left < planned[day] or left <= 1e-6:
            schedule += left / planned[day] if planned[day] else 0.0
            break
        left -= planned[day]
        schedule += 1
    return schedule / sum(day <= last for day in days)


def free_hours(sample: Frames, person: str, first: date, last: date) -> dict[date, float]:
    """Contracted hours a day less approved absences and closures of the whole country (public holidays aside)."""
    terms = sample["person_terms"].filter(pl.col("person_id") == person).sort("from").row(-1, named=True)
    week = terms["week_pattern"] or [terms["weekly_hours"] / 5] * 5 + [0.0, 0.0]
    away = sample["absences"].filter((pl.col("person_id") == person) & (pl.col("status") == "approved") & pl.col("hours_per_day").is_null())
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    gone = {day for day in days for row in away.iter_rows(named=True) if row["start"] <= day <= row["end"]}
    return {day: 0.0 if day in gone else week[day.weekday()] for day in days}


def hours_that_do_not_fit(sample: Frames, person: str) -> float:
    """Remaining task hours that can't be placed before their due dates, earliest due first by day."""
    mine = sample["tasks"].filter((pl.col("assignee_id") == person) & pl.col("status").is_in(["open", "in_progress"]))
    open_tasks = mine.filter((pl.col("remaining_hours") > 0) & (pl.col("due") > SAMPLE_AS_OF))
    jobs = [[row["due"], row["task_id"], row["start"], row["remaining_hours"]] for row in open_tasks.iter_rows(named=True)]
    if not jobs:
        return 0.0
    for day, room in free_hours(sample, person, SAMPLE_AS_OF + timedelta(days=1), max(job[0] for job in jobs)).items():
        for job in sorted(jobs):
            if job[0] >= day and job[2] <= day:
                given = min(room, job[3])
                job[3] -= given
                room -= given
    return float(sum(job[3] for job in jobs))


def booked_share(sample: Frames, person: str, monday: date) -> float:
    days = free_hours(sample, person, monday, monday + timedelta(days=6))
    booked = sum(
        row["hours_per_day"]
        for row in sample["bookings"].filter((pl.col("person_id") == person) & (pl.col("status") == "confirmed")).iter_rows(named=True)
        for day, room in days.items()
        if room and row["start"] <= day <= row["end"]
    )
    return float(booked / sum(days.values())) if sum(days.values()) else 0.0


@pytest.mark.parametrize("name", TABLES)
def test_every_table_has_rows_and_all_are_valid(sample: Frames, name: str) -> None:
    _, failures = TABLES[name].schema.filter(sample[name])
    assert failures.counts() == {}
    assert sample[name].height > 10
    assert sample[name].schema == TABLES[name].polars_schema


@pytest.mark.parametrize("name", TABLES)
def test_every_reference_resolves(sample: Frames, name: str) -> None:
    for column, table in TABLES[name].references.items():
        named = sample[name].select(column)
        if isinstance(named.schema[column], pl.List):
            named = named.explode(column)
        known = sample[table].select(pl.col(TABLES[table].key[0]).alias(column))
        assert named.drop_nulls().join(known, on=column, how="anti").height == 0, column


def test_every_column_is_used_somewhere(sample: Frames) -> None:
    unused = {(name, column) for name, rows in sample.items() for column in rows.columns if rows[column].null_count() == rows.height}
    by_the_app = {("change_requests", "pass_through"), ("change_requests", "bundled_into")}  # what approving and bundling write
    assert unused <= {("time_entries", "cost_rate"), ("change_requests", "description"), ("bookings", "task_id")} | by_the_app


def test_the_script_gives_the_same_bytes_again(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SAMPLE / "make.py"), str(tmp_path)], check=True, capture_output=True, timeout=120)
    made = {str(path.relative_to(tmp_path)): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    kept = {name: (SAMPLE / name).read_bytes() for name in made}
    assert len(made) == len(TABLES) + 4
    assert [name for name in made if made[name] != kept[name]] == []
    assert sum(map(len, kept.values())) < 2_000_000


def test_the_size_is_that_of_a_house_of_45(sample: Frames) -> None:
    assert 24 <= sample["accounts"].height <= 26
    assert 60 <= sample["projects"].height <= 70
    assert sample["people"].height == 45
    assert set(sample["people"]["country"]) == {"ES", "GB", "MX"}
    assert 25_000 <= sample["time_entries"].height <= 35_000
    assert sample["accounts"]["industry"].n_unique() - 1 == 6  # the house has none
    assert sample["time_entries"]["date"].min() == date(2025, 4, 1)
    assert sample["time_entries"]["date"].max() == SAMPLE_AS_OF


def test_nothing_that_happened_lies_after_as_of(sample: Frames) -> None:
    facts = [
        ("invoices", "issued"), ("invoices", "paid_on"), ("expenses", "date"), ("feedback", "date"), ("touchpoints", "date"),
        ("progress", "date"), ("tasks", "finished_on"), ("tasks", "started_on"), ("projects", "finished_on"),
        ("change_requests", "raised_on"), ("change_requests", "decided_on"), ("kpi_values", "date"), ("fx_rates", "date"),
    ]  # fmt: skip
    assert [(name, column) for name, column in facts if sample[name].filter(pl.col(column) > SAMPLE_AS_OF).height] == []


def test_nobody_logs_more_than_a_day_holds_or_after_leaving(sample: Frames) -> None:
    entries = sample["time_entries"]
    assert ((entries["hours"] * 4) % 1 == 0).all()
    assert (entries.group_by("person_id", "date").agg(pl.col("hours").sum())["hours"] <= 10).all()
    employed = entries.join(sample["people"].select("person_id", "start", "end"), on="person_id")
    assert employed.filter((pl.col("date") < pl.col("start")) | (pl.col("date") > pl.col("end"))).height == 0


def test_rates_are_never_older_than_a_week(sample: Frames) -> None:
    gaps = sample["fx_rates"].sort("currency", "date").select(pl.col("date").diff().over("currency").dt.total_days())
    assert gaps["date"].max() == 7
    used = set(sample["invoices"]["currency"]) | set(sample["people"]["rate_currency"])
    assert used - {"EUR"} == set(sample["fx_rates"]["currency"])


def test_the_book_earns_between_three_and_four_million_at_a_believable_margin(sample: Frames) -> None:
    agi = sum(agi_by_account(sample)["agi"].to_list())
    assert 3_000_000 < agi < 4_000_000
    hours = labour(sample).filter(pl.col("date") >= YEAR_START)
    own = sample["expenses"].filter(~pl.col("pass_through") & (pl.col("date") >= YEAR_START) & ~pl.col("project_id").str.starts_with("INT"))
    cost = sum(hours["cost"].to_list()) + sum(own["amount"].to_list())
    assert 0.30 < (agi - cost) / agi < 0.38


def test_one_client_holds_24_percent_and_the_top_three_under_half(sample: Frames) -> None:
    parents = sample["accounts"].select("account_id", parent=pl.coalesce("parent_id", "account_id"))
    shares = agi_by_account(sample).join(parents, on="account_id").group_by("parent").agg(pl.col("agi").sum()).sort("agi", descending=True)
    shares = shares.with_columns(pl.col("agi") / pl.col("agi").sum())
    assert shares["parent"][0] == "almenara"
    assert 0.23 < shares["agi"][0] < 0.25
    assert 0.40 < shares["agi"][:3].sum() < 0.50


def test_august_is_quiet(sample: Frames) -> None:
    monthly = labour(sample).group_by(pl.col("date").dt.truncate("1mo")).agg(pl.col("hours").sum())
    hours = dict(monthly.iter_rows())
    assert hours[date(2026, 8, 1)] < 0.7 * hours[date(2026, 7, 1)]


def test_a_green_account_lost_its_only_sponsor_in_september(sample: Frames) -> None:
    sponsors = sample["contacts"].filter((pl.col("account_id") == "duero") & (pl.col("role") == "sponsor"))
    assert sponsors["left_on"].to_list() == [date(2026, 9, 18)]
    nps = sample["feedback"].filter((pl.col("account_id") == "duero") & (pl.col("kind") == "nps"))
    answers = nps.filter(pl.col("date") >= date(2026, 1, 1))
    assert answers.height > 3
    assert (answers["score"] >= 8).all()
    assert sample["goals"].filter((pl.col("account_id") == "duero") & ~pl.col("status").is_in(["on_track", "met"])).height == 0
    unpaid = sample["invoices"].filter((pl.col("account_id") == "duero") & pl.col("paid_on").is_null())
    assert unpaid.filter(pl.col("due") < SAMPLE_AS_OF).height == 0
    marks = sample["tasks"].filter(pl.col("project_id").str.starts_with("DUE") & pl.col("kind").is_in(["milestone", "deliverable"]))
    recent = marks.filter(pl.col("baseline_finish").is_between(date(2026, 7, 3), SAMPLE_AS_OF))
    assert recent.height >= 3
    assert (recent["finished_on"] <= recent["baseline_finish"]).all()
    assert spi_t(sample, "DUE-02") > 0.95
    met = sample["touchpoints"].filter((pl.col("account_id") == "duero") & (pl.col("kind") != "email"))["date"].max()
    assert isinstance(met, date)
    assert (SAMPLE_AS_OF - met).days <= 21


def test_a_slow_payer_pays_later_and_later(sample: Frames) -> None:
    due = sample["invoices"].filter((pl.col("account_id") == "penalba") & (pl.col("due") <= SAMPLE_AS_OF)).sort("due")
    invoices = due.filter(pl.col("issued") >= date(2025, 4, 1))
    unpaid = invoices.filter(pl.col("paid_on").is_null() & ((SAMPLE_AS_OF - pl.col("due")).dt.total_days() > 60))
    assert unpaid.height >= 2
    late = (invoices["paid_on"].fill_null(SAMPLE_AS_OF) - invoices["due"]).dt.total_days().to_list()
    assert sum(late[-6:]) / 6 > sum(late[-18:-6]) / 12 + 10
    others = sample["invoices"].filter((pl.col("account_id") != "penalba") & pl.col("paid_on").is_null() & (pl.col("status") == "sent"))
    assert others.filter((SAMPLE_AS_OF - pl.col("due")).dt.total_days() > 60).height == 0


def test_small_requests_eat_the_margin_of_one_project(sample: Frames) -> None:
    small = (pl.col("project_id") == "BER-01") & pl.col("started_on").is_not_null() & (pl.col("hours") < 10)
    requests = sample["change_requests"].filter(small)
    free = requests.filter(pl.col("status").is_in(["logged", "assessed", "proposed", "rejected"]))
    budget = sample["projects"].row(by_predicate=pl.col("project_id") == "BER-01", named=True)
    assert free.height >= 20
    assert free["hours"].sum() / budget["budget_hours"] > 0.09
    tracked = sample["tasks"].filter(pl.col("change_id").is_in(free["change_id"].implode()))
    logged = sample["time_entries"].filter(pl.col("task_id").is_in(tracked["task_id"].implode()))
    assert logged["hours"].sum() > 100
    assert not logged["billable"].any()
    cost = labour(sample).filter(pl.col("project_id") == "BER-01")["cost"].sum()
    forecast = cost / (budget["percent_complete"] / 100)
    assert 1 - forecast / budget["budget_amount"] < 0.15 < budget["target_margin"]


def test_one_retainer_is_over_serviced_three_months_running(sample: Frames) -> None:
    contract = sample["contracts"].row(by_predicate=pl.col("contract_id") == "C-BRI-02", named=True)
    logged = sample["time_entries"].filter(pl.col("project_id") == "BRI-02")
    hours = dict(logged.group_by(pl.col("date").dt.month()).agg(pl.col("hours").sum()).iter_rows())
    carried, over = 0.0, {}
    for month in range(1, 10):
        available = contract["hours_included"] + carried
        over[month] = (hours[month] - available) / available
        carried = min(contract["rollover_cap_hours"], max(0.0, available - hours[month]))
    assert all(0.25 < over[month] < 0.40 for month in (7, 8, 9))
    assert all(over[month] < 0.1 for month in range(1, 7))


def test_one_designer_has_more_than_her_days_hold(sample: Frames) -> None:
    weeks = [booked_share(sample, "lferrandez", date(2026, 10, 5) + timedelta(weeks=step)) for step in range(5)]
    assert min(weeks) > 1.1
    assert hours_that_do_not_fit(sample, "lferrandez") > 40
    others = [person for person in sample["people"]["person_id"] if person != "lferrandez" and hours_that_do_not_fit(sample, person) > 8]
    assert len(others) <= 2
    weekend = sample["time_entries"].filter((pl.col("person_id") == "lferrandez") & (pl.col("date").dt.weekday() == 6))
    assert weekend.height >= 3


def test_promises_were_kept_and_broken() -> None:
    authored = read_authored(SAMPLE)
    reviews = {row["review_id"] for row in authored["reviews"]}
    assert [row["date"] for row in authored["reviews"] if row["account_id"] == "almenara"] == ["2026-07-15"]
    counts = {status: sum(row["status"] == status for row in authored["promises"]) for status in ("kept", "late", "dropped")}
    assert counts == {"kept": 5, "late": 3, "dropped": 1}
    for row in authored["promises"]:
        in_time = row["finished_on"] is not None and row["finished_on"] <= row["due"]
        assert in_time == (row["status"] == "kept"), row["promise_id"]
    assert all(row["review_id"] in reviews for name in ("promises", "decisions", "actions") for row in authored[name])


def test_authored_rows_name_real_accounts_and_people(sample: Frames) -> None:
    authored = read_authored(SAMPLE)
    names = set(sample["people"]["name"]) | set(sample["contacts"]["name"])
    accounts = set(sample["accounts"]["account_id"]) | {None}
    assert all(row["account_id"] in accounts for rows in authored.values() for row in rows)
    assert all(row["owner"] in names for name in ("promises", "actions") for row in authored[name])
    assert all(person in names for row in authored["reviews"] for person in row["attendees"])
    named = (("risks", "owner"), ("touchpoints", "owner"), ("projects", "manager"), ("accounts", "manager"))
    assert {person for table, column in named for person in sample[table][column]} <= names


def test_a_kept_promise_matches_the_facts(sample: Frames) -> None:
    project = sample["projects"].row(by_predicate=pl.col("project_id") == "ALM-04", named=True)
    assert project["finished_on"] == date(2026, 7, 31)


def test_a_part_timer_changed_her_week(sample: Frames) -> None:
    terms = sample["person_terms"].filter(pl.col("person_id") == "netxeberria").sort("from")
    assert terms["weekly_hours"].to_list() == [40.0, 24.0]
    assert terms["week_pattern"].to_list()[-1] == [6, 6, 6, 0, 6, 0, 0]
    logged = sample["time_entries"].filter((pl.col("person_id") == "netxeberria") & (pl.col("date") >= date(2026, 1, 1)))
    assert logged.filter(pl.col("date").dt.weekday() == 4).height == 0
    now = sample["people"].row(by_predicate=pl.col("person_id") == "netxeberria", named=True)
    assert now["weekly_hours"] == 24.0


def test_two_clients_hang_on_the_same_two_people(sample: Frames) -> None:
    both = sample["tasks"].filter(pl.col("project_id").is_in(["CAN-01", "WIL-01"]))
    ahead = both.filter(pl.col("status").is_in(["open", "in_progress"]) & (pl.col("remaining_hours") > 20))
    shared = ahead.group_by("assignee_id").agg(pl.col("project_id").n_unique()).filter(pl.col("project_id") == 2)["assignee_id"]
    assert {"izubiaurre", "hosei"} <= set(shared)
    booked = sample["bookings"].filter(pl.col("person_id").is_in(["izubiaurre", "hosei"]) & (pl.col("start") > SAMPLE_AS_OF))
    assert booked.filter(pl.col("project_id").is_in(["CAN-01", "WIL-01"])).height == 4


def test_one_account_has_almost_no_data(sample: Frames) -> None:
    for name in ("contacts", "invoices", "feedback", "touchpoints", "goals", "risks"):
        assert sample[name].filter(pl.col("account_id") == "bajio").height == 0
    assert sample["projects"].filter(pl.col("account_id") == "bajio").height == 1


def test_one_active_account_gave_notice_and_others_come_up_for_renewal(sample: Frames) -> None:
    leaving = sample["accounts"].filter(pl.col("notice_given_on").is_not_null() & (pl.col("status") == "active"))
    assert leaving["account_id"].to_list() == ["thornbury"]
    notice = (pl.col("end") - pl.duration(days=pl.col("notice_days").fill_null(0))).alias("notice")
    coming = sample["contracts"].filter(pl.col("kind") != "fixed_price").select("account_id", notice)
    coming = coming.filter(pl.col("notice").is_between(SAMPLE_AS_OF, SAMPLE_AS_OF + timedelta(days=120)))
    assert coming["account_id"].n_unique() >= 7
    assert coming["notice"].n_unique() >= 6


def test_one_fixed_price_is_late_and_one_finished_late(sample: Frames) -> None:
    assert spi_t(sample, "FER-01") < 0.85
    assert spi_t(sample, "MER-01") < 0.9
    late = sample["projects"].row(by_predicate=pl.col("project_id") == "MER-01", named=True)
    assert late["status"] == "done"
    assert (late["finished_on"] - late["baseline_due"]).days > 40
    running = sample["projects"].filter((pl.col("status") == "active") & (pl.col("billing") == "fixed"))
    assert {project for project in running["project_id"] if spi_t(sample, project) < 0.85} == {"FER-01", "BER-01"}


def test_one_account_hangs_on_one_contact_and_one_renewal_was_never_opened(sample: Frames) -> None:
    recent = sample["touchpoints"].filter((pl.col("account_id") == "ashdown") & (pl.col("date") > SAMPLE_AS_OF - timedelta(days=90)))
    assert recent.explode("contact_ids")["contact_ids"].unique().to_list() == ["ashdown-c2"]
    deals = sample["opportunities"].filter((pl.col("account_id") == "brisa") & (pl.col("status") == "open"))
    assert deals.height == 0


def test_the_plan_reaches_into_next_year(sample: Frames) -> None:
    assert sample["bookings"]["end"].max() == date(2027, 3, 31)
    assert sample["bookings"].filter(pl.col("person_id").is_null() & (pl.col("status") == "tentative"))["opportunity_id"].null_count() == 0
    assert sample["tasks"].filter(pl.col("due") > date(2026, 12, 31)).height > 30


def test_every_state_has_an_example(sample: Frames) -> None:
    decided = {"approved", "rejected", "implemented", "withdrawn"}
    assert set(sample["change_requests"]["status"]) == {"logged", "assessed", "proposed"} | decided
    assert set(sample["accounts"]["status"]) == {"active", "prospect", "paused", "lost"}
    assert set(sample["projects"]["status"]) == {"planned", "active", "on_hold", "done", "cancelled"}
    assert set(sample["contracts"]["kind"]) == {"retainer", "fixed_price", "time_materials", "subscription"}
    assert set(sample["invoices"]["status"]) == {"sent", "void", "disputed"}
    assert set(sample["invoices"]["kind"]) == {"invoice", "credit_note"}
    assert set(sample["links"]["kind"]) >= {"FS", "SS", "FF"}
    assert set(sample["absences"]["status"]) == {"requested", "approved", "rejected"}
