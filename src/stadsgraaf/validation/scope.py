"""What a change can affect: the shapes and rules that read what is different.

A shape or a query reads the predicates and classes that it names. One that names none of those in
the triples that came or went gives what it gave before, so it need not run on either side. Whoever
reads everything (a closed shape, a predicate that is a variable), or may do so, always runs.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from pyoxigraph import BlankNode, NamedNode, Quad, Triple

from stadsgraaf.dataset import Dataset, Document
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import rules
from stadsgraaf.validation.deriving import derive_soon
from stadsgraaf.validation.focusing import MOST, Focus, busy_shapes
from stadsgraaf.validation.nearness import Near
from stadsgraaf.validation.reads import Reads, reads_of_query
from stadsgraaf.validation.roots import Root, are_plain, roots_of
from stadsgraaf.validation.shapes import Shapes
from stadsgraaf.validation.trails import TooMany, Trail

if TYPE_CHECKING:
    from stadsgraaf.validation.stages.subject import Subject

__all__ = ["Scope", "share_derived", "tell_alike"]

_TYPE: Final = PREFIXES["rdf"] + "type"
_SUBCLASS: Final = PREFIXES["rdfs"] + "subClassOf"


@dataclass(frozen=True)
class Scope:
    """What is different: predicates and classes of the triples that came or went, and files.

    ``files`` are names without folders; ``roots`` are shapes with targets that are not what they
    were. ``queries`` tells whether queries, or what they may name, are different. ``focus`` are the
    nodes that can be affected, None when any can; what is ``near`` tells of them.
    """

    predicates: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    files: frozenset[str] = frozenset()
    queries: bool = False
    roots: frozenset[tuple[str, str]] = field(default=frozenset(), repr=False)
    focus: Focus | None = field(default=None, repr=False)
    near: Near = field(default_factory=Near, repr=False)
    same_shapes: bool = False

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
            queries=_name_others(before, after, delta)
            or not changed.isdisjoint(shapes)
            or (after.dataset.base_iri is None and bool(delta) and bool(after.query_files)),
            roots=roots,
            near=Near(delta, after.triples),
            same_shapes=bool(after.shape_documents) and before.shapes is after.shapes,
        )
        scope._near_to_rules()
        focus = scope._within(after, changed)
        if focus is None and (before.shape_documents or after.shape_documents):
            scope.near.of_shapes.rests_on_all(Reads(everything=True))
        return replace(scope, focus=focus)

    def _near_to_rules(self) -> None:
        for found in rules().values():
            reads = reads_of_query(found.query, {}) if found.query else Reads()
            if self.touches(reads) and self.near.nodes_of(found.query) is None:
                self.near.of_rules.rests_on_all(reads)

    def _within(self, after: "Subject", changed: set[str]) -> Focus | None:
        """The nodes that the difference can affect, for those shapes of which that can be told."""
        if not self.same_shapes:
            return None
        roots = self._chosen(after.shapes)
        found = {root.node: self._nodes_of(root) for root in roots}
        spared = {part for root in roots if found[root.node] is None for part in root.parts}
        # what two shapes share is looked at of the same things
        while more := [r for r in roots if r.node not in spared and not spared.isdisjoint(r.parts)]:
            spared |= {part for root in more for part in root.parts}
        narrow = {root.node: root.trails for root in roots if root.node not in spared}
        nodes = frozenset[Term](_blank_nodes(after, changed)).union(
            *(found[n] or () for n in narrow)
        )
        if len(nodes) > MOST:
            return None
        self._rest_on(
            after.shapes, roots, narrow, focus := Focus(nodes, frozenset(spared), blank=False)
        )
        return focus

    def _rest_on(
        self,
        shapes: Shapes,
        roots: Sequence[Root],
        narrow: Mapping[Term, Sequence[Trail] | None],
        focus: Focus,
    ) -> None:
        """Have at hand what tells of the focus nodes of those shapes that have any."""
        basis, parts = self.near.of_shapes, {part for root in roots for part in root.parts}
        try:
            about = self.near.about(focus.nodes)
        except TooMany:
            basis.rests_on_all(Reads(everything=True))
            return
        busy = busy_shapes([t for t in shapes.whole if t.subject in parts], about, focus)
        for root in roots:
            trails = narrow.get(root.node)
            if root.node not in narrow:
                basis.rests_on_all(root.reads)
            elif root.node in busy and trails:
                basis.rests_on(trails, focus.nodes)

    def _nodes_of(self, root: Root) -> frozenset[Term] | None:
        return None if root.trails is None else self.near.nodes(root.trails)

    def _chosen(self, shapes: Shapes) -> list[Root]:
        """The shapes that read what is different, with all that share a part with them."""
        others = {root.node: root for root in roots_of(shapes)}
        more = [
            r
            for r in others.values()
            if self.touches(r.reads) or (self.roots and r.key in self.roots)
        ]
        chosen: list[Root] = []
        # two shapes that share a part find the same of the same thing: both run, or none
        while more:
            chosen += more
            kept = {part for root in more for part in root.parts}
            for root in more:
                del others[root.node]
            more = [root for root in others.values() if not kept.isdisjoint(root.parts)]
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
        left = self._beside(chosen, shapes)
        return [triple for triple in triples if triple.subject not in left]

    def left(self, shapes: Shapes) -> frozenset[Term]:
        """The shapes, and parts of shapes, that give the results that they gave before."""
        return self._beside(self._chosen(shapes), shapes)

    def chosen_keys(self, shapes: Shapes) -> frozenset[tuple[str, str]]:
        """What tells the shapes that may give other results than before, on both sides."""
        return frozenset(root.key for root in self._chosen(shapes))

    @staticmethod
    def _beside(chosen: Iterable[Root], shapes: Shapes) -> frozenset[Term]:
        kept = {part for root in chosen for part in root.parts}
        return frozenset(part for root in roots_of(shapes) for part in root.parts) - kept


def _blank_nodes(side: "Subject", changed: set[str]) -> set[BlankNode]:
    """Blank nodes that may be called otherwise on another side, and those told like one of them."""
    documents = _documents(side.dataset)
    found = {node for name in changed & documents.keys() for node in _blank_in(documents[name])}
    if not found:
        return found
    told = {side.places.stable(node) for node in found}
    others = {node for document in documents.values() for node in _blank_in(document)} - found
    return found.union(node for node in others if side.places.stable(node) in told)


def _blank_in(document: Document) -> Iterator[BlankNode]:
    for triple in document.turtle.triples:
        for term in (triple.subject, triple.object):
            if isinstance(term, BlankNode):
                yield term


def tell_alike(before: "Subject", after: "Subject") -> bool:
    """Whether the blank nodes that two sides have in common are told by the same words on both."""
    sides = _documents(before.dataset), _documents(after.dataset)
    for name in sides[0].keys() & sides[1].keys():
        old, new = sides[0][name], sides[1][name]
        if old.turtle.triples is not new.turtle.triples:
            common = set(_blank_in(old)) & set(_blank_in(new))
            if any(before.places.stable(node) != after.places.stable(node) for node in common):
                return False
    return True


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
            derive_soon(after)
            vars(before)["derived"] = after.derived
        else:
            vars(after)["derived"] = known


def _different_roots(before: "Subject", after: "Subject") -> frozenset[tuple[str, str]] | None:
    """The shapes with targets that only one side has; None when shapes may mean more than we know."""
    shapes = [one.shapes if one.shape_documents else None for one in (before, after)]
    if not all(one is None or are_plain(one) for one in shapes):
        return None
    if shapes[0] is shapes[1]:
        return frozenset()
    # of those without a name there may be several that say the same
    old, new = (Counter(root.key for root in roots_of(one)) if one else Counter() for one in shapes)
    return frozenset((old - new) + (new - old))


def _documents(dataset: Dataset) -> dict[str, Document]:
    return {one.path.as_posix(): one for one in dataset.documents}


def _different(old: Mapping[str, Document], new: Mapping[str, Document]) -> set[Triple]:
    """The triples of data that came or went in a graph, though another file may have them as well."""
    same = {
        name
        for name in old.keys() & new.keys()
        if old[name].turtle.triples is new[name].turtle.triples
    }
    one, other = (
        {
            (triple, document.graph)
            for name, document in documents.items()
            if name not in same and document.role != "shapes"
            for triple in document.turtle.triples
        }
        for documents in (old, new)
    )
    return {triple for triple, _ in one ^ other}


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
    derive_soon(old)
    derive_soon(new)
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


def _name_others(before: "Subject", after: "Subject", delta: Collection[Triple]) -> bool:
    """Whether queries say something else, or other names are declared for them."""
    if _query_texts(before) != _query_texts(after):
        return True
    subjects = {triple.subject for triple in delta}
    if not any(triple.predicate.value == _TYPE for triple in delta):
        old, new = _documents(before.dataset), _documents(after.dataset)
        sides = [
            {
                triple.subject
                for name in old.keys() | new.keys()
                if old.get(name) is not new.get(name) and name in side
                for triple in side[name].turtle.triples
            }
            for side in (old, new)
        ]
        # what is said of things that something is said of before and after declares nothing else
        if old.keys() == new.keys() and sides[0] == sides[1] and subjects <= sides[0]:
            return False
    known = [(one.vocabulary.declared, one.vocabulary.own) for one in (before, after)]
    return known[0] != known[1]


def _query_texts(subject: "Subject") -> dict[str, str]:
    return {
        subject.path_of(p): p.read_text(encoding="utf-8", errors="replace")
        for p in subject.query_files
    }
