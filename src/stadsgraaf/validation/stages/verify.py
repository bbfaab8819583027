"""The rules that are queries: every solution is a finding."""

import re
from collections.abc import Iterable, Iterator, Mapping

from pyoxigraph import Literal, NamedNode, QuerySolutions, Triple

from stadsgraaf.errors import Text
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import Rule, rules
from stadsgraaf.validation.finding import Finding, Span
from stadsgraaf.validation.reads import reads_of_query
from stadsgraaf.validation.shacl import Data
from stadsgraaf.validation.sparql import tokens
from stadsgraaf.validation.stages.subject import Subject, about

__all__ = ["only_of", "run_check", "verify"]


def verify(subject: Subject) -> Iterator[Finding]:
    """The rules that are queries: every solution is a finding."""
    asked = [found for found in rules().values() if found.query and _is_touched(subject, found)]
    scope = subject.scope
    data = subject.part(scope.near.of_rules if scope and asked else None)
    for number, found in enumerate(asked):
        subject.counted(number, len(asked))
        yield from run_check(subject, found, data)


def _is_touched(subject: Subject, found: Rule) -> bool:
    scope = subject.scope
    return scope is None or (
        scope.touches(reads_of_query(found.query, {})) and scope.near.nodes_of(found.query) != []
    )


def run_check(subject: Subject, found: Rule, data: Data | None = None) -> Iterator[Finding]:
    """The findings of one verify rule, perhaps in a part of the data that tells as much.

    Raises TypeError when the rule is no SELECT query.
    """
    nodes = None if subject.scope is None else subject.scope.near.nodes_of(found.query)
    store = (data or subject.data).store
    answer = store.query(found.query if nodes is None else only_of(found.query, nodes))
    if not isinstance(answer, QuerySolutions):
        message = f"{found.name} is not a SELECT query"
        raise TypeError(message)
    names = {variable.value for variable in answer.variables}
    rows = [{name: row[name] for name in names if row[name] is not None} for row in answer]
    rows = [row for row in rows if _is_read(subject, row)]
    subject.places.learn(
        term for row in rows for term in row.values() if not isinstance(term, Triple)
    )
    for row in rows:
        yield _check_finding(subject, found, row)


def only_of(query: str, nodes: Iterable[NamedNode]) -> str:
    """A query that asks for these nodes only."""
    start = next(word.start for word in tokens(query) if word.text == "{") + 1
    return f"{query[:start]} VALUES ?this {{ {' '.join(map(str, nodes))} }} {query[start:]}"


def _is_read(subject: Subject, row: Mapping[str, Term]) -> bool:
    """Whether a finding does not rest on what is missing only because it could not be read."""
    if isinstance(row.get("value"), Literal):
        return True
    return not any(
        isinstance(term, NamedNode) and term.value in subject.unread
        for name, term in row.items()
        if name != "path"
    )


def _check_finding(subject: Subject, found: Rule, row: Mapping[str, Term]) -> Finding:
    places, focus, value = subject.places, row["this"], row.get("value")
    path = row.get("path")
    path_text = str(path) if isinstance(path, NamedNode) else ""
    span = places.locate(focus, path_text, value) or Span()
    shown = {name: places.curie(term) for name, term in row.items()}
    message = Text(_filled(found.message.en, shown), _filled(found.message.nl, shown))
    return about(
        subject,
        found,
        span,
        message,
        focus=focus,
        path=path_text,
        value=value,
        mend=Text(_filled(found.mend.en, shown), _filled(found.mend.nl, shown)),
    )


def _filled(text: str, shown: Mapping[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: shown.get(found[1], "…"), text)
