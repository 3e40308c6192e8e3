"""The drawer behind figures of scope change: what each means, how it is computed and where it is defined. It computes nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import streamlit as st

from lib.formats import Language
from lib.health.defined import HEALTH
from lib.ui import session
from lib.ui.definition import BETTER
from lib.ui.frame import md


def ask_definition(figures: Sequence[str], key: str, t: Language) -> None:
    """A menu of figures (keys of HEALTH); the one picked opens in a drawer."""
    names = {figure: t(HEALTH[figure].name) for figure in figures}
    picked = st.menu_button(t("Definitions"), list(names), format_func=names.__getitem__, type="tertiary", key=key)
    if picked:
        st.dialog(names[picked], width=560, position="right")(_contents)(picked, t)


def definitions_menu(figures: Sequence[str], key: str, t: Language) -> Callable[[], bool]:
    """What draws that menu in a card, in the place of its Details."""

    def menu() -> bool:
        ask_definition(figures, key, t)
        return False

    return menu


def _contents(figure: str, t: Language) -> None:
    one = HEALTH[figure]
    with st.container(key="definition"):
        st.markdown(f"**{t('How it is computed')}**  \n{md(t(one.formula))} {t(BETTER[one.better])}")
        st.markdown(f":gray[{t('Definition')}: {md(t(one.source))}]")
        definitions = session.ROOT / "pages" / "definitions.py"
        st.page_link(definitions, label=t("See it in Definitions"), query_params={"figure": figure, "lang": t.code})
