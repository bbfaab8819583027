"""A label beside each IRI of a result, in a column of its own.

The result passes through the TSV that SPARQL 1.1 defines for results, which holds every term as it
is, https://www.w3.org/TR/sparql11-results-csv-tsv/; so the engine writes labelled solutions in any
format that it knows, as they come.
"""

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import chain, islice
from typing import Final, Protocol

from pyoxigraph import (
    Literal,
    NamedNode,
    QueryResultsFormat,
    QuerySolution,
    QuerySolutions,
    Store,
    Triple,
    Variable,
    parse_query_results,
)

from stadsgraaf.namespaces import PREFIXES, expand

__all__ = ["PROPERTIES", "Solutions", "label_of", "labelled"]

#: Properties that name things, the best first.
PROPERTIES: Final = tuple(
    NamedNode(expand(name, PREFIXES))
    for name in ("skos:prefLabel", "rdfs:label", "dct:title", "foaf:name", "schema:name")
)
#: Solutions that are looked at to see which columns hold IRIs.
_LOOKED_AT: Final = 1000
_REMEMBERED: Final = 20_000

Label = Callable[[NamedNode], Literal | None]


def label_of(store: Store, languages: Sequence[str]) -> Label:
    """What names things in a store: in the first language that there is, else in none."""

    @lru_cache(maxsize=_REMEMBERED)
    def label(thing: NamedNode) -> Literal | None:
        found = [
            (rank, number, literal.value, literal)
            for number, name in enumerate(PROPERTIES)
            for quad in store.quads_for_pattern(thing, name, None, None)
            if isinstance(literal := quad.object, Literal)
            and (rank := _rank(literal, languages)) is not None
        ]
        return min(found, key=lambda each: each[:3])[3] if found else None

    return label


def _rank(literal: Literal, languages: Sequence[str]) -> tuple[int, int] | None:
    """How welcome a label is; None for one in a language that nobody asked for.

    Who asks for a variety of a language takes the language, after what was asked for itself: lookup of
    RFC 4647, section 3.4.
    """
    tag = (literal.language or "").lower()
    for rank, language in enumerate(languages):
        parts = language.split("-")
        for fewer in range(len(parts)):
            wanted = "-".join(parts[: len(parts) - fewer])
            if tag == wanted or (not fewer and tag.startswith(wanted + "-")):
                return rank, fewer
    return None if tag else (len(languages), 0)


class Solutions(Protocol):
    """Solutions one after the other, as the engine gives them."""

    @property
    def variables(self) -> Sequence[Variable]:
        """Their variables."""
        ...

    def __iter__(self) -> Iterator[QuerySolution]: ...


def labelled(solutions: Solutions, label: Label) -> QuerySolutions:
    """The solutions, with a column of labels after each column of IRIs.

    A column counts as one when an IRI stands in it among the first thousand solutions. The column of
    ``?city`` is ``?cityLabel``, or ``?cityLabel2`` where that is taken.
    """
    names = [variable.value for variable in solutions.variables]
    rows = iter(solutions)
    first = list(islice(rows, _LOOKED_AT))
    named = {
        name: _free(name, names)
        for index, name in enumerate(names)
        if any(isinstance(row[index], NamedNode) for row in first)
    }
    lines = _lines(names, named, chain(first, rows), label)
    result = parse_query_results(io.BufferedReader(_Stream(lines), 65_536), QueryResultsFormat.TSV)
    assert isinstance(result, QuerySolutions)  # noqa: S101 – it is what was written
    return result


def _free(name: str, taken: Sequence[str]) -> str:
    wanted = candidate = f"{name}Label"
    number = 2
    while candidate in taken:
        candidate, number = f"{wanted}{number}", number + 1
    return candidate


def _lines(
    names: Sequence[str], named: dict[str, str], rows: Iterable[QuerySolution], label: Label
) -> Iterator[bytes]:
    columns = [column for name in names for column in (name, named.get(name)) if column]
    yield "\t".join(f"?{column}" for column in columns).encode() + b"\n"
    with_label = [name in named for name in names]
    for row in rows:
        cells = []
        for term, has_label in zip(row, with_label, strict=True):
            cells.append("" if term is None else _written(term))
            if has_label:
                found = label(term) if isinstance(term, NamedNode) else None
                cells.append("" if found is None else str(found))
        yield "\t".join(cells).encode("utf-8", "replace") + b"\n"


def _written(term: object) -> str:
    if isinstance(term, Triple):
        return f"<<( {' '.join(_written(part) for part in (term.subject, term.predicate, term.object))} )>>"
    return str(term)


class _Stream(io.RawIOBase):
    """Lines as a file that can be read."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._rest = b""

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override]  # what BufferedReader hands over
        """Fill the buffer as far as one line goes."""
        if not self._rest:
            self._rest = next(self._lines, b"")
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)
