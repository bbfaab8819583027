"""Answering one question with pyoxigraph: the core that every store of ours shares.

SPARQL 1.1 Query, https://www.w3.org/TR/sparql11-query/, with RDF datasets as in the Protocol,
https://www.w3.org/TR/sparql11-protocol/#dataset
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice
from pathlib import Path
from typing import IO, Any, cast

from pyoxigraph import (
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    Triple,
    serialize,
)

from stadsgraaf.errors import (
    EvaluationFailed,
    InvalidParameter,
    NotAcceptable,
    NotSupported,
    QueryMemoryLimit,
    QueryTooLong,
    ServiceNotAllowed,
    StadsgraafError,
    Text,
)
from stadsgraaf.media import RDF, RESULTS, Form, Format
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.binding import bind
from stadsgraaf.store.clauses import read_clauses
from stadsgraaf.store.counted import Counted, counted
from stadsgraaf.store.diagnosis import Complain, diagnose
from stadsgraaf.store.emptiness import explain_emptiness
from stadsgraaf.store.explaining import explain
from stadsgraaf.store.geojson import features
from stadsgraaf.store.labelling import label_of, labelled
from stadsgraaf.store.loading import load
from stadsgraaf.store.ordering import in_total_order
from stadsgraaf.store.output import Output, Sink
from stadsgraaf.store.precheck import MAX_DEPTH, Profile, check
from stadsgraaf.store.service import (
    BLANK_NODE,
    HIDDEN,
    Ask,
    Call,
    Federation,
    Row,
    blank_node,
    plain,
)

__all__ = [
    "MAX_LENGTH",
    "Engine",
    "clauses_of",
    "graphs_of",
    "is_longer",
    "refuse_formats",
    "write_triples",
]

#: Bytes that a query may have; the settings may say otherwise.
MAX_LENGTH = 65_536

_RESULTS: Mapping[str, QueryResultsFormat] = {
    "JSON": QueryResultsFormat.JSON,
    "XML": QueryResultsFormat.XML,
    "CSV": QueryResultsFormat.CSV,
    "TSV": QueryResultsFormat.TSV,
}
_RDF: Mapping[str, RdfFormat] = {
    "Turtle": RdfFormat.TURTLE,
    "N-Triples": RdfFormat.N_TRIPLES,
    "JSON-LD": RdfFormat.JSON_LD,
    "RDF/XML": RdfFormat.RDF_XML,
    "TriG": RdfFormat.TRIG,
    "N-Quads": RdfFormat.N_QUADS,
}
_WITH_PREFIXES = frozenset(("Turtle", "TriG", "RDF/XML"))
_CUSTOM_FUNCTION = re.compile(r"The custom (?:aggregate )?function <([^>]*)> is not supported")
_NO_IRI = Text("it is no absolute IRI", "het is geen absolute IRI")
#: Triples that are read before the prefixes are written; a larger answer gets all prefixes.
_FIRST = 2000
#: RDF/XML writes a predicate as an element, whose local name must be an NCName, and which must not be one
#: of the syntax, https://www.w3.org/TR/rdf-syntax-grammar/#section-grammar-productions
_ELEMENT = re.compile(r"[^\W\d][\w.\-]*\Z")
_SYNTAX = re.compile(
    r"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#(?:RDF|Description|ID|about|parseType|resource|nodeID"
    r"|datatype|li|aboutEach|aboutEachPrefix|bagID|annotation|annotationNodeID|version)\Z"
)


class Engine:
    """A dataset in memory or on the disk, and how questions about it are answered. For one thread.

    The default graph is the merge of all graphs: a triple that two graphs have is there once.
    ``files`` is how many files the engine may want to open while it answers; ``services`` says
    whether SERVICE is to be allowed at all.
    """

    def __init__(
        self,
        store: Store,
        *,
        merged: bool,
        files: int = 0,
        prefixes: Mapping[str, str] | None = None,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
        services: bool = False,
        known: Counted | None = None,
    ) -> None:
        self._store = store
        self._merged = merged
        self.files = files
        self.services = services
        self._prefixes = dict(prefixes or {})
        self._max_depth = max_depth
        self._max_length = max_length
        self._known = known or Counted()

    @classmethod
    def load(
        cls,
        data: bytes | Path,
        *,
        prefixes: Mapping[str, str] | None = None,
        max_depth: int = MAX_DEPTH,
        max_length: int = MAX_LENGTH,
        services: bool = False,
    ) -> "Engine":
        """Read N-Quads, from bytes or from a file, or open a folder that `write_store` wrote.

        Raises OSError when that cannot be read, SyntaxError when it is not N-Quads.
        """
        store, merged = load(data)
        return cls(
            store,
            merged=merged,
            files=len(list(data.iterdir())) if isinstance(data, Path) and data.is_dir() else 0,
            prefixes=prefixes,
            max_depth=max_depth,
            max_length=max_length,
            services=services,
            known=counted(data),
        )

    def answer(
        self, question: Question, limits: Limits, sink: Sink, call: Call | None = None
    ) -> None:
        """Evaluate, and write the whole answer into the sink; ``call`` reaches services.

        Raises what `Store.answer` says, except for time: stopping in time is the caller's.
        """
        if is_longer(question.query, self._max_length):
            raise QueryTooLong(limit=self._max_length)
        profile = check(question.query, self._max_depth, services=call is not None)
        query = bind(question.query, question.bindings)
        readable = plain(query) if profile.has_service else query
        try:
            if question.task == "check":
                _write_check(readable, question.base_iri, sink)
            elif question.task != "answer":
                self._explain(readable, question, profile, sink)
            else:
                if profile.has_service and call:
                    query = self._federated(query, question, profile, limits, call)
                self._answer(query, question, profile, limits, sink)
        except StadsgraafError:
            raise
        except SyntaxError as error:
            raise diagnose(readable, str(error), _complain(question.base_iri)) from None
        except MemoryError:
            raise QueryMemoryLimit(limit=limits.memory_mib) from None
        except (OSError, RuntimeError, ValueError) as error:
            raise _translate(error, on_disk=bool(self.files)) from error

    def _answer(
        self, query: str, question: Question, profile: Profile, limits: Limits, sink: Sink
    ) -> None:
        result = self._query(query, question, profile)
        if question.labels and isinstance(result, QuerySolutions) and result.variables:
            result = labelled(result, label_of(self._store, question.labels))
        self._write(result, question, limits, sink)

    def _write(
        self,
        result: QuerySolutions | QueryBoolean | Iterable[Triple],
        question: Question,
        limits: Limits,
        sink: Sink,
    ) -> None:
        if isinstance(result, QuerySolutions | QueryBoolean):
            _write_results(result, question.results, limits, sink)
        else:
            write_triples(result, self._prefixes, question.rdf, limits, sink)

    def _explain(self, query: str, question: Question, profile: Profile, sink: Sink) -> None:
        """Tell something about a query instead of answering it."""
        if profile.has_service:
            reason = Text("this for a query with SERVICE", "dit voor een query met SERVICE")
            raise NotSupported(reason=reason)
        Store().query(query, base_iri=question.base_iri)  # a mistake is found first
        ask = self._asker(question, profile)
        names = {} if any(graphs_of(question)) else self._known.names
        try:
            said = (
                explain(query, ask)
                if question.task == "explain"
                else explain_emptiness(query, ask, names)
            )
        except SyntaxError:  # the query is right: it is the parts that were not understood
            reason = Text("a query of this form", "een query van deze vorm")
            raise NotSupported(reason=reason) from None
        sink.begin("select", RESULTS[0])
        sink.write(json.dumps(said, ensure_ascii=False).encode("utf-8", "replace"))

    def _query(
        self, query: str, question: Question, profile: Profile
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        store, dataset = self._dataset(query, question, profile)
        if profile.has_service:
            dataset["custom_functions"] = {NamedNode(BLANK_NODE): blank_node}
        query = in_total_order(query, self._known.kinds)
        return store.query(query, base_iri=question.base_iri, **dataset)

    def _federated(
        self, query: str, question: Question, profile: Profile, limits: Limits, call: Call
    ) -> str:
        """The query with the solutions of every SERVICE in its place."""
        Store().query(plain(query), base_iri=question.base_iri)  # a mistake is found before a call
        ask = self._asker(question, profile)
        return Federation(query, question.base_iri, limits.rows, ask, call).resolve()

    def _asker(self, question: Question, profile: Profile) -> Ask:
        """What asks about parts of a question, of the same dataset."""

        def ask(select: str, most: int) -> list[Row]:
            found = self._query(select, question, profile)
            assert isinstance(found, QuerySolutions)  # noqa: S101 – it is a SELECT
            names = [(variable, variable.value) for variable in found.variables]
            rows = islice(found, most)
            return [{name: row[v] for v, name in names if row[v] is not None} for row in rows]

        return ask

    def _dataset(
        self, query: str, question: Question, profile: Profile
    ) -> tuple[Store, dict[str, Any]]:
        """Where is asked, and which graphs: the engine's flag for the union would override FROM."""
        default, named = graphs_of(question)
        is_given = bool(default or named)
        if profile.has_dataset and not is_given:
            default, named = clauses_of(query, question.base_iri)
            is_given = len(set(default)) < len(default)  # the engine would read such a graph twice
        default = list(dict.fromkeys(default))
        if self._merged and len(default) > 1:
            merge = self._merge(default, named)
            return merge, {"default_graph": DefaultGraph(), "named_graphs": named}
        if is_given:
            return self._store, {"default_graph": default, "named_graphs": named}
        union = not self._merged and not profile.has_dataset
        return self._store, {"use_default_graph_as_union": union}

    def _merge(self, default: Iterable[NamedNode], named: Iterable[NamedNode]) -> Store:
        """A store of some graphs only: the engine's own union would keep what they share twice."""
        merge = Store()
        for graph in default:
            found = self._store.quads_for_pattern(None, None, None, graph)
            merge.bulk_extend(Quad(q.subject, q.predicate, q.object) for q in found)
        for graph in dict.fromkeys(named):
            merge.bulk_extend(self._store.quads_for_pattern(None, None, None, graph))
        return merge


def is_longer(query: str, limit: int) -> bool:
    """Whether a query has more bytes than that.

    >>> is_longer("abc", 3), is_longer("é", 1)
    (False, True)
    """
    if query.isascii():
        return len(query) > limit
    return len(query.encode("utf-8", "replace")) > limit


def clauses_of(query: str, base_iri: str | None) -> tuple[list[NamedNode], list[NamedNode]]:
    """The graphs of FROM and of FROM NAMED."""
    try:
        default, named = read_clauses(query, base_iri)
        return [NamedNode(iri) for iri in default], [NamedNode(iri) for iri in named]
    except (KeyError, StopIteration, ValueError):  # not SPARQL; the engine is about to say so
        return [], []


def _write_check(query: str, base_iri: str | None, sink: Sink) -> None:
    """Say what a query is, without its data: on an empty store nothing is left to evaluate."""
    result = Store().query(query, base_iri=base_iri)
    form: Form = "graph"
    variables: list[str] = []
    if isinstance(result, QueryBoolean):
        form = "ask"
    elif isinstance(result, QuerySolutions):
        form = "select"
        variables = [variable.value for variable in result.variables]
    sink.begin(form, RESULTS[0])
    sink.write(json.dumps({"valid": True, "form": form, "variables": variables}).encode())


def _complain(base_iri: str | None) -> Complain:
    """Let the engine read a text, without data."""
    nothing = Store()

    def complain(query: str) -> str | None:
        try:
            nothing.query(query, base_iri=base_iri)
        except SyntaxError as error:
            return str(error)
        except (OSError, RuntimeError, ValueError):
            return None
        return None

    return complain


def graphs_of(question: Question) -> tuple[list[NamedNode], list[NamedNode]]:
    """The default and the named graphs of the Protocol. Raises InvalidParameter for one that is no IRI."""
    return (
        _graphs("default-graph-uri", question.default_graphs),
        _graphs("named-graph-uri", question.named_graphs),
    )


def _graphs(parameter: str, iris: Iterable[str]) -> list[NamedNode]:
    try:
        return [NamedNode(iri) for iri in iris]
    except ValueError:
        raise InvalidParameter(name=parameter, reason=_NO_IRI) from None


def _write_results(
    result: QuerySolutions | QueryBoolean, chosen: Format | None, limits: Limits, sink: Sink
) -> None:
    form: Form = "ask" if isinstance(result, QueryBoolean) else "select"
    if chosen is None:
        raise _not_acceptable(RESULTS)
    if chosen.name in _RESULTS:
        sink.begin(form, chosen)
        output = Output(sink, form, chosen, limits)
        result.serialize(cast("IO[bytes]", output), _RESULTS[chosen.name])
    elif isinstance(result, QuerySolutions):
        sink.begin(form, chosen)
        output = Output(sink, form, chosen, limits)
        for number, piece in enumerate(features(result)):
            output.check_rows(number - 1)
            output.write(piece)
    else:
        raise _not_acceptable([other for other in RESULTS if other.name in _RESULTS])


def write_triples(
    triples: Iterable[Triple],
    prefixes: dict[str, str],
    chosen: Format | None,
    limits: Limits,
    sink: Sink,
) -> None:
    """Write triples in a format, with those of the prefixes that it can use.

    Raises NotAcceptable when the format cannot hold them, and ResultTooLarge.
    """
    if chosen is None:
        raise _not_acceptable(RDF)
    sink.begin("graph", chosen)
    output = Output(sink, "graph", chosen, limits)
    counted = _counted(triples, output)
    if chosen.name == "RDF/XML":
        counted = _nameable(counted)
    if chosen.name == "JSON-LD":
        counted = _without_triple_terms(counted)
    given: dict[str, str] | None = None
    if chosen.name in _WITH_PREFIXES:
        first = list(islice(counted, _FIRST))
        given = prefixes if len(first) == _FIRST else _used(prefixes, first)
        counted = chain(first, counted)
    serialize(counted, cast("IO[bytes]", output), _RDF[chosen.name], prefixes=given)


def _used(prefixes: Mapping[str, str], triples: Iterable[Triple]) -> dict[str, str]:
    """The prefixes whose namespace a triple uses; those of a small answer fit on a screen."""
    terms = {
        term for triple in triples for term in (triple.subject, triple.predicate, triple.object)
    }
    terms |= {term.datatype for term in terms if isinstance(term, Literal)}
    iris = {term.value for term in terms if isinstance(term, NamedNode)}
    namespaces = {iri[: max(iri.rfind("/"), iri.rfind("#")) + 1] for iri in iris}
    return {name: namespace for name, namespace in prefixes.items() if namespace in namespaces}


def _counted(triples: Iterable[Triple], output: Output) -> Iterator[Triple]:
    for number, triple in enumerate(triples, 1):
        output.check_rows(number)
        yield triple


def _nameable(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Stop at a predicate that no XML element can be named after."""
    known: set[str] = set()
    for triple in triples:
        iri = triple.predicate.value
        if iri not in known:
            if not _ELEMENT.search(iri) or _SYNTAX.match(iri):
                raise _not_acceptable([other for other in RDF if other.name != "RDF/XML"])
            known.add(iri)
        yield triple


def _without_triple_terms(triples: Iterable[Triple]) -> Iterator[Triple]:
    """Stop at a triple about a triple, as RDF 1.2 has, for which JSON-LD has no words yet."""
    for triple in triples:
        if isinstance(triple.object, Triple):
            raise _not_acceptable([other for other in RDF if other.name != "JSON-LD"])
        yield triple


def refuse_formats(
    result: QuerySolutions | QueryBoolean | QueryTriples, question: Question
) -> None:
    """Raise NotAcceptable when a result of this form cannot be written as the question wants."""
    chosen, offered = (
        (question.rdf, RDF) if isinstance(result, QueryTriples) else (question.results, RESULTS)
    )
    if chosen is None:
        raise _not_acceptable(offered)
    if isinstance(result, QueryBoolean) and chosen.name not in _RESULTS:
        raise _not_acceptable([other for other in RESULTS if other.name in _RESULTS])


def _not_acceptable(formats: Iterable[Format]) -> NotAcceptable:
    return NotAcceptable(available=[each.media_type for each in formats])


def _translate(error: Exception, *, on_disk: bool) -> StadsgraafError:
    """Our error for one that the engine raised while it evaluated."""
    # Who reads memory only was on its way to a SERVICE; on the disk seccomp keeps it from there.
    if isinstance(error, OSError) and not on_disk:
        return ServiceNotAllowed(service=HIDDEN)
    if found := _CUSTOM_FUNCTION.match(str(error)):
        function = found[1]
        return NotSupported(
            reason=Text(f"the function <{function}>", f"de functie <{function}>"),
            function=function,
        )
    return EvaluationFailed(reason=str(error))
