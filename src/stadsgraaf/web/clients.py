"""Whose request it is: what shares, quotas and the list of running queries go by.

>>> client_of({"client": ("2001:db8:0:1::5", 1)}), client_of({"client": ("192.0.2.7", 1)})
('2001:db8:0:1::/64', '192.0.2.7')
"""

import ipaddress
from functools import lru_cache

from starlette.types import Scope

__all__ = ["client_of"]

#: Of an IPv6 address, the bits that one client has to itself.
_PREFIX = 64
#: Characters of what is taken for an address.
_LONGEST = 64


def client_of(scope: Scope) -> str:
    """The address of the client; of an IPv6 address the network that one client has to itself."""
    return _key((scope.get("client") or ("",))[0][:_LONGEST])


@lru_cache(maxsize=4096)
def _key(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:  # what a proxy forwards may be anything
        return address
    if isinstance(ip, ipaddress.IPv4Address):
        return str(ip)
    if ip.ipv4_mapped:
        return str(ip.ipv4_mapped)
    return str(ipaddress.ip_network((ip, _PREFIX), strict=False))
