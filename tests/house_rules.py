"""Rules of the house that no linter knows, each a function from text to the places that break it. Reads no file by itself."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from typing import Any

FRAME_TYPES = re.compile(r"\b(DataFrame|LazyFrame|Series|ndarray|Figure|Styler)\b")
HOLDERS_OF_FRAMES = re.compile(r"\bPortfolio\b")
CACHES = {"cache_data", "cache_resource"}
CLOCK = {"date.today", "datetime.today", "datetime.now", "datetime.utcnow", "time.time", "time.time_ns", "time.localtime", "time.gmtime"}
ENVIRONMENT = {"os.environ", "os.getenv", "os.environb"}
CHANCE = {"uuid.uuid1", "uuid.uuid4", "uuid4", "os.urandom"}
UNSAFE_MODULES = {"pickle", "cPickle", "dill", "cloudpickle", "joblib", "marshal", "shelve", "random", "secrets"}
MACHINE_PATH = re.compile(r"/wor[k]/(main|shared|steering|\.library)|/tm[p]/[a-z]+|/roo[t]/|/hom[e]/[a-z]+/|/User[s]/[a-z]+/")
REGISTRY = re.compile(r'https?://[^ "]*(pypi|pythonhosted|npmjs|debian\.org|artifactory|nexus|/simple)')
EMPTY_NAMES = {"utils", "util", "helpers", "helper", "manager", "service", "handler", "common", "misc"}

HARDENED = {
    "server": {
        "address": "127.0.0.1",
        "allowedHosts": ["localhost", "127.0.0.1"],
        "enableCORS": True,
        "corsAllowedOrigins": [],
        "enableXsrfProtection": True,
        "xsrfCookieSameSite": "strict",
        "maxUploadSize": 200,
        "maxMessageSize": 50,
        "enableAgentApi": False,
        "fileWatcherType": "none",
    },
    "client": {"showErrorDetails": "none", "showErrorLinks": False, "disableDataExport": True, "toolbarMode": "viewer"},
    "browser": {"gatherUsageStats": False},
}


def dotted(node: ast.expr) -> str:
    """`a.b.c` of a chain of attributes; "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else node.attr
    return ""


def nodes(source: str, kind: type[Any]) -> Iterator[Any]:
    """The syntax nodes of `kind` in `source`."""
    return (node for node in ast.walk(ast.parse(source)) if isinstance(node, kind))


def imported_modules(source: str) -> set[str]:
    """Dotted names of all modules that `source` imports, also inside functions; without relative imports."""
    plain = {alias.name for node in nodes(source, ast.Import) for alias in node.names}
    return plain | {node.module for node in nodes(source, ast.ImportFrom) if node.module and not node.level}


def cached_frames(source: str) -> list[str]:
    """Arguments of cached functions that are frames or say no type: Streamlit hashes a frame by its ends only, so answers would be wrong.

    A Portfolio may be passed unhashed (`_portfolio`) beside its version; a frame may not, hashed or not.
    """
    found = []
    for function in (*nodes(source, ast.FunctionDef), *nodes(source, ast.AsyncFunctionDef)):
        decorators = [decorator.func if isinstance(decorator, ast.Call) else decorator for decorator in function.decorator_list]
        if not any(dotted(decorator).split(".")[-1] in CACHES for decorator in decorators):
            continue
        given = function.args
        for argument in (*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg):
            if argument is None:
                continue
            type_ = ast.unparse(argument.annotation) if argument.annotation else ""
            holder = HOLDERS_OF_FRAMES.search(type_) and not argument.arg.startswith("_")
            if not type_ or FRAME_TYPES.search(type_) or holder:
                found.append(f"{function.name}({argument.arg}: {type_ or 'no type'})")
    for call in nodes(source, ast.Call):
        if dotted(call.func).split(".")[-1] in CACHES and call.args:
            found.append(f"{dotted(call.func)}(…) called on a function: use it as a decorator, so that its arguments can be checked")
    return found


def impure_reads(source: str) -> list[str]:
    """Where `source` reads the clock, the environment or chance: below lib.ui they are arguments."""
    found = [f"{dotted(node)} (line {node.lineno})" for node in nodes(source, ast.Attribute) if dotted(node) in ENVIRONMENT]
    for call in nodes(source, ast.Call):
        name = dotted(call.func)
        last_two = ".".join(name.split(".")[-2:])
        unseeded = name.endswith("default_rng") and not call.args and not call.keywords
        if last_two in CLOCK or name in CHANCE or unseeded:
            found.append(f"{name}() (line {call.lineno})")
    return found


def unsafe_code(source: str) -> list[str]:
    """Own HTML, pickles, unseeded random modules and evaluated text."""
    found = [f"import {module}" for module in sorted(imported_modules(source)) if module.split(".")[0] in UNSAFE_MODULES]
    found += [f"import {module}" for module in sorted(imported_modules(source)) if module.startswith("streamlit.components")]
    for call in nodes(source, ast.Call):
        name = dotted(call.func)
        if name in {"eval", "exec", "compile", "__import__"}:
            found.append(f"{name}() (line {call.lineno})")
        if name in {"st.html", "st.iframe"} or re.search(r"\bcomponents\.", name):
            found.append(f"{name}() (line {call.lineno})")
        if any(keyword.arg == "unsafe_allow_html" for keyword in call.keywords):
            found.append(f"unsafe_allow_html (line {call.lineno})")
    return found


def page_icons(source: str) -> list[str]:
    """Pages with an icon: a Material icon makes the browser fetch the favicon from an outside host."""
    calls = (call for call in nodes(source, ast.Call) if dotted(call.func) in {"st.Page", "Page"})
    return [f"icon (line {call.lineno})" for call in calls if any(keyword.arg == "icon" for keyword in call.keywords)]


def softened(config: Mapping[str, Any]) -> list[str]:
    """Values of .streamlit/config.toml that are less strict than `HARDENED`."""
    return [
        f"{section}.{key} = {config.get(section, {}).get(key)!r}, not {value!r}"
        for section, values in HARDENED.items()
        for key, value in values.items()
        if config.get(section, {}).get(key) != value
    ]


def loose_pins(dependencies: list[str]) -> list[str]:
    """Dependencies without an exact version."""
    return [dependency for dependency in dependencies if not re.fullmatch(r"[\w.-]+==[\w.]+(\s*;.*)?", dependency)]


def pins(requirements: str) -> dict[str, str]:
    """Versions by name of a requirements file (the last one, where markers give several)."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", requirements, flags=re.MULTILINE))


def unhashed(requirements: str) -> list[str]:
    """Names in a requirements file that carry no hash."""
    entries = re.split(r"^(?=[\w])", requirements, flags=re.MULTILINE)
    return [entry.split("=")[0] for entry in entries if re.match(r"\w", entry) and "--hash=sha256:" not in entry]


def foreign_modules(source: str, own: set[str]) -> set[str]:
    """Top-level modules that `source` imports from installed packages."""
    return {module.split(".")[0] for module in imported_modules(source)} - sys.stdlib_module_names - own
