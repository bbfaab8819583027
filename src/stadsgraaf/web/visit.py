"""A visit by the software itself: a page is asked for as a reader would, without the network."""

from urllib.parse import unquote

from starlette.types import ASGIApp, Message, Scope

__all__ = ["visit"]


async def visit(app: ASGIApp, address: str) -> int:
    """The status of the page at a path, with its query, if it has one."""
    found: list[int] = []
    path, _, query = address.partition("?")

    async def receive() -> Message:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Message) -> None:
        if message["type"] == "http.response.start":
            found.append(message["status"])

    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": [(b"host", b"localhost"), (b"accept", b"text/html, */*;q=0.1")],
        "server": ("localhost", 80),
        "client": None,
    }
    await app(scope, receive, send)
    return found[0] if found else 0
