"""The first rows of an answer: a page shows no more, and does not wait for the rest.

SPARQL 1.1 Query Results JSON, https://www.w3.org/TR/sparql11-results-json/, is read as it comes: a
document that is cut off still gives the solutions before the cut.

>>> cut = b'{"head":{"vars":["s"]},"results":{"bindings":[{"s":{"type":"uri","value":"urn:a"}},{"s":'
>>> [row["s"].value for row in read_solutions(cut, whole=False).rows]
['urn:a']
"""

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
from stadsgraaf.media import Form
from stadsgraaf.store.base import Answer
from stadsgraaf.web.asking import Row, Table, Term
from stadsgraaf.web.turns import Steps, at_once

__all__ = [
    "Beginning",
    "read_beginning",
    "read_solutions",
    "read_triples",
    "solutions",
    "triples",
]

#: Bytes of an answer that are read for a page.
_MOST_BYTES: Final = 2_097_152
#: Rows that are counted in one step.
_COUNTED: Final = 32
#: What is between two solutions that have values, and the begin of a variable.
_BETWEEN: Final = b'}},{"'
_TRIPLE: Final = ("subject", "predicate", "object")


@dataclass(frozen=True)
class Beginning:
    """The first bytes of an answer in JSON or N-Triples; ``whole`` when there are no more."""

    form: Form
    content: bytes
    whole: bool

    def rows(self, most: int) -> Steps[Table]:
        """The rows in it; those beyond ``most`` are counted only, which takes less time."""
        read = triples if self.form == "graph" else solutions
        return read(self.content, whole=self.whole, most=most)


async def read_beginning(answer: Answer, size: int = _MOST_BYTES) -> Beginning:
    """So many bytes of an answer, or more. The work behind the rest is stopped.

    Raises what ``Answer.read`` raises.
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
    return Beginning(answer.form, bytes(content), whole)


def read_solutions(content: bytes, *, whole: bool = True) -> Table:
    """The solutions in a document, up to where it ends. Raises StoreUnavailable when a whole one is wrong."""
    return at_once(solutions(content, whole=whole))


def read_triples(content: bytes) -> Table:
    """The triples of N-Triples as a table."""
    return at_once(triples(content))


def solutions(content: bytes, *, whole: bool = True, most: int | None = None) -> Steps[Table]:
    """What `read_solutions` reads, step by step."""
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
            yield
        counted = (yield from _counted(content, whole=whole)) if len(rows) == most else 0
        if counted > len(rows):
            return Table(variables, rows, more=counted - len(rows))
        for _ in found:
            more += 1
            if more % _COUNTED == 0:
                yield
    except SyntaxError as error:
        if whole:
            raise StoreUnavailable(reason=f"its answer is not SPARQL JSON ({error})") from None
    return Table(variables, rows, more=more)


def _counted(content: bytes, *, whole: bool) -> Steps[int]:
    """How many solutions a document has, as workers write it, without reading them; 0 when they have to be read.

    A text may end like what is between two solutions; what follows then is nothing that a variable begins with.
    """
    if b"{}" in content or (whole and not content.endswith(b"]}}")):
        return 0
    yield
    counted = content.count(_BETWEEN)
    for end in (b",", b"}"):
        yield
        counted -= content.count(_BETWEEN + end)
    return counted + whole


def triples(content: bytes, *, whole: bool = True, most: int | None = None) -> Steps[Table]:
    """What `read_triples` reads, step by step, up to the last whole line."""
    complete = content if whole else content[: content.rfind(b"\n") + 1]
    rows: list[Row] = []
    for quad in islice(parse(complete, RdfFormat.N_TRIPLES), most):
        terms = (quad.subject, quad.predicate, quad.object)
        rows.append({name: _plain(term) for name, term in zip(_TRIPLE, terms, strict=True)})
        yield
    return Table(_TRIPLE, rows, more=complete.count(b"\n") - len(rows))


def _plain(term: Any) -> Term:
    """The term; a quoted triple as its text."""
    return term if isinstance(term, NamedNode | Literal | BlankNode) else Literal(str(term))
