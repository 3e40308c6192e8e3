"""Every figure that Cartera shows, defined once: name, unit, formula in words, source and direction. It computes nothing.

Pages, decks and workbooks take names, units and definitions from here. The signals that bring an account onto the agenda, with their
severities, stand here too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.columns import N_

Unit = Literal["money", "share", "hours", "count", "index", "days"]
Better = Literal["higher", "lower", "neither"]


@dataclass(frozen=True)
class Definition:
    """One figure. `tables` are those it can't do without; `also` make it better where they are loaded."""

    key: str
    name: str
    unit: Unit
    formula: str
    source: str
    better: Better
    tables: tuple[str, ...]
    also: tuple[str, ...] = ()


_DECLARED = (
    Definition(
        "revenue", N_("Revenue"), "money",
        N_("Invoiced: invoices less credit notes, net of tax, by issue date, spread over the service period where one is given. "
           "Earned: billable hours × bill rate of the day, fee × progress for fixed prices, value a month by days for retainers and "
           "subscriptions. Amounts convert at the rate of their date."),
        N_("Basis chosen in Settings"), "higher", ("invoices",), ("contracts", "time_entries", "people", "fx_rates"),
    ),
    Definition(
        "agi", N_("AGI"), "money",
        N_("Agency gross income = revenue − pass-through at cost. A mark-up stays in AGI; freelancers who do our own service do not leave it."),
        N_("Agency accounting practice"), "higher", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "delivery_cost", N_("Delivery cost"), "money",
        N_("Hours × cost rate of the day + own expenses. No overhead."),
        N_("Agency accounting practice"), "lower", ("time_entries", "people"), ("person_terms", "expenses"),
    ),
    Definition(
        "delivery_margin", N_("Delivery margin"), "share",
        N_("(AGI − delivery cost) / AGI. With less than 100 % of the hours rated it is an upper limit (≤); below 90 % it is not shown."),
        N_("Agency accounting practice"), "higher", ("invoices", "time_entries", "people"), ("person_terms", "expenses"),
    ),
    Definition(
        "nrr", N_("Net retention"), "share",
        N_("Recurring: monthly value now of retainers and subscriptions of the accounts that had one 12 months ago / their monthly value then. "
           "Both at the as-of rate."),
        N_("Net revenue retention, recurring revenue only"), "higher", ("contracts",), ("fx_rates",),
    ),
    Definition(
        "grr", N_("Gross retention"), "share",
        N_("Recurring: Σ min(value then, value now) / Σ value then, over the accounts that had a retainer or subscription 12 months ago."),
        N_("Gross revenue retention, recurring revenue only"), "higher", ("contracts",), ("fx_rates",),
    ),
    Definition(
        "client_retention", N_("Client retention"), "share",
        N_("AGI of the last 12 months / AGI of the 12 before, over accounts that were already clients before those 24 months."),
        N_("All billing, projects included"), "higher", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "clients_returned", N_("Clients billed again"), "share",
        N_("Accounts of the base year with revenue in the last 12 months / accounts of the base year."),
        N_("All billing, projects included"), "higher", ("invoices",), (),
    ),
    Definition(
        "top1", N_("Largest client"), "share",
        N_("Share of the largest parent account in the AGI of the last 12 months, over the whole book. Flag above 20 %."),
        N_("Client concentration"), "lower", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "top3", N_("Three largest"), "share",
        N_("Share of the three largest parent accounts in the AGI of the last 12 months, over the whole book. Flag above 50 %."),
        N_("Client concentration"), "lower", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "hhi", N_("Concentration (HHI)"), "index",
        N_("Σ (share of AGI in %)², over parent accounts of the whole book. Flag above 1,500, which is unavoidable below seven clients."),
        N_("Herfindahl–Hirschman index"), "lower", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "effective_clients", N_("Effective clients"), "count",
        N_("10,000 / HHI: the number of equal clients that would be as concentrated."),
        N_("Herfindahl–Hirschman index"), "higher", ("invoices",), ("expenses", "fx_rates"),
    ),
    Definition(
        "receivables", N_("Receivables"), "money",
        N_("Unpaid part of invoices issued, tax included, less open credit notes, at the as-of rate. Void ones are left out, disputed ones stay."),
        N_("Accounts receivable ageing"), "lower", ("invoices",), ("fx_rates",),
    ),
    Definition(
        "overdue_30", N_("Overdue > 30 days"), "share",
        N_("Receivables more than 30 days past due / all receivables."),
        N_("Accounts receivable ageing"), "lower", ("invoices",), ("fx_rates",),
    ),
    Definition(
        "renewals", N_("Notice dates"), "money",
        N_("Contracts whose notice date (end − notice days; the end itself where there are none) falls in the next 120 days, "
           "with the AGI of their accounts. A contract that renews by itself and got no notice counts with its next term."),
        N_("Contracts"), "neither", ("contracts",), ("invoices",),
    ),
    Definition(
        "lose_client", N_("If this client left"), "money",
        N_("AGI and margin of the last 12 months that would go, hours a week freed per person (mean of the last 13 weeks), "
           "and the concentration of what remains."),
        N_("What-if on the book"), "neither", ("invoices", "time_entries"), ("people",),
    ),
    Definition(
        "logged_hours", N_("Hours"), "hours",
        N_("Hours logged in the last 12 months."),
        N_("Time entries"), "neither", ("time_entries",), (),
    ),
    Definition(
        "billable_share", N_("Billable share"), "share",
        N_("Billable hours / hours logged whose entry says billable or not, in the last 12 months."),
        N_("Time entries"), "higher", ("time_entries",), (),
    ),
)  # fmt: skip
DEFINITIONS: dict[str, Definition] = {definition.key: definition for definition in _DECLARED}


@dataclass(frozen=True)
class Signal:
    """Something in the data that makes an account worth the meeting's time.

    `severity` is 0-1; a graded one grows from `severity` at `mild` to 1 at `grave` (in the signal's own unit). `sentence` says it with its
    figures, `decision` is the question it puts to the meeting. `SIGNAL_RULES` says in words when it is found.
    """

    key: str
    severity: float
    sentence: str
    decision: str
    table: str
    mild: float | None = None
    grave: float | None = None


_SIGNALS = (
    Signal("notice_given", 1.0, N_("Notice was given on {day}."), N_("What would win it back, or how is it handed over?"), "contracts"),
    Signal("sponsor_left", 0.9, N_("The sponsor, {who}, left on {day} and is not replaced."), N_("Who meets the new sponsor, and by when?"), "contacts"),
    Signal(
        "invoice_overdue", 0.6, N_("Invoice {what} is {days} late ({money})."), N_("Who calls about the payment, and by when?"),
        "invoices", mild=61, grave=150,
    ),
    Signal("open_issue", 0.8, N_("An issue of the highest impact is open: {what}."), N_("What is promised about it, and for when?"), "risks"),
    Signal(
        "notice_date", 0.5, N_("The notice date is {day}, in {days}, and no renewal is open."), N_("Who opens the renewal, with which offer?"),
        "contracts", mild=120, grave=0,
    ),
    Signal(
        "over_servicing", 0.4, N_("The retainer ran {share} over its hours in the last three months."),
        N_("More hours in the contract, or fewer in the work?"), "contracts", mild=0.10, grave=0.50,
    ),
    Signal(
        "unapproved_work", 0.4, N_("{hours} of requests were started without approval on {what}."), N_("Which of them are charged, and which stop?"),
        "change_requests", mild=0.02, grave=0.20,
    ),
    Signal(
        "project_late", 0.4, N_("{what} is {days} past its committed date."), N_("Which new date is promised, and who says so?"),
        "projects", mild=1, grave=60,
    ),
    Signal(
        "hours_over_budget", 0.4, N_("{what} has used {share} of its hours."), N_("Is more budget asked for, or is scope cut?"),
        "projects", mild=1.0, grave=1.4,
    ),
    Signal(
        "revenue_falling", 0.4, N_("Revenue of the last 91 days is {share} below the mean of the year before them."), N_("What replaces the work that ended?"),
        "invoices", mild=0.15, grave=0.60,
    ),
    Signal(
        "no_contact", 0.3, N_("Nobody has met or called the client for {days}."), N_("Who calls this week?"), "touchpoints", mild=60, grave=180,
    ),
    Signal("detractor", 0.4, N_("{who} answered {score} of 10 on {day}."), N_("What do we answer, and who does?"), "feedback", mild=6, grave=0),
    Signal("promise_late", 0.5, N_("A promise is {days} late: {what}."), N_("Which new date is promised, and who says so?"), "promises", mild=1, grave=45),
)  # fmt: skip
SIGNALS: dict[str, Signal] = {signal.key: signal for signal in _SIGNALS}


@dataclass(frozen=True)
class Rule:
    """When a signal is found, in words: what people call it, what it looks at, the unit its severity grows with, the tables it needs."""

    name: str
    formula: str
    unit: Unit | None
    tables: tuple[str, ...]
    also: tuple[str, ...] = ()


SIGNAL_RULES: dict[str, Rule] = {
    "notice_given": Rule(N_("Notice given"), N_("The account, or a contract of it that is in force, says that notice was given by the as-of date."), None, ("accounts",), ("contracts",)),
    "sponsor_left": Rule(N_("Sponsor left"), N_("A contact with the role of sponsor has left or is no longer active, and the account has no other sponsor."), None, ("contacts",)),
    "invoice_overdue": Rule(N_("Invoice overdue"), N_("An invoice with an open amount is more than 60 days past due. The one furthest past due counts."), "days", ("invoices",), ("fx_rates",)),
    "open_issue": Rule(N_("Open issue"), N_("An issue with an impact of 5 was raised and is not closed at the as-of date."), None, ("risks",)),
    "notice_date": Rule(N_("Notice date near"), N_("A contract's notice date falls in the next 120 days, no notice was given and no renewal is open."), "days", ("contracts",), ("opportunities",)),
    "over_servicing": Rule(N_("Over-servicing"), N_("Hours on retainers beyond those included and carried over / hours included, over the last three whole months; from 10 % on."), "share", ("contracts", "projects", "time_entries")),
    "unapproved_work": Rule(N_("Work without approval"), N_("Hours of change requests that were started though not approved, or done although rejected / the project's budget of hours; from 2 % on."), "share", ("change_requests", "projects")),
    "project_late": Rule(N_("Project late"), N_("Days since the due date of an active or planned project that is not finished."), "days", ("projects",)),
    "hours_over_budget": Rule(N_("Hours over budget"), N_("Hours logged on an active project / its budget of hours, above 100 %. Retainers are left out: over-servicing watches them."), "share", ("projects", "time_entries")),
    "revenue_falling": Rule(N_("Revenue falling"), N_("1 − revenue of the last 91 days / mean of the four windows of 91 days before; from 15 % on. Accounts whose year was billed mostly at fixed prices are left out."), "share", ("invoices",), ("contracts", "projects", "fx_rates")),
    "no_contact": Rule(N_("No contact"), N_("Days since the last meeting, call, workshop or review; from 61 on, and only where contacts were recorded in the last 60 days at all."), "days", ("touchpoints",)),
    "detractor": Rule(N_("Detractor"), N_("The latest NPS answer of a respondent in the last 90 days is 6 or less."), "index", ("feedback",), ("contacts",)),
    "promise_late": Rule(N_("Promise late"), N_("Days since the due date of a promise that is not kept."), "days", ()),
}
"""Signal -> when it is found."""

CONCENTRATION_LIMITS = {"top1": 0.20, "top3": 0.50, "hhi": 1500.0}
UNAVOIDABLE_BELOW = 7
RENEWAL_WINDOW_DAYS = 120
RATE_MAX_AGE_DAYS = 35
RATED_HOURS_FULL, RATED_HOURS_LEAST = 1.0, 0.90
