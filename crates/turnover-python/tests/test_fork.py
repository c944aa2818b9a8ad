"""Forked children work after their parent has worked; what goes wrong in them comes out as itself."""

import os
import subprocess
import sys

import pytest

import turnover as tv
from conftest import panel

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork here")

SCRIPT = """
import multiprocessing, sys
sys.path.insert(0, {tests!r})
import turnover as tv
from conftest import panel

FORMULA = "trade ~ rta | exporter^year + importer^year + exporter^importer"
TABLE = panel()
FIT = tv.ppml(FORMULA, TABLE)
ANSWER = tv.brief("USA", "RUS", times=3, progress=False)

def work(what):
    if what == "ppml":
        return tv.ppml(FORMULA, TABLE).to_dict()["coefficients"] == FIT.to_dict()["coefficients"]
    if what == "ols":
        return tv.ols("trade ~ rta | exporter + importer", TABLE.to_pandas()).nobs == TABLE.num_rows
    if what == "predict":
        return (FIT.predict(TABLE) == FIT._fits[0].predict(TABLE)).sum() > 300 and len(FIT.fixef()) == 3
    if what == "coverage":
        return tv.coverage("USA", "RUS", date="2019-10-31", progress=False)["coverage.claim"].statement != ""
    if what == "brief":
        return tv.brief("USA", "RUS", times=3, progress=False).to_dict() == ANSWER.to_dict()
    if what == "filter":
        return tv.ppml(FORMULA, TABLE, filter="year >= 2002").nobs < FIT.nobs
    return tv.ppml("trade ~ typo", TABLE)

context = multiprocessing.get_context("fork")
whats = ["ppml", "ols", "predict", "coverage", "brief", "filter"]
with context.Pool(2) as pool:
    print(pool.map(work, whats * 2, chunksize=1) == [True] * 12)
    try:
        pool.map(work, ["typo"])
    except tv.CallError as error:
        print("typo" in str(error))
    # A fit and an answer travel both ways.
    print(pool.map(len, [ANSWER]) == [len(ANSWER)], (pool.map(tv.Fit.predict, [FIT])[0][5:9] == FIT.predict()[5:9]).all())
# A child of a child, and the parent afterwards.
def nested(what):
    child = context.Process(target=work, args=(what,))
    child.start()
    child.join(60)
    return child.exitcode
process = context.Process(target=lambda: sys.exit(nested("ppml")))
process.start()
process.join(60)
print(process.exitcode == 0, work("ppml"))
"""


def run(script: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_forked_pool_works_after_the_parent():
    out = run(SCRIPT.format(tests=os.path.dirname(os.path.abspath(__file__))))
    assert out.split() == ["True"] * 6, out


def test_threads_are_those_of_one_call(tmp_path):
    scenario = tmp_path / "scenario.toml"
    scenario.write_text("[[change]]\ntitle = \"A cut\"\nexporter = \"USA\"\nimporter = \"RUS\"\ncost_percent = -20\n")
    answers = [tv.simulate(scenario=str(scenario), threads=threads).to_dict() for threads in (1, 2, 2)]
    assert answers[0] == answers[1] == answers[2]
    with pytest.raises(tv.CallError, match="threads is 0"):
        tv.simulate(scenario=str(scenario), threads=0)


def test_a_fault_is_an_exception_that_names_its_place(capfd):
    from turnover import _turnover

    with pytest.raises(tv.InternalError, match=r"(?s)crates.turnover-python.src.pool\.rs:\d+ .*please report") as caught:
        _turnover._fault()
    assert isinstance(caught.value, RuntimeError)
    assert "/root/" not in str(caught.value) and "/home/" not in str(caught.value)
    assert "panicked" not in capfd.readouterr().err
    # The next call is served.
    assert tv.ppml("trade ~ rta", panel()).nobs > 0
