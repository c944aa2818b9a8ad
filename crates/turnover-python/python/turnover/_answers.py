"""Answers: findings, tables and charts."""

from __future__ import annotations

import html as _html
import json as _json
import re
from collections.abc import Iterator, Mapping
from typing import cast

from . import _turnover
from ._frames import Frame, frame

#: A value of the JSON document.
Json = object


class Finding:
    """A value with its unit, interval, method, definition, sources and caveats.

    Attributes: ``id``, ``title``, ``statement`` (one sentence), ``value`` (a number, a word, or None where
    only the interval is known), ``unit`` (``usd``, ``share``, ``change``, ``multiple``, ``log_points``,
    ``count``, ...; shares and changes are fractions of one), ``interval`` ((low, high) or None), ``method``,
    ``definition``, ``sources`` (name, vintage, SHA-256), ``caveats``, ``reproduce`` (the command).
    """

    def __init__(self, raw: Mapping[str, Json]):
        self.id = cast("str", raw["id"])
        self.title = cast("str", raw["title"])
        self.statement = cast("str", raw["statement"])
        self.value = cast("float | str | None", raw["value"])
        self.unit = cast("str", raw["unit"])
        interval = cast("dict[str, float] | None", raw["interval"])
        self.interval: tuple[float, float] | None = (interval["low"], interval["high"]) if interval else None
        self.method = cast("str", raw["method"])
        self.definition = cast("str", raw["definition"])
        self.sources = cast("list[dict[str, str]]", raw["sources"])
        self.caveats = cast("list[str]", raw["caveats"])
        self.reproduce = cast("str", raw["reproduce"])

    def __repr__(self) -> str:
        return f"Finding({self.id!r}: {self.statement})"

    def _repr_html_(self) -> str:
        e = _html.escape
        sources = "; ".join(f"{s['name']}, {s['vintage']}" for s in self.sources)
        return f"<p><b>{e(self.statement)}.</b><br>{e(self.definition)}<br><small>{e(sources)}<br><code>{e(self.reproduce)}</code></small></p>"


#: Columns of a terminal.
_WIDTH = 100


def in_python(text: str, whole: str, page: str | None) -> str:
    """What a terminal would show, with the options of the command line in the package's words."""
    text = re.sub(r"--out \S+ --part (\S+)", r'table("\1")', text)
    charts = f"; with charts: {page}" if page else ""
    return re.sub(r"(?m)^(Definitions, intervals and hashes in full): .*$", rf"\1: {whole}{charts}", text)


class _Kept:
    """What an answer shows, after it was pickled or copied."""

    def __init__(self, state: dict[str, Json]):
        self._state = state

    def json(self) -> str:
        return cast("str", self._state["json"])

    def html(self) -> str | None:
        return cast("str | None", self._state["html"])

    def text(self, width: int) -> str:
        return cast("str", self._state["text"])

    def charts(self) -> list[tuple[str, str, str, str]]:
        return cast("list[tuple[str, str, str, str]]", self._state["charts"])


class Answer:
    """What a question found.

    Findings are looked up by id: ``answer["reach.cost_cut"].value``. In a notebook an answer shows as a
    page with charts.
    """

    def __init__(self, native: _turnover.Answer):
        self._set(native)

    def _set(self, native: _turnover.Answer | _Kept) -> None:
        self._native = native
        self._json: dict[str, Json] = _json.loads(native.json())
        self.title = cast("str", self._json.get("title", ""))
        #: The command that gives the answer again.
        self.command = cast("str", self._json.get("command", ""))
        self.findings = [Finding(f) for f in cast("list[dict[str, Json]]", self._json.get("findings", []))]

    def __getstate__(self) -> dict[str, Json]:
        n = self._native
        return {"json": n.json(), "html": n.html(), "text": n.text(_WIDTH), "charts": n.charts()}

    def __setstate__(self, state: dict[str, Json]) -> None:
        self._set(_Kept(state))

    def __getitem__(self, id: str) -> Finding:
        for finding in self.findings:
            if finding.id == id:
                return finding
        raise KeyError(f"{id}; there are {', '.join(f.id for f in self.findings)}")

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def to_dict(self) -> dict[str, Json]:
        """The JSON document of the command line."""
        return self._json

    def to_frame(self, library: str | None = None) -> Frame:
        """The findings, a row each: id, title, value, low, high, unit, statement, reproduce.

        ``library`` is pandas, polars, pyarrow or dict; the first of them that is installed by default.
        """
        f = self.findings
        return frame({
            "id": [x.id for x in f], "title": [x.title for x in f], "value": [x.value if isinstance(x.value, (int, float)) else None for x in f],
            "low": [x.interval[0] if x.interval else None for x in f],
            "high": [x.interval[1] if x.interval else None for x in f],
            "word": [x.value if isinstance(x.value, str) else None for x in f],
            "unit": [x.unit for x in f], "statement": [x.statement for x in f], "reproduce": [x.reproduce for x in f],
        }, library)

    def _tables(self) -> list[dict[str, Json]]:
        return cast("list[dict[str, Json]]", self._json.get("tables", []))

    @property
    def tables(self) -> list[str]:
        """The ids of the tables."""
        return [cast("str", t["id"]) for t in self._tables()]

    def table(self, id: str, library: str | None = None) -> Frame:
        """A table by its id as a data frame; numbers are in the units of the columns' names."""
        for table in self._tables():
            if table["id"] == id:
                names = [c["name"] for c in cast("list[dict[str, str]]", table["columns"])]
                rows = cast("list[list[object]]", table["rows"])
                return frame({n: [row[k] for row in rows] for k, n in enumerate(names)}, library)
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
        return in_python(self._native.text(_WIDTH), 'to_dict()', 'save("FILE.html")')

    def _repr_html_(self) -> str:
        page = _html.escape(self.to_html(), quote=True)
        return f'<iframe srcdoc="{page}" style="width:100%;height:640px;border:1px solid #d5dce4" title="{_html.escape(self.title)}"></iframe>'
