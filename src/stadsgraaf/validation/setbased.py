"""``sh:sparql`` once for all focus nodes, where that provably gives the same results.

https://www.w3.org/TR/shacl/#sparql-constraints

SHACL runs the query of a constraint anew for each focus node, with ``$this`` pre-bound. A query
is run once here, over all focus nodes, when

* its shape is a node shape that is reached by its targets only;
* it is one SELECT that projects ``$this``, without sub-select, MINUS, VALUES, GRAPH, SERVICE,
  aggregates, solution modifiers or ``$PATH``: then pre-binding is a join;
* nested groups hold triple patterns only, except those of EXISTS and OPTIONAL, where ``$this`` is
  visible anyway;
* rdflib and pyoxigraph provably agree on its expressions (``agreement``);
* and it cannot meet a literal that pyoxigraph's store rewrites (``"01"^^xsd:integer``): it names
  no predicate that leads to one, and has no variable for a predicate when there is one.

Every other constraint is left to pySHACL.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import rdflib
from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    Quad,
    QuerySolution,
    QuerySolutions,
    Store,
    Triple,
)
from rdflib import OWL, RDF, RDFS, SH
from rdflib.term import Node

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token
from stadsgraaf.validation.agreement import Kinds, agree, kind_of, kinds_by_predicate
from stadsgraaf.validation.batching import TARGETS
from stadsgraaf.validation.bridge import Term, term
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.sparql import mentioned, prefixes_of, tokens

__all__ = [
    "Eligible",
    "Profile",
    "SetBased",
    "alone",
    "altered_predicates",
    "bound_to_each",
    "can_run_once",
    "declared_prefixes",
    "eligible",
    "isolated",
    "plan",
    "run",
]

_FORBIDDEN = frozenset(
    [
        "MINUS",
        "VALUES",
        "GRAPH",
        "SERVICE",
        "FROM",
        "GROUP",
        "HAVING",
        "ORDER",
        "LIMIT",
        "OFFSET",
        "REDUCED",
        "COUNT",
        "SUM",
        "MIN",
        "MAX",
        "AVG",
        "SAMPLE",
        "GROUP_CONCAT",
        "BNODE",
        "RAND",
        "NOW",
        "UUID",
        "STRUUID",
        "ENCODE_FOR_URI",
        "MD5",
        "SHA1",
        "SHA256",
        "SHA384",
        "SHA512",
        "TIMEZONE",
        "TZ",
        "SECONDS",
        "STRDT",
        "LANGMATCHES",
        "ROUND",
        "CEIL",
        "FLOOR",
        "CONSTRUCT",
        "ASK",
        "DESCRIBE",
        "UNDEF",
        "SEPARATOR",
        "TRIPLE",
        "ISTRIPLE",
        "SUBJECT",
        "PREDICATE",
        "OBJECT",
        "ADJUST",
    ]
)
_SPECIAL = frozenset({"PATH", "shapesGraph", "currentShape"})
_OPENERS = frozenset({"EXISTS", "OPTIONAL"})
_SHAPE_REFERENCES = (SH.node, SH.property, SH.qualifiedValueShape, SH["not"], RDF.first)
#: Regular expressions that Python and Rust read alike: no look-around, no back-reference.
_PLAIN_TAG = re.compile("[a-z]{2,8}(?:-[a-z0-9]{1,8})*")
_PLAIN_REPLACEMENT = re.compile(r"(?:[^$\\]|\$[0-9](?!\w))*")
_PLAIN_REGEX = re.compile(r"(?:[^\\(]|\((?!\?)|\\\\(?:[.\-+*?()|\[\]{}^$/dswDSW]|\\\\))*")


def altered_predicates(triples: Iterable[Triple]) -> frozenset[str]:
    """Predicates that lead to a literal which pyoxigraph's store does not give back as written."""
    leads: dict[Literal, set[str]] = {}
    for triple in triples:
        thing = triple.object
        if isinstance(thing, Literal) and thing.datatype.value not in _KEPT:
            leads.setdefault(thing, set()).add(triple.predicate.value)
    written = list(leads)
    store, any_predicate = Store(), NamedNode("urn:p")
    store.bulk_extend(
        Quad(NamedNode(f"urn:{i}"), any_predicate, thing) for i, thing in enumerate(written)
    )
    found: set[str] = set()
    for quad in store:
        if isinstance(quad.subject, NamedNode):
            original = written[int(quad.subject.value.removeprefix("urn:"))]
            if original != quad.object:
                found |= leads[original]
    return frozenset(found)


_KEPT = frozenset({PREFIXES["xsd"] + "string", PREFIXES["rdf"] + "langString"})


@dataclass(frozen=True)
class SetBased:
    """A constraint that runs once. ``targets`` is a group that gives the focus nodes as ``?this``."""

    shape: Node
    constraint: Node
    severity: str
    query: str
    messages: tuple[Literal, ...]


@dataclass(frozen=True)
class Profile:
    """What about the data decides whether a query can run once.

    ``altered`` are predicates that lead to literals which the store rewrites, ``kinds`` are the
    kinds of the values of each predicate.
    """

    altered: frozenset[str] = frozenset()
    kinds: Mapping[str, Kinds] = field(default_factory=dict)

    @classmethod
    def of(cls, triples: Sequence[Triple]) -> "Profile":
        """The profile of some data."""
        return cls(altered_predicates(triples), kinds_by_predicate(triples))


_NODES: Kinds = frozenset({"node"})


def can_run_once(
    query: str, profile: Profile, prefixes: Mapping[str, str], focus: Kinds = _NODES
) -> bool:
    """Whether a SELECT with ``$this`` gives the same when it runs once for all focus nodes.

    >>> can_run_once("SELECT $this { $this <p> ?o FILTER(isIRI(?o)) }", Profile(), {})
    True
    >>> can_run_once("SELECT $this { $this <p> ?o } LIMIT 1", Profile(), {})
    False
    """
    words = tokens(query)
    known = {**prefixes, **prefixes_of(words)}
    return (
        _binding_is_a_join(words)
        and _strings_are_plain(words)
        and not _meets(words, profile.altered, known)
        and agree(words, known, profile.kinds, focus)
    )


def _binding_is_a_join(words: list[Token]) -> bool:
    """Whether pre-binding ``$this`` is a join, whatever the data."""
    uppers = [word.upper for word in words]
    if uppers.count("SELECT") != 1 or _FORBIDDEN.intersection(uppers):
        return False
    if {word.text[1:] for word in words if word.kind == "variable"} & _SPECIAL:
        return False
    return _projects_this(words) and _groups_are_plain(words)


def _head(words: list[Token]) -> list[Token]:
    start = next(i for i, word in enumerate(words) if word.upper == "SELECT")
    end = next((i for i, word in enumerate(words) if word.text == "{"), len(words))
    return words[start + 1 : end]


def _projects_this(words: list[Token]) -> bool:
    head = _head(words)
    texts = [word.text for word in head]
    renamed = any(
        word.upper == "AS" and after.text in {"?this", "$this"} for word, after in pairwise(words)
    )
    return not renamed and ("*" in texts or "$this" in texts or "?this" in texts)


def _groups_are_plain(words: list[Token]) -> bool:
    """Nested groups other than those of EXISTS and OPTIONAL hold triple patterns only."""
    stack: list[str] = []
    previous = Token("punctuation", "", 0)
    for word in words:
        if word.text == "{":
            plain = previous.upper not in _OPENERS
            stack.append(
                "outer"
                if not stack
                else "exists"
                if previous.upper == "EXISTS" or "exists" in stack
                else "plain"
                if plain
                else "optional"
            )
        elif word.text == "}":
            if not stack:
                return False
            stack.pop()
        elif stack and stack[-1] == "plain" and word.upper:
            if word.upper not in {"A", "UNION"}:
                return False
        elif stack and stack[-1] == "optional" and word.upper in {"OPTIONAL", "BIND"}:
            return False
        previous = word
    return not stack


def _strings_are_plain(words: list[Token]) -> bool:
    """Patterns, replacements and tags are strings, and such that both engines read alike."""
    for number, word in enumerate(words):
        if word.upper not in {"REGEX", "REPLACE", "STRLANG"}:
            continue
        pattern, *more = _arguments(words, number + 1)[1:]
        if word.upper == "STRLANG":
            if not _is_plain(pattern, _PLAIN_TAG):
                return False
            continue
        if not _is_plain(pattern, _PLAIN_REGEX):
            return False
        if word.upper == "REPLACE" and not (more and _is_plain(more[0], _PLAIN_REPLACEMENT)):
            return False
    return True


def _is_plain(argument: list[Token], form: re.Pattern[str]) -> bool:
    text = argument[0].text if len(argument) == 1 and argument[0].kind == "string" else ""
    return bool(text) and text[:3] not in {'"""', "'''"} and bool(form.fullmatch(text[1:-1]))


def _arguments(words: list[Token], start: int) -> list[list[Token]]:
    """The arguments of a call whose parenthesis is at ``start``; two at least."""
    depth = 0
    found: list[list[Token]] = [[]]
    for word in words[start:]:
        depth += (word.text == "(") - (word.text == ")")
        if depth == 0:
            break
        if word.text == "," and depth == 1:
            found.append([])
        elif word.text != "(" or depth > 1:
            found[-1].append(word)
    return found if len(found) > 1 else [*found, []]


def _meets(words: list[Token], altered: frozenset[str], prefixes: Mapping[str, str]) -> bool:
    """Whether a query can meet an altered literal; a negated property set meets any."""
    if not altered:
        return False
    if altered.intersection(iri for iri, _ in mentioned(words, prefixes)):
        return True
    return any(
        word.text == "!"
        or (word.kind == "variable" and before.text == ";")
        or (word.kind == "variable" and before.kind in _TERMS and after.kind in _TERMS)
        for before, word, after in zip(words, words[1:], words[2:], strict=False)
    )


_TERMS = frozenset({"variable", "iri", "prefixed", "blank", "string", "number"})


class Eligible(NamedTuple):
    """A constraint that can run once, with its query and the prefixes of that."""

    shape: Node
    constraint: Node
    select: str
    prefixes: dict[str, str]


def eligible(shapes: rdflib.Graph, profile: Profile) -> Iterator[Eligible]:
    """The constraints that can run once on data like these."""
    declared: dict[frozenset[Node], dict[str, str]] = {}
    for shape, constraint in alone(shapes):
        select = shapes.value(constraint, SH.select)
        # most constraints share one declaration of all prefixes
        ontologies = frozenset(shapes.objects(constraint, SH.prefixes))
        if ontologies not in declared:
            declared[ontologies] = declared_prefixes(shapes, constraint)
        prefixes = declared[ontologies]
        if select is not None and can_run_once(
            str(select), profile, prefixes, _focus_kinds(shapes, shape, profile)
        ):
            yield Eligible(shape, constraint, str(select), prefixes)


def plan(shapes: rdflib.Graph, data: Store, profile: Profile) -> list[SetBased]:
    """The same, ready to run on the data."""
    return [
        _set_based(shapes, one, " UNION ".join(_targets(shapes, one.shape, data)))
        for one in eligible(shapes, profile)
    ]


def alone(shapes: rdflib.Graph) -> list[tuple[Node, Node]]:
    """Node shapes that are reached, and by their targets only, each with a constraint of theirs."""
    referred = {
        thing for predicate in _SHAPE_REFERENCES for thing in shapes.objects(None, predicate)
    }
    return [
        (shape, constraint)
        for shape, constraint in sorted(shapes.subject_objects(SH.sparql), key=str)
        if shape not in referred
        and _has_targets(shapes, shape)
        and not any((shape, predicate, None) in shapes for predicate in (SH.path, SH.target))
        and not _is_off(shapes, shape)
        and not _is_off(shapes, constraint)
    ]


def bound_to_each(shapes: rdflib.Graph) -> list[tuple[Node, Node]]:
    """Those of ``alone`` that run for each focus node, whatever the data."""
    return [
        (shape, constraint)
        for shape, constraint in alone(shapes)
        if not _binding_is_a_join(tokens(str(shapes.value(constraint, SH.select) or "")))
    ]


def _has_targets(shapes: rdflib.Graph, shape: Node) -> bool:
    return any((shape, predicate, None) in shapes for predicate in TARGETS) or any(
        kind in {RDFS.Class, OWL.Class} for kind in shapes.objects(shape, RDF.type)
    )


def isolated(shapes: rdflib.Graph, shape: Node, constraint: Node) -> rdflib.Graph:
    """A shape with its targets and one of its constraints, and nothing else."""
    made = rdflib.Graph(bind_namespaces="none")
    kept = (RDF.type, SH.severity, SH.message, *TARGETS)
    for predicate in kept:
        for thing in shapes.objects(shape, predicate):
            made.add((shape, predicate, thing))
    made.add((shape, SH.sparql, constraint))
    made += shapes.triples((constraint, None, None))
    for predicate in (SH.declare, SH.prefix, SH.namespace, OWL.imports):
        made += shapes.triples((None, predicate, None))
    return made


def _is_off(shapes: rdflib.Graph, node: Node) -> bool:
    return any(str(value) in {"true", "1"} for value in shapes.objects(node, SH.deactivated))


def declared_prefixes(shapes: rdflib.Graph, constraint: Node) -> dict[str, str]:
    """The prefixes that ``sh:prefixes`` gives a constraint, imports included."""
    found: dict[str, str] = {}
    todo, seen = list(shapes.objects(constraint, SH.prefixes)), set()
    while todo:
        ontology = todo.pop()
        if ontology in seen:
            continue
        seen.add(ontology)
        todo += shapes.objects(ontology, OWL.imports)
        for declaration in shapes.objects(ontology, SH.declare):
            prefix = shapes.value(declaration, SH.prefix)
            namespace = shapes.value(declaration, SH.namespace)
            if prefix is not None and namespace is not None:
                found[str(prefix)] = str(namespace)
    return found


def _targets(shapes: rdflib.Graph, shape: Node, data: Store) -> Iterator[str]:
    """Groups that give the focus nodes of a shape as ``?this``."""
    classes = [*shapes.objects(shape, SH.targetClass)]
    if {RDFS.Class, OWL.Class}.intersection(shapes.objects(shape, RDF.type)):
        classes.append(shape)
    for one in classes:
        names = " ".join(str(name) for name in _with_subclasses(data, str(one)))
        yield f"{{ VALUES ?stadsgraafClass {{ {names} }} ?this a ?stadsgraafClass }}"
    nodes = " ".join(str(term(node)) for node in shapes.objects(shape, SH.targetNode))
    if nodes:
        yield f"{{ VALUES ?this {{ {nodes} }} }}"
    for predicate in shapes.objects(shape, SH.targetSubjectsOf):
        yield f"{{ ?this <{predicate}> ?stadsgraafObject }}"
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        yield f"{{ ?stadsgraafSubject <{predicate}> ?this }}"


def _focus_kinds(shapes: rdflib.Graph, shape: Node, profile: Profile) -> Kinds:
    """What the focus nodes of a shape can be; targets by class and as subjects give nodes."""
    kinds = set(_NODES)
    for predicate in shapes.objects(shape, SH.targetObjectsOf):
        kinds |= profile.kinds.get(str(predicate), frozenset())
    for node in map(term, shapes.objects(shape, SH.targetNode)):
        if isinstance(node, Literal):
            kinds.add(kind_of(node))
    return frozenset(kinds)


def _with_subclasses(data: Store, iri: str) -> list[NamedNode]:
    answer = data.query(f"SELECT ?c {{ ?c <{RDFS.subClassOf}>* <{iri}> FILTER isIRI(?c) }}")
    assert isinstance(answer, QuerySolutions)  # noqa: S101 – the query is a SELECT
    found = {row["c"] for row in answer} | {NamedNode(iri)}
    return sorted((node for node in found if isinstance(node, NamedNode)), key=str)


def _set_based(shapes: rdflib.Graph, one: Eligible, targets: str) -> SetBased:
    header = "".join(f"PREFIX {name}: <{iri}>\n" for name, iri in one.prefixes.items())
    words = tokens(one.select)
    start = next(word.start for word in words if word.text == "{") + 1
    focus = f" {{ SELECT DISTINCT ?this WHERE {{ {targets} }} }} "
    severity = shapes.value(one.shape, SH.severity)
    messages = list(shapes.objects(one.constraint, SH.message)) or list(
        shapes.objects(one.shape, SH.message)
    )
    return SetBased(
        shape=one.shape,
        constraint=one.constraint,
        severity=str(severity or SH.Violation),
        query=header + one.select[:start] + focus + one.select[start:],
        messages=tuple(found for found in map(term, messages) if isinstance(found, Literal)),
    )


def run(constraint: SetBased, data: Store) -> list[Result]:
    """The results of a constraint. ``data`` is the data graph as a store's default graph."""
    answer = data.query(constraint.query)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 – plan takes SELECT only
    names = [variable.value for variable in answer.variables]
    return list(dict.fromkeys(_result(constraint, row, names) for row in answer))


def _result(constraint: SetBased, row: QuerySolution, names: Sequence[str]) -> Result:
    bound = {name: row[name] for name in names if row[name] is not None}
    focus, path = bound["this"], bound.get("path")
    bound.setdefault("value", focus)
    return Result(
        focus=focus,
        path=str(path) if isinstance(path, NamedNode) else "",
        value=bound["value"],
        severity=constraint.severity,
        component=str(SH.SPARQLConstraintComponent),
        shape=_shape(constraint.shape),
        constraint=term(constraint.constraint),
        messages=tuple(_filled(message, bound) for message in constraint.messages),
    )


def _shape(node: Node) -> NamedNode | BlankNode:
    found = term(node)
    if not isinstance(found, NamedNode | BlankNode):
        message = f"not a shape: {node!r}"
        raise TypeError(message)
    return found


def _filled(message: Literal, bound: dict[str, Term]) -> Literal:
    """A message with ``{?name}`` and ``{$name}`` filled in."""

    def fill(found: re.Match[str]) -> str:
        term = bound.get(found[1])
        return found[0] if term is None else getattr(term, "value", str(term))

    text = re.sub(r"\{[?$](\w+)\}", fill, message.value)
    return Literal(text, language=message.language) if message.language else Literal(text)
