"""The neighbours of a thing, by the relation that leads there; details are looked through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import term_iri
from stadsgraaf.web.claims import CLAIM
from stadsgraaf.web.details import ORIGINS
from stadsgraaf.web.diagram import MOST_NODES, Branch, Diagram, Node, diagram
from stadsgraaf.web.kinds import Taxonomy
from stadsgraaf.web.site import View
from stadsgraaf.web.thing import TYPE, Thing

__all__ = ["neighbourhood"]

#: Rules about a class are not around it.
_RULES: Final = PREFIXES["sh"]
#: Fewer neighbours than this are better read than drawn.
_FEWEST = 3
#: What a detail is not between: a membership is of a person in an organisation, not of the role.
_NO_ENDS: Final = ("concept", "term", "data")


def neighbourhood(
    view: View, thing: Thing, taxonomy: Taxonomy, labels: Mapping[str, str], hidden: set[str]
) -> Diagram | None:
    """What is around a thing, drawn; None when that is hardly anything."""
    reader = _Reader(view, thing, taxonomy, labels)
    right = [
        reader.branch(view.term(predicate), found)
        for predicate, found in reader.outgoing(hidden).items()
    ]
    left = [
        *(
            reader.branch(view.term(item.predicate), found, item.count - len(item.subjects))
            for item in thing.inverse
            if not item.predicate.startswith(_RULES)
            and (found := [iri for iri in item.subjects if reader.is_told(iri)])
        ),
        *(reader.branch(relation, found) for relation, found in reader.through_details().items()),
    ]
    if sum(len(branch.nodes) for branch in (*left, *right)) < _FEWEST:
        return None
    if not left and len(right) > 1:  # nothing points here: use the room
        half = (len(right) + 1) // 2
        return diagram(right[half:], right[:half])
    return diagram(left, right)


@dataclass(frozen=True)
class _Reader:
    view: View
    thing: Thing
    taxonomy: Taxonomy
    labels: Mapping[str, str]
    _told: dict[str | None, bool] = field(default_factory=dict)

    def is_told(self, iri: str) -> bool:
        """Whether a neighbour stands for itself: claims and details are elsewhere on the page."""
        kind = self.view.site.kind(iri)
        if kind not in self._told:
            is_apart = kind is None or kind == CLAIM or self.taxonomy.is_detail([kind])
            self._told[kind] = not is_apart
        return self._told[kind]

    def outgoing(self, hidden: set[str]) -> dict[str, list[str]]:
        found: dict[str, list[str]] = {}
        for statement in self.thing.statements:
            iri = term_iri(statement.value)
            if iri and statement.predicate not in {TYPE, *hidden} and self.is_told(iri):
                found.setdefault(statement.predicate, []).append(iri)
        return found

    def through_details(self) -> dict[str, list[str]]:
        """The other ends of memberships and the like, by the kind of these."""
        found: dict[str, dict[str, None]] = {}
        for item in self.thing.inverse:
            for iri in item.subjects:
                kind = self.view.site.kind(iri)
                for predicate, value in self.thing.parts.get(iri, ()) if kind else ():
                    end = term_iri(value) if predicate not in ORIGINS else None
                    if end and end != self.thing.iri and self._is_end(end):
                        found.setdefault(self.view.term(kind or ""), {})[end] = None
        return {relation: list(ends) for relation, ends in found.items()}

    def _is_end(self, iri: str) -> bool:
        kind = self.view.site.kind(iri)
        return kind is not None and self.is_told(iri) and self.taxonomy.sort([kind]) not in _NO_ENDS

    def branch(self, relation: str, iris: Sequence[str], beyond: int = 0) -> Branch:
        ordered = sorted(iris, key=lambda iri: self._label(iri).casefold())
        shown = [self._node(iri) for iri in ordered[:MOST_NODES]]
        return Branch(relation, shown, len(iris) - len(shown) + max(beyond, 0))

    def _label(self, iri: str) -> str:
        return self.labels.get(iri) or self.view.label(iri)

    def _node(self, iri: str) -> Node:
        kind = self.view.site.kind(iri)
        sort = self.taxonomy.sort([kind] if kind else [])
        return Node(self._label(iri), self.view.link(iri), sort)
