"""Where a gateway may stand: a tenant types its address and our server calls it, so it must not lead into our house."""

from functools import cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import SplitResult, urlsplit

from shared.errors import Invalid
from shared.i18n import _
from shared.settings import settings

#: Longer is no address but an attack.
MOST = 500
#: IPv6 addresses that hold an IPv4 address, which may be a private one.
_NAT64 = ip_network("64:ff9b::/96")


@cache
def _networks(text: str) -> tuple[IPv4Network | IPv6Network, ...]:
    return tuple(ip_network(part.strip(), strict=False) for part in text.split(",") if part.strip())


def _held(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """The IPv4 address inside an IPv6 one, where there is one."""
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else ip)


def allowed_ip(text: str) -> bool:
    """A public address, or one of a network that the operator allows (GATEWAY_NETWORKS)."""
    ip = _held(ip_address(text.partition("%")[0]))
    if any(ip in network for network in _networks(settings().gateway_networks)):
        return True
    return ip.is_global and not ip.is_multicast


def plain_allowed(host: str) -> bool:
    """Whether http without encryption will do: only to this machine, and only where the operator allows that."""
    try:
        ip = ip_address(host)
    except ValueError:
        return False
    return ip.is_loopback and allowed_ip(host)


def checked_url(text: str, *, schemes: tuple[str, ...] = ("https",)) -> SplitResult:
    """The address in its parts. Raises Invalid, in words, for what our server will not call."""
    plain = text.strip()
    if not plain or len(plain) > MOST or any(ord(sign) <= 32 or ord(sign) == 127 for sign in plain):
        raise Invalid(_("This is not an address of a gateway."))
    try:
        url = urlsplit(plain)
        host, _port = url.hostname or "", url.port
    except ValueError:
        raise Invalid(_("This is not an address of a gateway.")) from None
    if not host or "\\" in plain or url.fragment:
        raise Invalid(_("This is not an address of a gateway."))
    if url.scheme not in schemes and not (url.scheme in ("http", "pop3") and plain_allowed(host)):
        raise Invalid(_("The address must begin with %(scheme)s://", scheme=schemes[0]))
    if url.scheme in ("http", "https") and (url.username or url.password):
        raise Invalid(_("The address must hold no name and no password."))
    try:
        inside = not allowed_ip(host)
    except ValueError:
        # A name of the house, or a number written in another way (127.1, 0x7f.1).
        last = host.rstrip(".").rpartition(".")[2]
        inside = "." not in host or last in ("localhost", "local", "internal") or last[:1].isdigit()
    if inside:
        raise Invalid(_("The address lies in an internal network; the operator must allow that first."))
    return url
