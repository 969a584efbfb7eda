"""The page's files and its JSON, as routes for the server of a devnet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeAlias

from aiohttp import web

from taokit.devnet.devnet import Devnet
from taokit.devnet.explorer.accounts import account
from taokit.devnet.explorer.blocks import MOST, Blocks
from taokit.devnet.explorer.chronicle import Chronicle
from taokit.devnet.explorer.sealed import lately, texts, waiting
from taokit.devnet.explorer.subnets import Subnets
from taokit.devnet.runtime.subtensor.storage import MECHANISM_COUNT_CURRENT
from taokit.devnet.runtime.subtensor.subnets import exists
from taokit.errors import NoSuchSubnet, TaokitError

Query: TypeAlias = Mapping[str, str]

PREFIX: Final = "/explorer/"
"""Under which everything lies but the page itself, which is at `/`."""

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""Of every answer: nothing of elsewhere is loaded, nothing inline is run, and no other page may frame this one."""

_TYPES: Final = {"html": "text/html", "css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LARGEST: Final = 1 << 32  # of a number in a query


class Malformed(web.HTTPBadRequest):
    """A question that cannot be read."""


@cache
def assets() -> Mapping[str, bytes]:
    """The page's files by name. There are no others: nothing is looked up on the disk for a request."""
    folder = files("taokit.devnet.explorer").joinpath("static")
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.rpartition(".")[2] in _TYPES}


def page() -> web.Response:
    """The page itself."""
    return _file("index.html")


def routes(devnet: Devnet, chronicle: Chronicle) -> list[web.RouteDef]:
    """What a server adds for the explorer; the page itself is left to it. Everything is read-only."""
    told = _answers(devnet, chronicle)

    async def asset(request: web.Request) -> web.Response:
        return _file(request.match_info["name"])

    async def answer(request: web.Request) -> web.Response:
        return _answered(told, request)

    return [web.get(PREFIX + "api/{name}", answer), web.get(PREFIX + "{name}", asset)]


def _file(name: str) -> web.Response:
    body = assets().get(name)
    if body is None:
        return web.Response(status=404, text="there is no such file\n", headers=HEADERS)
    kind = _TYPES[name.rpartition(".")[2]]
    return web.Response(body=body, content_type=kind, charset="utf-8", headers=HEADERS)


def _answered(told: Mapping[str, Callable[[Query], Any]], request: web.Request) -> web.Response:
    answer = told.get(request.match_info["name"])
    if answer is None:
        return _refused(f"there is nothing called {request.match_info['name'][:60]!r}", status=404)
    try:
        return web.json_response(answer(request.query), headers=HEADERS)
    except Malformed as error:
        return _refused(error.text or "", status=400)
    except TaokitError as error:
        return _refused(str(error), status=404)


def _refused(why: str, *, status: int) -> web.Response:
    return web.json_response({"error": why}, status=status, headers=HEADERS)


def _answers(devnet: Devnet, chronicle: Chronicle) -> Mapping[str, Callable[[Query], Any]]:
    """What can be asked, by name, each from the fields of a query."""
    blocks, subnets = Blocks(devnet), Subnets(devnet, chronicle)

    def place(query: Query) -> tuple[int, int]:
        """The subnet and the mechanism that a query names."""
        netuid, mechanism = _number(query, "netuid"), _number(query, "mechanism", 0)
        if not exists(devnet.state, netuid):
            raise NoSuchSubnet(f"there is no subnet {netuid}")
        if mechanism >= devnet.state[MECHANISM_COUNT_CURRENT, netuid]:
            raise Malformed(text=f"subnet {netuid} has no mechanism {mechanism}")
        return netuid, mechanism

    def commits(query: Query) -> Any:
        netuid, mechanism = place(query)
        return {
            "waiting": waiting(devnet.state, netuid, mechanism),
            "lately": lately(devnet, netuid, mechanism),
            "texts": texts(devnet.state, netuid),
        }

    def reason(query: Query) -> Any:
        netuid, mechanism = place(query)
        from taokit.devnet.explorer.why import why  # what only this page takes, it waits for

        return why(devnet, query.get("what", ""), netuid=netuid, uid=_maybe(query, "uid"), mechanism=mechanism)

    return {
        "blocks": lambda query: blocks.latest(_number(query, "count", 25), _maybe(query, "below")),
        "block": lambda query: blocks.block(blocks.named(query.get("block", ""))),
        "pool": lambda _: blocks.waiting(),
        "snapshots": lambda _: devnet.snapshots,
        "subnets": lambda _: subnets.listed(),
        "subnet": lambda query: subnets.subnet(*place(query)),
        "matrices": lambda query: subnets.matrices(*place(query)),
        "epochs": lambda query: subnets.epochs(*place(query)),
        "prices": lambda query: subnets.prices(place(query)[0]),
        "commits": commits,
        "account": lambda query: account(devnet, query.get("address", "")),
        "why": reason,
    }


def _maybe(query: Query, name: str) -> int | None:
    return _number(query, name) if name in query else None


def _number(query: Query, name: str, default: int | None = None) -> int:
    """A field that is a whole number. Raises `Malformed`."""
    text = query.get(name)
    if text is None and default is not None:
        return default
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 11 and int(text) < _LARGEST):
        raise Malformed(text=f"{name} has to be a whole number below {_LARGEST}")
    return int(text)


__all__ = ["HEADERS", "MOST", "PREFIX", "assets", "page", "routes"]
