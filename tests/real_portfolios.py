"""What becomes of every file of the real portfolios: the mapping a person would choose, or why it can't be loaded. Data only; runs nothing.

Counts and values are worked out from the files with the csv module, never from what the importer says.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

Record = dict[str, str]
Records = list[Record]
Value = Callable[[Record], Any]


@dataclass(frozen=True)
class Load:
    """One file into one table.

    columns: ours -> theirs. constants: for columns that the file lacks. words: ours -> {their word: ours}. source: the tool's short name.
    distinct: equal keys count once. read_back: our column -> what a record of the file makes of it, for every row that must be
    loaded, which `kept` picks out of all records. accepted, rejected (by issue) and left_out (by reason) count records.
    """

    file: str
    table: str
    columns: dict[str, str]
    accepted: int
    read_back: dict[str, Value]
    constants: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    source: str = ""
    distinct: bool = False
    rejected: dict[str, int] = field(default_factory=dict)
    left_out: dict[str, int] = field(default_factory=dict)
    references: dict[str, dict[str, int]] = field(default_factory=dict)
    readings: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: Callable[[Records], Records] = lambda records: records
    encoding: str = "utf-8-sig"
    delimiter: str = ","


@dataclass(frozen=True)
class Refuse:
    """One file that no table can take: what its nearest table would still ask for when everything that is there is mapped."""

    file: str
    table: str
    columns: dict[str, str]
    lacking: frozenset[str]
    because: str
    constants: dict[str, str] = field(default_factory=dict)
    encoding: str = "utf-8-sig"
    delimiter: str = ","


def cell(column: str) -> Value:
    """The text of a column as one clean line, None if there is none."""
    return lambda record: re.sub(r"\s*[\r\n\t]+\s*", " ", unicodedata.normalize("NFC", record[column])).strip() or None


def key(source: str, column: str) -> Value:
    return lambda record: f"{source}:{record[column].strip()}"


def number(column: str) -> Value:
    return lambda record: float(record[column])


def day(column: str, form: str) -> Value:
    def read(record: Record) -> date | None:
        return datetime.strptime(record[column], form).date() if record[column] else None

    return read


def always(value: Any) -> Value:
    return lambda _: value


def among(column: str, words: dict[str, Any]) -> Value:
    return lambda record: words[record[column]]


def first_of(column: str) -> Callable[[Records], Records]:
    """The first record of each value of a column."""
    return lambda records: list({record[column]: record for record in reversed(records)}.values())[::-1]


def only(fits: Callable[[Record], bool]) -> Callable[[Records], Records]:
    return lambda records: [record for record in records if fits(record)]


def named_once(column: str) -> Callable[[Records], Records]:
    """The records whose value in a column no other record has."""

    def kept(records: Records) -> Records:
        times = Counter(record[column] for record in records)
        return [record for record in records if times[record[column]] == 1]

    return kept


YES_NO = {"TRUE": True, "FALSE": False}
DASHED = "%d-%m-%Y"

RAVENSTACK: tuple[Load | Refuse, ...] = (
    Load(
        "ravenstack_saas/ravenstack_accounts.csv",
        "accounts",
        {"account_id": "account_id", "name": "account_name", "industry": "industry", "country": "country", "since": "signup_date",
         "status": "churn_flag"},
        constants={"currency": "USD"},
        words={"status": {"TRUE": "lost", "FALSE": "active"}},
        source="ravenstack",
        accepted=500,
        readings={"since": {"date_order": "dmy"}},
        read_back={
            "account_id": key("ravenstack", "account_id"), "name": cell("account_name"), "industry": cell("industry"),
            "country": lambda record: "GB" if record["country"] == "UK" else record["country"],
            "since": day("signup_date", DASHED), "status": among("churn_flag", {"TRUE": "lost", "FALSE": "active"}),
            "currency": always("USD"),
        },
    ),
    Load(
        "ravenstack_saas/ravenstack_subscriptions.csv",
        "contracts",
        {"contract_id": "subscription_id", "account_id": "account_id", "start": "start_date", "end": "end_date", "value": "mrr_amount",
         "auto_renew": "auto_renew_flag"},
        constants={"kind": "subscription", "value_per": "month", "currency": "USD"},
        source="ravenstack",
        accepted=5000,
        references={"account_id": {"by_key": 5000}},
        readings={"start": {"date_order": "dmy"}, "end": {"date_order": "dmy"}},
        read_back={
            "contract_id": key("ravenstack", "subscription_id"), "account_id": key("ravenstack", "account_id"),
            "start": day("start_date", DASHED), "end": day("end_date", DASHED), "value": number("mrr_amount"),
            "auto_renew": among("auto_renew_flag", YES_NO), "value_per": always("month"),
        },
    ),
    Load(
        "ravenstack_saas/ravenstack_supports_ticket.csv",
        "feedback",
        {"feedback_id": "ticket_id", "account_id": "account_id", "date": "submitted_at", "score": "satisfaction_score"},
        constants={"kind": "csat", "scale_min": "1", "scale_max": "5"},
        source="ravenstack",
        accepted=1175,
        rejected={"nullability": 825},  # a ticket that nobody rated
        kept=only(lambda record: record["satisfaction_score"] != ""),
        references={"account_id": {"by_key": 2000}},
        read_back={
            "feedback_id": key("ravenstack", "ticket_id"), "account_id": key("ravenstack", "account_id"),
            "date": day("submitted_at", DASHED), "score": number("satisfaction_score"), "scale_min": always(1.0), "scale_max": always(5.0),
        },
    ),
    Refuse(
        "ravenstack_saas/ravenstack_churn_events.csv",
        "feedback",
        {"feedback_id": "churn_event_id", "account_id": "account_id", "date": "churn_date", "comment": "feedback_text"},
        constants={"kind": "csat"},
        lacking=frozenset({"score"}),
        because="a reason for leaving is no score, and an account is lost or not in the accounts' own file, which says otherwise",
    ),
    Refuse(
        "ravenstack_saas/ravenstack_feature_usage.csv",
        "kpi_values",
        {"metric": "feature_name", "date": "usage_date", "value": "usage_count"},
        lacking=frozenset({"account_id"}),
        because="usage is told per subscription, and a contract's account can't be looked up on the way in",
    ),
)

SIP_STATUS = {
    "FINISHED": "done", "COMPLETED": "done", "CHRONICLE": "done", "RELEASED": "done", "CANCELLED": "cancelled", "ESTIMATED": "open",
    "AUTHORISE": "open",
}  # fmt: skip
SIP_TASKS = "sip_timesheet/Sip-task-info.csv"

SIP: tuple[Load | Refuse, ...] = (
    Load(
        SIP_TASKS,
        "accounts",
        {},
        constants={"name": "The firm itself", "currency": "GBP", "status": "active"},
        source="sip",
        distinct=True,
        accepted=1,
        left_out={"repeated": 12298},
        kept=lambda records: records[:1],
        encoding="cp1252",
        read_back={"account_id": always("sip:The firm itself"), "name": always("The firm itself")},
    ),
    Load(
        SIP_TASKS,
        "projects",
        {"project_id": "ProjectCode", "name": "ProjectCode"},
        constants={"account_id": "The firm itself", "status": "active", "currency": "GBP"},
        source="sip",
        distinct=True,
        accepted=20,
        left_out={"repeated": 12279},
        kept=first_of("ProjectCode"),
        references={"account_id": {"by_key": 12299}},
        encoding="cp1252",
        read_back={"project_id": key("sip", "ProjectCode"), "name": cell("ProjectCode"), "account_id": always("sip:The firm itself")},
    ),
    Load(
        SIP_TASKS,
        "people",
        # AssignedToID names all 22 of DeveloperID and one more
        {"person_id": "AssignedToID", "name": "AssignedToID"},
        constants={"weekly_hours": "35"},
        source="sip",
        distinct=True,
        accepted=23,
        left_out={"repeated": 12276},
        kept=first_of("AssignedToID"),
        encoding="cp1252",
        read_back={"person_id": key("sip", "AssignedToID"), "name": cell("AssignedToID"), "weekly_hours": always(35.0)},
    ),
    Load(
        SIP_TASKS,
        "tasks",
        {"task_id": "TaskNumber", "project_id": "ProjectCode", "name": "Summary", "status": "StatusCode", "assignee_id": "AssignedToID",
         "estimate_hours": "HoursEstimate"},
        constants={"kind": "task"},
        words={"status": SIP_STATUS},
        source="sip",
        distinct=True,  # one row per task and developer, the estimate repeated in each
        accepted=10265,
        rejected={"unknown_word": 1},  # of status TEMPLATE, which is no task
        left_out={"repeated": 2033},
        kept=lambda records: [record for record in first_of("TaskNumber")(records) if record["StatusCode"] in SIP_STATUS],
        references={"project_id": {"by_key": 12299}, "assignee_id": {"by_key": 12299}},
        readings={"estimate_hours": {"number_style": "1,234.5", "unit": "h"}},
        encoding="cp1252",
        read_back={
            "task_id": key("sip", "TaskNumber"), "project_id": key("sip", "ProjectCode"), "name": cell("Summary"),
            "status": among("StatusCode", SIP_STATUS), "assignee_id": key("sip", "AssignedToID"), "estimate_hours": number("HoursEstimate"),
        },
    ),
    Refuse(
        SIP_TASKS,
        "time_entries",
        {"person_id": "DeveloperID", "project_id": "ProjectCode", "task_id": "TaskNumber", "hours": "DeveloperHoursActual"},
        lacking=frozenset({"date"}),
        because="hours worked stand in it, but not on which day",
        encoding="cp1252",
    ),
    Refuse(
        "sip_timesheet/est-act-dates.csv",
        "tasks",
        {"task_id": "TaskNumber", "started_on": "StartedOn", "finished_on": "CompletedOn"},
        constants={"kind": "task"},
        lacking=frozenset({"project_id", "name", "status"}),
        because="it only adds dates to tasks of another file; a load takes whole rows",
    ),
    Load(
        "sip_timesheet/ukbankholidays.csv",
        "closures",
        {"date": "UK BANK HOLIDAYS"},
        constants={"name": "UK bank holiday", "country": "GB"},
        source="sip",
        accepted=908,
        left_out={"blank": 1},
        read_back={"date": day("UK BANK HOLIDAYS", "%d-%b-%Y"), "name": always("UK bank holiday"), "country": always("GB")},
    ),
)

NYC: tuple[Load | Refuse, ...] = (
    Load(
        "nyc_capital_projects/projects.csv",
        "accounts",
        {"account_id": "managing_agency_id", "name": "managing_agency"},
        constants={"currency": "USD", "status": "active"},
        source="nyc",
        distinct=True,
        accepted=24,
        left_out={"repeated": 1986},
        kept=first_of("managing_agency_id"),
        read_back={"account_id": key("nyc", "managing_agency_id"), "name": cell("managing_agency")},
    ),
    Load(
        "nyc_capital_projects/projects.csv",
        "projects",
        # budgets are in thousands of dollars, which a mapping can't say: no amount is loaded rather than one a thousand times too small
        {"project_id": "project_id", "account_id": "managing_agency_id", "name": "project_description"},
        constants={"currency": "USD", "status": "active"},
        source="nyc",
        accepted=2006,
        rejected={"primary_key": 4},  # two ids, each of two different projects
        kept=named_once("project_id"),
        references={"account_id": {"by_key": 2010}},
        read_back={
            "project_id": key("nyc", "project_id"), "account_id": key("nyc", "managing_agency_id"), "name": cell("project_description"),
            "budget_amount": always(None),
        },
    ),
)

HUIJGENS = "ebspm_huijgens/HuijgensPhD.csv"
EBSPM: tuple[Load | Refuse, ...] = (
    Load(
        HUIJGENS,
        "accounts",
        {"name": "Organization", "industry": "Organisation_profile"},
        constants={"currency": "EUR", "status": "active"},
        source="ebspm",
        distinct=True,
        accepted=4,
        left_out={"repeated": 488},
        kept=first_of("Organization"),
        encoding="cp1252",
        delimiter=";",
        read_back={"account_id": key("ebspm", "Organization"), "name": cell("Organization"), "industry": cell("Organisation_profile")},
    ),
    Load(
        HUIJGENS,
        "projects",
        # cost and effort are actual, not budget, and the year of going live is no day: none has a column
        {"project_id": "Project_ID", "account_id": "Organization", "name": "Short_project_description"},
        constants={"currency": "EUR", "status": "done"},
        source="ebspm",
        accepted=476,
        rejected={"max_length": 16},  # descriptions beyond 400 characters
        kept=only(lambda record: len(record["Short_project_description"].strip()) <= 400),
        references={"account_id": {"by_key": 492}},
        encoding="cp1252",
        delimiter=";",
        read_back={
            "project_id": key("ebspm", "Project_ID"), "account_id": key("ebspm", "Organization"), "name": cell("Short_project_description"),
            "status": always("done"),
        },
    ),
    Refuse(
        HUIJGENS,
        "expenses",
        {"project_id": "Project_ID", "amount": "Actual_cost_EUR"},
        constants={"currency": "EUR", "pass_through": "no"},
        lacking=frozenset({"date"}),
        because="what a project cost is not dated",
        encoding="cp1252",
        delimiter=";",
    ),
)

AGENCY = "NASA Goddard Space Flight Center"
NASA: tuple[Load | Refuse, ...] = (
    Load(
        "eseur_misc/nasa-ada-fortran.csv",
        "projects",
        {"project_id": "project", "name": "project", "start": "begin", "finished_on": "end"},
        constants={"account_id": AGENCY, "status": "done", "currency": "USD"},
        source="sel",
        accepted=30,
        references={"account_id": {"unlinked": 30}},
        readings={"start": {"date_order": "mdy"}, "finished_on": {"date_order": "mdy"}},
        read_back={
            "project_id": key("sel", "project"), "name": cell("project"), "account_id": always(f"sel:{AGENCY}"),
            "start": day("begin", "%m/%d/%y"), "finished_on": day("end", "%m/%d/%y"),
        },
    ),
)
ESTIMATION_STUDY: tuple[Load | Refuse, ...] = (
    Load(
        "eseur_misc/EstimationStudy.csv",
        "projects",
        {"project_id": "Project", "name": "Project"},  # begun in "05/76": a month is no day
        constants={"account_id": AGENCY, "status": "done", "currency": "USD"},
        source="sel",
        accepted=39,
        references={"account_id": {"unlinked": 39}},
        read_back={"project_id": key("sel", "Project"), "name": cell("Project"), "start": always(None)},
    ),
)
LITTLE: tuple[Load | Refuse, ...] = (
    Load(
        "eseur_misc/Little06.csv",
        "projects",
        {"project_id": "Project Code", "name": "Project Code", "start": "Start Date", "baseline_due": "First Est",
         "finished_on": "Actual Release"},
        constants={"account_id": "Own products", "status": "done", "currency": "USD"},
        source="little",
        distinct=True,  # a row a week
        accepted=121,
        left_out={"repeated": 6124},
        kept=first_of("Project Code"),
        references={"account_id": {"unlinked": 6245}},
        readings={"start": {"date_order": "mdy"}, "baseline_due": {"date_order": "mdy"}, "finished_on": {"date_order": "mdy"}},
        read_back={
            "project_id": key("little", "Project Code"), "start": day("Start Date", "%m/%d/%y"),
            "baseline_due": day("First Est", "%m/%d/%y"), "finished_on": day("Actual Release", "%m/%d/%y"),
        },
    ),
)
SEVEN_DIGITAL: tuple[Load | Refuse, ...] = (
    Load(
        "eseur_misc/7digital2012.csv",
        "tasks",
        {"name": "Type", "started_on": "Dev.Started", "finished_on": "Done"},
        constants={"project_id": "7digital", "kind": "task", "status": "done"},
        source="7digital",
        accepted=3237,
        rejected={"nullability": 1},  # the one without a type, its only name
        kept=only(lambda record: record["Type"] != ""),
        references={"project_id": {"unlinked": 3238}},
        readings={"started_on": {"date_order": "dmy"}, "finished_on": {"date_order": "dmy"}},
        read_back={
            "name": cell("Type"), "project_id": always("7digital:7digital"), "started_on": day("Dev.Started", "%d/%m/%Y"),
            "finished_on": day("Done", "%d/%m/%Y"),
        },
    ),
)
RENZO = "eseur_misc/renzo-all-tasks.csv"
POMODOROS: tuple[Load | Refuse, ...] = (
    Load(
        RENZO,
        "tasks",
        {"name": "description", "status": "DONE"},
        constants={"project_id": "Own work", "kind": "task"},
        words={"status": {"1": "done", "0": "open"}},
        source="renzo",
        accepted=17764,
        references={"project_id": {"unlinked": 17764}},
        read_back={"name": cell("description"), "status": among("DONE", {"1": "done", "0": "open"}), "estimate_hours": always(None)},
    ),
    Refuse(
        RENZO,
        "time_entries",
        {"date": "date"},
        constants={"person_id": "Renzo", "project_id": "Own work"},
        lacking=frozenset({"hours"}),
        because="it counts pomodoros, of 25 minutes, which is none of the units that a mapping knows",
    ),
)

ANONYMOUS: tuple[Load | Refuse, ...] = (
    Refuse(
        "eseur_misc/23003405-est_agile.csv",
        "tasks",
        {"project_id": "Project", "status": "Resolution"},
        constants={"kind": "task"},
        lacking=frozenset({"name"}),
        because="its stories have neither an id nor a name",
    ),
    Refuse(
        "eseur_misc/978052-fixed-price.csv",
        "projects",
        {},
        constants={"status": "done", "currency": "EUR"},
        lacking=frozenset({"account_id", "name"}),
        because="size and profit of projects that nothing names",
    ),
    Refuse(
        "eseur_misc/ahonen2015.csv",
        "contracts",
        {"kind": "Contract"},
        constants={"currency": "EUR"},
        lacking=frozenset({"account_id", "start", "value", "value_per"}),
        because="it knows how work was paid, but neither who paid, nor when, nor how much",
    ),
    Refuse(
        "eseur_misc/evol-reqs.csv",
        "change_requests",
        {},
        constants={"kind": "modified", "status": "implemented"},
        lacking=frozenset({"project_id", "title", "raised_on"}),
        because="two columns of numbers about no project",
    ),
    Refuse(
        "eseur_misc/num_change_reqs.csv",
        "change_requests",
        {},
        constants={"kind": "modified", "status": "implemented"},
        lacking=frozenset({"project_id", "title", "raised_on"}),
        because="a count of requests per release, not the requests",
    ),
    Refuse(
        "eseur_misc/proj-bidding.csv",
        "opportunities",
        {"amount": "Bid"},
        constants={"kind": "new", "stage": "bid", "status": "open"},
        lacking=frozenset({"account_id", "name", "currency"}),
        because="bids of 35 firms for one project of someone else, in no stated currency",
    ),
)

PORTFOLIOS: dict[str, tuple[Load | Refuse, ...]] = {
    "ravenstack": RAVENSTACK,
    "sip": SIP,
    "nyc": NYC,
    "ebspm": EBSPM,
    "nasa": NASA,
    "estimation_study": ESTIMATION_STUDY,
    "little": LITTLE,
    "7digital": SEVEN_DIGITAL,
    "renzo": POMODOROS,
    "anonymous": ANONYMOUS,
}
