"""The page of a thing: what is known of it, put in order for people.

Order, grouping and names come from the dataset's shapes and vocabulary; the rest of the order is
alphabetical. See ``templates/thing.html`` for how it looks.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from typing import Final
from urllib.parse import urlsplit

from pyoxigraph import BlankNode, Literal, NamedNode

from stadsgraaf.errors import Language
from stadsgraaf.labels import LABELS
from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web import dates
from stadsgraaf.web.asking import Term, term_iri
from stadsgraaf.web.cards import Card, GraphInfo, Named, Source, Sources, cards
from stadsgraaf.web.claims import CLAIM, LINKS
from stadsgraaf.web.contests import Contest, contests
from stadsgraaf.web.details import ORIGINS, DetailTable, Tables
from stadsgraaf.web.diagram import Diagram
from stadsgraaf.web.kinds import Sort, Taxonomy
from stadsgraaf.web.neighbours import neighbourhood
from stadsgraaf.web.shapes import Expectation, Shapes
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.thing import TYPE, Inverse, Statement, Thing
from stadsgraaf.web.timeline import Moment, Timeline, gather, timeline
from stadsgraaf.web.tree import SCHEME
from stadsgraaf.web.values import Fact, Value, show

__all__ = ["Portrait", "graph_infos", "portray"]


def _terms(text: str) -> tuple[str, ...]:
    return tuple(
        PREFIXES[prefix] + name
        for prefix, _, name in (word.partition(":") for word in text.split())
    )


#: The same thing elsewhere, or nearly.
_SAME: Final = _terms(
    "owl:sameAs schema:sameAs skos:exactMatch skos:closeMatch skos:broadMatch skos:narrowMatch"
    " skos:relatedMatch"
)
#: What says in a sentence what the thing is; shown on top.
_SUMMARIES: Final = _terms("skos:definition dct:description rdfs:comment schema:description")
_CLAIM_PARTS: Final = frozenset(
    [
        SG + name
        for name in ("claimSubject", "claimPredicate", "claimObject", "modality", "polarity")
    ]
    + [
        SG + name
        for name in ("force", "holder", "speaker", "reporter", "date", "earliest", "latest")
    ]
    + [*LINKS, PREFIXES["oa"] + "hasTarget"]
)
_CLAIM_ROLES: Final = tuple(
    SG + name
    for name in ("claimSubject", "claimObject", "holder", "speaker", "reporter", "claimPredicate")
)
_FIRST, _REST, _NIL = _terms("rdf:first rdf:rest rdf:nil")
_TOP = PREFIXES["skos"] + "hasTopConcept"
_IN_SCHEME = _terms("skos:inScheme skos:topConceptOf")
#: When a description was made says nothing of the time of what it describes.
_CLERICAL = _terms("dct:created dct:modified dct:issued")
_TIMELESS = ("term", "concept", "data")
#: Nor does the time at which somebody wrote it down.
_MAKING = _terms("prov:wasGeneratedBy prov:wasAttributedTo")
_MOST_SHOWN = 12
#: A text of so many characters is read, not recognised as a name is.
_LONG = 60
_FEW_VALUES = 25
_FEW_LINKS = 12


@dataclass(frozen=True)
class Group:
    """Facts that belong together; ``label`` is None for those of no group."""

    label: str | None
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class Links:
    """Things that point here by one property."""

    relation: str
    relation_href: str | None
    things: tuple[tuple[Named, str | None], ...]
    count: int
    more_href: str | None


@dataclass(frozen=True)
class ClaimList:
    """Claims in which the thing has one role."""

    title: str
    count: int
    href: str
    cards: tuple[Card, ...]
    cut: bool


@dataclass(frozen=True)
class Portrait:
    """Everything that the page of a thing shows."""

    iri: str
    name: str
    other_name: str | None
    sort: Sort
    kinds: tuple[Named, ...]
    summary: Value | None
    groups: tuple[Group, ...]
    details: tuple[DetailTable, ...]
    timeline: Timeline | None
    claim_lists: tuple[ClaimList, ...]
    contests: tuple[Contest, ...]
    card: Card | None
    related: tuple[tuple[str, tuple[Card, ...]], ...]
    links: tuple[Links, ...]
    around: Diagram | None
    same: tuple[tuple[str, Named], ...]
    sources: tuple[Source, ...]
    single_source: Source | None
    gaps: tuple[str, ...]
    instances: int
    fact_count: int
    claim_count: int
    link_count: int
    thing: Thing


def portray(
    view: View,
    thing: Thing,
    taxonomy: Taxonomy,
    shapes: Shapes,
    graphs: Mapping[str, GraphInfo],
) -> Portrait:
    """The portrait of a thing in the view's language."""
    return _Painter(view, thing, taxonomy, shapes, graphs).paint()


class _Painter:
    """Puts a portrait together; one for each page."""

    def __init__(
        self,
        view: View,
        thing: Thing,
        taxonomy: Taxonomy,
        shapes: Shapes,
        graphs: Mapping[str, GraphInfo],
    ) -> None:
        self.view, self.thing, self.taxonomy, self.shapes = view, thing, taxonomy, shapes
        self.classes = sorted(taxonomy.all_of(thing.classes))
        self.expected = shapes.of(self.classes)
        self.labels = view.labels(self._mentioned())
        self.cards = cards(view, thing.claims.values())
        self.sources = Sources(view, self.cards, graphs)
        self.fact_graphs = set(view.site.release.manifest.graphs_with("facts"))
        self.supporting = self._all_support()
        self.single = self._single_source()
        self.sort = taxonomy.sort(thing.classes)

    def paint(self) -> Portrait:
        """The whole portrait, in the order in which the page shows it."""
        view, thing = self.view, self.thing
        is_claim = CLAIM in thing.classes
        groups, summary = self._groups(is_claim=is_claim), self._summary()
        details = Tables(
            view, thing, self.taxonomy, self.shapes, self.labels, self.cards, self.sources
        ).read()
        line = self._timeline()
        lists = self._claim_lists()
        links = self._links()
        same = self._same()
        return Portrait(
            iri=thing.iri,
            name=self._own_name,
            other_name=view.site.release.labels.other_label(thing.iri, view.language),
            sort=self.sort,
            kinds=self._kinds(),
            summary=summary,
            groups=groups,
            details=details,
            timeline=line,
            claim_lists=lists,
            contests=self._contests(lists),
            card=self.cards.get(thing.iri),
            related=self._related() if is_claim else (),
            links=links,
            around=None
            if is_claim
            else neighbourhood(
                view, thing, self.taxonomy, self.labels, {*_SAME, *_IN_SCHEME, *ORIGINS}
            ),
            same=same,
            sources=tuple(self.sources),
            single_source=self.single,
            gaps=self._gaps(),
            instances=thing.instances,
            fact_count=sum(
                len(fact.values) + fact.more for group in groups for fact in group.facts
            ),
            claim_count=self._claim_count(lists),
            link_count=sum(link.count for link in links) + sum(t.count for t in details),
            thing=thing,
        )

    @cached_property
    def _own_name(self) -> str:
        """What the page is headed with: a thing without a label has the last part of its IRI."""
        return self.view.term(self.thing.iri)

    # --- names ----------------------------------------------------------------------------------

    def _mentioned(self) -> set[str]:
        thing = self.thing
        found = {thing.iri, *thing.classes}
        for statement in thing.statements:
            found.add(statement.predicate)
            found.update(_iris([statement.value]))
        for inverse in thing.inverse:
            found.update((inverse.predicate, *inverse.subjects))
        for iri, pairs in thing.parts.items():
            found.add(iri)
            for predicate, value in pairs:
                found.update((predicate, *_iris([value])))
        found.update(dated.thing for dated in thing.dated)
        found.update(dated.predicate for dated in thing.dated if dated.predicate)
        found.update(e.group for e in self.expected.values() if e.group)
        return found

    def _name(self, iri: str) -> str:
        return self.labels.get(iri) or self.view.label(iri)

    def _named(self, iri: str) -> Named:
        return Named(self._name(iri), self.view.link(iri), iri)

    def _property(self, predicate: str, expected: Mapping[str, Expectation]) -> str:
        expectation = expected.get(predicate)
        return (expectation and expectation.name(self.view.language)) or self.view.term(predicate)

    def _kinds(self) -> tuple[Named, ...]:
        main = self.view.site.kind(self.thing.iri)
        ordered = sorted(self.thing.classes, key=lambda iri: (iri != main, self._name(iri)))
        return tuple(Named(self.view.term(iri), self.view.urls.browse(iri), iri) for iri in ordered)

    def _value(self, term: Term, depth: int = 0) -> Value:
        if isinstance(term, BlankNode | NamedNode) and term.value in self.thing.parts and depth < 5:  # noqa: PLR2004 – deeper than people read
            value = self._parts(term, depth)
            if value is not None:
                return value
        iri = term_iri(term)
        if iri == _NIL:
            return Value("text", str(self.view.t("empty_list")))
        return show(self.view, term, self.labels.get(iri) if iri else None)

    def _parts(self, term: BlankNode | NamedNode, depth: int) -> Value | None:
        """A detail with what is said of it, in place; None when there is nothing to add."""
        if (items := self._items(term)) is not None:
            shown = tuple(self._value(item, depth + 1) for item in items[:_FEW_VALUES])
            return Value("list", "", items=shown, cut=len(items) > _FEW_VALUES)
        pairs = self.thing.parts[term.value]
        values: dict[str, list[Value]] = {}
        for predicate, value in sorted(pairs, key=lambda pair: self._name(pair[0])):
            if predicate not in (TYPE, *LABELS, *ORIGINS):
                values.setdefault(predicate, []).append(self._value(value, depth + 1))
        facts = tuple(Fact(self.view.term(p), tuple(found), iri=p) for p, found in values.items())
        if isinstance(term, NamedNode):
            text, href = self._name(term.value), self.view.urls.of(term.value)
        else:
            names = [value for predicate, value in pairs if predicate in LABELS]
            text, href = (show(self.view, self._read_first(names)[0]).text if names else ""), None
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
            pairs = dict(self.thing.parts.get(term.value, ()))
            if _FIRST not in pairs:
                return None
            found.append(pairs[_FIRST])
            term = pairs.get(_REST, NamedNode(_NIL))
        return found or None

    # --- sources --------------------------------------------------------------------------------

    def _support(self, statement: Statement) -> list[str]:
        """Asserted claims that say what a triple says."""
        return self.supporting.get((statement.predicate, statement.value), [])

    def _all_support(self) -> dict[tuple[str, Term], list[str]]:
        found: dict[tuple[str, Term], list[str]] = {}
        for claim in self.thing.claims.values():
            predicates, values = claim.things("claimPredicate"), claim.all("claimObject")
            if claim.is_asserted and self.thing.iri in claim.things("claimSubject"):
                for key in product(predicates, values):
                    found.setdefault(key, []).append(claim.iri)
        return found

    def _origins(self, statement: Statement) -> list[str]:
        """Claims that a fact rests on, else the graphs that it stands in."""
        if self.fact_graphs.intersection(statement.graphs):
            return self._support(statement) or list(statement.graphs)
        return list(statement.graphs)

    def _single_source(self) -> Source | None:
        """The one source of everything: then no value needs its number."""
        found = {
            origin
            for statement in self.thing.statements
            if statement.predicate != TYPE
            for origin in self._origins(statement)
        }
        if len(found) != 1 or any(iri in self.cards for iri in found):
            return None
        self.sources.number(next(iter(found)))
        return next(iter(self.sources))

    def _numbers(self, origins: Iterable[str]) -> tuple[int, ...]:
        return () if self.single else tuple(sorted({self.sources.number(iri) for iri in origins}))

    # --- facts ----------------------------------------------------------------------------------

    def _summary(self) -> Value | None:
        for predicate in _SUMMARIES:
            values = self.thing.values(predicate)
            if values:
                return self._value(self._read_first(values)[0])
        return None

    def _read_first(self, values: Sequence[Term]) -> list[Term]:
        """The values in the page's language first, then those of no language, then the rest."""

        def rank(term: Term) -> tuple[int, str]:
            language = (term.language or "") if isinstance(term, Literal) else ""
            return (0 if language == self.view.language else 1 if not language else 2), str(term)

        return sorted(values, key=rank)

    def _hidden(self, *, is_claim: bool) -> set[str]:
        hidden = {TYPE, *self._names_shown(), *_SAME}
        if SCHEME in self.thing.classes:
            hidden.add(_TOP)
        summaries = [p for p in _SUMMARIES if self.thing.values(p)]
        return hidden | set(summaries[:1]) | (_CLAIM_PARTS if is_claim else set())

    def _names_shown(self) -> set[str]:
        """Label properties of which every value is on top of the page."""
        labels = self.view.site.release.labels
        top = {
            self.view.label(self.thing.iri),
            labels.other_label(self.thing.iri, self.view.language),
        }
        return {
            predicate
            for predicate in LABELS
            if {value.value for value in self.thing.values(predicate)} <= top
        }

    def _groups(self, *, is_claim: bool) -> tuple[Group, ...]:
        hidden = self._hidden(is_claim=is_claim)
        by_predicate: dict[str, list[Statement]] = {}
        for statement in self.thing.statements:
            if statement.predicate not in hidden:
                by_predicate.setdefault(statement.predicate, []).append(statement)
        ordered = sorted(by_predicate, key=self._position_of)
        groups: dict[str | None, list[Fact]] = {}
        for predicate in ordered:
            expectation = self.expected.get(predicate)
            group = expectation.group if expectation else None
            groups.setdefault(group, []).append(self._fact(predicate, by_predicate[predicate]))
        return tuple(
            Group(self._name(group) if group else None, tuple(facts))
            for group, facts in groups.items()
        )

    def _position_of(self, predicate: str) -> tuple[float, float, str]:
        expectation = self.expected.get(predicate) or Expectation(predicate)
        return *expectation.position, self._property(predicate, self.expected).casefold()

    def _fact(self, predicate: str, statements: Sequence[Statement]) -> Fact:
        by_value = {statement.value: statement for statement in statements}
        shown = [
            replace(self._value(value), sources=self._numbers(self._origins(by_value[value])))
            for value in self._readable(self._in_order(list(by_value)))[:_FEW_VALUES]
        ]
        more = max(self.thing.counts.get(predicate, len(by_value)) - len(shown), 0)
        return Fact(
            label=self._property(predicate, self.expected),
            values=tuple(shown),
            iri=predicate,
            href=self.view.link(predicate),
            more=more,
            more_href=self._values_page(predicate, "out") if more else None,
        )

    def _readable(self, values: Sequence[Term]) -> Sequence[Term]:
        """Without long texts in other languages, when there is one in the page's language."""
        languages = {value.language for value in values if isinstance(value, Literal)}
        if self.view.language not in languages:
            return values
        return [value for value in values if not _is_long_in_another(value, self.view.language)]

    def _in_order(self, values: Sequence[Term]) -> list[Term]:
        if any(isinstance(value, Literal) and value.language for value in values):
            return self._read_first(values)
        return sorted(values, key=lambda v: self.labels.get(v.value, v.value).casefold())

    def _values_page(self, predicate: str, direction: str) -> str:
        return self.view.urls.values(self.thing.iri, predicate, direction)

    def _gaps(self) -> tuple[str, ...]:
        known = set(self.thing.counts)
        missing = [
            expectation
            for predicate, expectation in self.expected.items()
            if predicate not in known
            and expectation.is_for_reading
            and expectation.needed
            and not expectation.forbidden
        ]
        missing.sort(key=lambda expectation: expectation.position)
        names = [self._property(item.path, self.expected) for item in missing]
        return tuple(dict.fromkeys(names))

    def _same(self) -> tuple[tuple[str, Named], ...]:
        found = []
        for statement in self.thing.statements:
            iri = term_iri(statement.value)
            if statement.predicate in _SAME and iri:
                host = urlsplit(iri).hostname or ""
                tail = iri.rstrip("/#").rsplit("/", 1)[-1].rsplit("#", 1)[-1] or iri
                text = self._name(iri) if self.view.knows(iri) else tail
                title = f"{host.removeprefix('www.')} · {self.view.term(statement.predicate)}"
                found.append((title, Named(text, self.view.link(iri), iri)))
        return tuple(sorted(found, key=lambda item: (item[0], item[1].text)))

    # --- what points here -----------------------------------------------------------------------

    def _is_detail(self, iri: str) -> bool:
        return iri in self.thing.parts

    def _links(self) -> tuple[Links, ...]:
        expected = self.shapes.of(self.classes, inverse=True)
        found = []
        for inverse in self.thing.inverse:
            if inverse.predicate in _IN_SCHEME and SCHEME in self.thing.classes:
                continue
            things = [
                iri
                for iri in inverse.subjects
                if not self._is_detail(iri) and not self._is_claim(iri)
            ]
            if not things:
                continue
            count = inverse.count if inverse.count > len(inverse.subjects) else len(things)
            shown = sorted(map(self._named, things), key=lambda named: named.text.casefold())
            listed = shown[: _FEW_VALUES if count <= _FEW_VALUES else _FEW_LINKS]
            named = expected.get(inverse.predicate)
            found.append(
                Links(
                    relation=(named and named.name(self.view.language))
                    or self.view.term(inverse.predicate),
                    relation_href=self.view.link(inverse.predicate),
                    things=tuple((item, self._kind(item.iri)) for item in listed),
                    count=count,
                    more_href=self._values_page(inverse.predicate, "in")
                    if count > len(listed)
                    else None,
                )
            )
        return tuple(sorted(found, key=lambda links: (-links.count, links.relation)))

    def _kind(self, iri: str | None) -> str | None:
        kind = self.view.site.kind(iri or "")
        return self.view.term(kind) if kind else None

    # --- claims ---------------------------------------------------------------------------------

    def _is_claim(self, iri: str) -> bool:
        return self.view.site.kind(iri) == CLAIM

    def _claim_lists(self) -> tuple[ClaimList, ...]:
        """Claims by the role that the thing has in them, each claim once."""
        inverse = {item.predicate: item for item in self.thing.inverse}
        roles = [*_CLAIM_ROLES, *(p for p in inverse if p not in _CLAIM_ROLES and p not in LINKS)]
        by_claims: dict[tuple[str, ...], list[str]] = {}
        for role in roles:
            item = inverse.get(role)
            claims = tuple(iri for iri in item.subjects if self._is_claim(iri)) if item else ()
            if claims:
                by_claims.setdefault(claims, []).append(role)
        lists, seen = [], set[str]()
        for claims, same in by_claims.items():
            fresh = [iri for iri in claims if iri not in seen]
            if fresh:
                seen.update(fresh)
                lists.append(self._claim_list(same, inverse[same[0]], claims, fresh))
        return tuple(lists)

    def _claim_list(
        self, roles: Sequence[str], item: Inverse, claims: Sequence[str], fresh: Iterable[str]
    ) -> ClaimList:
        found = [self.cards[iri] for iri in fresh if iri in self.cards]
        found.sort(key=lambda card: (not card.against, card.iri))
        titles = [
            self.view.t(f"role_{role.removeprefix(SG)}", name=self._own_name)
            if role in _CLAIM_ROLES
            else self.view.term(role)
            for role in roles
        ]
        return ClaimList(
            title=f" {self.view.t('and')} ".join(
                title if not at else title[:1].lower() + title[1:]
                for at, title in enumerate(titles)
            ),
            count=item.count if item.count > len(item.subjects) else len(claims),
            href=self.view.urls.claims(where=f"{NamedNode(roles[0])} {NamedNode(self.thing.iri)}"),
            cards=tuple(found[:_MOST_SHOWN]),
            cut=len(found) > _MOST_SHOWN or item.count > len(item.subjects),
        )

    @staticmethod
    def _claim_count(lists: Sequence[ClaimList]) -> int:
        shown = sum(len(listed.cards) for listed in lists)
        return max([shown, *(listed.count for listed in lists)])

    def _contests(self, lists: Iterable[ClaimList]) -> tuple[Contest, ...]:
        if self.thing.iri in self.cards and CLAIM in self.thing.classes:
            return contests(self.cards, [self.thing.iri])
        return contests(self.cards, [card.iri for listed in lists for card in listed.cards])

    def _related(self) -> tuple[tuple[str, tuple[Card, ...]], ...]:
        """Other claims that this claim supports, refines or follows on, and the other way round."""
        found: list[tuple[str, tuple[Card, ...]]] = []
        for link in LINKS[2:]:
            name = link.removeprefix(SG)
            forward = [self.cards[i] for i in _iris(self.thing.values(link)) if i in self.cards]
            if forward:
                found.append((name, tuple(forward)))
            for inverse in self.thing.inverse:
                if inverse.predicate == link:
                    back = [self.cards[iri] for iri in inverse.subjects if iri in self.cards]
                    found.append((f"{name}_back", tuple(back)))
        return tuple(found)

    # --- time -----------------------------------------------------------------------------------

    def _timeline(self) -> Timeline | None:
        moments: dict[tuple[str, str], Moment] = {}
        for moment in self._moments():
            moments.setdefault((moment.label, moment.date), moment)
        line = timeline(gather(moments.values()))
        return line if line and len(moments) > 1 else None

    def _moments(self) -> Iterable[Moment]:
        yield from self._own_moments()
        made_by = {
            iri for name in _MAKING for term in self.thing.values(name) if (iri := term_iri(term))
        }
        for dated in self.thing.dated:
            kind = self.view.site.kind(dated.thing) or ""
            sort = self.taxonomy.sort([kind])
            clerical = dated.predicate in _CLERICAL and sort in _TIMELESS
            if dated.thing not in made_by and not clerical:
                moment = self._moment(
                    self._name(dated.thing), dated.date, self.view.link(dated.thing), sort
                )
                yield replace(moment, kind=self.view.term(kind) if kind else "")
        about = {
            iri
            for inverse in self.thing.inverse
            if inverse.predicate in _CLAIM_ROLES[:3]
            for iri in inverse.subjects
        }
        for iri, claim in self.thing.claims.items():
            if claim.date and (iri in about or iri == self.thing.iri):
                card = self.cards[iri]
                moment = self._moment(card.text, claim.date, card.href, "claim")
                yield replace(moment, doubtful=not card.asserted, kind=self.view.term(CLAIM))

    def _own_moments(self) -> Iterable[Moment]:
        for statement in self.thing.statements:
            value, predicate = statement.value, statement.predicate
            is_date = isinstance(value, Literal) and value.datatype.value in dates.DATE_TYPES
            clerical = predicate in _CLERICAL and self.sort in _TIMELESS
            if is_date and predicate not in _CLAIM_PARTS and not clerical:
                label = self._property(predicate, self.expected)
                yield self._moment(label, value.value, None, "own")

    def _moment(self, label: str, text: str, href: str | None, sort: str) -> Moment:
        return Moment(label, text, href, sort, dates.say(text, self.view.language))


def _is_long_in_another(value: Term, language: Language) -> bool:
    """Whether it is a text to read, and in another language than the page."""
    if not isinstance(value, Literal) or not value.language or len(value.value) < _LONG:
        return False
    return value.language.partition("-")[0] != language


def _iris(terms: Iterable[Term]) -> list[str]:
    return [iri for term in terms if (iri := term_iri(term))]


async def graph_infos(site: Site) -> Mapping[str, GraphInfo]:
    """What the metadata say of the named graphs."""
    dct = PREFIXES["dct"]
    graphs = " ".join(f"<{graph.iri}>" for graph in site.release.manifest.graphs)
    query = (
        f"SELECT ?g ?p ?o WHERE {{ VALUES ?g {{ {graphs} }}"
        f" VALUES ?p {{ <{dct}source> <{dct}license> }} ?g ?p ?o }}"
    )
    found: dict[str, GraphInfo] = {}
    for row in await site.asker.rows(query):
        info, iri = found.get(row["g"].value, GraphInfo()), term_iri(row["o"])
        if iri and row["p"].value.endswith("source"):
            info = replace(info, sources=(*info.sources, iri))
        elif iri:
            info = replace(info, licence=iri)
        found[row["g"].value] = info
    return found
