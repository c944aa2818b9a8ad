"""Estimates on frames: the same as the command line's, for each library; published values; refusals."""

import math

import numpy as np
import pyarrow as pa
import pytest

import turnover as tv
from conftest import frames, panel, shared

FORMULA = "trade ~ rta | exporter^year + importer^year + exporter^importer"
PAIR = {"CRV1": "exporter^importer"}


def test_a_frame_gives_what_the_command_gives(frame, library, command):
    fit = tv.ppml(FORMULA, frame, PAIR)
    told = command("estimate", "table.parquet", FORMULA, "--vcov", "cluster:exporter^importer", table=panel())
    assert fit.to_dict()["coefficients"] == told["coefficients"]
    assert fit.nobs == told["nobs"] and fit.deviance == told["deviance"]
    assert fit.vcov().tolist() == told["covariance"]
    assert type(fit.tidy()).__module__.split(".")[0] == library
    assert list(fit.tidy("dict")) == ["name", "estimate", "std_error", "statistic", "p_value", "low", "high"]


def test_libraries_agree_to_the_last_bit():
    fits = [tv.ppml(FORMULA, f, PAIR).to_dict()["coefficients"] for f in frames(panel()).values()]
    assert fits[0] == fits[1] == fits[2]


def test_anything_that_gives_an_arrow_stream_is_taken():
    class Stream:
        def __arrow_c_stream__(self, requested_schema=None):
            return panel().__arrow_c_stream__(requested_schema)

    told = [tv.ppml(FORMULA, data, PAIR).to_dict()["coefficients"] for data in (Stream(), panel())]
    assert told[0] == told[1]
    columns = {c: panel().column(c).to_pylist() for c in panel().column_names}
    assert tv.ppml(FORMULA, columns, PAIR).nobs == tv.ppml(FORMULA, panel(), PAIR).nobs


def test_types_of_columns_do_not_matter():
    table = panel()
    exporter = table.column("exporter")
    other = (
        table.set_column(0, "exporter", exporter.combine_chunks().dictionary_encode())
        .set_column(1, "importer", table.column("importer").cast(pa.large_string()))
        .set_column(2, "year", table.column("year").cast(pa.int16()))
        .set_column(3, "trade", table.column("trade").cast(pa.float64()))
        .set_column(4, "rta", pa.chunked_array([[bool(x) for x in table.column("rta").to_pylist()]]))
    )
    pieces = pa.concat_tables([other.slice(0, 100), other.slice(100)])
    told = [tv.ppml(FORMULA, data, PAIR).to_dict() for data in (pieces, table)]
    assert told[0]["coefficients"] == told[1]["coefficients"] and told[0]["covariance"] == told[1]["covariance"]


def test_predictions_and_effects_belong_to_their_rows():
    table = panel()
    fit = tv.ppml(FORMULA, table, PAIR)
    fitted = np.array(fit.predict())
    link = np.array(fit.predict(type="link"))
    used = np.isfinite(fitted)
    assert len(fitted) == table.num_rows and used.sum() == fit.nobs
    assert np.allclose(np.exp(link[used]), fitted[used])
    effects = fit.fixef()
    assert set(effects) == {"exporter^year", "importer^year", "exporter^importer"}
    rows = table.to_pylist()
    b = dict(zip(fit.tidy("dict")["name"], fit.tidy("dict")["estimate"]))
    for row in np.flatnonzero(used)[::17]:
        r = rows[row]
        index = b["rta"] * r["rta"] + sum(
            effects[name]["^".join(str(r[c]) for c in name.split("^"))] for name in effects
        )
        assert math.isclose(index, link[row], abs_tol=1e-8)
    # The score of a Poisson model: trade and its expectation have the same sum over each level.
    trade = np.array([r["trade"] for r in rows])
    assert math.isclose(trade[used].sum(), fitted[used].sum(), rel_tol=1e-9)


@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_new_data_is_predicted_without_its_outcome(library):
    table = panel()
    formula = "trade ~ log(size) + i(group, rta, ref = \"a\") | exporter^year + importer"
    n = table.num_rows
    table = table.append_column("size", pa.array([1.0 + (r * r) % 7 for r in range(n)]))
    table = table.append_column("group", pa.array(["abc"[(r * 5) % 3] for r in range(n)]))
    table = table.append_column("shift", pa.array([0.1 * (r % 4) for r in range(n)]))
    fit = tv.ppml(formula, table, offset="shift")
    fitted, link = np.array(fit.predict()), np.array(fit.predict(type="link"))
    used = np.isfinite(fitted)
    rows = np.flatnonzero(used)[::-3]
    new = table.take(pa.array(rows)).drop_columns(["trade"])
    assert np.allclose(fit.predict(frames(new)[library]), fitted[rows], rtol=1e-7)
    assert np.allclose(fit.predict(frames(new)[library], type="link"), link[rows], atol=1e-7)
    # What the estimate did not see it does not know: a group, a level, a missing value.
    odd = new.slice(0, 3).to_pydict()
    odd["group"][0], odd["exporter"][1], odd["size"][2] = "z", "XXX", None
    assert np.isnan(fit.predict(frames(pa.table(odd))[library])).all()
    for column in ("size", "importer", "shift"):
        with pytest.raises(tv.CallError, match=column):
            fit.predict(frames(new.drop_columns([column]))[library])


def test_several_models_stand_side_by_side(frame, library):
    fits = tv.ppml(["trade ~ rta | exporter + importer", "trade ~ rta + log(dist) | exporter + importer"], frame)
    assert len(fits) == 2 and fits[1].coef()["log(dist)"] != 0
    table = fits.etable("dict")
    assert list(table) == ["", "(1) trade", "(2) trade"] and "log(dist)" in table[""]
    assert "<table>" in fits._repr_html_() and "Observations" in fits.summary()
    steps = tv.ppml("trade ~ csw(rta, log(dist)) | exporter + importer", frame)
    assert [f.to_dict()["coefficients"] for f in steps] == [f.to_dict()["coefficients"] for f in fits]


def test_words_of_other_packages():
    table = panel()
    assert tv.ppml("trade ~ rta | exporter + importer", table, "HC1").se() == tv.ppml("trade ~ rta | exporter + importer", table, "hetero").se()
    two_way = tv.ppml("trade ~ rta | exporter + importer", table, {"CRV1": "exporter + importer"})
    assert two_way.se() != tv.ppml("trade ~ rta | exporter + importer", table).se()
    kept = tv.ppml("trade ~ rta | exporter + importer", table, filter="year >= 2002")
    assert kept.nobs < tv.ppml("trade ~ rta | exporter + importer", table).nobs
    assert tv.ols("trade ~ rta | exporter + importer", table).nobs == table.num_rows


@pytest.mark.parametrize(
    ("formula", "vcov", "part"),
    [
        ("trade ~ rtaa", "iid", "did you mean `rta`"),
        ("trade ~", "iid", "expected"),
        ("trade ~ rta", {"CRV3": "exporter"}, "CRV3 errors are not computed"),
        ("trade ~ rta", "robust?", "iid, hetero or cluster"),
        ("trade ~ exporter", "iid", "i(exporter)"),
        ("trade ~ rta + * 2", "iid", "expected"),
    ],
)
def test_wrong_calls_say_what_to_do(formula, vcov, part):
    with pytest.raises(tv.CallError) as error:
        tv.ppml(formula, panel(), vcov)
    assert part in str(error.value)


def test_a_filter_that_cannot_be_read_is_a_wrong_call():
    with pytest.raises(tv.CallError, match="character 7"):
        tv.ppml("trade ~ rta", panel(), filter="year >")


def test_data_without_an_answer_says_so():
    table = panel().set_column(3, "trade", pa.array([0.0] * panel().num_rows))
    with pytest.raises(tv.NoAnswer, match="0 in every row"):
        tv.ppml("trade ~ rta | exporter", table)
    negative = panel().set_column(3, "trade", pa.array([-1.0] * panel().num_rows))
    with pytest.raises(tv.NoAnswer, match="row 1"):
        tv.ppml("trade ~ rta | exporter", negative)
    with pytest.raises(TypeError, match="int is not a data frame"):
        tv.ppml("trade ~ rta", 5)
    with pytest.raises(tv.CallError, match="path"):
        tv.ppml("trade ~ rta", "panel.parquet")


def test_the_advanced_guide_is_met():
    """RTA, years 1986-2006 by four, 0.5571853 (0.103753 with fixest's factors, 28,482 rows): UNCTAD and WTO 2016."""
    import pyarrow.parquet as pq

    table = pq.read_table(shared("agtpa/agtpa_applications.parquet"))
    fit = tv.ppml(
        "trade ~ rta | exporter^year + importer^year + pair_id",
        table,
        {"CRV1": "pair_id"},
        filter="year in [1986, 1990, 1994, 1998, 2002, 2006]",
    )
    assert math.isclose(fit.coef()["rta"], 0.55718533559, rel_tol=1e-9)
    assert math.isclose(fit.se()["rta"], 0.103752738726, rel_tol=1e-6)
    assert fit.nobs == 28482
