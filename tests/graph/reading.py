"""A claim as it stands in the files."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from pyoxigraph import Literal, NamedNode, Triple

SG = "https://w3id.org/stadsgraaf/def/ont/"
OA = "http://www.w3.org/ns/oa#"
IDENTIFIER = "http://purl.org/dc/terms/identifier"

Properties = Mapping[str, AbstractSet[object]]
Described = Mapping[object, Properties]


@dataclass(frozen=True)
class ClaimRead:
    """A claim with what is said of it, and the place in the article that it points at, if any."""

    identifier: str
    properties: Properties
    source: object = None
    start: int = -1
    end: int = -1

    def concepts(self, name: str) -> set[str]:
        """The concepts that a property of ours names, by the last part of their IRI."""
        terms = self.properties.get(SG + name, ())
        return {term.value.rpartition("/")[2] for term in terms if isinstance(term, NamedNode)}

    @property
    def triple(self) -> Triple:
        """Subject, predicate and object as one triple, stated or not."""
        names = ("claimSubject", "claimPredicate", "claimObject")
        (subject,), (predicate,), (object_,) = (self.properties[SG + name] for name in names)
        return Triple(subject, predicate, object_)


def read_claim(said: Properties, described: Described) -> ClaimRead:
    (identifier,) = said[IDENTIFIER]
    assert isinstance(identifier, Literal)
    targets = said.get(OA + "hasTarget", set())
    if not targets:
        return ClaimRead(identifier.value, said)
    (target,) = targets
    (source,) = described[target][OA + "hasSource"]
    (selector,) = described[target][OA + "hasSelector"]
    (start,), (end,) = (described[selector][OA + name] for name in ("start", "end"))
    return ClaimRead(identifier.value, said, source, int(start.value), int(end.value))
