"""The SPARQL workbench: a form that works without JavaScript, its result on the page.

The endpoint calls it when a page or a workbook for spreadsheets is asked for;
``scope["stadsgraaf.sparql"]`` holds what was asked and ``scope["stadsgraaf.format"]`` as what.
"""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import StadsgraafError
from stadsgraaf.media import RDF, RESULTS, SHEET
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.web.clients import client_of
from stadsgraaf.web.columns import COLUMNS, in_sheet, sheet_limits
from stadsgraaf.web.excerpt import read_beginning
from stadsgraaf.web.figures import Figures, figures
from stadsgraaf.web.hangup import Hangup
from stadsgraaf.web.headers import CORS, SECURITY, attachment, keep_nothing
from stadsgraaf.web.protocol import SparqlRequest
from stadsgraaf.web.results import Grid, read_grid
from stadsgraaf.web.services import is_refused
from stadsgraaf.web.site import View
from stadsgraaf.web.snippets import snippets

__all__ = ["Fault", "fault_of", "workbench"]

_JSON = RESULTS[0]
_CSV = RESULTS[2]
_N_TRIPLES = next(each for each in RDF if each.name == "N-Triples")
#: Rows of an answer that a page shows; who wants more takes a download.
_SHOWN_ROWS: Final = 500
#: What finding out why there are no solutions may take.
_WHY_SECONDS: Final = 3.0
#: Longest query that goes in an address, percent-encoded; a longer one goes in the body.
_LONGEST_GET: Final = 4000
_START = """SELECT ?class (COUNT(?thing) AS ?things)
WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 20
"""
#: How much of a long line is shown around the place of an error.
_BEFORE: Final = 60
_WINDOW: Final = 100


@dataclass(frozen=True)
class Fault:
    """An error beside the query: its line and column, from 1, and that line from ``start`` on."""

    title: str
    detail: str
    line: int | None = None
    column: int | None = None
    reason: str = ""
    text: str = ""
    start: int = 0

    @property
    def pointer(self) -> str:
        """Spaces up to the place, and an arrow."""
        return " " * ((self.column or 1) - 1 - self.start) + "↑"


@dataclass(frozen=True)
class Outcome:
    """What came of a query."""

    grid: Grid | None = None
    figures: Figures | None = None
    fault: Fault | None = None
    status: int = 200
    form: str = ""
    milliseconds: int = 0
    headers: Mapping[str, str] | None = None
    why: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Example:
    """A canned query to begin with; ``form`` is its own page when it has parameters."""

    summary: str
    load: str
    form: str | None


async def workbench(scope: Scope, receive: Receive, send: Send) -> None:
    """What ``scope["stadsgraaf.sparql"]`` asks, as a page or as a workbook.

    Who presses stop, or leaves, stops the query too.
    """
    view = View.of(scope)
    asked: SparqlRequest = scope["stadsgraaf.sparql"]
    async with Hangup(receive):
        if scope["stadsgraaf.format"] is SHEET:
            answer = await _sheet(view, _question(scope, asked), asked)
        else:
            is_asked = (asked.query or "").strip() != ""
            outcome = await _run(view, _question(scope, asked), asked) if is_asked else Outcome()
            answer = _page(view, asked, outcome)
    await answer(scope, receive, send)


def _question(scope: Scope, asked: SparqlRequest) -> Question:
    return Question(
        _text(asked),
        results=_JSON,
        rdf=_N_TRIPLES,
        base_iri=asked.endpoint,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        client=client_of(scope),
        labels=asked.labels,
    )


def _text(asked: SparqlRequest) -> str:
    """The query with the ends of its lines as they were written: a form sends others."""
    return (asked.query or "").replace("\r\n", "\n")


def _limits(view: View, asked: SparqlRequest) -> Limits:
    widest = view.site.asker.widest
    return replace(widest, seconds=min(widest.seconds, asked.seconds or widest.seconds))


async def _run(view: View, question: Question, asked: SparqlRequest) -> Outcome:
    begin = time.monotonic()
    try:
        answer = await view.site.store.answer(question, _limits(view, asked))
        begun = await read_beginning(answer)
        spent = round((time.monotonic() - begin) * 1000)
        grid = await read_grid(view, begun, _SHOWN_ROWS, question.client)
    except StadsgraafError as error:
        fault = fault_of(error, question.query, view)
        return Outcome(fault=fault, status=error.status, headers=error.headers)
    pictures = await figures(view, grid) if answer.form == "select" else None
    why = await _why(view, question, asked) if answer.form == "select" and not grid.rows else None
    return Outcome(grid, pictures, form=answer.form, milliseconds=spent, why=why)


async def _why(view: View, question: Question, asked: SparqlRequest) -> Mapping[str, Any] | None:
    """Why there are no solutions; nothing when that takes too long to find out."""
    limits = _limits(view, asked)
    limits = replace(limits, seconds=min(limits.seconds, _WHY_SECONDS))
    try:
        answer = await view.site.store.answer(replace(question, task="why"), limits)
        found: Mapping[str, Any] = json.loads(await answer.read())
    except StadsgraafError:
        return None
    return found if found["empty"] else None


def fault_of(error: StadsgraafError, query: str, view: View) -> Fault:
    """An error as it stands beside the query."""
    title, detail = error.title.say(view.language), error.detail(view.language)
    problem = error.problem(view.language)
    line, column = problem.get("line"), problem.get("column")
    if not (isinstance(line, int) and isinstance(column, int)):
        return Fault(title, detail)
    lines = query.splitlines() or [""]
    text = lines[min(line, len(lines)) - 1]
    start = max(0, column - _BEFORE)
    reason = str(problem.get("reason", detail))
    return Fault(title, detail, line, column, reason, text[start : start + _WINDOW], start)


# --- as a workbook ----------------------------------------------------------------------------------


async def _sheet(view: View, question: Question, asked: SparqlRequest) -> Response:
    """The whole result for a spreadsheet. Raises ResultTooLarge when a sheet cannot take it."""
    limits = sheet_limits(_limits(view, asked))
    content = await in_sheet(await view.site.store.answer(question, limits), limits)
    headers = {
        **SECURITY,
        **CORS,
        "Cache-Control": "no-cache",
        "Vary": "Accept",
        "Content-Disposition": attachment("result.xlsx"),
    }
    return Response(content, headers=headers, media_type=SHEET.media_type)


# --- as a page --------------------------------------------------------------------------------------


def _page(view: View, asked: SparqlRequest, outcome: Outcome) -> Response:
    query = _text(asked)
    is_asked = query.strip() != ""
    start = view.t("workbench_start")
    shown = query if is_asked else f"# {start}\n{_START}"
    formats = (*(RDF if outcome.form == "graph" else (*RESULTS, *COLUMNS)), SHEET)
    kept = {
        "default-graph-uri": list(asked.default_graphs) or None,
        "named-graph-uri": list(asked.named_graphs) or None,
        "labels": [",".join(asked.labels)] if asked.labels else None,
    }
    links = {each: view.urls.sparql(query, format=each.suffix, **kept) for each in formats}
    machine = RDF[0] if outcome.form == "graph" else _CSV
    answer = view.page(
        "workbench.html",
        status=outcome.status,
        headers={**(outcome.headers or {})},
        query=shown,
        method="post" if len(query) > _LONGEST_GET else "get",
        longest=_LONGEST_GET,
        outcome=outcome,
        figures=outcome.figures,
        downloads=[(each.name, link) for each, link in links.items()] if outcome.grid else (),
        numbers=links.get(_CSV),
        permalink=view.urls.sparql(query, **kept),
        examples=_examples(view),
        prefixes=sorted(view.site.release.manifest.prefixes.items()),
        snippets=snippets(
            view.urls.absolute(f"{view.urls.prefix}/sparql"), shown, machine.media_type
        ),
        kept=[(name, value) for name, values in kept.items() for value in values or ()],
    )
    if outcome.form:  # the page says how long it took, so the next one differs
        keep_nothing(answer)
    return answer


def _examples(view: View) -> list[Example]:
    """Each leads to its answer, or to its page, which says why there is none."""
    return [_example(view, each) for each in view.site.release.queries.values()]


def _example(view: View, query: CannedQuery) -> Example:
    href = view.urls.query(query.name)
    return Example(
        query.summary.say(view.language),
        href if is_refused(view, query.sparql) else view.urls.sparql(query.sparql),
        href if query.parameters else None,
    )
