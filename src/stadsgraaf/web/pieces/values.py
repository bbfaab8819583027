"""How one value is shown; a page picks nothing else by kind of value."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from stadsgraaf.web.markup import attributes, escaped, link
from stadsgraaf.web.site import View
from stadsgraaf.web.values import Value, ValueKind

__all__ = ["inline", "refs"]


def refs(view: View, numbers: Iterable[int]) -> str:
    """The numbers of the sources of a value; each opens its source."""
    source = view.t("source")
    return "".join(
        [
            f'<sup class="ref"><button type="button" popovertarget="source-{n}"'
            f' aria-label="{source} {n}">{n}</button></sup>'
            for n in numbers
        ]
    )


def inline(view: View, value: Value) -> str:
    """One value."""
    return _WRITERS[value.kind](view, value)


def _thing(_: View, value: Value) -> str:
    return f"<a {attributes(value.href or '')}>{escaped(value.text)}</a>"


def _outward(_: View, value: Value) -> str:
    return f'<a class="out" {attributes(value.href or "")}>{escaped(value.text)}</a>'


def _date(_: View, value: Value) -> str:
    return f'<time datetime="{escaped(value.machine or "")}">{escaped(value.text)}</time>'


def _number(_: View, value: Value) -> str:
    return f'<data value="{escaped(value.machine or "")}">{escaped(value.text)}</data>'


def _code(_: View, value: Value) -> str:
    return f"<code>{escaped(value.text)}</code>"


def _place(_: View, value: Value) -> str:
    return f'<span class="place">{escaped(value.text)}</span>'


def _parts(view: View, value: Value) -> str:
    head = f"<p>{link(value.text, value.href)}</p>" if value.text else ""
    facts = "".join(
        [
            f"<div><dt>{escaped(fact.label)}</dt>"
            + "".join([f"<dd>{inline(view, item)}</dd>" for item in fact.values])
            + "</div>"
            for fact in value.parts
        ]
    )
    return f'<div class="parts">{head}<dl>{facts}</dl></div>'


def _list(view: View, value: Value) -> str:
    items = "".join([f"<li>{inline(view, item)}</li>" for item in value.items])
    return f'<ol class="list">{items}</ol>{_cut(view, value)}'


def _text(view: View, value: Value) -> str:
    language = escaped(value.language or "")
    foreign = bool(language) and value.language != view.language
    tongue = f' lang="{language}"' if foreign else ""
    tags = f' <span class="tag">{language}</span>' if foreign else ""
    if value.datatype:
        tags += f' <span class="tag">{escaped(value.datatype)}</span>'
    return f'<bdi class="text"{tongue}>{escaped(value.text)}</bdi>{_cut(view, value)}{tags}'


def _cut(view: View, value: Value) -> str:
    return f' <span class="note">{view.t("cut")}</span>' if value.cut else ""


_WRITERS: Final[Mapping[ValueKind, Callable[[View, Value], str]]] = {
    "thing": _thing,
    "outward": _outward,
    "date": _date,
    "number": _number,
    "code": _code,
    "place": _place,
    "parts": _parts,
    "list": _list,
    "text": _text,
}
