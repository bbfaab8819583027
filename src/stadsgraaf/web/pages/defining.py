"""What the page of a term has besides its facts: concepts, properties, and examples from the data."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import NamedNode

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import iris
from stadsgraaf.web.shapes import Shapes
from stadsgraaf.web.site import View
from stadsgraaf.web.tree import Node
from stadsgraaf.web.values import Value, show

__all__ = ["Usage", "concepts_of", "definitions_of", "examples_of", "usage_of"]

#: Of larger schemes the tree has names only.
_DEFINED: Final = 80
_DEFINITION: Final = PREFIXES["skos"] + "definition"
_EXAMPLES: Final = 5
_USES: Final = (
    "SELECT ?s ?o WHERE {{ ?s {property} ?o . FILTER(isIRI(?s) && !isBlank(?o)) }} LIMIT {most}"
)


def concepts_of(tree: Iterable[Node]) -> list[str]:
    """IRIs of the concepts of a tree, each above those below it."""
    return [iri for node in tree for iri in (node.iri, *concepts_of(node.children))]


async def definitions_of(view: View, tree: Sequence[Node]) -> Mapping[str, str]:
    """What the concepts of a small scheme mean."""
    found: defaultdict[str, str] = defaultdict(str)
    concepts = concepts_of(tree)
    if 0 < len(concepts) <= _DEFINED:
        query = (
            f"SELECT ?c ?text WHERE {{ VALUES ?c {{ {iris(concepts)} }} ?c <{_DEFINITION}> ?text }}"
        )
        for row in await view.site.asker.rows(query):
            if getattr(row["text"], "language", None) in (view.language, None):
                found[row["c"].value] = row["text"].value
    return found


@dataclass(frozen=True)
class Usage:
    """A property that things of a class have."""

    label: str
    short: str
    href: str | None
    needed: bool
    uses: int


def usage_of(view: View, target: str, shapes: Shapes) -> list[Usage]:
    """Properties of the things of a class, as counted and as its shapes say."""
    classes = view.site.release.statistics["classes"]
    counted = next((each["properties"] for each in classes if each["iri"] == target), ())
    expected = shapes.of([target])
    uses = {each["iri"]: each["count"] for each in counted}
    listed = sorted(
        {*uses, *(iri for iri, each in expected.items() if each.is_for_reading)},
        key=lambda iri: (
            expected[iri].position if iri in expected else (1e9, 1e9),
            -uses.get(iri, 0),
            iri,
        ),
    )
    return [
        Usage(
            label=(iri in expected and expected[iri].name(view.language)) or view.term(iri),
            short=view.short(iri).strip("<>"),
            href=view.link(iri),
            needed=iri in expected and expected[iri].needed,
            uses=uses.get(iri, 0),
        )
        for iri in listed
    ]


async def examples_of(view: View, term: str) -> list[tuple[Value, ...]]:
    """Some things of a class, some subjects and objects of a property."""
    if hits := view.site.release.labels.of_kind(term, view.language, _EXAMPLES):
        return [(show(view, NamedNode(hit.iri)),) for hit in hits]
    if not view.site.counted("properties", term):
        return []
    query = _USES.format(property=NamedNode(term), most=_EXAMPLES)
    rows = await view.site.asker.rows(query)
    return [(show(view, row["s"]), show(view, row["o"])) for row in rows]
