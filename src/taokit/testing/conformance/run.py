"""From files to verdicts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Any

from taokit.errors import TaokitError
from taokit.testing.conformance import client, requests, server, values, verifier
from taokit.testing.conformance.files import Mismatch, Vector, VectorFile

DEADLINE_S = 30.0

CHECKS: dict[str, Callable[[Vector, VectorFile], Awaitable[None]]] = {
    "legacy_requests": requests.check_request,
    "legacy_body_hashes": values.check_body_hash,
    "legacy_tensors": values.check_tensor,
    "legacy_header_parsing": values.check_headers,
    "legacy_axon_exchanges": server.check_exchange,
    "legacy_client_results": client.check_result,
    "btauth": verifier.check_btauth,
    "epistula": verifier.check_epistula,
    "axon_info": values.check_endpoint,
}
"""How the vectors of each kind are judged; each raises `Mismatch`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one vector."""

    file: str
    kind: str
    id: str
    passed: bool
    problem: str = ""  # why it did not pass

    def to_json(self) -> dict[str, Any]:
        """As one line of `taokit conformance --json`."""
        return asdict(self)


async def check(vector: Vector, file: VectorFile) -> None:
    """Return when this implementation does what a vector says, else raise `Mismatch`."""
    judge = CHECKS.get(file.kind)
    if judge is None:
        raise Mismatch(f"no such kind: {file.kind!r}; known are {', '.join(CHECKS)}")
    try:
        async with asyncio.timeout(DEADLINE_S):
            await judge(vector, file)
    except KeyError as error:
        raise Mismatch(f"the vector lacks {error}") from error
    except TimeoutError:
        raise Mismatch(f"not done within {DEADLINE_S:g} seconds") from None


async def verdicts(file: VectorFile) -> AsyncIterator[Verdict]:
    """One verdict for each vector of a file, in its order. Nothing in a file makes it fail as a whole."""
    for vector in file.vectors:
        try:
            await check(vector, file)
            problem = ""
        except TaokitError as error:
            problem = str(error) or type(error).__name__
        except Exception as error:  # a vector may hold anything
            problem = f"it does not read as a vector of this kind: {type(error).__name__}: {error}"
        yield Verdict(str(file.path), file.kind, vector["id"], not problem, problem)


__all__ = ["Verdict", "check", "verdicts"]
