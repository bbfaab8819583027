"""What a change can affect: the shapes and rules that read what is different.

A shape or a query reads the predicates and classes that it names. One that names none of those in
the triples that came or went gives what it gave before, so it need not run on either side. Whoever
reads everything (a closed shape, a predicate that is a variable), or may do so, always runs.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation import sparql
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.focusing import MOST, Focus
from stadsgraaf.validation.reach import Reach, nodes_within, reach_of
from stadsgraaf.validation.shapes import Shapes

if TYPE_CHECKING:
    from stadsgraaf.validation.stages.subject import Subject

__all__ = ["Reads", "Scope", "reads_of_query", "share_derived"]

_SH: Final = PREFIXES["sh"]
_TYPE: Final = PREFIXES["rdf"] + "type"
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"
_FIRST, _REST = PREFIXES["rdf"] + "first", PREFIXES["rdf"] + "rest"
_TARGETS: Final = frozenset(
    _SH + name for name in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf")
)
#: What leads from a shape to what it consists of.
_PARTS: Final = frozenset(
    {_SH + name for name in ("property", "node", "not", "qualifiedValueShape", "sparql")} | {_FIRST}
)
#: What SHACL Core and SHACL-SPARQL say of shapes; whatever else there is may read anything.
_KNOWN: Final = _TARGETS | {
    _SH + name
    for name in [
        "property",
        "node",
        "not",
        "and",
        "or",
        "xone",
        "qualifiedValueShape",
        "qualifiedMinCount",
        "qualifiedMaxCount",
        "qualifiedValueShapesDisjoint",
        "sparql",
        "select",
        "ask",
        "prefixes",
        "path",
        "inversePath",
        "alternativePath",
        "zeroOrMorePath",
        "oneOrMorePath",
        "zeroOrOnePath",
        "class",
        "datatype",
        "nodeKind",
        "minCount",
        "maxCount",
        "minExclusive",
        "minInclusive",
        "maxExclusive",
        "maxInclusive",
        "minLength",
        "maxLength",
        "pattern",
        "flags",
        "languageIn",
        "uniqueLang",
        "equals",
        "disjoint",
        "lessThan",
        "lessThanOrEquals",
        "closed",
        "ignoredProperties",
        "hasValue",
        "in",
        "deactivated",
        "severity",
        "message",
        "name",
        "description",
        "order",
        "group",
        "defaultValue",
    ]
}
_DECLARING: Final = frozenset(_SH + name for name in ("declare", "prefix", "namespace"))
_OPEN_BEFORE: Final = frozenset({";", "]", ")", "["})
_OPEN_AFTER: Final = frozenset({"[", "("})
_TERMS: Final = frozenset({"variable", "iri", "name", "blank", "string", "number"})


@dataclass(frozen=True)
class Reads:
    """What a shape or query reads: the IRIs that it names, or everything; perhaps all types."""

    iris: frozenset[str] = frozenset()
    everything: bool = False
    types: bool = False

    def __or__(self, other: "Reads") -> "Reads":
        return Reads(
            self.iris | other.iris, self.everything or other.everything, self.types or other.types
        )


def reads_of_query(query: str, prefixes: Mapping[str, str]) -> Reads:
    """What a query reads.

    >>> reads_of_query("SELECT * { ?s <http://e/p> ?o ; a ?c }", {}).types
    True
    >>> reads_of_query("SELECT * { ?s ?p ?o }", {}).everything
    True
    """
    words = list(_patterns(sparql.tokens(query)))
    known = {**prefixes, **sparql.prefixes_of(sparql.tokens(query))}
    named = frozenset(iri for iri, _ in sparql.mentioned(words, known))
    everything = any(word.text == "!" or word.upper in {"DESCRIBE", "SERVICE"} for word in words)
    types = _TYPE in named
    for before, word, after in zip(
        words, words[1:], [*words[2:], sparql.Token("mark", "", 0)], strict=False
    ):
        if word.text == "a" and word.kind == "word":
            types = types or after.kind not in {"iri", "name"}
        elif word.kind == "variable":
            # where a predicate can stand; in doubt it is one
            opened = before.kind in _TERMS or before.text in _OPEN_BEFORE
            everything |= opened and (after.kind in _TERMS or after.text in _OPEN_AFTER)
    return Reads(named, everything, types)


def _patterns(words: Sequence[sparql.Token]) -> Iterator[sparql.Token]:
    """The words of a query without those that only say what it gives: SELECT and CONSTRUCT."""
    giving = ""
    for number, word in enumerate(words):
        if word.upper in {"SELECT", "CONSTRUCT"}:
            giving = word.upper
        elif (giving == "SELECT" and word.text == "{") or (
            giving == "CONSTRUCT" and (word.upper == "WHERE" or words[number - 1].text == "}")
        ):
            giving = ""
        if not giving:
            yield word


@dataclass(frozen=True)
class _Root:
    """A shape: what it and its parts are, whatever their blank nodes are called.

    ``reach`` is how far it reads, or None when nobody can tell.
    """

    node: Term
    text: str
    reads: Reads
    parts: frozenset[Term]
    reach: Reach | None

    @property
    def key(self) -> tuple[str, str]:
        """The same for the same shape on both sides."""
        return str(self.node) if isinstance(self.node, NamedNode) else "", self.text


@lru_cache(maxsize=2)
def _roots(shapes: Shapes) -> Sequence[_Root]:
    """The shapes with targets."""
    return list(_Roots(shapes))


@lru_cache(maxsize=2)
def _is_plain(shapes: Shapes) -> bool:
    """Whether there is nothing by which shapes could mean more than SHACL has."""
    predicates = {triple.predicate.value for triple in shapes.whole}
    known = _KNOWN | _DECLARING
    return not any(name.startswith(_SH) and name not in known for name in predicates)


class _Roots:
    """The shapes with targets, and what each consists of."""

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes
        self._about: dict[Term, list[tuple[str, Term]]] = defaultdict(list)
        for triple in shapes.whole:
            if not isinstance(triple.subject, Triple) and not isinstance(triple.object, Triple):
                self._about[triple.subject].append((triple.predicate.value, triple.object))

    def __iter__(self) -> Iterator[_Root]:
        for node, about in list(self._about.items()):
            predicates = {predicate for predicate, _ in about}
            kinds = {getattr(thing, "value", "") for name, thing in about if name == _TYPE}
            if predicates & _TARGETS or any(kind.endswith("Class") for kind in kinds):
                yield self._root(node)

    def _root(self, node: Term) -> _Root:
        seen: dict[Term, None] = {}
        reads: list[Reads] = []
        text = self._walk(node, seen, reads)
        whole = Reads(
            frozenset({_iri(node)}).union(*(one.iris for one in reads)),
            any(one.everything for one in reads),
            any(one.types for one in reads),
        )
        return _Root(node, text, whole, frozenset(seen), reach_of(node, self._about))

    def _walk(self, node: Term, seen: dict[Term, None], reads: list[Reads]) -> str:
        if node in seen:
            return str(node) if isinstance(node, NamedNode) else "[again]"
        seen[node] = None
        said: list[str] = []
        for predicate, thing in self._about.get(node, ()):
            reads.append(self._reads(node, predicate, thing))
            if isinstance(thing, BlankNode) or (predicate in _PARTS and thing in self._about):
                said.append(f"{predicate} {self._walk(thing, seen, reads)}")
            elif predicate == _SH + "prefixes":
                said.append(f"{predicate} {sorted(self._shapes.declared_prefixes(node).items())}")
            else:
                said.append(f"{predicate} {thing}")
        name = str(node) if isinstance(node, NamedNode) else ""
        return f"{name}[{' ; '.join(sorted(said))}]"

    def _reads(self, node: Term, predicate: str, thing: Term) -> Reads:
        if isinstance(thing, NamedNode):
            return Reads(
                frozenset({thing.value}), types=thing.value == _TYPE and predicate != _TYPE
            )
        if isinstance(thing, Literal):
            if predicate in {_SH + "select", _SH + "ask"}:
                return reads_of_query(thing.value, self._shapes.declared_prefixes(node))
            return Reads(everything=predicate == _SH + "closed" and thing.value in {"true", "1"})
        return Reads()


def _iri(term: Term) -> str:
    return term.value if isinstance(term, NamedNode) else ""


@dataclass(frozen=True)
class Scope:
    """What is different: predicates and classes of the triples that came or went, and files.

    ``files`` are names without folders; ``roots`` are shapes with targets that are not what they
    were. ``queries`` tells whether queries, or what they may name, are different. ``loses`` tells
    whether a shape may judge less than it did: itself, or the things that it judges. ``asked`` are
    IRIs of shapes when nobody asks for the results of others. ``focus`` are the nodes that can be
    affected, None when any can.
    """

    predicates: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    queries: bool = False
    loses: bool = False
    roots: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    asked: frozenset[str] | None = None
    focus: Focus | None = field(default=None, repr=False)

    @classmethod
    def between(cls, before: "Subject", after: "Subject") -> "Scope | None":
        """What is different between two; None when that may be anything."""
        delta = _delta(before, after)
        if delta is None or before.unread != after.unread:
            return None
        predicates = frozenset(triple.predicate.value for triple in delta)
        roots = _different_roots(before, after)
        if roots is None or _SUBCLASS in predicates:
            return None
        old, new = _texts(before), _texts(after)
        changed = {name for name in old.keys() | new.keys() if old.get(name) != new.get(name)}
        shapes = {d.path.as_posix() for one in (before, after) for d in one.shape_documents}
        scope = cls(
            predicates=predicates,
            classes=frozenset(_classes(delta, (before, after)))
            if _TYPE in predicates
            else frozenset(),
            files=frozenset(PurePosixPath(name).name for name in changed),
            queries=_names(before) != _names(after)
            or not changed.isdisjoint(shapes)
            or (after.dataset.base_iri is None and bool(delta) and bool(after.query_files)),
            loses=bool(roots) or _loses(delta, before, after),
            roots=roots,
        )
        return replace(scope, focus=scope._within(delta, (before, after)))

    def _within(self, delta: Collection[Triple], sides: Sequence["Subject"]) -> Focus | None:
        """The nodes that the difference can affect, for those shapes of which that can be told."""
        before, after = sides
        if not (before.shape_documents and after.shape_documents) or (
            before.shapes is not after.shapes
        ):
            return None
        roots = self._chosen(after.shapes)
        boundless = [root for root in roots if root.reach is None]
        spared = {part for root in boundless for part in root.parts}
        # what two shapes share is looked at of the same things
        while more := [r for r in roots if r.node not in spared and not spared.isdisjoint(r.parts)]:
            spared |= {part for root in more for part in root.parts}
        reaches = [r.reach for r in roots if r.node not in spared and r.reach is not None]
        nodes = nodes_within(reaches, delta, (after.triples, delta), MOST)
        return None if nodes is None else Focus(nodes, frozenset(spared))

    def _chosen(self, shapes: Shapes) -> list[_Root]:
        """The shapes that read what is different, with all that share a part with them."""
        roots = _roots(shapes)
        chosen = [root for root in roots if root.key in self.roots or self.touches(root.reads)]
        kept = {part for root in chosen for part in root.parts}
        # two shapes that share a part find the same of the same thing: both run, or none
        while more := [r for r in roots if r not in chosen and not kept.isdisjoint(r.parts)]:
            chosen += more
            kept |= {part for root in more for part in root.parts}
        return chosen

    def touches(self, reads: Reads) -> bool:
        """Whether something that is read is different."""
        return bool(self.predicates) and (
            reads.everything
            or not reads.iris.isdisjoint(self.predicates | self.classes)
            or (reads.types and bool(self.classes))
        )

    def affected(self, shapes: Shapes, triples: Sequence[Triple]) -> Sequence[Triple]:
        """The ``triples`` of shapes without those that give the results that they gave before."""
        if not (self.roots or self.predicates):
            return []
        chosen = self._chosen(shapes)
        if self.asked is not None:
            asked = {NamedNode(iri) for iri in self.asked}
            chosen = [root for root in chosen if not asked.isdisjoint(root.parts)]
        left = self._beside(chosen, shapes)
        return [triple for triple in triples if triple.subject not in left]

    def left(self, shapes: Shapes) -> frozenset[Term]:
        """The shapes, and parts of shapes, that give the results that they gave before."""
        return self._beside(self._chosen(shapes), shapes)

    def chosen_keys(self, shapes: Shapes) -> frozenset[tuple[str, str]]:
        """What tells the shapes that may give other results than before, on both sides."""
        return frozenset(root.key for root in self._chosen(shapes))

    @staticmethod
    def _beside(chosen: Iterable[_Root], shapes: Shapes) -> frozenset[Term]:
        kept = {part for root in chosen for part in root.parts}
        return frozenset(part for root in _roots(shapes) for part in root.parts) - kept


def share_derived(before: Dataset, after: Dataset, known: list[Quad] | None = None) -> None:
    """Let two datasets derive once what their rules derive from the same triples.

    ``known`` is what is derived from the first one, if anybody knows.
    """
    if known is not None:
        vars(before)["derived"] = known
    rules = [[(query.graph, query.sparql) for query in one.rules] for one in (before, after)]
    queries = [
        [(q.name, q.sparql, q.summary, q.description) for q in one.queries]
        for one in (before, after)
    ]
    if rules[0] != rules[1] or queries[0] != queries[1] or before.base_iri != after.base_iri:
        return
    delta = _different(_documents(before), _documents(after))
    scope = Scope(
        frozenset(t.predicate.value for t in delta),
        frozenset(
            t.object.value
            for t in delta
            if t.predicate.value == _TYPE and isinstance(t.object, NamedNode)
        ),
    )
    if not any(scope.touches(reads_of_query(query.sparql, {})) for query in after.rules):
        if known is None:
            vars(before)["derived"] = after.derived
        else:
            vars(after)["derived"] = known


def _different_roots(before: "Subject", after: "Subject") -> frozenset[tuple[str, str]] | None:
    """The shapes with targets that only one side has; None when shapes may mean more than we know."""
    shapes = [one.shapes if one.shape_documents else None for one in (before, after)]
    if not all(one is None or _is_plain(one) for one in shapes):
        return None
    if shapes[0] is shapes[1]:
        return frozenset()
    sides = [{root.key for root in _roots(one)} if one else set() for one in shapes]
    return frozenset(sides[0] ^ sides[1])


def _loses(delta: Collection[Triple], before: "Subject", after: "Subject") -> bool:
    """Whether something went by which shapes find the things that they judge."""
    if not before.shape_documents:
        return False
    kinds = {_SH + "targetSubjectsOf", _SH + "targetObjectsOf"}
    named = [t.object for t in before.shapes.whole if t.predicate.value in kinds]
    finding = {_TYPE} | {thing.value for thing in named if isinstance(thing, NamedNode)}
    left = {triple for triple in delta if triple.predicate.value in finding}
    return bool(left) and not left.issubset(after.triples)


def _documents(dataset: Dataset) -> dict[str, Document]:
    return {one.path.as_posix(): one for one in dataset.documents}


def _different(old: Mapping[str, Document], new: Mapping[str, Document]) -> set[Triple]:
    """The triples of data that came or went, and perhaps some that another file has as well."""
    same = {
        name
        for name in old.keys() & new.keys()
        if old[name].turtle.triples is new[name].turtle.triples
    }
    one, other = (
        {
            triple
            for name, document in documents.items()
            if name not in same and document.role != "shapes"
            for triple in document.turtle.triples
        }
        for documents in (old, new)
    )
    return one ^ other


def _delta(before: "Subject", after: "Subject") -> set[Triple] | None:
    """The triples that came or went; None when nobody can tell."""
    old, new = before.dataset, after.dataset
    documents = _documents(old), _documents(new)
    moved = any(
        (one.role, one.graph) != (documents[1][name].role, documents[1][name].graph)
        for name, one in documents[0].items()
        if name in documents[1]
    )
    if moved or old.base_iri != new.base_iri:
        return None
    delta = _different(*documents)
    if old.derived is not new.derived:
        delta |= {quad.triple for quad in set(old.derived) ^ set(new.derived)}
    return delta


def _classes(delta: Iterable[Triple], sides: Iterable["Subject"]) -> Iterator[str]:
    """The classes of the types that came or went, and all above them."""
    above: dict[str, set[str]] = defaultdict(set)
    for side in sides:
        for triple in side.triples:
            if triple.predicate.value == _SUBCLASS and isinstance(triple.object, NamedNode):
                above[getattr(triple.subject, "value", "")].add(triple.object.value)
    todo = {getattr(t.object, "value", "") for t in delta if t.predicate.value == _TYPE}
    seen: set[str] = set()
    while todo:
        iri = todo.pop()
        seen.add(iri)
        yield iri
        todo |= above[iri] - seen


def _texts(subject: "Subject") -> dict[str, str]:
    return {one.path.as_posix(): one.turtle.text for one in subject.dataset.documents}


def _names(subject: "Subject") -> tuple[object, ...]:
    """What queries say, and what decides which names in them are declared."""
    texts = {
        subject.path_of(p): p.read_text(encoding="utf-8", errors="replace")
        for p in subject.query_files
    }
    return texts, subject.vocabulary.declared, subject.vocabulary.own
