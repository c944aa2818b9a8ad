"""Frames of three libraries from one table, and the command line beside the package."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

SHARED = Path(os.environ.get("TURNOVER_SHARED", Path(__file__).resolve().parents[4] / "shared" / "data"))
COMMAND = Path(sys.executable).parent / "turnover"


def panel() -> pa.Table:
    """A gravity panel of 8 countries and 6 years, the same each time."""
    rows = {k: [] for k in ("exporter", "importer", "year", "trade", "rta", "dist")}
    countries = [f"C{i:02d}" for i in range(8)]
    state = 12345
    for i, exporter in enumerate(countries):
        for j, importer in enumerate(countries):
            for year in range(2000, 2006):
                state = (1103515245 * state + 12345) % 2**31
                noise = 0.5 + state / 2**31
                rta = float((i + j) % 3 == 0 and year >= 2003 or (i * j) % 5 == 1 and year >= 2002)
                rows["exporter"].append(exporter)
                rows["importer"].append(importer)
                rows["year"].append(year)
                rows["dist"].append(100.0 + 37 * abs(i - j))
                rows["rta"].append(rta)
                rows["trade"].append(noise * (10 + i) * (5 + j) * 1.3 ** rta if (i * 7 + j * 3 + year) % 11 else 0.0)
    return pa.table(rows)


def frames(table: pa.Table) -> dict:
    import polars as pl

    return {"pyarrow": table, "pandas": table.to_pandas(), "polars": pl.from_arrow(table)}


@pytest.fixture(params=["pandas", "polars", "pyarrow"])
def library(request) -> str:
    return request.param


@pytest.fixture
def frame(library):
    return frames(panel())[library]


@pytest.fixture
def command(tmp_path):
    """The command's JSON, for words and a table in a file."""

    def run(*words: str, table: pa.Table | None = None) -> dict:
        if table is not None:
            pq.write_table(table, tmp_path / "table.parquet")
        out = subprocess.run([COMMAND, *words, "--json"], cwd=tmp_path, capture_output=True, text=True, check=False)
        assert out.returncode == 0, out.stderr
        return json.loads(out.stdout)

    return run


def shared(name: str) -> Path:
    path = SHARED / name
    if not path.exists():
        pytest.skip(f"{path} is absent")
    return path
