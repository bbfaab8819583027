"""A client that speaks ASGI to a site in this process, every byte as given, and reads its pages."""

import asyncio
import json
import re
import threading
from collections.abc import Coroutine
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any, TypeVar
from urllib.parse import unquote

from fastapi import FastAPI

from stadsgraaf.release import Release
from stadsgraaf.settings import Settings
from stadsgraaf.store.embedded import EmbeddedStore
from stadsgraaf.web.app import create_app

T = TypeVar("T")

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


class Page(HTMLParser):
    """The elements of a page, as (name, attributes), and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self._inside_script = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        self._inside_script = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._inside_script = False

    def handle_data(self, data: str) -> None:
        if not self._inside_script:
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attributes for name, attributes in self.elements if name == tag]


@dataclass(frozen=True)
class Reply:
    """What came back."""

    status: int
    fields: list[tuple[str, str]]
    body: bytes

    @property
    def headers(self) -> dict[str, str]:
        return dict(self.fields)

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    @property
    def page(self) -> Page:
        return Page(self.text)

    def json(self) -> Any:
        return json.loads(self.body)

    def section(self, identifier: str) -> Page:
        """The section of the page with this id, without what follows it."""
        found = re.search(rf'<section id="{identifier}".*?</section>', self.text, re.DOTALL)
        assert found, f"no section {identifier}"
        return Page(found[0])


class Client:
    """Asks an application; a line break in a value makes two fields of it::

    reply = client.get("/doc/x", accept="text/turtle")
    """

    #: What a client that means ill says that it asks.
    host = "evil.example"

    def __init__(self, app: FastAPI, root_path: str = "") -> None:
        self.app = app
        self.root_path = root_path
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(timeout=60)

    def get(self, target: str, **headers: str) -> Reply:
        return self.ask("GET", target, **headers)

    def browse(self, target: str, **headers: str) -> Reply:
        """Ask as a browser does, for a page that must be there."""
        reply = self.get(target, **({"accept": BROWSER} | headers))
        assert reply.status == 200, (target, reply.status, reply.text[:300])
        return reply

    def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> Reply:
        return self.run(self._ask(method, target, body, headers))

    async def _ask(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> Reply:
        raw, _, query = target.encode("utf-8").partition(b"?")
        raw = self.root_path.encode() + raw
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": unquote(raw.decode("utf-8")),
            "raw_path": raw,
            "query_string": query,
            "root_path": self.root_path,
            "headers": [
                (name.replace("_", "-").encode(), line.encode())
                for name, value in ({"host": self.host} | headers).items()
                for line in value.split("\n")
            ],
            "server": ("127.0.0.1", 80),
            "client": ("127.0.0.1", 1),
        }
        sent: list[dict[str, Any]] = []

        bodies = [{"type": "http.request", "body": body, "more_body": False}]

        async def receive() -> dict[str, Any]:
            return bodies.pop() if bodies else await asyncio.Future()

        async def send(message: dict[str, Any]) -> None:
            sent.append(message)

        await self.app(scope, receive, send)
        fields = [
            (name.decode().lower(), value.decode("latin-1")) for name, value in sent[0]["headers"]
        ]
        assert len({name for name, _ in fields}) == len(fields), fields
        answer = b"".join(message.get("body", b"") for message in sent[1:])
        return Reply(sent[0]["status"], fields, answer)


def links_of(page: Page) -> list[str]:
    """Every address that a page leads to."""
    found = [each["href"] for tag, each in page.elements if "href" in each and tag != "link"]
    return [unescape(href) for href in found]


def open_site(release: Release, settings: Settings | None = None, root_path: str = "") -> Client:
    async def make() -> FastAPI:
        store = EmbeddedStore(release.data, prefixes=release.manifest.prefixes)
        return create_app(store, release, settings or Settings())

    client = Client(FastAPI(), root_path)
    client.app = client.run(make())
    return client
