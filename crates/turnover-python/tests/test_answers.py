"""Questions: the same findings as the command line's, as frames and pages; frames as data; Ctrl-C."""

import os
import signal
import subprocess
import sys
import threading
import time

import pyarrow as pa
import pytest

import turnover as tv
from conftest import COMMAND, frames, shared


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: tv.turnover("USA", "RUS"), ["turnover", "USA", "RUS"]),
        (lambda: tv.coverage("USA", "RUS", date="2019-10-31", lift=["rus-2014-food"]), ["coverage", "USA", "RUS", "--date", "2019-10-31", "--lift", "rus-2014-food"]),
        (lambda: tv.reach("USA", "RUS", 3, theta=5), ["reach", "USA", "RUS", "--times", "3", "--theta", "5"]),
        (lambda: tv.simulate({("USA", "RUS"): "-20%", ("RUS", "USA"): -0.2}), ["simulate", "--change", "USA:RUS=-20%", "--change", "RUS:USA=-20%"]),
        (lambda: tv.effect("rus-2014-food", with_="USA"), ["effect", "rus-2014-food", "--with", "USA"]),
        (lambda: tv.diversion("rus-2014-food"), ["diversion", "rus-2014-food"]),
        (lambda: tv.history("USA", "RUS", 3), ["history", "USA", "RUS", "--times", "3"]),
        (lambda: tv.check(), ["check"]),
        (lambda: tv.brief("USA", "RUS", times=3), ["brief", "USA", "RUS", "--times", "3"]),
    ],
    ids=["turnover", "coverage", "reach", "simulate", "effect", "diversion", "history", "check", "brief"],
)
def test_answers_are_the_commands(call, words, command):
    answer = call()
    own, commands = answer.to_dict(), command(*words)
    # What to do where a question has no answer is said in each one's own terms.
    assert own.pop("unanswered", {}).keys() == commands.pop("unanswered", {}).keys()
    assert own == commands
    assert answer.findings[0].reproduce.startswith("turnover ")


def test_an_answer_is_looked_up_shown_and_turned_into_frames(tmp_path):
    answer = tv.reach("USA", "RUS", 3)
    assert abs(answer["reach.cost_cut"].value - 0.2418) < 1e-4
    low, high = answer["reach.cost_cut"].interval
    assert low < 0.242 < high
    with pytest.raises(KeyError, match="reach.cost_cut"):
        answer["no.such"]
    assert "<iframe" in answer._repr_html_() and "24.2 %" in repr(answer)
    # A drawing that stands alone has its colours written out, and no classes or variables.
    chart = answer.charts["reach.curve"]
    assert "<svg" in chart and "fill=" in chart and "var(" not in chart and "class=" not in chart
    answer.save(tmp_path / "reach.html")
    assert "<svg" in (tmp_path / "reach.html").read_text()
    for library in ("pandas", "polars", "pyarrow", "dict"):
        table = answer.table("reach.countries", library)
        columns = list(table.column_names if library == "pyarrow" else table if library == "dict" else table.columns)
        assert columns[:3] == ["country", "name", "welfare"]
        assert len(answer.to_frame(library)["id"]) == len(answer)
    assert "<b>" in answer.findings[0]._repr_html_()


def test_frames_are_data(library):
    flows = pa.table({
        "year": [2018, 2019, 2018, 2019], "from": ["DEU", "DEU", "FRA", "FRA"], "to": ["FRA", "FRA", "DEU", "DEU"],
        "hs": ["87", "87", "22", "22"], "v": [4.0, 5.0, 2.0, 3.0],
    })
    frame = frames(flows)[library]
    answer = tv.turnover("DEU", "FRA", data=frame, exporter="from", importer="to", product="hs", value="v", unit="billion-usd")
    assert answer["turnover.level"].value == 8e9
    with pytest.raises(tv.NoAnswer, match="no column for the"):
        tv.turnover("DEU", "FRA", data=frame)
    bad = frames(flows.set_column(4, "v", pa.array([4.0, -5.0, 2.0, 3.0])))[library]
    with pytest.raises(tv.NoAnswer, match="row 2, column `v`"):
        tv.turnover("DEU", "FRA", data=bad, exporter="from", importer="to", product="hs", value="v")


def test_refusals_say_what_to_do():
    with pytest.raises(TypeError, match="unexpected keyword argument"):
        tv.coverage("USA", "RUS", surprise=1)
    with pytest.raises(tv.CallError, match="no option `surprise`"):
        tv.ask("coverage", a="USA", b="RUS", surprise=1)
    with pytest.raises(tv.CallError, match="`times` of reach"):
        tv.reach("USA", "RUS", "3")
    with pytest.raises(tv.CallError, match="did you mean RUS"):
        tv.turnover("USA", "Rusia")
    with pytest.raises(tv.NoAnswer, match="help: "):
        tv.potential("BVT", "HMD")


def test_the_command_comes_along():
    out = subprocess.run([COMMAND, "reach", "USA", "RUS", "--times", "3"], capture_output=True, text=True, check=True)
    assert "24.2 %" in out.stdout
    assert subprocess.run([COMMAND, "reach"], capture_output=True).returncode == 2
    assert subprocess.run([COMMAND, "turnover", "USA", "RUS", "--data", "no.csv"], capture_output=True).returncode == 1


def test_ctrl_c_breaks_off():
    """A long answer ends at once, and the next one is right."""
    file = shared("russia-hs2/russia_trade_by_hs2.csv")
    code = f"""
import turnover as tv
print("ready", flush=True)
try:
    tv.diversion("rus-2014-food", data={str(file)!r}, reporter="RUS")
    print("too fast")
except KeyboardInterrupt:
    print("broken off", abs(tv.reach("USA", "RUS", 3)["reach.cost_cut"].value - 0.2418) < 1e-4)
"""
    child = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.2)
    os.kill(child.pid, signal.SIGINT)
    out, _ = child.communicate(timeout=60)
    assert out.strip() == "broken off True"


def test_python_runs_beside_an_answer():
    """The interpreter's lock is not held while an answer is worked out."""
    ticks = 0
    done = threading.Event()

    def tick():
        nonlocal ticks
        while not done.is_set():
            ticks += 1
            time.sleep(0.005)

    thread = threading.Thread(target=tick)
    thread.start()
    for _ in range(3):
        tv.effect("rus-2014-food", progress=False)
    done.set()
    thread.join()
    assert ticks > 20


def test_progress_is_told():
    from turnover import _turnover

    steps = []
    _turnover.ask("effect", '{"measure": "rus-2014-food"}', None, lambda what, done, all: steps.append((what, done, all)))
    # What runs side by side is one step.
    assert [step[0] for step in steps][:: len(steps) - 1] == ["the effect", "by other choices"]
    done = [step[1] for step in steps]
    assert done == sorted(set(done)) and done[-1] == 4 and all(step[2] == 5 for step in steps)


def test_measures_are_listed():
    ids = [m["id"] for m in tv.measures(target="RUS")["measures"]]
    assert "rus-2014-food" not in ids and "usa-2014-arms" in ids
