"""The shapes against the shapes of SHACL, then the data against the shapes."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from stadsgraaf.dataset import Document
from stadsgraaf.errors import Language, Text
from stadsgraaf.namespaces import PREFIXES, shorten
from stadsgraaf.validation import shacl
from stadsgraaf.validation.bridge import Term
from stadsgraaf.validation.catalogue import rule
from stadsgraaf.validation.demands import Demand, demands
from stadsgraaf.validation.finding import Finding, Severity, Span
from stadsgraaf.validation.focusing import judge_anything
from stadsgraaf.validation.results import Outcome, Result
from stadsgraaf.validation.scope import Scope
from stadsgraaf.validation.sentences import PARAMETERS, sentences
from stadsgraaf.validation.shapes import MAX_NESTING, Shapes, said
from stadsgraaf.validation.sparql import tokens, too_complex
from stadsgraaf.validation.stages.queries import broken_queries
from stadsgraaf.validation.stages.subject import Subject, about, cut

__all__ = ["shapes"]

_SH = PREFIXES["sh"]
_SEVERITIES = {
    _SH + "Violation": Severity.VIOLATION,
    _SH + "Warning": Severity.WARNING,
    _SH + "Info": Severity.INFO,
}
#: What queries of constraints begin with, by the property that leads to them.
_FORMS = {_SH + "select": "SELECT", _SH + "ask": "ASK"}
_ALL_FORMS = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
#: What belongs to SHACL-AF, and what an engine evaluates of it when it is asked to.
_ADVANCED = frozenset(_SH + name for name in ("target", "rule", "expression", "values", "js"))
_EVALUATED = frozenset(_SH + name for name in ("target", "rule", "expression"))
_FUNCTION = NamedNode(_SH + "SPARQLFunction")
#: What the shapes of SHACL itself say of shapes, by component and path, in words of people.
_OF_SHAPES = {
    ("Xone", ""): Text(
        "A property shape has one sh:path, and a node shape has none nor what goes with it"
        " (sh:minCount, sh:maxCount, sh:uniqueLang, sh:lessThan). Make it one of the two.",
        "Een eigenschapsvorm heeft één sh:path, en een knoopvorm heeft er geen en ook niet wat erbij"
        " hoort (sh:minCount, sh:maxCount, sh:uniqueLang, sh:lessThan). Maak er een van beide van.",
    ),
    ("Or", f"<{_SH}path>"): Text(
        "This is no path. Write an IRI, a list of two or more steps, or one of sh:inversePath,"
        " sh:alternativePath, sh:zeroOrMorePath, sh:oneOrMorePath and sh:zeroOrOnePath.",
        "Dit is geen pad. Schrijf een IRI, een lijst van twee of meer stappen, of een van"
        " sh:inversePath, sh:alternativePath, sh:zeroOrMorePath, sh:oneOrMorePath en sh:zeroOrOnePath.",
    ),
    ("Node", ""): Text(
        "This is no list. Write the values between parentheses: ( … ).",
        "Dit is geen lijst. Schrijf de waarden tussen haakjes: ( … ).",
    ),
}
#: Variables of a message that are known here.
_KNOWN = frozenset({"this", "value", "path"})
#: Constraints that something which is not there may break.
_OF_MISSING = frozenset({"MinCount", "QualifiedMinCount", "Node", "Property", "And", "Or", "Xone"})
#: Constraints on the number of values point at the last one, which is one too many.
_TOO_MANY = frozenset({"MaxCount", "UniqueLang", "QualifiedMaxCount"})


def shapes(subject: Subject) -> Iterator[Finding | None]:
    """The shapes against the shapes of SHACL, then the data against the shapes.

    Gives None before it waits for the engine in another process.
    """
    if not subject.shape_documents:
        return
    known = subject.shapes
    if _needs_advanced(subject, known):
        # rules may add anything, so nothing stays as it was
        subject = subject.within(None)
    whole = _looked_at(subject)
    ill_formed = _ill_formed_in(subject, whole)
    yield from _wrong_with(subject, known, ill_formed)
    yield from _advanced(subject, known)
    sound, unusable = _usable(subject, known, _without(whole, ill_formed))
    yield from unusable
    plain = not (ill_formed or unusable or known.dangling or known.too_deep)
    yield from _judged(subject, known, sound, plain=plain)


def _ill_formed_in(subject: Subject, shapes: Sequence[Triple]) -> Sequence[Result]:
    """What the shapes of SHACL say of the shapes."""
    found = shacl.check_shapes(shapes)
    if any(document.turtle.faults for document in subject.shape_documents):
        # what is missing may stand in what could not be read
        return [one for one in found if _component(one.component) not in _OF_MISSING]
    return found


def _wrong_with(subject: Subject, known: Shapes, ill_formed: Sequence[Result]) -> Iterator[Finding]:
    """What is wrong with the shapes as they are written."""
    subject.places.learn(_all_terms(ill_formed))
    for result in _most_telling(ill_formed):
        yield _ill_formed(subject, result)
    yield from _dangling(subject, known)
    for node, depth in known.too_deep.items():
        yield _unusable(
            known, str(node), f"something in it nests {depth} deep, of {MAX_NESTING} at most"
        )


def _judged(
    subject: Subject, known: Shapes, sound: Sequence[Triple], *, plain: bool
) -> Iterator[Finding | None]:
    """What an engine says of the data; ``plain`` when it is asked all shapes as they are."""
    carried = subject.carried if plain else None
    outcome = Outcome()
    begun = _begun(subject, sound, carried.scope if carried else subject.scope)
    if begun is not None:
        try:
            if begun.beside is not None:
                yield None
            outcome = begun.outcome()
        finally:
            begun.stop()
    if carried is not None:
        outcome = carried.joined(outcome)
    if plain and subject.scope is None:
        subject.outcomes.append(outcome)
    yield from _said(subject, known, outcome)


def _said(subject: Subject, known: Shapes, outcome: Outcome) -> Iterator[Finding]:
    """What an engine said, as findings."""
    for shape, reason in outcome.faults:
        yield _unusable(known, shape, reason)
    yield from {
        finding.focus: finding
        for finding in (_recursive(subject, known, told) for told in outcome.recursions)
    }.values()
    yield from _told(
        subject, known, [r for r in outcome.results if not _rests_on_unread(subject, r)]
    )
    yield from _differences(subject, known, outcome.differences)


def _looked_at(subject: Subject) -> Sequence[Triple]:
    """The shapes; of the same shapes on both sides of a change only those that it can affect."""
    whole, scope = subject.shapes.whole, subject.scope
    return scope.affected(subject.shapes, whole) if scope and scope.same_shapes else whole


def _begun(subject: Subject, sound: Sequence[Triple], scope: Scope | None) -> shacl.Begun | None:
    """The engine at work on the shapes that read what is different; None without any."""
    if scope is not None:
        sound = scope.affected(subject.shapes, sound)
        if not judge_anything(sound):
            return None
    return shacl.begin(
        subject.part(scope.near.of_shapes if scope else None),
        sound,
        subject.engine,
        processes=subject.processes,
        focus=subject.focus or (scope.focus if scope else None),
        advanced=_needs_advanced(subject, subject.shapes),
    )


def _needs_advanced(subject: Subject, known: Shapes) -> bool:
    """Whether SHACL-AF is to be evaluated, and there is any."""
    return subject.advanced and any(map(_is_advanced, known.triples))


def _is_advanced(triple: Triple) -> bool:
    return triple.predicate.value in _ADVANCED or triple.object == _FUNCTION


def _usable(
    subject: Subject, known: Shapes, shapes: Sequence[Triple]
) -> tuple[Sequence[Triple], list[Finding]]:
    """The shapes without what an engine would stop at, and what is told of that."""
    told: list[Finding] = []
    queries = dict(broken_queries(subject, {triple.subject for triple in shapes}))
    forms = {node: reason for node, reason in _unasked(shapes) if node not in queries}
    told += queries.values()
    told += (_unusable(known, str(node), reason) for node, reason in forms.items())
    barred: set[Triple] = set()
    for triple, finding in _bad_patterns(subject, known):
        barred.add(triple)
        told.append(finding)
    for demand in demands(known):
        told.append(_demanded(subject, known, demand))
        barred |= {demand.barred} if demand.barred is not None else set()
    if queries or forms or barred:
        unasked = {*queries, *forms}
        shapes = [t for t in shapes if t.object not in unasked and t not in barred]
    closed = {t.subject for t in shapes if t.predicate.value == _SH + "closed"}
    lonely = {t.subject for t in shapes if t.predicate.value == _SH + "ignoredProperties"} - closed
    if lonely:
        # that does nothing, and pySHACL stops at it
        ignored = _SH + "ignoredProperties"
        shapes = [t for t in shapes if t.predicate.value != ignored or t.subject not in lonely]
    return shapes, told


def _most_telling(results: Sequence[Result]) -> list[Result]:
    """Without “neither a node shape nor a property shape” where another result says why."""
    told = {result.focus for result in results if not _is_choice(result)}
    return [one for one in results if not (_is_choice(one) and one.focus in told)]


def _is_choice(result: Result) -> bool:
    return _component(result.component) == "Xone"


def _unasked(shapes: Iterable[Triple]) -> Iterator[tuple[object, str]]:
    """Constraints whose queries are not asked, each with why."""
    for triple in shapes:
        wanted = _FORMS.get(triple.predicate.value)
        if wanted is None:
            continue
        query = getattr(triple.object, "value", "")
        reason = too_complex(query)
        if reason is not None:
            yield triple.subject, reason.en
            continue
        form = next((word.upper for word in tokens(query) if word.upper in _ALL_FORMS), wanted)
        if form != wanted:
            yield triple.subject, f"its query begins with {form}; write {wanted} there"


def _demanded(subject: Subject, known: Shapes, demand: Demand) -> Finding:
    """What no shape of SHACL finds wrong with a shape."""
    triple, span = known.triples[demand.place], known.triple_span(demand.place)
    assert not isinstance(triple.subject, Triple)  # noqa: S101 – demands are of shapes
    found = about(
        subject,
        rule(demand.rule),
        span,
        demand.reason,
        focus=triple.subject,
        path=str(triple.predicate),
    )
    return replace(found, excerpt=known.excerpt(span), declared=known.span(triple.subject))


def _bad_patterns(subject: Subject, known: Shapes) -> Iterator[tuple[Triple, Finding]]:
    """Patterns that pySHACL cannot read; it would stop at them, so they are left out."""
    if subject.engine not in {"pyshacl", "both"}:
        return
    for index, triple in enumerate(known.triples):
        if triple.predicate.value == _SH + "pattern" and isinstance(triple.object, Literal):
            try:
                re.compile(triple.object.value)
            except re.error as error:
                told = _unusable(known, str(triple.subject), f"no regular expression: {error}")
                span, pattern = known.triple_span(index), cut(triple.object.value)
                message = Text(
                    f"“{pattern}” is no regular expression, so it is not checked: {error}.",
                    f"“{pattern}” is geen reguliere expressie; zij wordt dus niet gecontroleerd: {error}.",
                )
                excerpt = known.excerpt(span)
                yield triple, replace(told, span=span, message=message, excerpt=excerpt)


def _advanced(subject: Subject, known: Shapes) -> Iterator[Finding]:
    """What belongs to SHACL-AF or SHACL-JS, https://www.w3.org/TR/shacl-af/, and is not evaluated."""
    for index, triple in enumerate(known.triples):
        if not _is_advanced(triple) or isinstance(triple.subject, Triple):
            continue
        evaluated = triple.predicate.value in _EVALUATED or triple.object == _FUNCTION
        if subject.advanced and evaluated:
            continue
        term = triple.object if triple.object == _FUNCTION else triple.predicate
        word, name = shorten(getattr(term, "value", ""), PREFIXES), known.name(triple.subject)
        what = _BY_FUNCTION if triple.object == _FUNCTION else _BY_SHAPE
        span = known.triple_span(index)
        mend = _EVALUATE if evaluated else None
        yield replace(
            about(
                subject,
                rule("shacl/advanced"),
                span,
                Text(
                    f"{word} is not evaluated: {what.en.format(name)}{mend.en if mend else ''}",
                    f"{word} wordt niet uitgevoerd: {what.nl.format(name)}{mend.nl if mend else ''}",
                ),
                focus=triple.subject,
                path=str(triple.predicate),
                mend=mend,
            ),
            excerpt=known.excerpt(span),
        )


_BY_SHAPE = Text("{} checks nothing by it.", "{} controleert er niets mee.")
_BY_FUNCTION = Text(
    "queries that call {} find nothing by it.", "query's die {} aanroepen vinden er niets mee."
)
_EVALUATE = Text(" Give --advanced.", " Geef --advanced.")


def _rests_on_unread(subject: Subject, result: Result) -> bool:
    # a query may ask whether the property is declared
    asked = _component(result.component) == "SPARQL"
    if asked and result.path.strip("<>") in subject.unread:
        return True
    if isinstance(result.value, Literal):
        return False
    named = {t.value for t in (result.focus, result.value) if isinstance(t, NamedNode)}
    return bool(named & subject.unread)


def _without(shapes: Sequence[Triple], ill_formed: Iterable[Result]) -> Sequence[Triple]:
    """The shapes without what is not well-formed in them: that is told, the rest is still of use."""
    parts, whole = set[tuple[object, str, object]](), set[object]()
    for result in ill_formed:
        if result.path == f"<{_SH}path>":
            # of which values it speaks nobody knows
            whole.add(result.focus)
        elif re.fullmatch("<[^<>]*>", result.path) and result.value is not None:
            parts.add((result.focus, result.path[1:-1], result.value))
        elif re.fullmatch("<[^<>]*>", result.path):
            parts |= {
                (t.subject, t.predicate.value, t.object)
                for t in shapes
                if t.subject == result.focus and str(t.predicate) == result.path
            }
        else:
            whole.add(result.focus)
    if not parts and not whole:
        return shapes
    ignored, closed = _SH + "ignoredProperties", _SH + "closed"
    # without what it lets pass, a closed shape would refuse what its author allows
    opened = {(thing, closed) for thing, predicate, _ in parts if predicate == ignored}
    return [
        t
        for t in shapes
        if t.subject not in whole
        and (t.subject, t.predicate.value) not in opened
        and t.object not in whole
        and (t.subject, t.predicate.value, t.object) not in parts
    ]


def _dangling(subject: Subject, known: Shapes) -> Iterator[Finding]:
    """References to shapes that are nowhere. Engines stop at them, so they are left out."""
    found = rule("shacl/dangling")
    for index, triple in known.dangling:
        if isinstance(triple.object, NamedNode) and triple.object.value in subject.unread:
            continue
        name = subject_name(triple.object, subject)
        span = known.triple_span(index)
        finding = Finding(
            rule=found.iri,
            name=found.name,
            # a profile of others is not ours to mend
            severity=Severity.INFO if span.file.startswith("/") else found.severity,
            span=span,
            message=Text(
                f"The shape {name} is nowhere: mend its name, or write it.",
                f"De vorm {name} is nergens: verbeter de naam, of schrijf haar.",
            ),
            reason=found.why,
            mend=found.mend,
            focus=str(triple.subject),
            path=str(triple.predicate),
            value=str(triple.object),
            excerpt=known.excerpt(span),
        )
        yield finding


def subject_name(thing: Term | Triple, subject: Subject) -> str:
    """A term as people write it."""
    return "…" if isinstance(thing, Triple) else subject.places.curie(thing)


def _ill_formed(subject: Subject, result: Result) -> Finding:
    found = rule("shacl/shapes")
    own = Document(Path("shacl-shacl.ttl"), NamedNode(_SH), "shapes", shacl.shapes_of_shapes())
    known = Shapes([own], subject.prefixes)
    component = _component(result.component)
    places = subject.places
    span = places.locate(result.focus, result.path, result.value) or Span()
    texts = _texts(subject, known, result, component)
    filled, mend = sentences(component, texts)
    special = _OF_SHAPES.get((component, result.path)) or _OF_SHAPES.get((component, ""))
    if special is not None:
        filled, mend = special, Text("", "")
    at = Text(*(f" {word} {texts['path']}" if texts["path"] else "" for word in ("at", "bij")))
    return about(
        subject,
        found,
        span,
        Text(
            f"The shape {places.curie(result.focus)} is not well-formed{at.en}: {filled.en} {mend.en}".strip(),
            f"De vorm {places.curie(result.focus)} klopt niet{at.nl}: {filled.nl} {mend.nl}".strip(),
        ),
        focus=result.focus,
        path=result.path,
        value=result.value,
    )


def _unusable(known: Shapes, shape: str, reason: str) -> Finding:
    found = rule("shacl/engine")
    node = (
        NamedNode(shape[1:-1]) if shape.startswith("<") else BlankNode(shape[2:]) if shape else None
    )
    span = (known.span(node) if node is not None else None) or Span(
        known.documents[0].path.as_posix(), 0, 0, 0, 0
    )
    name = known.name(node) if node is not None else ""
    short = reason.partition("\n")[0]
    return Finding(
        rule=found.iri,
        name=found.name,
        severity=found.severity,
        span=span,
        message=Text(
            f"{_the(name, 'en')} cannot be used, so the data were not checked: {short}",
            f"{_the(name, 'nl')} niet te gebruiken; de data zijn dus niet gecontroleerd: {short}",
        ),
        reason=found.why,
        mend=found.mend,
        engine=reason,
        focus=shape,
        stable_focus=name,
        mentions=known.mentions(node),
        excerpt=known.excerpt(span) if span.line else "",
    )


def _the(name: str, language: Language) -> str:
    if language == "nl":
        return f"De vorm {name} is" if name else "De vormen zijn"
    return f"The shape {name}" if name else "The shapes"


def _recursive(subject: Subject, known: Shapes, told: str) -> Finding:
    """A shape that an engine says to be recursive; the last one that it names has an IRI, or none."""
    named = [NamedNode(iri) for iri in re.findall(r"[<\s]([A-Za-z][\w+.-]*:[^<>\s]+)>", told)]
    placed = [node for node in named if known.span(node)]
    shape = next((n for n in placed if known.is_recursive(n)), next(iter(placed), None))
    span = (known.span(shape) if shape else None) or Span(
        known.documents[0].path.as_posix(), 0, 0, 0, 0
    )
    name = known.name(shape) if shape else "…"
    return replace(
        about(
            subject,
            rule("shacl/recursion"),
            span,
            Text(
                f"The shape {name} refers to itself; it is not followed further there.",
                f"De vorm {name} verwijst naar zichzelf; zij wordt daar niet verder gevolgd.",
            ),
            focus=shape or BlankNode("shape"),
        ),
        engine=told,
    )


def _differences(
    subject: Subject, known: Shapes, differences: Sequence[tuple[Result, str]]
) -> Iterator[Finding]:
    """What one engine finds and the other does not."""
    found = rule("shacl/difference")
    subject.places.learn(_all_terms(result for result, _ in differences))
    for result, engine in differences:
        component = _component(result.component)
        name = known.name(result.shape)
        span = subject.places.locate(result.focus, result.path, result.value) or Span()
        yield about(
            subject,
            found,
            span,
            Text(
                f"Only the engine {engine} finds a result of {component} here, of the shape {name}.",
                f"Alleen de engine {engine} vindt hier een resultaat van {component}, van de vorm {name}.",
            ),
            focus=result.focus,
            path=result.path,
            value=result.value,
        )


def _component(iri: str) -> str:
    return re.split("[/#]", iri)[-1].removesuffix("ConstraintComponent")


def _terms_of(result: Result) -> list[Term]:
    return [result.focus, *([] if result.value is None else [result.value])]


def _all_terms(results: Iterable[Result]) -> Iterator[Term]:
    for result in results:
        yield from _terms_of(result)
        yield from _all_terms(result.details)


def _told(subject: Subject, known: Shapes, results: Sequence[Result]) -> Iterator[Finding]:
    subject.places.learn(_all_terms(results))
    for result in results:
        yield _shacl_finding(subject, known, result)


def _shacl_finding(subject: Subject, known: Shapes, result: Result) -> Finding:
    places, component = subject.places, _component(result.component)
    iri, name = _shape_name(known, result, component)
    details = tuple(_shacl_finding(subject, known, detail) for detail in result.details)
    told = _Told.of(subject, known, result, component).with_details(component, details)
    return Finding(
        rule=iri,
        name=name,
        severity=_SEVERITIES.get(result.severity, Severity.VIOLATION),
        span=told.span,
        message=told.message if told.message.en else told.whole,
        reason=told.reason,
        mend=told.mend if told.mend.en else told.message,
        engine=told.engine,
        focus=str(result.focus),
        thing=places.label(result.focus),
        curie=places.curie(result.focus),
        path=result.path,
        value="" if result.value is None else str(result.value),
        shape=result.shape.value if isinstance(result.shape, NamedNode) else "",
        component=component,
        declared=known.span(result.shape),
        mentions=known.mentions(result.constraint),
        targets=known.targets(result.shape),
        paired=known.paired(result.constraint),
        excerpt=places.excerpt(told.span),
        details=details,
        stable_focus=places.stable(result.focus),
    )


@dataclass(frozen=True)
class _Told:
    """Where a result is shown and what is said of it.

    ``message`` is what its shape says, ``reason`` and ``mend`` what we say, ``engine`` what the engine
    does where the shape says nothing.
    """

    span: Span
    message: Text
    reason: Text
    mend: Text
    engine: str

    @classmethod
    def of(cls, subject: Subject, known: Shapes, result: Result, component: str) -> "_Told":
        span = (
            subject.places.locate(
                result.focus, result.path, result.value, last=component in _TOO_MANY
            )
            or known.span(result.shape)
            or Span()
        )
        own = known.message(result.shape)
        by_query = component == "SPARQL" or component not in PARAMETERS
        message = _spoken(known, result) if by_query and result.messages else own
        return cls(
            span,
            _filled(message, subject, result),
            *sentences(component, _texts(subject, known, result, component)),
            engine=" ".join(m.value for m in result.messages if not own.en),
        )

    def with_details(self, component: str, details: Sequence[Finding]) -> "_Told":
        """The same; of a thing that breaks one shape of its own, what is to be mended is there."""
        if len(details) != 1 or component != "Node" or not details[0].span.file:
            return self
        reason = Text(self.reason.en.rstrip(".") + ":", self.reason.nl.rstrip(".") + ":")
        span = details[0].span if details[0].path else self.span
        return replace(self, span=span, mend=details[0].message, reason=reason)

    @property
    def whole(self) -> Text:
        """Reason and remedy together."""
        return Text(
            f"{self.reason.en} {self.mend.en}".strip(), f"{self.reason.nl} {self.mend.nl}".strip()
        )


def _spoken(known: Shapes, result: Result) -> Text:
    """The message of a query: in all its languages, unless the engine filled something in."""
    written = known.message(result.constraint) if result.constraint is not None else Text("", "")
    written = written if written.en else known.message(result.shape)
    left = {name.lower() for words in written for name in _OPEN.findall(words)}
    # what the engine alone knows it has filled in
    return written if written.en and left <= _KNOWN else said(result.messages)


def _filled(message: Text, subject: Subject, result: Result) -> Text:
    """A message with what it leaves open filled in, and things as people write them.

    https://www.w3.org/TR/shacl/#sparql-constraints-messages
    """
    places, value = subject.places, result.value
    shown = {"this": places.curie(result.focus), "path": _short_path(result.path, subject.prefixes)}
    if value is not None:
        shown["value"] = cut(places.curie(value))

    def shortened(term: Term) -> str:
        return places.curie(term).replace("\\", r"\\")

    def filled(text: str) -> str:
        text = _OPEN.sub(lambda found: shown.get(found[1].lower()) or found[0], text)
        for term in (result.focus, value):
            if isinstance(term, NamedNode):
                text = re.sub(rf"<?{re.escape(term.value)}(?![\w/#-])>?", shortened(term), text)
        return text

    return Text(*map(filled, message))


#: What a message leaves open: a variable in braces.
_OPEN = re.compile(r"\{[$?](\w+)\}")


def _texts(subject: Subject, known: Shapes, result: Result, component: str) -> dict[str, str]:
    """What the sentences on a result name."""
    places = subject.places
    value = result.value
    return {
        "focus": places.curie(result.focus),
        "value": cut(places.curie(value)) if value is not None else places.curie(result.focus),
        "path": _short_path(result.path, subject.prefixes),
        "wanted": known.wanted(result.shape, component),
        "shape": known.name(result.shape),
    }


def _short_path(path: str, prefixes: Mapping[str, str]) -> str:
    return re.sub(r"<([^<>]*)>", lambda found: shorten(found[1], prefixes), path)


def _shape_name(known: Shapes, result: Result, component: str) -> tuple[str, str]:
    """The rule of a result: its shape, or the part of the nearest shape with an IRI."""
    owner, name = known.owner(result.shape), known.name(result.shape)
    if owner == result.shape:
        return result.shape.value, name
    path = re.split(r"[/#<>]", result.path.strip("<>()"))[-1] or "shape"
    base = owner.value if isinstance(owner, NamedNode) else "urn:stadsgraaf:shape"
    return f"{base}-{path}-{component}", f"{name}-{path}-{component}"
