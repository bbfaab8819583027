"""What a run found, remembered by all that it depends on.

Findings are a function of the files, the options and the software. ``Keys`` tells all of these
apart, so what is recalled is what a run would find. There is no key where something else counts: a
syntax error, which may be one of bytes that the text does not show, or a query that asks for the
time, for chance or for another server.
"""

import os
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pyoxigraph import BlankNode, Literal, NamedNode

from stadsgraaf import __version__
from stadsgraaf.contexts import names_a_file
from stadsgraaf.dataset import Document
from stadsgraaf.errors import Text
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.cache import Cache
from stadsgraaf.validation.finding import Finding, Severity, Span
from stadsgraaf.validation.profile import Profile
from stadsgraaf.validation.results import Result
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["Found", "Memory"]

#: Folders of this software that validation needs nothing of.
_ASIDE = frozenset({"__pycache__", "web", "publishing", "surveying"})
_QUERIES = frozenset(PREFIXES["sh"] + name for name in ("select", "ask", "construct", "jsLibrary"))
_IMPURE = re.compile(r"(?i)\b(?:now|rand|uuid|struuid|bnode)\s*\(|\bservice\b")
#: More findings than these are found again sooner than they are read.
_MANY = 5_000


@dataclass(frozen=True)
class Found:
    """What a run found: the findings that stay and those that comments suppress.

    ``results`` are those of SHACL, None when they do not say all that it found. ``silent`` are the
    stages that found nothing, ``notices`` what was not checked; ``derived`` is what rules added, as
    N-Quads, if anybody asked.
    """

    all: tuple[Finding, ...]
    suppressed: tuple[Finding, ...] = ()
    results: tuple[Result, ...] | None = None
    silent: frozenset[str] = frozenset()
    notices: tuple[Text, ...] = ()
    derived: str | None = None

    def written(self) -> dict[str, object] | None:
        """The same for JSON; None when it is too much, or JSON cannot hold it."""
        if len(self.all) + len(self.suppressed) + len(self.results or ()) > _MANY:
            return None
        try:
            results = None if self.results is None else [_result(one) for one in self.results]
        except _NoJson:
            results = None
        return {
            "all": [_finding(one) for one in self.all],
            "suppressed": [_finding(one) for one in self.suppressed],
            "results": results,
            "silent": sorted(self.silent),
            "notices": self.notices,
            "derived": self.derived,
        }

    @classmethod
    def read(cls, written: Any) -> "Found":
        """What was ``written``."""
        results = written["results"]
        return cls(
            all=tuple(map(_read_finding, written["all"])),
            suppressed=tuple(map(_read_finding, written["suppressed"])),
            results=None if results is None else tuple(map(_read_result, results)),
            silent=frozenset(written["silent"]),
            notices=tuple(Text(*one) for one in written["notices"]),
            derived=written["derived"],
        )


class Memory:
    """What runs with these stages and this profile found; it knows nothing without a cache."""

    def __init__(self, cache: Cache | None, stages: Sequence[str], profile: Profile) -> None:
        self._cache, self._stages, self._profile = cache, stages, profile
        self._keys = Keys()

    @property
    def is_empty(self) -> bool:
        """Whether nothing was ever kept, so that nothing need be asked for."""
        return self._cache is None or self._cache.is_empty

    def recall(self, subject: Subject) -> tuple[str | None, Found | None]:
        """The key by which to keep what is found, and what was found before, if anything."""
        key = None if self._cache is None else self._key_of(subject)
        written = self._cache.get(key) if self._cache is not None and key is not None else None
        return key, None if written is None else Found.read(written)

    def keep(self, key: str | None, subject: Subject, found: Found) -> None:
        """Keep what was found, unless a file changed meanwhile: then ``key`` is not that of it."""
        if self._cache is None or key is None:
            return
        written = found.written()
        if written is not None and key == self._key_of(subject):
            self._cache.put(key, written)

    def _key_of(self, subject: Subject) -> str | None:
        return self._keys.of(subject, self._stages, self._profile)


class Keys:
    """What tells runs apart; of a document that several runs look at it is found out once."""

    def __init__(self) -> None:
        self._documents: dict[int, tuple[Document, bytes | None]] = {}

    def of(self, subject: Subject, stages: Sequence[str], profile: Profile) -> str | None:
        """The same for all that is found alike; None when other things count too."""
        dataset = subject.dataset
        if dataset.faults or subject.unread or subject.focus is not None:
            return None
        if any(_IMPURE.search(rule.sparql) for rule in dataset.rules):
            return None
        documents = list(map(self._document, (*dataset.documents, *subject.standards)))
        digest = blake2b(str(len(dataset.documents)).encode(), digest_size=20)
        for one in documents:
            if one is None:
                return None
            digest.update(one)
        for part in _parts(subject, stages, profile):
            digest.update(len(part).to_bytes(8, "big") + part)
        return digest.hexdigest()

    def _document(self, document: Document) -> bytes | None:
        """What tells a document from others; None when other things count than what it says."""
        if id(document) not in self._documents:
            self._documents[id(document)] = document, _digest(document)
        return self._documents[id(document)][1]


def _digest(document: Document) -> bytes | None:
    if document.path.suffix == ".jsonld" and names_a_file(document.turtle.text):
        return None
    if any(map(_IMPURE.search, _queries_in(document))):
        return None
    digest = blake2b(digest_size=20)
    for part in _document(document):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()


def _parts(subject: Subject, stages: Sequence[str], profile: Profile) -> Iterator[bytes]:
    dataset = subject.dataset
    yield _software().encode()
    yield repr(
        (subject.engine, subject.advanced, stages, profile.settings, dataset.base_iri)
    ).encode()
    queries = (*dataset.queries, *dataset.rules)
    yield repr([(q.name, q.sparql, q.summary, q.description, q.graph) for q in queries]).encode()
    for path in subject.query_files:
        yield subject.path_of(path).encode("utf-8", "surrogateescape")
        yield path.read_bytes()
    yield repr([*subject.notices]).encode()
    yield repr(subject.source).encode()
    if subject.source is not None and subject.source.is_file():
        yield subject.source.read_bytes()
    released = subject.released
    yield repr(None if released is None else sorted(map(str, released))).encode()


def _document(document: Document) -> Iterator[bytes]:
    turtle = document.turtle
    yield document.path.as_posix().encode("utf-8", "surrogateescape")
    yield repr((document.graph, document.role, turtle.marked, turtle.placed)).encode()
    yield turtle.text.encode("utf-8", "surrogatepass")
    if not turtle.placed:
        # its text need not be all of it: it may be in another encoding
        yield repr(turtle.triples).encode()


def _queries_in(document: Document) -> Iterator[str]:
    """The queries that shapes in a document ask."""
    for triple in document.turtle.triples:
        if triple.predicate.value in _QUERIES and isinstance(triple.object, Literal):
            yield triple.object.value


@cache
def _software() -> str:
    """What finds: this software as it is on the disk, and what it rests on."""
    packages = [
        entry.name
        for folder in map(Path, sys.path)
        if folder.is_dir()
        for entry in sorted(folder.iterdir())
        if entry.suffix in {".dist-info", ".egg-info"}
    ]
    files = sorted(_states(str(Path(__file__).resolve().parent.parent)))
    return repr((__version__, sys.version, packages, files))


def _states(folder: str) -> Iterator[tuple[str, int, int]]:
    for here, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in _ASIDE]
        for name in names:
            path = os.path.join(here, name)  # noqa: PTH118 – there are hundreds
            state = os.stat(path)  # noqa: PTH116 – as above
            yield path, state.st_size, state.st_mtime_ns


_PLAIN = [
    each.name
    for each in fields(Finding)
    if each.name not in {"severity", "span", "declared", "details", "mentions", "targets", "also"}
]
_TEXTS = frozenset(each.name for each in fields(Finding) if each.type in {Text, "Text"})


def _finding(one: Finding) -> dict[str, object]:
    return {name: getattr(one, name) for name in _PLAIN} | {
        "severity": str(one.severity),
        "span": _span(one.span),
        "declared": None if one.declared is None else _span(one.declared),
        "details": [_finding(detail) for detail in one.details],
        "mentions": sorted(one.mentions),
        "targets": sorted(one.targets),
    }


def _read_finding(written: Any) -> Finding:
    plain: dict[str, Any] = {
        name: Text(*written[name]) if name in _TEXTS else written[name] for name in _PLAIN
    }
    declared = written["declared"]
    return Finding(
        **plain,
        severity=Severity(written["severity"]),
        span=Span(*written["span"]),
        declared=None if declared is None else Span(*declared),
        details=tuple(map(_read_finding, written["details"])),
        mentions=frozenset(written["mentions"]),
        targets=frozenset(written["targets"]),
    )


def _span(span: Span) -> list[object]:
    return [span.file, span.line, span.column, span.end_line, span.end_column]


class _NoJson(Exception):  # noqa: N818 – it is no error: then it is not kept
    """A term that is not written."""


def _result(one: Result) -> list[object]:
    return [
        _term(one.focus),
        one.path,
        _term(one.value),
        one.severity,
        one.component,
        _term(one.shape),
        _term(one.constraint),
        [_term(message) for message in one.messages],
        [_result(detail) for detail in one.details],
    ]


def _read_result(written: Any) -> Result:
    focus, path, value, severity, component, shape, constraint, messages, details = written
    return Result(
        focus=_read_term(focus),
        path=path,
        value=_read_term(value),
        severity=severity,
        component=component,
        shape=_read_term(shape),
        constraint=_read_term(constraint),
        messages=tuple(map(_read_term, messages)),
        details=tuple(map(_read_result, details)),
    )


def _term(term: Term | None) -> list[str] | None:
    if isinstance(term, NamedNode):
        return ["iri", term.value]
    if isinstance(term, BlankNode):
        return ["blank", term.value]
    if isinstance(term, Literal):
        if term.direction is not None:
            raise _NoJson
        return ["literal", term.value, term.datatype.value, term.language or ""]
    if term is not None:
        raise _NoJson
    return None


def _read_term(written: Any) -> Any:
    if written is None:
        return None
    kind, value, *more = written
    if kind == "literal":
        datatype, language = more
        if language:
            return Literal(value, language=language)
        return Literal(value, datatype=NamedNode(datatype))
    return NamedNode(value) if kind == "iri" else BlankNode(value)
