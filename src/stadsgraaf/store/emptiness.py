"""Why a query has no solutions: the smallest set of its parts that has none, and what may be meant.

Parts are added in the order of the text until nothing is left; then every part is taken out again
that does not matter. Of a triple pattern that matches nothing at all, and of filters, VALUES and BIND
that leave nothing, the terms are looked at: is there such a property, such a thing, such a text in
another language or with another datatype?
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from stadsgraaf.store.lexer import tokens
from stadsgraaf.store.parts import Part, Parts
from stadsgraaf.store.patterns import constants
from stadsgraaf.store.service import Ask

__all__ = ["explain_emptiness"]

#: Elements that take nothing away from what is before them.
_HARMLESS: Final = frozenset(("optional", "bind"))
#: Names that are compared with one that is not there, and how many are told.
_COMPARED: Final = 20_000
_TOLD: Final = 3
_SAMPLE: Final = 5
#: Constants of a part, and graphs, that are looked at; and how much names that are alike have in common.
_CONSTANTS: Final = 10
_GRAPHS: Final = 100
_ALIKE: Final = 0.6
_A: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_MODIFIERS: Final = {
    "kind": "modifiers",
    "message": {
        "en": "the patterns have solutions, but HAVING, LIMIT, OFFSET or VALUES at the end leave none",
        "nl": "de patronen hebben oplossingen, maar HAVING, LIMIT, OFFSET of VALUES aan het eind "
        "laten er geen over",
    },
}
_NAMESPACE: Final = re.compile(r".*[/#:]")


def explain_emptiness(query: str, ask: Ask) -> dict[str, object]:
    """A JSON object: whether it is ``empty``, the failing ``patterns`` and ``hints``.

    A hint has a ``kind``, what it is about, what there is instead, and a sentence in English and
    Dutch.
    """
    parts = Parts(query, ask)
    is_select = parts.structure.form == "SELECT"
    if is_select and ask(query, 1):
        return {"empty": False, "patterns": [], "hints": []}
    failing = _failing(parts, list(parts.of(parts.structure.where)))
    if not failing:
        return {"empty": is_select, "patterns": [], "hints": [_MODIFIERS] if is_select else []}
    return {
        "empty": True,
        "patterns": [parts.place(part) for part in failing],
        "hints": _once(_hints(parts, failing)),
    }


def _once(hints: Iterator[dict[str, object]]) -> list[dict[str, object]]:
    """Each hint once, where it is first given."""
    found: list[dict[str, object]] = []
    for hint in hints:
        if hint not in found:
            found.append(hint)
    return found


def _failing(parts: Parts, where: Sequence[Part]) -> list[Part]:
    """The smallest set of parts that has no solutions; nothing when all together have some."""
    filters = [part for part in where if part.element.kind == "filter"]
    others = [part for part in where if part.element.kind != "filter"]
    taken: list[Part] = []
    for part in (*others, *filters):  # a filter is about its whole group
        taken.append(part)
        if part.element.kind not in _HARMLESS and not parts.has_solutions(taken):
            smallest = _smallest(parts, taken)
            return _inside(parts, smallest[0]) if len(smallest) == 1 else smallest
    return []


def _inside(parts: Parts, part: Part) -> list[Part]:
    """Where one group alone fails, what fails in it."""
    if part.element.kind != "group":
        return [part]
    (group,) = part.element.groups
    if group.is_query:
        groups = group.elements[0].groups
        if len(groups) > 1:  # EXISTS has one too
            return [part]
        (group,) = groups
    return _failing(parts, list(parts.of(group))) or [part]


def _smallest(parts: Parts, taken: list[Part]) -> list[Part]:
    """Without every part that can be left out; the last one is what made it empty."""
    *before, last = taken
    if last.element.kind not in ("filter", "minus") and not parts.has_solutions([last]):
        return [last]
    for part in list(before):
        rest = [each for each in before if each is not part]
        if _stands_alone([*rest, last]) and not parts.has_solutions([*rest, last]):
            before = rest
    return [*before, last]


def _stands_alone(taken: Sequence[Part]) -> bool:
    """Whether the variables of filters are those of some other part: else their error is why."""
    known = frozenset().union(
        *(part.element.variables for part in taken if part.element.kind != "filter")
    )
    return all(part.element.variables <= known for part in taken if part.element.kind == "filter")


# --- what may be meant ----------------------------------------------------------------------------


def _hints(parts: Parts, failing: Sequence[Part]) -> Iterator[dict[str, object]]:
    *others, last = failing
    if not (parts.rows("*", "?s ?p ?o", 1) or parts.rows("*", "GRAPH ?g { ?s ?p ?o }", 1)):
        yield _empty_dataset(parts)
    elif not others and last.element.kind in ("graph", "union", "group"):
        yield from _graph(parts, last)
        yield from _terms_inside(parts, last)
    elif not others and last.pattern and last.pattern.subject:
        yield from _Terms(parts, last).hints()
    elif others:
        meant = [*_terms_inside(parts, last), *_Constants(parts, failing).hints()]
        yield from meant
        if last.element.kind in ("filter", "values", "minus"):
            yield from _values(parts, others, last)
        elif not meant:
            yield _hint(
                "join",
                "each of these has solutions, but none that fit together",
                "elk hiervan heeft oplossingen, maar geen die bij elkaar passen",
            )


def _terms_inside(parts: Parts, part: Part) -> Iterator[dict[str, object]]:
    """Of the triple patterns within a part."""
    for inner in parts.inside(part):
        if inner.pattern and inner.pattern.subject and not parts.has_solutions([inner]):
            yield from _Terms(parts, inner).hints()


def _empty_dataset(parts: Parts) -> dict[str, object]:
    """No graph that is named holds anything; those of FROM may be misspelt."""
    en = "the graphs that the query or the request names hold nothing"
    nl = "de grafen die de query of het verzoek noemt bevatten niets"
    graphs = parts.graphs()
    named = [token.text[1:-1] for token in tokens(parts.structure.dataset) if token.kind == "iri"]
    nearest = list(dict.fromkeys(near for iri in named for near in _alike(iri, graphs)))
    if nearest:
        en, nl = f"{en}; did you mean <{nearest[0]}>?", f"{nl}; bedoelt u <{nearest[0]}>?"
    return _hint("empty-dataset", en, nl, nearest=nearest)


def _alike(wanted: str, known: Sequence[str]) -> list[str]:
    """Those of some IRIs that look like one, the most like it first."""
    return difflib.get_close_matches(wanted, known, _TOLD, _ALIKE)


def _graph(parts: Parts, part: Part) -> Iterator[dict[str, object]]:
    """Of a GRAPH that gives nothing, whether another graph would."""
    name = part.element.name
    if name is None or name.kind == "variable":
        return
    inner = part.element.groups[0]
    pattern = parts.query[inner.start : inner.end]
    rows = parts.rows("DISTINCT ?it", f"GRAPH ?it {pattern}", _GRAPHS)
    graphs = [it.value for row in rows if isinstance(it := row["it"], NamedNode)]
    graphs.sort(key=lambda iri: -difflib.SequenceMatcher(None, iri, name.text).ratio())
    en, nl = f"the graph {name.text} does not have this", f"de graaf {name.text} heeft dit niet"
    if graphs:
        en, nl = f"{en}; <{graphs[0]}> has", f"{nl}; <{graphs[0]}> wel"
    yield _hint("other-graph", en, nl, term=name.text, nearest=graphs[:_TOLD])


def _values(parts: Parts, others: Sequence[Part], last: Part) -> Iterator[dict[str, object]]:
    """What the variables of a filter are before it: texts show their language, numbers their type."""
    pattern = _together(others)
    for name in _shared(last, others):
        rows = parts.rows(f"DISTINCT ?{name}", pattern, _SAMPLE)
        values = [str(row[name]) for row in rows if name in row]
        if values:
            yield _hint(
                "values",
                f"without this, ?{name} is for example {values[0]}",
                f"zonder dit is ?{name} bijvoorbeeld {values[0]}",
                variable=name,
                found=values,
            )


def _together(some: Sequence[Part]) -> str:
    return "\n".join(part.written for part in some)


def _shared(part: Part, others: Sequence[Part]) -> list[str]:
    """Variables of a part that stand in others too."""
    mentioned = frozenset().union(*(other.element.variables for other in others))
    return sorted(part.element.variables & mentioned)


class _Names:
    """What there is in the data, and what is like a name that is not."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def term(self, text: str) -> Any:
        """The term that is meant by the text of one; None for a variable or a path."""
        if text.startswith(("?", "$", "_:")) or not text:
            return None
        if text == "a":
            return NamedNode(_A[1:-1])
        is_simple = self._parts.rows(f"({text} AS ?term)", "", 1) if _SIMPLE.match(text) else ()
        return is_simple[0].get("term") if is_simple else None

    def is_anywhere(self, term: str) -> bool:
        return self.is_there(f"{term} ?p ?o") or self.is_there(f"?s ?p {term}")

    def is_there(self, pattern: str) -> bool:
        return bool(self._parts.rows("*", pattern, 1))

    def unknown(self, kind: str, term: NamedNode, known: str) -> Iterator[dict[str, object]]:
        """A name that is nowhere, and those that look like it."""
        nearest = self._nearest(term.value, known)
        names_en, names_nl = {
            "property": ("property", "eigenschap"),
            "class": ("class", "klasse"),
        }.get(kind, ("thing", "ding"))
        en, nl = f"no {names_en} {term} is in the data", f"de data hebben geen {names_nl} {term}"
        if nearest:
            en += f"; did you mean <{nearest[0]}>?"
            nl += f"; bedoelt u <{nearest[0]}>?"
        yield _hint(f"unknown-{kind}", en, nl, term=term.value, nearest=nearest)

    def _nearest(self, wanted: str, pattern: str) -> list[str]:
        rows = self._parts.rows("DISTINCT ?it", f"{pattern} FILTER(ISIRI(?it))", _COMPARED)
        known = {it.value for row in rows if isinstance(it := row["it"], NamedNode)} - {wanted}
        same_name = [iri for iri in known if _name(iri).lower() == _name(wanted).lower()]
        close = difflib.get_close_matches(_name(wanted), {_name(iri) for iri in known}, 10, _ALIKE)
        named = [iri for name in close for iri in sorted(known) if _name(iri) == name]
        near = dict.fromkeys((*sorted(same_name), *named))
        return list(near)[:_TOLD]

    def other_literals(self, literal: Literal, pattern: str) -> Iterator[dict[str, object]]:
        """The same text in another language, with another datatype, or written otherwise."""
        text = str(Literal(literal.value))
        same = f"FILTER(LCASE(STR(?it)) = LCASE({text}))"
        rows = self._parts.rows("DISTINCT ?it", f"{pattern} {same}", _TOLD)
        found = [str(row["it"]) for row in rows]
        if found and str(literal) not in found:
            yield _hint(
                "other-literal",
                f"there is no {literal}, but there is {found[0]}",
                f"{literal} is er niet, maar {found[0]} wel",
                term=str(literal),
                found=found,
            )


class _Constants:
    """The terms that stand in the filters, VALUES and BIND of parts that do not fit together."""

    def __init__(self, parts: Parts, failing: Sequence[Part]) -> None:
        self._names = _Names(parts)
        self._failing = failing

    def hints(self) -> Iterator[dict[str, object]]:
        for part in self._failing:
            if part.element.kind in ("filter", "values", "bind") and not part.element.groups:
                others = [other for other in self._failing if other is not part]
                for text in list(dict.fromkeys(constants(part.element)))[:_CONSTANTS]:
                    yield from self._of(text, part, others)

    def _of(self, text: str, part: Part, others: Sequence[Part]) -> Iterator[dict[str, object]]:
        term = self._names.term(text)
        if isinstance(term, NamedNode) and not self._names.is_anywhere(text):
            yield from self._names.unknown("thing", term, "?it ?p ?o")
        elif isinstance(term, Literal):
            for name in _shared(part, others):
                pattern = f"{_together(others)} BIND(?{name} AS ?it)"
                yield from self._names.other_literals(term, pattern)


class _Terms:
    """The terms of a triple pattern that matches nothing."""

    def __init__(self, parts: Parts, part: Part) -> None:
        assert part.pattern  # noqa: S101 – only such parts have terms
        self._names = _Names(parts)
        self._pattern = part.pattern

    def hints(self) -> Iterator[dict[str, object]]:
        pattern, names = self._pattern, self._names
        is_variable = pattern.predicate.startswith(("?", "$"))
        predicate = None if is_variable else names.term(pattern.predicate)
        if isinstance(predicate, NamedNode) and not names.is_there(f"?s {pattern.predicate} ?o"):
            yield from names.unknown("property", predicate, "?s ?it ?o")
            return
        if not is_variable and predicate is None and (unknown := list(self._unknown_steps())):
            yield from unknown
            return
        subject, object_ = names.term(pattern.subject), names.term(pattern.object)
        is_type = predicate is not None and str(predicate) == _A
        if isinstance(subject, NamedNode) and not names.is_anywhere(pattern.subject):
            yield from names.unknown("thing", subject, "?it ?p ?o")
        if isinstance(object_, NamedNode) and not (
            names.is_there(f"?s a {pattern.object}")
            if is_type
            else names.is_anywhere(pattern.object)
        ):
            kind, known = ("class", f"?s {_A} ?it") if is_type else ("thing", "?it ?p ?o")
            yield from names.unknown(kind, object_, known)
        elif isinstance(object_, Literal):
            yield from names.other_literals(object_, f"{pattern.subject} {pattern.predicate} ?it")
        if subject is not None or object_ is not None:
            yield from self._turned_round()

    def _unknown_steps(self) -> Iterator[dict[str, object]]:
        """Properties in a path that are nowhere."""
        for token in tokens(self._pattern.predicate):
            term = self._names.term(token.text) if token.kind in ("iri", "prefixed") else None
            if isinstance(term, NamedNode) and not self._names.is_there(f"?s {token.text} ?o"):
                yield from self._names.unknown("property", term, "?s ?it ?o")

    def _turned_round(self) -> Iterator[dict[str, object]]:
        pattern = self._pattern
        if pattern.object.startswith(("'", '"')) or pattern.object[:1].isdigit():
            return
        if pattern.subject.startswith(("'", '"')):
            return
        if self._names.is_there(f"{pattern.object} {pattern.predicate} {pattern.subject}"):
            yield _hint(
                "turned-round",
                "the other way round, this matches",
                "andersom past dit wel",
                pattern=f"{pattern.object} {pattern.predicate} {pattern.subject}",
            )


_SIMPLE: Final = re.compile(
    r"""(?:<[^<>]*>|[^\s/|^()*+?!]*:[^\s/|^()*+?!]*|["'].*|[-+.0-9].*)\Z""", re.DOTALL
)


def _name(iri: str) -> str:
    """What comes after the namespace."""
    found = _NAMESPACE.match(iri.rstrip("/#"))
    return iri[found.end() :] if found else iri


def _hint(kind: str, en: str, nl: str, **more: object) -> dict[str, object]:
    return {"kind": kind, **more, "message": {"en": en, "nl": nl}}
