"""A large file is not written a second time: its check finds the cells in memory, else reads the file again, with the same outcome."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pytest

from lib.intake import FileLimits, Reading, ReadReport, reading


@pytest.mark.parametrize("largest", [0, 50_000_000])
def test_cells_are_the_same_from_memory_and_from_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int) -> None:
    monkeypatch.setattr(reading, "_LARGE", largest)
    upload = tmp_path / "upload"
    upload.write_bytes('Título;Importe\r\nAño;1,5\r\n"dos\r\nlíneas";2\r\n'.encode("cp1252"))
    made = reading.read_job(str(tmp_path), str(upload), "importes.csv", Reading().to_json(), asdict(FileLimits()))
    report = ReadReport.of_json(made)
    assert Path(report.frame).exists() is (largest > 0)
    kept = reading.frame_of(report, ["Título", "Importe"])
    reading._last.clear()
    assert reading.frame_of(report, ["Título", "Importe"]).equals(kept)
    assert kept.rows() == [(2, "Año", "1,5"), (3, "dos\r\nlíneas", "2")]
