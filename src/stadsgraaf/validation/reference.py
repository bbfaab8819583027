"""pySHACL, the reference among SHACL engines.

https://www.w3.org/TR/shacl/

A module of its own, as importing pySHACL takes long: whoever waits for nothing of it should not.
"""

import warnings
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pyshacl
import pyshacl.shape
import rdflib
from pyoxigraph import BlankNode, NamedNode
from pyshacl.constraints import ALL_CONSTRAINT_PARAMETERS, CONSTRAINT_PARAMETERS_MAP
from pyshacl.errors import ShapeRecursionWarning
from rdflib.term import Node

from stadsgraaf.validation import bridge
from stadsgraaf.validation.results import Outcome, Result, read_report

__all__ = ["validate"]


def validate(
    data: rdflib.Graph,
    shapes: rdflib.Graph,
    stands_for: dict[Node, Node],
    *,
    advanced: bool = False,
) -> Outcome:
    """What pySHACL says; ``stands_for`` are shapes that stand for others in its results.

    ``advanced`` evaluates SHACL-AF too: its rules add to the data.
    """
    _hasten()
    with warnings.catch_warnings(record=True) as warned, bridge.quiet():
        warnings.simplefilter("always", ShapeRecursionWarning)
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            _, report, text = pyshacl.validate(
                data, shacl_graph=shapes, inplace=True, advanced=advanced
            )
        except Exception as error:  # noqa: BLE001 – rdflib fails in many ways on a valid query
            return Outcome(faults=[("", f"{type(error).__name__}: {error}")])
    if not isinstance(report, rdflib.Graph):
        return Outcome(faults=[("", str(text))])
    results = list(dict.fromkeys(read_report(report)))
    names = {bridge.term(new): bridge.term(old) for new, old in stands_for.items()}
    # a recursive shape is undefined in SHACL; pySHACL leaves it out and warns
    recursions = [str(one.message) for one in warned if one.category is ShapeRecursionWarning]
    return Outcome([_named(result, names) for result in results], recursions=recursions)


def _named(result: Result, names: dict[bridge.Term, bridge.Term]) -> Result:
    original = names.get(result.shape)
    if isinstance(original, NamedNode | BlankNode):
        return replace(result, shape=original)
    return result


class _Looked(list[Any]):
    """A list that is looked up as a set: pySHACL asks for each predicate of each shape."""

    def __init__(self, members: Iterable[Any]) -> None:
        super().__init__(members)
        self._set = frozenset(self)

    def __contains__(self, member: object) -> bool:
        return member in self._set


def _hasten() -> None:
    """Let pySHACL find the parameters of constraints faster; it makes no other difference."""
    vars(pyshacl.shape)["CONSTRAINT_PARAMS"] = (
        _Looked(ALL_CONSTRAINT_PARAMETERS),
        CONSTRAINT_PARAMETERS_MAP,
    )
