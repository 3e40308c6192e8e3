"""Setting an account's band by hand: with a reason, an author and an expiry, beside the computed score. It changes no score."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import streamlit as st

from lib.charts.theme import GLYPH
from lib.formats import NBSP, Language
from lib.health.overrides import LACKS, lacking
from lib.health.scores import BANDS
from lib.health.sentences import band_text
from lib.ui import session
from lib.ui.author import ask_author, show_author
from lib.ui.frame import md
from lib.ui.health_list import status_of

WEEKS_AHEAD = 4


def show_override(row: Mapping[str, Any], as_of: date, t: Language) -> None:
    """The popover that sets or withdraws the band of one account."""
    label = t("Band set by hand") if row["set_band"] else t("Set its band")
    with st.popover(label, key="health.override"):
        if row["set_band"]:
            said = t("{band} until {day}, set by {author}: {reason}", band=band_text(row["set_band"], t),
                     day=t.day(row["expires_on"], near=as_of), author=md(row["set_by"]), reason=md(row["reason"]))  # fmt: skip
            st.markdown(said)
            who = ask_author(t, "health.override.withdraw_author")
            if st.button(t("Withdraw it"), key="health.override.withdraw", disabled=not who):
                session.require("decide", "health")
                session.store().remove("overrides", row["override_id"], author=who, at=session.now())
                st.rerun()
            return
        st.markdown(f":small[:gray[{t('The score stays as it is and is shown beside it. Calibration ignores bands set by hand.')}]]")
        with st.form("health.override.form", border=False):
            words = {band: f"{GLYPH[status_of(band)]}{NBSP}{band_text(band, t)}" for band in BANDS}
            band = st.segmented_control(t("Band"), list(BANDS), format_func=words.__getitem__, key="health.override.band")
            reason = st.text_area(t("Reason"), key="health.override.reason", max_chars=500, height=80)
            until = st.date_input(
                t("Until"), as_of + timedelta(weeks=WEEKS_AHEAD), key="health.override.until", format="DD/MM/YYYY", min_value=as_of
            )
            author = ask_author(t, "health.override.author")
            if st.form_submit_button(t("Set the band"), key="health.override.save", type="primary"):
                _save(row["account_id"], band, reason, author, until if isinstance(until, date) else None, as_of, t)
        show_author(t)


def _save(account_id: str, band: str | None, reason: str, author: str, until: date | None, as_of: date, t: Language) -> None:
    lacks = lacking(band, reason, author, until, as_of)
    for key in lacks:
        st.markdown(f":red[■] {t(LACKS[key], day=t.day(as_of))}")
    if lacks:
        return
    session.require("decide", "health")
    row = {"account_id": account_id, "band": band, "reason": reason.strip(), "expires_on": until}
    session.store().write("overrides", row, author=author, at=session.now())
    st.rerun()
