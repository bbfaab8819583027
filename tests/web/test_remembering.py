"""What a site remembers of its release, and what it does not."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

import pytest
from visiting import Client

from stadsgraaf.errors import StadsgraafError, StoreBusy
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Answer, Limits, Question
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web import dates
from stadsgraaf.web.app import create_app
from stadsgraaf.web.default_answer import default_answer
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.site import Site
from stadsgraaf.web.visit import visit

MADE_UP = "http://elsewhere.example/made-up"


class Faltering(EmbeddedStore):
    """A store that refuses as long as it has an error to refuse with."""

    error: StadsgraafError | None = None
    asked = 0

    async def answer(self, question: Question, limits: Limits) -> Answer:
        self.asked += 1
        if self.error:
            raise self.error
        return await super().answer(question, limits)


@asynccontextmanager
async def faltering(release: Release) -> AsyncIterator[tuple[Faltering, Site]]:
    store = Faltering(release.data, prefixes=release.manifest.prefixes)
    try:
        yield store, Site(store, release, Settings())
    finally:
        await store.close()


def test_what_is_asked_of_a_release_is_asked_once(sample: Release) -> None:
    async def run() -> None:
        async with faltering(sample) as (store, site):
            query = site.release.queries["list-harbours"]
            first = await default_answer(site, query)
            assert first is not None
            assert first.rows
            assert await default_answer(site, query) is first
            assert store.asked == 1

    asyncio.run(run())


def test_what_first_readers_need_is_at_hand_before_they_come(sample: Release) -> None:
    class Listening(EmbeddedStore):
        asked: list[str]

        async def answer(self, question: Question, limits: Limits) -> Answer:
            self.asked.append(question.query)
            return await super().answer(question, limits)

    async def run() -> None:
        store = Listening(sample.data, prefixes=sample.manifest.prefixes)
        store.asked = []
        edition = Edition(sample, store, create_app(store, sample, Settings()))
        try:
            await edition.prepare()
            assert store.asked
            store.asked.clear()
            assert await visit(edition.app, "/en/doc/harbour/north") == 200
            assert store.asked
            assert all("/id/harbour/north>" in query for query in store.asked)
        finally:
            await store.close()

    asyncio.run(run())


def test_what_readers_make_up_takes_little_room(sample: Release) -> None:
    async def run() -> None:
        async with faltering(sample) as (_, site):
            long = f"{MADE_UP}/{'x' * 10_000}"
            tracemalloc.start()
            for number in range(100):
                iri = f"{long}{number}"
                assert site.labels([iri], "en") == {}
                assert site.kind(iri) is None
                assert site.short(iri) == f"<{iri}>"
                assert dates.say(iri, "en") == iri
            kept, _ = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert kept < 10 * len(long)

    asyncio.run(run())


def test_a_store_that_is_busy_for_a_moment_is_asked_again(sample: Release) -> None:
    async def run() -> None:
        async with faltering(sample) as (store, site):
            query = site.release.queries["list-harbours"]
            store.error = StoreBusy(retry_after=1)
            assert await default_answer(site, query) is None
            store.error = None
            assert await default_answer(site, query) is not None

    asyncio.run(run())


def test_a_query_that_can_never_be_answered_is_not_asked_for_each_page(sample: Release) -> None:
    async def run() -> None:
        async with faltering(sample) as (store, site):
            query = site.release.queries["list-harbours"]
            store.error = StadsgraafError()
            assert await default_answer(site, query) is None
            assert await default_answer(site, query) is None
            assert store.asked == 1

    asyncio.run(run())


@pytest.mark.parametrize(("path", "name"), [("/en/article", "document"), ("/en/browse", "class")])
def test_what_somebody_makes_up_is_not_remembered(
    path: str, name: str, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: list[Any] = []
    once = Site.once

    async def watched(self: Site, ask: Any, *given: Any) -> Any:
        kept.append((ask, given))
        return await once(self, ask, *given)

    monkeypatch.setattr(Site, "once", watched)
    assert client.browse(path).status == 200
    assert kept
    made_up = f"{path}?{name}={quote(MADE_UP, safe='')}"
    assert client.get(made_up, accept="text/html").status == 404
    assert MADE_UP not in str(kept)
