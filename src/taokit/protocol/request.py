"""A signed question, ready to be written to a socket."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """What to send: `POST target` with these headers, in this order, and exactly these bytes."""

    target: str  # "/Echo"
    headers: tuple[tuple[str, str], ...]
    body: bytes
    answer_nonce: str = ""  # what a signed answer repeats of this request


__all__ = ["SignedRequest"]
