"""Evidence: claims point at passages by character offsets and a digest, never by the words.

The target of a claim is an ``oa:SpecificResource`` with an ``oa:TextPositionSelector`` of the Web
Annotation Data Model, https://www.w3.org/TR/annotation-model/#text-position-selector: ``oa:start``
and ``oa:end`` count Unicode code points of the source, which is never normalised.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from pyoxigraph import Literal, NamedNode, Quad, QuerySolutions, Store

from stadsgraaf.errors import EvidenceMismatch, Language, NoSuchPath
from stadsgraaf.namespaces import PREFIXES, SG

__all__ = ["Evidence", "Passage", "SourceText", "check_evidence", "passages"]


@dataclass(frozen=True)
class SourceText:
    """A source as read: its text, decoded as UTF-8 and otherwise untouched."""

    text: str
    digest: str

    @classmethod
    def read(cls, path: Path) -> "SourceText":
        """Read a source. Raises NoSuchPath, or EvidenceMismatch for a folder or what is not UTF-8."""
        if not path.exists():
            raise NoSuchPath(path=str(path))
        if not path.is_file():
            raise EvidenceMismatch(reason=f"{path} is no file")
        content = path.read_bytes()
        try:
            text = content.decode("utf-8")
        except UnicodeDecodeError as error:
            raise EvidenceMismatch(reason=f"{path} is not UTF-8: {error}") from None
        return cls(text, hashlib.sha256(content).hexdigest())


@dataclass(frozen=True)
class Passage:
    """Where a claim's evidence is: offsets in code points, end exclusive, and its SHA-256 in hex."""

    claim: str
    labels: dict[str, str]
    source: str
    start: int
    end: int
    digest: str

    def label(self, language: Language) -> str:
        """The claim in one of the languages, else its IRI."""
        return self.labels.get(language) or next(iter(self.labels.values()), self.claim)

    def words(self, source: SourceText) -> str:
        """The passage itself."""
        return source.text[self.start : self.end]

    def holds(self, source: SourceText) -> bool:
        """Whether the source has these very words there."""
        words = self.words(source)
        return (
            0 <= self.start < self.end <= len(source.text)
            and hashlib.sha256(words.encode()).hexdigest() == self.digest
        )


@dataclass(frozen=True)
class Evidence:
    """All passages in one source: those that hold, those that don't, and what is wrong besides.

    ``digests`` are those that the dataset gives for what the passages are in.
    """

    passages: Sequence[Passage]
    mismatches: Sequence[Passage]
    faults: Sequence[str]
    digests: Sequence[str] = ()

    @property
    def holds(self) -> bool:
        """Whether there is evidence and all of it is right."""
        return bool(self.passages) and not self.mismatches and not self.faults


#: An offset counts; what does not is as good as missing.
_COUNTING = 'FILTER (REGEX(STR(?start), "^[0-9]+$") && REGEX(STR(?end), "^[0-9]+$"))'
_PASSAGES = f"""
PREFIX oa: <{PREFIXES["oa"]}>
PREFIX rdfs: <{PREFIXES["rdfs"]}>
PREFIX sg: <{SG}>
SELECT ?claim ?source ?start ?end ?digest ?label WHERE {{
  ?claim oa:hasTarget ?target .
  ?target oa:hasSource ?source ; sg:sha256 ?digest ; oa:hasSelector ?selector .
  ?selector oa:start ?start ; oa:end ?end . {_COUNTING}
  OPTIONAL {{ ?claim rdfs:label ?label }}
}} ORDER BY ?start ?end ?claim
"""
_WITHOUT = f"""
PREFIX oa: <{PREFIXES["oa"]}>
PREFIX sg: <{SG}>
SELECT ?claim WHERE {{
  ?claim oa:hasTarget ?target .
  FILTER NOT EXISTS {{
    ?target oa:hasSource ?source ; sg:sha256 ?digest ; oa:hasSelector ?selector .
    ?selector oa:start ?start ; oa:end ?end . {_COUNTING}
  }}
}} ORDER BY ?claim
"""


def passages(quads: Iterable[Quad]) -> list[Passage]:
    """Every passage that the quads point at, in the order of the source."""
    return _read(_store(quads))


def check_evidence(quads: Iterable[Quad], source: SourceText) -> Evidence:
    """Recompute every digest against a source.

    The digest of the whole source must be the one that the dataset gives for the document that
    the claims point into; offsets of another text would be worth nothing.
    """
    store = _store(quads)
    found = _read(store)
    faults = [f"{claim} has evidence without offsets or digest" for claim in _incomplete(store)]
    digests = []
    for document in sorted({passage.source for passage in found}):
        faults += _check_document(store, document, source)
        digests += _values(store, document, "sha256")
    return Evidence(found, [p for p in found if not p.holds(source)], faults, digests)


def _store(quads: Iterable[Quad]) -> Store:
    store = Store()
    store.bulk_extend(quads)
    return store


def _solutions(store: Store, query: str) -> QuerySolutions:
    answer = store.query(query, use_default_graph_as_union=True)
    assert isinstance(answer, QuerySolutions)  # noqa: S101 – both queries are SELECT
    return answer


def _read(store: Store) -> list[Passage]:
    found: dict[tuple[str, int, int], Passage] = {}
    for row in _solutions(store, _PASSAGES):
        claim, start, end = row["claim"].value, int(row["start"].value), int(row["end"].value)
        passage = found.setdefault(
            (claim, start, end),
            Passage(claim, {}, row["source"].value, start, end, row["digest"].value.lower()),
        )
        if row["label"] is not None:
            passage.labels[row["label"].language or ""] = row["label"].value
    return list(found.values())


def _incomplete(store: Store) -> list[str]:
    return [row["claim"].value for row in _solutions(store, _WITHOUT)]


def _values(store: Store, document: str, name: str) -> list[str]:
    pattern = (NamedNode(document), NamedNode(SG + name), None, None)
    found = (quad.object for quad in store.quads_for_pattern(*pattern))
    return [value.value for value in found if isinstance(value, Literal)]


def _check_document(store: Store, document: str, source: SourceText) -> list[str]:
    digests, lengths = (_values(store, document, name) for name in ("sha256", "characters"))
    faults = []
    if [digest.lower() for digest in digests] != [source.digest]:
        given = ", ".join(digests) or "none"
        faults.append(f"{document} has digest {given}; the source has {source.digest}")
    if lengths and lengths != [str(len(source.text))]:
        faults.append(f"{document} has {lengths[0]} characters; the source has {len(source.text)}")
    return faults
