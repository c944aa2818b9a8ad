"""Estimates by PPML and least squares."""

from __future__ import annotations

import html as _html
import json as _json
from array import array as _array
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Union, cast

from . import _turnover
from ._answers import in_python
from ._etable import latex, side_by_side
from ._frames import Data, Frame, array, frame, library, path_of, take
from ._turnover import CallError

if TYPE_CHECKING:
    import pandas

#: Values by coefficient.
Series = Union["pandas.Series[float]", dict[str, float]]
#: What is kept of a model: covariance, fitted values, index, residuals, predictor.
_PARTS = ("covariance", "fitted", "index", "residuals", "r2", "predictor")
_TIDY = ["name", "estimate", "std_error", "statistic", "p_value", "low", "high"]
#: Columns of a terminal.
_WIDTH = 100


class Fit:
    """One estimated model.

    Standard errors are fixest's by default: with ``vcov={"CRV1": ...}`` as fixest's ``cluster = ~ ...`` and
    pyfixest's, to the digits of tests/golden_fixest.csv. It can be pickled and copied, and is then the
    same without its data.
    """

    def __init__(self, fits: Fits, at: int, raw: Mapping[str, object], library: str | None):
        self._fits, self._at, self._raw, self._library = fits, at, raw, library
        linear = fits.method == "ols"
        #: Name of the outcome, of the effects; number of observations that take part.
        self.depvar = cast("str", raw["outcome"])
        self.fixed_effects = cast("list[str]", raw["effects"])
        self.nobs = cast("int", raw["nobs"])
        #: Deviance (PPML) or sum of squared residuals.
        self.deviance = cast("float", raw["deviance"])
        self.loglik = cast("float", raw["log_likelihood"])
        #: McFadden's, of PPML; None for least squares.
        self.pseudo_r2 = None if linear else cast("float", raw["pseudo_r2"])
        self.iterations = cast("int", raw["iterations"])
        #: Rows left out as separated ({"count", "rows"}), and regressors left out, with the reason.
        self.separated = cast("dict[str, object]", raw["separated"])
        self.dropped = cast("list[dict[str, str]]", raw["dropped"])

    @property
    def method(self) -> str:
        """``ppml`` or ``ols``."""
        return self._fits.method

    @property
    def r2(self) -> float | None:
        """R squared of least squares, fixed effects included; None for PPML, which has ``pseudo_r2``."""
        return cast("float | None", self._fits._part(self._at, "r2"))

    @property
    def rmse(self) -> float:
        """Root of the mean squared residual."""
        own = [r for r in cast("list[float]", self._fits._part(self._at, "residuals")) if r == r]
        return float((sum(r * r for r in own) / len(own)) ** 0.5) if own else float("nan")

    def _column(self, name: str) -> list[object]:
        return [c[name] for c in cast("list[dict[str, object]]", self._raw["coefficients"])]

    def _numbers(self, name: str) -> list[float]:
        # What is not defined is null in the document.
        return [float("nan") if x is None else cast("float", x) for x in self._column(name)]

    def _names(self) -> list[str]:
        return cast("list[str]", self._column("name"))

    def _series(self, name: str) -> Series:
        if self._library == "pandas":
            import pandas

            return pandas.Series(self._numbers(name), index=pandas.Index(self._names(), name="Coefficient"), name=name)
        return dict(zip(self._names(), self._numbers(name)))

    def coef(self) -> Series:
        """Estimates by name: a pandas Series where the data is pandas, else a dict."""
        return self._series("estimate")

    def se(self) -> Series:
        """Standard errors by name."""
        return self._series("std_error")

    def tstat(self) -> Series:
        """Statistics (z for PPML) by name."""
        return self._series("statistic")

    def pvalue(self) -> Series:
        """p values by name."""
        return self._series("p_value")

    def _interval(self, alpha: float) -> tuple[list[float], list[float]]:
        low, high = self._numbers("low"), self._numbers("high")
        if alpha == 0.05:
            return low, high
        if not 0.0 < alpha < 1.0:
            raise CallError(f"alpha is {alpha}\n  help: 0.05 gives intervals of 95 %")
        b, se = self._numbers("estimate"), self._numbers("std_error")
        defined = [k for k in range(len(b)) if se[k] > 0.0]
        if not defined:
            return low, high
        # Where the interval is widest for its estimate the fewest digits cancel.
        best = max(defined, key=lambda k: se[k] / abs(b[k]) if b[k] else float("inf"))
        critical = _turnover.critical_value((high[best] - low[best]) / (2 * se[best]), alpha)
        if critical is None:
            raise CallError("intervals of that level cannot be given here\n  help: alpha=0.05")
        return [x - critical * s for x, s in zip(b, se)], [x + critical * s for x, s in zip(b, se)]

    def confint(self, alpha: float = 0.05, library: str | None = None) -> Frame:
        """Intervals of level ``1 - alpha``: a frame with name, low and high."""
        low, high = self._interval(alpha)
        return self._as_frame({"name": self._names(), "low": low, "high": high}, library)

    def tidy(self, library: str | None = None, alpha: float = 0.05) -> Frame:
        """A row per coefficient: name, estimate, std_error, statistic, p_value, low, high."""
        low, high = self._interval(alpha)
        columns: dict[str, Sequence[object]] = {c: self._numbers(c) for c in _TIDY[1:5]}
        return self._as_frame({"name": self._names(), **columns, "low": low, "high": high}, library)

    def _as_frame(self, columns: Mapping[str, Sequence[object]], like: str | None) -> Frame:
        return frame({name: list(cells) for name, cells in columns.items()}, like or self._library)

    def vcov(self) -> Sequence[Sequence[float]]:
        """Covariance of the coefficients, k x k in the order of ``coef``: a numpy array, or nested lists where
        numpy is not installed."""
        flat = cast("list[float]", self._fits._part(self._at, "covariance"))
        k = len(self._names())
        rows = [flat[i * k:(i + 1) * k] for i in range(k)]
        return cast("Sequence[Sequence[float]]", array(cast("list[float]", rows)))

    def predict(self, newdata: Data | None = None, type: str = "response") -> Sequence[float]:
        """Fitted values by row of the data (after the filter), NaN for rows that take no part: a numpy array, or a
        list where numpy is not installed.

        With ``newdata``, a frame with the regressors and the columns of the effects, the expected outcome of
        its rows: NaN where a value is missing, for levels that the estimate did not see, and where a
        regressor that was left out for want of variation has another value.
        ``type`` is ``response`` (the expected outcome) or ``link`` (its log for PPML).
        """
        if type not in ("response", "link"):
            raise CallError(f"type is {type!r}\n  help: response or link")
        if newdata is None:
            return array(cast("list[float]", self._fits._part(self._at, "index" if type == "link" else "fitted")))
        if path_of(newdata) is not None:
            raise CallError("newdata is a path\n  help: read it with pandas, Polars or PyArrow")
        predictor = self._predictor()
        return array(predictor.predict(take(newdata, predictor.columns(), partly=True), type == "link"))

    def resid(self) -> Sequence[float]:
        """Outcome less fitted value by row of the data (after the filter), NaN for rows that take no part."""
        return array(cast("list[float]", self._fits._part(self._at, "residuals")))

    def _predictor(self) -> _turnover.Predictor:
        return cast("_turnover.Predictor", self._fits._part(self._at, "predictor"))

    def fixef(self) -> dict[str, dict[str, float]]:
        """Fixed effects by family and level, as ``{"exporter^year": {"AUS^1990": 1.2, ...}}``.

        They are identified up to constants that move between families. A value that holds a ``^`` itself stands in
        backticks where several make a level.
        """
        out: dict[str, dict[str, float]] = {}
        for columns, levels, values in self._predictor().effects():
            out["^".join(columns)] = {_level(level): value for level, value in zip(levels, values)}
        return out

    def etable(self, library: str | None = None) -> Frame | str:
        """The model as a column of a paper's table."""
        return self._fits.etable(library)

    def summary(self) -> str:
        """Coefficients, what was left out, and statistics, as text."""
        return self._fits.summary()

    def to_dict(self) -> dict[str, object]:
        """The values that the command line's JSON promises."""
        return dict(self._raw)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self._fits._repr_html_()


def _level(values: list[str]) -> str:
    if len(values) == 1:
        return values[0]
    return "^".join(f"`{v}`" if "^" in v or "`" in v else v for v in values)


class Fits:
    """Several models that one call asked for, side by side."""

    def __init__(self, native: _turnover.Models, library: str | None, method: str):
        self._native: _turnover.Models | None = native
        self._parts: dict[tuple[int, str], object] = {}
        self._text = ""
        self._library, self.method = library, method
        self._read(native.json())

    def _read(self, text: str) -> None:
        self._raw_json = text
        self._json: dict[str, object] = _json.loads(text)
        raw = cast("list[dict[str, object]]", self._json.get("models") or [self._json])
        self.models = [Fit(self, at, r, self._library) for at, r in enumerate(raw)]

    def _part(self, at: int, name: str) -> object:
        """Something of a model."""
        if (at, name) in self._parts:
            return self._parts[at, name]
        native = cast("_turnover.Models", self._native)
        if name == "predictor":
            # Fixed effects are solved for once.
            self._parts[at, name] = native.predictor(at)
            return self._parts[at, name]
        if name == "r2":
            return native.r2(at)
        if name == "covariance":
            return native.covariance(at)
        return native.residuals(at) if name == "residuals" else native.fitted(at, name == "index")

    def __getstate__(self) -> dict[str, object]:
        def packed(at: int, name: str) -> object:
            part = self._part(at, name)
            return _array("d", part) if isinstance(part, list) else part

        parts = {(at, name): packed(at, name) for at in range(len(self.models)) for name in _PARTS}
        return {"json": self._raw_json, "text": self.summary(), "library": self._library, "method": self.method, "parts": parts, "models": self.models}

    def __setstate__(self, state: dict[str, object]) -> None:
        self._native = None
        self._text = cast("str", state["text"])
        self._library, self.method = cast("str | None", state["library"]), cast("str", state["method"])
        self._parts = cast("dict[tuple[int, str], object]", state["parts"])
        self._raw_json = cast("str", state["json"])
        self._json = _json.loads(self._raw_json)
        self.models = cast("list[Fit]", state["models"])

    def __getitem__(self, at: int) -> Fit:
        return self.models[at]

    def __len__(self) -> int:
        return len(self.models)

    def __iter__(self) -> Iterator[Fit]:
        return iter(self.models)

    def _table(self, id: str) -> dict[str, object]:
        return next(t for t in cast("list[dict[str, object]]", self._json["tables"]) if t["id"] == id)

    def etable(self, library: str | None = None) -> Frame | str:
        """All models side by side, as a paper prints them: stars at 10, 5 and 1 %, errors in brackets."""
        return etable(self, library)

    def summary(self) -> str:
        """All models, as text."""
        return in_python(self._native.text(_WIDTH), "to_dict()", None) if self._native is not None else self._text

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        columns = side_by_side([self])
        e = _html.escape
        head = "".join(f"<th>{e(title)}</th>" for title in columns)
        body = "".join("<tr>" + "".join(f"<td>{e(x)}</td>" for x in row) + "</tr>" for row in zip(*columns.values()))
        title = e(str(self._table("estimate.etable")["title"]))
        return f"<table><caption>{title}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _vcov(vcov: str | Mapping[str, str] | None) -> str:
    """A covariance by the name that pyfixest or fixest gives it, as a question takes it."""
    if vcov is None or vcov == "iid":
        return "iid"
    if isinstance(vcov, str):
        if vcov in ("hetero", "HC1"):
            return "hetero"
        return vcov
    help = "iid, hetero, or {\"CRV1\": \"exporter^importer\"}"
    if len(vcov) != 1:
        raise CallError(f"vcov names {len(vcov)} kinds of errors\n  help: {help}")
    (kind, variables), = vcov.items()
    if kind not in ("CRV1", "cluster"):
        raise CallError(f"{kind} errors are not computed\n  help: {help}")
    return f"cluster:{variables.strip()}"


def _estimate(method: str, formula: str | Sequence[str], data: Data, vcov: str | Mapping[str, str] | None, ssc: str,
              weights: str | None, offset: str | None, filter: str | None, separation: str, drop_singletons: bool,
              bias_correction: bool) -> Fit | Fits:
    formulas = [formula] if isinstance(formula, str) else list(formula)
    options = {
        "file": _turnover.MEMORY, "formulas": formulas, "method": method, "ssc": ssc, "weights": weights, "offset": offset,
        "separation": separation, "drop_singletons": drop_singletons, "bias_correction": bias_correction, "filter": filter,
    }
    # Corrected errors are clustered by pair, whatever is asked for.
    spec = _json.dumps(options if bias_correction else {**options, "vcov": _vcov(vcov)})
    call = f"turnover.{method}({formula!r}, ...)"
    if path_of(data) is not None:
        raise CallError("data is a path\n  help: read it with pandas, Polars or PyArrow, or call turnover estimate FILE")
    fits = Fits(_turnover.estimate(take(data, _turnover.columns(spec)), spec, call), library(data), method)
    return fits[0] if len(fits) == 1 else fits


def ppml(formula: str | Sequence[str], data: Data, vcov: str | Mapping[str, str] | None = "iid", *, ssc: str = "fixest",
         weights: str | None = None, offset: str | None = None, filter: str | None = None, separation: str = "full",
         drop_singletons: bool = False, bias_correction: bool = False) -> Fit | Fits:
    """Poisson pseudo-maximum likelihood with any number of fixed effects (Santos Silva and Tenreyro 2006).

    Parameters
    ----------
    formula
        ``trade ~ rta + log(dist) | exporter^year + importer^year + exporter^importer``, as fixest and pyfixest
        users write it: ``i(year, x, ref=2013)``, ``I(...)``, ``sw()``, ``csw()``, several outcomes. A list of them gives
        several models.
    data
        A frame of n rows: pandas, Polars, PyArrow, a dict of columns, or anything with ``__arrow_c_stream__`` or
        ``__arrow_c_array__``. Only the columns that are named here are taken, float64 columns in one piece
        without a copy. Levels are exact: text is never read as numbers.
    vcov
        ``"iid"``, ``"hetero"``, ``{"CRV1": "exporter^importer"}``, ``{"CRV1": "exporter + importer"}`` (two-way).
    ssc
        Small-sample factors: ``"fixest"`` (as pyfixest), ``"stata"`` (as ppmlhdfe), ``"none"``.
    weights, offset
        Columns.
    filter
        Rows that take part, as ``'year >= 1990 and exporter != importer'``.
    separation
        ``"full"`` finds observations separated by regressors too (Correia, Guimaraes and Zylkin), ``"effects"``
        looks at effects alone.
    drop_singletons
        Whether levels with a single observation are dropped, as ppmlhdfe does.
    bias_correction
        Weidner and Zylkin's (2021) for three-way and two-way gravity panels; errors are then clustered by
        pair.

    Returns
    -------
    Fit, or Fits where several models are asked for.

    Raises CallError for a formula that cannot be read or a column that is not there, NoAnswer where there is
    no estimate. Ctrl-C breaks off.
    """
    return _estimate("ppml", formula, data, vcov, ssc, weights, offset, filter, separation, drop_singletons, bias_correction)


def ols(formula: str | Sequence[str], data: Data, vcov: str | Mapping[str, str] | None = "iid", *, ssc: str = "fixest",
        weights: str | None = None, filter: str | None = None, drop_singletons: bool = False) -> Fit | Fits:
    """Least squares with any number of fixed effects; parameters as in :func:`ppml`."""
    return _estimate("ols", formula, data, vcov, ssc, weights, None, filter, "full", drop_singletons, False)


def etable(fits: Fit | Fits | Sequence[Fit | Fits], library: str | None = None) -> Frame | str:
    """Models side by side, of one call or of several: ``etable([fit1, fit2])``.

    Stars at 10, 5 and 1 %, errors in brackets. ``library`` is pandas, polars, pyarrow, dict, or ``latex`` for the
    text of a table with booktabs' rules.
    """
    several = [fits] if isinstance(fits, (Fit, Fits)) else list(fits)
    if not several or not all(isinstance(x, (Fit, Fits)) for x in several):
        raise CallError("etable wants estimates\n  help: etable(fit), or etable([fit1, fit2])")
    parts = [_One(x) if isinstance(x, Fit) and len(x._fits) > 1 else x._fits if isinstance(x, Fit) else x for x in several]
    columns = side_by_side(cast("list[Fits]", parts))
    if library == "latex":
        errors = "; ".join(dict.fromkeys(str(x._table("estimate.etable")["title"]) for x in parts))
        return latex(columns, f"{errors}. *** p < 0.01, ** p < 0.05, * p < 0.1.")
    cells = {title: cast("list[object]", column) for title, column in columns.items()}
    return frame(cells, library or parts[0]._library)


class _One:
    """One model of several, as if it had been asked for alone."""

    def __init__(self, fit: Fit):
        self._fit, self.method, self._library = fit, fit.method, fit._library

    def __iter__(self) -> Iterator[Fit]:
        return iter([self._fit])

    def _table(self, id: str) -> dict[str, object]:
        table = self._fit._fits._table(id)
        at = self._fit._at + 1
        columns, rows = cast("list[object]", table["columns"]), cast("list[list[object]]", table["rows"])
        own = [[row[0], row[at]] for row in rows]
        # Neither the regressors of others nor their standard errors.
        return {**table, "columns": [columns[0], columns[at]], "rows": [r for r in own if r[1] is not None]}
