"""Whether an address belongs to Google Colab."""

from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network


def networks_of(texts: Iterable[str]) -> list[IPv4Network | IPv6Network]:
    """The networks that are written as `address/bits`. Raises `ValueError`."""
    return [ip_network(text) for text in texts]


def is_within(address: str, networks: Iterable[IPv4Network | IPv6Network]) -> bool:
    """Whether `address` is in one of the networks; False when it is no address at all."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in network for network in networks)
