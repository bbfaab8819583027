"""How shapes order, group and name the properties of a class, and which they expect.

SHACL, non-validating property shape characteristics: https://www.w3.org/TR/shacl/#nonValidation
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal

from stadsgraaf.errors import Language
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.web.asking import Asker, Row, term_iri
from stadsgraaf.web.choices import SHAPES_OF, Choice, read_choices
from stadsgraaf.web.site import Site

__all__ = ["Expectation", "Shapes", "shapes_of"]

_LAST = 1e9

_QUERY = f"""
PREFIX sh: <{PREFIXES["sh"]}>
PREFIX rdf: <{PREFIXES["rdf"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX owl: <{PREFIXES["owl"]}>
SELECT ?class ?shape ?path ?inverse ?order ?group ?groupOrder ?min ?some ?max ?name
WHERE {{
  {SHAPES_OF}/sh:property ?shape .
  {{ ?shape sh:path ?path . FILTER(isIRI(?path)) }}
  UNION
  {{ ?shape sh:path/sh:inversePath ?inverse . FILTER(isIRI(?inverse)) }}
  FILTER NOT EXISTS {{ ?shape sh:deactivated true }}
  OPTIONAL {{ ?shape sh:order ?order }}
  OPTIONAL {{ ?shape sh:group ?group OPTIONAL {{ ?group sh:order ?groupOrder }} }}
  OPTIONAL {{ ?shape sh:minCount ?min }}
  OPTIONAL {{ ?shape sh:qualifiedMinCount ?some }}
  OPTIONAL {{ ?shape sh:maxCount ?max }}
  OPTIONAL {{ ?shape sh:name ?name }}
}}
"""


@dataclass
class Expectation:
    """What a property shape says of a property: its place on the page and whether it is needed."""

    path: str
    inverse: bool = False
    order: float = _LAST
    group: str | None = None
    group_order: float = _LAST
    needed: bool = False
    forbidden: bool = False
    names: dict[str, str] = field(default_factory=dict)

    def name(self, language: Language) -> str | None:
        """``sh:name`` in a language, else in any."""
        return self.names.get(language) or next(iter(self.names.values()), None)

    @property
    def position(self) -> tuple[float, float]:
        """Sorts by group, then by order."""
        return self.group_order, self.order

    @property
    def is_for_reading(self) -> bool:
        """Whether the shape says how to show the property, not only how to check it."""
        return self.order < _LAST or self.group is not None

    def add(self, other: "Expectation") -> None:
        """Take over what another shape of the same property says and this one does not."""
        if other.is_for_reading and not self.is_for_reading:
            self.order, self.names = other.order, other.names
        if other.group is not None and self.group is None:
            self.group, self.group_order = other.group, other.group_order
        self.needed = self.needed or other.needed
        self.forbidden = self.forbidden or other.forbidden


@dataclass(frozen=True)
class Shapes:
    """Expectations and choices by class."""

    by_class: Mapping[str, tuple[Expectation, ...]] = field(default_factory=dict)
    choices: Mapping[str, tuple[Choice, ...]] = field(default_factory=dict)

    @classmethod
    async def read(cls, asker: Asker) -> "Shapes":
        """The shapes of a dataset."""
        found: dict[tuple[str, str], Expectation] = {}
        for row in await asker.rows(_QUERY):
            target = term_iri(row.get("class"))
            if target:
                _merge(found.setdefault((target, str(row["shape"])), _expectation(row)), row)
        by_class: defaultdict[str, list[Expectation]] = defaultdict(list)
        for (target, _), expectation in sorted(found.items(), key=lambda item: item[0]):
            by_class[target].append(expectation)
        expected = {target: tuple(listed) for target, listed in by_class.items()}
        return cls(expected, await read_choices(asker))

    def of(self, classes: Iterable[str], *, inverse: bool = False) -> dict[str, Expectation]:
        """Expectations of a thing with these classes, by property."""
        found: dict[str, Expectation] = {}
        for target in classes:
            for expectation in self.by_class.get(target, ()):
                if expectation.inverse != inverse:
                    continue
                known = found.setdefault(
                    expectation.path, Expectation(expectation.path, inverse=inverse)
                )
                known.add(expectation)
                if not known.names:
                    known.names = expectation.names
        return found

    def choices_of(self, classes: Iterable[str]) -> list[Choice]:
        """Choices of a thing with these classes."""
        return [choice for target in classes for choice in self.choices.get(target, ())]


async def shapes_of(site: Site) -> Shapes:
    """The shapes of what is served, read once."""
    return await site.once(_read)


async def _read(site: Site) -> Shapes:
    return await Shapes.read(site.asker)


def _number(row: Row, name: str) -> float | None:
    term = row.get(name)
    try:
        return float(term.value) if isinstance(term, Literal) else None
    except ValueError:
        return None


def _expectation(row: Row) -> Expectation:
    path = term_iri(row.get("path"))
    order, group_order = _number(row, "order"), _number(row, "groupOrder")
    return Expectation(
        path=path or term_iri(row.get("inverse")) or "",
        inverse=path is None,
        order=_LAST if order is None else order,
        group=term_iri(row.get("group")),
        group_order=_LAST if group_order is None else group_order,
        needed=max(_number(row, "min") or 0, _number(row, "some") or 0) >= 1,
        forbidden=_number(row, "max") == 0,
    )


def _merge(expectation: Expectation, row: Row) -> None:
    name = row.get("name")
    if isinstance(name, Literal):
        expectation.names.setdefault((name.language or "").split("-")[0], name.value)
