"""Data frames in and out."""

from __future__ import annotations

import sys as _sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, Union, cast

from . import _turnover
from ._turnover import CallError

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow


class ArrowStream(Protocol):
    """A frame that is given as an Arrow stream."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


class ArrowBatch(Protocol):
    """A frame that is given as one Arrow batch."""

    def __arrow_c_array__(self, requested_schema: object | None = None) -> tuple[object, object]: ...


#: What is taken as a data frame.
Data = Union[ArrowStream, ArrowBatch, Mapping[str, Sequence[object]]]
#: What comes back as one.
Frame = Union["pandas.DataFrame", "polars.DataFrame", "pyarrow.Table", dict[str, list[object]]]


def library(data: object) -> str | None:
    """The library of a frame: what comes in decides what goes out."""
    for name, kinds in (("pandas", ["DataFrame"]), ("polars", ["DataFrame"]), ("pyarrow", ["Table", "RecordBatch"])):
        module = _sys.modules.get(name)
        if module is not None and isinstance(data, tuple(getattr(module, kind) for kind in kinds)):
            return name
    return None


def path_of(data: object) -> str | None:
    """The path, where data is one."""
    if isinstance(data, str):
        return data
    return str(data.__fspath__()) if hasattr(data, "__fspath__") else None


def take(data: object, columns: Sequence[str] | None = None, partly: bool = False) -> _turnover.Table:
    """Takes a frame over, only the columns that are used where the frame can give them alone.

    Where one of them is missing the table has no rows, so that the message can name what there is; ``partly``
    takes the others.
    """
    own = library(data)
    if own == "pandas" and not hasattr(data, "__arrow_c_stream__"):
        raise TypeError("pandas 2.2 or newer is needed to take a frame over")
    if isinstance(data, Mapping):
        names = [str(name) for name in data]
    elif own == "pyarrow":
        names = list(data.schema.names)  # type: ignore[attr-defined]
    elif own is not None:
        names = [name for name in data.columns if isinstance(name, str)]  # type: ignore[attr-defined]
    else:
        return _table(data, columns, None)
    if columns is not None:
        wanted = list(dict.fromkeys(columns))
        for name in wanted:
            if names.count(name) > 1:
                raise CallError(f"the data has two columns named `{name}`\n  help: rename one of them")
        have = [name for name in wanted if name in names]
        if len(have) < len(wanted) and not partly:
            return _turnover.Table.of_names(names)
        if not have:
            return _turnover.Table.of_names(names, _length(data))
        data = _chosen(data, own, have)
    if isinstance(data, Mapping):
        import pyarrow

        data = pyarrow.table(dict(data))
    return _table(data, None, names)


def _length(data: object) -> int:
    if isinstance(data, Mapping):
        return len(next(iter(data.values()), []))
    return len(data)  # type: ignore[arg-type]


def _chosen(data: object, own: str | None, columns: list[str]) -> object:
    if isinstance(data, Mapping):
        return {name: data[name] for name in columns}
    if own == "pandas":
        return cast("pandas.DataFrame", data)[columns]
    return cast("polars.DataFrame", data).select(columns)


def _table(data: object, columns: Sequence[str] | None, names: list[str] | None) -> _turnover.Table:
    try:
        return _turnover.Table(data, columns, names)
    except ImportError as error:
        raise ImportError("pandas gives its frames as Arrow through pyarrow: pip install pyarrow") from error
    except (TypeError, ValueError, NotImplementedError) as error:
        # pyarrow refuses columns that hold several kinds of objects.
        if type(error).__module__.startswith("pyarrow"):
            text = "; ".join(str(a) for a in error.args)
            raise CallError(f"the data frame cannot be read as Arrow: {text}\n  help: give each column one type") from error
        raise


def frame(columns: dict[str, list[object]], like: str | None) -> Frame:
    """A frame of the library asked for, else of the first that is installed, else a dict."""
    for name in [like] if like else ["pandas", "polars", "dict"]:
        if name == "dict":
            return columns
        if name not in ("pandas", "polars", "pyarrow"):
            raise ValueError(f"{name!r} is not a library of frames: pandas, polars, pyarrow or dict")
        try:
            module = __import__(name)
        except ImportError:
            if like:
                raise
            continue
        return cast("Frame", module.table(columns) if name == "pyarrow" else module.DataFrame(columns))
    return columns


def array(values: list[float]) -> Sequence[float]:
    """A numpy array where numpy is installed, else the list."""
    try:
        import numpy
    except ImportError:
        return values
    return cast("Sequence[float]", numpy.asarray(values, dtype=float))
