"""``/shacl``: RDF that is posted, validated against the published shapes.

Shapes Constraint Language, https://www.w3.org/TR/shacl/

The answer to data is a validation report: RDF with ``sh:conforms`` and the results, or JSON, SARIF or
a page with the findings at their lines. 200 says that there is a report, not that the data conform.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pyoxigraph import RdfFormat, parse, serialize
from starlette.requests import Request
from starlette.responses import Response

from stadsgraaf.errors import (
    InvalidParameter,
    MalformedData,
    MissingParameter,
    NotFound,
    StadsgraafError,
    Text,
    UnsupportedCoding,
    UnsupportedMediaType,
)
from stadsgraaf.media import HTML, RDF, Format
from stadsgraaf.parameters import once
from stadsgraaf.web.hangup import Hangup
from stadsgraaf.web.headers import CORS, SECURITY
from stadsgraaf.web.negotiation import chosen_format
from stadsgraaf.web.protocol import ClientGoneError, read_body, read_parameters
from stadsgraaf.web.site import Site, View
from stadsgraaf.web.validator import Judgement, Posted, Validator

__all__ = ["shacl"]

_FORM: Final = "application/x-www-form-urlencoded"
_JSON: Final = Format("JSON", ("application/json",), "json", "results")
_SARIF: Final = Format("SARIF", ("application/sarif+json",), "sarif", "results")
_TRIPLES: Final = tuple(each for each in RDF if each.name not in ("TriG", "N-Quads"))
#: JSON is ours; who wants JSON-LD has to say so.
_REPORTS: Final = (_TRIPLES[0], _JSON, *_TRIPLES[1:], _SARIF, HTML)
_TYPES: Final = {name: each for each in RDF for name in each.media_types if "/xml" not in name}
_CONTEXTS: Final = ("vocabulary", "dataset")
_ACCEPT_POST: Final = ", ".join(each.media_type for each in RDF)


@dataclass(frozen=True)
class _Asked:
    """What a request asks: the RDF, how it is written, what it may refer to, and the report."""

    body: bytes
    media_type: str
    context: str
    form: Format


async def shacl(request: Request) -> Response:
    """``GET /shacl``: a form. ``POST /shacl``: the report on the RDF in the body, or of the form.

    Parameters: ``context`` is ``vocabulary`` (default) or ``dataset``, which lets the RDF refer to
    what is published; ``format`` goes before ``Accept``.
    """
    view = View.of(request.scope)
    validator = await view.site.once(_made)
    if not validator.has_shapes:
        raise NotFound(what=view.path)
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={**_HEADERS, "Allow": "GET, HEAD, OPTIONS, POST"})
    if request.method != "POST":
        return view.page("shacl.html", **_filled())
    try:
        asked = await _read(request, view)
    except ClientGoneError:
        return Response(status_code=499)
    return await _judged(view, validator, asked, request)


async def _made(site: Site) -> Validator:
    return Validator(site.release, site.settings)


_HEADERS: Final[Mapping[str, str]] = {
    **SECURITY,
    **CORS,
    "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
    "Access-Control-Allow-Headers": "Accept, Content-Type",
    "Accept-Post": _ACCEPT_POST,
    "Cache-Control": "no-store",
}


async def _read(request: Request, view: View) -> _Asked:
    settings = view.site.settings
    given = once(read_parameters(request.scope["query_string"], "query string"))
    kind = _media_type(request)
    length = settings.rdf_length * (3 if kind == _FORM else 1)  # a form escapes its text
    body = await read_body(request.scope, request.receive, length, settings.body_timeout)
    if kind == _FORM:
        given |= once(read_parameters(body, "form"))
        if "data" not in given:
            raise MissingParameter(name="data")
        body, kind = given["data"].encode(), given.get("type", RDF[0].media_type)
    if kind not in _TYPES:
        raise UnsupportedMediaType(given=kind, supported=[each.media_type for each in RDF])
    context = given.get("context", _CONTEXTS[0])
    if context not in _CONTEXTS:
        names = ", ".join(_CONTEXTS)
        reason = Text(f"it is none of: {names}", f"het is geen van: {names}")
        raise InvalidParameter(name="context", reason=reason)
    named = given.get("format")
    form = chosen_format(request.scope, None, _REPORTS) if named is None else _report_form(named)
    return _Asked(body, _TYPES[kind].media_type, context, form)


def _media_type(request: Request) -> str:
    encoding = request.headers.get("content-encoding", "identity")
    if encoding.strip().lower() != "identity":
        raise UnsupportedCoding(given=encoding, supported=["identity"])
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def _report_form(named: str) -> Format:
    for each in _REPORTS:
        if named.lower() in (each.suffix, *each.media_types):
            return each
    known = ", ".join(each.suffix for each in _REPORTS)
    reason = Text(f"it is none of: {known}", f"het is geen van: {known}")
    raise InvalidParameter(name="format", reason=reason)


async def _judged(view: View, validator: Validator, asked: _Asked, request: Request) -> Response:
    is_page = asked.form is HTML
    posted = Posted(
        body=asked.body,
        media_type=asked.media_type,
        base_iri=view.here(view.urls.shacl()),
        form="json"
        if asked.form in (HTML, _JSON)
        else "sarif"
        if asked.form is _SARIF
        else "turtle",
        language=view.language,
        in_context=asked.context == "dataset",
    )
    try:
        async with Hangup(request.receive):
            judgement = await validator.validate(posted)
    except ClientGoneError:
        return Response(status_code=499)
    except StadsgraafError as error:
        if is_page and isinstance(error, MalformedData):
            return view.page("shacl.html", status=error.status, **_filled(asked, error=error))
        raise
    if is_page:
        return _page(view, asked, judgement)
    return Response(
        _in_form(judgement.report, asked.form),
        headers={**_HEADERS, "Content-Type": asked.form.content_type, "Vary": "Accept"},
    )


def _in_form(report: bytes, form: Format) -> bytes:
    if form not in _TRIPLES or form is RDF[0]:
        return report
    wanted = RdfFormat.from_media_type(form.media_type)
    return serialize(parse(report, RdfFormat.TURTLE), format=wanted) or b""


def _page(view: View, asked: _Asked, judgement: Judgement) -> Response:
    report: dict[str, Any] = json.loads(judgement.report)
    answer = view.page("shacl.html", **_filled(asked, judgement=judgement, report=report))
    answer.headers["Cache-Control"] = "no-store"
    del answer.headers["ETag"]
    return answer


def _filled(asked: _Asked | None = None, **more: Any) -> dict[str, Any]:
    """What the template needs, with what was asked."""
    return {
        "types": RDF,
        "contexts": _CONTEXTS,
        "data": asked.body.decode("utf-8", "replace") if asked else "",
        "type": asked.media_type if asked else RDF[0].media_type,
        "context": asked.context if asked else _CONTEXTS[0],
        "judgement": None,
        "report": None,
        "error": None,
        **more,
    }
