"""The change order of an option as Word file and PDF in either language: what a person adds, then its downloads. It prices nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, timedelta
from functools import partial

import streamlit as st

from lib.documents.change_order import Way
from lib.documents.change_order_rows import FREE, Facts, Typed, change_order_of, facts_of, forbidden_in, forbidden_of
from lib.documents.orders import order_change_order, shipped_template
from lib.formats import Language
from lib.language import LANGUAGES
from lib.measures.project_outlook import clients_part
from lib.scope.answer import Answer, Option, SignedLater
from lib.scope.orders import Approval
from lib.scope.sentences import OPTION_NAMES
from lib.ui import session
from lib.ui.downloads import download
from lib.ui.frame import md
from lib.ui.made_files import make_files
from lib.ui.scope_drawers import open_drawer, opened_drawer, show_drawer

VALID_DAYS = 30


def order_button(option: Option, t: Language) -> None:
    """What opens the drawer of an option's change order: the page's one primary button."""
    held = option.refused is not None or option.ask.is_empty
    help_ = t("This option can't be had.") if held else None
    st.button(t("Change order"), key="scope.order", type="primary", disabled=held, help=help_, on_click=open_drawer,
              args=("order", option.ask.project_id))  # fmt: skip


def show_order_drawer(answer: Answer, option: Option, number: str, later: Iterable[SignedLater], t: Language) -> None:
    """The drawer of an option's change order, where it is open; `number` is the one that the order bears."""
    if opened_drawer() == ("order", option.ask.project_id) and option.refused is None and not option.ask.is_empty:
        show_drawer(t("Change order {number}", number=number), show_order_form, answer, option, number, tuple(later), None, t)


def show_order_form(
    answer: Answer, option: Option, number: str, later: tuple[SignedLater, ...], agreed: Approval | None, t: Language
) -> None:  # fmt: skip
    """What a person adds to a change order, then its files. `agreed`: what was approved, if it was."""
    with st.container(key="scope.order_drawer", gap="small"):
        st.markdown(f"**{md(answer.ask.title or answer.project)}** · {t(OPTION_NAMES[option.key])}  \n:gray[{md(answer.account)}]")
        st.markdown(f":small[:gray[{t('For the client: no cost, no margin, no other client. Texts below are yours.')}]]")
        code = st.segmented_control(
            t("Language of the document"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, default=t.code, required=True,
            key="scope.order_lang",
        )  # fmt: skip
        portfolio = session.portfolio(answer.version)
        facts = facts_of(portfolio, answer.ask.project_id, answer.as_of, answer.base)
        left, right = st.columns(2, gap="small")
        dated = left.date_input(t("Dated"), answer.as_of, format="DD/MM/YYYY", key="scope.order_dated")
        dated_on = dated if isinstance(dated, date) else answer.as_of
        ends = dated_on + timedelta(days=VALID_DAYS)
        until = right.date_input(t("Offer valid until"), ends, format="DD/MM/YYYY", key="scope.order_until")
        firm = left.text_input(t("Our company"), facts.firm, key="scope.order_firm", max_chars=120)
        signer = left.text_input(t("Who signs for us"), key="scope.order_firm_signer", max_chars=120)
        client_signer = right.text_input(t("Who signs for the client"), key="scope.order_client_signer", max_chars=120)
        title = right.text_input(t("Title"), answer.ask.title, key="scope.order_title", max_chars=300)
        description = st.text_area(t("Description"), key="scope.order_description", max_chars=2000, height=80)
        reason = st.text_input(t("Reason"), answer.ask.reason or "", key="scope.order_reason", max_chars=500)
        scope_reason = st.text_input(t("Why it is in or out of scope"), key="scope.order_scope", max_chars=500)
        assumptions = st.text_area(t("Assumptions, one a line"), key="scope.order_assumptions", max_chars=2000, height=80)
        others: list[Way] = [one.key for one in answer.options if one.key != option.key and one.refused is None and one.key not in FREE]
        refused = st.multiselect(
            t("Options that the client was shown and refused"), others, format_func=lambda key: t(OPTION_NAMES[key]),
            key="scope.order_refused", placeholder=t("None"),
        )  # fmt: skip
        own = st.file_uploader(t("Your own Word template"), type=["docx"], key="scope.order_template", max_upload_size=5)
        download(t("Word template to edit"), partial(shipped_template, "change_order"), "change_order_template.docx", ("change_order",),
                 key="scope.order_shipped", type="tertiary")  # fmt: skip
        typed = Typed(
            number=number, dated_on=dated_on, firm=firm.strip(), title=title.strip() or None, description=description.strip(),
            reason=reason.strip(), scope_reason=scope_reason.strip(),
            assumptions=tuple(line.strip() for line in assumptions.splitlines() if line.strip()),
            valid_until=until if isinstance(until, date) else None, refused=tuple((key, None) for key in refused),
            client_signer=client_signer.strip(), firm_signer=signer.strip(), price=_asked(agreed, facts),
            committed_on=None if agreed is None else agreed.promise_on or answer.before.promise_on,
        )  # fmt: skip
        order = change_order_of(answer, option.key, facts, typed, later)
        forbidden = forbidden_in(answer) | forbidden_of(portfolio, answer.account_id)
        template = None if own is None else own.getvalue()
        words = Language(str(code or t.code))
        name = f"{number}_{words.code}"
        made = hashlib.sha256(b"" if template is None else template).hexdigest()[:12]
        make_files(
            "scope.order", f"{order.digest}.{words.code}.{made}",
            [
                (t("PDF"), f"{name}.pdf", lambda worker, folder: order_change_order(worker, order, words, "pdf", folder, forbidden)),
                (t("Word"), f"{name}.docx", lambda worker, folder: order_change_order(
                    worker, order, words, "docx", folder, forbidden, template)),
            ], t,
        )  # fmt: skip


def _asked(agreed: Approval | None, facts: Facts) -> float | None:
    """The client's part of the price that was approved, in the project's currency; None where nothing was, or without a rate."""
    if agreed is None or agreed.price is None or not facts.fx:
        return None
    return clients_part(agreed.price, agreed.paid_by, agreed.client_share) / facts.fx
