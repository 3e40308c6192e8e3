"""Writes docs/importing.md and docs/definitions.md, and their Spanish twins, from what the code declares. `python -m scripts.documents`

It adds no fact of its own: tables, rules, messages and figures come from lib/, and the sentences around them from scripts/prose.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import dataframely as dy

from lib.definitions import CONCENTRATION_LIMITS, DEFINITIONS, RATE_MAX_AGE_DAYS, RENEWAL_WINDOW_DAYS, SIGNALS, Definition, Signal
from lib.formats import Language
from lib.health.defined import COMPONENT_OF, DEFINED, GROUPS, METRIC_OF
from lib.health.metric_words import figure_text
from lib.health.metrics import COMPONENTS, METRIC_KEYS
from lib.health.profile import DEFAULT_PROFILE
from lib.intake import SheetLimits
from lib.intake.delimited import MOST_COLUMNS
from lib.intake.messages import EXPLAINED, MESSAGES, QUESTIONS, REFUSALS
from lib.intake.templates import columns_of
from lib.tables import RULES, TABLES, UNDATED, Table
from lib.workers.limits import Limits

ROOT = Path(__file__).resolve().parents[1]
PROSE = Path(__file__).parent / "prose"
WORDS = {
    "en": {
        "key": "Key",
        "undated": "Without a date of their own, so a past day shows what was known then",
        "ref": "key or name of a row in {table}",
        "refs": "keys of rows in {table}",
        "own_ref": "key or name of another row of this table",
        "least": "from {least}",
        "most": "up to {most}",
        "between": "{least} to {most}",
        "rules": "A row is rejected when this is so",
        "code": "Code",
        "wrong": "What is wrong",
        "todo": "What to do",
        "asked": "Question",
        "answer": "Until it is answered",
        "blocks": "nothing of the file is loaded",
        "rejects": "the rows concerned are left out",
        "unit": "Unit",
        "source": "Source",
        "needs": "Needs",
        "also": "Better with",
        "better": "Better",
        "severity": "Severity",
        "signal": "Signal",
        "says": "What the agenda says",
        "decision": "What it asks",
        "from": "From",
        "figure": "Figure",
        "graded": "{least} at {mild}, 1 at {grave}",
        "metric": "Metric",
        "at_0": "Scores 0",
        "at_100": "Scores 100",
        "weight": "Weight",
    },
    "es": {
        "key": "Clave",
        "undated": "Sin fecha propia: un día pasado muestra lo que se sabía entonces",
        "ref": "clave o nombre de una fila de {table}",
        "refs": "claves de filas de {table}",
        "own_ref": "clave o nombre de otra fila de esta tabla",
        "least": "desde {least}",
        "most": "hasta {most}",
        "between": "de {least} a {most}",
        "rules": "Una fila se rechaza si ocurre esto",
        "code": "Código",
        "wrong": "Qué falla",
        "todo": "Qué hacer",
        "asked": "Pregunta",
        "answer": "Mientras no se responde",
        "blocks": "no se carga nada del fichero",
        "rejects": "las filas afectadas se quedan fuera",
        "unit": "Unidad",
        "source": "Fuente",
        "needs": "Necesita",
        "also": "Mejor con",
        "better": "Mejor",
        "severity": "Gravedad",
        "signal": "Señal",
        "says": "Qué dice el orden del día",
        "decision": "Qué pregunta",
        "from": "De",
        "figure": "Cifra",
        "graded": "{least} con {mild}, 1 con {grave}",
        "metric": "Métrica",
        "at_0": "Puntúa 0",
        "at_100": "Puntúa 100",
        "weight": "Peso",
    },
}
UNITS = {
    "en": {
        "money": "money, in the base currency",
        "share": "share",
        "hours": "hours",
        "count": "number",
        "index": "index",
        "days": "days",
        "ratio": "ratio",
        "points": "percentage points",
        "yes_no": "yes or no",
        "exposure": "probability × impact",
        "band": "band",
        "h": "hours",
        "d": "days",
        "%": "0 to 100",
        "months": "months",
        "weeks": "weeks",
        "higher": "higher",
        "lower": "lower",
        "neither": "neither",
    },
    "es": {
        "money": "dinero, en la moneda base",
        "share": "proporción",
        "hours": "horas",
        "count": "número",
        "index": "índice",
        "days": "días",
        "ratio": "cociente",
        "points": "puntos porcentuales",
        "yes_no": "sí o no",
        "exposure": "probabilidad × impacto",
        "band": "banda",
        "h": "horas",
        "d": "días",
        "%": "de 0 a 100",
        "months": "meses",
        "weeks": "semanas",
        "higher": "más alto",
        "lower": "más bajo",
        "neither": "ni más ni menos",
    },
}
BLOCKING = ("number_style", "date_order", "scale", "unit", "constant")
"""Questions without whose answer nothing is accepted (lib.intake.values.Question)."""
MEASURED = {
    "invoice_overdue": "days",
    "notice_date": "days",
    "over_servicing": "share",
    "unapproved_work": "share",
    "project_late": "days",
    "hours_over_budget": "share",
    "revenue_falling": "share",
    "no_contact": "days",
    "detractor": "score",
    "promise_late": "days",
}
"""What `mild` and `grave` of a graded signal count (lib.measures.signals)."""
PROMISES = {"en": "promises", "es": "compromisos"}


def documents() -> dict[str, str]:
    """Path below the repository -> text, of every generated document."""
    made = {}
    for code, folder in (("en", "docs"), ("es", "docs/es")):
        t = Language(code)
        made[f"{folder}/importing.md"] = importing(t)
        made[f"{folder}/definitions.md"] = definitions(t)
    return made


def importing(t: Language) -> str:
    """How files come in, and the dictionary of every table and column."""
    sheet = SheetLimits()
    return _filled(
        "importing",
        t,
        questions=_questions(t),
        issues=_messages(t, refusals=False),
        refusals=_messages(t, refusals=True),
        tables=_list_of_tables(t),
        dictionary="\n\n".join(_table(table, t) for table in TABLES.values()),
        sheet_megabytes=t.number(sheet.file_bytes / 1e6),
        sheet_rows=t.number(sheet.rows),
        unpacked_megabytes=t.number(sheet.unpacked_bytes / 1e6),
        most_columns=t.number(MOST_COLUMNS),
        memory_gigabytes=t.number(Limits().memory_bytes / 1e9),
    )


def definitions(t: Language) -> str:
    """Every figure, those of account health, and every signal."""
    limits = {name: t.number(value) if name == "hhi" else t.share(value) for name, value in CONCENTRATION_LIMITS.items()}
    return _filled(
        "definitions",
        t,
        figures=_list_of_figures(t),
        formulas="\n\n".join(_figure(figure, t) for figure in DEFINITIONS.values()),
        health="\n\n".join(_health_group(group, t) for group in GROUPS),
        signals=_signals(t),
        renewal_days=t.number(RENEWAL_WINDOW_DAYS),
        rate_days=t.number(RATE_MAX_AGE_DAYS),
        **limits,
    )


def _filled(name: str, t: Language, **parts: str) -> str:
    """The prose of a document with its {parts} put in; every part must be used."""
    text = (PROSE / f"{name}.{t.code}.md").read_text(encoding="utf-8")
    for part, written in parts.items():
        if f"{{{part}}}" not in text:
            raise ValueError(f"{name}.{t.code}.md does not show {{{part}}}")
        text = text.replace(f"{{{part}}}", written)
    return text.replace("\u00a0", " ")


def _rows(*rows: list[str]) -> str:
    """A Markdown table; the first row is its header."""
    first, *rest = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in (first, ["---"] * len(first), *rest))


def _without_blanks(message: str) -> str:
    """A message with its {placeholders} shown as an ellipsis."""
    return re.sub(r"\{\w+\}", "…", message)


def _list_of_tables(t: Language) -> str:
    return "\n".join(f"- [`{table.name}`](#{table.name}): {t(table.about)}" for table in TABLES.values())


def _table(table: Table, t: Language) -> str:
    words = WORDS[t.code]
    heading = [t(EXPLAINED[part]) for part in ("name", "label", "about", "form", "needed")]
    explained = columns_of(table.name, t)
    rows = [
        [f"`{column['name']}`", column["label"], column["about"], _form(table, column["name"], column["form"], t), column["needed"]]
        for column in explained
    ]
    key = f"{words['key']}: " + ", ".join(f"`{name}`" for name in table.key) + "."
    parts = [f"### {table.name}", f"**{t(table.title)}.** {t(table.about)}. {key}", _rows(heading, *rows)]
    if rules := row_rules(table):
        parts.append(f"{words['rules']}:\n\n" + "\n".join(f"- {t(RULES[rule])} (`{rule}`)" for rule in rules))
    if table.name in UNDATED:
        parts.append(f"{words['undated']}: " + ", ".join(f"`{name}`" for name in UNDATED[table.name]) + ".")
    return "\n\n".join(parts)


def row_rules(table: Table) -> list[str]:
    """Names of the rules of a table that look at more than one column."""
    return list(table.schema._schema_validation_rules())


def _form(table: Table, name: str, form: str, t: Language) -> str:
    """How a cell is written, with what it refers to, its range and its unit."""
    words, column = WORDS[t.code], table.columns[name]
    facts = column.metadata or {}
    if facts["kind"] == "choice":
        return ", ".join(f"`{option}`" for option in facts["options"])
    if other := facts.get("ref"):
        if other == table.name:
            return words["own_ref"]
        return words["refs" if facts["kind"] == "words" else "ref"].format(table=f"[`{other}`](#{other})")
    unit = facts.get("unit")
    parts = [form, _range(column, t), "" if unit in ("money", "share", "%", None) else UNITS[t.code].get(unit, unit)]
    return ", ".join(part for part in parts if part)


def _range(column: dy.Column, t: Language) -> str:
    words = WORDS[t.code]
    if not isinstance(column, dy.Float64 | dy.Int64):
        return ""
    least, most = (None if limit is None else _plain(limit, t) for limit in (column.min, column.max))
    if least is not None and most is not None:
        return words["between"].format(least=least, most=most)
    if least is not None:
        return words["least"].format(least=least)
    return words["most"].format(most=most) if most is not None else ""


def _plain(value: float, t: Language) -> str:
    text = f"{value:g}".replace("-", "−")
    return text if t.code == "en" else text.replace(".", ",")


def _questions(t: Language) -> str:
    words = WORDS[t.code]
    rows = [[_without_blanks(t(asked)), words["blocks" if kind in BLOCKING else "rejects"]] for kind, asked in QUESTIONS.items()]
    return _rows([words["asked"], words["answer"]], *rows)


def _messages(t: Language, refusals: bool) -> str:
    words = WORDS[t.code]
    chosen = {code: message for code, message in MESSAGES.items() if (code in REFUSALS) == refusals}
    rows = [[f"`{code}`", _without_blanks(t(one.wrong)), _without_blanks(t(one.todo))] for code, one in chosen.items()]
    return _rows([words["code"], words["wrong"], words["todo"]], *rows)


def _list_of_figures(t: Language) -> str:
    words, units = WORDS[t.code], UNITS[t.code]
    rows = [[f"[{t(one.name)}](#{key})", units[one.unit], units[one.better], _tables(one.tables, t)] for key, one in DEFINITIONS.items()]
    return _rows([words["figure"], words["unit"], words["better"], words["needs"]], *rows)


def _figure(figure: Definition, t: Language) -> str:
    words, units = WORDS[t.code], UNITS[t.code]
    facts = [
        f"- {words['unit']}: {units[figure.unit]}. {words['better']}: {units[figure.better]}.",
        f"- {words['source']}: {t(figure.source)}.",
        f"- {words['needs']}: {_tables(figure.tables, t)}." + (f" {words['also']}: {_tables(figure.also, t)}." if figure.also else ""),
    ]
    return f"### {figure.key}\n\n**{t(figure.name)}.** {t(figure.formula)}\n\n" + "\n".join(facts)


def _health_group(group: str, t: Language) -> str:
    """One part of account health: its heading, the default scale and weights of metrics, its definitions."""
    parts = [f"## {t(GROUPS[group])}", *([_scales(t)] if group == "metrics" else []), *(_figure(one, t) for one in DEFINED[group])]
    return "\n\n".join(parts)


def _scales(t: Language) -> str:
    """Components and metrics with the default profile's weights, and what scores 0 and 100."""
    words, rules = WORDS[t.code], DEFAULT_PROFILE.parameters()
    rows = [[words["metric"], words["weight"], words["at_0"], words["at_100"], words["needs"]]]
    for one in DEFINED["metrics"]:
        if component := COMPONENT_OF.get(one.key):
            rows.append([f"[**{t(one.name)}**](#{one.key})", f"**{t.number(COMPONENTS[component].weight)}**", "", "", ""])
            continue
        place = METRIC_KEYS.index(METRIC_OF[one.key].key)
        ends = [figure_text(METRIC_KEYS[place], float(limits[place]), t) for limits in (rules.worst, rules.best)]
        rows.append([f"[{t(one.name)}](#{one.key})", t.number(float(rules.weights[place]), 1), *ends, _tables(one.tables, t)])
    return _rows(*rows)


def _tables(names: tuple[str, ...], t: Language) -> str:
    return ", ".join(f"[{t(TABLES[name].title).lower()}](importing.md#{name})" for name in names) or "—"


def _signals(t: Language) -> str:
    words = WORDS[t.code]
    rows = []
    for key, signal in SIGNALS.items():
        table = _tables((signal.table,), t) if signal.table in TABLES else PROMISES[t.code]
        rows.append([f"`{key}`", _without_blanks(t(signal.sentence)), t(signal.decision), _severity(signal, t), table])
    return _rows([words[name] for name in ("signal", "says", "decision", "severity", "from")], *rows)


def _severity(signal: Signal, t: Language) -> str:
    if signal.mild is None or signal.grave is None:
        return _plain(signal.severity, t)
    ways = {"days": lambda value: t.days(round(value)), "share": t.share, "score": t.number}
    written = ways[MEASURED[signal.key]]
    return WORDS[t.code]["graded"].format(least=_plain(signal.severity, t), mild=written(signal.mild), grave=written(signal.grave))


def main() -> int:
    for name, text in documents().items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
        print(name)
    return 0


if __name__ == "__main__":
    sys.exit(main())
