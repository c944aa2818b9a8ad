"""The notebooks run from top to bottom."""

from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[1] / "notebooks"


@pytest.mark.parametrize("name", sorted(p.name for p in FOLDER.glob("*.ipynb")))
def test_a_notebook_runs(name):
    nbformat = pytest.importorskip("nbformat")
    nbclient = pytest.importorskip("nbclient")
    notebook = nbformat.read(FOLDER / name, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    shown = [o for c in notebook.cells for o in c.get("outputs", [])]
    assert any("<iframe" in str(o.get("data", {}).get("text/html", "")) for o in shown), "the brief shows as a page"
    assert any("undecided" in str(o.get("text", "")) for o in shown)
