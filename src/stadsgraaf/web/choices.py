"""What shapes ask for in one way or another: alternatives, of which a thing has at least one.

``sh:or`` and ``sh:xone``: https://www.w3.org/TR/shacl/#core-components-logical;
``sh:alternativePath``: https://www.w3.org/TR/shacl/#property-path-alternative.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from pyoxigraph import Literal

from stadsgraaf.namespaces import prologue
from stadsgraaf.web.asking import Asker, Term, term_iri

__all__ = ["SHAPES_OF", "Choice", "read_choices"]

#: Node shapes with the class that they are for, and what they take over from other shapes.
SHAPES_OF: Final = """{ ?node sh:targetClass ?class }
  UNION
  { ?node a sh:NodeShape , ?meta . VALUES ?meta { rdfs:Class owl:Class } BIND(?node AS ?class) }
  ?node (sh:node|sh:and/rdf:rest*/rdf:first)*"""
#: One evaluation per kind of choice: an engine that joins the shapes with a union of both looks
#: for the parts of every node there is.
_QUERY: Final = (
    prologue("sh", "rdf", "rdfs", "owl")
    + "SELECT DISTINCT ?class ?choice ?branch ?path ?name\nWHERE {\n  {\n  "
    + SHAPES_OF
    + """ ?shape .
    ?shape sh:or|sh:xone ?choice . ?choice rdf:rest*/rdf:first ?branch .
    OPTIONAL {
      ?branch (sh:node|sh:and/rdf:rest*/rdf:first)*/sh:property? ?part .
      ?part sh:path ?path ; sh:minCount|sh:qualifiedMinCount ?least . FILTER(?least >= 1)
      OPTIONAL { ?part sh:name ?name }
    }
  }
  UNION
  {
  """
    + SHAPES_OF
    + """ ?shape .
    ?shape sh:property ?part . ?part sh:path/sh:alternativePath ?choice ; sh:minCount ?least .
    FILTER(?least >= 1) FILTER NOT EXISTS { ?part sh:deactivated true }
    ?choice rdf:rest*/rdf:first ?path . BIND(?path AS ?branch)
  }
  FILTER NOT EXISTS { ?shape sh:deactivated true }
}"""
)


@dataclass(frozen=True)
class Choice:
    """Alternatives: each the IRIs of its properties, with their ``sh:name`` by language."""

    branches: tuple[Mapping[str, Mapping[str, str]], ...]

    def is_open(self, known: Collection[str]) -> bool:
        """Whether a thing with these properties has none of the alternatives.

        >>> Choice(({"p": {}}, {"q": {}, "r": {}})).is_open({"q"})
        True
        """
        return not any(all(path in known for path in branch) for branch in self.branches)


async def read_choices(asker: Asker) -> Mapping[str, tuple[Choice, ...]]:
    """The choices of a dataset's shapes, by class.

    A choice with an alternative that asks for nothing is always met, and of one that asks for more
    than a property of the thing itself nothing is known here; both are left out.
    """
    found: defaultdict[tuple[str, Term], dict[Term, dict[Term, dict[str, str]]]]
    found = defaultdict(dict)
    for row in await asker.rows(_QUERY):
        if target := term_iri(row.get("class")):
            branch = found[target, row["choice"]].setdefault(row["branch"], {})
            if path := row.get("path"):
                names = branch.setdefault(path, {})
                if isinstance(name := row.get("name"), Literal):
                    names.setdefault((name.language or "").split("-")[0], name.value)
    by_class: defaultdict[str, list[Choice]] = defaultdict(list)
    for (target, _), branches in found.items():
        read = tuple(
            {iri: names for path, names in parts.items() if (iri := term_iri(path))}
            for parts in branches.values()
        )
        if all(read) and all(map(_is_simple, branches.values())):
            by_class[target].append(Choice(read))
    return {target: tuple(choices) for target, choices in by_class.items()}


def _is_simple(parts: Mapping[Term, object]) -> bool:
    return all(term_iri(path) for path in parts)
