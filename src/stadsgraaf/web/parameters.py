"""Parameters of canned queries as a page and the OpenAPI document have them: fields and schemas."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from stadsgraaf.datatypes import kind_of
from stadsgraaf.parameters import Parameter
from stadsgraaf.web.site import View

__all__ = ["Field", "Option", "fields", "schema_of"]

_MOST_CHOICES: Final = 400
#: An enumeration in a schema is read by people too.
_MOST_LISTED: Final = 60


@dataclass(frozen=True)
class Option:
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
    choices: tuple[Option, ...] = ()
    attributes: Mapping[str, str] = field(default_factory=dict)


async def fields(
    view: View, parameters: Iterable[Parameter], given: Mapping[str, str]
) -> tuple[Field, ...]:
    """The parameters of a query as fields, with what was given, else their defaults."""
    return tuple([await _field(view, each, given) for each in parameters])


async def _field(view: View, parameter: Parameter, given: Mapping[str, str]) -> Field:
    name, value = parameter.name, given.get(parameter.name, _plain(parameter.default))
    label = parameter.label.say(view.language)
    if parameter.datatype is not None:
        kind = kind_of(parameter.datatype)
        if kind.input == "truth":
            truths = (Option("true", str(view.t("yes"))), Option("false", str(view.t("no"))))
            return Field(name, label, "choice", value, truths)
        return Field(name, label, kind.input, value, attributes=kind.attributes)
    choices = await _choices(view, parameter.target_class)
    if not any(choice.value == value for choice in choices):
        return Field(name, label, "text", value)
    return Field(name, label, "choice", value, choices)


def _plain(term: str | None) -> str:
    """The text of a term in N-Triples notation, as a form holds it."""
    if term is None:
        return ""
    value = next(iter(parse(f"<x:s> <x:p> {term} .", RdfFormat.N_TRIPLES))).object
    return value.value if isinstance(value, NamedNode | Literal) else ""


async def _choices(view: View, target: str | None) -> tuple[Option, ...]:
    """The things that a parameter takes, when they are few enough for a list."""
    if target is None:
        return ()
    query = f"SELECT DISTINCT ?s WHERE {{ ?s a {NamedNode(target)} }} LIMIT {_MOST_CHOICES + 1}"
    rows = await view.site.rows(query)
    if len(rows) > _MOST_CHOICES:
        return ()
    labels = view.labels(row["s"].value for row in rows)
    ordered = sorted(labels.items(), key=lambda item: item[1].casefold())
    return tuple(Option(iri, label) for iri, label in ordered)


async def schema_of(view: View, parameter: Parameter) -> dict[str, Any]:
    """The parameter as a schema, with its default; of few things all are listed."""
    default = _plain(parameter.default)
    if parameter.datatype is not None:
        schema = dict(kind_of(parameter.datatype).schema)
        if default:
            schema["default"] = _as_json(default, schema["type"])
        return schema
    schema = {"type": "string", "format": "iri"}
    if default:
        schema["default"] = default
    choices = await _choices(view, parameter.target_class)
    if 0 < len(choices) <= _MOST_LISTED:
        schema["examples"] = [choice.value for choice in choices]
    return schema


def _as_json(text: str, type_: str) -> Any:
    if type_ == "integer":
        return int(text)
    if type_ == "number":
        return float(text)
    return text in ("true", "1") if type_ == "boolean" else text
