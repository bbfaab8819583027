"""What a canned query answers when nothing is given for its parameters."""

from typing import Final

from stadsgraaf.canned import CannedQuery
from stadsgraaf.errors import (
    QueryStopped,
    ServiceFailed,
    StadsgraafError,
    StoreBusy,
    StoreUnavailable,
    TooManyRequests,
)
from stadsgraaf.media import RESULTS
from stadsgraaf.store.base import Question
from stadsgraaf.web.asking import Table
from stadsgraaf.web.site import Site

__all__ = ["default_answer"]

#: What may be over when it is asked again.
_PASSING: Final = (QueryStopped, ServiceFailed, StoreBusy, StoreUnavailable, TooManyRequests)


async def default_answer(site: Site, query: CannedQuery) -> Table | None:
    """The answer as a table, asked once in a release.

    None for a query that answers with a graph, and for one that cannot be answered: its own page
    says why.
    """
    try:
        return None if query.form == "graph" else await site.once(_ask, query.name)
    except _PASSING:
        return None


async def _ask(site: Site, name: str) -> Table | None:
    query = site.release.queries[name]
    question = Question(query.sparql, results=RESULTS[0], bindings=query.bindings({}))
    try:
        return await site.asker.table(question)
    except _PASSING:
        raise
    except StadsgraafError:
        return None
