"""Where rdflib and pyoxigraph provably evaluate a SPARQL query alike.

https://www.w3.org/TR/sparql11-query/#SparqlOps

rdflib orders values of different types where SPARQL has a type error, and compares unknown
datatypes where SPARQL cannot; it fails on the year of what is no date. So an operator or function
is trusted only for operands of kinds on which both engines agree: what kinds a variable can have is
read from the data, by the predicates that lead to it. The kinds below are the result of comparing
the engines on all of them; a test does so again.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from pyoxigraph import Literal, Triple

from stadsgraaf.namespaces import PREFIXES
from stadsgraaf.store.lexer import Token
from stadsgraaf.validation.lexical import DATATYPES
from stadsgraaf.validation.sparql import mentioned

__all__ = ["Kinds", "agree", "kind_of", "kinds_by_predicate"]

Kinds = frozenset[str]

_XSD = PREFIXES["xsd"]
NODE, NUMBER, STRING, TAGGED, BOOLEAN = "node", "number", "string", "tagged", "boolean"
DATE, TIME, ZONED, OTHER = "date", "dateTime", "dateTimeZ", "other"

#: Numbers that are computed: alike as numbers, but rdflib writes 3.50 where pyoxigraph writes 3.5.
COMPUTED = "computed"
#: Integers that are computed of integers: alike in every way.
WHOLE = "whole"
_NUMERIC: Kinds = frozenset({NUMBER, WHOLE, COMPUTED})

#: Kinds of which any two compare alike with = and !=.
EQUATED: Kinds = frozenset({NODE, NUMBER, STRING, TAGGED, BOOLEAN, DATE, TIME, ZONED})
#: Kinds that compare alike with < and > among themselves.
ORDERED: Kinds = frozenset({NUMBER, STRING, DATE, TIME, ZONED})
#: Kinds that are true or false alike.
TRUTHY: Kinds = _NUMERIC | {BOOLEAN, STRING}
_DATES: Kinds = frozenset({DATE, TIME, ZONED})
ANY: Kinds = EQUATED | {OTHER}

_NUMBERS = frozenset(
    _XSD + name
    for name in [
        "integer",
        "decimal",
        "double",
        "float",
        "long",
        "int",
        "short",
        "byte",
        "nonNegativeInteger",
        "positiveInteger",
        "nonPositiveInteger",
        "negativeInteger",
        "unsignedLong",
        "unsignedInt",
        "unsignedShort",
        "unsignedByte",
    ]
)
_ZONE = re.compile(r"(?:Z|[+-]\d\d:\d\d)\Z")

#: Functions by name: the kinds that their arguments may have, and the kind of the result.
_FUNCTIONS: dict[str, tuple[Kinds, str]] = {
    **dict.fromkeys(("STR", "LANG"), (ANY, STRING)),
    **dict.fromkeys(
        ("SUBSTR", "UCASE", "LCASE", "CONCAT", "STRBEFORE", "STRAFTER", "REPLACE"),
        (frozenset({STRING}), STRING),
    ),
    "STRLEN": (frozenset({STRING, TAGGED}), WHOLE),
    **dict.fromkeys(
        ("STRSTARTS", "STRENDS", "CONTAINS", "REGEX", "LANGMATCHES"),
        (frozenset({STRING, TAGGED, NODE, NUMBER}), BOOLEAN),
    ),
    **dict.fromkeys(
        ("ISIRI", "ISURI", "ISBLANK", "ISLITERAL", "BOUND", "SAMETERM"), (ANY, BOOLEAN)
    ),
    "ISNUMERIC": (EQUATED, BOOLEAN),
    "DATATYPE": (ANY, NODE),
    # with a tag as in setbased
    "STRLANG": (frozenset({STRING}), TAGGED),
    **dict.fromkeys(("IRI", "URI"), (frozenset({NODE, STRING}), NODE)),
    "ABS": (_NUMERIC, COMPUTED),
    **dict.fromkeys(("YEAR", "MONTH", "DAY"), (_DATES, WHOLE)),
    **dict.fromkeys(("HOURS", "MINUTES"), (frozenset({TIME, ZONED}), WHOLE)),
}
#: Functions with a number beside a string.
_WITH_NUMBERS = frozenset({"SUBSTR"})
#: Casts by IRI: the kinds that may be cast, and the result.
_CASTS: dict[str, tuple[Kinds, str]] = {
    _XSD + "integer": (frozenset({STRING}), WHOLE),
    _XSD + "decimal": (frozenset({STRING}), COMPUTED),
    _XSD + "string": (ANY, STRING),
}


def kind_of(literal: Literal) -> str:
    """The kind of a literal.

    >>> kind_of(Literal(1)), kind_of(Literal("a", language="nl")), kind_of(Literal("a"))
    ('number', 'tagged', 'string')
    """
    if literal.language:
        return TAGGED
    datatype = literal.datatype.value
    valid = DATATYPES.get(datatype)
    if valid is not None and not valid(literal.value):
        return OTHER
    if datatype in _NUMBERS:
        return NUMBER
    zoned = bool(_ZONE.search(literal.value))
    return {
        _XSD + "string": STRING,
        _XSD + "boolean": BOOLEAN,
        _XSD + "date": OTHER if zoned else DATE,
        _XSD + "dateTime": ZONED if zoned else TIME,
    }.get(datatype, OTHER)


def kinds_by_predicate(triples: Iterable[Triple]) -> Mapping[str, Kinds]:
    """The kinds of the values of each predicate."""
    kinds: dict[str, set[str]] = {}
    known: dict[Literal, str] = {}
    for triple in triples:
        thing = triple.object
        if isinstance(thing, Literal):
            kind = known.get(thing)
            if kind is None:
                kind = known[thing] = kind_of(thing)
        else:
            kind = NODE
        kinds.setdefault(triple.predicate.value, set()).add(kind)
    return {predicate: frozenset(found) for predicate, found in kinds.items()}


class _Unsure(Exception):  # noqa: N818 – it is no error: the query runs otherwise
    """It cannot be shown that both engines agree."""


@dataclass(frozen=True)
class _Call:
    """An expression: a function or operator with its arguments, or a word by itself."""

    name: str
    arguments: tuple["_Call", ...] = ()
    kinds: Kinds = frozenset()


@dataclass
class _Query:
    """What a query does: kinds of its variables, expressions and where BIND puts them, what it gives."""

    kinds: dict[str, set[str]] = field(default_factory=dict)
    expressions: list[tuple[str, _Call]] = field(default_factory=list)
    given: list[_Call] = field(default_factory=list)


def agree(
    words: list[Token], prefixes: Mapping[str, str], values: Mapping[str, Kinds], focus: Kinds
) -> bool:
    """Whether both engines evaluate a query alike on data with these kinds of values.

    ``words`` is one SELECT without sub-select; ``focus`` are the kinds of the focus nodes.
    """
    named = {word: iri for iri, word in mentioned(words, prefixes)}
    reader = _Reader(words, named, values)
    try:
        query = reader.read()
        query.kinds.setdefault("this", set()).update(focus)
        for target, expression in query.expressions:
            kinds = _kinds(expression, query)
            if target:
                query.kinds.setdefault(target, set()).update(kinds)
            else:
                _expect(kinds, TRUTHY)
        for expression in query.given:
            _expect(_kinds(expression, query), ANY)
    except (_Unsure, IndexError):
        return False
    return True


def _expect(kinds: Kinds, allowed: Kinds) -> None:
    if not kinds <= (allowed | {WHOLE} if NUMBER in allowed else allowed):
        raise _Unsure


def _kinds(expression: _Call, query: _Query) -> Kinds:
    """The kinds that an expression can have."""
    name, arguments = expression.name, expression.arguments
    if name == "term":
        return expression.kinds
    if name.startswith("?"):
        return _variable(name[1:], query)
    if name == "EXISTS":
        return frozenset({BOOLEAN})
    given = [_kinds(argument, query) for argument in arguments]
    return _operated(name, given, expression)


def _variable(name: str, query: _Query) -> Kinds:
    if name not in query.kinds:
        raise _Unsure
    return frozenset(query.kinds[name])


def _operated(name: str, given: list[Kinds], expression: _Call) -> Kinds:
    if name in {"+", "-", "*"}:
        for kinds in given:
            _expect(kinds, _NUMERIC)
        return frozenset({WHOLE if frozenset().union(*given) <= {WHOLE} else COMPUTED})
    expect = _TESTS.get(name)
    if expect is None:
        return _called(name, given, expression)
    expect(given)
    return frozenset({BOOLEAN})


def _expect_truthy(given: list[Kinds]) -> None:
    for kinds in given:
        _expect(kinds, TRUTHY)


def _expect_all_equated(given: list[Kinds]) -> None:
    first, *others = map(_as_numbers, given)
    for kinds in others:
        _expect_equated(first, kinds)


def _as_numbers(kinds: Kinds) -> Kinds:
    """Computed numbers compare as others do."""
    return kinds - _NUMERIC | {NUMBER} if kinds & _NUMERIC else kinds


def _expect_ordered(given: list[Kinds]) -> None:
    for one in _as_numbers(given[0]):
        for other in _as_numbers(given[1]):
            if not (one == other and one in ORDERED) and (one == NODE) == (other == NODE):
                raise _Unsure


#: Operators that give a boolean, and what they ask of their operands.
_TESTS: dict[str, Callable[[list[Kinds]], None]] = {
    **dict.fromkeys(("&&", "||", "!"), _expect_truthy),
    **dict.fromkeys(("=", "!=", "IN"), _expect_all_equated),
    **dict.fromkeys(("<", ">", "<=", ">="), _expect_ordered),
}


def _expect_equated(one: Kinds, other: Kinds) -> None:
    if not (one | other <= EQUATED or one <= {NODE} or other <= {NODE}):
        raise _Unsure


def _called(name: str, given: list[Kinds], expression: _Call) -> Kinds:
    if name == "IF":
        _expect(given[0], TRUTHY)
        return given[1] | given[2]
    if name == "COALESCE":
        return frozenset().union(*given)
    known = _FUNCTIONS.get(name) or _CASTS.get(name)
    if known is None or not expression.arguments:
        raise _Unsure
    allowed, result = known
    for number, kinds in enumerate(given):
        _expect(kinds, allowed | ({NUMBER} if number and name in _WITH_NUMBERS else frozenset()))
    return frozenset({result})


_TERM_KINDS = frozenset({"variable", "iri", "prefixed", "blank", "string", "number"})
_PATH_MARKS = frozenset("/|^")
_PATH_SUFFIXES = frozenset("*+?")
_COMPARISONS = frozenset({"=", "!=", "<", ">", "<=", ">="})


class _Reader:
    """Reads a query: its patterns for the kinds of variables, its expressions for later.

    Raises _Unsure for what it does not know.
    """

    def __init__(
        self, words: list[Token], named: Mapping[Token, str], values: Mapping[str, Kinds]
    ) -> None:
        self.words = words
        self.named = named
        self.values = values
        self.at = 0
        self.query = _Query()

    def read(self) -> _Query:
        all_of_them = False
        while self.word.text != "{":
            if self.word.text == "(":
                self._projection()
                continue
            all_of_them = all_of_them or self.word.text == "*"
            self._give(self.word)
            self.at += 1
        self._group()
        if all_of_them:
            self.query.given += [_Call("?" + name) for name in self.query.kinds]
            self.query.given += [_Call("?" + name) for name, _ in self.query.expressions if name]
        return self.query

    def _give(self, word: Token) -> None:
        if word.kind == "variable":
            self.query.given.append(_Call("?" + word.text[1:]))

    @property
    def word(self) -> Token:
        return self.words[self.at]

    def _take(self, text: str = "") -> Token:
        word = self.word
        if text and text not in {word.text, word.upper}:
            raise _Unsure
        self.at += 1
        return word

    def _projection(self) -> None:
        """``(expression AS ?name)``."""
        self._take("(")
        self.query.given.append(self._expression())
        self._take("AS")
        self._take()
        self._take(")")

    # --- patterns ---

    def _group(self) -> None:
        self._take("{")
        while self.word.text != "}":
            upper = self.word.upper
            if upper == "FILTER":
                self.at += 1
                self.query.expressions.append(("", self._constraint()))
            elif upper == "BIND":
                self._bind()
            elif upper in {"OPTIONAL", "UNION"}:
                self.at += 1
                self._group()
            elif self.word.text == "{":
                self._group()
            elif self.word.text == ".":
                self.at += 1
            else:
                self._triples()
        self._take("}")

    def _constraint(self) -> _Call:
        if self.word.text == "(":
            self.at += 1
            expression = self._expression()
            self._take(")")
            return expression
        return self._primary()

    def _bind(self) -> None:
        self._take("BIND")
        self._take("(")
        expression = self._expression()
        self._take("AS")
        target = self._take().text[1:]
        self._take(")")
        self.query.expressions.append((target, expression))

    def _note(self, word: Token, kinds: Kinds) -> None:
        if word.kind == "variable":
            self.query.kinds.setdefault(word.text[1:], set()).update(kinds)

    def _triples(self) -> None:
        self._subject()
        if self.word.text not in {".", "}"}:
            self._about()

    def _subject(self) -> None:
        if self.word.text in {"[", "("}:
            self._nested()
        else:
            self._note(self._term(), frozenset({NODE}))

    def _nested(self) -> None:
        if self._take().text == "(":
            raise _Unsure  # a list in a pattern is rare
        if self.word.text != "]":
            self._about()
        self._take("]")

    def _about(self) -> None:
        """Predicates and objects, up to the end of the subject's statements."""
        while True:
            if self.word.text in {".", "}", "]"}:
                return
            kinds = self._path()
            self._object(kinds)
            while self.word.text == ",":
                self.at += 1
                self._object(kinds)
            if self.word.text != ";":
                return
            while self.word.text == ";":
                self.at += 1

    def _object(self, kinds: Kinds) -> None:
        if self.word.text in {"[", "("}:
            self._nested()
        else:
            self._note(self._term(), kinds)

    def _term(self) -> Token:
        """A term of a pattern, with what belongs to a literal."""
        word = self._take()
        if word.kind not in _TERM_KINDS and word.upper not in {"TRUE", "FALSE"}:
            raise _Unsure
        if word.kind == "string":
            self._suffix()
        return word

    def _suffix(self) -> str:
        if self.word.kind == "language":
            self.at += 1
            return TAGGED
        if self.word.text == "^^":
            self.at += 1
            datatype = self.named.get(self._take(), "")
            return NUMBER if datatype in _NUMBERS else OTHER
        return STRING

    def _path(self) -> Kinds:
        """A predicate or property path; the kinds of what it leads to."""
        if self.word.kind == "variable":
            self._note(self._take(), frozenset({NODE}))
            return ANY
        kinds = self._step()
        while self.word.text in _PATH_MARKS:
            alternative = self._take().text == "|"
            step = self._step()
            kinds = kinds | step if alternative else step
        return kinds

    def _step(self) -> Kinds:
        inverse = self.word.text == "^"
        if inverse:
            self.at += 1
        word = self._take()
        if word.text == "(":
            kinds = self._path()
            self._take(")")
        elif word.upper == "A" or word.text == "a":
            kinds = frozenset({NODE})
        elif word in self.named:
            kinds = self.values.get(self.named[word], frozenset())
        else:
            raise _Unsure
        while self.word.text in _PATH_SUFFIXES:
            # a path of length zero leads to where it began
            kinds = kinds | ({NODE} if self._take().text != "+" else frozenset())
        return frozenset({NODE}) if inverse else frozenset(kinds)

    # --- expressions ---

    def _expression(self) -> _Call:
        return self._binary(("||",), lambda: self._binary(("&&",), self._comparison))

    def _binary(self, marks: tuple[str, ...], operand: Callable[[], _Call]) -> _Call:
        left = operand()
        while self.word.text in marks:
            mark = self._take().text
            left = _Call(mark, (left, operand()))
        return left

    def _comparison(self) -> _Call:
        left = self._sum()
        if self.word.text in _COMPARISONS:
            mark = self._take().text
            return _Call(mark, (left, self._sum()))
        if self.word.upper in {"IN", "NOT"}:
            if self._take().upper == "NOT":
                self._take("IN")
            return _Call("IN", (left, *self._arguments()))
        return left

    def _sum(self) -> _Call:
        return self._binary(("+", "-"), lambda: self._binary(("*",), self._unary))

    def _unary(self) -> _Call:
        if self.word.text == "!":
            self.at += 1
            return _Call("!", (self._unary(),))
        if self.word.text == "-":
            self.at += 1
            return _Call("-", (self._unary(),))
        return self._primary()

    def _primary(self) -> _Call:
        word = self._take()
        if word.text == "(":
            inner = self._expression()
            self._take(")")
            return inner
        if word.kind == "variable":
            return _Call("?" + word.text[1:])
        if word.kind == "number":
            return _Call("term", kinds=frozenset({WHOLE if word.text.isdigit() else NUMBER}))
        if word.kind == "string":
            return _Call("term", kinds=frozenset({self._suffix()}))
        if word in self.named:
            return self._named(self.named[word])
        return self._function(word.upper)

    def _named(self, iri: str) -> _Call:
        if self.word.text == "(":
            return _Call(iri, self._arguments())
        return _Call("term", kinds=frozenset({NODE}))

    def _function(self, name: str) -> _Call:
        if name in {"TRUE", "FALSE"}:
            return _Call("term", kinds=frozenset({BOOLEAN}))
        if name == "NOT":
            self._take("EXISTS")
            name = "EXISTS"
        if name == "EXISTS":
            self._group()
            return _Call("EXISTS")
        return _Call(name, self._arguments())

    def _arguments(self) -> tuple[_Call, ...]:
        return tuple(self._listed())

    def _listed(self) -> Iterator[_Call]:
        self._take("(")
        while self.word.text != ")":
            yield self._expression()
            if self.word.text != ")":
                self._take(",")
        self._take(")")
