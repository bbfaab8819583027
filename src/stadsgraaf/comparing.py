"""Of what kind values are, for who sorts them: those of one kind are in order by themselves.

SPARQL orders what it can compare, https://www.w3.org/TR/sparql11-query/#modOrderBy; here that is what all
engines can, so that a date that is none, or one with a time zone among those without, is of no kind.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES

__all__ = ["NODE", "comparable_kind"]

#: The kind of what is no literal.
NODE: Final = "node"

_XSD: Final = PREFIXES["xsd"]
_TEXTS: Final = frozenset((_XSD + "string", PREFIXES["rdf"] + "langString"))
_ZONE: Final = re.compile(r"(?:Z|[+-](?:0\d|1[0-3]):[0-5]\d)\Z", re.ASCII)
_FORMS: Final = {
    _XSD + name: re.compile(form, re.ASCII)
    for name, form in (
        ("boolean", "true|false"),
        ("integer", r"[+-]?\d{1,18}"),
        ("decimal", r"[+-]?\d{1,15}(?:\.\d{1,15})?"),
        ("double", r"[+-]?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?"),
        ("gYear", r"\d{4}"),
        ("date", r"\d{4}-\d\d-\d\d"),
        ("dateTime", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?"),
    )
}
_READERS: Final[dict[str, Callable[[str], object]]] = {
    _XSD + "date": date.fromisoformat,
    _XSD + "dateTime": datetime.fromisoformat,
}


def comparable_kind(term: NamedNode | BlankNode | Literal | Triple) -> str:
    """The kind of a value; empty when it may not be comparable with all others of its datatype.

    >>> comparable_kind(NamedNode("http://e/")), comparable_kind(Literal("a", language="nl")), comparable_kind(Literal(1))
    ('node', 'text', 'http://www.w3.org/2001/XMLSchema#integer')
    """
    if isinstance(term, NamedNode | BlankNode):
        return NODE
    if not isinstance(term, Literal):
        return ""
    datatype = term.datatype.value
    return "text" if datatype in _TEXTS else _kind_of_value(datatype, term.value)


def _kind_of_value(datatype: str, value: str) -> str:
    form = _FORMS.get(datatype)
    if form is None:
        return ""
    read = _READERS.get(datatype, str)
    local = _ZONE.sub("", value) if datatype in _READERS else value
    try:
        is_one = form.fullmatch(local) and read(local)
    except ValueError:
        return ""
    if not is_one:
        return ""
    return datatype if local == value else f"{datatype} with a zone"
