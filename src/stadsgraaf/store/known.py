"""What there is in the data, and what is like a term that is not: said in hints.

A hint is a JSON object: its ``kind``, what it is about, what there is instead, and a ``message`` in
English and Dutch.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.parts import Parts

__all__ = ["TOLD", "TYPE", "Hint", "Known", "alike", "hint", "samples"]

Hint = dict[str, object]

#: Names that are compared with one that is not there, and how many are told.
_COMPARED: Final = 20_000
_RANKED: Final = 500
#: Solutions among which names and texts that are alike are looked for, however many there are.
_SEARCHED: Final = 100_000
TOLD: Final = 3
#: How much names that are alike have in common.
_ALIKE: Final = 0.6
#: Values that are looked at to see of what kinds there are, and kinds that are told.
_LOOKED_AT: Final = 2000
_SAMPLES: Final = 5
TYPE: Final = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
_XSD: Final = PREFIXES["xsd"]
_NAMESPACE: Final = re.compile(r".*[/#:]")
#: A term as it is written, and no variable and no path.
_SIMPLE: Final = re.compile(
    r"""(?:<[^<>]*>|[^\s/|^()*+?!]*:[^\s/|^()*+?!]*|["'].*|[-+.0-9].*)\Z""", re.DOTALL
)


def hint(kind: str, en: str, nl: str, **more: object) -> Hint:
    """A hint in both languages."""
    return {"kind": kind, **more, "message": {"en": en, "nl": nl}}


def alike(wanted: str, known: Sequence[str]) -> list[str]:
    """Those of some texts that look like one, the most like it first."""
    return difflib.get_close_matches(wanted, known, TOLD, _ALIKE)


def samples(values: Sequence[Any]) -> list[str]:
    """Terms as they are written: one of each datatype or language, those of the most come first."""
    found: dict[object, list[str]] = {}
    for term in values:
        is_literal = isinstance(term, Literal)
        kind = (term.datatype.value, term.language) if is_literal else type(term)
        found.setdefault(kind, []).append(str(term))
    return [each[0] for each in sorted(found.values(), key=len, reverse=True)][:_SAMPLES]


class Known:
    """The terms of the data that a query asks."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    def term(self, text: str) -> Any:
        """The term that is meant by the text of one; None for a variable or a path."""
        if text.startswith(("?", "$", "_:")) or not text:
            return None
        if text == "a":
            return NamedNode(TYPE[1:-1])
        is_simple = self._parts.rows(f"({text} AS ?term)", "", 1) if _SIMPLE.match(text) else ()
        return is_simple[0].get("term") if is_simple else None

    def is_there(self, pattern: str) -> bool:
        """Whether anything matches."""
        return bool(self._parts.rows("*", pattern, 1))

    def is_anywhere(self, term: str) -> bool:
        """Whether something is said of it, or by it."""
        return self.is_there(f"{term} ?p ?o") or self.is_there(f"?s ?p {term}")

    def values(self, name: str, pattern: str) -> list[Any]:
        """Values of a variable, each once."""
        rows = self._parts.rows(f"DISTINCT ?{name}", pattern, _LOOKED_AT)
        return [row[name] for row in rows if name in row]

    def unknown(self, kind: str, term: NamedNode, known: str) -> Iterator[Hint]:
        """A name that is nowhere, and those that look like it; a datatype is no thing of the data."""
        if term.value.startswith(_XSD):
            return
        nearest = self._nearest(term.value, kind, known)
        names_en, names_nl = {
            "property": ("property", "eigenschap"),
            "class": ("class", "klasse"),
        }.get(kind, ("thing", "ding"))
        en, nl = f"no {names_en} {term} is in the data", f"de data hebben geen {names_nl} {term}"
        if nearest:
            en += f"; did you mean <{nearest[0]}>?"
            nl += f"; bedoelt u <{nearest[0]}>?"
        yield hint(f"unknown-{kind}", en, nl, term=term.value, nearest=nearest)

    def _nearest(self, wanted: str, kind: str, pattern: str) -> list[str]:
        """Names of the same, then of nearly the same last part; the most like it as a whole first."""
        known = self._names(kind, pattern) - {wanted}
        by_name: dict[str, list[str]] = {}
        for iri in known:
            by_name.setdefault(_name(iri), []).append(iri)
        same = [iri for iri in known if _name(iri).lower() == _name(wanted).lower()]
        close = difflib.get_close_matches(_name(wanted), by_name, 10, _ALIKE)
        named = [_by_likeness(by_name[name], wanted) for name in close]
        near = dict.fromkeys(
            (*_by_likeness(same, wanted), *(iri for some in named for iri in some))
        )
        return list(near)[:TOLD]

    def _names(self, kind: str, pattern: str) -> set[str]:
        """Those that were counted, else those of the first solutions of a pattern."""
        if counted := self._parts.names.get(kind):
            return set(counted)
        few = f"{_first(pattern)} FILTER(ISIRI(?it))"
        rows = self._parts.rows("DISTINCT ?it", few, _COMPARED)
        return {it.value for row in rows if isinstance(it := row["it"], NamedNode)}

    def other_literals(self, literal: Literal, pattern: str) -> Iterator[Hint]:
        """The same text in another language, with another datatype, or written otherwise."""
        text = str(Literal(literal.value))
        same = f"FILTER(LCASE(STR(?it)) = LCASE({text}))"
        rows = self._parts.rows("DISTINCT ?it", f"{_first(pattern)} {same}", TOLD)
        found = [str(row["it"]) for row in rows]
        if found and str(literal) not in found:
            yield hint(
                "other-literal",
                f"there is no {literal}, but there is {found[0]}",
                f"{literal} is er niet, maar {found[0]} wel",
                term=str(literal),
                found=found,
            )

    def other_values(self, wanted: Any, pattern: str) -> Iterator[Hint]:
        """What there is in the place of a term, ``?it``: what looks like it, and of which kinds."""
        values = self.values("it", pattern)
        by_text: dict[str, str] = {}
        for each in values:
            by_text.setdefault(getattr(each, "value", str(each)), str(each))
        near = difflib.get_close_matches(wanted.value, by_text, TOLD, _ALIKE)
        found = list(dict.fromkeys((*(by_text[text] for text in near), *samples(values))))
        if found:
            yield hint(
                "other-values",
                f"there is no {wanted} here; there is for example {found[0]}",
                f"{wanted} is hier niet; er is bijvoorbeeld {found[0]}",
                term=str(wanted),
                found=found[:_SAMPLES],
            )

    def other_properties(self, wanted: Any, subject: str) -> Iterator[Hint]:
        """Properties that have a term as their value, where the one that was asked for has not."""
        found = [str(each) for each in self.values("it", f"{subject} ?it {wanted}")][:TOLD]
        if found:
            yield hint(
                "other-property",
                f"{wanted} is a value of {found[0]}",
                f"{wanted} is een waarde van {found[0]}",
                term=str(wanted),
                found=found,
            )


def _first(pattern: str) -> str:
    """A pattern with ``?it``, of which the first solutions are enough."""
    return f"{{ SELECT ?it WHERE {{ {pattern}\n}} LIMIT {_SEARCHED} }}"


def _by_likeness(iris: Sequence[str], wanted: str) -> list[str]:
    likeness = difflib.SequenceMatcher(b=wanted)

    def rank(iri: str) -> tuple[float, str]:
        likeness.set_seq1(iri)
        return -likeness.ratio(), iri

    return sorted(sorted(iris)[:_RANKED], key=rank)


def _name(iri: str) -> str:
    """What comes after the namespace."""
    found = _NAMESPACE.match(iri.rstrip("/#"))
    return iri[found.end() :] if found else iri
