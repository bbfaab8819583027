"""Parameters of canned queries: read from a request, shown as fields of a form, described as schemas.

Lexical forms are those of XML Schema 1.1, part 2, https://www.w3.org/TR/xmlschema11-2/; schemas
those of JSON Schema as OpenAPI has them.

>>> kind_of("http://www.w3.org/2001/XMLSchema#date").accepts("2017-02-29")
False
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from stadsgraaf.errors import InvalidParameter, RepeatedParameter, Text
from stadsgraaf.namespaces import PREFIXES, expand
from stadsgraaf.web.site import View

__all__ = ["Choice", "Field", "Kind", "fields", "given_in", "kind_of", "read_bindings", "schema_of"]

_XSD: Final = PREFIXES["xsd"]
_LONGEST: Final = 4096
_MOST_CHOICES: Final = 400
#: An enumeration in a schema is read by people too.
_MOST_LISTED: Final = 60


@dataclass(frozen=True)
class Kind:
    """Values of a datatype: how they are typed in, described and told apart from others.

    ``words`` complete “is not …” and “is geen …”.
    """

    input: str
    schema: Mapping[str, Any]
    accepts: Callable[[str], bool]
    words: Text
    attributes: Mapping[str, str] = field(default_factory=dict)


def _matching(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


def _reads(read: Callable[[str], object], pattern: str) -> Callable[[str], bool]:
    """Whether a text has the form and names a moment that there was."""
    fits = _matching(pattern)

    def accepts(text: str) -> bool:
        try:
            return fits(text) and read(text) is not None
        except ValueError:
            return False

    return accepts


def _is_double(text: str) -> bool:
    return _matching(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?")(text) and math.isfinite(
        float(text)
    )


_ANY: Final = Kind(
    "text", {"type": "string", "maxLength": _LONGEST}, lambda _: True, Text("a text", "tekst")
)
_WHOLE: Final = Kind(
    "number",
    {"type": "integer"},
    _matching(r"[+-]?\d{1,100}"),
    Text("a whole number such as 12", "geheel getal zoals 12"),
    {"step": "1"},
)
_NATURAL: Final = Kind(
    "number",
    {"type": "integer", "minimum": 0},
    _matching(r"\+?\d{1,100}"),
    Text("a whole number from 0 on", "geheel getal vanaf 0"),
    {"step": "1", "min": "0"},
)
_FRACTION: Final = Kind(
    "number",
    {"type": "number"},
    _matching(r"[+-]?(?:\d{1,100}(?:\.\d{0,100})?|\.\d{1,100})"),
    Text("a number such as 12.5", "getal zoals 12.5"),
    {"step": "any"},
)
_KINDS: Final[Mapping[str, Kind]] = {
    "date": Kind(
        "date",
        {"type": "string", "format": "date"},
        _reads(date.fromisoformat, r"\d{4}-\d\d-\d\d"),
        Text("a date such as 2017-09-13", "datum zoals 2017-09-13"),
    ),
    "dateTime": Kind(
        "text",
        {"type": "string", "format": "date-time"},
        _reads(
            datetime.fromisoformat,
            r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,6})?(?:Z|[+-]\d\d:\d\d)?",
        ),
        Text("a moment such as 2017-09-13T09:00:00Z", "moment zoals 2017-09-13T09:00:00Z"),
    ),
    "gYear": Kind(
        "number",
        {"type": "string", "pattern": r"^\d{4}$"},
        _matching(r"\d{4}"),
        Text("a year such as 2017", "jaar zoals 2017"),
        {"step": "1", "min": "0", "max": "9999"},
    ),
    "gYearMonth": Kind(
        "month",
        {"type": "string", "pattern": r"^\d{4}-\d\d$"},
        _matching(r"\d{4}-(?:0[1-9]|1[0-2])"),
        Text("a month such as 2017-09", "maand zoals 2017-09"),
    ),
    "boolean": Kind(
        "truth",
        {"type": "boolean"},
        _matching("true|false|0|1"),
        Text("true or false", "true of false"),
    ),
    "decimal": _FRACTION,
    "double": Kind("number", {"type": "number"}, _is_double, _FRACTION.words, {"step": "any"}),
    "float": Kind("number", {"type": "number"}, _is_double, _FRACTION.words, {"step": "any"}),
    "integer": _WHOLE,
    "int": _WHOLE,
    "long": _WHOLE,
    "short": _WHOLE,
    "nonNegativeInteger": _NATURAL,
    "unsignedInt": _NATURAL,
    "string": _ANY,
}


def kind_of(datatype: str) -> Kind:
    """The kind of a datatype by its IRI; what is not known takes any text."""
    return _KINDS.get(datatype.removeprefix(_XSD), _ANY)


@dataclass(frozen=True)
class Choice:
    """One value that a parameter can take."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """A parameter as a field of the form; ``attributes`` are those of its input element."""

    name: str
    label: str
    kind: str
    value: str
    choices: tuple[Choice, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


# --- read -------------------------------------------------------------------------------------------


def given_in(pairs: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The parameters of a request by name; what is empty was not given.

    Raises RepeatedParameter when one is there twice.
    """
    given: dict[str, str] = {}
    for name, text in pairs:
        if not text.strip():
            continue
        if name in given:
            raise RepeatedParameter(name=name)
        given[name] = text
    return given


def read_bindings(view: View, found: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, str]:
    """Terms by variable, in N-Triples notation: what was given, else the default.

    Raises InvalidParameter for an unknown parameter or a value of another type.
    """
    parameters = {each["name"]: each for each in found["parameters"]}
    for name in given:
        if name not in parameters:
            known = ", ".join(parameters)
            reason = Text(
                f"this query has the parameters: {known}" if known else "this query has none",
                f"deze vraag heeft de parameters: {known}" if known else "deze vraag heeft er geen",
            )
            raise InvalidParameter(name=name, reason=reason)
    bindings = {
        name: _term(view, parameter, given[name]) if name in given else parameter["default"]
        for name, parameter in parameters.items()
    }
    return {name: term for name, term in bindings.items() if term is not None}


def _term(view: View, parameter: Mapping[str, Any], text: str) -> str:
    name, shown = parameter["name"], text[:80]
    if parameter["type"] is not None:
        kind = kind_of(parameter["type"])
        text = text if kind is _ANY else text.strip()
        if len(text) > _LONGEST or not kind.accepts(text):
            reason = Text(f"“{shown}” is not {kind.words.en}", f"“{shown}” is geen {kind.words.nl}")
            raise InvalidParameter(name=name, reason=reason)
        return str(Literal(text, datatype=NamedNode(parameter["type"])))
    try:
        return str(NamedNode(_iri(text.strip(), view.site.prefixes)))
    except ValueError:
        reason = Text(f"“{shown}” is not an IRI", f"“{shown}” is geen IRI")
        raise InvalidParameter(name=name, reason=reason) from None


def _iri(text: str, prefixes: Mapping[str, str]) -> str:
    """The IRI that a prefixed name of the dataset stands for, else the text itself."""
    try:
        return expand(text, prefixes)
    except KeyError:
        return text


# --- shown ------------------------------------------------------------------------------------------


async def fields(
    view: View, found: Mapping[str, Any], given: Mapping[str, str]
) -> tuple[Field, ...]:
    """The parameters of a query as fields, with what was given, else their defaults."""
    return tuple([await _field(view, each, given) for each in found["parameters"]])


async def _field(view: View, parameter: Mapping[str, Any], given: Mapping[str, str]) -> Field:
    name, value = parameter["name"], given.get(parameter["name"], _plain(parameter["default"]))
    label = view.text(parameter["label"])
    if parameter["type"] is not None:
        kind = kind_of(parameter["type"])
        if kind.input == "truth":
            truths = (Choice("true", str(view.t("yes"))), Choice("false", str(view.t("no"))))
            return Field(name, label, "choice", value, truths)
        return Field(name, label, kind.input, value, attributes=kind.attributes)
    choices = await _choices(view, parameter["class"]) if parameter["class"] else ()
    if not any(choice.value == value for choice in choices):
        return Field(name, label, "text", value)
    return Field(name, label, "choice", value, choices)


def _plain(term: str | None) -> str:
    """The text of a term in N-Triples notation, as a form holds it."""
    if term is None:
        return ""
    value = next(iter(parse(f"<x:s> <x:p> {term} .", RdfFormat.N_TRIPLES))).object
    return value.value if isinstance(value, NamedNode | Literal) else ""


async def _choices(view: View, target: str) -> tuple[Choice, ...]:
    """The things that a parameter takes, when they are few enough for a list."""
    query = f"SELECT DISTINCT ?s WHERE {{ ?s a {NamedNode(target)} }} LIMIT {_MOST_CHOICES + 1}"
    rows = await view.site.once(f"choices {target}", lambda: view.site.asker.rows(query))
    if len(rows) > _MOST_CHOICES:
        return ()
    labels = view.labels(row["s"].value for row in rows)
    ordered = sorted(labels.items(), key=lambda item: item[1].casefold())
    return tuple(Choice(iri, label) for iri, label in ordered)


async def schema_of(view: View, parameter: Mapping[str, Any]) -> dict[str, Any]:
    """The parameter as a schema, with its default; of few things all are listed."""
    default = _plain(parameter["default"])
    if parameter["type"] is not None:
        schema = dict(kind_of(parameter["type"]).schema)
        if default:
            schema["default"] = _as_json(default, schema["type"])
        return schema
    schema = {"type": "string", "format": "iri"}
    if default:
        schema["default"] = default
    choices = await _choices(view, parameter["class"]) if parameter["class"] else ()
    if 0 < len(choices) <= _MOST_LISTED:
        schema["examples"] = [choice.value for choice in choices]
    return schema


def _as_json(text: str, type_: str) -> Any:
    if type_ == "integer":
        return int(text)
    if type_ == "number":
        return float(text)
    return text in ("true", "1") if type_ == "boolean" else text
