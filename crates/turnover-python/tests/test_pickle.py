"""Everything that the package gives can be pickled and copied, and is then the same."""

import copy
import pickle

import numpy as np
import pytest

import turnover as tv
from conftest import frames, panel

FORMULA = "trade ~ rta + i(year, log(dist), ref = 2000) | exporter + importer"


def ways(thing):
    return [
        pickle.loads(pickle.dumps(thing)), pickle.loads(pickle.dumps(thing, protocol=pickle.HIGHEST_PROTOCOL)),
        copy.copy(thing), copy.deepcopy(thing), pickle.loads(pickle.dumps(copy.deepcopy(thing))),
    ]


def same(a, b):
    return np.array_equal(np.asarray(a), np.asarray(b), equal_nan=True)


@pytest.mark.parametrize("estimate", [tv.ppml, tv.ols])
@pytest.mark.parametrize("library", ["pandas", "polars", "pyarrow"])
def test_a_fit(estimate, library):
    data = frames(panel())[library]
    fit = estimate(FORMULA, data, {"CRV1": "exporter^importer"})
    new = frames(panel().slice(40, 30))[library]
    for again in ways(fit):
        assert again.to_dict() == fit.to_dict() and again.summary() == fit.summary()
        assert again.tidy("dict") == fit.tidy("dict") and dict(again.se()) == dict(fit.se())
        assert again.tidy("dict", alpha=0.1) == fit.tidy("dict", alpha=0.1)
        assert same(again.vcov(), fit.vcov()) and same(again.resid(), fit.resid())
        for type in ("response", "link"):
            assert same(again.predict(type=type), fit.predict(type=type))
            assert same(again.predict(new, type), fit.predict(new, type))
        assert again.fixef() == fit.fixef()
        assert again.etable("dict") == fit.etable("dict") and again._repr_html_() == fit._repr_html_()
        assert (again.nobs, again.depvar, again.r2, again.pseudo_r2) == (fit.nobs, fit.depvar, fit.r2, fit.pseudo_r2)
        assert type_of(again.tidy()) == library


def type_of(frame):
    return type(frame).__module__.split(".")[0]


def test_several_fits_and_one_of_them():
    fits = tv.ppml("trade ~ csw(rta, log(dist)) | exporter + importer", panel())
    for again in ways(fits):
        assert len(again) == 2 and again.etable("dict") == fits.etable("dict")
        assert [f.to_dict() for f in again] == [f.to_dict() for f in fits]
        assert same(again[1].predict(panel()), fits[1].predict(panel()))
    for again in ways(fits[1]):
        assert again.to_dict() == fits[1].to_dict() and same(again.predict(panel()), fits[1].predict(panel()))


def test_levels_of_every_kind_travel():
    import pyarrow as pa

    table = panel()
    n = table.num_rows
    table = (
        table.append_column("code", pa.array(["01", "1", "1e0", "x^y"] * (n // 4)))
        .append_column("big", pa.array([2**53 + k % 3 for k in range(n)]))
        .append_column("flag", pa.array([k % 5 == 0 for k in range(n)]))
    )
    fit = tv.ppml("trade ~ rta + i(flag) | code^exporter + big", table)
    for again in ways(fit):
        assert again.fixef() == fit.fixef() and same(again.predict(table), fit.predict(table))


def test_an_answer_and_its_findings():
    answer = tv.reach("USA", "RUS", 3)
    for again in ways(answer):
        assert again.to_dict() == answer.to_dict() and again.charts == answer.charts
        assert again.to_html() == answer.to_html() and repr(again) == repr(answer)
        assert again["reach.cost_cut"].value == answer["reach.cost_cut"].value
        assert again.to_frame("dict") == answer.to_frame("dict")
    for again in ways(answer.findings[0]):
        assert repr(again) == repr(answer.findings[0]) and vars(again) == vars(answer.findings[0])
    listed = tv.ask("check", claim_review=True)
    for again in ways(listed):
        assert again.to_dict() == listed.to_dict() and again.to_html() == listed.to_html()


@pytest.mark.parametrize("error", [tv.CallError, tv.NoAnswer, tv.InternalError])
def test_exceptions(error):
    for again in ways(error("what\n  help: so")):
        assert type(again) is error and str(again) == "what\n  help: so"


def test_an_error_that_was_raised():
    with pytest.raises(tv.CallError) as caught:
        tv.ppml("trade ~ rtaa", panel())
    for again in ways(caught.value):
        assert type(again) is tv.CallError and str(again) == str(caught.value)
