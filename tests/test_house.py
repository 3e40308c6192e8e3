"""The house holds: each rule over the tracked files, and beside it a planted fault that the rule must find."""

from __future__ import annotations

import copy
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import house_rules as rules

ROOT = Path(__file__).resolve().parents[1]


def repository_files(*which: str) -> list[Path]:
    """Files that `git ls-files` names with the options `which`; of an unpacked archive, all but what a run makes."""
    if not (ROOT / ".git").exists():
        made = {".venv", "__pycache__", "uv.lock"}
        return [path for path in ROOT.rglob("*") if path.is_file() and not made & set(path.relative_to(ROOT).parts)]
    # A checkout may belong to another user than the one who tests, as in a container.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z", "--exclude-standard", *which]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\0")
    return [ROOT / name for name in names if name and (ROOT / name).is_file()]


TRACKED = repository_files("--cached")
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in repository_files("--cached", "--others")  # a new module keeps the rules before it is added
    if path.suffix == ".py"
}
APP = {name: text for name, text in SOURCES.items() if name == "app.py" or name.startswith(("lib/", "pages/"))}
SURFACE = {name: text for name, text in APP.items() if name == "app.py" or name.startswith(("lib/ui/", "pages/"))}
BELOW = {name: text for name, text in APP.items() if name not in SURFACE}
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
CONFIG = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text(encoding="utf-8"))


def faults(rule: Callable[[str], list[str]], sources: dict[str, str]) -> dict[str, list[str]]:
    """What `rule` finds, by file."""
    return {name: found for name, text in sources.items() if (found := rule(text))}


def texts() -> dict[str, str]:
    """Tracked files that are text, by name."""
    found = {}
    for path in TRACKED:
        content = path.read_bytes()
        if b"\0" not in content[:8000]:
            found[path.relative_to(ROOT).as_posix()] = content.decode("utf-8", errors="replace")
    return found


def test_no_cached_function_takes_a_frame() -> None:
    assert faults(rules.cached_frames, SURFACE) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "@st.cache_data\ndef f(rows: pl.DataFrame): ...",
        "@st.cache_data(ttl=5)\ndef f(*, _rows: pl.LazyFrame | None): ...",
        "@cache_resource\ndef f(version: int, rest): ...",
        "@st.cache_resource\ndef f(portfolio: Portfolio): ...",
        "g = st.cache_data(f)",
    ],
)
def test_a_cached_frame_is_found(planted: str) -> None:
    assert rules.cached_frames(planted)
    assert not rules.cached_frames("@st.cache_data\ndef f(version: int, as_of: date, _portfolio: Portfolio): ...")


def test_streamlit_stays_in_the_user_interface() -> None:
    assert [name for name, text in BELOW.items() if any(m.split(".")[0] == "streamlit" for m in rules.imported_modules(text))] == []
    assert "streamlit.runtime" in rules.imported_modules("def f():\n    from streamlit.runtime import x")


def test_clock_environment_and_chance_are_arguments_below_the_user_interface() -> None:
    passed_on = {"lib/workers/process.py"}  # a child process needs the few variables that Python itself asks for
    assert faults(rules.impure_reads, {name: text for name, text in BELOW.items() if name not in passed_on}) == {}


@pytest.mark.parametrize(
    "planted",
    ["date.today()", "dt.datetime.now(UTC)", "datetime.utcnow()", "time.time()", "os.environ['X']", "os.getenv('X')", "default_rng()"],
)
def test_an_impure_read_is_found(planted: str) -> None:
    assert rules.impure_reads(planted)
    assert not rules.impure_reads("time.monotonic(); rng = np.random.default_rng(seed); as_of.today")


def test_no_own_html_pickle_or_evaluated_text() -> None:
    assert faults(rules.unsafe_code, APP) == {}


@pytest.mark.parametrize(
    "planted",
    [
        "st.markdown(name, unsafe_allow_html=True)",
        "st.html(x)",
        "components.html(x)",
        "import streamlit.components.v1 as c",
        "import pickle",
        "eval(x)",
        "def f():\n    exec(x)",
    ],
)
def test_unsafe_code_is_found(planted: str) -> None:
    assert rules.unsafe_code(planted)
    assert not rules.unsafe_code("rows.select(pl.col('a').list.eval(pl.element())); re.compile('x')")


def test_no_page_has_an_icon() -> None:
    assert faults(rules.page_icons, SURFACE) == {}
    assert rules.page_icons("st.Page(x, icon=':material/home:')")


def test_configuration_is_hardened() -> None:
    assert rules.softened(CONFIG) == []


@pytest.mark.parametrize(("section", "key"), [(section, key) for section, values in rules.HARDENED.items() for key in values])
def test_a_softened_configuration_is_found(section: str, key: str) -> None:
    config = copy.deepcopy(CONFIG)
    del config[section][key]
    assert rules.softened(config)


def test_served_folder_holds_only_fonts_logo_and_favicon() -> None:
    served = {path.suffix for path in (ROOT / "lib" / "ui" / "static").rglob("*") if path.is_file()}
    assert served <= {".woff2", ".svg", ".png", ".txt"}
    urls = [face["url"] for face in CONFIG["theme"]["fontFaces"]]
    assert [url for url in urls if not (ROOT / "lib" / "ui" / url.removeprefix("app/")).is_file()] == []
    assert len(urls) == 4


def test_dependencies_are_pinned_exactly_and_with_hashes() -> None:
    direct, dev = PROJECT["project"]["dependencies"], PROJECT["dependency-groups"]["dev"]
    assert rules.loose_pins([*direct, *dev]) == []
    assert rules.loose_pins(["polars>=2", "polars", "polars==2.*"]) == ["polars>=2", "polars", "polars==2.*"]
    for file, wanted in (("requirements.txt", direct), ("requirements-dev.txt", [*direct, *dev])):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert rules.unhashed(text) == []
        locked = rules.pins(text)
        assert {name: locked.get(name) for name in rules.pins("\n".join(wanted))} == rules.pins("\n".join(wanted)), "run `make pins`"
    assert rules.unhashed("polars==2.1.0\nrich==1 \\\n    --hash=sha256:ab\n") == ["polars"]


def test_starlette_is_newer_than_its_known_advisories() -> None:
    version = rules.pins((ROOT / "requirements.txt").read_text(encoding="utf-8"))["starlette"]
    assert tuple(int(part) for part in version.split(".")) >= (1, 3, 1)


def test_every_imported_package_is_a_declared_dependency() -> None:
    declared = {name.lower().replace("_", "-") for name in rules.pins("\n".join(PROJECT["project"]["dependencies"]))}
    packages = importlib.metadata.packages_distributions()
    imported = {module for text in APP.values() for module in rules.foreign_modules(text, {"lib", "pages", "tests", "app"})}
    undeclared = {
        module for module in imported if not declared & {name.lower().replace("_", "-") for name in packages.get(module, [module])}
    }
    assert undeclared == set()
    assert rules.foreign_modules("import polars\nimport lib.x\nimport os", {"lib"}) == {"polars"}


def test_no_registry_address_and_no_path_of_a_machine_is_tracked() -> None:
    for rule in (rules.REGISTRY, rules.MACHINE_PATH):
        found = {name: match.group() for name, text in texts().items() if name != ".gitignore" and (match := rule.search(text))}
        assert found == {}


def test_a_registry_address_and_a_path_of_a_machine_are_found() -> None:
    assert rules.REGISTRY.search("see https://" + "pypi.org/simple/polars")
    assert rules.REGISTRY.search("--index-url http://mirror.example" + "/simple")
    for path in ("/ro" + "ot/x", "/wo" + "rk/main/x", "/t" + "mp/abc", "/ho" + "me/ana/x"):
        assert rules.MACHINE_PATH.search(path)
    assert not rules.MACHINE_PATH.search("../shared/data, data/sample, /usr/bin/chromium")


def test_no_lock_of_uv_and_no_large_file_is_tracked() -> None:
    names = [path.relative_to(ROOT).as_posix() for path in TRACKED]
    assert "uv.lock" not in names
    assert [name for name in names if (ROOT / name).stat().st_size > 3_000_000] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [name for name in SOURCES if Path(name).stem in rules.EMPTY_NAMES] == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [name for name, text in APP.items() if text.strip() and not re.match(r'\s*(#[^\n]*\n)*[rR]?"""\w', text)]
    assert silent == []


def test_every_module_of_lib_has_its_layer() -> None:
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    placed = {name for layer in layers for name in re.findall(r"lib\.(\w+)", layer)}
    modules = {name.split("/")[1].removesuffix(".py") for name in SOURCES if name.startswith("lib/")} - {"__init__"}
    assert modules - placed == set(), "name it in pyproject.toml, [tool.importlinter]"


def test_the_tests_of_a_file_share_one_process() -> None:
    """Spread over all of them, each would make the file's fixtures anew, and every one would start a browser and a server."""
    files = ["tests/test_text.py", "tests/test_periods.py"]
    command = [sys.executable, "-m", "pytest", "-v", "-n", "2", "--dist", "loadgroup", "-p", "no:cacheprovider", *files]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    ran = set(re.findall(r"\[(gw\d)\] .*PASSED (tests/\w+\.py)", said))
    assert sorted(file for _, file in ran) == sorted(files)
