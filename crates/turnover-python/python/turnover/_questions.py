"""The questions of the command line."""

from __future__ import annotations

import sys as _sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Protocol, Union

from . import _turnover
from ._answers import Answer
from ._frames import Data, path_of, take
from ._turnover import CallError, NoAnswer

#: The value of an option.
Option = Union[str, int, float, bool, None, "Sequence[str | int | float]"]


class _Display(Protocol):
    """A place in a notebook that is written over."""

    def update(self, data: dict[str, str], *, raw: bool) -> None: ...


class _Progress:
    """Steps of a long answer: one line that is written over, in a notebook or on a terminal."""

    def __init__(self) -> None:
        self._display: _Display | None = None
        self._shown = False
        self._terminal = _sys.stderr.isatty()
        if "ipykernel" in _sys.modules:
            from IPython.display import display

            self._display = display("", display_id=True)  # type: ignore[no-untyped-call]

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


def _words(options: Mapping[str, Option]) -> list[str]:
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


def ask(command: str, *names: str, data: Data | str | PathLike[str] | None = None, progress: bool = True, **options: Option) -> Answer:
    """Any question of the command line: ``ask("coverage", "USA", "RUS", date="2019-10-31")``.

    ``data`` is a path, or a data frame of flows: exporter, importer, year, value and product, or reporter,
    partner, flow, year, value and product. Columns with other names are named by ``exporter=``,
    ``importer=``, ``year_column=``, ``value=``..., the unit by ``unit="thousand-usd"``. Other options are those
    of ``turnover help COMMAND``, with ``_`` for ``-``.

    Raises CallError where the call is wrong and NoAnswer where the question has no answer; the message
    says why and what to do. Ctrl-C breaks off.
    """
    return _answer(command, names, data, {"progress": progress, **options})


def _answer(command: str, names: Sequence[str], data: Data | str | PathLike[str] | None, given: Mapping[str, Option]) -> Answer:
    options = dict(given)
    progress = options.pop("progress", True)
    table = None
    words = [*command.split(), *[str(n) for n in names]]
    if data is not None:
        path = path_of(data)
        if path is None:
            table = take(data)
        words += ["--data", path if path is not None else _turnover.MEMORY]
    words += _words(options)
    shown = _Progress() if progress else None
    try:
        return Answer(_turnover.ask(words, table, shown))
    except (CallError, NoAnswer) as error:
        unread = [f"`{name}` ({kind})" for name, kind in table.unread()] if table is not None else []
        if unread:
    
            raise type(error)(f"{error}\n  note: columns of these types are not read: {', '.join(unread)}") from None
        raise
    finally:
        if shown:
            shown.end()


def turnover(a: str, b: str, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """How much ``a`` and ``b`` trade: level, trend, composition, both reporters. Options: ``year``."""
    return _answer("turnover", [a, b], data, options)


def coverage(a: str, b: str, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """How much of a pair's trade measures touch, under every definition.

    Options: ``date`` (day of the measures), ``year`` (of the flows), ``base_year``, ``claim`` (per cent not
    affected), ``lift``, ``bring`` (lists of measures), ``catalogue``. Coverage ratio and frequency index are
    UNCTAD's; base-year weights as in Crozet and Hinz (2020).
    """
    return _answer("coverage", [a, b], data, options)


def reach(a: str, b: str, times: float, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """What it takes to multiply a pair's trade by ``times``, in general equilibrium.

    Options: ``theta`` (trade elasticity, 4), ``imbalance`` (additive, multiplicative), ``only`` ("USA:RUS"),
    ``levers`` (a TOML file), ``draws``, ``seed``, ``world_year``. ``data`` is a world: flows among all countries,
    domestic sales included. One sector in exact changes: Dekle, Eaton and Kortum (2007), Arkolakis,
    Costinot and Rodriguez-Clare (2012); many: Caliendo and Parro (2015).
    """
    return _answer("reach", [a, b], data, {"times": times, **options})


def simulate(changes: Mapping[tuple[str, str], str | float] | None = None, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """What changes of trade costs would do: ``simulate({("USA", "RUS"): "-20%", ("*", "MEX"): 0.1})``.

    A change is a text as on the command line (``-20%``, ``1.0986lp``) or a share: 0.1 makes the flow 10 %
    dearer. Options: ``scenario`` (a TOML file), ``theta``, ``imbalance``, ``model``, ``world_year``.
    """
    words = []
    for (exporter, importer), change in (changes or {}).items():
        share = change if isinstance(change, str) else f"{change * 100:+.12g}%"
        words += ["--change", f"{exporter}:{importer}={share}"]
    return _answer("simulate", words, data, options)


def effect(measure: str, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """What a measure cost: PPML difference-in-differences by year, product and partner.

    Options: ``with_`` (a partner), ``products`` (HS codes), ``later`` (drop, control, treat).
    """
    return _answer("effect", [measure], data, options)


def diversion(measure: str, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """Where the trade went: third countries by excess, what was lost, how often the search errs.

    Options: ``products`` (HS codes), ``watch_list``.
    """
    return _answer("diversion", [measure], data, options)


def potential(a: str, b: str, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """Products with unrealised potential (Decreux and Spies 2016), under measures and free of them.

    Options: ``year``, ``date``.
    """
    return _answer("potential", [a, b], data, options)


def history(a: str, b: str, times: float, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """How often pairs of that size multiplied their trade by ``times``. Options: ``years``, ``least_share``."""
    return _answer("history", [a, b], data, {"times": times, **options})


def check(dossier: str | None = None, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """Whether what was said is true: a dossier of statements, checked; the founding case by default."""
    return _answer("check", [dossier] if dossier else [], data, options)


def brief(a: str, b: str, times: float = 3, *, data: Data | str | PathLike[str] | None = None, **options: Option) -> Answer:
    """The whole answer on one page.

    Options: ``only``, ``without`` (lists of questions), and those of coverage and reach.
    """
    return _answer("brief", [a, b], data, {"times": times, **options})


def measures(**options: Option) -> dict[str, object]:
    """The catalogue of measures: ``measures()["measures"]`` is a list of dicts. Options: ``target``, ``sender``, ``date``."""
    return _answer("measures list", [], None, {"progress": False, **options}).to_dict()
