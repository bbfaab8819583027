"""The SPARQL workbench: a form that works without JavaScript, its result on the page.

The endpoint calls it when HTML is asked for; ``scope["stadsgraaf.sparql"]`` holds what was asked.
"""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyoxigraph import RdfFormat, parse
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from stadsgraaf.errors import MalformedQuery, StadsgraafError
from stadsgraaf.media import RDF, RESULTS
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.web.asking import Table, Term, read_results
from stadsgraaf.web.pages.catalogue import summaries
from stadsgraaf.web.protocol import SparqlRequest
from stadsgraaf.web.results import Grid, as_grid
from stadsgraaf.web.site import Site, View

__all__ = ["Fault", "fault_of", "workbench"]

_JSON = RESULTS[0]
_N_TRIPLES = next(each for each in RDF if each.name == "N-Triples")
#: A page holds no more; who wants more takes a download.
_MOST_ROWS: Final = 10_000
_SHOWN_ROWS: Final = 500
_LONGEST_GET: Final = 4000
_START = """SELECT ?class (COUNT(?thing) AS ?things)
WHERE {
  ?thing a ?class .
}
GROUP BY ?class
ORDER BY DESC(?things)
LIMIT 20
"""
_TRIPLE: Final = ("subject", "predicate", "object")


@dataclass(frozen=True)
class Fault:
    """An error beside the query: the line it is on, and where on that line."""

    title: str
    detail: str
    line: int | None = None
    column: int | None = None
    text: str = ""

    @property
    def pointer(self) -> str:
        """Spaces up to the place, and an arrow."""
        return " " * ((self.column or 1) - 1) + "↑"


@dataclass(frozen=True)
class Outcome:
    """What came of a query."""

    grid: Grid | None = None
    fault: Fault | None = None
    status: int = 200
    form: str = ""
    milliseconds: int = 0


async def workbench(scope: Scope, receive: Receive, send: Send) -> None:
    """The page, for what ``scope["stadsgraaf.sparql"]`` asks."""
    view = View.of(scope)
    asked: SparqlRequest = scope["stadsgraaf.sparql"]
    outcome = Outcome() if not (asked.query or "").strip() else await _run(view, scope, asked)
    answer = _page(view, asked, outcome)
    await answer(scope, receive, send)


async def _run(view: View, scope: Scope, asked: SparqlRequest) -> Outcome:
    site, query = view.site, asked.query or ""
    client = scope.get("client")
    question = Question(
        query,
        results=_JSON,
        rdf=_N_TRIPLES,
        base_iri=asked.endpoint,
        default_graphs=asked.default_graphs,
        named_graphs=asked.named_graphs,
        client=client[0] if client else "",
    )
    begin = time.monotonic()
    try:
        answer = await site.store.answer(question, _limits(site, asked))
        content = await answer.read()
    except StadsgraafError as error:
        return Outcome(fault=fault_of(error, query, view), status=error.status)
    table = _triples(content) if answer.form == "graph" else read_results(content)
    spent = round((time.monotonic() - begin) * 1000)
    return Outcome(as_grid(view, table, _SHOWN_ROWS), None, 200, answer.form, spent)


def _limits(site: Site, asked: SparqlRequest) -> Limits:
    settings = site.settings
    seconds = settings.query_timeout
    return Limits(
        seconds=min(seconds, asked.seconds or seconds),
        memory_mib=settings.query_memory,
        rows=min(settings.result_rows, _MOST_ROWS),
        bytes=min(settings.result_length, site.asker.limits.bytes),
    )


def _triples(content: bytes) -> Table:
    rows: list[Mapping[str, Term]] = []
    for quad in parse(content, RdfFormat.N_TRIPLES):
        terms = (quad.subject, quad.predicate, quad.object)
        rows.append(dict(zip(_TRIPLE, terms, strict=True)))
    return Table(_TRIPLE, rows)


def fault_of(error: StadsgraafError, query: str, view: View) -> Fault:
    """An error as it stands beside the query."""
    title, detail = error.title.say(view.language), error.detail(view.language)
    line, column = error.members.get("line"), error.members.get("column")
    if not (
        isinstance(error, MalformedQuery) and isinstance(line, int) and isinstance(column, int)
    ):
        return Fault(title, detail)
    lines: Sequence[str] = query.splitlines() or [""]
    text = lines[min(line, len(lines)) - 1]
    start = max(0, column - _BEFORE)
    return Fault(title, detail, line, column - start, text[start : start + _WINDOW])


#: How much of a long line is shown around the place.
_BEFORE = 60
_WINDOW = 100


def _page(view: View, asked: SparqlRequest, outcome: Outcome) -> Response:
    query = asked.query or ""
    formats = RDF if outcome.form == "graph" else RESULTS
    graphs = {
        "default-graph-uri": list(asked.default_graphs) or None,
        "named-graph-uri": list(asked.named_graphs) or None,
    }
    downloads = [
        (each.name, view.urls.sparql(query, format=each.suffix, **graphs)) for each in formats
    ]
    permalink = view.urls.sparql(query, **graphs)
    answer = view.page(
        "workbench.html",
        status=outcome.status,
        query=query or _prologue(view) + _START,
        asked=bool(query.strip()),
        method="post" if len(query) > _LONGEST_GET else "get",
        outcome=outcome,
        downloads=downloads if outcome.grid else (),
        permalink=permalink,
        examples=[
            (each, view.urls.sparql(found["sparql"]))
            for each, found in zip(summaries(view), view.site.release.queries, strict=True)
        ],
        prefixes=sorted(view.site.release.manifest.prefixes.items()),
        endpoint=view.urls.absolute(f"{view.urls.prefix}/sparql"),
        graphs=[(name, value) for name, values in graphs.items() for value in values or ()],
        shown=_SHOWN_ROWS,
    )
    if outcome.form:  # the page says how long it took, so the next one differs
        del answer.headers["ETag"]
        answer.headers["Cache-Control"] = "no-cache"
    return answer


def _prologue(view: View) -> str:
    """A query to begin with needs no prefixes."""
    question = view.t("workbench_start")
    return f"# {question}\n"
