"""Closing report and case study of a project: what people write into them, kept with its author, and the files. It computes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from lib.columns import N_
from lib.documents.case_study_rows import Typed as StudyTyped
from lib.documents.case_study_rows import case_study_of, quotable
from lib.documents.change_order_rows import forbidden_of
from lib.documents.closing_report import ClosingReport, client_edition
from lib.documents.closing_report_rows import Typed, closing_report_of
from lib.documents.orders import Form, order_case_study, order_closing_report
from lib.formats import Language
from lib.language import LANGUAGES
from lib.measures.goals import goals
from lib.ui import reading, session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import clip, md
from lib.ui.made_files import make_files
from lib.ui.scope_drawers import open_drawer, opened_drawer, show_drawer
from lib.workers import Refused, Worker

FIELDS = {
    "summary": N_("Summary"), "lessons": N_("Lessons, for the client too, one a line"), "inside": N_("Lessons for us, one a line"),
    "headline": N_("Headline"), "challenge": N_("The challenge"), "done": N_("What we did"), "result": N_("The result"),
}  # fmt: skip
REPORT, STUDY = ("summary", "lessons", "inside"), ("headline", "challenge", "done", "result")
SUBJECT = "closing"
READERS = {"client": N_("For the client"), "us": N_("For us, with margin")}


def show_closing(row: Mapping[str, Any], version: int, as_of: date, base: str, t: Language) -> None:
    """The button of a project's closing report and case study, and the drawer behind it. `row`: project_id, name, account_id, account."""
    st.button(t("Closing report and case study"), key="scope.closing", on_click=open_drawer, args=("closing", row["project_id"]))
    if opened_drawer() == ("closing", row["project_id"]):
        show_drawer(t("Closing report and case study"), _contents, row, version, as_of, base, t)


def kept_texts(project_id: str) -> dict[str, str]:
    """What was written last for each of FIELDS."""
    found = {}
    for one in session.store().rows("commentary", subject=SUBJECT):
        about = one["figures"] or {}
        if about.get("project_id") == project_id and about.get("field") in FIELDS:
            found[str(about["field"])] = str(one["text"])
    return found


def _contents(row: Mapping[str, Any], version: int, as_of: date, base: str, t: Language) -> None:
    with st.container(key="scope.closing_drawer", gap="small"):
        st.markdown(f"**{md(row['name'])}**  \n:gray[{md(row['account'] or '')} · {t('data as of {day}', day=t.day(as_of))}]")
        kept = kept_texts(row["project_id"])
        report_tab, study_tab = st.tabs([t("Closing report"), t("Case study")])
        with report_tab:
            texts = {name: st.text_area(t(FIELDS[name]), kept.get(name, ""), key=f"scope.closing_{name}", max_chars=4000, height=90)
                     for name in REPORT}  # fmt: skip
            _keep(row, {name: text for name, text in texts.items() if text.strip() != kept.get(name, "")}, "report", t)
            code = _language("scope.closing_lang", t)
            reader = st.segmented_control(
                t("Who reads it"), list(READERS), format_func=lambda key: t(READERS[key]), default="client", required=True,
                key="scope.closing_reader",
            )  # fmt: skip
            whole = _report(row, version, as_of, base, texts)
            report = client_edition(whole) if reader != "us" else whole
            forbidden = forbidden_of(session.portfolio(version), row["account_id"])
            name = f"{t('closing')}_{row['project_id']}_{code.code}{'' if reader != 'us' else '_' + t('internal')}"
            forms: tuple[tuple[str, Form], ...] = ((t("PDF"), "pdf"), (t("Word"), "docx"))
            orders = [(label, f"{name}.{form}", partial(_ordered, report, code, form, forbidden)) for label, form in forms]
            make_files("scope.closing_files", f"{report.digest}.{code.code}", orders, t)
        with study_tab:
            _study(row, version, as_of, client_edition(whole), kept, t)


def _ordered(
    report: ClosingReport, code: Language, form: Form, forbidden: frozenset[str], worker: Worker, folder: Path
) -> bytes | Refused:  # fmt: skip
    return order_closing_report(worker, report, code, form, folder, forbidden)


def _report(row: Mapping[str, Any], version: int, as_of: date, base: str, texts: Mapping[str, str]) -> ClosingReport:
    portfolio, _ = session.known_portfolio(as_of, version)
    typed = Typed("", texts["summary"].strip(), _lines(texts["lessons"]), _lines(texts["inside"]))
    promises = reading.promises(as_of)
    mine = promises.filter(pl.col("project_id") == row["project_id"]) if "project_id" in promises.columns else None
    return closing_report_of(portfolio, row["project_id"], as_of, base, typed, mine)


def _study(row: Mapping[str, Any], version: int, as_of: date, report: ClosingReport, kept: Mapping[str, str], t: Language) -> None:
    portfolio, _ = session.known_portfolio(as_of, version)
    texts = {name: st.text_area(t(FIELDS[name]), kept.get(name, ""), key=f"scope.study_{name}", max_chars=1000, height=80)
             for name in STUDY}  # fmt: skip
    _keep(row, {name: text for name, text in texts.items() if text.strip() != kept.get(name, "")}, "study", t)
    own = goals(portfolio, as_of).filter(pl.col("account_id") == row["account_id"])
    titles = dict(own.select("goal_id", "title").iter_rows())
    picked = st.multiselect(
        t("Goals to show"), list(titles), format_func=lambda key: clip(str(titles.get(key, key)), 50), key="scope.study_goals",
        placeholder=t("None"),
    )  # fmt: skip
    said = {one["feedback_id"]: one for one in quotable(portfolio, row["project_id"], as_of).iter_rows(named=True)}
    quote = st.selectbox(
        t("May be quoted, with the client's leave"), list(said), index=None, placeholder=t("Nothing is quoted"), key="scope.study_quote",
        format_func=lambda key: clip(f"{said[key]['who'] or ''}: {said[key]['comment']}", 70),
    )  # fmt: skip
    code = _language("scope.study_lang", t)
    said_now = {name: texts[name].strip() for name in STUDY}
    typed = StudyTyped(**said_now, goal_ids=tuple(picked), quoted_feedback=quote)
    study = case_study_of(portfolio, row["project_id"], as_of, report, typed)
    forbidden = forbidden_of(session.portfolio(version), row["account_id"])
    name = f"{t('case_study')}_{row['project_id']}_{code.code}.pdf"
    make_files(
        "scope.study_files", f"{study.digest}.{code.code}",
        [(t("PDF"), name, lambda worker, folder: order_case_study(worker, study, code, folder, forbidden))], t,
    )  # fmt: skip


def _language(key: str, t: Language) -> Language:
    code = st.segmented_control(
        t("Language of the document"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, default=t.code, required=True, key=key
    )
    return Language(str(code or t.code))


def _lines(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _keep(row: Mapping[str, Any], changed: Mapping[str, str], part: str, t: Language) -> None:
    """Keep what was written, each text a row with its author."""
    if not changed:
        return
    who = ask_author(t, f"scope.{part}_author")
    if st.button(t("Keep the texts"), key=f"scope.{part}_keep", disabled=not who):
        session.require("decide", "commentary")
        for name, text in changed.items():
            about = {"project_id": row["project_id"], "field": name}
            kept = {"account_id": None, "subject": SUBJECT, "language": t.code, "text": text.strip(), "figures": about}
            session.store().write("commentary", kept, author=who, at=session.now())
        st.rerun()
    show_author(t)
