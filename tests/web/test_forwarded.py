"""What a trusted proxy says is believed, what anybody else says is not."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from stadsgraaf.errors import UsageError
from stadsgraaf.settings import Settings
from stadsgraaf.web.forwarded import Forwarded

PROXY = Settings(trusted_proxies="10.0.0.1, 192.168.0.0/16")


def seen(settings: Settings, path: str = "/doc/x", peer: str = "10.0.0.1", **headers: str) -> Any:
    """The scope as the application gets it."""
    found: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(scope)

    scope = {
        "type": "http",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "root_path": "",
        "client": (peer, 1),
        "headers": [(b"host", b"inner:8000")]
        + [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
    }
    asyncio.run(Forwarded(app, settings)(scope, None, None))  # type: ignore[arg-type]
    return found[0]


HEADERS = {
    "x_forwarded_for": "203.0.113.9",
    "x_forwarded_proto": "https",
    "x_forwarded_host": "data.example.nl",
    "x_forwarded_prefix": "/graph",
}


@pytest.mark.parametrize("peer", ["10.0.0.1", "192.168.7.7"])
def test_a_trusted_proxy_is_believed(peer: str) -> None:
    scope = seen(PROXY, peer=peer, **HEADERS)
    assert scope["client"][0] == "203.0.113.9"
    assert scope["scheme"] == "https"
    assert scope["stadsgraaf.origin"] == "https://data.example.nl"
    assert (b"host", b"data.example.nl") in scope["headers"]
    assert (b"host", b"inner:8000") not in scope["headers"]
    assert (scope["root_path"], scope["path"], scope["raw_path"]) == (
        *("/graph", "/graph/doc/x"),
        b"/graph/doc/x",
    )


@pytest.mark.parametrize(
    ("said", "scheme"),
    [
        ("HTTPS", "https"),
        ("http, https", "https"),
        ("https, http", "http"),
        ("wss", "http"),
        ("", "http"),
    ],
)
def test_the_scheme_is_one_of_http_and_the_nearest_proxys_counts(said: str, scheme: str) -> None:
    for settings in (PROXY, replace(PROXY, public_url="https://public.example.nl")):
        assert seen(settings, x_forwarded_proto=said)["scheme"] == scheme


@pytest.mark.parametrize(
    ("settings", "peer"), [(PROXY, "10.0.0.2"), (PROXY, "203.0.113.9"), (Settings(), "10.0.0.1")]
)
def test_nobody_else_is_believed(settings: Settings, peer: str) -> None:
    scope = seen(settings, peer=peer, **HEADERS)
    assert scope["client"][0] == peer
    assert (scope["scheme"], scope["root_path"], scope["path"]) == ("http", "", "/doc/x")
    assert "stadsgraaf.origin" not in scope
    assert (b"host", b"inner:8000") in scope["headers"]


def test_of_several_hosts_the_nearest_proxys_counts() -> None:
    scope = seen(PROXY, x_forwarded_host="evil.example, data.example.nl")
    assert scope["stadsgraaf.origin"] == "http://data.example.nl"


@pytest.mark.parametrize("host", ["", "a b", "x\r\ny", "a/b", "ex ample.nl", "https://x", "x@y"])
def test_a_host_that_cannot_be_one_is_not_believed(host: str) -> None:
    assert "stadsgraaf.origin" not in seen(PROXY, x_forwarded_host=host)


@pytest.mark.parametrize(
    "prefix", ["", "/", "graph", "//evil.example", "/a b", "/a?b", '/a"b', "/%2e"]
)
def test_a_prefix_that_cannot_be_one_is_not_believed(prefix: str) -> None:
    assert seen(PROXY, x_forwarded_prefix=prefix)["root_path"] == ""


def test_a_prefix_that_looks_like_a_page_is_no_page() -> None:
    scope = seen(PROXY, "/data", x_forwarded_prefix="/data")
    assert (scope["root_path"], scope["path"]) == ("/data", "/data/data")


def test_the_configured_address_goes_before_what_proxies_say() -> None:
    settings = Settings(trusted_proxies="10.0.0.1", public_url="https://data.example.nl/graph")
    scope = seen(settings, x_forwarded_host="other.example", x_forwarded_prefix="/other")
    assert "stadsgraaf.origin" not in scope
    assert scope["root_path"] == ""


@pytest.mark.parametrize(
    ("path", "below"),
    [("/graph/doc/x", "/graph/doc/x"), ("/graph", "/graph/"), ("/doc/x", "/doc/x")],
)
def test_a_proxy_may_leave_the_configured_prefix_on_the_path_or_take_it_off(
    path: str, below: str
) -> None:
    scope = seen(Settings(public_url="https://data.example.nl/graph"), path, peer="127.0.0.1")
    assert scope["path"] == below
    assert scope["root_path"] == ("/graph" if path.startswith("/graph") else "")


@pytest.mark.parametrize(
    "text", ["300.1.1.1", "10.0.0.1/8", "proxy.example", "10.0.0.1 10.0.0.2", "*"]
)
def test_what_is_no_address_and_no_network_cannot_be_trusted(text: str) -> None:
    with pytest.raises(UsageError, match="is no address and no network"):
        Forwarded(PROXY, Settings(trusted_proxies=f"10.0.0.1, {text}"))  # type: ignore[arg-type]
