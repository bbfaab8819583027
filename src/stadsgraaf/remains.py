"""Where names of what is suppressed still stand: in texts and IRIs of other things.

A thing goes with all that says something of it. Its name may have been written in a title or a note
of something else, which nobody can take out but who wrote it: so they are told where.

>>> names = Names(["Zoë de Vries"])
>>> names.within("Wat ZOE DE VRIES, wethouder, vindt")
'Zoë de Vries'
>>> names.within("De Vriesman") is None
True
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import unquote

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from stadsgraaf.canonical import read_quads
from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.naming import CODES, LABELS, OTHER_NAMES, local_name
from stadsgraaf.release import Release
from stadsgraaf.suppression import Suppressed

__all__ = ["ADVICE", "Names", "Remains", "Remnant", "names_in", "remains", "said_of"]

#: What to do about it.
ADVICE: Final = "Change these texts and build again, or suppress these things too."

#: A shorter name stands in too many texts that do not mean it.
_FEWEST_LETTERS: Final = 4
#: Places of one release that are told one by one; the others are counted.
_MOST: Final = 20
_FAMILY_NAMES: Final = (PREFIXES["foaf"] + "familyName", PREFIXES["schema"] + "familyName")
_NAMING: Final = frozenset((*LABELS, *OTHER_NAMES, *_FAMILY_NAMES)) - frozenset(CODES)
_TYPE: Final = PREFIXES["rdf"] + "type"
_WORD: Final = re.compile(r"[^\W_]+")
_BLANK: Final = "_:"
#: Marks on letters, and what is not seen at all, such as soft hyphens.
_UNSEEN: Final = frozenset(("Mn", "Me", "Cf"))


class Names:
    """Names that are looked for in texts: as whole words, whatever their case and diacritics."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._by_first: dict[str, list[tuple[tuple[str, ...], str]]] = {}
        self._known: set[tuple[str, ...]] = set()
        for name in names:
            self.add(name)

    def __bool__(self) -> bool:
        """Whether there are any."""
        return bool(self._known)

    def add(self, name: str) -> None:
        """Look for this one too, unless it has fewer than four letters."""
        words = tuple(_words(name))
        if not _is_long(name) or words in self._known:
            return
        self._known.add(words)
        self._by_first.setdefault(words[0], []).append((words, " ".join(name.split())))

    def note(self, quads: Iterable[Quad], suppressed: Suppressed) -> None:
        """Look for what these quads call something suppressed, too; of a person the last name also."""
        called: list[tuple[str, str]] = []
        people: set[str] = set()
        for quad in quads:
            iri, predicate, value = (
                getattr(quad.subject, "value", ""),
                quad.predicate.value,
                quad.object,
            )
            if iri not in suppressed:
                continue
            if isinstance(value, Literal) and predicate in _NAMING:
                called.append((iri, value.value))
            elif predicate == _TYPE and isinstance(value, NamedNode):
                people |= {iri} if local_name(value.value) == "person" else set()
        for iri, name in called:
            self.add(name)
            if iri in people:
                self.add(_last_of(name))

    def within(self, text: str) -> str | None:
        """The first of these names that stands in a text."""
        words = _words(text)
        for place, word in enumerate(words):
            for name, written in self._by_first.get(word, ()):
                if tuple(words[place : place + len(name)]) == name:
                    return written
        return None


def _is_long(name: str) -> bool:
    return sum(map(str.isalpha, name)) >= _FEWEST_LETTERS


def _last_of(name: str) -> str:
    """The last word of a name that is long enough: what texts call a person by."""
    return next((word for word in reversed(name.split()) if _is_long(word)), "")


def _words(text: str) -> list[str]:
    return _WORD.findall(_bare(text))


def _bare(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(each for each in apart if unicodedata.category(each) not in _UNSEEN)


@dataclass(frozen=True)
class Remnant:
    """A text with a name in it: of which thing, by which property, in which graph or file."""

    name: str
    thing: str
    property: str
    place: str
    text: str = field(compare=False, default="")

    def __str__(self) -> str:
        """Where it stands, in one line."""
        return f"“{self.name}” in {self.property} of {self.thing}, in {self.place}"


@dataclass
class Remains:
    """What is left in one release: the first places, and how many there are in all."""

    release: str
    places: dict[Remnant, int] = field(default_factory=dict)
    total: int = 0
    is_whole: bool = True

    def add(self, place: Remnant) -> None:
        """Count one more; texts in several languages are at one place."""
        self.total += 1
        if place in self.places:
            self.places[place] += 1
        elif len(self.places) < _MOST:
            self.places[place] = 1


def names_in(release: Release, suppressed: Suppressed, names: Names) -> None:
    """Have the names that a release has for what is suppressed looked for."""
    starts = tuple(f"<{each}>".encode() for each in suppressed.iris)
    starts += tuple(f"<{each}".encode() for each in suppressed.starts)
    with release.data.open("rb") as lines:
        about = (line for line in lines if line.startswith(starts))
        quads = (quad for line in about for quad in parse(line, RdfFormat.N_QUADS))
        names.note(quads, suppressed)


def remains(release: Release, names: Names) -> Remains:
    """Where names still stand in a release: in its data, its canned queries and its report.

    The data are read as a stream, and no more places are kept than are told.
    """
    found = Remains(release.identifier)
    try:
        for each in _remnants(release, names):
            found.add(each)
    except (SyntaxError, ValueError):
        return Remains(release.identifier, is_whole=False)
    blank = {each.thing for each in found.places if each.thing.startswith(_BLANK)}
    owners = _owners(release, blank)
    found.places = {
        replace(each, thing=f"a blank node of {owners.get(each.thing, 'nothing')}")
        if each.thing in blank
        else each: count
        for each, count in found.places.items()
    }
    return found


def _remnants(release: Release, names: Names) -> Iterator[Remnant]:
    before = ""
    for quad in read_quads(release.data):
        graph = getattr(quad.graph_name, "value", "the default graph")
        thing, text = _thing(quad), getattr(quad.object, "value", "")
        if thing != before and (name := names.within(unquote(thing))):
            yield Remnant(name, thing, "the IRI", graph)
        before = thing
        if isinstance(quad.object, NamedNode):
            name = None if _is_own(text, release) else names.within(unquote(text))
        else:
            name = names.within(text) if isinstance(quad.object, Literal) else None
        if name:
            yield Remnant(name, thing, quad.predicate.value, graph, text)
    queries = {name: each.as_json() for name, each in release.queries.items()}
    yield from _in_json(queries, "queries.json", names)
    findings = release.report.get("findings", ())
    yield from _in_json({str(n): each for n, each in enumerate(findings)}, "report.json", names)


def _is_own(iri: str, release: Release) -> bool:
    """Whether it is the IRI of a thing here, which is told of that thing."""
    base = release.manifest.base_iri
    return bool(base) and iri.startswith(base or "")


def _thing(quad: Quad) -> str:
    return quad.subject.value if isinstance(quad.subject, NamedNode) else str(quad.subject)


def _owners(release: Release, blank: set[str]) -> dict[str, str]:
    """The thing that each of these blank nodes hangs from, by way of others or not."""
    above: dict[str, str] = {}
    wanted = blank
    while wanted:
        found = {
            str(quad.object): _thing(quad)
            for quad in read_quads(release.data)
            if isinstance(quad.object, BlankNode) and str(quad.object) in wanted
        }
        wanted = {each for each in found.values() if each.startswith(_BLANK)} - {*above, *found}
        above |= found
    return {each: _top(each, above) for each in blank if each in above}


def _top(node: str, above: Mapping[str, str]) -> str:
    passed = {node}
    while (node := above.get(node, "nothing")) in above and node not in passed:
        passed.add(node)
    return "nothing" if node.startswith(_BLANK) else node


def _in_json(objects: Mapping[str, Any], file: str, names: Names) -> Iterator[Remnant]:
    for key, each in objects.items():
        for member, value in each.items():
            if name := names.within(str(value)):
                yield Remnant(name, key, member, file)


def said_of(found: Iterable[Remains], files: Mapping[Remnant, str] | None = None) -> Iterator[str]:
    """What a person is told of releases, line by line; nothing when no name stands anywhere.

    ``files`` are those that a place is known to be written in.
    """
    left = []
    for each in found:
        if not each.is_whole:
            yield f"release {each.release} is damaged: what is in it is not known"
        if not each.total:
            continue
        left.append(each)
        texts = (
            "1 text or IRI still has"
            if each.total == 1
            else f"{each.total} texts or IRIs still have"
        )
        yield f"release {each.release}: {texts} a name of what is suppressed"
        for place in each.places:
            file = (files or {}).get(place)
            yield _printable(f"  {place}" + (f", file {file}" if file else ""))
        if more := each.total - sum(each.places.values()):
            yield f"  and {more} more"
    if left:
        yield ADVICE


def _printable(line: str) -> str:
    """A line for a terminal: a name may have anything in it."""
    return "".join(each if each.isprintable() else "\ufffd" for each in line)
