"""Where a statement stands in RDF/XML or JSON-LD, whose parser tells no places.

https://www.w3.org/TR/rdf-syntax-grammar/ https://www.w3.org/TR/json-ld11/

It is looked for as people do: what names the subject (``rdf:about``, ``@id``), after that the
name of the property, after that the value. What is not seen is told at what was seen before it;
without a subject that is seen nothing is told but the file.
"""

import json
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from html import escape
from typing import Final

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.turtle import Positions
from stadsgraaf.turtle.scan import Lines

__all__ = ["NOWHERE", "Sighted", "end_of"]

#: The offset of what was not seen.
NOWHERE: Final = -1
_TYPE: Final = PREFIXES["rdf"] + "type"
_SUBJECT: Final = re.compile(
    r"""(?:\brdf:(?:about|ID)\s*=\s*|"(?:@id|id)"\s*:\s*)(["'])(.*?)\1(\s*\})?"""
)
#: As much of a value as is looked for.
_SEEN: Final = 60


class Sighted(Positions):
    """Positions that are looked for when somebody asks for one."""

    def __init__(self, text: str, triples: Sequence[Triple]) -> None:
        super().__init__(len(triples), lambda: (Lines(text), ()))
        self._text, self._triples = text, triples

    def offsets(self, index: int) -> tuple[int, int, int]:
        """Subject, predicate and object of a triple; ``NOWHERE`` where nothing was seen."""
        triple = self._triples[index]
        subject = self._subject(triple.subject)
        if subject == NOWHERE:
            alone = self._alone(triple.object)
            return alone, alone, alone
        starts = self._subjects[1]
        following = bisect_right(starts, subject)
        end = starts[following] if following < len(starts) else len(self._text)
        predicate = self._predicate(triple.predicate.value, subject, end)
        thing = self._object(triple.object, predicate, end)
        if predicate == thing == subject and triple.predicate.value != _TYPE:
            return subject, *self._beyond(triple, subject)
        return subject, predicate, thing

    def _beyond(self, triple: Triple, start: int) -> tuple[int, int]:
        """Property and value together: after something else that is described within."""
        name = re.escape(_last(triple.predicate.value))
        for word in _written(triple.object):
            together = rf"""[\s:"/#<]({name})["\s=>][^<{{}}]*?({re.escape(word)})"""
            if found := re.compile(together).search(self._text, start):
                return found.start(1), found.start(2)
        return start, start

    @cached_property
    def _subjects(self) -> tuple[dict[str, list[tuple[str, int]]], list[int]]:
        """What is described, by the last part of its name; and where each description begins."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for match in _SUBJECT.finditer(self._text):
            # an object with nothing but its name refers to what is described elsewhere
            if match[3] is None:
                found[_last(match[2])].append((match[2], match.start(2)))
        return found, sorted(at for places in found.values() for _, at in places)

    def _subject(self, node: object) -> int:
        if not isinstance(node, NamedNode):
            return NOWHERE
        named = self._subjects[0].get(_last(node.value), [])
        exact = [at for name, at in named if name == node.value]
        return next(iter(exact or [at for _, at in named]), NOWHERE)

    def _predicate(self, iri: str, start: int, end: int) -> int:
        if iri == _TYPE:
            return start
        found = re.compile(rf"""[<\s:"/#]({re.escape(_last(iri))})["\s=>/]""").search(
            self._text, start, end
        )
        return found.start(1) if found else start

    def _object(self, thing: object, start: int, end: int) -> int:
        if isinstance(thing, NamedNode):
            quoted = re.compile(rf"""["'/#:]{re.escape(_last(thing.value))}(?=["'])""")
            # the next description may be that of the value
            found = quoted.search(self._text, start, end + len(thing.value) + 1)
            return found.start() + 1 if found else start
        for word in _written(thing):
            at = self._text.find(word, start, end)
            if at >= 0:
                return at
        return start

    def _alone(self, thing: object) -> int:
        """A value of a thing without a name, when it stands in the file once."""
        if isinstance(thing, NamedNode):
            local = re.escape(_last(thing.value))
            words = rf"""["'](?:{re.escape(thing.value)}|#{local})["']"""
            found = [match.start() + 1 for match in re.finditer(words, self._text)]
            return found[0] if len(found) == 1 else NOWHERE
        for word in _written(thing) if isinstance(thing, Literal) else ():
            for around in ('"', ">"):
                if self._text.count(around + word) == 1:
                    return self._text.index(around + word) + 1
        return NOWHERE


def end_of(text: str, offset: int) -> int:
    """Where the word at an offset ends."""
    found = re.compile(r"""[^\s"'<>=]+""").match(text, offset)
    return found.end() if found else offset + 1


def _last(iri: str) -> str:
    return re.split(r"[/#:]", iri)[-1]


def _written(thing: object) -> tuple[str, ...]:
    """How a value may be written."""
    if isinstance(thing, Literal):
        value = thing.value.partition("\n")[0][:_SEEN]
        return (
            (escape(value, quote=False), json.dumps(value, ensure_ascii=False)[1:-1])
            if value
            else ()
        )
    return () if isinstance(thing, BlankNode | Triple) else (_last(getattr(thing, "value", "")),)
