"""How much two countries trade, how much of it measures touch, and what multiplying it would take.

>>> import turnover as tv
>>> tv.brief("USA", "RUS", times=3)                        # the whole answer, a page in a notebook
>>> tv.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", data=df,
...         vcov={"CRV1": "exporter^importer"}).tidy()

Data frames are pandas (with pyarrow), Polars, PyArrow, or anything with the Arrow PyCapsule
interface. Figures, definitions and commands are those of the command ``turnover``, which the
package carries too.
"""

from __future__ import annotations

import html as _html
import json as _json
import sys as _sys
from typing import Any, Iterator, Mapping, Sequence

from . import _turnover
from ._turnover import CallError, NoAnswer

__version__ = _turnover.version()
__all__ = [
    "Answer", "CallError", "Finding", "Fit", "Fits", "NoAnswer", "ask", "brief", "check", "coverage", "diversion",
    "effect", "etable", "history", "measures", "ols", "potential", "ppml", "reach", "simulate", "turnover",
]


# --- frames ------------------------------------------------------------------------------------

def _library(data: Any) -> str:
    """The library of a frame: what comes in decides what goes out."""
    return type(data).__module__.split(".")[0]


def _take(data: Any, columns: Sequence[str] | None = None) -> _turnover.Table:
    """Takes a frame over, only the columns that are used where the frame can give them alone."""
    name = "<table>"
    if columns is not None and _library(data) in ("pandas", "polars", "pyarrow"):
        have = list(data.column_names) if _library(data) == "pyarrow" else list(data.columns)
        some = [c for c in dict.fromkeys(columns) if c in have]
        # A column that is missing is told with all that there are.
        if len(some) == len(set(columns)):
            data = data[some] if _library(data) == "pandas" else data.select(some)
        columns = None
    if isinstance(data, Mapping):
        import pyarrow

        data = pyarrow.table(dict(data))
    elif _library(data) == "pandas" and not hasattr(data, "__arrow_c_stream__"):
        raise TypeError("pandas 2.2 or newer is needed to take a frame over")
    try:
        return _turnover.Table(data, name, columns)
    except ImportError as error:
        raise ImportError("pandas gives its frames as Arrow through pyarrow: pip install pyarrow") from error


def _frame(columns: dict[str, list], like: str | None) -> Any:
    """A frame of the library asked for, else of the first that is installed, else a dict."""
    for library in [like] if like else ["pandas", "polars"]:
        if library == "dict":
            return columns
        if library == "pyarrow":
            import pyarrow

            return pyarrow.table(columns)
        if library not in ("pandas", "polars"):
            raise ValueError(f"{library!r} is no library of frames: pandas, polars, pyarrow or dict")
        try:
            module = __import__(library)
        except ImportError:
            if like:
                raise
            continue
        return module.DataFrame(columns)
    return columns


# --- answers -----------------------------------------------------------------------------------

class Finding:
    """A value with its unit, interval, method, definition, sources and caveats.

    Attributes: ``id``, ``title``, ``statement`` (one sentence), ``value`` (a number, a word, or None where
    only the interval is known), ``unit`` (``usd``, ``share``, ``change``, ``multiple``, ``log_points``,
    ``count``, ...; shares and changes are fractions of one), ``interval`` ((low, high) or None), ``method``,
    ``definition``, ``sources`` (name, vintage, SHA-256), ``caveats``, ``reproduce`` (the command).
    """

    def __init__(self, raw: Mapping[str, Any]):
        self.id: str = raw["id"]
        self.title: str = raw["title"]
        self.statement: str = raw["statement"]
        self.value: float | str | None = raw["value"]
        self.unit: str = raw["unit"]
        interval = raw["interval"]
        self.interval: tuple[float, float] | None = (interval["low"], interval["high"]) if interval else None
        self.method: str = raw["method"]
        self.definition: str = raw["definition"]
        self.sources: list[dict[str, str]] = raw["sources"]
        self.caveats: list[str] = raw["caveats"]
        self.reproduce: str = raw["reproduce"]

    def __repr__(self) -> str:
        return f"Finding({self.id!r}: {self.statement})"

    def _repr_html_(self) -> str:
        e = _html.escape
        sources = "; ".join(f"{s['name']}, {s['vintage']}" for s in self.sources)
        return f"<p><b>{e(self.statement)}.</b><br>{e(self.definition)}<br><small>{e(sources)}<br><code>{e(self.reproduce)}</code></small></p>"


class Answer:
    """What a question found.

    Findings are looked up by id: ``answer["reach.cost_cut"].value``. In a notebook an answer shows as a
    page with charts.
    """

    def __init__(self, native: _turnover.Answer):
        self._native = native
        self._json: dict[str, Any] = _json.loads(native.json())
        self.title: str = self._json.get("title", "")
        #: The command that gives the answer again.
        self.command: str = self._json.get("command", "")
        self.findings: list[Finding] = [Finding(f) for f in self._json.get("findings", [])]

    def __getitem__(self, id: str) -> Finding:
        for finding in self.findings:
            if finding.id == id:
                return finding
        raise KeyError(f"{id}; there are {', '.join(f.id for f in self.findings)}")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def to_dict(self) -> dict[str, Any]:
        """The JSON document of the command line."""
        return self._json

    def to_frame(self, library: str | None = None) -> Any:
        """The findings, a row each: id, title, value, low, high, unit, statement, reproduce.

        ``library`` is pandas, polars, pyarrow or dict; the first of them that is installed by default.
        """
        number = lambda v: v if isinstance(v, (int, float)) else None  # noqa: E731
        f = self.findings
        return _frame({
            "id": [x.id for x in f], "title": [x.title for x in f], "value": [number(x.value) for x in f],
            "low": [x.interval[0] if x.interval else None for x in f],
            "high": [x.interval[1] if x.interval else None for x in f],
            "word": [x.value if isinstance(x.value, str) else None for x in f],
            "unit": [x.unit for x in f], "statement": [x.statement for x in f], "reproduce": [x.reproduce for x in f],
        }, library)

    @property
    def tables(self) -> list[str]:
        """The ids of the tables."""
        return [t["id"] for t in self._json.get("tables", [])]

    def table(self, id: str, library: str | None = None) -> Any:
        """A table by its id as a data frame; numbers are in the units of the columns' names."""
        for table in self._json.get("tables", []):
            if table["id"] == id:
                names = [c["name"] for c in table["columns"]]
                return _frame({n: [row[k] for row in table["rows"]] for k, n in enumerate(names)}, library)
        raise KeyError(f"{id}; there are {', '.join(self.tables)}")

    @property
    def charts(self) -> dict[str, str]:
        """The charts by id, as SVG."""
        return {id: svg for id, _, _, svg in self._native.charts()}

    def to_html(self) -> str:
        """A page of its own, with charts, sources and commands."""
        page = self._native.html()
        return page if page is not None else f"<pre>{_html.escape(_json.dumps(self._json, indent=2))}</pre>"

    def save(self, path: str) -> None:
        """Writes the page to ``path``."""
        with open(path, "w", encoding="utf-8") as file:
            file.write(self.to_html())

    def __repr__(self) -> str:
        return self._native.text(100)

    def _repr_html_(self) -> str:
        page = _html.escape(self.to_html(), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:640px;border:1px solid #d5dce4" title="{_html.escape(self.title)}"></iframe>'


class _Progress:
    """Steps of a long answer: one line that is written over, in a notebook or on a terminal."""

    def __init__(self) -> None:
        self._display: Any = None
        self._shown = False
        self._terminal = _sys.stderr.isatty()
        if "ipykernel" in _sys.modules:
            from IPython.display import display

            self._display = display("", display_id=True)

    def __call__(self, what: str, done: int, all: int) -> None:
        text = f"{what} ({done + 1} of {all})"
        self._shown = True
        if self._display is not None:
            self._display.update({"text/plain": text}, raw=True)
        elif self._terminal:
            _sys.stderr.write(f"\r\x1b[K{text}")
            _sys.stderr.flush()

    def end(self) -> None:
        if self._display is not None:
            self._display.update({"text/plain": ""}, raw=True)
        elif self._terminal and self._shown:
            _sys.stderr.write("\r\x1b[K")
            _sys.stderr.flush()


def _words(options: Mapping[str, Any]) -> list[str]:
    words: list[str] = []
    for name, value in options.items():
        if value is None or value is False:
            continue
        flag = "--" + name.rstrip("_").replace("_", "-")
        if value is True:
            words.append(flag)
        elif isinstance(value, (list, tuple)):
            words += [flag, ",".join(str(v) for v in value)]
        else:
            words += [flag, str(value)]
    return words


_READ = ("filter", "exporter", "importer", "reporter", "partner", "flow", "product", "year_column", "value", "unit", "duplicates", "unknown")


def ask(command: str, *names: str, data: Any = None, progress: bool = True, **options: Any) -> Answer:
    """Any question of the command line: ``ask("coverage", "USA", "RUS", date="2019-10-31")``.

    ``data`` is a path, or a data frame of flows: exporter, importer, year, value and product, or reporter,
    partner, flow, year, value and product. Columns with other names are named by ``exporter=``,
    ``importer=``, ``year_column=``, ``value=``..., the unit by ``unit="thousand-usd"``. Other options are those
    of ``turnover help COMMAND``, with ``_`` for ``-``.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer; the message
    says why and what to do. Ctrl-C breaks off.
    """
    table = None
    words = [*command.split(), *[str(n) for n in names]]
    if data is not None:
        path = data if isinstance(data, str) else data.__fspath__() if hasattr(data, "__fspath__") else None
        if path is None:
            table = _take(data)
        words += ["--data", path if path is not None else _turnover.MEMORY]
    words += _words(options)
    shown = _Progress() if progress else None
    try:
        return Answer(_turnover.ask(words, table, shown))
    finally:
        if shown:
            shown.end()


def turnover(a: str, b: str, *, data: Any = None, **options: Any) -> Answer:
    """How much ``a`` and ``b`` trade: level, trend, composition, both reporters. Options: ``year``."""
    return ask("turnover", a, b, data=data, **options)


def coverage(a: str, b: str, *, data: Any = None, **options: Any) -> Answer:
    """How much of a pair's trade measures touch, under every definition.

    Options: ``date`` (day of the measures), ``year`` (of the flows), ``base_year``, ``claim`` (per cent not
    affected), ``lift``, ``bring`` (lists of measures), ``catalogue``. Coverage ratio and frequency index are
    UNCTAD's; base-year weights as in Crozet and Hinz (2020).
    """
    return ask("coverage", a, b, data=data, **options)


def reach(a: str, b: str, times: float, *, data: Any = None, **options: Any) -> Answer:
    """What it takes to multiply a pair's trade by ``times``, in general equilibrium.

    Options: ``theta`` (trade elasticity, 4), ``imbalance`` (additive, multiplicative), ``only`` ("USA:RUS"),
    ``levers`` (a TOML file), ``draws``, ``seed``, ``world_year``. ``data`` is a world: flows among all countries,
    domestic sales included. One sector in exact changes: Dekle, Eaton and Kortum (2007), Arkolakis,
    Costinot and Rodriguez-Clare (2012); many: Caliendo and Parro (2015).
    """
    return ask("reach", a, b, times=times, data=data, **options)


def simulate(changes: Mapping[tuple[str, str], str | float] | None = None, *, data: Any = None, **options: Any) -> Answer:
    """What changes of trade costs would do: ``simulate({("USA", "RUS"): "-20%", ("*", "MEX"): 0.1})``.

    A change is a text as on the command line (``-20%``, ``1.0986lp``) or a share: 0.1 makes the flow 10 %
    dearer. Options: ``scenario`` (a TOML file), ``theta``, ``imbalance``, ``model``, ``world_year``.
    """
    words = []
    for (exporter, importer), change in (changes or {}).items():
        size = change if isinstance(change, str) else f"{change * 100:+.12g}%"
        words += ["--change", f"{exporter}:{importer}={size}"]
    return ask("simulate", *words, data=data, **options)


def effect(measure: str, *, data: Any = None, **options: Any) -> Answer:
    """What a measure cost: PPML difference-in-differences by year, product and partner.

    Options: ``with_`` (a partner), ``products`` (HS codes), ``later`` (drop, control, treat).
    """
    return ask("effect", measure, data=data, **options)


def diversion(measure: str, *, data: Any = None, **options: Any) -> Answer:
    """Where the trade went: third countries by excess, what was lost, how often the search errs.

    Options: ``products`` (HS codes), ``watch_list``.
    """
    return ask("diversion", measure, data=data, **options)


def potential(a: str, b: str, *, data: Any = None, **options: Any) -> Answer:
    """Products with unrealised potential (Decreux and Spies 2016), under measures and free of them.

    Options: ``year``, ``date``.
    """
    return ask("potential", a, b, data=data, **options)


def history(a: str, b: str, times: float, *, data: Any = None, **options: Any) -> Answer:
    """How often pairs of that size multiplied their trade by ``times``. Options: ``years``, ``least_share``."""
    return ask("history", a, b, times=times, data=data, **options)


def check(dossier: str | None = None, *, data: Any = None, **options: Any) -> Answer:
    """Whether what was said is true: a dossier of statements, checked; the founding case by default."""
    return ask("check", *([dossier] if dossier else []), data=data, **options)


def brief(a: str, b: str, times: float = 3, *, data: Any = None, **options: Any) -> Answer:
    """The whole answer on one page.

    Options: ``only``, ``without`` (lists of questions), and those of coverage and reach.
    """
    return ask("brief", a, b, times=times, data=data, **options)


def measures(**options: Any) -> Any:
    """The catalogue of measures as a list of dicts. Options: ``target``, ``sender``, ``date``."""
    return ask("measures list", progress=False, **options).to_dict()


# --- estimates ---------------------------------------------------------------------------------

def _vcov(vcov: str | Mapping[str, str] | None) -> str:
    """The command line's word for a covariance in pyfixest's or fixest's words."""
    if vcov is None or vcov == "iid":
        return "iid"
    if isinstance(vcov, str):
        if vcov in ("hetero", "HC1"):
            return "hetero"
        return vcov
    (kind, variables), = vcov.items()
    if kind not in ("CRV1", "cluster"):
        raise CallError(f"{kind} errors are not computed\n  help: iid, hetero, or {{\"CRV1\": \"exporter^importer\"}}")
    return f"cluster:{variables.replace(' ', '')}"


class Fit:
    """One estimated model.

    Standard errors are fixest's by default: with ``vcov={"CRV1": ...}`` as fixest's ``cluster = ~ ...`` and
    pyfixest's, to the digits of tests/golden_fixest.csv.
    """

    def __init__(self, fits: Fits, at: int, raw: Mapping[str, Any], library: str):
        self._fits, self._at, self._raw, self._library = fits, at, raw, library
        #: Name of the outcome, of the effects; number of observations that take part.
        self.depvar: str = raw["outcome"]
        self.fixed_effects: list[str] = raw["effects"]
        self.nobs: int = raw["nobs"]
        self.deviance: float = raw["deviance"]
        self.loglik: float = raw["log_likelihood"]
        self.pseudo_r2: float = raw["pseudo_r2"]
        self.iterations: int = raw["iterations"]
        #: Rows left out as separated ({"count", "rows"}), and regressors left out, with the reason.
        self.separated: dict[str, Any] = raw["separated"]
        self.dropped: list[dict[str, str]] = raw["dropped"]

    def _column(self, name: str) -> list[float]:
        return [c[name] for c in self._raw["coefficients"]]

    def _series(self, name: str) -> Any:
        names = self._column("name")
        if self._library == "pandas":
            import pandas

            return pandas.Series(self._column(name), index=pandas.Index(names, name="Coefficient"), name=name)
        return dict(zip(names, self._column(name)))

    def coef(self) -> Any:
        """Estimates by name: a pandas Series where the data is pandas, else a dict."""
        return self._series("estimate")

    def se(self) -> Any:
        """Standard errors by name."""
        return self._series("std_error")

    def tstat(self) -> Any:
        """Statistics (z for PPML) by name."""
        return self._series("statistic")

    def pvalue(self) -> Any:
        """p values by name."""
        return self._series("p_value")

    def confint(self) -> Any:
        """95 % intervals: a frame with low and high."""
        return self._as_frame(["name", "low", "high"])

    def tidy(self, library: str | None = None) -> Any:
        """A row per coefficient: name, estimate, std_error, statistic, p_value, low, high."""
        return self._as_frame(["name", "estimate", "std_error", "statistic", "p_value", "low", "high"], library)

    def _as_frame(self, columns: list[str], library: str | None = None) -> Any:
        own = self._library if self._library in ("pandas", "polars", "pyarrow") else None
        return _frame({c: self._column(c) for c in columns}, library or own)

    def vcov(self) -> list[list[float]]:
        """Covariance of the coefficients, k x k in the order of ``coef``, as nested lists."""
        flat = self._fits._native.covariance(self._at)
        k = len(self._raw["coefficients"])
        return [flat[i * k:(i + 1) * k] for i in range(k)]

    def predict(self, newdata: Any = None, type: str = "response") -> list[float]:
        """Fitted values by row of the data (after the filter), NaN for rows that take no part.

        With ``newdata``, a frame with the regressors and the columns of the effects, the expected outcome of
        its rows: NaN where a value is missing and for levels that the estimate did not see.
        ``type`` is ``response`` (the expected outcome) or ``link`` (its log for PPML).
        """
        if type not in ("response", "link"):
            raise CallError(f"type is {type!r}\n  help: response or link")
        if newdata is not None:
            return self._fits._native.predict(self._at, _take(newdata), type == "link")
        return self._fits._native.fitted(self._at, type == "link")

    def fixef(self) -> dict[str, dict[str, float]]:
        """Fixed effects by family and level, as ``{"exporter^year": {"AUS^1990": 1.2, ...}}``.

        They are identified up to constants that move between families.
        """
        return {name: dict(levels) for name, levels in self._fits._native.fixed_effects(self._at)}

    def etable(self, library: str | None = None) -> Any:
        """The model as a column of a paper's table."""
        return self._fits.etable(library)

    def summary(self) -> str:
        """Coefficients, what was left out, and statistics, as text."""
        return self._fits._native.text(100)

    def to_dict(self) -> dict[str, Any]:
        """The values that the command line's JSON promises."""
        return dict(self._raw)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        return self._fits._repr_html_()


class Fits:
    """Several models that one call asked for, side by side."""

    def __init__(self, native: _turnover.Models, library: str):
        self._native, self._library = native, library
        self._json: dict[str, Any] = _json.loads(native.json())
        raw = self._json.get("models") or [self._json]
        self.models: list[Fit] = [Fit(self, at, r, library) for at, r in enumerate(raw)]

    def __getitem__(self, at: int) -> Fit:
        return self.models[at]

    def __len__(self) -> int:
        return len(self.models)

    def __iter__(self) -> Iterator[Fit]:
        return iter(self.models)

    def _table(self, id: str) -> Mapping[str, Any]:
        return next(t for t in self._json["tables"] if t["id"] == id)

    def etable(self, library: str | None = None) -> Any:
        """All models side by side, as a paper prints them: stars at 10, 5 and 1 %, errors in brackets."""
        table = self._table("estimate.etable")
        own = self._library if self._library in ("pandas", "polars", "pyarrow") else None
        columns = {c["title"] or "": [r[k] or "" for r in table["rows"]] for k, c in enumerate(table["columns"])}
        return _frame(columns, library or own)

    def summary(self) -> str:
        """All models, as text."""
        return self._native.text(100)

    def __repr__(self) -> str:
        return self.summary()

    def _repr_html_(self) -> str:
        table = self._table("estimate.etable")
        e = lambda x: _html.escape(str(x if x is not None else ""))  # noqa: E731
        head = "".join(f"<th>{e(c['title'])}</th>" for c in table["columns"])
        body = "".join("<tr>" + "".join(f"<td>{e(x)}</td>" for x in row) + "</tr>" for row in table["rows"])
        return f"<table><caption>{e(table['title'])}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _estimate(method: str, formula: str | Sequence[str], data: Any, vcov: Any, ssc: str, weights: str | None, offset: str | None,
              filter: str | None, separation: str, drop_singletons: bool, bias_correction: bool) -> Any:
    formulas = [formula] if isinstance(formula, str) else list(formula)
    spec = {
        "formulas": formulas, "method": method, "vcov": _vcov(vcov), "ssc": ssc, "weights": weights, "offset": offset,
        "separation": separation, "drop_singletons": drop_singletons, "bias_correction": bias_correction, "filter": filter,
        "command": f"turnover.{method}({formula!r}, ...)",
    }
    path = data if isinstance(data, str) else data.__fspath__() if hasattr(data, "__fspath__") else None
    if path is not None:
        raise CallError("data is a path\n  help: read it with pandas, Polars or PyArrow, or call turnover estimate FILE")
    fits = Fits(_turnover.estimate(_take(data, _turnover.columns(spec)), spec), _library(data))
    return fits[0] if len(fits) == 1 else fits


def ppml(formula: str | Sequence[str], data: Any, vcov: str | Mapping[str, str] | None = "iid", *, ssc: str = "fixest",
         weights: str | None = None, offset: str | None = None, filter: str | None = None, separation: str = "full",
         drop_singletons: bool = False, bias_correction: bool = False) -> Any:
    """Poisson pseudo-maximum likelihood with any number of fixed effects (Santos Silva and Tenreyro 2006).

    Parameters
    ----------
    formula
        ``trade ~ rta + log(dist) | exporter^year + importer^year + exporter^importer``, as fixest and pyfixest
        users write it: ``i(year, x, ref=2013)``, ``I(...)``, ``sw()``, ``csw()``, several outcomes. A list of them gives
        several models.
    data
        A frame of n rows: pandas, Polars, PyArrow or anything with ``__arrow_c_stream__``. float64 columns
        in one piece are taken over without a copy.
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


def ols(formula: str | Sequence[str], data: Any, vcov: str | Mapping[str, str] | None = "iid", *, ssc: str = "fixest",
        weights: str | None = None, filter: str | None = None, drop_singletons: bool = False) -> Any:
    """Least squares with any number of fixed effects; parameters as in :func:`ppml`."""
    return _estimate("ols", formula, data, vcov, ssc, weights, None, filter, "full", drop_singletons, False)


def etable(fits: Fit | Fits, library: str | None = None) -> Any:
    """Models side by side."""
    return fits.etable(library)


def _main() -> None:
    """The command ``turnover``."""
    import signal

    # Ctrl-C ends the command as it does outside Python.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _sys.exit(_turnover.main(["turnover", *_sys.argv[1:]]))
