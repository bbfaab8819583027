"""A SPARQL query in a file: ``#+`` header lines in YAML, then plain SPARQL.

::

    #+ summary: Concepts without a definition
    #+ summary-nl: Begrippen zonder definitie
    #+ parameters:
    #+   - name: scheme
    #+     type: iri
    #+     default: <https://example.org/scheme>
    SELECT ?concept ?scheme WHERE { … }

The header is that of grlc, https://github.com/CLARIAH/grlc, with languages added.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from pyoxigraph import Literal, NamedNode, Quad

from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import InvalidParameter, SyntaxFault, Text
from stadsgraaf.media import Form
from stadsgraaf.namespaces import PREFIXES, expand
from stadsgraaf.parameters import Parameter

__all__ = ["Query", "describe", "form_of", "read_query", "read_yaml"]

#: libyaml, where PyYAML was built with it.
_LOADER: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, kw_only=True)
class Query(CannedQuery):
    """A canned query in its file.

    ``graph`` is set on a rule: the named graph that its triples go to.
    """

    path: Path
    graph: str | None = None


_NOISE = re.compile(
    r"""<[^<>"{}|^`\\\s]*>|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\#[^\n]*""", re.VERBOSE
)
_FORM = re.compile(r"(?<![\w:?$])(select|ask|construct|describe)\b", re.IGNORECASE)
_PREFIX = re.compile(r"\bprefix\s+([\w.-]*):\s*<([^>]*)>", re.IGNORECASE)
_HEADER = "#+"


def form_of(sparql: str) -> Form:
    """Which form a query has, by its first keyword.

    >>> form_of("PREFIX select: <http://e/select> ASK { ?s ?p ?o }")
    'ask'
    """
    found = _FORM.search(_PREFIX.sub(" ", _NOISE.sub(_blank, sparql)))
    keyword = found[1].lower() if found else "select"
    return "select" if keyword == "select" else "ask" if keyword == "ask" else "graph"


def _blank(noise: re.Match[str]) -> str:
    return "<x>" if noise[0].startswith("<") else " "


def read_query(path: Path) -> Query:
    """The query in a file. Raises SyntaxFault when its header is not YAML or lacks a summary."""
    text = path.read_text(encoding="utf-8")
    lines = text.splitlines()
    header = [line[len(_HEADER) :].removeprefix(" ") for line in lines if line.startswith(_HEADER)]
    sparql = "\n".join(line for line in lines if not line.startswith(_HEADER)).strip() + "\n"
    fields = _parse_header(path, "\n".join(header))
    summary = _text(fields, "summary")
    prefixes = dict(PREFIXES) | {match[1]: match[2] for match in _PREFIX.finditer(sparql)}
    return Query(
        name=path.stem,
        path=path,
        summary=summary if summary.en else Text(path.stem, path.stem),
        description=_text(fields, "description"),
        sparql=sparql,
        form=form_of(sparql),
        parameters=tuple(
            _parameter(path, entry, prefixes) for entry in fields.get("parameters") or ()
        ),
        columns=_columns(path, fields.get("columns") or {}),
        competency=fields.get("competency"),
        figure=bool(fields.get("figure")),
        graph=fields.get("graph"),
        tags=tuple(map(str, fields.get("tags") or ())),
    )


def read_yaml(text: str) -> Any:
    """What a header says. Raises YAMLError when it is not YAML."""
    try:
        return yaml.load(text, Loader=_LOADER)  # noqa: S506 – it is a safe one
    except yaml.YAMLError:
        # the same words for a mistake on every machine
        return yaml.safe_load(text)


@lru_cache(maxsize=512)
def _fields(header: str) -> Any:
    """What a header says; a revision has most of them as they are now."""
    return read_yaml(header) or {}


def _parse_header(path: Path, header: str) -> dict[str, Any]:
    try:
        fields = _fields(header)
    except yaml.YAMLError as error:
        # what is not closed is wrong where it begins
        mark = getattr(error, "context_mark", None) or getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        reason = f"the header is not YAML: {getattr(error, 'problem', error)}"
        raise SyntaxFault(file=str(path), line=line, column=1, reason=reason) from None
    if not isinstance(fields, dict):
        reason = "the header is not a YAML mapping"
        raise SyntaxFault(file=str(path), line=1, column=1, reason=reason)
    return fields


def _text(fields: Mapping[str, Any], key: str) -> Text:
    english = str(fields.get(key, ""))
    return Text(english, str(fields.get(f"{key}-nl", english)))


def _columns(path: Path, entries: Any) -> dict[str, Text]:
    """The names of columns: a text for both languages, or one for each."""
    try:
        return {
            str(name): Text(str(said["en"]), str(said["nl"]))
            if isinstance(said, dict)
            else Text(str(said), str(said))
            for name, said in entries.items()
        }
    except (AttributeError, KeyError):
        reason = "columns is no mapping of variables to a text, or to {en: …, nl: …}"
        raise SyntaxFault(file=str(path), line=1, column=1, reason=reason) from None


def _parameter(path: Path, entry: Mapping[str, Any], prefixes: Mapping[str, str]) -> Parameter:
    try:
        name, kind = str(entry["name"]), str(entry.get("type", "iri"))
        datatype = None if kind == "iri" else expand(kind, prefixes)
        target = entry.get("class")
        parameter = Parameter(
            name=name,
            datatype=datatype,
            default=None,
            label=Text(
                str(entry.get("label", name)), str(entry.get("label-nl", entry.get("label", name)))
            ),
            target_class=expand(str(target), prefixes) if target else None,
        )
    except KeyError as missing:
        reason = f"parameter without {missing}, or with an undeclared prefix"
        raise SyntaxFault(file=str(path), line=1, column=1, reason=reason) from None
    if "default" not in entry:
        return parameter
    text = str(entry["default"])
    try:
        default = parameter.term(text, prefixes)
    except InvalidParameter as error:
        raise SyntaxFault(file=str(path), line=1, column=1, reason=error.detail()) from None
    return Parameter(name, datatype, default, parameter.label, parameter.target_class)


def describe(queries: Sequence[Query], base_iri: str, graph: NamedNode) -> list[Quad]:
    """The queries as data: ``sh:SPARQLExecutable`` of SHACL, so that the graph lists them itself."""
    quads: list[Quad] = []
    sh, rdfs = PREFIXES["sh"], PREFIXES["rdfs"]
    kinds = {"select": "Select", "ask": "Ask", "graph": "Construct"}
    for query in queries:
        if query.sparql.lstrip().lower().startswith("describe"):
            continue
        kind = kinds[query.form]
        subject = NamedNode(f"{base_iri}id/query/{query.name}")
        pairs: list[tuple[str, NamedNode | Literal]] = [
            (PREFIXES["rdf"] + "type", NamedNode(f"{sh}SPARQL{kind}Executable")),
            (rdfs + "label", Literal(query.summary.en, language="en")),
            (rdfs + "label", Literal(query.summary.nl, language="nl")),
            (sh + kind.lower(), Literal(query.sparql)),
        ]
        for language in ("en", "nl"):
            if words := getattr(query.description, language):
                pairs += [(PREFIXES["dct"] + "description", Literal(words, language=language))]
        quads += [Quad(subject, NamedNode(p), o, graph) for p, o in pairs]
    return quads
