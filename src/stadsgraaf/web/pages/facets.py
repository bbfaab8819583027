"""Facets of a class: properties with few values, counted, combined by a link.

A choice is one parameter ``where``: a property and a value in N-Triples notation,
https://www.w3.org/TR/n-triples/
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse
from starlette.datastructures import QueryParams

from stadsgraaf.errors import InvalidParameter, Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.standing import MOST_VALUES, facet_values
from stadsgraaf.web.asking import Row, Term, term_iri
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.thing import TYPE

__all__ = ["Choice", "Facet", "Facets"]

#: A class with more things than this has no facets: counting would take too long.
_LARGEST_CLASS = 20_000
#: Of more things than this that were chosen, values are not counted while somebody waits.
_MOST_COUNTED = 2_000
_MOST_FACETS = 6
#: Values that a facet shows at once, and with the rest unfolded.
_FIRST_VALUES = 8
_MOST_CHOICES = 8

_PROPERTIES = (
    "SELECT ?p (COUNT(DISTINCT ?v) AS ?values) (COUNT(DISTINCT ?s) AS ?things) WHERE {{"
    " ?s a {target} ; ?p ?v . FILTER(isIRI(?v)) }} GROUP BY ?p"
)
_CHOSEN = (
    "SELECT (COUNT(*) AS ?n) WHERE {{ SELECT DISTINCT ?s WHERE {{ {pattern} }} LIMIT {limit} }}"
)
_NEVER = frozenset(
    (
        TYPE,
        PREFIXES["owl"] + "sameAs",
        PREFIXES["skos"] + "inScheme",
        PREFIXES["prov"] + "wasGeneratedBy",
    )
)


@dataclass(frozen=True)
class Choice:
    """A property that must have a value."""

    predicate: NamedNode
    value: Term

    @classmethod
    def read(cls, text: str) -> "Choice":
        """The choice of a parameter. Raises InvalidParameter when it is none."""
        try:
            quads = list(parse(f"<x:s> {text} .", RdfFormat.N_TRIPLES))
        except (SyntaxError, ValueError):
            quads = []
        if len(quads) == 1 and isinstance(quads[0].object, NamedNode | Literal):
            return cls(quads[0].predicate, quads[0].object)
        reason = Text(
            "it is not a property and a value in N-Triples",
            "het is geen eigenschap met een waarde in N-Triples",
        )
        raise InvalidParameter(name="where", reason=reason)

    def __str__(self) -> str:
        """As it stands in the parameter."""
        return f"{self.predicate} {self.value}"


@dataclass(frozen=True)
class FacetValue:
    """One value of a facet: how many things have it, if it was counted; the link that chooses or drops it."""

    label: str
    count: int | None
    href: str
    chosen: bool


@dataclass(frozen=True)
class Facet:
    """One property with its values; ``sparql`` is the question that counted them."""

    label: str
    values: tuple[FacetValue, ...]
    sparql: str

    @property
    def first(self) -> tuple[FacetValue, ...]:
        """Those that are seen at once: the most frequent, and what was chosen."""
        return tuple(
            value for at, value in enumerate(self.values) if at < _FIRST_VALUES or value.chosen
        )

    @property
    def rest(self) -> tuple[FacetValue, ...]:
        """Those that are unfolded."""
        return tuple(value for value in self.values if value not in self.first)


@dataclass
class Facets:
    """What can be chosen among the things of a class, and what has been.

    It ``is_cut`` where so many are chosen, or in such a way, that their values are not counted;
    there ``is_more`` than what was read of the things, unless their number is ``known``.
    """

    view: View
    target: str
    chosen: tuple[Choice, ...]
    path: str
    extra: str = ""
    keep: Mapping[str, str] = field(default_factory=dict)
    facets: list[Facet] = field(default_factory=list)
    is_cut: bool = False
    is_more: bool = False
    known: int | None = None

    @classmethod
    async def read(
        cls,
        view: View,
        target: str,
        parameters: QueryParams,
        *,
        path: str = "/browse",
        properties: Sequence[str] = (),
        extra: str = "",
        keep: Mapping[str, str] | None = None,
    ) -> "Facets":
        """The facets of a class under the choices of a request.

        ``properties`` fixes which there are; ``extra`` is a further pattern about ``?s``, and
        ``keep`` the parameters that stand for it in every link.
        """
        given = dict.fromkeys(parameters.getlist("where"))
        chosen = tuple(Choice.read(text) for text in list(given)[:_MOST_CHOICES])
        facets = cls(view, target, chosen, path, extra, keep or {})
        facets.is_cut = await facets._are_many(properties)
        if properties:
            for predicate in properties:
                await facets._add(predicate, await facets._standing(predicate))
        else:
            for predicate in await facets._properties():
                await facets._add(predicate, None)
        return facets

    @property
    def pattern(self) -> str:
        """The graph pattern of the things, their variable ``?s``.

        It starts from what the fewest things have, and not from the class.
        """
        hubs = self.view.site.release.labels.hubs
        rarest = sorted(self.chosen, key=lambda choice: hubs.get(choice.value.value, 0))
        lines = [f"?s {each} ." for each in rarest] + [f"?s a {NamedNode(self.target)} ."]
        first = self.extra or lines.pop(0)
        return f"{first}\n  FILTER EXISTS {{ {' '.join(lines)} }}" if lines else first

    @property
    def sparql(self) -> str:
        """The same question, for the workbench."""
        return f"SELECT ?s\nWHERE {{\n  {self.pattern}\n}}\nORDER BY ?s"

    def link(self, chosen: Sequence[Choice] | None = None, page: int | None = None) -> str:
        """The page with other choices, or further on."""
        wanted = self.chosen if chosen is None else chosen
        more = {"where": [str(choice) for choice in wanted] or None, "page": page, **self.keep}
        if self.path == "/browse":
            return self.view.urls.browse(self.target, **more)
        return self.view.urls.page(self.path, **more)

    async def things(
        self, limit: int, offset: int, *, by_label: bool = True
    ) -> tuple[list[str], int]:
        """One page of the things, by label or by IRI, and how many there are in all."""
        is_all, index = not (self.chosen or self.extra), self.view.site.release.labels
        if is_all and self._count == index.kinds.get(self.target):
            if self._is_large or not by_label:
                return index.iris_of_kind(self.target, limit, offset), self._count
            hits = index.of_kind(self.target, self.view.language, limit, offset)
            return [hit.iri for hit in hits], self._count
        if self.is_cut and not self.extra:
            return await self._some(limit, offset)
        found = await self._found(_LARGEST_CLASS)
        labels = self.view.labels(found) if by_label else {}
        found.sort(key=lambda iri: (labels.get(iri, "").casefold(), iri))
        self.is_more = len(found) == _LARGEST_CLASS and not is_all
        return found[offset : offset + limit], self._count if is_all and self._is_large else len(
            found
        )

    async def _some(self, limit: int, offset: int) -> tuple[list[str], int]:
        """One page of very many, as the store has them: to sort them all would take too long."""
        reached = min(offset + limit, _LARGEST_CLASS) - offset
        found = await self._found(reached, offset) if reached > 0 else []
        self.is_more = self.known is None
        return found, _MOST_COUNTED if self.known is None else self.known

    def reached(self, total: int) -> int:
        """How many of so many things can be leafed through."""
        return min(total, _LARGEST_CLASS) if self.is_cut else total

    async def _found(self, limit: int, offset: int = 0) -> list[str]:
        rows = await self.view.site.asker.rows(
            f"SELECT DISTINCT ?s WHERE {{ {self.pattern} FILTER(isIRI(?s)) }} LIMIT {limit}"
            + (f" OFFSET {offset}" if offset else "")
        )
        return [row["s"].value for row in rows]

    @property
    def _count(self) -> int:
        """How many things of the class the release counted."""
        return self.view.site.counted("classes", self.target)

    @property
    def _is_large(self) -> bool:
        return self._count > _LARGEST_CLASS

    async def _properties(self) -> list[str]:
        """Properties worth choosing by; none where counting would take too long."""
        site = self.view.site
        if self._is_large:
            return []
        if self._count:
            return await site.once(_properties, self.target)
        return await _properties(site, self.target)

    async def _are_many(self, properties: Sequence[str]) -> bool:
        """Whether more things are chosen than are counted while somebody waits, or in a way that takes long."""
        if self.extra:
            return self._is_large
        if not self.chosen or self._count <= _MOST_COUNTED:
            return False
        self.known = await self._known(properties)
        if self.known is not None:
            return self.known > _MOST_COUNTED
        query = _CHOSEN.format(pattern=self.pattern, limit=_MOST_COUNTED + 1)
        (row,) = await self.view.site.asker.rows(query)
        return _integer(row["n"]) > _MOST_COUNTED

    async def _known(self, properties: Sequence[str]) -> int | None:
        """How many have the one value that was chosen, if it is one of those that all were counted by."""
        predicate = self.chosen[0].predicate.value
        if len(self.chosen) > 1 or predicate not in properties:
            return None
        rows = await self.view.site.rows(self._of_all(predicate))
        return next((_integer(r["n"]) for r in rows if r["v"] == self.chosen[0].value), None)

    def _of_all(self, predicate: str) -> str:
        """The question which values all things of the class have."""
        return facet_values(replace(self, chosen=(), extra="").pattern, predicate)

    async def _standing(self, predicate: str) -> Sequence[Row] | None:
        """The values of all things of the class, where those of the chosen are not to be counted."""
        if self.is_cut or not (self.chosen or self.extra):
            return await self.view.site.rows(self._of_all(predicate))
        return None

    async def _add(self, predicate: str, known: Sequence[Row] | None) -> None:
        query = facet_values(self.pattern, predicate)
        rows = await self.view.site.asker.rows(query) if known is None else known
        labels = self.view.labels(row["v"].value for row in rows)
        values = tuple(
            self._value(Choice(NamedNode(predicate), row["v"]), labels, _integer(row["n"]))
            for row in rows
            if term_iri(row["v"])
        )
        if values:
            self.facets.append(Facet(self.view.term(predicate), values, query))

    def _value(self, choice: Choice, labels: Mapping[str, str], count: int) -> FacetValue:
        is_chosen = choice in self.chosen
        others = tuple(each for each in self.chosen if each != choice)
        return FacetValue(
            label=labels[choice.value.value],
            count=None if self.is_cut else count,
            href=self.link(others if is_chosen else (*self.chosen, choice)),
            chosen=is_chosen,
        )

    @property
    def chosen_labels(self) -> list[tuple[str, str, str]]:
        """What was chosen: property, value, and the link that drops it."""
        found = []
        for choice in self.chosen:
            others = tuple(each for each in self.chosen if each != choice)
            iri = term_iri(choice.value)
            value = self.view.label(iri) if iri else choice.value.value
            found.append((self.view.term(choice.predicate.value), value, self.link(others)))
        return found


def _integer(term: Term) -> int:
    if isinstance(term, BlankNode):
        return 0
    return int(term.value)


async def _properties(site: Site, target: str) -> list[str]:
    """Properties of a class that have several values, but not a value for each thing."""
    found = []
    for row in await site.asker.rows(_PROPERTIES.format(target=NamedNode(target))):
        values, things = _integer(row["values"]), _integer(row["things"])
        predicate = row["p"].value
        if predicate not in _NEVER and 1 < values <= min(MOST_VALUES, max(things // 2, 2)):
            found.append((-things, predicate))
    return [predicate for _, predicate in sorted(found)[:_MOST_FACETS]]
