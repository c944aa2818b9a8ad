"""Columns of every type: levels are exact, only what is used is taken, and what is not read is refused by name."""

import datetime as dt
import decimal

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import turnover as tv
from conftest import frames, panel

N = 240


def data(**columns) -> pa.Table:
    """y depends on x and on eight groups; each column given maps a group to its level."""
    rng = np.random.default_rng(7)
    group = np.arange(N) % 8
    x = rng.normal(size=N)
    y = np.exp(0.3 * x + 0.4 * group) * rng.uniform(0.5, 1.5, N)
    table = pa.table({"y": y, "x": x, "g": [f"g{k}" for k in group]})
    for name, levels in columns.items():
        table = table.append_column(name, levels if isinstance(levels, pa.Array) else pa.array([levels[k] for k in group]))
    return table


def estimate(table, effect, library=None):
    return tv.ppml(f"y ~ x | {effect}", frames(table)[library] if library else table)


BASE = tv.ppml("y ~ x | g", data())
DAY = dt.datetime(2020, 1, 1)
LEVELS = {
    "text that looks like numbers": ["01", "1", "001", "1.0", "1e0", "+1", "0x1", "10"],
    "words for missing": ["nan", "NaN", "inf", "NA", "None", "null", ".", ""],
    "spaces": ["a", " a", "a ", "A", "a\t", "ä", "a\u0308", "á"],
    "int64 beyond floats": [2**53 + k for k in range(8)],
    "negative int64 beyond floats": [-(2**53) - k for k in range(8)],
    "nanoseconds as int64": [1_600_000_000_000_000_000 + k for k in range(8)],
    "uint64 near its end": pa.array([2**64 - 1 - k % 8 for k in range(N)], pa.uint64()),
    "uint64 near 2^63": pa.array([2**63 - 4 + k % 8 for k in range(N)], pa.uint64()),
    "decimals beyond floats": [decimal.Decimal("1234567890123456789.01") + k for k in range(8)],
    "floats that are close": [1.0 + k * 2.0**-52 for k in range(8)],
    "dates": [dt.date(2020, 1, 1 + k) for k in range(8)],
    "times of day": [dt.time(1, 1, k) for k in range(8)],
    "moments": [DAY + dt.timedelta(seconds=k) for k in range(8)],
    "moments in seconds": pa.array([k % 8 for k in range(N)], pa.timestamp("s")),
    "moments with a zone": pa.array([DAY + dt.timedelta(milliseconds=k % 8) for k in range(N)], pa.timestamp("ms", "Europe/Paris")),
    "nanoseconds with a zone": pa.array([k % 8 for k in range(N)], pa.timestamp("ns", "America/New_York")),
    "durations": pa.array([k % 8 for k in range(N)], pa.duration("ns")),
    "dictionary": pa.array([f"{k % 8:02}" for k in range(N)]).dictionary_encode(),
    "dictionary of large numbers": pa.array([2**60 + k % 8 for k in range(N)]).dictionary_encode(),
    "large text": pa.array([f"0{k % 8}" for k in range(N)], pa.large_string()),
    "text views": pa.array([f"0{k % 8}" for k in range(N)], pa.string_view()),
    "small numbers": pa.array([k % 8 for k in range(N)], pa.int8()),
    "half floats": pa.array([np.float16(k % 8) for k in range(N)], pa.float16()),
}


@pytest.mark.parametrize("kind", LEVELS)
def test_levels_are_exact(kind):
    fit = estimate(data(level=LEVELS[kind]), "level")
    assert len(fit.fixef()["level"]) == 8
    assert fit.coef()["x"] == pytest.approx(BASE.coef()["x"], rel=1e-12)
    clustered = tv.ppml("y ~ x | g", data(level=LEVELS[kind]), {"CRV1": "level"})
    assert clustered.se()["x"] == pytest.approx(tv.ppml("y ~ x | g", data(), {"CRV1": "g"}).se()["x"], rel=1e-12)
    # Some of the levels only, and without the outcome.
    table = data(level=LEVELS[kind])
    if kind == "text views":  # PyArrow does not filter them.
        table = table.set_column(3, "level", table.column("level").cast(pa.string()))
    some = table.filter(pa.array([k % 8 in (1, 4) for k in range(N)])).drop_columns(["y", "g"])
    expected = BASE.predict()[[k % 8 in (1, 4) for k in range(N)]]
    np.testing.assert_allclose(fit.predict(some), expected, rtol=1e-10)


@pytest.mark.parametrize("library", ["pandas", "polars"])
@pytest.mark.parametrize("kind", ["text that looks like numbers", "words for missing", "int64 beyond floats", "moments with a zone", "dictionary", "durations"])
def test_levels_are_exact_in_every_library(kind, library):
    frame = frames(data(level=LEVELS[kind]))[library]
    fit = tv.ppml("y ~ x | level", frame)
    assert len(fit.fixef()["level"]) == 8 and dict(fit.coef())["x"] == pytest.approx(BASE.coef()["x"], rel=1e-12)
    np.testing.assert_allclose(fit.predict(frame), BASE.predict(), rtol=1e-10)


def test_levels_are_shown_as_they_are():
    levels = ["01", "1", "001", "NA", "1e3", "nan", "x^y", "9007199254740993"]
    fit = estimate(data(level=levels), "level")
    assert set(fit.fixef()["level"]) == set(levels)
    both = estimate(data(level=levels), "level^g").fixef()["level^g"]
    assert {"01^g0", "1^g1", "`x^y`^g6"} <= set(both)
    assert set(estimate(data(level=[2**53 + k for k in range(8)]), "level").fixef()["level"]) == {str(2**53 + k) for k in range(8)}
    assert set(estimate(data(level=[k % 2 == 0 for k in range(8)]), "level").fixef()["level"]) == {"True", "False"}
    zone = pa.array([DAY] * N, pa.timestamp("us", "Europe/Paris"))
    assert set(estimate(data(level=zone), "level").fixef()["level"]) == {"2020-01-01T00:00:00Z"}


def test_combined_levels_do_not_collide():
    """("x^y", "z") and ("x", "y^z") are two levels."""
    a = ["x^y", "x", "p", "p", "q", "q", "r", "s"]
    b = ["z", "y^z", "1", "2", "1", "2", "1", "1"]
    fit = estimate(data(a=a, b=b), "a^b")
    assert len(fit.fixef()["a^b"]) == 8
    assert fit.coef()["x"] == pytest.approx(BASE.coef()["x"], rel=1e-12)
    np.testing.assert_allclose(fit.predict(data(a=a, b=b)), BASE.predict(), rtol=1e-10)


def test_booleans_are_numbers_and_levels():
    flags = [k % 3 == 0 for k in range(8)]
    as_numbers = tv.ppml("y ~ x + f", data(f=[float(f) for f in flags]))
    assert tv.ppml("y ~ x + f", data(f=flags)).coef() == as_numbers.coef()
    assert tv.ppml("y ~ x | f", data(f=flags)).coef()["x"] == pytest.approx(as_numbers.coef()["x"], rel=1e-9)
    named = tv.ppml("y ~ x + i(f, ref = \"False\")", data(f=flags))
    assert list(named.coef()) == ["(Intercept)", "x", "f::True"]


def test_numbers_and_levels_of_one_long_column_are_refused():
    with pytest.raises(tv.CallError, match="`level` is used both as numbers and by its levels"):
        tv.ppml("y ~ x + level | level", data(level=[2**53 + k for k in range(8)]))
    assert tv.ppml("y ~ level", data(level=[2**60 + 2**50 * k for k in range(8)])).nobs == N


def test_what_is_not_read_is_refused_by_its_type_and_only_where_it_is_used():
    frame = data().to_pandas()
    frame["interval"] = pd.cut(frame["x"], 4)
    frame["bytes"] = [b"a", b"b"] * (N // 2)
    frame["lists"] = [[1], [2]] * (N // 2)
    frame["mixed"] = ["a", 1] * (N // 2)
    frame["complex"] = 1j
    assert tv.ppml("y ~ x | g", frame).coef()["x"] == BASE.coef()["x"]
    for column, kind in [("interval", "(?i)struct|interval"), ("bytes", "(?i)binary"), ("lists", "(?i)list"), ("mixed", "(?i)arrow"), ("complex", "(?i)complex")]:
        for formula in (f"y ~ x | {column}", f"y ~ x + i({column})", f"y ~ {column}"):
            with pytest.raises(tv.CallError, match=kind):
                tv.ppml(formula, frame)
        with pytest.raises(tv.CallError, match=kind):
            tv.ppml("y ~ x", frame, {"CRV1": column})
    fit = tv.ppml("y ~ x | g", frame)
    np.testing.assert_array_equal(fit.predict(frame), fit.predict(frame[["x", "g"]]))


@pytest.mark.parametrize("column", ["interval", "bytes"])
def test_the_message_names_the_column(column):
    frame = data().to_pandas()
    frame["interval"] = pd.cut(frame["x"], 4)
    frame["bytes"] = [b"a", b"b"] * (N // 2)
    with pytest.raises(tv.CallError, match=f"the column `{column}` is of type"):
        tv.ppml(f"y ~ x | {column}", frame)


def test_runs_are_read():
    import pyarrow.compute as pc

    groups = pa.array([f"g{k % 8}" for k in range(N)])
    order = pc.sort_indices(groups)
    table = data().take(order)
    runs = pc.run_end_encode(groups.take(order))
    fit = tv.ppml("y ~ x | runs", table.append_column("runs", runs))
    assert fit.coef()["x"] == pytest.approx(BASE.coef()["x"], rel=1e-12)


def test_zones_do_not_matter_where_they_are_not_used():
    frame = data().to_pandas()
    frame["when"] = pd.date_range("2020-01-01", periods=N, tz="Europe/Paris")
    fit = tv.ppml("y ~ x | g", frame)
    np.testing.assert_allclose(fit.predict(frame), fit.predict(), rtol=1e-12)
    kept = tv.ppml("y ~ x | g", frame, filter="when < '2020-02-01'")
    assert 0 < kept.nobs < 40


def test_a_column_that_stands_twice():
    twice = pa.Table.from_arrays([*data().columns, data().column("x")], names=["y", "x", "g", "x"])
    spare = pa.Table.from_arrays([*data().columns, data().column("x")], names=["y", "x", "g", "g"])
    frame = pd.concat([data().to_pandas(), data().to_pandas()[["x"]]], axis=1)
    for table in (twice, twice.to_reader(), twice.to_batches()[0], frame):
        with pytest.raises(tv.CallError, match="two columns named `x`.*\n.*rename"):
            tv.ppml("y ~ x", table)
    for table in (spare, spare.to_reader()):
        assert tv.ppml("y ~ x", table).nobs == N


class Stream:
    def __init__(self, table):
        self.table = table

    def __arrow_c_stream__(self, requested_schema=None):
        return self.table.__arrow_c_stream__(requested_schema)


class Batch:
    def __init__(self, table):
        self.batch = table.combine_chunks().to_batches()[0]

    def __arrow_c_array__(self, requested_schema=None):
        return self.batch.__arrow_c_array__(requested_schema)


SHAPES = {
    "reader": lambda t: t.to_reader(max_chunksize=50),
    "reader of python batches": lambda t: pa.RecordBatchReader.from_batches(t.schema, iter(t.to_batches(max_chunksize=70))),
    "record batch": lambda t: t.combine_chunks().to_batches()[0],
    "stream": Stream,
    "array": Batch,
    "dict of lists": lambda t: t.to_pydict(),
    "dict of arrays": lambda t: {name: t.column(name).to_numpy(zero_copy_only=False) for name in t.column_names},
    "sliced": lambda t: pa.concat_tables([t.slice(0, 10), t.slice(0, 0), t.slice(10)]),
    "polars": pl.from_arrow,
    "pandas of arrow": lambda t: t.to_pandas(types_mapper=pd.ArrowDtype),
    "pandas with an index": lambda t: t.to_pandas().set_index("x", drop=False),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_anything_with_the_interface_is_taken(shape):
    fit = tv.ppml("y ~ x | g", SHAPES[shape](data()))
    assert dict(fit.coef()) == dict(BASE.coef())
    np.testing.assert_array_equal(fit.predict(SHAPES[shape](data())), BASE.predict(data()))


def test_what_is_not_a_frame_is_named():
    for thing in (5, [1, 2], None, pl.LazyFrame({"y": [1.0]}) if not hasattr(pl.LazyFrame, "__arrow_c_stream__") else 6):
        with pytest.raises(TypeError, match=f"{type(thing).__name__} is not a data frame"):
            tv.ppml("y ~ x", thing)
    with pytest.raises(TypeError, match="not a data frame"):
        tv.ppml("y ~ x", pa.chunked_array([[1.0]]))
    with pytest.raises(tv.CallError, match="path"):
        BASE.predict("new.csv")


def test_a_missing_column_is_named_with_what_there_is():
    frame = data().to_pandas()
    frame["mixed"] = ["a", 1] * (N // 2)
    with pytest.raises(tv.CallError, match="there is no column `xx`; the columns are y, x, g, mixed"):
        tv.ppml("y ~ xx", frame)
    with pytest.raises(tv.CallError, match="mixed"):
        tv.ppml("y ~ x", frame, filter="zz > 1")
    with pytest.raises(tv.CallError, match="no column .*`x`|`x`"):
        BASE.predict(frame.drop(columns="x"))


def test_filters_compare_what_the_frame_holds():
    flags = [k % 3 == 0 for k in range(8)]
    table = data(f=flags, code=["01", "1", "01", "1", "2", "3", "4", "5"], big=[2**53 + k for k in range(8)])
    expected = tv.ppml("y ~ x | f", table.filter(table.column("f"))).nobs
    assert tv.ppml("y ~ x | f", table, filter="f == 1").nobs == expected
    assert tv.ppml("y ~ x | code", table, filter="code == '01'").nobs == N // 4
    assert tv.ppml("y ~ x | g", table, filter=f"big == '{2**53 + 1}'").nobs == N // 8


def test_new_data_may_have_few_columns_rows_and_levels():
    constant = tv.ppml("y ~ 1", data())
    for new in (data(), data().to_pandas(), pl.from_arrow(data()), data().to_pydict(), data().to_reader()):
        assert len(constant.predict(new)) == N
    assert len(BASE.predict(data().slice(0, 0))) == 0
    one = {"x": [0.5], "g": ["g3"]}
    effect = BASE.fixef()["g"]["g3"]
    np.testing.assert_allclose(BASE.predict(one), np.exp(BASE.coef()["x"] * 0.5 + effect), rtol=1e-12)
    assert np.isnan(BASE.predict({"x": [0.5, None], "g": ["unseen", "g1"]})).all()


def test_what_was_separated_is_not_known():
    """A dummy that is 1 only where the outcome is 0 drops those rows: nothing is known of such a row."""
    table = data()
    y = table.column("y").to_numpy().copy()
    y[:5] = 0.0
    own = pa.array([1.0] * 5 + [0.0] * (N - 5))
    kind = pa.array(["z"] * 5 + ["ab"[(k // 8) % 2] for k in range(N - 5)])
    table = table.set_column(0, "y", pa.array(y)).append_column("own", own).append_column("kind", kind)
    table = table.append_column("kept", pa.array([0.0] * 5 + [1.0] * (N - 5)))
    for formula in ("y ~ x + own | g", "y ~ x + own", "y ~ x + kept | g", "y ~ x + i(kind) | g", "y ~ x + i(kind, ref = \"a\")",
                    "y ~ x + i(kind, ref = \"z\") | g"):
        fit = tv.ppml(formula, table)
        assert fit.nobs == N - 5, formula
        predicted = fit.predict(table)
        assert np.isnan(predicted[:5]).all(), formula
        np.testing.assert_allclose(predicted[5:], fit.predict()[5:], rtol=1e-9)
