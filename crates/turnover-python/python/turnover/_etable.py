"""Models side by side, from one call or several, as a paper prints them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from ._models import Fits

#: A table by its columns, the first of them the labels of the rows.
Columns = dict[str, list[str]]


def _cells(fits: Fits) -> tuple[list[str], list[list[str]]]:
    """Titles and rows of one call's table."""
    table = fits._table("estimate.etable")
    titles = [c["title"] or "" for c in cast("list[dict[str, str]]", table["columns"])]
    rows = [[str(x) if x is not None else "" for x in row] for row in cast("list[list[object]]", table["rows"])]
    return titles, rows


#: Statistics in the order of a paper; others follow.
_STATISTICS = ["Observations", "R2", "Adjusted R2", "Within R2", "Pseudo R2", "RMSE"]

#: A row: its label, and 1 for the line of standard errors below it.
Key = tuple[str, int]


def side_by_side(parts: Sequence[Fits]) -> Columns:
    """The tables of several calls as one: coefficients by name, then effects, then statistics."""
    tables = [_cells(fits) for fits in parts]
    found: list[dict[Key, list[str]]] = []
    order: dict[Key, tuple[int, int, int]] = {}
    for _, rows in tables:
        own: dict[Key, list[str]] = {}
        name = ""
        for row in rows:
            # The line without a label holds the standard errors of the one above.
            key = (row[0], 0) if row[0] else (name, 1)
            name = row[0] or name
            own[key] = row[1:]
        for label, line in own:
            kind = 0 if (label, 1) in own else 1 if label.endswith(" effects") else 2
            rank = _STATISTICS.index(label) if kind == 2 and label in _STATISTICS else len(_STATISTICS)
            # What is seen first stands first, and an error below its coefficient.
            seen = order[label, 0][2] if line else len(order)
            order.setdefault((label, line), (kind, rank, seen))
        found.append(own)
    keys = sorted(order, key=lambda key: (*order[key], key[1]))
    columns: Columns = {"": [label if line == 0 else "" for label, line in keys]}
    number = 0
    for (titles, _), own in zip(tables, found):
        for at, title in enumerate(titles[1:]):
            number += 1
            name = title.partition(") ")[2] or title
            absent = ["no" if order[key][0] == 1 else "" for key in keys]
            columns[f"({number}) {name}"] = [own[key][at] if key in own else none for key, none in zip(keys, absent)]
    return columns


def latex(columns: Columns, note: str) -> str:
    """The table for a paper in LaTeX, with booktabs' rules and a note."""
    titles = list(columns)
    rows = list(zip(*columns.values()))
    lines = [f"\\begin{{tabular}}{{l{'c' * (len(titles) - 1)}}}", "\\toprule"]
    lines.append(" & ".join(_escaped(t) for t in titles) + " \\\\")
    # Rules stand above the first coefficient and above what follows the last standard error.
    last = max((at for at, row in enumerate(rows) if not row[0]), default=-1)
    for at, row in enumerate(rows):
        if at in (0, last + 1):
            lines.append("\\midrule")
        lines.append(" & ".join(_starred(x) for x in row) + " \\\\")
    lines += ["\\bottomrule", f"\\multicolumn{{{len(titles)}}}{{l}}{{\\footnotesize {_escaped(note)}}} \\\\", "\\end{tabular}"]
    return "\n".join(lines) + "\n"


def _escaped(text: str) -> str:
    marks = {"\\": "\\textbackslash{}", "^": "\\textasciicircum{}", "~": "\\textasciitilde{}"}
    return "".join(marks.get(c, f"\\{c}" if c in "&%$#_{}" else c) for c in text)


def _starred(cell: str) -> str:
    plain = cell.rstrip("*")
    stars = cell[len(plain):]
    return _escaped(plain) + (f"$^{{{stars}}}$" if stars and plain else stars)
