"""A rehearsal: pages of a release are visited before anybody can, and the answers to what they ask are kept.

These are the pages of what has most links and those that tell of the whole release: what they ask takes
the longer the larger the graph is, and what they show does not. A release never changes, so neither do
the answers; of what is asked in other words, as by another version, the store is asked.

``python -m stadsgraaf.web.rehearsal FOLDER`` does it for a release that has no answers yet.
"""

import asyncio
import os
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from stadsgraaf.answers import FILE, Notes
from stadsgraaf.errors import StadsgraafError
from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.standing import standing_questions
from stadsgraaf.store import sandbox
from stadsgraaf.store.base import Limits, Question
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.app import Application, create_app
from stadsgraaf.web.asking import Asker
from stadsgraaf.web.site import Site
from stadsgraaf.web.urls import Urls, is_iri
from stadsgraaf.web.visit import visit

__all__ = ["rehearse"]

#: Seconds that one question may take, for nobody waits; and after which no further page is visited. Those
#: that need it most come first.
_SECONDS: Final = 600.0
_LONGEST: Final = 3600.0
#: Seconds after which it is told how far it is.
_PATIENCE: Final = 10.0
#: Classes of so many things and more are browsed: of fewer, values are counted in no time.
_FEWEST_THINGS: Final = 200


@dataclass(frozen=True)
class _Noting(Asker):
    """Asks what is not noted yet, takes its time, and notes the answer."""

    notes: Notes | None = None

    @property
    def limits(self) -> Limits:
        """What one question may cost: more time than when people wait, and no more rows."""
        usual = super().limits
        return Limits(_SECONDS, usual.memory_mib, usual.rows, usual.bytes, usual.held)

    def known(self, query: str) -> bytes | None:
        """The answer that was noted."""
        return self.notes.get(query) if self.notes else None

    async def asked(self, question: Question) -> bytes:
        """The answer of the store, which is noted."""
        answer = await super().asked(question)
        if self.notes:
            self.notes.add(question.query, answer)
        return answer


async def rehearse(folder: Path) -> None:
    """Visit the pages of the release in a folder, and write the answers beside its other files."""
    release, settings = Release.open(folder), Settings()
    store = EmbeddedStore(release.store, prefixes=release.manifest.prefixes)
    app = create_app(store, release, settings)
    site: Site = app.state.site
    try:
        with Notes(folder / FILE) as notes:
            site.asker = _Noting(store, settings, notes=notes)
            for question in standing_questions(release.labels.kinds):
                with suppress(StadsgraafError):  # what cannot be answered is asked for again
                    await site.asker.rows(question)
            await _visit_all(app, list(_pages(site)))
    finally:
        await store.close()
        release.close()


async def _visit_all(app: Application, pages: list[str]) -> None:
    began = told = time.monotonic()
    for number, page in enumerate(pages):
        if time.monotonic() - began > _LONGEST:
            print(f"the other {len(pages) - number} pages ask when they are asked for", flush=True)  # noqa: T201 – the same
            return
        if not number or time.monotonic() - told > _PATIENCE:
            told = time.monotonic()
            print(f"visit pages of what has most links: {number} of {len(pages)}", flush=True)  # noqa: T201 – the process that builds reads it
        try:
            await visit(app, page)
        except Exception as error:  # noqa: BLE001 – a page that fails here is asked for again, and fails then
            print(f"{page} fails: {error!r}", flush=True)  # noqa: T201 – the same


def _pages(site: Site) -> Iterator[str]:
    urls = Urls(site.release.manifest.base_iri, language="nl")
    labels = site.release.labels
    yield from (urls.home(), urls.claims(), urls.claims(contested=1), urls.timeline(), urls.map())
    yield from (urls.browse(iri) for iri, count in labels.kinds.items() if count >= _FEWEST_THINGS)
    for iri in labels.hubs:
        if is_iri(iri):  # what is none, or a very long one, has no page
            yield urls.of(iri)
            yield urls.map(iri)


def main() -> None:
    """Rehearse the release in the folder that is named, for the process that asked for it."""
    sandbox.die_with_parent(os.getppid())
    asyncio.run(rehearse(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
