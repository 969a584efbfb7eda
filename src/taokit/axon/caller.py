"""Who is asking, as far as it was proven."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Caller:
    """The verified sender of one request."""

    hotkey: str  # ss58, proven by its signature
    format: str  # legacy, btauth or epistula
    address: str  # of the connection; proves nothing behind a proxy
    nonce_ns: int  # the sender's clock, nanoseconds since 1970
    request_id: str  # as in the log
    message: str = ""  # the class name of what is asked


__all__ = ["Caller"]
