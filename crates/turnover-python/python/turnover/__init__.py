"""How much two countries trade, how much of it measures touch, and what multiplying it would take.

>>> import turnover as tv
>>> tv.brief("USA", "RUS", times=3)                        # the whole answer, a page in a notebook
>>> tv.ppml("trade ~ rta | exporter^year + importer^year + exporter^importer", data=df,
...         vcov={"CRV1": "exporter^importer"}).tidy()

Data frames are pandas (with pyarrow), Polars, PyArrow, dicts of columns, or anything with the Arrow
PyCapsule interface. Figures, definitions and commands are those of the command ``turnover``, which the
package carries too.
"""

from __future__ import annotations

import sys as _sys

from . import _turnover
from ._answers import Answer, Finding
from ._models import Fit, Fits, etable, ols, ppml
from ._queries import brief, check, coverage, diversion, effect, history, outlook, potential, reach, read, simulate, turnover
from ._questions import ask, measures
from ._turnover import CallError, InternalError, NoAnswer

__version__ = _turnover.version()
__all__ = [
    "Answer", "CallError", "Finding", "Fit", "Fits", "InternalError", "NoAnswer", "ask", "brief", "check", "coverage",
    "diversion", "effect", "etable", "history", "measures", "ols", "outlook", "potential", "ppml", "reach", "read", "simulate",
    "turnover",
]


def _main() -> None:
    """The command ``turnover``."""
    import signal

    # Ctrl-C ends the command as it does outside Python.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _sys.exit(_turnover.main(["turnover", *_sys.argv[1:]]))
