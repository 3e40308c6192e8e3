"""Every table that Cartera imports: columns, types, keys, ranges and rules, declared once.

Validation, templates, the importer's questions, the data dictionary and the store's schemas are all read from here.
A rule's name is its error code; its message for people is in `RULES`.
"""

from __future__ import annotations

from dataclasses import dataclass

import dataframely as dy
import polars as pl

from lib.columns import (
    N_,
    choice,
    country,
    currency,
    day,
    facts,
    flag,
    hours,
    in_order,
    key,
    money,
    note,
    number,
    percent,
    ref,
    share,
    text,
    week,
    whole,
    words,
)  # fmt: skip

MONEY_PER = ("total", "month", "quarter", "year")


class Accounts(dy.Schema):
    account_id = key(N_("Account id"), N_("The client's identifier in your own system"))
    name = text(N_("Account"), N_("What the client is called"), need=True)
    parent_id = ref("accounts", N_("Parent account"), N_("The account this one belongs to"))
    internal = flag(N_("Internal"), N_("Yes for your own house, which has no health score"))
    industry = text(N_("Industry"), N_("The client's line of business"))
    tier = choice(("key", "growth", "standard"), N_("Tier"), N_("How much attention the account gets"))
    manager = text(N_("Account manager"), N_("Who answers for the account"))
    director = text(N_("Account director"), N_("Who the account manager reports to"))
    country = country(N_("Country"), N_("Two letters, such as ES or GB"))
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    since = day(N_("Client since"), N_("First day as a client"))
    status = choice(("active", "prospect", "paused", "lost"), N_("Status"), N_("Where the relation stands"), need=True)
    lost_on = day(N_("Lost on"), N_("The day the client was lost"))
    notice_given_on = day(N_("Notice given on"), N_("The day the client said that it leaves"))

    @dy.rule()
    def parent_of_itself(cls) -> pl.Expr:
        return (pl.col("parent_id") != pl.col("account_id")).fill_null(True)


class Contacts(dy.Schema):
    contact_id = key(N_("Contact id"), N_("The person's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The account the person works for"), need=True)
    name = text(N_("Contact"), N_("The person's name"), need=True)
    role = choice(("sponsor", "decision_maker", "champion", "user", "finance"), N_("Contact's role"), N_("The person's part in decisions"))
    email = text(N_("Email"), N_("Email address"))
    active = flag(N_("Active"), N_("No when the person has left or changed post"))
    since = day(N_("Known since"), N_("First day in this role"))
    left_on = day(N_("Left on"), N_("The day the person left"))

    @dy.rule()
    def left_before_start(cls) -> pl.Expr:
        return in_order("since", "left_on")


class Contracts(dy.Schema):
    contract_id = key(N_("Contract id"), N_("The contract's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    kind = choice(("retainer", "fixed_price", "time_materials", "subscription"), N_("Contract kind"), N_("How the work is paid"), need=True)
    start = day(N_("Start"), N_("First day of the term"), need=True)
    end = day(N_("End"), N_("Last day of the term; empty if open-ended"))
    signed_on = day(N_("Signed on"), N_("The day it was signed"))
    notice_days = whole(N_("Notice days"), N_("Days before the end by which notice must be given"), "d", least=0, most=3660)
    notice_given_on = day(N_("Notice given on"), N_("The day notice was given"))
    auto_renew = flag(N_("Renews by itself"), N_("Yes if it renews without a signature"))
    renewal_months = whole(N_("Renewal months"), N_("Length of the next term in months"), "months", least=1, most=240)
    value = money(N_("Value"), N_("Amount net of tax, per the period in the next column"), need=True)
    value_per = choice(MONEY_PER, N_("Value per"), N_("The period that the value covers"), need=True)
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    hours_included = hours(N_("Hours included"), N_("Hours a month that a retainer includes"))
    rollover_months = whole(N_("Rollover months"), N_("Months that unused hours stay usable"), "months", least=0, most=120)
    rollover_cap_hours = hours(N_("Rollover cap"), N_("The most hours that can be carried over"))
    overage_rate = money(N_("Overage rate"), N_("Price of an hour beyond those included"))
    payment_days = whole(N_("Payment days"), N_("Days from invoice to due date"), "d", least=0, most=366)

    @dy.rule()
    def ends_before_start(cls) -> pl.Expr:
        return in_order("start", "end")


class People(dy.Schema):
    person_id = key(N_("Person id"), N_("The person's identifier"))
    name = text(N_("Person"), N_("The person's name"), need=True)
    email = text(N_("Email"), N_("Email address"))
    role = text(N_("Role"), N_("What the person does, such as designer"))
    team = text(N_("Team"), N_("The team the person belongs to"))
    skills = words(N_("Skills"), N_("Skills, separated by ;"))
    weekly_hours = hours(N_("Weekly hours"), N_("Contracted hours a week"), need=True, most=168)
    week_pattern = week(N_("Week pattern"), N_("Hours Monday to Sunday, seven numbers separated by ;"))
    cost_rate = money(N_("Cost rate"), N_("What an hour costs you"))
    bill_rate = money(N_("Bill rate"), N_("What an hour is sold for"))
    rate_currency = currency(N_("Rate currency"), N_("Currency of both rates"))
    start = day(N_("Start"), N_("First working day"))
    end = day(N_("End"), N_("Last working day"))
    country = country(N_("Country"), N_("Two letters; decides the public holidays"))
    subdivision = text(N_("Subdivision"), N_("Region code for holidays, such as MD for Madrid"))
    city = text(N_("City"), N_("City, for local holidays"))

    @dy.rule()
    def ends_before_start(cls) -> pl.Expr:
        return in_order("start", "end")

    @dy.rule()
    def pattern_differs_from_week(cls) -> pl.Expr:
        return ((pl.col("week_pattern").list.sum() - pl.col("weekly_hours")).abs() < 0.01).fill_null(True)

    @dy.rule()
    def rate_without_currency(cls) -> pl.Expr:
        rated = pl.col("cost_rate").is_not_null() | pl.col("bill_rate").is_not_null()
        return ~rated | pl.col("rate_currency").is_not_null()


class PersonTerms(dy.Schema):
    person_id = ref("people", N_("Person id"), N_("The person"), key=True)
    from_ = day(N_("From"), N_("First day of these terms"), key=True)
    weekly_hours = hours(N_("Weekly hours"), N_("Contracted hours a week from that day"), need=True, most=168)
    week_pattern = week(N_("Week pattern"), N_("Hours Monday to Sunday, seven numbers separated by ;"))
    cost_rate = money(N_("Cost rate"), N_("What an hour costs you"))
    bill_rate = money(N_("Bill rate"), N_("What an hour is sold for"))
    currency = currency(N_("Currency"), N_("Currency of both rates"))

    from_.alias = "from"  # a Python keyword

    @dy.rule()
    def pattern_differs_from_week(cls) -> pl.Expr:
        return ((pl.col("week_pattern").list.sum() - pl.col("weekly_hours")).abs() < 0.01).fill_null(True)


class Closures(dy.Schema):
    closure_id = key(N_("Closure id"), N_("The closed day's identifier"))
    date = day(N_("Date"), N_("The closed day"), need=True)
    name = text(N_("Closure"), N_("What the day is called"), need=True)
    country = country(N_("Country"), N_("Only people of this country; empty for all"))
    subdivision = text(N_("Subdivision"), N_("Only people of this region"))
    city = text(N_("City"), N_("Only people of this city"))
    person_id = ref("people", N_("Person id"), N_("Only this person"))
    hours = hours(N_("Hours"), N_("Hours closed; empty for the whole day"), most=24)


class Projects(dy.Schema):
    project_id = key(N_("Project id"), N_("The project's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    contract_id = ref("contracts", N_("Contract id"), N_("The contract it is done under"))
    name = text(N_("Project"), N_("What the project is called"), need=True)
    status = choice(("planned", "active", "on_hold", "done", "cancelled"), N_("Status"), N_("Where the project stands"), need=True)
    manager = text(N_("Project manager"), N_("Who runs the project"))
    start = day(N_("Start"), N_("First day in the current plan"))
    due = day(N_("Due"), N_("Committed date"))
    baseline_start = day(N_("Baseline start"), N_("First day as first agreed"))
    baseline_due = day(N_("Baseline due"), N_("Last day as first agreed"))
    finished_on = day(N_("Finished on"), N_("The day it was finished"))
    billing = choice(("fixed", "time_materials", "retainer", "internal"), N_("Billing"), N_("How the project is billed"))
    budget_hours = hours(N_("Budget hours"), N_("Hours agreed"))
    budget_amount = money(N_("Budget"), N_("Fee agreed, net of tax"))
    budget_cost = money(N_("Cost budget"), N_("What the project may cost you"))
    pass_through_budget = money(N_("Pass-through budget"), N_("Third-party cost billed on to the client"))
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    percent_complete = percent(N_("Percent complete"), N_("Work done, 0 to 100"))
    ev_technique = choice(
        ("zero_hundred", "fifty_fifty", "weighted_milestones", "percent_complete"),
        N_("Earned value technique"),
        N_("How work done is measured"),
    )
    target_margin = number(N_("Target margin"), N_("Delivery margin aimed at, 0 to 1"), "share", least=-1, most=0.99)

    @dy.rule()
    def due_before_start(cls) -> pl.Expr:
        return in_order("start", "due")

    @dy.rule()
    def baseline_due_before_start(cls) -> pl.Expr:
        return in_order("baseline_start", "baseline_due")


class Tasks(dy.Schema):
    task_id = key(N_("Task id"), N_("The task's identifier"))
    project_id = ref("projects", N_("Project id"), N_("The project"), need=True)
    parent_id = ref("tasks", N_("Parent task"), N_("The summary task above"))
    name = text(N_("Task"), N_("What is to be done"), need=True)
    kind = choice(
        ("task", "milestone", "deliverable", "summary"), N_("Task kind"), N_("Task, milestone, deliverable or summary"), need=True
    )
    status = choice(("open", "in_progress", "blocked", "done", "cancelled"), N_("Status"), N_("Where the task stands"), need=True)
    assignee_id = ref("people", N_("Assignee"), N_("Who does it"))
    role = text(N_("Role"), N_("The role it needs while nobody is named"))
    skills = words(N_("Skills"), N_("Skills it needs, separated by ;"))
    estimate_hours = hours(N_("Estimate"), N_("Hours estimated"))
    optimistic_hours = hours(N_("Optimistic"), N_("Least hours it can take"))
    pessimistic_hours = hours(N_("Pessimistic"), N_("Most hours it can take"))
    remaining_hours = hours(N_("Remaining"), N_("Hours still to be done"))
    baseline_hours = hours(N_("Baseline hours"), N_("Hours as first agreed"))
    baseline_start = day(N_("Baseline start"), N_("First day as first agreed"))
    baseline_finish = day(N_("Baseline finish"), N_("Last day as first agreed"))
    start = day(N_("Start"), N_("First day in the current plan"))
    finish = day(N_("Finish"), N_("Last day in the current plan"))
    started_on = day(N_("Started on"), N_("The day work began"))
    finished_on = day(N_("Finished on"), N_("The day work ended"))
    due = day(N_("Due"), N_("Committed date"))
    not_before = day(N_("Not before"), N_("It can't begin earlier"))
    duration_days = number(N_("Duration"), N_("Working days it takes"), "d", least=0)
    hours_per_day = hours(N_("Hours a day"), N_("Hours a day that go into it"), most=24)
    percent_complete = percent(N_("Percent complete"), N_("Work done, 0 to 100"))
    change_id = ref("change_requests", N_("Change request"), N_("The change request it came from"))
    accepted_on = day(N_("Accepted on"), N_("The day the client accepted it"))

    @dy.rule()
    def finish_before_start(cls) -> pl.Expr:
        return in_order("start", "finish")

    @dy.rule()
    def finished_before_started(cls) -> pl.Expr:
        return in_order("started_on", "finished_on")

    @dy.rule()
    def optimistic_over_likely(cls) -> pl.Expr:
        return in_order("optimistic_hours", "estimate_hours")

    @dy.rule()
    def likely_over_pessimistic(cls) -> pl.Expr:
        return in_order("estimate_hours", "pessimistic_hours")


class Links(dy.Schema):
    predecessor_id = ref("tasks", N_("Predecessor"), N_("The task that comes first"), key=True)
    successor_id = ref("tasks", N_("Successor"), N_("The task that waits"), key=True)
    kind = choice(("FS", "SS", "FF", "SF"), N_("Link kind"), N_("FS: finish to start; SS, FF, SF likewise"), key=True)
    lag_hours = hours(N_("Lag"), N_("Working hours between the two, negative for a lead"), need=True, least=None)
    elapsed = flag(N_("Elapsed"), N_("Yes if the lag runs around the clock"))

    @dy.rule()
    def link_to_itself(cls) -> pl.Expr:
        return pl.col("predecessor_id") != pl.col("successor_id")


class TimeEntries(dy.Schema):
    entry_id = key(N_("Entry id"), N_("The entry's identifier"))
    date = day(N_("Date"), N_("The day worked"), need=True)
    person_id = ref("people", N_("Person id"), N_("Who worked"), need=True)
    project_id = ref("projects", N_("Project id"), N_("The project"), need=True)
    task_id = ref("tasks", N_("Task id"), N_("The task"))
    hours = hours(N_("Hours"), N_("Hours worked; negative corrects an earlier entry"), need=True, least=None)
    billable = flag(N_("Billable"), N_("Yes if the client pays for it"))
    bill_rate = money(N_("Bill rate"), N_("Price of the hour, if it differs from the person's"))
    cost_rate = money(N_("Cost rate"), N_("Cost of the hour, if it differs from the person's"))
    currency = currency(N_("Currency"), N_("Currency of both rates"))
    note = note(N_("Note"), N_("What was done"))

    @dy.rule()
    def hours_over_day(cls) -> pl.Expr:
        return pl.col("hours").abs() <= 24

    @dy.rule()
    def rate_without_currency(cls) -> pl.Expr:
        rated = pl.col("cost_rate").is_not_null() | pl.col("bill_rate").is_not_null()
        return ~rated | pl.col("currency").is_not_null()


class Bookings(dy.Schema):
    booking_id = key(N_("Booking id"), N_("The booking's identifier"))
    person_id = ref("people", N_("Person id"), N_("Who is booked; empty for a placeholder"))
    role = text(N_("Role"), N_("The role a placeholder stands for"))
    project_id = ref("projects", N_("Project id"), N_("The project"), need=True)
    task_id = ref("tasks", N_("Task id"), N_("The task"))
    opportunity_id = ref("opportunities", N_("Opportunity id"), N_("The deal it waits for"))
    start = day(N_("Start"), N_("First day"), need=True)
    end = day(N_("End"), N_("Last day"), need=True)
    hours_per_day = hours(N_("Hours a day"), N_("Hours on each working day"), need=True, most=24)
    status = choice(("confirmed", "tentative"), N_("Status"), N_("Confirmed or tentative"), need=True)
    probability = share(N_("Probability"), N_("Chance that a tentative booking happens, 0 to 1"))

    @dy.rule()
    def ends_before_start(cls) -> pl.Expr:
        return in_order("start", "end")


class Absences(dy.Schema):
    absence_id = key(N_("Absence id"), N_("The absence's identifier"))
    person_id = ref("people", N_("Person id"), N_("Who is away"), need=True)
    start = day(N_("Start"), N_("First day away"), need=True)
    end = day(N_("End"), N_("Last day away"), need=True)
    kind = text(N_("Absence kind"), N_("Holiday, sick leave, training …"))
    hours_per_day = hours(N_("Hours a day"), N_("Hours away a day; empty for the whole day"), most=24)
    status = choice(("requested", "approved", "rejected"), N_("Status"), N_("Requested, approved or rejected"))

    @dy.rule()
    def ends_before_start(cls) -> pl.Expr:
        return in_order("start", "end")


class Invoices(dy.Schema):
    invoice_id = key(N_("Invoice id"), N_("The invoice's number"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    project_id = ref("projects", N_("Project id"), N_("The project it bills"))
    contract_id = ref("contracts", N_("Contract id"), N_("The contract it bills"))
    kind = choice(("invoice", "credit_note"), N_("Document kind"), N_("Invoice or credit note; both with a positive amount"), need=True)
    status = choice(("sent", "void", "disputed"), N_("Status"), N_("Sent, void or disputed"), need=True)
    issued = day(N_("Issued"), N_("Issue date"), need=True)
    due = day(N_("Due"), N_("Due date"), need=True)
    paid_on = day(N_("Paid on"), N_("The day of the last payment"))
    paid_amount = money(N_("Paid amount"), N_("Amount paid so far, with tax"))
    amount = money(N_("Amount"), N_("Amount net of tax"), need=True)
    tax = money(N_("Tax"), N_("Tax on the amount"))
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    pass_through = money(N_("Pass-through"), N_("Part of the amount that bills third-party cost on"))
    period_start = day(N_("Period start"), N_("First day of the service billed"))
    period_end = day(N_("Period end"), N_("Last day of the service billed"))

    @dy.rule()
    def due_before_issued(cls) -> pl.Expr:
        return in_order("issued", "due")

    @dy.rule()
    def period_ends_before_start(cls) -> pl.Expr:
        return in_order("period_start", "period_end")


class Expenses(dy.Schema):
    expense_id = key(N_("Expense id"), N_("The expense's identifier"))
    project_id = ref("projects", N_("Project id"), N_("The project"), need=True)
    date = day(N_("Date"), N_("The day it was incurred"), need=True)
    amount = money(N_("Amount"), N_("Cost to you, net of tax"), need=True, least=None)
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    pass_through = flag(N_("Pass-through"), N_("Yes if billed on to the client"), need=True)


class Feedback(dy.Schema):
    feedback_id = key(N_("Feedback id"), N_("The answer's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    project_id = ref("projects", N_("Project id"), N_("The project"))
    contact_id = ref("contacts", N_("Contact id"), N_("Who answered"))
    date = day(N_("Date"), N_("The day of the answer"), need=True)
    kind = choice(("nps", "csat", "ces"), N_("Survey kind"), N_("NPS, CSAT or CES"), need=True)
    score = number(N_("Score"), N_("The answer"), need=True)
    scale_min = number(N_("Scale from"), N_("Lowest possible answer"))
    scale_max = number(N_("Scale to"), N_("Highest possible answer"))
    comment = note(N_("Comment"), N_("What was said"))

    @dy.rule()
    def nps_off_scale(cls) -> pl.Expr:
        return (pl.col("kind") != "nps") | pl.col("score").is_between(0, 10)

    @dy.rule()
    def score_off_scale(cls) -> pl.Expr:
        return in_order("scale_min", "score") & in_order("score", "scale_max")


class Touchpoints(dy.Schema):
    touchpoint_id = key(N_("Touchpoint id"), N_("The contact's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    date = day(N_("Date"), N_("The day it took place"), need=True)
    kind = choice(
        ("meeting", "call", "email", "workshop", "qbr"), N_("Touchpoint kind"), N_("Meeting, call, email, workshop or QBR"), need=True
    )
    contact_ids = words(N_("Contacts"), N_("Ids of the contacts present, separated by ;"), ref="contacts")
    owner = text(N_("Owner"), N_("Who held it on your side"))
    sentiment = number(N_("Sentiment"), N_("From -1 (bad) to 1 (good)"), least=-1, most=1)
    summary = note(N_("Summary"), N_("What was said"))


class Risks(dy.Schema):
    risk_id = key(N_("Risk id"), N_("The risk's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    project_id = ref("projects", N_("Project id"), N_("The project"))
    task_id = ref("tasks", N_("Task id"), N_("The task it would hit"))
    kind = choice(("risk", "issue"), N_("Risk kind"), N_("Risk: may happen. Issue: has happened"), need=True)
    title = text(N_("Risk"), N_("What may happen"), need=True)
    internal = flag(N_("Internal"), N_("Yes if the client must not see it"), need=True)
    opened = day(N_("Opened"), N_("The day it was raised"), need=True)
    closed_on = day(N_("Closed on"), N_("The day it was closed"))
    probability = whole(N_("Probability 1-5"), N_("From 1 (rare) to 5 (almost certain)"), least=1, most=5)
    impact = whole(N_("Impact 1-5"), N_("From 1 (slight) to 5 (severe)"), need=True, least=1, most=5)
    impact_days = number(N_("Impact in days"), N_("Working days lost if it happens"), "d", least=0)
    impact_hours = hours(N_("Impact in hours"), N_("Hours of work if it happens"))
    owner = text(N_("Owner"), N_("Who watches it"))
    mitigation = note(N_("Mitigation"), N_("What is done about it"))
    status = choice(("open", "closed"), N_("Status"), N_("Open or closed"), need=True)

    @dy.rule()
    def closed_before_opened(cls) -> pl.Expr:
        return in_order("opened", "closed_on")

    @dy.rule()
    def risk_without_probability(cls) -> pl.Expr:
        return (pl.col("kind") == "issue") | pl.col("probability").is_not_null()


class ChangeRequests(dy.Schema):
    change_id = key(N_("Change id"), N_("The request's identifier"))
    project_id = ref("projects", N_("Project id"), N_("The project"), need=True)
    order_number = text(N_("Order number"), N_("Number of the change order"))
    raised_on = day(N_("Raised on"), N_("The day it was asked for"), need=True)
    raised_by = text(N_("Raised by"), N_("Who asked for it"))
    title = text(N_("Change"), N_("What is asked for"), need=True)
    description = note(N_("Description"), N_("The request in full"))
    kind = choice(("added", "modified", "removed"), N_("Change kind"), N_("Work added, modified or removed"), need=True)
    status = choice(
        ("logged", "assessed", "proposed", "approved", "rejected", "implemented", "withdrawn"),
        N_("Status"),
        N_("Where the request stands"),
        need=True,
    )
    priority = choice(("must", "should", "could", "wont"), N_("Priority"), N_("Must, should, could or won't"))
    in_scope = flag(N_("In scope"), N_("Yes if the contract already covers it"))
    reason = note(N_("Reason"), N_("Why it is asked for"))
    acceptance_criteria = note(N_("Acceptance criteria"), N_("When it counts as done"))
    hours = hours(N_("Hours"), N_("Hours of work; negative for work removed"), least=None)
    cost = money(N_("Cost"), N_("What it costs you"), least=None)
    price = money(N_("Price"), N_("What the client pays"), least=None)
    pass_through = money(N_("Pass-through"), N_("Part of the amount that bills third-party cost on"), least=None)
    currency = currency(N_("Currency"), N_("Currency of cost and price"))
    delay_days = number(N_("Delay"), N_("Working days it delays the project"), "d")
    decided_on = day(N_("Decided on"), N_("The day it was approved or rejected"))
    paid_by = choice(("client", "shared", "us"), N_("Paid by"), N_("Who pays"))
    client_share = share(N_("Client's share"), N_("Part that the client pays when shared, 0 to 1"))
    started_on = day(N_("Started on"), N_("The day work on it began"))
    bundled_into = ref("change_requests", N_("Bundled into"), N_("The request that carries this small one"))

    @dy.rule()
    def decided_before_raised(cls) -> pl.Expr:
        return in_order("raised_on", "decided_on")

    @dy.rule()
    def price_without_currency(cls) -> pl.Expr:
        priced = pl.any_horizontal(pl.col("cost", "price", "pass_through").is_not_null())
        return ~priced | pl.col("currency").is_not_null()


class Opportunities(dy.Schema):
    opportunity_id = key(N_("Opportunity id"), N_("The deal's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    contract_id = ref("contracts", N_("Contract id"), N_("The contract it renews"))
    name = text(N_("Opportunity"), N_("What the deal is called"), need=True)
    kind = choice(("upsell", "cross_sell", "renewal", "new"), N_("Opportunity kind"), N_("Upsell, cross-sell, renewal or new"), need=True)
    service = text(N_("Service"), N_("The service sold"))
    stage = text(N_("Stage"), N_("Stage of the sale, as your CRM calls it"), need=True)
    amount = money(N_("Amount"), N_("Value net of tax"), need=True)
    currency = currency(N_("Currency"), N_("Three letters, such as EUR"), need=True)
    probability = share(N_("Probability"), N_("Chance of winning, 0 to 1"))
    created_on = day(N_("Created on"), N_("The day it was opened"))
    expected_close = day(N_("Expected close"), N_("The day it should be decided"))
    closed_on = day(N_("Closed on"), N_("The day it was won or lost"))
    status = choice(("open", "won", "lost"), N_("Status"), N_("Open, won or lost"), need=True)
    hours = hours(N_("Hours"), N_("Hours of work it would bring"))
    expected_start = day(N_("Expected start"), N_("The day work would begin"))
    weeks = number(N_("Weeks"), N_("Weeks the work would last"), "weeks", least=0)
    role = text(N_("Role"), N_("The role it needs most"))


class Goals(dy.Schema):
    goal_id = key(N_("Goal id"), N_("The goal's identifier"))
    account_id = ref("accounts", N_("Account id"), N_("The client"), need=True)
    title = text(N_("Goal"), N_("What the client wants to reach"), need=True)
    metric = text(N_("Metric"), N_("What is measured"))
    unit = text(N_("Unit"), N_("Unit of the metric"))
    baseline = number(N_("Baseline"), N_("Value at the start"))
    target = number(N_("Target"), N_("Value to reach"))
    actual = number(N_("Actual"), N_("Value now"))
    start = day(N_("Start"), N_("First day"))
    due = day(N_("Due"), N_("The day to reach it by"))
    owner = text(N_("Owner"), N_("Who answers for it"))
    status = choice(("on_track", "at_risk", "off_track", "met", "missed", "dropped"), N_("Status"), N_("Where the goal stands"), need=True)

    @dy.rule()
    def due_before_start(cls) -> pl.Expr:
        return in_order("start", "due")


class KpiValues(dy.Schema):
    account_id = ref("accounts", N_("Account id"), N_("The client"), key=True)
    metric = key(N_("Metric"), N_("What is measured"))
    date = day(N_("Date"), N_("The day of the value"), key=True)
    value = number(N_("Value"), N_("The value measured"), need=True)
    target = number(N_("Target"), N_("The value aimed at"))
    unit = text(N_("Unit"), N_("Unit of the value"))
    source = text(N_("Source"), N_("Where the value comes from"))


class Progress(dy.Schema):
    project_id = ref("projects", N_("Project id"), N_("The project"), key=True)
    date = day(N_("Date"), N_("The day of the reading"), key=True)
    percent_complete = percent(N_("Percent complete"), N_("Work done, 0 to 100"), need=True)


class FxRates(dy.Schema):
    currency = currency(N_("Currency"), N_("Three letters, such as USD"), key=True)
    date = day(N_("Date"), N_("The day of the rate"), key=True)
    rate = number(N_("Rate"), N_("Units of the base currency for one unit of this one"), need=True, least=1e-12)


@dataclass(frozen=True)
class Table:
    """One imported table: its name, the schema that validates it, and what people call it."""

    name: str
    schema: type[dy.Schema]
    title: str
    about: str

    @property
    def columns(self) -> dict[str, dy.Column]:
        return self.schema.columns()

    @property
    def key(self) -> list[str]:
        return self.schema.primary_key()

    @property
    def required(self) -> list[str]:
        return [name for name, column in self.columns.items() if not column.nullable]

    @property
    def references(self) -> dict[str, str]:
        """Column -> the table whose single key it names."""
        return {name: to for name, column in self.columns.items() if (to := facts(column).get("ref"))}

    @property
    def polars_schema(self) -> pl.Schema:
        return pl.Schema({name: column.dtype for name, column in self.columns.items()})

    def empty(self) -> pl.DataFrame:
        return pl.DataFrame(schema=self.polars_schema)


_DECLARED = (
    Table("accounts", Accounts, N_("Accounts"), N_("Your clients, one row each")),
    Table("contacts", Contacts, N_("Contacts"), N_("People at your clients")),
    Table("contracts", Contracts, N_("Contracts"), N_("Retainers, fixed prices, time and materials, subscriptions")),
    Table("people", People, N_("People"), N_("Your own team, with hours and rates")),
    Table("person_terms", PersonTerms, N_("Terms of people"), N_("Dated changes of hours and rates")),
    Table("closures", Closures, N_("Closures"), N_("Local holidays and days the company is closed")),
    Table("projects", Projects, N_("Projects"), N_("Work for clients, with dates and budgets")),
    Table("tasks", Tasks, N_("Tasks"), N_("Tasks, milestones and deliverables of projects")),
    Table("links", Links, N_("Task links"), N_("Which task waits for which")),
    Table("time_entries", TimeEntries, N_("Time entries"), N_("Hours worked, by person, project and day")),
    Table("bookings", Bookings, N_("Bookings"), N_("People planned on projects")),
    Table("absences", Absences, N_("Absences"), N_("Holidays, leave and training of people")),
    Table("invoices", Invoices, N_("Invoices"), N_("Invoices and credit notes")),
    Table("expenses", Expenses, N_("Expenses"), N_("Third-party cost of projects")),
    Table("feedback", Feedback, N_("Feedback"), N_("Answers to NPS, CSAT and CES surveys")),
    Table("touchpoints", Touchpoints, N_("Touchpoints"), N_("Meetings, calls and messages with clients")),
    Table("risks", Risks, N_("Risks"), N_("Risks and issues of accounts and projects")),
    Table("change_requests", ChangeRequests, N_("Change requests"), N_("What clients ask for beyond the agreement")),
    Table("opportunities", Opportunities, N_("Opportunities"), N_("Renewals, upsells and other deals")),
    Table("goals", Goals, N_("Goals"), N_("What clients want to reach")),
    Table("kpi_values", KpiValues, N_("KPI values"), N_("Dated values of clients' indicators")),
    Table("progress", Progress, N_("Progress"), N_("Dated readings of percent complete")),
    Table("fx_rates", FxRates, N_("Exchange rates"), N_("Rates of other currencies in the base currency")),
)
TABLES: dict[str, Table] = {table.name: table for table in _DECLARED}

RULES: dict[str, str] = {
    "nullability": N_("A value is required here"),
    "primary_key": N_("The same key stands in another row"),
    "min": N_("The value is too small"),
    "max": N_("The value is too large"),
    "min_length": N_("The value is too short"),
    "max_length": N_("The text is too long"),
    "regex": N_("The code does not have the right form"),
    "inf": N_("The number is infinite"),
    "nan": N_("The value is not a number"),
    "not_a_choice": N_("The word is not one of the allowed ones"),
    "separator_in_item": N_("An item of the list holds a separator"),
    "parent_of_itself": N_("The account is its own parent"),
    "left_before_start": N_("The day the contact left is before the first one"),
    "ends_before_start": N_("The end is before the start"),
    "pattern_differs_from_week": N_("The seven days do not add up to the weekly hours"),
    "rate_without_currency": N_("There is a rate, but no currency"),
    "due_before_start": N_("The due date is before the start"),
    "baseline_due_before_start": N_("The baseline's due date is before its start"),
    "finish_before_start": N_("The finish is before the start"),
    "finished_before_started": N_("It was finished before it was started"),
    "optimistic_over_likely": N_("The optimistic hours exceed the estimate"),
    "likely_over_pessimistic": N_("The estimate exceeds the pessimistic hours"),
    "link_to_itself": N_("The task waits for itself"),
    "hours_over_day": N_("A day has 24 hours"),
    "due_before_issued": N_("The due date is before the issue date"),
    "period_ends_before_start": N_("The period ends before it starts"),
    "nps_off_scale": N_("NPS answers go from 0 to 10"),
    "score_off_scale": N_("The score lies outside its scale"),
    "closed_before_opened": N_("It was closed before it was opened"),
    "risk_without_probability": N_("A risk needs a probability"),
    "decided_before_raised": N_("It was decided before it was raised"),
    "price_without_currency": N_("There is a cost or price, but no currency"),
}

UNDATED: dict[str, tuple[str, ...]] = {
    "accounts": ("status",),
    "contacts": ("active",),
    "projects": ("status", "percent_complete"),
    "tasks": ("status", "percent_complete", "remaining_hours"),
    "invoices": ("status",),
    "bookings": ("status", "probability"),
    "absences": ("status",),
    "risks": ("status", "probability", "impact"),
    "change_requests": ("status", "priority"),
    "opportunities": ("status", "stage", "probability"),
    "goals": ("status", "actual"),
}
"""Columns whose value carries no date: what they were on a past day is known only from the version known on that day."""


def referred_first() -> list[str]:
    """Table names, each after the tables it refers to (circles are cut where they close)."""
    placed: list[str] = []

    def place(name: str, path: tuple[str, ...]) -> None:
        for other in TABLES[name].references.values():
            if other not in (*path, name):
                place(other, (*path, name))
        if name not in placed:
            placed.append(name)

    for name in TABLES:
        place(name, ())
    return placed
