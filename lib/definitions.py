"""Every figure that Cartera shows, defined once: name, unit, formula in words, source and direction. It computes nothing.

Pages, decks and workbooks take names, units and definitions from here. The signals that bring an account onto the agenda, with their
severities, stand here too. The metrics, components and caps of account health are declared beside what they do; `lib.health.defined`
gives them the same shape.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from lib.columns import N_

Unit = Literal["money", "share", "hours", "count", "index", "days", "ratio", "points", "yes_no", "exposure", "band"]
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

_ACCOUNT_HEALTH = N_("Account health, by the score profile in force on the day")
_BY_ACCOUNT = (
    Definition(
        "score", N_("Health score"), "index",
        N_("Σ weight × score of the metrics that apply, their weights adding up to 100. A metric scores 100 × (reading − worst) / (best − "
           "worst), kept within 0 and 100; a missing one keeps its weight and counts at its prior. Prospects, lost and internal accounts "
           "have no score."),
        _ACCOUNT_HEALTH, "higher", ("accounts",),
    ),
    Definition(
        "score_prior", N_("Prior"), "index",
        N_("What a missing metric counts at: the least of 50, the median of the metric over the book (only where five accounts have it) and "
           "the account's own last known score of it, in the 104 weeks before. So losing data never raises a score."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "score_coverage", N_("Coverage"), "share",
        N_("Weight of the metrics with data / weight of the metrics that apply. Below 70 % an account is never green, below 40 % it has no "
           "band."),
        _ACCOUNT_HEALTH, "higher", ("accounts",),
    ),
    Definition(
        "score_range", N_("Range of the score"), "index",
        N_("From the score with every missing metric at 0 to the score with all of them at 100. It is narrow where much is known."),
        _ACCOUNT_HEALTH, "lower", ("accounts",),
    ),
    Definition(
        "score_band", N_("Band"), "band",
        N_("Red below 50, amber below 75, green from there on, unless the profile says otherwise; by the score to one decimal, after what keeps from "
           "green. Below 40 % of coverage there is none."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "score_firm", N_("Firm or soft"), "yes_no",
        N_("Firm: both ends of the range, after caps, lie in the same band, and no single reading holds it there. Everything else is soft."),
        _ACCOUNT_HEALTH, "higher", ("accounts",),
    ),
    Definition(
        "score_rests_on", N_("Rests on"), "yes_no",
        N_("The metrics with data without whose reading, counted at its prior, the band would be another."),
        _ACCOUNT_HEALTH, "lower", ("accounts",),
    ),
    Definition(
        "component_score", N_("Score of a component"), "index",
        N_("Σ weight × score / Σ weight of its metrics that apply; one without data counts at its prior."),
        _ACCOUNT_HEALTH, "higher", ("accounts",),
    ),
    Definition(
        "score_lost", N_("Points lost"), "index",
        N_("Weight × (100 − score) / 100 of a metric; of a component, the sum of its metrics. The main reason is the metric that loses most."),
        _ACCOUNT_HEALTH, "lower", ("accounts",),
    ),
    Definition(
        "score_change", N_("Change of the score"), "index",
        N_("The score, to one decimal, less that of the same day 4 or 13 weeks before. Below 3.0 either way it is flat."),
        _ACCOUNT_HEALTH, "higher", ("accounts",),
    ),
    Definition(
        "score_moved", N_("Why it moved"), "index",
        N_("The change between two days in five kinds of bar that add up to it exactly: data moved (there on both days); data appeared or "
           "disappeared (on one); the book moved (on neither: its prior moved); the rules changed; what applies changed. Weight × change of "
           "the score and score × change of the weight, each at the mean of both days."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "score_gain", N_("Gain of a metric"), "index",
        N_("Weight × (100 − score) / 100: the points to win if the metric were at its best."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "score_flip", N_("Weight that turns the band"), "index",
        N_("(limit of the band − score of the rest) / (score of the component − score of the rest): the weight at which a component alone "
           "would carry the score across the limit; none outside 0 to 100."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "score_override", N_("Band set by hand"), "band",
        N_("A band that a person sets with a reason, from the day it is written to its expiry. It changes the band, never the score; the "
           "computed one stays visible, and the check of the score ignores it. It may lift a capped account."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "movability", N_("Points to win"), "index",
        N_("100 − the highest the score can be, its range's upper end: what metrics with data have lost. That end counts as no more than the "
           "limit of green where the account is capped, and as no more than 50 where it has no band."),
        _ACCOUNT_HEALTH, "neither", ("accounts",),
    ),
    Definition(
        "priority", N_("Order of the agenda"), "money",
        N_("AGI of the last 12 months × severity of the gravest signal × points to win / 100. Ties go by the next notice date, then by "
           "severity. Where an account has no score, the last factor is 1."),
        N_("Revenue at stake, times how far the score can be moved"), "neither", ("invoices",), ("contracts", "expenses", "fx_rates"),
    ),
)  # fmt: skip
_OF_THE_CHECK = (
    Definition(
        "loss", N_("Lost account"), "count",
        N_("The earliest of: notice given, a contract that ended and none followed within 90 days, lost. A fixed price without notice days "
           "is delivered, not lost."),
        N_("Events of the check"), "lower", ("accounts",), ("contracts",),
    ),
    Definition(
        "book_by_band", N_("The book by band"), "share",
        N_("Accounts of a band / accounts with a score, and the same by AGI of 12 months; with more than 80 % in green the score tells "
           "accounts hardly apart. Portfolio counts bands set by hand, the check of the score the computed ones."),
        N_("Bands after caps"), "neither", ("accounts",), ("invoices",),
    ),
    Definition(
        "auc", N_("Lost scored lower (AUC)"), "share",
        N_("The chance that an account lost 60 to 90 days later scored lower than one that stayed, on the same day; ties count half. 50 % is "
           "chance. Beside it the 95 % interval. With fewer than 10 lost there is no figure."),
        N_("Mann and Whitney (1947), interval by Hanley and McNeil (1982)"), "higher", ("accounts",), ("contracts",),
    ),
    Definition(
        "lift", N_("Lift of red"), "ratio",
        N_("Share of revenue lost among scores that were red / share lost among all. Wanted: 3 or more. With fewer than 10 lost there is no "
           "figure."),
        N_("Back-test over scores 60 to 90 days before"), "higher", ("accounts", "invoices"), ("contracts",),
    ),
    Definition(
        "caught", N_("Lost below green before"), "share",
        N_("Lost accounts that were red or amber 60 to 90 days before / lost accounts with a score then. Too little data for a band "
           "warns nobody and does not count. Wanted: two thirds or more. With fewer than 10 lost there is no figure."),
        N_("Back-test over scores 60 to 90 days before"), "higher", ("accounts",), ("contracts",),
    ),
)  # fmt: skip
_OF_THE_BOOK = (
    Definition(
        "pipeline", N_("Expected from open deals"), "money",
        N_("Σ amount × probability of open opportunities that close in the next 120 days, at the as-of rate. Deals without a probability, a "
           "closing date or a rate, and those past it, stand apart."),
        N_("Pipeline"), "higher", ("opportunities",), ("fx_rates",),
    ),
    Definition(
        "pipeline_spread", N_("Pipeline, P10 to P90"), "money",
        N_("The sums that those deals stay within with a chance of 10 % and of 90 %, each won or lost by itself: the smallest that reach it, "
           "from the exact distribution; for more than 30 deals from a normal one where none is over 10 %, else from one on a grid, with "
           "its error stated."),
        N_("Exact distribution by convolution"), "neither", ("opportunities",), ("fx_rates",),
    ),
    Definition(
        "margin_hhi", N_("Concentration on margin (HHI)"), "index",
        N_("Σ (share of delivery margin in %)², over parent accounts of the whole book with a positive margin; negative ones stand beside as "
           "a sum."),
        N_("Herfindahl–Hirschman index"), "lower", ("invoices", "time_entries", "people"), ("expenses", "fx_rates"),
    ),
    Definition(
        "single_threaded", N_("Single-threaded"), "share",
        N_("AGI of 12 months of accounts with at most one active contact met in the last 90 days / AGI of all. It can't be told without a "
           "meeting or call of the book in the last 60 days, nor where meetings name nobody."),
        N_("Stakeholders"), "lower", ("contacts", "touchpoints"), ("invoices",),
    ),
    Definition(
        "risk_exposure", N_("Risk exposure"), "exposure",
        N_("Σ probability × impact of open risks, each 1 to 5; an open issue counts as probability 5. No sum while one of them lacks either. "
           "Beside it the same 13 weeks before."),
        N_("Risk matrix"), "lower", ("risks",),
    ),
    Definition(
        "goal_progress", N_("Progress of a goal"), "share",
        N_("(Actual − baseline) / (target − baseline), 100 % at the target; also for goals that go down. Without an actual of its own, a goal "
           "takes the latest value of its indicator."),
        N_("Goals agreed with the client"), "higher", ("goals",), ("kpi_values",),
    ),
    Definition(
        "whitespace", N_("Services not bought"), "count",
        N_("Services that some account was offered and this one has neither bought nor in an open deal. Not known where it bought something "
           "that no won deal names."),
        N_("Whitespace: services × accounts"), "neither", ("opportunities",), ("contracts", "invoices"),
    ),
)  # fmt: skip
_EARNED_VALUE = N_("Earned value (ISO 21508, PMI)")
_SCHEDULE = N_("Earned schedule (Lipke 2003)")
_OF_EARNED_VALUE = (
    Definition(
        "ev_budget", N_("Budget at completion (BAC)"), "money",
        N_("Baseline hours × planned cost rate + own expenses; else the budget of cost; else the fee net of pass-through × (1 − target "
           "margin), called derived. Approved scope that the client pays raises it by its cost from the decision on, shared scope by the "
           "client's share; what we pay for never does, so that absorbed work shows as overrun."),
        _EARNED_VALUE, "neither", ("projects",), ("tasks", "people", "change_requests", "expenses"),
    ),
    Definition(
        "ev_planned", N_("Planned value (PV)"), "money",
        N_("Planned share × BAC: baseline hours spread evenly over the working days of their tasks."),
        _EARNED_VALUE, "neither", ("projects", "tasks"), ("change_requests",),
    ),
    Definition(
        "ev_earned", N_("Earned value (EV)"), "money",
        N_("Done share × BAC, by the technique that stands beside it: 0/100, 50/50, weighted milestones or % complete."),
        _EARNED_VALUE, "higher", ("projects",), ("tasks", "progress"),
    ),
    Definition(
        "ev_actual", N_("Actual cost (AC)"), "money",
        N_("Hours × cost rate of the day + own expenses. With hours that have no rate it is at least that."),
        _EARNED_VALUE, "lower", ("time_entries", "people"), ("person_terms", "expenses"),
    ),
    Definition(
        "ev_cpi", N_("Cost index (CPI)"), "ratio",
        N_("EV / AC: what each unit of cost has earned. Below 1 the work costs more than planned; none while nothing was spent."),
        _EARNED_VALUE, "higher", ("projects", "time_entries"), ("tasks", "people"),
    ),
    Definition(
        "ev_spi_t", N_("Schedule index in time, SPI(t)"), "ratio",
        N_("ES / AT: the working days by which the plan wanted what is earned / the working days passed since the baseline's start. Of "
           "several projects Σ BAC × ES / Σ BAC × AT. Unlike SPI it does not return to 1 on late projects. None on hold or before the start."),
        _SCHEDULE, "higher", ("projects", "tasks"), ("progress",),
    ),
    Definition(
        "ev_earned_schedule", N_("Earned schedule (ES)"), "count",
        N_("C + (EV − PV at C) / (PV at C + 1 − PV at C), in working days from the baseline's start; C is the last day before the planned "
           "end whose PV is not above EV. Where the plan stands still, the time that has passed, held within that stretch."),
        _SCHEDULE, "higher", ("projects", "tasks"), ("progress",),
    ),
    Definition(
        "ev_forecast_finish", N_("Forecast finish, IEAC(t)"), "days",
        N_("Planned duration / SPI(t) working days of the project's calendar after the baseline's start, rounded to a day; beside it AT + PD "
           "− ES, where what remains goes by plan. ■ after the committed date, ▲ after the planned end but inside it, ● inside."),
        _SCHEDULE, "lower", ("projects", "tasks"), ("progress",),
    ),
    Definition(
        "ev_eac", N_("Estimate at completion (EAC)"), "money",
        N_("BAC / CPI; AC + (BAC − EV); AC + (BAC − EV) / (CPI × SPI); AC + hours remaining at their rates. The range of those that can be "
           "computed is shown, which is no confidence interval. The last leads where 80 % of the open hours say what remains, else BAC / CPI "
           "from 20 % earned on, else AC + (BAC − EV)."),
        _EARNED_VALUE, "lower", ("projects", "time_entries"), ("tasks", "people"),
    ),
    Definition(
        "ev_vac", N_("Variance at completion (VAC)"), "money",
        N_("BAC − EAC: below zero the project ends over its budget."),
        _EARNED_VALUE, "higher", ("projects", "time_entries"), ("tasks", "people"),
    ),
    Definition(
        "ev_tcpi", N_("Index still to be reached (TCPI)"), "ratio",
        N_("(BAC − EV) / (BAC − AC): how much each unit of cost must earn from now on to end on budget; to the EAC: (BAC − EV) / (EAC − AC). "
           "None once the budget is spent or all is done."),
        _EARNED_VALUE, "lower", ("projects", "time_entries"), ("tasks", "people"),
    ),
    Definition(
        "ev_curves", N_("S-curve"), "money",
        N_("PV, EV and AC, cumulative by working day. The forecast runs straight from what is spent to the EAC on the day of IEAC(t), its "
           "band to the ends of the EAC's range. Diamonds are decided changes."),
        _EARNED_VALUE, "neither", ("projects", "tasks", "time_entries"), ("progress", "change_requests"),
    ),
)  # fmt: skip
_ENGINE = N_("Critical path, people's hours and simulation; definitions § Schedule and scope change")
_PRICE = N_("Price of a change of scope")
_OF_THE_ANSWER = (
    Definition(
        "scope_p80", N_("Finish, P80"), "days",
        N_("The first day by whose close at least 80 % of the simulated schedules are finished; P50 likewise. Hours are drawn, durations "
           "follow from each person's free hours, the order of each person's work is kept."),
        _ENGINE, "lower", ("projects", "tasks"), ("links", "people", "absences", "bookings", "risks"),
    ),
    Definition(
        "scope_chance", N_("Chance of the promise"), "share",
        N_("Share of the simulated schedules that are finished by the close of the project's committed date, today and with the change, "
           "under the same draws of chance."),
        _ENGINE, "higher", ("projects", "tasks"), ("links", "people", "absences", "risks"),
    ),
    Definition(
        "scope_delay", N_("What the change costs in days"), "days",
        N_("Percentiles of the difference of the finish with and without the change, trial by trial, in working days. It is another figure "
           "than the move of the P80."),
        _ENGINE, "lower", ("projects", "tasks"), ("links", "people"),
    ),
    Definition(
        "scope_cost", N_("Cost of the change to us"), "money",
        N_("Change of the estimate at completion: hours × cost rate, and own expenses. P50 and P80 are percentiles of the difference trial "
           "by trial. Of removed work only what is not spent yet. Without pass-through."),
        _PRICE, "lower", ("tasks", "people"), ("person_terms", "expenses"),
    ),
    Definition(
        "scope_floor", N_("Least price"), "money",
        N_("(Δcost + contingency) / (1 − target margin) + pass-through at cost; contingency is P80 − P50 of Δcost for a fixed price, nothing "
           "for time and materials. Break-even is Δcost + pass-through; what keeps the margin is Δcost / (1 − margin before) + "
           "pass-through. Of removed work it is the largest credit."),
        _PRICE, "neither", ("projects", "tasks", "people"), ("contracts", "change_requests"),
    ),
    Definition(
        "scope_margin", N_("Margin after the change"), "share",
        N_("(AGI + F − PT − EAC − Δcost) / (AGI + F − PT), F what the client pays and PT what is passed through. Absorbed: F is nothing and "
           "PT becomes cost."),
        _PRICE, "higher", ("projects", "tasks", "people"), ("contracts", "time_entries", "expenses"),
    ),
    Definition(
        "scope_over", N_("Hours that do not fit"), "hours",
        N_("Hours of a person that can't be placed before the days which hold the promises, with the change less without it; the window is "
           "the stretch of greatest need. Earliest due first, by day."),
        N_("Deadline scheduling, Hall's condition"), "lower", ("tasks", "people"), ("absences", "bookings"),
    ),
    Definition(
        "scope_ripple", N_("Other clients' projects"), "count",
        N_("Every other project whose P80 moves by a working day or more, for they share people with this one."),
        _ENGINE, "lower", ("projects", "tasks", "people"), ("links",),
    ),
    Definition(
        "scope_float", N_("Float eaten"), "days",
        N_("Working days of total float, against the project's own finish, that work which was not critical loses to the change."),
        _ENGINE, "lower", ("tasks", "links"), ("people",),
    ),
    Definition(
        "scope_later", N_("If the client signs later"), "days",
        N_("The same answer where the new work may not begin before the day of signing, 1, 2 and 4 weeks after the data's date."),
        _ENGINE, "lower", ("projects", "tasks"), ("people",),
    ),
)  # fmt: skip
_OF_REQUESTS = (
    Definition(
        "scope_unapproved", N_("Work begun without approval"), "hours",
        N_("Hours of requests whose work had begun (by their own day, the first of their tasks, or hours logged on them) and that nobody had "
           "approved, and of rejected ones that were worked on all the same. Account health and the agenda count the same."),
        N_("Register of change requests"), "lower", ("change_requests", "projects"), ("tasks", "time_entries"),
    ),
    Definition(
        "scope_growth", N_("Scope growth"), "hours",
        N_("Hours of requests by state: approved (the client pays, at least a share; in the month of the decision), absorbed (we pay, or work "
           "began without approval; in the month it began), asked for (neither; in the month it was raised). Removed work counts less. "
           "Beside it their share of the original budget of hours."),
        N_("Register of change requests"), "neither", ("change_requests", "projects"), ("tasks",),
    ),
    Definition(
        "scope_ledger", N_("Margin ledger"), "money",
        N_("Sold (fee less pass-through, less the budget of cost) → Σ (price − pass-through − cost) of each change order → cost of absorbed "
           "requests → estimate drift, which is what remains → today, AGI less EAC. The steps add up; the range of today is that of EAC."),
        N_("Margin at completion, step by step"), "higher", ("projects", "change_requests"), ("tasks", "time_entries", "people"),
    ),
)  # fmt: skip
HEALTH_FIGURES: dict[str, tuple[Definition, ...]] = {
    "score": _BY_ACCOUNT, "check": _OF_THE_CHECK, "book": _OF_THE_BOOK, "earned": _OF_EARNED_VALUE, "requests": _OF_REQUESTS,
    "scope": _OF_THE_ANSWER,
}  # fmt: skip
"""Figures of account health and of scope change by the part that shows them. None is a figure of `lib.measures.book`."""


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
