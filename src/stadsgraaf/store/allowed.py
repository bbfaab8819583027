"""Which endpoints may be called in SERVICE, and at which addresses they may be.

>>> allowed = Allowed.read("wikidata=https://query.wikidata.org/sparql, https://*.example.nl")
>>> allowed.address("service:wikidata"), allowed.address("https://data.example.nl/any/path")
('https://query.wikidata.org/sparql', 'https://data.example.nl/any/path')
>>> allowed.address("http://data.example.nl/any/path") is None
True
>>> allowed.permits("127.0.0.1"), allowed.permits("::ffff:10.0.0.1"), allowed.permits("2a00:d78::1")
(False, False, True)
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import SplitResult, urlsplit

from stadsgraaf.errors import UsageError

__all__ = ["NAMED", "Allowed"]

#: What stands before the name of a service in a query.
NAMED: Final = "service:"
_PORTS: Final = {"http": 80, "https": 443}
_NAME: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]*\Z")
_HOST: Final = re.compile(r"(?:\*\.)?[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\Z|[0-9a-f:.]+\Z")
#: IPv4 addresses in IPv6 ones, RFC 6052.
_TRANSLATED: Final = ipaddress.IPv6Network("64:ff9b::/96")
#: All of IPv6 that is given out to be reached from anywhere, https://www.iana.org/assignments/ipv6-address-space/
_UNICAST: Final = ipaddress.IPv6Network("2000::/3")

_Address = ipaddress.IPv4Address | ipaddress.IPv6Address
_Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True)
class _Pattern:
    """Endpoints: one, or all of a host, or all of a domain's hosts."""

    scheme: str
    host: str
    port: int
    rest: str

    def matches(self, other: "_Pattern") -> bool:
        return (
            (self.scheme, self.port) == (other.scheme, other.port)
            and self.rest in ("", other.rest or "/")
            and (
                other.host.endswith(self.host[1:])
                if self.host.startswith("*.")
                else other.host == self.host
            )
        )


@dataclass(frozen=True)
class Allowed:
    """The allow-list of the settings."""

    patterns: tuple[_Pattern, ...] = ()
    networks: tuple[_Network, ...] = ()
    named: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str) -> "Allowed":
        """The list in a setting. Raises UsageError for an entry that is neither of its forms."""
        patterns: list[_Pattern] = []
        networks: list[_Network] = []
        named: dict[str, str] = {}
        for entry in filter(None, re.split(r"[,\s]+", text)):
            name, is_named, address = entry.partition("=")
            if is_named and _NAME.match(name):
                named[name] = address
            else:
                address = entry
            if not is_named and (network := _network(address)):
                networks.append(network)
                continue
            pattern = _pattern(address if "://" in address else f"https://{address}")
            if pattern is None or (name in named and "*" in pattern.host):
                raise UsageError(reason=f"services: “{entry}” is no address of an endpoint")
            patterns.append(pattern)
            if literal := _network(pattern.host):
                networks.append(literal)
        return cls(tuple(patterns), tuple(networks), named)

    def __bool__(self) -> bool:
        return bool(self.patterns)

    @property
    def available(self) -> list[str]:
        """What a query may call, to be shown."""
        names = [f"{NAMED}{name}" for name in self.named]
        hidden = set(self.named.values())
        shown = (f"{each.scheme}://{each.host}{_port(each)}{each.rest}" for each in self.patterns)
        return names + [each for each in shown if each not in hidden]

    def address(self, service: str) -> str | None:
        """The URL of a service, by its IRI; None when it is not on the list."""
        if service.startswith(NAMED):
            return self.named.get(service.removeprefix(NAMED))
        wanted = _pattern(service)
        if wanted is None or not any(each.matches(wanted) for each in self.patterns):
            return None
        return service

    def permits(self, address: str) -> bool:
        """Whether an IP address may be connected to: a public one, or one on the list."""
        ip = ipaddress.ip_address(address.partition("%")[0])
        found = (ip, *_inner(ip))
        if any(each in network for each in found for network in self.networks):
            return True
        return all(map(_is_public, found))


def _network(text: str) -> _Network | None:
    try:
        return ipaddress.ip_network(text.strip("[]"), strict=False)
    except ValueError:
        return None


def _is_public(ip: _Address) -> bool:
    """Whether anybody may be there; of one that is an IPv4 address, that one tells."""
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped or ip in _TRANSLATED:
            return True
        if ip not in _UNICAST:
            return False
    return ip.is_global and not ip.is_multicast


def _inner(ip: _Address) -> list[_Address]:
    """The IPv4 addresses that an IPv6 address leads to."""
    if isinstance(ip, ipaddress.IPv4Address):
        return []
    found: list[_Address] = []
    found += [each for each in (ip.ipv4_mapped, ip.sixtofour, *(ip.teredo or ())) if each]
    if ip in _TRANSLATED:
        found.append(ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF))
    return found


def _pattern(url: str) -> _Pattern | None:
    """What a URL says; None when it is none that can be asked."""
    try:
        parts: SplitResult = urlsplit(url)
        host, port = (parts.hostname or "").rstrip("."), parts.port
    except ValueError:
        return None
    if parts.scheme not in _PORTS or "@" in parts.netloc or parts.fragment:
        return None
    if not (url.isascii() and url.isprintable() and " " not in url and _HOST.match(host)):
        return None
    rest = f"{parts.path}?{parts.query}" if parts.query else parts.path
    return _Pattern(parts.scheme, host, port or _PORTS[parts.scheme], rest)


def _port(pattern: _Pattern) -> str:
    return "" if pattern.port == _PORTS[pattern.scheme] else f":{pattern.port}"
