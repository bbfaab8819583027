"""What may be meant by parts of a query that have no solutions together.

Of a triple pattern that matches nothing at all, and of filters, VALUES and BIND that leave nothing, the
terms are looked at: is there such a property, such a thing, such a text in another language or with
another datatype? Would another graph, the other direction, or another order of a path do?
"""

from collections.abc import Iterator, Sequence
from itertools import chain, pairwise
from typing import Any, Final

from pyoxigraph import Literal, NamedNode

from stadsgraaf.store.known import TYPE, Hint, Known, alike, hint, samples
from stadsgraaf.store.lexer import Token, tokens
from stadsgraaf.store.parts import Part, Parts
from stadsgraaf.store.patterns import Pattern, constants

__all__ = ["described", "meant"]

#: Constants of a part, graphs, and steps of a path that are looked at.
_CONSTANTS: Final = 10
_GRAPHS: Final = 100
_STEPS: Final = 4
#: Functions of texts, which no IRI is.
_OF_TEXTS: Final = frozenset(
    ("CONTAINS", "STRSTARTS", "STRENDS", "REGEX", "REPLACE", "STRLEN", "SUBSTR", "LCASE", "UCASE")
)


def meant(parts: Parts, failing: Sequence[Part]) -> Iterator[Hint]:
    """Hints about the smallest set of parts that has no solutions; its last part made it empty."""
    *others, last = failing
    elsewhere = list(_elsewhere(parts, failing))
    if elsewhere:
        yield from elsewhere
    elif not others and last.element.kind in ("graph", "union", "group"):
        yield from _graph(parts, last)
        yield from _inside(parts, last)
    elif not others and last.pattern and last.pattern.subject:
        yield from _Terms(parts, last.pattern).hints()
    elif others:
        yield from _of_several(parts, failing)


def _of_several(parts: Parts, failing: Sequence[Part]) -> Iterator[Hint]:
    """Hints about parts that have no solutions together, each as soon as it is found."""
    *others, last = failing
    is_join = True
    inside = chain.from_iterable(_inside(parts, part) for part in failing)
    for each in chain(inside, _Constants(parts, failing).hints(), _unbound(parts, failing)):
        yield each
        is_join = False
    if last.element.kind in ("filter", "values", "minus"):
        yield from _values(parts, others, last)
    elif is_join:
        yield from _join(parts, failing)


def described(parts: Parts) -> Iterator[Hint]:
    """Of ``DESCRIBE`` and IRIs, those that are not there, if all are not."""
    known = Known(parts)
    found = tokens(parts.query[len(parts.structure.prologue) :])
    named = [each.text for each in found if each.kind in ("iri", "prefixed")]
    if not any(known.is_there(f"{name} ?p ?o") for name in named):
        for name in named[:_CONSTANTS]:
            term = known.term(name)
            if isinstance(term, NamedNode) and not known.is_anywhere(name):
                yield from known.unknown("thing", term, "?it ?p ?o")


# --- graphs ---------------------------------------------------------------------------------------


def _elsewhere(parts: Parts, failing: Sequence[Part]) -> Iterator[Hint]:
    """Whether it is the choice of graphs that leaves nothing."""
    if not parts.rows("*", "?s ?p ?o", 1):
        if not parts.rows("*", "GRAPH ?g { ?s ?p ?o }", 1):
            yield _empty_dataset(parts)
        elif all(part.element.kind == "triples" for part in failing):
            yield hint(
                "empty-default-graph",
                "the query or the request names no default graph, so this has to stand in GRAPH",
                "de query of het verzoek noemt geen default graph; daarom moet dit in GRAPH staan",
            )
    elif parts.structure.dataset and all(part.element.kind == "triples" for part in failing):
        found = parts.graphs_with(_together(failing), _GRAPHS)
        if found:
            yield hint(
                "other-graph",
                f"the graphs that the query names do not have this; <{found[0]}> has",
                f"de grafen die de query noemt hebben dit niet; <{found[0]}> wel",
                nearest=found[:_STEPS],
            )


def _empty_dataset(parts: Parts) -> Hint:
    """No graph that is named holds anything; those of FROM may be misspelt."""
    en = "the graphs that the query or the request names hold nothing"
    nl = "de grafen die de query of het verzoek noemt bevatten niets"
    graphs = parts.graphs()
    named = [token.text[1:-1] for token in tokens(parts.structure.dataset) if token.kind == "iri"]
    nearest = list(dict.fromkeys(near for iri in named for near in alike(iri, graphs)))
    if nearest:
        en, nl = f"{en}; did you mean <{nearest[0]}>?", f"{nl}; bedoelt u <{nearest[0]}>?"
    return hint("empty-dataset", en, nl, nearest=nearest)


def _graph(parts: Parts, part: Part) -> Iterator[Hint]:
    """Of a GRAPH that gives nothing, whether another graph would."""
    name = part.element.name
    if name is None or name.kind == "variable":
        return
    inner = part.element.groups[0]
    found = parts.graphs_with(parts.query[inner.start : inner.end], _GRAPHS)
    nearest = [*(near := alike(name.text, found)), *(iri for iri in found if iri not in near)]
    en, nl = f"the graph {name.text} does not have this", f"de graaf {name.text} heeft dit niet"
    if nearest:
        en, nl = f"{en}; <{nearest[0]}> has", f"{nl}; <{nearest[0]}> wel"
    yield hint("other-graph", en, nl, term=name.text, nearest=nearest[:_STEPS])


# --- parts that do not fit together -----------------------------------------------------------------


def _inside(parts: Parts, part: Part) -> Iterator[Hint]:
    """Of the triple patterns within a part."""
    for inner in parts.inside(part):
        if inner.pattern and inner.pattern.subject and not parts.has_solutions([inner]):
            yield from _Terms(parts, inner.pattern).hints()


def _join(parts: Parts, failing: Sequence[Part]) -> Iterator[Hint]:
    """Each has solutions, and they have none together: perhaps one of them the other way round."""
    for part in failing:
        turned = _turned(part.pattern) if part.pattern else None
        rest = [each for each in failing if each is not part]
        if part.pattern and any(_says_that(each, part.pattern) for each in rest):
            continue
        if turned and parts.rows("*", f"{_together(rest)}\n{turned}", 1):
            yield _turned_round(turned)
            return
    yield hint(
        "join",
        "each of these has solutions, but none that fit together",
        "elk hiervan heeft oplossingen, maar geen die bij elkaar passen",
    )


def _says_that(part: Part, pattern: Pattern) -> bool:
    """Whether a part says already what a pattern says the other way round, of one of its ends."""
    other = part.pattern
    return (
        other is not None
        and other.predicate == pattern.predicate
        and (other.subject == pattern.object or other.object == pattern.subject)
    )


def _values(parts: Parts, others: Sequence[Part], last: Part) -> Iterator[Hint]:
    """What the variables of a filter are before it: texts show their language, numbers their type."""
    if last.element.kind == "minus" or _is_exclusion(last):
        yield hint(
            "excluded",
            "all that there is without this has what it excludes",
            "alles wat er zonder dit is, heeft wat dit uitsluit",
        )
    known, pattern = Known(parts), _together(others)
    for name in _shared(last, others):
        values = known.values(name, pattern)
        if not values:
            yield hint(
                "no-value",
                f"?{name} has no value here: what is OPTIONAL gives none",
                f"?{name} heeft hier geen waarde: wat OPTIONAL is geeft er geen",
                variable=name,
            )
            continue
        if _is_read_as_text(last, name) and all(isinstance(each, NamedNode) for each in values):
            yield hint(
                "iri-as-text",
                f"?{name} is an IRI, which is no text: write STR(?{name})",
                f"?{name} is een IRI, en dat is geen tekst: schrijf STR(?{name})",
                variable=name,
            )
        found = samples(values)
        en, nl = " or ".join(found), " of ".join(found)
        yield hint(
            "values",
            f"without this, ?{name} is for example {en}",
            f"zonder dit is ?{name} bijvoorbeeld {nl}",
            variable=name,
            found=found,
        )


def _is_exclusion(part: Part) -> bool:
    words = [token.text.upper() for token in part.element.tokens[:3]]
    return words == ["FILTER", "NOT", "EXISTS"]


def _is_read_as_text(part: Part, name: str) -> bool:
    """Whether a function of texts is applied to a variable itself."""
    found = part.element.tokens
    return any(
        function.text.upper() in _OF_TEXTS and bracket.text == "(" and variable.text[1:] == name
        for function, bracket, variable in zip(found, found[1:], found[2:], strict=False)
        if variable.kind == "variable"
    )


def _unbound(parts: Parts, failing: Sequence[Part]) -> Iterator[Hint]:
    """Variables of filters and BIND that stand nowhere else, so that nothing gives them a value."""
    for part in failing:
        if part.element.kind not in ("filter", "bind") or part.element.groups:
            continue
        others = _elsewhere_named(parts, part)
        for name in sorted(_read(part) - others):
            nearest = alike(name, sorted(others))
            en, nl = f"?{name} has no value: it stands nowhere else", f"?{name} heeft geen waarde"
            if nearest:
                en, nl = f"{en}; did you mean ?{nearest[0]}?", f"{nl}; bedoelt u ?{nearest[0]}?"
            yield hint("unbound-variable", en, nl, variable=name, nearest=nearest)


def _read(part: Part) -> set[str]:
    """The variables that an expression reads: not the one that BIND makes."""
    found = part.element.tokens
    made = {name.text[1:] for before, name in pairwise(found) if before.text.upper() == "AS"}
    return set(part.element.variables) - made


def _elsewhere_named(parts: Parts, part: Part) -> set[str]:
    """The variables that stand in the query outside a part."""
    element = part.element
    within = range(element.start, element.end)
    where = parts.structure.where
    return {
        token.text[1:]
        for token in tokens(parts.query)
        if token.kind == "variable"
        and where.start <= token.start < where.end
        and token.start not in within
    }


def _together(some: Sequence[Part]) -> str:
    return "\n".join(part.written for part in some)


def _shared(part: Part, others: Sequence[Part]) -> list[str]:
    """Variables of a part that stand in others too."""
    mentioned = frozenset().union(*(other.variables for other in others))
    return sorted(part.variables & mentioned)


class _Constants:
    """The terms that stand in the filters, VALUES and BIND of parts that do not fit together."""

    def __init__(self, parts: Parts, failing: Sequence[Part]) -> None:
        self._known = Known(parts)
        self._failing = failing

    def hints(self) -> Iterator[Hint]:
        for part in self._failing:
            if part.element.kind in ("filter", "values", "bind") and not part.element.groups:
                others = [other for other in self._failing if other is not part]
                for text in list(dict.fromkeys(constants(part.element)))[:_CONSTANTS]:
                    yield from self._of(text, part, others)

    def _of(self, text: str, part: Part, others: Sequence[Part]) -> Iterator[Hint]:
        term = self._known.term(text)
        if isinstance(term, NamedNode) and not self._known.is_anywhere(text):
            yield from self._known.unknown("thing", term, "?it ?p ?o")
        elif isinstance(term, Literal):
            for name in _shared(part, others):
                pattern = f"{_together(others)} BIND(?{name} AS ?it)"
                yield from self._known.other_literals(term, pattern)


# --- one triple pattern -----------------------------------------------------------------------------


def _turned(pattern: Pattern) -> str | None:
    """The pattern the other way round; None where no subject stands at its end."""
    ends = (pattern.subject, pattern.object)
    if not pattern.subject or any(_is_literal(each) for each in ends):
        return None
    return f"{pattern.object} {pattern.predicate} {pattern.subject}"


def _is_literal(text: str) -> bool:
    return text[:1] in "'\"+-." or text[:1].isdigit() or text in ("true", "false")


def _turned_round(pattern: str) -> Hint:
    return hint(
        "turned-round",
        f"the other way round, this matches: {pattern}",
        f"andersom past dit wel: {pattern}",
        pattern=pattern,
    )


class _Terms:
    """The terms of a triple pattern that matches nothing."""

    def __init__(self, parts: Parts, pattern: Pattern) -> None:
        self._known = Known(parts)
        self._pattern = pattern

    def hints(self) -> Iterator[Hint]:
        pattern, known = self._pattern, self._known
        is_variable = pattern.predicate.startswith(("?", "$"))
        predicate = None if is_variable else known.term(pattern.predicate)
        if isinstance(predicate, NamedNode) and not known.is_there(f"?s {pattern.predicate} ?o"):
            yield from known.unknown("property", predicate, "?s ?it ?o")
            return
        if not is_variable and predicate is None:
            if unknown := list(self._unknown_steps()):
                yield from unknown
                return
            yield from self._other_path()
        about = [*self._about_subject(), *self._about_object(predicate)]
        yield from about
        turned = _turned(pattern)
        if turned and known.is_there(turned):
            yield _turned_round(turned)
        elif not about and isinstance(predicate, NamedNode):
            yield from self._other_object()

    def _about_subject(self) -> Iterator[Hint]:
        subject = self._known.term(self._pattern.subject)
        if isinstance(subject, NamedNode) and not self._known.is_anywhere(self._pattern.subject):
            yield from self._known.unknown("thing", subject, "?it ?p ?o")

    def _about_object(self, predicate: Any) -> Iterator[Hint]:
        pattern, known = self._pattern, self._known
        term = known.term(pattern.object)
        is_type = predicate is not None and str(predicate) == TYPE
        if isinstance(term, Literal):
            there = f"{pattern.subject} {pattern.predicate} ?it"
            yield from known.other_literals(term, there)
        elif isinstance(term, NamedNode) and not (
            known.is_there(f"?s a {pattern.object}")
            if is_type
            else known.is_anywhere(pattern.object)
        ):
            kind, all_ = ("class", f"?s {TYPE} ?it") if is_type else ("thing", "?it ?p ?o")
            yield from known.unknown(kind, term, all_)

    def _other_object(self) -> Iterator[Hint]:
        """What has this property instead of its object, and which property has the object."""
        pattern, known = self._pattern, self._known
        term = known.term(pattern.object)
        if isinstance(term, NamedNode | Literal):
            yield from known.other_properties(term, pattern.subject)
            yield from known.other_values(term, f"{pattern.subject} {pattern.predicate} ?it")

    # --- paths --------------------------------------------------------------------------------------

    def _unknown_steps(self) -> Iterator[Hint]:
        """Properties in a path that are nowhere."""
        for token in tokens(self._pattern.predicate):
            term = self._known.term(token.text) if token.kind in ("iri", "prefixed") else None
            if isinstance(term, NamedNode) and not self._known.is_there(f"?s {token.text} ?o"):
                yield from self._known.unknown("property", term, "?s ?it ?o")

    def _other_path(self) -> Iterator[Hint]:
        """A path of the same steps, in the other order or with one of them turned, that matches."""
        steps = _steps(list(tokens(self._pattern.predicate)))
        turned = [
            [*steps[:at], step[1:] if step.startswith("^") else f"^{step}", *steps[at + 1 :]]
            for at, step in enumerate(steps)
        ]
        for other in (steps[::-1], *turned) if steps else ():
            path = "/".join(other)
            pattern = f"{self._pattern.subject} {path} {self._pattern.object}"
            if other != steps and not _goes_back(other) and self._known.is_there(pattern):
                yield hint(
                    "other-path",
                    f"this matches: {pattern}",
                    f"dit past wel: {pattern}",
                    pattern=pattern,
                )
                return


def _steps(path: Sequence[Token]) -> list[str]:
    """The steps of a path that is a sequence of properties, some inverse; none of another one."""
    steps = [""]
    for token in path:
        if token.text == "/":
            steps.append("")
        elif token.text == "^" or _is_step(token):
            steps[-1] += token.text
        else:
            return []
    return steps if 1 < len(steps) <= _STEPS else []


def _goes_back(steps: Sequence[str]) -> bool:
    """Whether a step undoes the one before it, as any path could."""
    return any(
        {one, other} == {name := one.lstrip("^"), f"^{name}"} for one, other in pairwise(steps)
    )


def _is_step(token: Token) -> bool:
    return token.kind in ("iri", "prefixed") or token.text == "a"
