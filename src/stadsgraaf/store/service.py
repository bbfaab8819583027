"""SERVICE: parts of a query that other endpoints answer.

SPARQL 1.1 Federated Query, https://www.w3.org/TR/sparql11-federated-query/

The engine never asks another endpoint itself: it has no network. What stands in SERVICE is put to
the service before the query is evaluated, and the solutions take its place, as VALUES. That is what
SERVICE means: the solutions of the service, joined with the rest. So that a service need not send
all it has, it is told which terms its variables can have at all: those that they have in the
patterns that its solutions are joined with.
"""

import json
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.errors import (
    NotSupported,
    ResultTooLarge,
    ServiceFailed,
    ServiceNotAllowed,
    StadsgraafError,
    Text,
)
from stadsgraaf.store.clauses import Names
from stadsgraaf.store.lexer import Token, position, tokens
from stadsgraaf.store.literals import literal
from stadsgraaf.store.output import ROWS
from stadsgraaf.store.structure import Element, Group, UnreadableError, read_structure

__all__ = ["BLANK_NODE", "HIDDEN", "Ask", "Call", "Federation", "Row", "blank_node", "plain"]

#: Combinations of terms that a service is told in one request, and in how many requests at most.
_BATCH: Final = 200
_REQUESTS: Final = 20
#: Elements that mean the same wherever they stand.
_PLAIN: Final = ("triples", "values")
#: Elements whose solutions are joined with those of the elements beside them.
_JOINED: Final = ("group", "union", "graph")
#: Services that one SERVICE with a variable may ask.
_SERVICES: Final = 10

#: The function that makes a blank node of what stands for it in VALUES, which can hold none.
BLANK_NODE: Final = "urn:x-stadsgraaf:blank-node"
_STANDS_FOR: Final = BLANK_NODE + ":"
#: What is said of a service that is not known: the engine was on its way there.
HIDDEN: Final = Text("of another endpoint", "van een ander endpoint")
_ABSOLUTE: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")

Term = NamedNode | BlankNode | Literal | Triple
Row = Mapping[str, Term]

#: The answer of a service, by its IRI, to a query: SPARQL 1.1 Query Results JSON. Raises
#: ServiceNotAllowed, ServiceFailed or ServiceTimeout.
Call = Callable[[str, str], bytes]
#: The solutions of a SELECT on the local data, not more than a number.
Ask = Callable[[str, int], Sequence[Row]]


def blank_node(term: Term) -> Term:
    """The blank node that a term of VALUES stands for; any other term is itself."""
    if isinstance(term, NamedNode) and term.value.startswith(_STANDS_FOR):
        return BlankNode(term.value.removeprefix(_STANDS_FOR))
    return term


def plain(query: str) -> str:
    """The query with every SERVICE made a plain group, and each character at its place.

    >>> plain("ASK { SERVICE <http://e/> { ?s ?p ?o } }")
    'ASK {                     { ?s ?p ?o } }'
    """
    found = list(tokens(query))
    for at, token in enumerate(found):
        if token.kind == "word" and token.text.upper() == "SERVICE":
            silent = at + 1 < len(found) and found[at + 1].text.upper() == "SILENT"
            name, *brace = found[at + 1 + silent : at + 3 + silent] or [token]
            if name.kind in ("iri", "prefixed", "variable") and brace and brace[0].text == "{":
                begin, end = token.start, brace[0].start
                query = query[:begin] + " " * (end - begin) + query[end:]
    return query


@dataclass(frozen=True)
class _Meets:
    """The patterns that the solutions of a group are joined with: text, and braces to close it.

    ``graph`` is the name of the GRAPH that all of it stands in. Within EXISTS a solution of outside
    changes what OPTIONAL and the like mean, so there only plain patterns count.
    """

    opening: str = ""
    closing: str = ""
    graph: str = ""
    in_exists: bool = False

    def inside(self, text: str, element: Element) -> "_Meets":
        """What the solutions of a group of an element are joined with; ``text`` stands beside it."""
        graph, opening = self.graph, f"{self.opening}{text}{{ "
        if element.kind == "graph" and element.name:
            graph, opening = element.name.text, f"{self.opening}{text}GRAPH {element.name.text} {{ "
        return replace(self, opening=opening, closing=self.closing + " }", graph=graph)

    def alone(self, *, in_exists: bool = False) -> "_Meets":
        """Nothing: from here on, what is outside has no say in which solutions there are."""
        graph = (f"GRAPH {self.graph} {{ ", " }") if self.graph else ("", "")
        return _Meets(*graph, self.graph, self.in_exists or in_exists)


class Federation:
    """One query, on its way to one without SERVICE."""

    def __init__(self, query: str, base_iri: str | None, rows: int, ask: Ask, call: Call) -> None:
        """At most ``rows`` solutions of each SERVICE. Raises NotSupported."""
        self._query = query
        try:
            self._structure = read_structure(query)
        except UnreadableError:
            reason = Text("SERVICE in a query of this form", "SERVICE in een query van deze vorm")
            raise NotSupported(reason=reason) from None
        self._names = Names.of(query, base_iri)
        self._rows = rows
        self._ask = ask
        self._call = call
        self._solved: list[tuple[Element, str]] = []
        self._mark = secrets.token_hex(4)
        self._answers = 0

    def resolve(self) -> str:
        """The query with solutions in the place of every SERVICE.

        Raises ServiceNotAllowed, ServiceFailed, ServiceTimeout, ResultTooLarge, and NotSupported
        for a SERVICE whose meaning depends on what cannot be known beforehand.
        """
        for group in (*self._structure.outside, self._structure.where):
            self._visit(group, _Meets())
        return self._text(0, len(self._query))

    def _text(self, start: int, end: int) -> str:
        """A part of the query, with solutions for each SERVICE that was asked."""
        pieces = []
        for element, solutions in self._solved:
            if start <= element.start and element.end <= end:
                pieces += [self._query[start : element.start], solutions]
                start = element.end
        return "".join((*pieces, self._query[start:end]))

    # --- what a SERVICE is joined with ----------------------------------------------------------

    def _visit(self, group: Group, outer: _Meets) -> None:
        """Ask each SERVICE in a group, in the order of the text."""
        for number, element in enumerate(group.elements):
            before = self._before(group, number, outer)
            if element.kind == "service":
                meets = replace(outer, opening=outer.opening + before + self._after(group, number))
                self._solved.append((element, self._solutions(element, meets)))
                continue
            if element.kind in _JOINED:
                inner = outer.inside(before + self._after(group, number), element)
            elif element.kind == "query":
                inner = outer.alone()
            else:  # whether it has a solution is what counts, so what comes later must not matter
                is_exists = element.kind in ("filter", "bind")
                inner = outer.alone(in_exists=is_exists).inside(before, element)
            for each in element.groups:
                self._visit(each, inner)
        self._solved.sort(key=lambda solved: solved[0].start)

    def _before(self, group: Group, number: int, outer: _Meets) -> str:
        kinds = (*_PLAIN, "service") if outer.in_exists else None
        elements = group.elements[:number]
        return self._joined([each for each in elements if kinds is None or each.kind in kinds])

    def _after(self, group: Group, number: int) -> str:
        return self._joined([each for each in group.elements[number + 1 :] if each.kind in _PLAIN])

    def _joined(self, elements: Sequence[Element]) -> str:
        """Elements as text; a filter only where it says the same already."""
        certain = Group(0, 0, elements).certain
        return "".join(
            f"{self._text(each.start, each.end)} {'. ' if _needs_dot(each) else ''}"
            for each in elements
            if each.kind != "filter" or (not each.groups and each.variables <= certain)
        )

    def _candidates(self, names: Sequence[str], meets: _Meets, most: int) -> Sequence[Row] | None:
        """What variables can be where a SERVICE stands; None when that is anything, or too much."""
        pattern = meets.opening + meets.closing
        mentioned = {token.text[1:] for token in tokens(pattern) if token.kind == "variable"}
        wanted = [name for name in names if name in mentioned]
        if not wanted:
            return None
        variables = " ".join(f"?{name}" for name in wanted)
        found = self._ask(
            f"{self._structure.prologue}SELECT DISTINCT {variables} {self._structure.dataset}"
            f"WHERE {{ {pattern} }} LIMIT {most + 1}",
            most + 1,
        )
        return found if len(found) <= most else None

    # --- one SERVICE ----------------------------------------------------------------------------

    def _solutions(self, element: Element, meets: _Meets) -> str:
        """What stands in the place of a SERVICE."""
        name, body = element.name, element.groups[0]
        assert name  # noqa: S101 – a SERVICE has one
        line, column = position(self._query, element.start)
        try:
            if name.kind == "variable":
                rows = list(self._of_variable(name.text[1:], body, meets))
            else:
                rows = list(self._of_service(self._service(name), body, meets))
        except ServiceFailed as error:
            if element.silent:
                return "{ }"
            raise _at(error, line, column) from None
        except (ServiceNotAllowed, NotSupported) as error:
            raise _at(error, line, column) from None
        return self._as_group(sorted(element.variables), rows)

    def _service(self, name: Token) -> str:
        """The IRI of a service; what is none stays as written, and is on no list."""
        try:
            return self._names.iri(name)
        except (KeyError, ValueError):
            return name.text

    def _of_variable(self, name: str, body: Group, meets: _Meets) -> Iterator[Row]:
        """``SERVICE ?name``: each of the services that the variable has is asked."""
        services = self._candidates([name], meets, _SERVICES)
        if services is None or not all(isinstance(row.get(name), NamedNode) for row in services):
            raise NotSupported(
                reason=Text(
                    f"SERVICE ?{name} where the patterns around it do not give ?{name} "
                    f"at most {_SERVICES} IRIs",
                    f"SERVICE ?{name} waar de patronen eromheen ?{name} niet hooguit "
                    f"{_SERVICES} IRI’s geven",
                )
            )
        for row in services:
            service = row[name]
            assert isinstance(service, NamedNode)  # noqa: S101 – just looked at
            only = replace(meets, opening=f"{meets.opening} VALUES ?{name} {{ {service} }} ")
            for found in self._of_service(service.value, body, only):
                if found.get(name, service) == service:
                    yield {**found, name: service}

    def _of_service(self, service: str, body: Group, meets: _Meets) -> Iterator[Row]:
        """The solutions of one service that can matter."""
        wanted = sorted(body.certain)
        found = self._candidates(wanted, meets, _BATCH * _REQUESTS)
        names, told = _told(wanted, found or ())
        if found is not None and not told and (names or not found):
            return  # whatever it says, nothing fits
        batches = [told[at : at + _BATCH] for at in range(0, len(told), _BATCH)] if names else [()]
        count = 0
        for batch in batches:
            values = _values(names, batch) if names else ""
            pattern = self._query[body.start + 1 : body.end - 1]
            query = f"{self._prologue(body)}SELECT * WHERE {{ {values} {pattern}\n}}"
            for row in self._read(service, self._call(service, query)):
                count += 1
                if count > self._rows:
                    raise ResultTooLarge(limit=self._rows, unit=ROWS["select"])
                yield row

    def _prologue(self, body: Group) -> str:
        """The query's own, with our base IRI where a relative one needs it."""
        text = self._structure.prologue
        inside = (*tokens(text), *tokens(self._query[body.start : body.end]))
        is_relative = any(t.kind == "iri" and not _ABSOLUTE.match(t.text) for t in inside)
        return f"BASE <{self._names.base}>\n{text}" if is_relative and self._names.base else text

    # --- its answer -----------------------------------------------------------------------------

    def _read(self, service: str, content: bytes) -> list[Row]:
        self._answers += 1
        try:
            document = json.loads(content)
            return [
                {name: self._term(term) for name, term in solution.items()}
                for solution in document["results"]["bindings"]
            ]
        except RecursionError:
            reason = Text("its answer nests too deep", "zijn antwoord is te diep genest")
        except (ValueError, KeyError, TypeError, AttributeError):
            reason = Text("its answer is no SPARQL JSON", "zijn antwoord is geen SPARQL-JSON")
        raise ServiceFailed(service=service, reason=reason)

    def _term(self, term: Mapping[str, Any]) -> Term:
        kind, value = term["type"], term["value"]
        if kind == "uri":
            return NamedNode(value)
        if kind == "bnode":  # a name of its own: no other answer, nor our data, has the same one
            return BlankNode(f"{self._mark}x{self._answers}x{value.encode().hex()}")
        if kind == "triple":
            parts = [self._term(value[part]) for part in ("subject", "predicate", "object")]
            if any(map(_is_blank, parts)):
                raise ValueError  # VALUES holds no blank node, and no function reaches this one
            return Triple(*parts)  # type: ignore[arg-type]  # it refuses what cannot stand there
        return literal(term)

    def _as_group(self, names: Sequence[str], rows: Sequence[Row]) -> str:
        """The solutions as a group. Terms are written by the engine, names are the query's own."""
        blank = {name for name in names if any(_is_blank(row.get(name)) for row in rows)}
        if not blank:
            return f"{{ {_values(names, rows)} }}"
        columns = [f"{name}_{self._mark}" if name in blank else name for name in names]
        renamed = [
            {column: row[name] for name, column in zip(names, columns, strict=True) if name in row}
            for row in rows
        ]
        made = " ".join(f"BIND(<{BLANK_NODE}>(?{name}_{self._mark}) AS ?{name})" for name in blank)
        shown = " ".join(f"?{name}" for name in names)
        return f"{{ SELECT {shown} {{ {_values(columns, renamed)} {made} }} }}"


def _needs_dot(element: Element) -> bool:
    """Whether more triples can follow only after a dot."""
    return element.kind == "triples" and element.tokens[-1].text != "."


def _at(error: StadsgraafError, line: int, column: int) -> StadsgraafError:
    """The error with the place of its SERVICE."""
    return type(error)(**{**error.members, "line": line, "column": column})


def _told(wanted: Sequence[str], found: Sequence[Row]) -> tuple[list[str], list[Row]]:
    """Which variables a service is told about, and what they can be, each combination once.

    One that may be unbound can be anything; a blank node of ours is none of theirs.
    """
    names = [
        name
        for name in wanted
        if found and all(name in row and not isinstance(row[name], Triple) for row in found)
    ]
    fitting = (
        {name: row[name] for name in names}
        for row in found
        if not any(_is_blank(row[name]) for name in names)
    )
    unique = {tuple(str(term) for term in row.values()): row for row in fitting}
    return names, list(unique.values())


def _is_blank(term: Term | None) -> bool:
    return isinstance(term, BlankNode)


def _values(names: Sequence[str], rows: Sequence[Row]) -> str:
    """VALUES of these.

    >>> _values(["a", "b"], [{"a": NamedNode("urn:x")}, {"b": BlankNode("n")}])
    'VALUES (?a ?b) { (<urn:x> UNDEF) (UNDEF <urn:x-stadsgraaf:blank-node:n>) }'
    """
    head = " ".join(f"?{name}" for name in names)
    lines = (" ".join(_written(row.get(name)) for name in names) for row in rows)
    return f"VALUES ({head}) {{ {' '.join(f'({line})' for line in lines)} }}"


def _written(term: Term | None) -> str:
    if term is None:
        return "UNDEF"
    return f"<{_STANDS_FOR}{term.value}>" if isinstance(term, BlankNode) else str(term)
