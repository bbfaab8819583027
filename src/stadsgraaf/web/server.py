"""Running the application under uvicorn."""

from collections.abc import Callable

import uvicorn

from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.app import create_app

__all__ = ["run"]


def run(release: Release, settings: Settings, announce: Callable[[], None]) -> None:
    """Serve until a signal says to stop; ``announce`` is called once requests are taken."""
    store = EmbeddedStore(release.data, prefixes=release.manifest.prefixes)
    announce()
    app = create_app(store, release, settings)
    uvicorn.run(app, host=settings.host, port=settings.port, proxy_headers=False)
