"""The concepts of a scheme as a tree.

SKOS, hierarchical relations: https://www.w3.org/TR/skos-reference/#semantic-relations

>>> roots = grow({"urn:a": [], "urn:b": ["urn:a"]})
>>> [(node.iri, [child.iri for child in node.children]) for node in roots]
[('urn:a', ['urn:b'])]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import Asker, iris, term_iri

__all__ = ["SCHEME", "Node", "grow", "read_tree", "size"]

SCHEME: Final = PREFIXES["skos"] + "ConceptScheme"
_DEEPEST = 12
_QUERY = (
    f"PREFIX skos: <{PREFIXES['skos']}>\n"
    "SELECT ?concept ?above WHERE {{\n"
    "  {{ ?concept skos:inScheme {scheme} }} UNION {{ ?concept skos:topConceptOf {scheme} }}\n"
    "  UNION {{ {scheme} skos:hasTopConcept ?concept }}\n"
    "  OPTIONAL {{ ?concept skos:broader|^skos:narrower ?above . }}\n"
    "}}"
)


@dataclass(frozen=True)
class Node:
    """A concept with those below it."""

    iri: str
    children: tuple["Node", ...] = ()


async def read_tree(asker: Asker, scheme: str) -> list[Node]:
    """The concepts of a scheme, the top ones first."""
    above: dict[str, list[str]] = {}
    for row in await asker.rows(_QUERY.format(scheme=iris([scheme]))):
        if concept := term_iri(row["concept"]):
            parents = above.setdefault(concept, [])
            if parent := term_iri(row.get("above")):
                parents.append(parent)
    return grow(above)


def grow(above: Mapping[str, Sequence[str]]) -> list[Node]:
    """A tree from the concepts that stand above each; who is above itself becomes a root."""
    below: dict[str, list[str]] = {}
    for concept, parents in above.items():
        for parent in set(parents) & set(above):
            below.setdefault(parent, []).append(concept)
    roots = [concept for concept, parents in above.items() if not set(parents) & set(above)]
    placed: set[str] = set()
    nodes = [_node(root, below, placed, 0) for root in roots]
    while missing := [concept for concept in above if concept not in placed]:
        nodes.append(_node(missing[0], below, placed, 0))
    return nodes


def _node(iri: str, below: Mapping[str, Sequence[str]], placed: set[str], depth: int) -> Node:
    placed.add(iri)
    if depth == _DEEPEST:
        return Node(iri)
    children = [child for child in below.get(iri, ()) if child not in placed]
    placed.update(children)
    return Node(iri, tuple(_node(child, below, placed, depth + 1) for child in children))


def size(nodes: Sequence[Node]) -> int:
    """How many concepts there are."""
    return sum(1 + size(node.children) for node in nodes)
