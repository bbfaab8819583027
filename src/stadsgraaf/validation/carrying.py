"""What shapes found before a change, and find after it too, so that they need not run again.

A shape that reads nothing of what is different finds what it found, and so does one that reads it
of the things from which it gets to no difference (``scope``, ``reach``). That holds for terms, not
for what people are told: places and labels are looked up anew.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pyoxigraph import BlankNode

from stadsgraaf.dataset import Document
from stadsgraaf.validation.results import Outcome, Result
from stadsgraaf.validation.scope import Scope
from stadsgraaf.validation.stages.subject import Subject

__all__ = ["Carried", "carried"]


@dataclass(frozen=True)
class Carried:
    """Results that stay as they are; those within the ``scope`` are to be found anew."""

    scope: Scope
    results: tuple[Result, ...]

    def joined(self, outcome: Outcome) -> Outcome:
        """All results: those of the scope, and those that stay."""
        # what two queries of a shape find of the same thing are two results, and alike
        found = set(outcome.results)
        stay = (result for result in self.results if result not in found)
        return replace(outcome, results=[*outcome.results, *stay])


def carried(results: Sequence[Result], before: Subject, after: Subject) -> Carried | None:
    """What stays of the ``results`` that there were before; None when nobody can tell."""
    scope = Scope.between(before, after)
    if scope is None:
        return None
    if before.shape_documents and before.shapes is not after.shapes:
        # what shared a part with a shape that is gone runs too
        scope = replace(scope, roots=scope.roots | scope.chosen_keys(before.shapes))
    stay = tuple(_staying(results, scope, after))
    blank = set(_blank_nodes(stay))
    return Carried(scope, stay) if not blank or blank <= _known(before, after) else None


def _staying(results: Sequence[Result], scope: Scope, after: Subject) -> Iterator[Result]:
    if not after.shape_documents:
        return
    left = scope.left(after.shapes) if scope.roots or scope.predicates else None
    focus = scope.focus
    for result in results:
        spared = focus is not None and not focus.asks(result)
        if left is None or spared or result.shape in left:
            yield result


def _blank_nodes(results: Iterable[Result]) -> Iterator[BlankNode]:
    for result in results:
        named = (result.focus, result.value, result.shape, result.constraint)
        yield from (term for term in named if isinstance(term, BlankNode))
        yield from _blank_nodes(result.details)


def _known(before: Subject, after: Subject) -> set[BlankNode]:
    """Blank nodes that are called alike on both sides: those of documents that say the same."""
    old = {one.path: one for one in before.dataset.documents}
    same = [one for one in after.dataset.documents if _says_the_same(one, old.get(one.path))]
    return {
        term
        for document in (*same, *after.standards)
        for triple in document.turtle.triples
        for term in (triple.subject, triple.object)
        if isinstance(term, BlankNode)
    }


def _says_the_same(one: Document, other: Document | None) -> bool:
    return other is not None and one.turtle.triples == other.turtle.triples
