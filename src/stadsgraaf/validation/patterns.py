"""The patterns of a query, group by group, as its text has them.

https://www.w3.org/TR/sparql11-query/#sparqlGrammar
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token, after_literal
from stadsgraaf.validation.sparql import mentioned, prefixes_of

__all__ = [
    "ALTERNATIVE",
    "FAR",
    "IN_ORDER",
    "NONE",
    "OBJECT",
    "PREDICATE",
    "SUBJECT",
    "TEST",
    "TURNED",
    "Group",
    "Names",
    "NotRead",
    "Pattern",
    "are_escaped",
    "either",
    "patterns_of",
]

_TYPE = PREFIXES["rdf"] + "type"
#: Places in a triple, and what they are the other way round.
SUBJECT, PREDICATE, OBJECT = range(3)
TURNED = {SUBJECT: OBJECT, OBJECT: SUBJECT, PREDICATE: PREDICATE}
#: Groups that see only what comes before them, those that see all, those that are joined.
IN_ORDER, TEST, ALTERNATIVE = "OPTIONAL", "EXISTS", "UNION"
#: Groups of which all solutions count, whatever is bound around them.
FAR = "SELECT"

#: What makes names mean something else, or reads what no pattern says.
_OTHER = frozenset({"BASE", "DESCRIBE"})
#: Predicates by IRI; None for any.
Names = frozenset[str] | None
NONE: frozenset[str] = frozenset()


class NotRead(Exception):  # noqa: N818 – it is no error: who asks takes the careful way
    """The query has more than patterns, or what this does not know."""


def are_escaped(words: Iterable[Token]) -> bool:
    """Whether a word is written by the numbers of its characters, so that it may be any other."""
    return any("\\" in word.text and word.kind in {"prefixed", "iri", "stray"} for word in words)


def patterns_of(words: Sequence[Token], prefixes: Mapping[str, str]) -> "Group":
    """The patterns of one SELECT after whose WHERE nothing comes. Raises NotRead for any other."""
    if are_escaped(words) or any(word.upper in _OTHER for word in words):
        raise NotRead
    try:
        group = _Reader(words, {**prefixes, **prefixes_of(list(words))}).read()
    except IndexError:
        raise NotRead from None
    group.narrow({})
    group.widen()
    return group


@dataclass(frozen=True)
class Pattern:
    """One triple pattern, or one step of a path. Variables have a name, constants none.

    ``forward`` are predicates from the subject to the object, ``backward`` those from the object to
    the subject; ``predicate`` is the variable in its place, if any. ``many`` steps may follow one
    another; with ``none`` none need. ``things`` are the IRIs that the object is one of, if known.
    """

    subject: str
    object: str
    forward: Names = NONE
    backward: Names = NONE
    many: bool = False
    none: bool = False
    predicate: str = ""
    things: frozenset[str] | None = None

    @property
    def variables(self) -> Iterator[tuple[str, int]]:
        """Its variables, with their places."""
        named = ((self.subject, SUBJECT), (self.predicate, PREDICATE), (self.object, OBJECT))
        return ((name, place) for name, place in named if name)

    @property
    def reads_types(self) -> bool:
        """Whether it matches things of a class that it does not name."""
        return (bool(self.object) and _TYPE in (self.forward or ())) or (
            _TYPE in (self.backward or ())
        )


@dataclass
class Group:
    """A group of patterns: its own, and the groups within it.

    Each of these with what it is, and how many patterns come before it. ``values`` are the IRIs
    that VALUES gives a variable, ``given`` those that it gave before each of the groups within.
    """

    patterns: list[Pattern] = field(default_factory=list)
    within: list[tuple[str, int, "Group"]] = field(default_factory=list)
    values: dict[str, frozenset[str]] = field(default_factory=dict)
    given: list[dict[str, frozenset[str]]] = field(default_factory=list)

    def all(self) -> Iterator[Pattern]:
        """Its patterns, and those of the groups within it."""
        yield from self.patterns
        for _, _, inner in self.within:
            yield from inner.all()

    def narrow(self, around: Mapping[str, frozenset[str]], *, joined: bool = False) -> None:
        """Let a predicate that VALUES gives, here or ``around``, be one of these only.

        What is only ``joined`` with what is around it does not see that yet, nor do its groups.
        """
        given = {**around, **self.values}
        seen = {} if joined else around
        self.patterns = [
            replace(
                one,
                forward=given.get(one.predicate, one.forward),
                things=given.get(one.object, one.things),
            )
            for one in self.patterns
        ]
        for (kind, _, inner), before in zip(self.within, self.given, strict=True):
            if kind == ALTERNATIVE:
                inner.narrow(given, joined=True)
            elif kind == IN_ORDER:
                inner.narrow({**seen, **before}, joined=True)
            else:
                inner.narrow({} if kind == FAR else {**seen, **self.values})

    def widen(self) -> None:
        """Let a path between no nodes that are known otherwise read everything.

        One of no steps leads from each node to itself, and what is a node any triple may decide.
        """
        nodes = {
            name
            for pattern in self.patterns
            for name in (pattern.subject, pattern.object)
            if name and not pattern.none
        }
        paths = [pattern for pattern in self.patterns if pattern.none]
        while more := [p for p in paths if nodes & {p.subject, p.object}]:
            paths = [path for path in paths if path not in more]
            nodes |= {name for path in more for name in (path.subject, path.object) if name}
        self.patterns = [
            replace(one, forward=None, backward=None) if one in paths else one
            for one in self.patterns
        ]
        for _, _, inner in self.within:
            inner.widen()

    def add(self, kind: str, inner: "Group") -> None:
        """One more group within it."""
        self.within.append((kind, len(self.patterns), inner))
        self.given.append(dict(self.values))


@dataclass(frozen=True)
class _Hop:
    """One step of a path."""

    forward: Names
    backward: Names
    many: bool = False
    none: bool = False

    def turned(self) -> "_Hop":
        """The same the other way round."""
        return _Hop(self.backward, self.forward, self.many, self.none)


def either(one: Names, other: Names) -> Names:
    """Any of these predicates."""
    return None if one is None or other is None else one | other


def _any_of(hops: Iterable[_Hop], *, many: bool, none: bool = False) -> _Hop:
    """One step that is any of these; with ``many`` also any number of them, in any order."""
    forward: Names = NONE
    backward: Names = NONE
    for hop in hops:
        forward, backward = either(forward, hop.forward), either(backward, hop.backward)
        none = none or hop.none
    return _Hop(forward, backward, many, none)


_MODIFIERS = frozenset("*+?")


class _Reader:
    """Reads the patterns of a query. Raises NotRead for what it does not know."""

    def __init__(self, words: Sequence[Token], prefixes: Mapping[str, str]) -> None:
        self._words = words
        self._named = {word: iri for iri, word in mentioned(list(words), prefixes)}
        self._at = self._fresh = 0

    def read(self) -> Group:
        """The group of WHERE, after which nothing comes. Raises NotRead for any other query."""
        while self._word.text != "{":
            if self._word.upper == "EXISTS":
                raise NotRead
            self._at += 1
        found = self._group()
        if self._at != len(self._words):
            raise NotRead
        return found

    @property
    def _word(self) -> Token:
        return self._words[self._at]

    def _take(self, text: str = "") -> Token:
        word = self._word
        if text and text != word.text:
            raise NotRead
        self._at += 1
        return word

    def _node(self) -> str:
        self._fresh += 1
        return f"[{self._fresh}]"

    def _group(self) -> Group:
        group = Group()
        self._take("{")
        while self._word.text != "}":
            upper = self._word.upper
            if upper in {"FILTER", "BIND"}:
                self._at += 1
                self._expression(group, TEST if upper == "FILTER" else IN_ORDER)
            elif upper == "OPTIONAL":
                self._at += 1
                group.add(IN_ORDER, self._group())
            elif upper == "MINUS":
                self._at += 1
                group.add(FAR, self._group())
            elif self._word.text == "{" and self._words[self._at + 1].upper == "SELECT":
                group.add(FAR, self._subselect())
            elif upper == "VALUES":
                self._values(group)
            elif self._word.text == "{" or upper == "UNION":
                self._at += upper == "UNION"
                group.add(ALTERNATIVE, self._group())
            elif self._word.text == ".":
                self._at += 1
            else:
                self._triples(group)
        self._take("}")
        return group

    def _subselect(self) -> Group:
        """A SELECT within a group, up to its brace."""
        self._take("{")
        while self._word.text != "{":
            if self._word.upper == "EXISTS":
                raise NotRead
            self._at += 1
        inner = self._group()
        while self._word.text != "}":
            if self._word.text == "{":
                raise NotRead
            self._at += 1
        self._take("}")
        return inner

    def _values(self, group: Group) -> None:
        """VALUES; what it gives is known when all of it is IRIs of one variable."""
        name, given = self._words[self._at + 1], set[str]()
        while self._word.text != "{":
            self._at += 1
        known = name.kind == "variable"
        self._at += 1
        while self._word.text != "}":
            known = known and self._word in self._named
            given.add(self._named.get(self._word, ""))
            self._at += 1
        self._at += 1
        if known:
            variable = f"?{name.text[1:]}"
            group.values[variable] = group.values.get(variable, frozenset(given)) & given

    def _expression(self, group: Group, kind: str) -> None:
        """What comes after FILTER or BIND: in parentheses, a call, or EXISTS."""
        depth = 0
        while True:
            word = self._take()
            if word.upper == "EXISTS":
                group.add(kind, self._group())
            elif word.text in {"{", "}"}:
                raise NotRead
            depth += (word.text == "(") - (word.text == ")")
            closed = word.text == ")" or word.upper == "EXISTS"
            if depth == 0 and closed:
                return

    def _triples(self, group: Group) -> None:
        if self._word.text == "[":
            subject = self._nested(group)
            if self._word.text in {".", "}"}:
                return
        else:
            subject = self._term()
        self._about(subject, group)

    def _nested(self, group: Group) -> str:
        self._take("[")
        subject = self._node()
        if self._word.text != "]":
            self._about(subject, group)
        self._take("]")
        return subject

    def _about(self, subject: str, group: Group) -> None:
        """Predicates and objects, up to the end of the subject's statements."""
        while True:
            variable, hops = self._verb()
            self._add(subject, variable, hops, self._object(group), group)
            while self._word.text == ",":
                self._at += 1
                self._add(subject, variable, hops, self._object(group), group)
            if self._word.text != ";":
                return
            while self._word.text == ";":
                self._at += 1
            if self._word.text in {".", "}", "]"}:
                return

    def _add(
        self,
        subject: str,
        variable: str,
        hops: Sequence[_Hop],
        ending: tuple[str, frozenset[str] | None],
        group: Group,
    ) -> None:
        thing, only = ending
        if variable:
            group.patterns.append(
                Pattern(subject, thing, forward=None, predicate=variable, things=only)
            )
            return
        for number, hop in enumerate(hops):
            is_last = number == len(hops) - 1
            end = thing if is_last else self._node()
            pattern = Pattern(subject, end, hop.forward, hop.backward, hop.many, hop.none)
            group.patterns.append(replace(pattern, things=only if is_last else None))
            subject = end

    def _object(self, group: Group) -> tuple[str, frozenset[str] | None]:
        """What stands at the end of a statement: its name, or the IRI that it is."""
        if self._word.text == "[":
            return self._nested(group), None
        iri = self._named.get(self._word)
        return self._term(), None if iri is None else frozenset({iri})

    def _term(self) -> str:
        """A variable or blank node by its name; nothing for what is the same everywhere."""
        word = self._take()
        if word.kind == "variable":
            return f"?{word.text[1:]}"
        if word.kind == "blank":
            return word.text
        if word.text in {"+", "-"}:
            word = self._take()
        if word.kind == "string":
            self._at = after_literal(self._words, self._at - 1)
        elif (
            word.kind != "number"
            and word not in self._named
            and word.upper not in {"TRUE", "FALSE"}
        ):
            raise NotRead
        return ""

    # --- paths ---

    def _verb(self) -> tuple[str, Sequence[_Hop]]:
        if self._word.kind == "variable":
            return f"?{self._take().text[1:]}", ()
        return "", self._path()

    def _path(self) -> Sequence[_Hop]:
        ways = [self._sequence()]
        while self._word.text == "|":
            self._at += 1
            ways.append(self._sequence())
        if len(ways) == 1:
            return ways[0]
        plain = all(len(way) == 1 and not way[0].many for way in ways)
        return [_any_of((hop for way in ways for hop in way), many=not plain)]

    def _sequence(self) -> Sequence[_Hop]:
        hops = [*self._part()]
        while self._word.text == "/":
            self._at += 1
            hops += self._part()
        return hops

    def _part(self) -> Sequence[_Hop]:
        if self._word.text == "^":
            self._at += 1
            return [hop.turned() for hop in reversed(self._part())]
        hops = self._primary()
        if self._word.text in _MODIFIERS:
            return [_any_of(hops, many=True, none=self._take().text != "+")]
        return hops

    def _primary(self) -> Sequence[_Hop]:
        word = self._take()
        if word.text == "(":
            hops = self._path()
            self._take(")")
            return hops
        if word.text == "!":
            return [self._others()]
        iri = _TYPE if word.text == "a" else self._named.get(word)
        if iri is None:
            raise NotRead
        return [_Hop(frozenset({iri}), NONE)]

    def _others(self) -> _Hop:
        """A negated set: any predicate, and backwards too when one is named so."""
        start = self._at
        self._primary() if self._word.text != "^" else self._part()
        inverse = any(word.text == "^" for word in self._words[start : self._at])
        return _Hop(None, None if inverse else NONE)
