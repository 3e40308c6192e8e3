"""The documents say what the code is: generated ones are fresh, links and paths lead somewhere, commands exist, nothing is left out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lib.definitions import DEFINITIONS, SIGNALS
from lib.health.defined import HEALTH
from lib.intake.messages import MESSAGES
from lib.store import Store
from lib.tables import RULES, TABLES
from scripts import documents
from tests.house_rules import MACHINE_PATH, REGISTRY

ROOT = Path(__file__).resolve().parents[1]
MADE = documents.documents()
READMES = ("README.md", "README.es.md")
PAGES = [*sorted((ROOT / "docs").rglob("*.md")), *(ROOT / name for name in (*READMES, "CHANGELOG.md", "data/sample/README.md"))]
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in PAGES}
# Made by the app in the user's folder.
AT_RUN_TIME = {"data/tables/", "data/cartera.sqlite", "tables/", "cartera.sqlite", "cartera-backup.zip"}
LOOKS_LIKE_PATH = re.compile(r"\.?[\w.-]+(/[\w.-]+)+/?|[\w-]+/|[\w-]+\.(py|md|toml|po)")
NO_PATHS = {"25/03", "03/04", "n/a"}  # cells of files
PICTURE_BYTES = 400_000


def headings(text: str) -> set[str]:
    """Anchors of the headings of a Markdown text, as GitHub makes them."""
    found = re.findall(r"^#{1,6} (.+)$", re.sub(r"```.*?```", "", text, flags=re.DOTALL), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in found}


def dead_links(name: str, text: str) -> list[str]:
    """Relative links of the file `name` that lead to no file or to no heading."""
    dead = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        file = (ROOT / name).parent / path if path else ROOT / name
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in headings(file.read_text(encoding="utf-8"))):
            dead.append(target)
    return dead


def absent_paths(text: str) -> list[str]:
    """Paths in `code` that name no file or folder: below the repository, below lib/ or beside the page's own package."""
    named = {word for word in re.findall(r"`([^`\s]+)`", text) if LOOKS_LIKE_PATH.fullmatch(word)}
    return sorted(word for word in named - AT_RUN_TIME - NO_PATHS if not any((folder / word).exists() for folder in _folders()))


def _folders() -> list[Path]:
    return [
        ROOT,
        *(ROOT / name for name in ("pages", "docs", "docs/decisions", "data/sample")),
        *(path for path in (ROOT / "lib").iterdir() if path.is_dir()),
    ]


def unknown_targets(text: str) -> list[str]:
    """Make targets named in code that the Makefile lacks."""
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE))
    code = "\n".join(re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL))
    return sorted(set(re.findall(r"\bmake ([a-z]+)", code)) - targets)


@pytest.mark.parametrize("name", MADE)
def test_generated_document_is_what_the_code_says(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8") == MADE[name], "run `python -m scripts.documents`"


@pytest.mark.parametrize("name", TEXTS)
def test_links_lead_somewhere(name: str) -> None:
    assert dead_links(name, TEXTS[name]) == []


def test_a_dead_link_is_found() -> None:
    planted = "[a](docs/none.md) [b](README.md#no-such-heading) [c](README.md#start) [d](https://example.org)"
    assert dead_links("README.md", planted) == ["docs/none.md", "README.md#no-such-heading"]


@pytest.mark.parametrize("name", TEXTS)
def test_paths_named_in_the_text_exist(name: str) -> None:
    assert absent_paths(TEXTS[name]) == []


def test_an_absent_path_is_found() -> None:
    assert absent_paths("`lib/none.py` `shell.py` `absent.py` `nowhere/` `pages/` `3/4`") == ["3/4", "absent.py", "lib/none.py", "nowhere/"]


@pytest.mark.parametrize("name", TEXTS)
def test_make_targets_named_in_the_text_exist(name: str) -> None:
    assert unknown_targets(TEXTS[name]) == []


def test_an_unknown_make_target_is_found() -> None:
    assert unknown_targets("`make run`, `make coffee`; we make tea") == ["coffee"]


@pytest.mark.parametrize("folder", ["docs", "docs/es"])
def test_every_table_column_rule_and_message_is_in_the_dictionary(folder: str) -> None:
    text = TEXTS[f"{folder}/importing.md"]
    sections = {part.split("\n", 1)[0]: part for part in text.split("\n### ")[1:]}
    lacking = [name for name in TABLES if name not in sections]
    for name, table in TABLES.items():
        section = sections.get(name, "")
        lacking += [f"{name}.{column}" for column in table.columns if f"| `{column}` |" not in section]
        lacking += [f"{name}: {rule}" for rule in documents.row_rules(table) if f"(`{rule}`)" not in section]
    lacking += [code for code in {**RULES, **MESSAGES} if f"| `{code}` |" not in text]
    assert lacking == []


@pytest.mark.parametrize("folder", ["docs", "docs/es"])
def test_every_figure_and_signal_is_defined(folder: str) -> None:
    text = TEXTS[f"{folder}/definitions.md"]
    assert [key for key in DEFINITIONS | HEALTH if f"\n### {key}\n" not in text] == []
    assert [key for key in SIGNALS if f"| `{key}` |" not in text] == []


def test_every_rule_of_a_row_has_a_sentence() -> None:
    assert [rule for table in TABLES.values() for rule in documents.row_rules(table) if rule not in RULES] == []


def test_every_graded_signal_says_what_it_counts() -> None:
    assert {key for key, signal in SIGNALS.items() if signal.mild is not None} == set(documents.MEASURED)


def test_the_words_around_are_there_in_both_languages() -> None:
    assert documents.WORDS["en"].keys() == documents.WORDS["es"].keys()
    assert documents.UNITS["en"].keys() == documents.UNITS["es"].keys()


def test_every_page_part_of_lib_and_decision_is_in_the_architecture() -> None:
    text = TEXTS["docs/architecture.md"]
    named = [path.name for path in (ROOT / "pages").glob("*.py")]
    named += [f"lib/{path.name}" for path in (ROOT / "lib").glob("*.py") if path.name != "__init__.py"]
    named += [f"lib/{path.name}/" for path in (ROOT / "lib").iterdir() if (path / "__init__.py").exists()]
    assert [name for name in named if f"`{name}`" not in text] == []
    assert [path.name for path in (ROOT / "docs" / "decisions").glob("*.md") if f"(decisions/{path.name})" not in text] == []


def test_no_text_names_a_machine_or_a_registry() -> None:
    assert [name for name, text in TEXTS.items() if MACHINE_PATH.search(text) or REGISTRY.search(text)] == []


def test_backup_and_restore_work_as_the_readme_prints_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    printed = re.findall(r'python -c "\n(.*?)"\n```', TEXTS["README.md"], flags=re.DOTALL)
    monkeypatch.chdir(tmp_path)
    for code in printed:
        exec(code, {})  # noqa: S102  what a reader would run
    assert [path.name for path in tmp_path.iterdir()].count("cartera-backup.zip") == 1
    assert [commit.kind for commit in Store.open(tmp_path / "data").commits()] == ["restore"]


def test_pictures_are_shown_and_light() -> None:
    for path in (ROOT / "docs" / "pictures").iterdir():
        assert path.read_bytes().startswith(b"\x89PNG\r\n")
        assert path.stat().st_size < PICTURE_BYTES
        assert any(f"pictures/{path.name}" in TEXTS[name] for name in READMES)
