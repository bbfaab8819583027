"""The network that a client is in: who has many addresses has them side by side.

>>> neighbourhood("192.0.2.7"), neighbourhood("2001:db8:0:1::/64"), neighbourhood("somebody")
('192.0.2.0/24', '2001:db8::/48', 'somebody')
"""

import ipaddress
from functools import lru_cache

__all__ = ["neighbourhood"]

#: Bits that such networks have in common, by version of the protocol.
_PREFIXES = {4: 24, 6: 48}


@lru_cache(maxsize=4096)
def neighbourhood(client: str) -> str:
    """The network of a client that is an address, or a network itself; of others the client."""
    try:
        network = ipaddress.ip_network(client)
        return str(network.supernet(new_prefix=_PREFIXES[network.version]))
    except ValueError:
        return client
