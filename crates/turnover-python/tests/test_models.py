"""What a fit gives besides its coefficients, in the habits of other packages."""

import math
import inspect
import typing

import numpy as np
import pytest

import turnover as tv
from conftest import frames, panel

FORMULA = "trade ~ rta + log(dist) | exporter + importer"


def test_arrays_are_numpys():
    fit = tv.ppml(FORMULA, panel())
    for values in (fit.predict(), fit.predict(panel()), fit.resid()):
        assert isinstance(values, np.ndarray) and values.shape == (panel().num_rows,) and values.dtype == float
    assert isinstance(fit.vcov(), np.ndarray) and fit.vcov().shape == (2, 2)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.vcov())), list(fit.se().values()), rtol=1e-12)


@pytest.mark.parametrize("estimate", [tv.ppml, tv.ols])
def test_residuals_are_outcome_less_fitted(estimate):
    table = panel()
    trade = table.column("trade").to_numpy()
    fit = estimate("trade ~ rta | exporter^importer", table)
    np.testing.assert_allclose(fit.resid(), trade - fit.predict(), rtol=0, atol=1e-10)
    kept = estimate("trade ~ rta | exporter^importer", table, filter="year > 2001")
    later = table.column("year").to_numpy() > 2001
    np.testing.assert_allclose(kept.resid(), trade[later] - kept.predict(), rtol=0, atol=1e-10)
    own = fit.resid()[np.isfinite(fit.resid())]
    assert fit.rmse == pytest.approx(math.sqrt((own**2).mean()), rel=1e-12)


def test_least_squares_have_r2_and_ppml_pseudo_r2():
    table = panel()
    trade = table.column("trade").to_numpy()
    ols, ppml = tv.ols(FORMULA, table), tv.ppml(FORMULA, table)
    assert ols.r2 == pytest.approx(1 - (ols.resid() ** 2).sum() / ((trade - trade.mean()) ** 2).sum(), rel=1e-12)
    assert ols.pseudo_r2 is None and ppml.r2 is None and 0 < ppml.pseudo_r2 < 1
    assert "R2" in ols.etable("dict")[""] and "Pseudo R2" not in ols.etable("dict")[""]
    assert "Pseudo R2" in ppml.etable("dict")[""]
    assert f"{ols.r2:.4g}" in ols.etable("dict")["(1) trade"]
    # In another unit the share is the same.
    small = tv.ols(FORMULA.replace("trade", "I(trade / 1000)"), table)
    assert small.r2 == pytest.approx(ols.r2, rel=1e-9)
    # With weights, by the weights.
    weighted = tv.ols("trade ~ rta", table, weights="dist")
    w = table.column("dist").to_numpy()
    mean = (w * trade).sum() / w.sum()
    assert weighted.r2 == pytest.approx(1 - (w * weighted.resid() ** 2).sum() / (w * (trade - mean) ** 2).sum(), rel=1e-12)


def test_intervals_of_other_levels():
    """Critical values: standard normal 1.644853627 and 2.575829304, t with 7 degrees 1.894578605 and 3.499483297."""
    for vcov, ninety, ninety_nine in (("iid", 1.644853627, 2.575829304), ({"CRV1": "exporter"}, None, None)):
        fit = tv.ppml(FORMULA, panel(), vcov)
        b, se = np.array(list(fit.coef().values())), np.array(list(fit.se().values()))
        assert fit.confint(library="dict") == fit.confint(0.05, "dict")
        assert fit.tidy("dict")["low"] == fit.confint(library="dict")["low"]
        if ninety is not None:
            for alpha, critical in ((0.1, ninety), (0.01, ninety_nine)):
                np.testing.assert_allclose(fit.confint(alpha, "dict")["high"], b + critical * se, rtol=1e-9)
                np.testing.assert_allclose(fit.tidy("dict", alpha=alpha)["low"], b - critical * se, rtol=1e-9)
    fit = tv.ols(FORMULA, panel(), {"CRV1": "exporter"})
    b, se = np.array(list(fit.coef().values())), np.array(list(fit.se().values()))
    np.testing.assert_allclose(fit.confint(0.1, "dict")["high"], b + 1.894578605 * se, rtol=1e-8)
    np.testing.assert_allclose(fit.confint(0.01, "dict")["low"], b - 3.499483297 * se, rtol=1e-8)
    for alpha in (0, 1, -1, 2, float("nan")):
        with pytest.raises(tv.CallError, match="alpha"):
            fit.confint(alpha)


def test_separate_calls_stand_in_one_table():
    table = panel()
    first = tv.ppml("trade ~ rta | exporter", table)
    second = tv.ols("trade ~ rta + log(dist) | exporter + importer", table)
    third = tv.ppml("trade ~ sw(rta, log(dist)) | exporter", table)
    columns = tv.etable([first, second, third], "dict")
    assert list(columns) == ["", "(1) trade", "(2) trade", "(3) trade", "(4) trade"]
    rows = {label: [column[k] for column in list(columns.values())[1:]] for k, label in enumerate(columns[""]) if label}
    assert rows["rta"][3] == "" and rows["log(dist)"][0] == "" and rows["log(dist)"][1] != ""
    assert rows["importer effects"] == ["no", "yes", "no", "no"] and rows["exporter effects"] == ["yes"] * 4
    assert rows["Pseudo R2"][1] == "" and rows["R2"][0] == "" and rows["R2"][1] != ""
    labels = [label for label in columns[""] if label]
    assert labels[:2] == ["rta", "log(dist)"] and labels.index("Observations") > labels.index("importer effects")
    # One column holds what its own table holds.
    alone = first.etable("dict")
    assert [x for x in columns["(1) trade"] if x not in ("", "no")] == alone["(1) trade"]
    assert tv.etable(third, "dict") == third.etable("dict")
    assert tv.etable([third[1]], "dict")[""][0] == "log(dist)" and "rta" not in tv.etable([third[1]], "dict")[""]
    for library, frame in frames(table).items():
        fits = [tv.ppml("trade ~ rta", frame), tv.ppml("trade ~ log(dist)", frame)]
        assert type(tv.etable(fits)).__module__.split(".")[0] == library
    for wrong in ([], [1], "x"):
        with pytest.raises(tv.CallError, match="etable wants estimates"):
            tv.etable(wrong)


def test_a_table_for_latex():
    fits = tv.ppml("trade ~ csw(rta, I(dist > 300)) | exporter^year", panel())
    text = tv.etable(fits, "latex")
    lines = text.splitlines()
    assert lines[0] == r"\begin{tabular}{lcc}" and lines[-1] == r"\end{tabular}"
    assert r"exporter\textasciicircum{}year effects & yes & yes \\" in lines
    assert text.count(r"\midrule") == 2 and "p < 0.01" in text
    assert all(line.count(" & ") == 2 for line in lines if line.endswith(r"\\") and "multicolumn" not in line)


def test_messages_speak_python():
    table = panel()
    with pytest.raises(tv.CallError) as error:
        tv.ppml("trade ~ rta", table, "robust?")
    assert "vcov is robust?" in str(error.value) and "--" not in str(error.value)
    with pytest.raises(tv.NoAnswer) as error:
        tv.ppml("trade ~ rta", table.set_column(3, "trade", [[-1.0] * table.num_rows]))
    assert "with filter" in str(error.value) and "--" not in str(error.value)
    with pytest.raises(tv.CallError) as error:
        tv.ask("coverage", a="USA", b="RUS", base_yaer=2013)
    assert "base_yaer" in str(error.value) and "base_year" in str(error.value) and "Usage" not in str(error.value)
    for shown in (repr(tv.ppml("trade ~ rta", table)), repr(tv.reach("USA", "RUS", 3)), repr(tv.reach("USA", "RUS", 3)["reach.cost_cut"])):
        assert "--json" not in shown and "--out" not in shown
    with pytest.raises(tv.CallError, match="vcov names 2 kinds"):
        tv.ppml("trade ~ rta", table, {"CRV1": "exporter", "CRV3": "importer"})


def test_signatures_are_typed():
    """Nothing that the package offers is of type Any."""
    for name in tv.__all__:
        thing = getattr(tv, name)
        functions = [thing] if not isinstance(thing, type) else [f for f in vars(thing).values() if callable(f)]
        for function in functions:
            annotations = getattr(function, "__annotations__", {})
            assert "Any" not in str(annotations), name
            if not isinstance(thing, type):
                assert "return" in annotations, name
    options = inspect.signature(tv.reach).parameters
    assert list(options)[:3] == ["a", "b", "times"] and options["theta"].kind is inspect.Parameter.KEYWORD_ONLY
    assert "additive" in str(options["imbalance"].annotation) and options["imbalance"].default == "additive"
    assert typing.get_type_hints(tv.ask)["return"] is tv.Answer


# --- what the engine and the reading of formulas decide -----------------------------------------------------



def groups():
    rng = np.random.default_rng(3)
    n = 600
    i, t = rng.integers(0, 20, n), rng.integers(0, 6, n)
    x, z = rng.normal(size=n), rng.normal(size=n)
    y = np.exp(0.3 * x + 0.05 * i + 0.1 * t) * rng.uniform(0.5, 1.5, n)
    return {"y": y, "y2": y**0.5, "x": x, "z": z, "i": i, "t": t, "g": [f"g{k}" for k in i], "flag": [bool(k % 2) for k in t]}


def test_nested_families_are_one():
    data = groups()
    nested = tv.ppml("y ~ x | i^t + i + t", data)
    assert nested.coef()["x"] == pytest.approx(tv.ppml("y ~ x | i^t", data).coef()["x"], rel=1e-8)


def test_a_repeated_family_counts_once():
    data = groups()
    assert tv.ols("y ~ x | g + g", data).se()["x"] == pytest.approx(tv.ols("y ~ x | g", data).se()["x"], rel=1e-10)


@pytest.mark.xfail(strict=True, reason="without effects a mean of 1e9 standard deviations is taken for the constant")
def test_a_large_mean_is_not_collinear():
    data = groups()
    data["far"] = [1e9 + x for x in data["x"]]
    assert tv.ols("y ~ far", data).coef()["far"] == pytest.approx(tv.ols("y ~ x", data).coef()["x"], rel=1e-5)


def test_a_perfect_fit_has_no_standard_error():
    data = {**groups(), "five": [5.0] * 600}
    try:
        fit = tv.ols("five ~ x", data)
    except tv.NoAnswer:
        return
    assert fit.coef()["x"] == 0 and math.isnan(fit.se()["x"])


def test_two_outcomes_are_asked_for_in_c():
    with pytest.raises(tv.CallError, match="two outcomes are written c"):
        tv.ppml("y + y2 ~ x", groups())
    fits = tv.ppml("c(y, y2) ~ x", groups())
    assert [fit.depvar for fit in fits] == ["y", "y2"]


def test_parentheses_are_formula_algebra():
    assert list(tv.ppml("y ~ (x + z)", groups()).coef()) == ["(Intercept)", "x", "z"]
    assert list(tv.ppml("y ~ (x + z):t | g", groups()).coef()) == ["x:t", "z:t"]


def test_an_absent_reference_is_refused():
    with pytest.raises(tv.CallError, match="99"):
        tv.ppml("y ~ i(t, x, ref = 99) | g", groups())


def test_without_a_reference_the_first_level_is_left_out():
    assert list(tv.ppml("y ~ i(t)", groups()).coef()) == ["(Intercept)", *(f"t::{k}" for k in range(1, 6))]


@pytest.mark.parametrize("word", ["True", "TRUE"])
def test_a_boolean_reference(word):
    assert list(tv.ppml(f"y ~ x + i(flag, ref = {word})", groups()).coef()) == ["(Intercept)", "x", "flag::False"]


def test_names_with_blanks_and_carets():
    data = groups()
    data["my g"], data["h^s"] = data["g"], data["i"]
    fit = tv.ppml("y ~ x | `my g` + `h^s`", data, {"CRV1": "`my g`"}, filter="`my g` != 'g1'")
    assert fit.nobs == sum(g != "g1" for g in data["g"])
    fit = tv.ppml("y ~ x | `h^s`", data)
    np.testing.assert_allclose(fit.predict(data), fit.predict(), rtol=1e-9)


def test_quoted_blanks_stay_in_names():
    data = {**groups(), "city": ["New York", "NewYork", "Rome"] * 200}
    names = list(tv.ppml("y ~ I(city == \"New York\") + I(city == \"NewYork\")", data).coef())
    assert len(names) == 3
