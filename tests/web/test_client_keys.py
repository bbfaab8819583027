"""Who counts as one client."""

import pytest

from stadsgraaf.web.clients import client_of


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("2001:db8::1", "2001:db8::2", True),
        ("::1", "::2", True),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("unknown", "unknown", True),
        ("unknown", "unknown2", False),
    ],
)
def test_one_client_has_one_address_or_one_network(one: str, other: str, *, same: bool) -> None:
    assert (client_of({"client": (one, 1)}) == client_of({"client": (other, 2)})) == same


def test_what_is_no_address_takes_little_memory() -> None:
    assert client_of({"client": ("x" * 60_000, 1)}) == client_of({"client": ("x" * 50_000, 1)})
    assert len(client_of({"client": ("x" * 60_000, 1)})) < 100


def test_without_an_address_everybody_is_nobody() -> None:
    assert client_of({"client": None}) == client_of({}) == ""
