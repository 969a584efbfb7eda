"""Symbols of subnets' alpha: one letter each, by netuid where it is free."""

from __future__ import annotations

from typing import Any, Final

from taokit.devnet.runtime.refusal import ensure
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import subnets
from taokit.devnet.runtime.subtensor.storage import TOKEN_SYMBOL

_RUNS: Final = """
3a4 3b1-3c1 3c3 74 3c5-3c9 5d0-5ea 627-628 62a-63a 641-648 64a 649 16a0 16a2 16a6 16a8 16b1 16b3 42b 16c9 16d2
1680-1685 169b 10d0-10d5 531-536 55e 400-405 44a 2c80-2c85 11000-11003 11005 db1 db3-db7 2c00-2c20 e01-e23 e25
e27-e2e 3131 3134 3137 3139 3141-3142 3145 3147-3148 314a-3163 12a0-12a7 12c8-12ce 12b0-12b6 1310-1312 1218
1314-1316 905-90b 90f-910 913-928 92a-930 932 935-939 30a2 30a4 30a6 30a8 30aa-30ab 30ad 30af 30b1 30b3 30b5
30b7 30b9 30bb 30bd 30bf 30c1 30c4 30c6 30c8 30ca-30cf 30d2 30d5 30d8 30db 30de-30e2 30e4 30e6 30e8-30ed 30ef
30f2-30f3 2d30-2d53 d85-d86 d89-d96 d9a-d9e da0-da4 da7 da5-da6 da9 da8 daa-db0
"""
"""Code points and ranges of them, in the chain's order."""


def _letters(run: str) -> list[str]:
    first, _, last = run.partition("-")
    return [chr(point) for point in range(int(first, 16), int(last or first, 16) + 1)]


SYMBOLS: Final = tuple(letter.encode() for run in _RUNS.split() for letter in _letters(run))
"""All there are, in UTF-8; the first is root's."""


def next_symbol(state: Reading, netuid: int) -> bytes:
    """The symbol of a new subnet: its own, else the first that is free, else root's (`get_next_available_symbol`)."""
    used = {state[TOKEN_SYMBOL, *keys] for keys in state.keys(TOKEN_SYMBOL)}
    own = SYMBOLS[netuid] if netuid < len(SYMBOLS) else SYMBOLS[0]
    return next((symbol for symbol in (own, *SYMBOLS[1:]) if symbol not in used), SYMBOLS[0])


def update_symbol(state: State, origin: bytes | None, *, netuid: int, symbol: bytes) -> None:
    """Another symbol for the owner's subnet, out of those that nobody has."""
    subnets.owner_or_root(state, origin, netuid)
    ensure(symbol in SYMBOLS[1:], "SymbolDoesNotExist")
    used = {state[TOKEN_SYMBOL, *keys] for keys in state.keys(TOKEN_SYMBOL)}
    ensure(symbol not in used, "SymbolAlreadyInUse")
    state[TOKEN_SYMBOL, netuid] = symbol
    state.deposit("SubtensorModule", "SymbolUpdated", netuid, symbol)


HANDLERS: Final[dict[str, Any]] = {"update_symbol": update_symbol}

__all__ = ["HANDLERS", "SYMBOLS", "next_symbol"]
