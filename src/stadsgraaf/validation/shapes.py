"""What the shapes themselves say: messages, parameters, and where each stands."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Language, Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.validation import sparql
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.finding import Span
from stadsgraaf.validation.places import Places
from stadsgraaf.validation.sentences import PARAMETERS

__all__ = ["MAX_NESTING", "Shapes", "said"]

#: Levels to which paths and shapes may nest; engines take minutes for thousands, or break.
MAX_NESTING = 64

_SH = PREFIXES["sh"]
_FIRST, _REST = PREFIXES["rdf"] + "first", PREFIXES["rdf"] + "rest"
_SPEECH = frozenset({"message", "severity", "name", "description", "order", "group"})
_REFERENCES = {f"{_SH}{name}" for name in ("property", "node", "qualifiedValueShape", "not")}
_LEADS = {
    *_REFERENCES,
    *(f"{_SH}{name}" for name in ("and", "or", "xone")),
    *(f"{PREFIXES['rdf']}{name}" for name in ("first", "rest")),
}
_KINDS = {f"{_SH}{name}" for name in ("NodeShape", "PropertyShape")}


def said(literals: Iterable[Literal]) -> Text:
    """A message in both languages; the one it has stands for the one it lacks.

    >>> said([Literal("Mend it", language="en-GB")])
    Text(en='Mend it', nl='Mend it')
    """
    found: dict[str, str] = {}
    for literal in literals:
        found.setdefault((literal.language or "").split("-")[0], literal.value)
    one = found.get("", next(iter(found.values()), ""))
    english = found.get("en", one)
    return Text(english, found.get("nl", english))


class Shapes:
    """The shapes of a dataset as their files have them."""

    def __init__(self, documents: Sequence[Document], prefixes: dict[str, str]) -> None:
        self.documents = documents
        self.triples: list[Triple] = [t for d in documents for t in d.turtle.triples]
        self._prefixes = prefixes
        self._about: dict[object, list[tuple[str, Term]]] = defaultdict(list)
        self._parent: dict[object, Term] = {}
        self._declared: dict[tuple[Term, ...], dict[str, str]] = {}
        self._targets: dict[Term, frozenset[str]] = {}
        self._paired: dict[Term | None, str] = {}
        for triple in self.triples:
            if isinstance(triple.subject, Triple) or isinstance(triple.object, Triple):
                continue
            self._about[triple.subject].append((triple.predicate.value, triple.object))
            if isinstance(triple.object, BlankNode):
                self._parent.setdefault(triple.object, triple.subject)
        self._places = Places(documents, prefixes)
        self._places.learn(t.subject for t in self.triples if not isinstance(t.subject, Triple))

    @cached_property
    def dangling(self) -> list[tuple[int, Triple]]:
        """References to shapes that are described nowhere, each with the number of its triple."""
        return [
            (number, triple)
            for number, triple in enumerate(self.triples)
            if triple.predicate.value in _REFERENCES
            and not isinstance(triple.object, Triple)
            and triple.object not in self._about
        ]

    @cached_property
    def too_deep(self) -> dict[Term, int]:
        """Shapes with something that nests deeper than engines follow, and how deep that is."""
        return {self._parent[top]: depth for top, depth in self._deep[0].items()}

    @cached_property
    def _deep(self) -> tuple[dict[Term, int], set[Term]]:
        """The blank nodes in which something nests too deep, how deep, and all that is in them."""
        levels: dict[Term, tuple[int, Term]] = {}
        for node in self._parent:
            way: dict[Term, None] = {}
            at: object = node
            while isinstance(at, BlankNode) and at in self._parent and at not in levels:
                if at in way:
                    break
                way[at] = None
                at = self._parent[at]
            for one in reversed(way):
                level, top = levels.get(self._parent[one], (0, one))
                levels[one] = (level + (one not in self._rests), top)
        deepest: dict[Term, int] = {}
        for level, top in levels.values():
            if level > MAX_NESTING:
                deepest[top] = max(level, deepest.get(top, 0))
        return deepest, {node for node, (_, top) in levels.items() if top in deepest}

    @cached_property
    def _rests(self) -> set[Term]:
        """What goes on with a list: it nests no deeper."""
        return {thing for about in self._about.values() for name, thing in about if name == _REST}

    @cached_property
    def whole(self) -> list[Triple]:
        """The shapes without references to what is nowhere, and without what nests too deep."""
        gone = {number for number, _ in self.dangling}
        _, deep = self._deep
        return [
            triple
            for number, triple in enumerate(self.triples)
            if number not in gone and triple.subject not in deep and triple.object not in deep
        ]

    def triple_span(self, number: int) -> Span:
        """Where the object of a triple of the shapes stands. Raises IndexError when there are not so many."""
        for document in self.documents:
            if number < len(document.turtle.triples):
                return Places([document], self._prefixes).span((0, number), 2)
            number -= len(document.turtle.triples)
        raise IndexError(number)

    def excerpt(self, span: Span) -> str:
        """The line of a place."""
        return self._places.excerpt(span)

    def is_recursive(self, shape: Term) -> bool:
        """Whether a shape refers to itself, by way of others or not."""
        todo, seen = [shape], set[Term]()
        while todo:
            about = self._about[todo.pop()]
            referred = [thing for predicate, thing in about if predicate in _LEADS]
            if shape in referred:
                return True
            todo += (thing for thing in referred if thing not in seen)
            seen.update(referred)
        return False

    def types(self, shape: Term) -> list[Term]:
        """The classes of a shape."""
        return [
            thing
            for predicate, thing in self._about[shape]
            if predicate == PREFIXES["rdf"] + "type"
        ]

    def values(self, shape: Term, name: str) -> list[Term]:
        """Values of a SHACL property of a shape, by its local name; lists are unfolded."""
        found = [thing for predicate, thing in self._about[shape] if predicate == _SH + name]
        return [
            member
            for thing in found
            for member in (self._members(thing) if name in {"in", "languageIn"} else [thing])
        ]

    def _members(self, head: Term) -> list[Term]:
        members: list[Term] = []
        seen: set[Term] = set()
        while head not in seen and self._about[head]:
            seen.add(head)
            cell = dict(self._about[head])
            if _FIRST in cell:
                members.append(cell[_FIRST])
            head = cell.get(_REST, head)
        return members

    def message(self, shape: Term) -> Text:
        """The message of a shape, empty when it has none."""
        return said(m for m in self.values(shape, "message") if isinstance(m, Literal))

    def wanted(self, shape: Term, component: str) -> str:
        """The parameter of a component as people write it."""
        values = self.values(shape, PARAMETERS.get(component, component))
        if component in {"Or", "Xone", "And"}:
            members = [member for head in values for member in self._members(head)]
            return " | ".join(self.summary(member) for member in members)
        return ", ".join(self._say(value) for value in values[:12]) + (
            ", …" if len(values) > 12 else ""  # noqa: PLR2004 – a list that fits on a line
        )

    def summary(self, shape: Term, depth: int = 2) -> str:
        """What a shape asks, in a few words: ``ex:email (minCount 1)``."""
        if isinstance(shape, NamedNode):
            return self.name(shape)
        path, parts = "", []
        for predicate, thing in self._about[shape]:
            name = predicate.removeprefix(_SH)
            if name == "path":
                path = self._say(thing)
            elif name == "property" and depth:
                parts.append(self.summary(thing, depth - 1))
            elif predicate.startswith(_SH) and name not in _SPEECH:
                parts.append(f"{name} {self._say(thing)}")
        words = ", ".join(parts)
        return f"{path} ({words})" if path and words else path or words or "…"

    def _say(self, value: Term) -> str:
        if isinstance(value, NamedNode):
            return shorten(value.value, self._prefixes)
        return value.value if isinstance(value, Literal) else self.name(value)

    def mentions(self, constraint: Term | None) -> frozenset[str]:
        """The IRIs that the query of a ``sh:sparql`` constraint names."""
        found: set[str] = set()
        for query in [] if constraint is None else self.values(constraint, "select"):
            if isinstance(query, Literal):
                words = sparql.tokens(query.value)
                prefixes = self.declared_prefixes(constraint or query) | sparql.prefixes_of(words)
                found |= {iri for iri, _ in sparql.mentioned(words, prefixes)}
        return frozenset(found)

    def paired(self, constraint: Term | None) -> str:
        """Whether the query of a constraint finds two things that have the same, as ``sparql`` says."""
        if constraint not in self._paired:
            queries = [] if constraint is None else self.values(constraint, "select")
            found = [sparql.paired(one.value) for one in queries if isinstance(one, Literal)]
            self._paired[constraint] = next(iter(found), "")
        return self._paired[constraint]

    def targets(self, shape: Term) -> frozenset[str]:
        """The classes whose things a shape judges; none when it judges others too."""
        if shape not in self._targets:
            self._targets[shape] = self._targets_of(shape)
        return self._targets[shape]

    def _targets_of(self, shape: Term) -> frozenset[str]:
        found: set[str] = set()
        todo, seen = [shape], {shape}
        while todo:
            one = todo.pop()
            names = {name.removeprefix(_SH) for name, _ in self._about[one]}
            if names & {"targetNode", "targetSubjectsOf", "targetObjectsOf", "target"}:
                return frozenset()
            found |= {str(name) for name in self.values(one, "targetClass")}
            if NamedNode(PREFIXES["rdfs"] + "Class") in self.types(one):
                found.add(str(one))
            new = self._leading.get(one, set()) - seen
            seen |= new
            todo += new
        return frozenset(found)

    @cached_property
    def _leading(self) -> dict[Term, set[Term]]:
        """What leads to each part of a shape."""
        found: dict[Term, set[Term]] = defaultdict(set)
        for node, about in list(self._about.items()):
            for name, thing in about:
                if name in _LEADS and isinstance(node, NamedNode | BlankNode):
                    found[thing].add(node)
        return found

    def owner(self, shape: Term) -> Term:
        """The shape itself when it has an IRI, else the nearest one above it that has."""
        seen: set[Term] = set()
        while isinstance(shape, BlankNode) and shape in self._parent and shape not in seen:
            seen.add(shape)
            shape = self._parent[shape]
        return shape

    def name(self, shape: Term) -> str:
        """The CURIE of a shape, or that of its owner."""
        owner = self.owner(shape)
        return shorten(owner.value, self._prefixes) if isinstance(owner, NamedNode) else "…"

    def explain(self, name: str, language: Language) -> str:
        """A page about a shape by its CURIE or IRI, in Markdown; empty when there is none."""
        shape = next(
            (
                n
                for n in self._about
                if isinstance(n, NamedNode) and name in (n.value, self.name(n))
            ),
            None,
        )
        # the rule of a part without IRI begins with the name of its owner
        if shape is None and "-" in name:
            return self.explain(name.rpartition("-")[0], language)
        span = self.span(shape) if shape is not None else None
        if (
            shape is None
            or span is None
            or not any(p.startswith(_SH) for p, _ in self._about[shape])
        ):
            return ""
        document = next(d for d in self.documents if d.path.as_posix() == span.file)
        return (
            f"# {self.name(shape)}\n\n<{shape.value}> · {span}\n\n"
            + "".join(f"{words}\n\n" for words in (self.message(shape).say(language),) if words)
            + f"```turtle\n{document.turtle.statement(span.line).rstrip()}\n```\n"
        )

    def rule_names(self) -> set[str]:
        """The CURIEs and IRIs of all shapes that have one."""
        nodes = [node for node in self._about if isinstance(node, NamedNode)]
        return {name for node in nodes for name in (node.value, self.name(node))}

    def span(self, shape: Term) -> Span | None:
        """Where a shape begins."""
        return self._places.locate(shape)

    def declared_prefixes(self, constraint: Term) -> dict[str, str]:
        """The prefixes that ``sh:prefixes`` gives a constraint, imports included."""
        ontologies = tuple(self.values(constraint, "prefixes"))
        if ontologies not in self._declared:
            self._declared[ontologies] = self._declarations(ontologies)
        return dict(self._declared[ontologies])

    def _declarations(self, ontologies: Iterable[Term]) -> dict[str, str]:
        found: dict[str, str] = {}
        todo, seen = list(ontologies), set[Term]()
        while todo:
            ontology = todo.pop()
            if ontology in seen:
                continue
            seen.add(ontology)
            todo += [o for p, o in self._about[ontology] if p == PREFIXES["owl"] + "imports"]
            for declaration in self.values(ontology, "declare"):
                prefix = next(iter(self.values(declaration, "prefix")), None)
                namespace = next(iter(self.values(declaration, "namespace")), None)
                if isinstance(prefix, Literal) and isinstance(namespace, Literal):
                    found[prefix.value] = namespace.value
        return found
