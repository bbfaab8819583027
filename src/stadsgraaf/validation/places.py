"""Where in the files a thing, a property or a value stands.

Order of preference: the very triple; the predicate; the end of a longer path; the thing as a
subject, best where it says what it is; the thing as an object.
"""

import re
from collections.abc import Iterable, Iterator, Sequence

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.naming import LABELS
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.finding import Span
from stadsgraaf.validation.sighting import NOWHERE, end_of

__all__ = ["Places"]

_TYPE = NamedNode(PREFIXES["rdf"] + "type")
_LABELS = tuple(map(NamedNode, LABELS))
#: A number of a document and of a triple in it.
_Place = tuple[int, int]


class Places:
    """Positions and labels of the things that findings speak of.

    It knows only what ``learn`` was told to look for: an index of everything would be larger than
    the data.
    """

    def __init__(self, documents: Sequence[Document], prefixes: dict[str, str]) -> None:
        self._documents = documents
        self._prefixes = prefixes
        self._subjects: dict[Term | Triple, list[_Place]] = {}
        self._objects: dict[Term | Triple, list[_Place]] = {}
        self._parents: dict[BlankNode, _Place] | None = None

    def learn(self, terms: Iterable[Term]) -> None:
        """Look these terms up, and the owners of blank nodes among them."""
        wanted = set(terms)
        if any(isinstance(term, BlankNode) for term in wanted):
            for term in list(wanted):
                wanted.update(node for node, _ in self._up(term))
        wanted -= self._subjects.keys()
        if not wanted:
            return
        for term in wanted:
            self._subjects[term] = []
            self._objects[term] = []
        for number, document in enumerate(self._documents):
            for index, triple in enumerate(document.turtle.triples):
                if triple.subject in wanted:
                    self._subjects[triple.subject].append((number, index))
                if triple.object in wanted:
                    self._objects[triple.object].append((number, index))

    def _up(self, term: Term) -> Iterator[tuple[Term, NamedNode]]:
        """The owners of a blank node, the nearest first, each with the predicate that leads down."""
        if self._parents is None:
            self._parents = {}
            for number, document in enumerate(self._documents):
                for index, triple in enumerate(document.turtle.triples):
                    if isinstance(triple.object, BlankNode):
                        self._parents.setdefault(triple.object, (number, index))
        seen: set[Term] = set()
        while isinstance(term, BlankNode) and term in self._parents and term not in seen:
            seen.add(term)
            triple = self._triple(self._parents[term])
            if isinstance(triple.subject, Triple):
                return
            term = triple.subject
            yield term, triple.predicate

    def _triple(self, place: _Place) -> Triple:
        return self._documents[place[0]].turtle.triples[place[1]]

    def span(self, place: _Place, part: int) -> Span:
        """The place of subject (0), predicate (1) or object (2) of a triple."""
        document = self._documents[place[0]]
        offset = document.turtle.positions.offsets(place[1])[part]
        if offset == NOWHERE:
            return Span(document.path.as_posix(), 0, 0, 0, 0)
        start = document.turtle.position(offset)
        end = (
            document.turtle.end(offset)
            if document.turtle.placed
            else document.turtle.position(end_of(document.turtle.text, offset))
        )
        return Span(document.path.as_posix(), start.line, start.column, end.line, end.column)

    def excerpt(self, span: Span) -> str:
        """The line of a place."""
        for document in self._documents:
            if document.path.as_posix() == span.file:
                return document.turtle.line(span.line)
        return ""

    def locate(
        self, focus: Term, path: str = "", value: Term | None = None, *, last: bool = False
    ) -> Span | None:
        """Where a finding stands; ``last`` takes the last of several values, not the first."""
        return (
            self._on_path(focus, path, value, last=last)
            or self._at_end(path, value)
            or self._at_value(focus, path, value)
            or self._as_subject(focus)
            or self._as_object(focus)
        )

    def _on_path(self, focus: Term, path: str, value: Term | None, *, last: bool) -> Span | None:
        inverse, predicate = path.startswith("^<"), path.lstrip("^")
        if not re.fullmatch(r"<[^<>]*>", predicate):
            return None
        start = value if inverse and value is not None else focus
        end = focus if inverse else value
        on_path = [
            place
            for place in self._subjects.get(start, ())
            if str(self._triple(place).predicate) == predicate
        ]
        exact = [place for place in on_path if self._triple(place).object == end]
        if exact:
            return self.span(exact[0], 2)
        if on_path and not inverse:
            return self.span(on_path[-1], 2) if last else self.span(on_path[0], 1)
        return None

    def _at_end(self, path: str, value: Term | None) -> Span | None:
        if not path or value is None:
            return None
        for predicate in reversed(re.findall(r"<[^<>]*>", path)):
            for place in self._objects.get(value, ()):
                if str(self._triple(place).predicate) == predicate:
                    return self.span(place, 2)
        return None

    def _at_value(self, focus: Term, path: str, value: Term | None) -> Span | None:
        if path or value is None or value == focus:
            return None
        for place in self._subjects.get(focus, ()):
            if self._triple(place).object == value:
                return self.span(place, 2)
        return None

    def _as_subject(self, focus: Term) -> Span | None:
        places = self._subjects.get(focus, ())
        typed = [place for place in places if self._triple(place).predicate == _TYPE]
        best = next(iter(typed or places), None)
        return self.span(best, 0) if best else None

    def _as_object(self, focus: Term) -> Span | None:
        place = next(iter(self._objects.get(focus, ())), None)
        return self.span(place, 2) if place else None

    def curie(self, term: Term) -> str:
        """A term as people write it; a blank node by its nearest owner and the way to it."""
        if isinstance(term, NamedNode):
            return shorten(term.value, self._prefixes)
        if isinstance(term, Literal):
            return self.literal(term)
        owner, steps = self._owner(term)
        way = " / ".join(shorten(step.value, self._prefixes) for step in steps)
        if not steps:
            return self._by_type(term)
        return f"{self.curie(owner)} / {way}" if isinstance(owner, NamedNode) else f"[ {way} ]"

    def _by_type(self, term: Term) -> str:
        """A blank node that nothing leads to, by what it is."""
        for place in self._subjects.get(term, ()):
            triple = self._triple(place)
            if triple.predicate == _TYPE and isinstance(triple.object, NamedNode):
                return f"[ a {shorten(triple.object.value, self._prefixes)} ]"
        return "[ ]"

    def literal(self, literal: Literal) -> str:
        """A literal in Turtle, its datatype as a CURIE.

        A string has its quotation marks, so that space at its ends shows.
        """
        text = str(Literal(literal.value))
        if literal.language:
            return f"{text}@{literal.language}"
        if literal.datatype.value == PREFIXES["xsd"] + "string":
            return text
        return f"{text}^^{shorten(literal.datatype.value, self._prefixes)}"

    def stable(self, term: Term) -> str:
        """A name of a term that stays when blank nodes are numbered anew."""
        if not isinstance(term, BlankNode):
            return str(term)
        owner, steps = self._owner(term)
        return " ".join([str(owner) if isinstance(owner, NamedNode) else "[]", *map(str, steps)])

    def _owner(self, term: Term) -> tuple[Term, list[NamedNode]]:
        steps: list[NamedNode] = []
        owner = term
        for node, predicate in self._up(term):
            owner = node
            steps.insert(0, predicate)
        return owner, steps

    def label(self, term: Term) -> Text:
        """Labels of a term, or of the owner of a blank node; empty when it has none."""
        owner, _ = self._owner(term)
        found: dict[str, str] = {}
        for wanted in _LABELS:
            for place in self._subjects.get(owner, ()):
                triple = self._triple(place)
                if triple.predicate == wanted and isinstance(triple.object, Literal):
                    found.setdefault(
                        (triple.object.language or "").split("-")[0], triple.object.value
                    )
        any_label = next(iter(found.values()), "")
        english = found.get("en", found.get("", any_label))
        return Text(english, found.get("nl", found.get("", any_label)))
