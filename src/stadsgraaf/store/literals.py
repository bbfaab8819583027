"""Literals as results say them.

SPARQL 1.2 Query Results JSON, https://www.w3.org/TR/sparql12-results-json/

>>> str(literal({"type": "literal", "value": "a", "xml:lang": "ar", "its:dir": "rtl"}))
'"a"@ar--rtl'
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from pyoxigraph import BaseDirection, Literal, NamedNode

__all__ = ["literal"]

#: Datatypes that are remembered: to make one means to read it letter by letter.
_DATATYPES: Final = 128


def literal(term: Mapping[str, Any]) -> Literal:
    """The literal in a binding. Raises KeyError, TypeError or ValueError when it is none."""
    if language := term.get("xml:lang"):
        given = term.get("its:dir")
        direction = BaseDirection(given) if given else None
        return Literal(term["value"], language=language, direction=direction)
    datatype = term.get("datatype")
    return Literal(term["value"], datatype=_named_node(datatype) if datatype else None)


_named_node = lru_cache(_DATATYPES)(NamedNode)
