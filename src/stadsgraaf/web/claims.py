"""Claims: who holds what, how firmly, and where it stands.

The terms are those of Stadsgraaf's own vocabulary, ``namespaces.SG``; evidence is a Web Annotation
selector, https://www.w3.org/TR/annotation-model/#text-position-selector
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from pyoxigraph import Literal

from stadsgraaf.namespaces import PREFIXES, SG
from stadsgraaf.web.asking import Asker, Row, Term, iris, term_iri

__all__ = [
    "CLAIM",
    "LINKS",
    "ROLES",
    "TENSIONS",
    "Claim",
    "Evidence",
    "claim_branches",
    "gather_claims",
    "read_claims",
]

CLAIM: Final = SG + "Claim"
#: What a thing can be in a claim, the most telling first.
ROLES: Final = tuple(
    SG + name for name in ("claimSubject", "claimObject", "holder", "speaker", "reporter", "theme")
)
#: Links between claims; the first two are symmetric and set them side by side.
LINKS: Final = tuple(
    SG + name for name in ("contradicts", "inTensionWith", "refines", "corroborates", "outcomeOf")
)
TENSIONS: Final = frozenset(LINKS[:2])
_CONCEPTS = SG.removesuffix("ont/")
_ASSERTED = _CONCEPTS + "modality/asserted"
_POSITIVE = _CONCEPTS + "polarity/positive"
_POSSIBILITY = _CONCEPTS + "force/possibility"

_OA = PREFIXES["oa"]
#: What claims say, where, and what is set against them: so much is read at once, however much there is.
_MOST_SAID: Final = 4_000
_MOST_PASSAGES: Final = 2_000
_MOST_AGAINST: Final = 1_000
#: What a question about claims asks, as branches of a UNION.
_BRANCHES = (
    (
        "{{ SELECT ?claim ?p ?o WHERE {{ VALUES ?claim {{ {claims} }} ?claim ?p ?o ."
        f" FILTER(!isBlank(?o)) }}}} LIMIT {_MOST_SAID} }}}}"
    ),
    (
        "{{ SELECT ?claim ?source ?digest ?start ?end WHERE {{"
        f" VALUES ?claim {{{{ {{claims}} }}}} ?claim <{_OA}hasTarget> ?target ."
        f" ?target <{_OA}hasSource> ?source . OPTIONAL {{{{ ?target <{SG}sha256> ?digest }}}}"
        f" OPTIONAL {{{{ ?target <{_OA}hasSelector> ?selector . ?selector <{_OA}start> ?start ;"
        f" <{_OA}end> ?end }}}} }}}} LIMIT {_MOST_PASSAGES} }}}}"
    ),
    (
        "{{ SELECT ?claim ?link ?other WHERE {{ VALUES ?claim {{ {claims} }}"
        f" VALUES ?link {{{{ {{tensions}} }}}} ?other ?link ?claim }}}} LIMIT {_MOST_AGAINST} }}}}"
    ),
)


@dataclass(frozen=True)
class Evidence:
    """A passage: its document, the characters from ``start`` up to ``end``, and its digest."""

    source: str
    start: int | None = None
    end: int | None = None
    digest: str | None = None


@dataclass
class Claim:
    """One claim, its properties by IRI."""

    iri: str
    properties: Mapping[str, Sequence[Term]]
    evidence: list[Evidence] = field(default_factory=list)
    against: dict[str, str] = field(default_factory=dict)

    def all(self, name: str) -> Sequence[Term]:
        """The values of one of Stadsgraaf's own properties."""
        return self.properties.get(SG + name, ())

    def one(self, name: str) -> Term | None:
        """The first value of one of Stadsgraaf's own properties."""
        return next(iter(self.all(name)), None)

    def things(self, name: str) -> list[str]:
        """IRIs among the values of one of Stadsgraaf's own properties."""
        return [iri for term in self.all(name) if (iri := term_iri(term))]

    @property
    def is_asserted(self) -> bool:
        """Whether the rule of assertion makes it a plain fact: asserted, positive, not possible."""
        return (
            _ASSERTED in self.things("modality")
            and _POSITIVE in self.things("polarity")
            and _POSSIBILITY not in self.things("force")
        )

    @property
    def is_denied(self) -> bool:
        """Whether it says that something is not so."""
        polarity = self.things("polarity")
        return bool(polarity) and _POSITIVE not in polarity

    @property
    def is_contested(self) -> bool:
        """Whether anything is set against it."""
        return not TENSIONS.isdisjoint(self.against.values())

    @property
    def sources(self) -> list[str]:
        """The documents that it stands in."""
        named = [iri for term in self.properties.get(_SOURCE, ()) if (iri := term_iri(term))]
        return list(dict.fromkeys([item.source for item in self.evidence] + named))

    @property
    def date(self) -> str | None:
        """When it was so, or will be, as EDTF; else between its bounds."""
        if isinstance(dated := self.one("date"), Literal):
            return dated.value
        ends = [self.one("earliest"), self.one("latest")]
        texts = [end.value if isinstance(end, Literal) else ".." for end in ends]
        return None if texts == ["..", ".."] else "/".join(texts)

    @property
    def mentions(self) -> set[str]:
        """Every IRI that its card names."""
        found = {iri for terms in self.properties.values() for t in terms if (iri := term_iri(t))}
        return found | set(self.sources) | set(self.against)


_SOURCE = PREFIXES["dct"] + "source"


def claim_branches(wanted: Iterable[str]) -> list[str]:
    """The branches of a UNION that ask for claims; their solutions are for ``gather_claims``."""
    claims, tensions = iris(wanted), iris(LINKS[:2])
    return [each.format(claims=claims, tensions=tensions) for each in _BRANCHES] if claims else []


def gather_claims(rows: Iterable[Row], wanted: Iterable[str]) -> dict[str, Claim]:
    """Claims by IRI, in the order asked for, of the solutions that have a ``?claim``."""
    properties: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(
        lambda: defaultdict(list)
    )
    evidence: defaultdict[str, list[Evidence]] = defaultdict(list)
    against: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in rows:
        claim = row["claim"].value if "claim" in row else ""
        if "source" in row:
            evidence[claim].append(_evidence(row))
        elif "other" in row:
            against[claim].append((row["link"].value, row["other"].value))
        elif claim and row["o"] not in properties[claim][row["p"].value]:
            properties[claim][row["p"].value].append(row["o"])
    return {
        iri: Claim(iri, properties[iri], evidence[iri], _against(properties[iri], against[iri]))
        for iri in wanted
        if iri in properties
    }


def _against(
    properties: Mapping[str, Sequence[Term]], back: Iterable[tuple[str, str]]
) -> dict[str, str]:
    """What a claim is set against, and by which link, said of either; a contradiction is the stronger."""
    found = [
        (link, iri)
        for link in TENSIONS
        for term in properties.get(link, ())
        if (iri := term_iri(term))
    ]
    return {
        iri: link for link, iri in sorted([*found, *back], key=lambda each: -LINKS.index(each[0]))
    }


async def read_claims(asker: Asker, wanted: Iterable[str]) -> dict[str, Claim]:
    """Claims with their evidence and what they contradict, by IRI, in the order asked for."""
    order = list(dict.fromkeys(wanted))
    if not order:
        return {}
    branches = " UNION ".join(claim_branches(order))
    return gather_claims(await asker.rows(f"SELECT * WHERE {{ {branches} }}"), order)


def _evidence(row: Row) -> Evidence:
    return Evidence(
        source=row["source"].value,
        start=_integer(row.get("start")),
        end=_integer(row.get("end")),
        digest=row["digest"].value if "digest" in row else None,
    )


def _integer(term: Term | None) -> int | None:
    return int(term.value) if isinstance(term, Literal) and term.value.isdecimal() else None
