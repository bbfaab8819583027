"""Values as a page shows them: a detail with what is said of it, a list item by item, in place."""

from dataclasses import replace
from typing import Final

from pyoxigraph import BlankNode, NamedNode

from stadsgraaf.namespaces import well_known
from stadsgraaf.naming import LABELS
from stadsgraaf.web.asking import Term, term_iri
from stadsgraaf.web.details import ORIGINS
from stadsgraaf.web.portrait.subject import FEW_VALUES, Subject
from stadsgraaf.web.thing import TYPE
from stadsgraaf.web.values import Fact, Value, show

__all__ = ["Nested"]

_FIRST, _REST, _NIL = well_known("rdf:first rdf:rest rdf:nil")
#: People do not read deeper.
_DEEPEST: Final = 5


class Nested:
    """Reads the values of a thing."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject

    def value(self, term: Term, depth: int = 0) -> Value:
        """A term as the page shows it."""
        if (
            isinstance(term, BlankNode | NamedNode)
            and term.value in self.subject.thing.parts
            and depth < _DEEPEST
        ):
            value = self._parts(term, depth)
            if value is not None:
                return value
        iri = term_iri(term)
        if iri == _NIL:
            return Value("text", str(self.subject.view.t("empty_list")))
        return show(self.subject.view, term, self.subject.labels.get(iri) if iri else None)

    def _parts(self, term: BlankNode | NamedNode, depth: int) -> Value | None:
        """A detail with what is said of it, in place; None when there is nothing to add."""
        if (items := self._items(term)) is not None:
            shown = tuple(self.value(item, depth + 1) for item in items[:FEW_VALUES])
            return Value("list", "", items=shown, cut=len(items) > FEW_VALUES)
        pairs = self.subject.thing.parts[term.value]
        values: dict[str, list[Value]] = {}
        for predicate, value in sorted(pairs, key=lambda pair: self.subject.name(pair[0])):
            if predicate not in (TYPE, *LABELS, *ORIGINS):
                values.setdefault(predicate, []).append(self.value(value, depth + 1))
        facts = tuple(
            Fact(self.subject.view.term(p), tuple(found), iri=p) for p, found in values.items()
        )
        if isinstance(term, NamedNode):
            text, href = self.subject.name(term.value), self.subject.view.urls.of(term.value)
        else:
            names = [value for predicate, value in pairs if predicate in LABELS]
            text, href = (
                (show(self.subject.view, self.subject.read_first(names)[0]).text if names else ""),
                None,
            )
        if not facts:
            return Value("text", text) if text and href is None else None
        only = facts[0].values[0]
        is_only = len(facts) == 1 and len(facts[0].values) == 1
        if is_only and (href or not text) and only.is_literal:
            return replace(only, iri=term.value)
        return Value("parts", text, href, parts=facts)

    def _items(self, term: Term) -> list[Term] | None:
        """The items of an RDF list; None when it is none."""
        found: list[Term] = []
        seen: set[str] = set()
        while term.value != _NIL and term.value not in seen:
            seen.add(term.value)
            pairs = dict(self.subject.thing.parts.get(term.value, ()))
            if _FIRST not in pairs:
                return None
            found.append(pairs[_FIRST])
            term = pairs.get(_REST, NamedNode(_NIL))
        return found or None
