"""`python -m taokit.neuron.timelock`: encrypts what comes on stdin, a JSON object a line, until stdin ends."""

from __future__ import annotations

import json
import secrets
import sys
from typing import Any

from taokit.chain.timelock import seal
from taokit.errors import TaokitError


def answer(asked: dict[str, Any]) -> dict[str, Any]:
    """What the other end reads: the sealed message, or an error with its hint."""
    try:
        sealed = seal(
            bytes.fromhex(asked["message"]),
            round=asked["round"],
            public_key=bytes.fromhex(asked["public_key"]),
            sigma=secrets.token_bytes(32),
            key=secrets.token_bytes(32),
            nonce=secrets.token_bytes(12),
        )
    except TaokitError as error:
        return {"error": str(error), "hint": error.hint}
    return {"sealed": sealed.hex()}


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        sys.stdout.write(json.dumps(answer(json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
