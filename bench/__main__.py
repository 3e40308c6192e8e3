"""Runs the measures: `python -m bench [--quick] [--json] [--only import,page]`. It always exits 0: the lines say PASS or FAIL."""

from __future__ import annotations

import argparse
import importlib
import json
import logging
import os
import platform
import tempfile
import traceback
from pathlib import Path

from bench.measure import Measure, tell

GROUPS = {
    "import": "bench.imports",
    "wide": "bench.wide",
    "engine": "bench.engine",
    "store": "bench.storing",
    "page": "bench.page",
    "sessions": "bench.sessions",
    "pictures": "bench.pictures",
    "health": "bench.health",
    "scope": "bench.scope",
    "team": "bench.team",
}


def main() -> None:
    """Measure what was asked for, one group after the other, and write a line for each result as it comes."""
    asked = _arguments()
    logging.getLogger("streamlit").setLevel(logging.ERROR)
    tell(f"{os.cpu_count()} cores, Python {platform.python_version()}, {platform.system()} {platform.machine()}, load {_load()}")
    results: list[Measure] = []
    for group in asked.only:
        for result in _measured(group, asked.quick):
            results.append(result)
            if not asked.json:
                print(result.line, flush=True)
    if asked.json:
        print(json.dumps([result.to_json() for result in results], indent=1))
    tell(f"load {_load()}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the rows, to see whether it runs")
    parser.add_argument("--json", action="store_true", help="one JSON list instead of lines")
    parser.add_argument("--only", type=_groups, default=list(GROUPS), help=f"some of {', '.join(GROUPS)}, with commas")
    return parser.parse_args()


def _groups(text: str) -> list[str]:
    names = text.split(",")
    if strange := [name for name in names if name not in GROUPS]:
        raise argparse.ArgumentTypeError(f"there is no {', '.join(strange)}")
    return names


def _measured(group: str, quick: bool) -> list[Measure]:
    """The group's results; a group that breaks is a failed line with its reason, and the others still run."""
    with tempfile.TemporaryDirectory(prefix="cartera-bench-") as folder:
        try:
            made: list[Measure] = importlib.import_module(GROUPS[group]).measure(Path(folder), quick)
            return made
        except Exception as error:
            traceback.print_exc()
            return [Measure(group, None, "", limit=0, note=f"not measured: {type(error).__name__}: {error}")]


def _load() -> str:
    return " ".join(f"{load:.1f}" for load in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


if __name__ == "__main__":
    main()
