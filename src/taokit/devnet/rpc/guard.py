"""Which web pages may talk to a devnet. Programs may all: a browser says for which page it speaks, others do not."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from typing import Final
from urllib.parse import urlsplit

POLKADOT_APPS: Final = "https://polkadot.js.org"
"""The page that people steer nodes of their own with; a Substrate node lets it in, too."""


class Guard:
    """Keeps pages of other sites from driving a chain on their visitor's machine.

    A page says where it comes from whenever it opens a websocket or posts (RFC 6455 section 10.2, RFC 6454), and cannot
    lie about it. So a name that is made to point at this machine only later, as DNS rebinding does, is not believed: a
    page's host has to be an address, `localhost`, or a name that was agreed on.
    """

    def __init__(self, names: Iterable[str] = (), origins: Iterable[str] = ()) -> None:
        """`names` are hosts under which this server is reached, `origins` pages of elsewhere that are let in."""
        self._names = frozenset(name.lower() for name in names)
        self._origins = frozenset({POLKADOT_APPS, *(origin.lower().rstrip("/") for origin in origins)})

    def admits(self, origin: str | None, host: str | None) -> bool:
        """Whether to serve a request with these two headers, `Origin` (None: no page asks) and `Host`."""
        if origin is None or origin.lower() in self._origins:
            return True
        page = _host_of(origin)
        return _is_this_machine(page) or (page != "" and page == _host_of(f"//{host or ''}") and self.knows(host))

    def knows(self, host: str | None) -> bool:
        """Whether a `Host` header names this server in a way that nobody else can bring about."""
        name = _host_of(f"//{host or ''}")
        return _is_address(name) or _is_this_machine(name) or name in self._names


def _host_of(url: str) -> str:
    """The host of an address in lower case, without its port; empty where there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_this_machine(name: str) -> bool:
    if name == "localhost" or name.endswith(".localhost"):  # which browsers never ask a name server for (RFC 6761)
        return True
    return _is_address(name) and ipaddress.ip_address(name).is_loopback


__all__ = ["POLKADOT_APPS", "Guard"]
