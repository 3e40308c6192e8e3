"""Mutated files through the real way of an upload, for FUZZ_SECONDS (600) from FUZZ_SEED (printed): `make fuzz`."""

from __future__ import annotations

import os
import random
import time
import traceback
from collections import Counter
from pathlib import Path

import polars as pl
import pytest

from lib.intake import PRELOAD, Intake, Worker
from lib.intake.templates import export_csv, export_xlsx
from lib.store import Store
from lib.tables import TABLES
from tests.intake.files import SPANISH_TIME, accounts, projects
from tests.intake.mutations import a_name, worsened
from tests.uploading import AT, Desk, answer, assert_sound, outcome, print_of

DATA = Path(__file__).parents[3] / "shared" / "data"
BAD_FILES = Path(__file__).parents[1] / "bad_files"
LARGEST = 300_000
LOADS_A_STORE = 25


def seeds() -> list[bytes]:
    """What is mutated: our own exports and bad files, and where they exist the genuine exports and corpora."""
    own = [export_csv("accounts", accounts()), export_xlsx("projects", projects(), str), SPANISH_TIME.encode("cp1252")] * 20
    files = [*BAD_FILES.iterdir(), *(file for file in sorted(DATA.rglob("*")) if file.is_file() and "reference" not in file.parts)]
    return own + [file.read_bytes() for file in files if 0 < file.stat().st_size <= LARGEST]


def a_desk(folder: Path, intake: Intake) -> Desk:
    """A store with an account and two projects, so that references can be found."""
    desk = Desk(Store.open(folder / "data", at=AT), intake, folder / "uploads")
    for table, rows in (("accounts", accounts()), ("projects", projects())):
        desk.load(desk.bring((f"{table}.csv", export_csv(table, rows))))
    return desk


def one_round(desk: Desk, name: str, raw: bytes, chance: random.Random, loads: bool) -> list[str]:
    """Bring one file, answer what it asks, load it or not; what became of it. Raises AssertionError for anything that may not happen."""
    before, version = print_of(desk.store.folder), desk.store.version()
    uploads = desk.bring((name, raw))
    for _ in range(3):
        for upload in uploads:
            assert_sound(upload)
        if not any([answer(upload, chance) for upload in uploads]):  # noqa: C419  (each is answered)
            break
        uploads = desk.check({upload.id: upload for upload in uploads})
    for upload in uploads:
        assert_sound(upload)
    assert print_of(desk.store.folder) == before, "a dry run changed the store"
    outcomes = [outcome(upload) for upload in uploads]
    if loads and "loaded" in outcomes:
        expected = sum(upload.rows for upload in uploads if upload.ready)
        assert desk.load(uploads) == expected
        assert desk.store.version() > version
        portfolio = desk.store.portfolio()
        for table in TABLES:
            assert TABLES[table].schema.is_valid(portfolio[table].select(TABLES[table].columns.keys()).collect())
    return outcomes


@pytest.mark.fuzz
def test_mutated_files_are_loaded_asked_about_or_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    seconds = float(os.environ.get("FUZZ_SECONDS", "600"))
    seed = int(os.environ.get("FUZZ_SEED", str(random.SystemRandom().randrange(1_000_000))))
    with capsys.disabled():
        print(f"\nFUZZ_SEED={seed} FUZZ_SECONDS={seconds:g}", flush=True)
    chance, whole, found = random.Random(seed), seeds(), Counter[str]()
    failures: dict[str, str] = {}
    end, number, loads = time.monotonic() + seconds, 0, 0
    with Worker(preload=PRELOAD) as worker:
        intake = Intake(worker)
        desk = a_desk(tmp_path / "0", intake)
        while time.monotonic() < end:
            raw, name, wanted = worsened(chance.choice(whole), whole, chance), a_name(chance), chance.random() < 0.3
            number += 1
            try:
                outcomes = one_round(desk, name, raw, chance, wanted)
            except (Exception, pl.exceptions.PanicException) as error:
                what = f"{type(error).__name__}: {str(error)[:300]}"
                if what not in failures:
                    kept = tmp_path / f"failed-{number}"
                    kept.write_bytes(raw)
                    failures[what] = f"round {number}, {name!r}, kept as {kept}"
                    print(f"{what}\n  {failures[what]}", flush=True)
                    traceback.print_exc()
                desk, loads = a_desk(tmp_path / str(number), intake), 0
                continue
            found.update(outcomes)
            loads += wanted and "loaded" in outcomes
            if loads > LOADS_A_STORE or (wanted and "loaded" in outcomes and chance.random() < 0.05):
                desk, loads = a_desk(tmp_path / str(number), intake), 0
    with capsys.disabled():
        print(f"{number} files:", *(f"{count} {what}" for what, count in found.most_common()), sep="\n  ")
    assert not failures, f"FUZZ_SEED={seed}: {failures}"
    assert number > 0
