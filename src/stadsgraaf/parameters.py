"""Parameters of canned queries: what a caller may bind, and the term that a text stands for.

>>> day = Parameter("day", PREFIXES["xsd"] + "date", None, Text("Day", "Dag"))
>>> bound([day], {"day": "2017-09-13"}, PREFIXES)
{'day': '"2017-09-13"^^<http://www.w3.org/2001/XMLSchema#date>'}
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pyoxigraph import Literal, NamedNode

from stadsgraaf.datatypes import kind_of
from stadsgraaf.errors import InvalidParameter, RepeatedParameter, Text
from stadsgraaf.namespaces import PREFIXES, expand

__all__ = ["Parameter", "bound", "given_in", "once"]

#: Characters of a value that an error repeats.
_SHOWN = 80


@dataclass(frozen=True)
class Parameter:
    """A variable of the query that a caller may bind.

    ``datatype`` is the IRI of its literals, or None when it takes an IRI; ``default`` is a term in
    N-Triples notation, or None when the variable stays free; ``target_class`` is the IRI of the
    class whose instances it takes.
    """

    name: str
    datatype: str | None
    default: str | None
    label: Text
    target_class: str | None = None

    def term(self, text: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
        """The RDF term, in N-Triples notation, that somebody means by this text.

        Raises InvalidParameter when the text is no value of the datatype, or no IRI where one is
        needed.
        """
        if self.datatype is None:
            return str(self._iri(text.strip(), prefixes))
        kind = kind_of(self.datatype)
        value = kind.read(text)
        if value is None:
            shown = text[:_SHOWN]
            reason = Text(f"“{shown}” is not {kind.words.en}", f"“{shown}” is geen {kind.words.nl}")
            raise InvalidParameter(name=self.name, reason=reason)
        return str(Literal(value, datatype=NamedNode(self.datatype)))

    def _iri(self, text: str, prefixes: Mapping[str, str]) -> NamedNode:
        """The IRI that a prefixed name stands for, else the text itself."""
        try:
            iri = expand(text, prefixes)
        except KeyError:
            iri = text
        try:
            return NamedNode(iri)
        except ValueError:
            shown = text[:_SHOWN]
            reason = Text(f"“{shown}” is not an IRI", f"“{shown}” is geen IRI")
            raise InvalidParameter(name=self.name, reason=reason) from None

    def as_json(self) -> dict[str, object]:
        """The parameter as the release's catalogue lists it."""
        return {
            "name": self.name,
            "type": self.datatype,
            "default": self.default,
            "label": self.label._asdict(),
            "class": self.target_class,
        }

    @classmethod
    def from_json(cls, entry: Mapping[str, Any]) -> "Parameter":
        """The parameter that `as_json` wrote."""
        label = Text(**entry["label"])
        return cls(entry["name"], entry["type"], entry["default"], label, entry["class"])


def given_in(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What was given, by name; what is empty was not given.

    Raises RepeatedParameter when one is there twice.
    """
    return once((name, text) for name, text in pairs if text.strip())


def once(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Parameters by name. Raises RepeatedParameter when one is there twice."""
    found: dict[str, str] = {}
    for name, text in pairs:
        if name in found:
            raise RepeatedParameter(name=name)
        found[name] = text
    return found


def bound(
    parameters: Iterable[Parameter], given: Mapping[str, str], prefixes: Mapping[str, str]
) -> dict[str, str]:
    """Terms by variable, in N-Triples notation: what was given, else the default.

    Raises InvalidParameter for an unknown parameter or a value of another type.
    """
    known = {parameter.name: parameter for parameter in parameters}
    for name in given:
        if name not in known:
            names = ", ".join(known)
            reason = Text(
                f"this query has the parameters: {names}" if names else "this query has none",
                f"deze vraag heeft de parameters: {names}" if names else "deze vraag heeft er geen",
            )
            raise InvalidParameter(name=name, reason=reason)
    terms = {
        name: parameter.term(given[name], prefixes) if name in given else parameter.default
        for name, parameter in known.items()
    }
    return {name: term for name, term in terms.items() if term is not None}
