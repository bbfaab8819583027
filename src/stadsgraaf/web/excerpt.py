"""The first rows of an answer: a page shows no more, and does not wait for the rest.

SPARQL 1.1 Query Results JSON, https://www.w3.org/TR/sparql11-results-json/, is read as it comes: a
document that is cut off still gives the solutions before the cut.

>>> cut = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:a"}},{"s":'
>>> [row["s"].value for row in read_solutions(cut, whole=False).rows]
['urn:a']
"""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from itertools import islice
from typing import Any, Final

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    parse,
    parse_query_results,
)

from stadsgraaf.errors import StoreUnavailable
from stadsgraaf.store.base import Answer
from stadsgraaf.web.asking import Row, Table, Term

__all__ = ["Excerpt", "read_excerpt", "read_solutions", "read_triples"]

#: Bytes of an answer that are read for a page.
_MOST_BYTES: Final = 2_097_152
_TRIPLE: Final = ("subject", "predicate", "object")


@dataclass(frozen=True)
class Excerpt:
    """The rows that were read; ``whole`` when there are no more."""

    table: Table
    whole: bool


async def read_excerpt(answer: Answer, most: int, size: int = _MOST_BYTES) -> Excerpt:
    """What stands in the first bytes of an answer in JSON or N-Triples: ``size`` of them, or more.

    Rows beyond ``most`` are counted only: that takes others less of the time. The work behind the rest is stopped. Raises what ``Answer.read`` raises.
    """
    content, whole = bytearray(), True
    try:
        async for chunk in answer.chunks:
            content += chunk
            if len(content) >= size and answer.size is None:
                whole = False
                break
    finally:
        await answer.aclose()
    read = read_triples if answer.form == "graph" else read_solutions
    table = await asyncio.to_thread(read, bytes(content), whole=whole, most=most)
    return Excerpt(table, whole)


def read_solutions(content: bytes, *, whole: bool = True, most: int | None = None) -> Table:
    """The solutions in a document, up to where it ends. Raises StoreUnavailable when a whole one is wrong."""
    rows: list[Row] = []
    more = 0
    variables: tuple[str, ...] = ()
    try:
        found = parse_query_results(BytesIO(content), QueryResultsFormat.JSON)
        if isinstance(found, QueryBoolean):
            return Table((), [], bool(found))
        variables = tuple(each.value for each in found.variables)
        for solution in islice(found, most):
            pairs = ((name, solution[name]) for name in variables)
            rows.append({name: _plain(term) for name, term in pairs if term is not None})
        for _ in found:
            more += 1
    except SyntaxError as error:
        if whole:
            raise StoreUnavailable(reason=f"its answer is not SPARQL JSON ({error})") from None
    return Table(variables, rows, more=more)


def read_triples(content: bytes, *, whole: bool = True, most: int | None = None) -> Table:
    """The triples of N-Triples as a table, up to where they end."""
    complete = content if whole else content[: content.rfind(b"\n") + 1]
    rows = list(islice(_triples(complete), most))
    return Table(_TRIPLE, rows, more=complete.count(b"\n") - len(rows))


def _triples(content: bytes) -> Iterator[Mapping[str, Term]]:
    for quad in parse(content, RdfFormat.N_TRIPLES):
        terms = (quad.subject, quad.predicate, quad.object)
        yield {name: _plain(term) for name, term in zip(_TRIPLE, terms, strict=True)}


def _plain(term: Any) -> Term:
    """The term; a quoted triple as its text."""
    return term if isinstance(term, NamedNode | Literal | BlankNode) else Literal(str(term))
