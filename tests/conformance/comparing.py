"""Whether two results are the same: solutions up to the names of blank nodes, graphs up to those."""

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Triple,
    parse,
    parse_query_results,
)
from suite import Graph

_RS = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

Term = NamedNode | BlankNode | Literal | Triple
Row = dict[str, Term]


class Table:
    """The result of a SELECT. ``ordered`` when the order of its rows is part of it."""

    def __init__(self, variables: Sequence[str], rows: Sequence[Row], *, ordered: bool) -> None:
        self.variables = set(variables)
        self.rows = list(rows)
        self.ordered = ordered


Result = Table | bool | list[Quad] | str


def read_results(body: bytes, form: QueryResultsFormat) -> Result:
    """A result in one of SPARQL's formats."""
    parsed = parse_query_results(body, form)
    if isinstance(parsed, QueryBoolean):
        return bool(parsed)
    names = [variable.value for variable in parsed.variables]
    rows = [{name: row[name] for name in names if row[name] is not None} for row in parsed]
    return Table(names, rows, ordered=False)


def read_expected(path: Path, base_iri: str) -> Result:
    """The result in a file of the suite."""
    by_suffix = {
        ".srx": QueryResultsFormat.XML,
        ".srj": QueryResultsFormat.JSON,
        ".tsv": QueryResultsFormat.TSV,
    }
    if path.suffix in by_suffix:
        return read_results(path.read_bytes(), by_suffix[path.suffix])
    if path.suffix == ".csv":
        return path.read_text(encoding="utf-8")
    graph = Graph.read(path, base_iri)
    found = next(
        iter(graph.store.quads_for_pattern(None, None, NamedNode(_RS + "ResultSet"))), None
    )
    if found is None:
        form = RdfFormat.from_extension(path.suffix[1:])
        return list(parse(path=path, format=form, base_iri=base_iri))
    return _result_set(graph, found.subject)


def _result_set(graph: Graph, node: object) -> Result:
    """A result as RDF, https://www.w3.org/2001/sw/DataAccess/tests/README#resultset."""
    truth = graph.text(node, _RS + "boolean")
    if truth is not None:
        return truth == "true"
    rows: list[tuple[int, Row]] = []
    for solution in graph.values(node, _RS + "solution"):
        row: Row = {}
        for binding in graph.values(solution, _RS + "binding"):
            value = graph.value(binding, _RS + "value")
            assert value is not None
            row[str(graph.text(binding, _RS + "variable"))] = value
        rows.append((int(graph.text(solution, _RS + "index") or 0), row))
    ordered = any(index for index, _ in rows)
    rows.sort(key=lambda indexed: indexed[0])
    names = [str(node.value) for node in graph.values(node, _RS + "resultVariable")]
    return Table(names, [row for _, row in rows], ordered=ordered)


def same(expected: Result, found: Result, *, lax: bool = False) -> bool:
    """Whether the results are the same; ``lax`` when it is free how often a solution is there."""
    if isinstance(expected, Table) and isinstance(found, Table):
        if lax:
            return {_key(row) for row in expected.rows} == {_key(row) for row in found.rows}
        return expected.variables == found.variables and _same_rows(expected, found)
    if isinstance(expected, list) and isinstance(found, list):
        return _canonical(expected) == _canonical(found)
    if isinstance(expected, str) and isinstance(found, str):
        return _cells(expected) == _cells(found)
    return type(expected) is type(found) and expected == found


def _same_rows(expected: Table, found: Table) -> bool:
    if len(expected.rows) != len(found.rows):
        return False
    if expected.ordered:
        return _match(list(zip(expected.rows, [[row] for row in found.rows], strict=True)), {})
    ground = Counter(_key(row) for row in expected.rows if not _blank(row))
    if ground != Counter(_key(row) for row in found.rows if not _blank(row)):
        return False
    left = [row for row in expected.rows if _blank(row)]
    right = [row for row in found.rows if _blank(row)]
    return len(left) == len(right) and _assign(left, right, {})


def _key(row: Row) -> frozenset[tuple[str, str]]:
    return frozenset((name, str(term)) for name, term in row.items())


def _blank(row: Row) -> bool:
    return any("_:" in str(term) for term in row.values())


def _assign(left: list[Row], right: list[Row], names: dict[str, str]) -> bool:
    """Find a renaming of blank nodes that makes one the other."""
    if not left:
        return True
    for index, candidate in enumerate(right):
        renamed = _rename(left[0], candidate, names)
        if renamed is not None and _assign(left[1:], right[:index] + right[index + 1 :], renamed):
            return True
    return False


def _match(pairs: list[tuple[Row, list[Row]]], names: dict[str, str]) -> bool:
    for row, (candidate,) in pairs:
        renamed = _rename(row, candidate, names)
        if renamed is None:
            return False
        names = renamed
    return True


def _rename(one: Row, other: Row, names: dict[str, str]) -> dict[str, str] | None:
    if one.keys() != other.keys():
        return None
    names = dict(names)
    for name, term in one.items():
        if not _same_term(term, other[name], names):
            return None
    return names


def _same_term(one: Term, other: Term, names: dict[str, str]) -> bool:
    if isinstance(one, Triple) and isinstance(other, Triple):
        return all(_same_term(a, b, names) for a, b in zip(one, other, strict=True))
    if isinstance(one, BlankNode) and isinstance(other, BlankNode):
        taken = names.get(one.value)
        if taken is None and other.value not in names.values():
            names[one.value] = other.value
            return True
        return taken == other.value
    return one == other


def _canonical(quads: list[Quad]) -> set[str]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.UNSTABLE)
    return {str(quad) for quad in dataset}


def _cells(text: str) -> Counter[tuple[tuple[str, str], ...]]:
    """The rows by the names of their columns, whose order is free for ``SELECT *``."""
    rows = csv.DictReader(io.StringIO(text, newline=""))
    return Counter(tuple(sorted((name, _cell(cell)) for name, cell in row.items())) for row in rows)


def _cell(cell: str) -> str:
    return "_:" if cell.startswith("_:") else cell


def lines(result: Result) -> Iterator[str]:
    """The result for a person who looks why a test failed."""
    if isinstance(result, Table):
        yield " ".join(sorted(result.variables))
        yield from sorted(str({k: str(v) for k, v in row.items()}) for row in result.rows)
    elif isinstance(result, list):
        yield from sorted(map(str, result))
    else:
        yield str(result)
