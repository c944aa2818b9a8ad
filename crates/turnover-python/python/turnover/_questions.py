"""How a question is asked: its options as JSON, a frame beside them, an answer back."""

from __future__ import annotations

import json as _json
import sys as _sys
from collections.abc import Mapping, Sequence
from os import PathLike
from typing import Protocol, Union, cast

from . import _turnover
from ._answers import Answer
from ._frames import Data, path_of, take
from ._turnover import CallError, NoAnswer

#: The value of an option.
Option = Union[str, int, float, bool, None, "Sequence[str | int | float]", "Sequence[Mapping[str, object]]"]
#: Changes of trade costs: ``{("USA", "RUS"): "-20%", ("*", "MEX"): 0.1}`` (0.1 makes the flow 10 % dearer), or a list
#: of texts such as ``"USA:RUS=-20%"`` and of dicts with the keys of a file (docs/scenarios.md).
Changes = Union["Mapping[tuple[str, str], str | float]", "Sequence[str | Mapping[str, object]]", None]


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


def changes(given: Changes) -> Sequence[object]:
    """Changes of trade costs as a question takes them."""
    if given is None:
        return []
    if not isinstance(given, Mapping):
        return list(given)
    out: list[object] = []
    for (exporter, importer), change in given.items():
        share = change if isinstance(change, str) else f"{change * 100:+.12g}%"
        out.append(f"{exporter}:{importer}={share}")
    return out


def _plain(value: object) -> object:
    """A value as JSON has it: dates and paths as text, sequences as lists."""
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(v) for v in value]
    if hasattr(value, "item"):
        return cast("object", value.item())
    return str(value)


def answer(question: str, options: Mapping[str, object], data: Data | str | PathLike[str] | None, progress: bool, threads: int | None) -> Answer:
    """Asks a question; its options are those of the question's function, by name."""
    given = {name: _plain(value) for name, value in options.items() if value is not None}
    table = None
    if data is not None:
        path = path_of(data)
        if path is None:
            table = take(data)
        given["data"] = path if path is not None else _turnover.MEMORY
    shown = _Progress() if progress else None
    try:
        return Answer(_turnover.ask(question, _json.dumps(given), table, shown, threads))
    except (CallError, NoAnswer) as error:
        unread = [f"`{name}` ({kind})" for name, kind in table.unread()] if table is not None else []
        if unread:
            raise type(error)(f"{error}\n  note: columns of these types are not read: {', '.join(unread)}") from None
        raise
    finally:
        if shown:
            shown.end()


def ask(question: str, *, data: Data | str | PathLike[str] | None = None, progress: bool = True, threads: int | None = None, **options: Option) -> Answer:
    """Any question by name: ``ask("coverage", a="USA", b="RUS", date="2019-10-31")``.

    The questions have functions of their own, whose keyword arguments are the options; ``data`` is a path, or a
    data frame of flows.
    """
    return answer(question, options, data, progress, threads)


def measures(
    *,
    sender: str | None = None,
    target: str | None = None,
    date: str | None = None,
    product: str | None = None,
    catalogue: str | None = None,
) -> dict[str, object]:
    """The catalogue of measures: ``measures()["measures"]`` is a list of dicts.

    ``sender`` is a country or EU, ``target`` a country, ``date`` a day on which they are in force, ``product`` an HS
    code that they touch, ``catalogue`` a file or folder of your own.
    """
    wanted = {"sender": sender, "target": target, "date": date, "product": product, "catalogue": catalogue}
    options = {name: str(value) for name, value in wanted.items() if value is not None}
    return cast("dict[str, object]", _json.loads(_turnover.measures(_json.dumps(options))))
