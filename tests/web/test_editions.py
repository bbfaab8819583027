"""Releases that are open beside the current one."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad
from serving import GRAPH, add_release

from stadsgraaf.archive import Archive
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.base import Store
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.edition import Edition
from stadsgraaf.web.editions import Editions

THING, NUMBER = NamedNode("http://data.example.nl/id/x"), NamedNode("http://data.example.nl/n")


@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """Three releases, of which the last one is current."""
    archive = Archive(tmp_path / "archive")
    for number in range(3):
        made = add_release(archive, [Quad(THING, NUMBER, Literal(number), NamedNode(GRAPH))])
        with archive.locked():
            archive.switch(made.identifier)
    return archive


async def open_store(release: Release, _: Settings) -> Store:
    return EmbeddedStore(release.data)


class Clock:
    """Has what is to be called later, and calls it when it is told to."""

    def __init__(self) -> None:
        self.waiting: list[Callable[[], None]] = []

    def call_later(self, _: float, call: Callable[[], None]) -> "Clock":
        self.waiting.append(call)
        return self

    def strike(self) -> None:
        self.waiting.pop()()

    def cancel(self) -> None:
        self.waiting.clear()


def test_older_releases_that_nobody_asks_are_closed_and_one_clock_looks_at_them(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock()

    async def run() -> None:
        editions = Editions(replace(Settings(), open_releases=3), open_store, archive)
        release = archive.current()
        assert release
        await editions.start(release)
        monkeypatch.setattr(asyncio.get_running_loop(), "call_later", clock.call_later)
        older: list[Edition] = []
        for kept in archive.kept()[1:]:
            older.append(await editions._edition(kept.identifier))
            older[-1].enter()
        for _ in range(3):
            assert len(clock.waiting) == 1
            clock.strike()
        assert len(editions.open_releases) == 3
        for edition in older:
            edition.leave()
            edition.since = float("-inf")
        clock.strike()
        assert editions.open_releases == [release.identifier]
        assert clock.waiting == []
        monkeypatch.undo()
        await editions.close()

    asyncio.run(run())
