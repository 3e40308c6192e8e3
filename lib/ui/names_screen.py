"""Names that waiting files say and no row bears, all on one screen: the nearest known ones with a score, accepted or answered by a person.

It draws what `lib.ui.naming` gathers. Nothing is linked without a click.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence

import streamlit as st

from lib.formats import NBSP, Language
from lib.intake.matching import SURE, Match
from lib.tables import TABLES
from lib.ui import naming, uploads
from lib.ui.frame import clip, md, spoken
from lib.ui.naming import Asked
from lib.ui.uploads import Upload

SHOWN = 10
OFFERED = 300
NEAREST = 12
CREATE, EMPTY, UNLINKED, OUT = "create", "empty", "unlinked", "out"
_ROW = "row:"


def ask_names(waiting: Sequence[Upload], t: Language) -> None:
    """The names of all waiting files that no row bears, if there are any, and what was answered so far."""
    asked = naming.asked_names(waiting)
    created = [one for one in asked if naming.to_be_created(one)]
    open_ones = [one for one in asked if one not in created]
    answered = naming.answered(waiting)
    if not asked and not answered:
        return
    with st.container(border=True, key="names", gap="small"):
        if open_ones:
            _ask(open_ones, t)
        else:
            st.markdown(f":green[●] **{t('Every name in these files has an answer.')}**")
        if created:
            said = t.plural("One name becomes a row once its file below is ready.", "{n} names become rows once their file below is ready.",
                            len(created))  # fmt: skip
            st.markdown(f":gray[○ {said} {md(clip(', '.join(one.word for one in created), 160))}]")
        _show_answered(waiting, t)


def _ask(asked: list[Asked], t: Language) -> None:
    files = len({name for one in asked for name in one.files})
    head = t(
        "{names} in {files}: who or what is meant?",
        names=t.plural("One unknown name", "{n} unknown names", len(asked)),
        files=t.plural("one file", "{n} files", files),
    )
    told = t("What you say is remembered for the tool that the file comes from, once the file is loaded. Names you leave open stay out.")
    st.markdown(f":orange[▲]{NBSP}**{head}**  \n:gray[{told}]")
    near = naming.near(asked, NEAREST)
    sure = [one for one in asked if near[one] and near[one][0].sure]
    with st.container(horizontal=True, gap="small"):
        if sure:
            share = t.share(SURE / 100)
            label = t.plural("Accept the one match of {share} or more", "Accept the {n} matches of {share} or more", len(sure), share=share)
            st.button(label, key="names.bulk", on_click=_accept, args=([(one, near[one][0].key) for one in sure],))
        keep = t("Load these rows all the same: what they name can come later")
        st.button(keep, type="tertiary", key="names.keep", on_click=naming.keep_all, args=(asked,))
    pages = -(-len(asked) // SHOWN)
    page = int(st.session_state.get("names.page") or 1)
    if page > pages:
        page = 1
        st.session_state.pop("names.page", None)
    _form(asked[(page - 1) * SHOWN : page * SHOWN], near, t)
    if pages > 1:
        st.pagination(pages, key="names.page")


def _accept(chosen: Sequence[tuple[Asked, str]]) -> None:
    for one, key in chosen:
        naming.answer(one, key)


def _form(asked: Sequence[Asked], near: Mapping[Asked, list[Match]], t: Language) -> None:
    """One row a word: where it stands, the nearest known name, and the choice of what it means."""
    names = {table: uploads.known_names(table) for table in {one.table for one in asked}}
    with st.form("names.form", border=False):
        picked = {one: _row(one, near[one], names[one.table], t) for one in asked}
        if st.form_submit_button(t("Use these answers"), key="names.use"):
            wrong = _apply(picked)
            if not wrong:
                st.rerun()
            missing = t("No row is called {names}. Pick one of the list.", names=md(clip(", ".join(wrong), 160)))
            st.markdown(f":red[■] {missing}")


def _row(one: Asked, near: Sequence[Match], names: Mapping[str, str], t: Language) -> str | None:
    left, middle, right = st.columns([4, 3, 4], vertical_alignment="center", gap="small")
    where = " · ".join([t(TABLES[one.table].title), t.plural("{n} row", "{n} rows", one.rows), clip(", ".join(one.files), 40)])
    left.markdown(f"**{md(clip(one.word, 60))}**  \n:small[:gray[{md(where)}]]")
    middle.markdown(_proposal(near, t))
    options = {f"{_ROW}{match.key}": f"{match.name} · {t.share(match.score / 100)}" for match in near[:3]}
    options |= {CREATE: t("Make it a new row")} if "name" in TABLES[one.table].columns else {}
    options |= {EMPTY: t("No value")} if one.nullable else {}
    options |= {UNLINKED: t("Keep it, not linked"), OUT: t("Leave these rows out")}
    offered = names if len(names) <= OFFERED else {match.key: match.name for match in near}
    options |= {f"{_ROW}{key}": str(name) for key, name in offered.items() if f"{_ROW}{key}" not in options}
    return right.selectbox(
        t("Meaning of {word}", word=spoken(one.word)),
        list(options),
        index=None,
        format_func=lambda option: clip(str(options.get(option, option)), 60),
        accept_new_options=len(names) > OFFERED,
        key=f"names.pick.{_digest(one)}",
        label_visibility="collapsed",
        placeholder=t("Pick one, or type a name") if len(names) > OFFERED else t("Pick what it means"),
    )


def _proposal(near: Sequence[Match], t: Language) -> str:
    if not near:
        return f":gray[{t('Nothing is near')}]"
    best = near[0]
    mark = ":green[●]" if best.sure else ":gray[○]"
    rivals = sum(match.score == best.score for match in near)
    doubt = f" · {t.plural('one as near', '{n} as near', rivals - 1)}" if rivals > 1 else ""
    return f"{mark}{NBSP}{md(clip(best.name, 44))}  \n:small[:gray[{t('{share} alike', share=t.share(best.score / 100))}{doubt}]]"


def _digest(one: Asked) -> str:
    return hashlib.sha256(repr((one.table, one.source, one.word)).encode()).hexdigest()[:12]


def _apply(picked: Mapping[Asked, str | None]) -> list[str]:
    """Put the answers into the files; typed names that no row bears are given back, and then nothing is done."""
    rows, wrong = {}, []
    for one, option in picked.items():
        if option is None or option in (CREATE, EMPTY, UNLINKED, OUT):
            continue
        typed = option.removeprefix(_ROW)
        key = naming.key_of(one.table, typed)
        rows[one] = key
        if key is None:
            wrong.append(typed)
    if wrong:
        return wrong
    for one, option in picked.items():
        key = rows.get(one)
        if key is not None:
            naming.answer(one, key)
        elif option == EMPTY:
            naming.answer(one, "")
        elif option == UNLINKED:
            naming.answer(one, naming.own_key(one.source, one.word))
        elif option == OUT:
            naming.leave_out(one)
    naming.create([one for one, option in picked.items() if option == CREATE])
    return []


def _show_answered(waiting: Sequence[Upload], t: Language) -> None:
    answered = naming.answered(waiting)
    if not answered and not naming.any_left_out():
        return
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        names = {table: uploads.known_names(table) for table in {one.table for one in answered}}
        pairs = [f"{clip(one.word, 30)} → {_meaning(one.target, names[one.table], t)}" for one in answered]
        said = t.plural("One name answered", "{n} names answered", len(answered))
        st.markdown(f":green[●] {said} :gray[{md(clip('; '.join(pairs), 240))}]", width="stretch")
        st.button(t("Answer them again"), type="tertiary", key="names.again", on_click=naming.take_back, args=(list(waiting),))


def _meaning(target: str, names: Mapping[str, str], t: Language) -> str:
    if not target:
        return t("No value")
    return clip(str(names[target]), 30) if target in names else t("not linked")
