"""The score feed: what the owner signs and validators check."""

import json
from typing import Annotated, Self

from pydantic import BaseModel, Field
from taokit.protocol import verify
from taokit.signer import Signer

CONTEXT = b"{{ cookiecutter.package }} feed 1\n"  # so that the signature fits nothing else
OLDEST_S, AHEAD_S = 1800.0, 60.0


class Feed(BaseModel, allow_inf_nan=False):
    """Scores at one moment, for one subnet of one chain."""

    genesis: str  # hash of the chain's first block, in hexadecimal
    netuid: int
    time: float  # seconds since 1970, by the owner's clock
    scores: dict[str, Annotated[float, Field(ge=0)]]  # by hotkey

    def signed(self, signer: Signer) -> bytes:
        """The bytes that are published."""
        text = self.model_dump_json()
        return json.dumps({"feed": text, "signature": signer.sign(CONTEXT + text.encode()).hex()}).encode()

    @classmethod
    def opened(cls, data: bytes, *, publisher: str, genesis: str, netuid: int, now: float) -> Self:
        """What was published. Raises `ValueError` unless it is the publisher's, for this subnet, and fresh."""
        try:
            outer = json.loads(data)
            text, signature = str(outer["feed"]), bytes.fromhex(outer["signature"])
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError("the feed does not read") from error
        if not verify(publisher, CONTEXT + text.encode(), signature):
            raise ValueError(f"the feed is not signed by {publisher}")
        feed = cls.model_validate_json(text)
        if (feed.genesis, feed.netuid) != (genesis, netuid):
            raise ValueError(f"the feed is for subnet {feed.netuid} of chain {feed.genesis[:16]}")
        if not -AHEAD_S <= now - feed.time <= OLDEST_S:
            raise ValueError(f"the feed is {now - feed.time:.0f} s old")
        return feed
