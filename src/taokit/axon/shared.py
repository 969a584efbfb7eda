"""What several processes behind one port must agree on, in Redis: who was here before, and how often.

Nothing is let in when Redis cannot say: a store that is slow, gone or full is a 503, after a deadline of its own.
Each axon has one sorted set, whose scores are the moments up to which a request must be remembered; it ends by itself
an hour after its last worker. Times are whole microseconds: a score is a double, which holds those exactly.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from taokit.axon.rates import Buckets, Rate, RateTable, over
from taokit.errors import Busy, ConfigurationError, Replayed, Stale
from taokit.protocol.claim import ReplayKey
from taokit.protocol.replay import DEFAULT_LIMIT, ReplayStore, told

if TYPE_CHECKING:
    from redis.asyncio import Redis

log = logging.getLogger("taokit.axon")

DEADLINE_S: Final = 0.25
"""Seconds that Redis has for one question of the replay memory or of a limit."""
START_S: Final = 5.0
"""Seconds within which it must answer at all when a worker starts."""
KEPT_MS: Final = 3_600_000
"""How long the replay memory outlives the last sign of any worker."""
SIGN_S: Final = 600.0
"""Seconds between two signs of a worker."""
CONNECTIONS: Final = 32

ACCEPT: Final = """
local set, member, now, last, nonce = KEYS[1], ARGV[1], ARGV[2], ARGV[3], ARGV[4]
redis.call('PEXPIRE', set, ARGV[6])
local born = redis.call('ZSCORE', set, 'born')
if not born then
  redis.call('ZADD', set, '-' .. now, 'born', 0, 'forgotten')
  redis.call('PEXPIRE', set, ARGV[6])
  born = '-' .. now
end
local forgotten = -tonumber(redis.call('ZSCORE', set, 'forgotten'))
local gone = redis.call('ZREVRANGEBYSCORE', set, '(' .. now, 1, 'WITHSCORES', 'LIMIT', 0, 1)[2]
if gone then
  forgotten = math.max(forgotten, tonumber(gone))
  redis.call('ZADD', set, string.format('-%.0f', forgotten), 'forgotten')
  redis.call('ZREMRANGEBYSCORE', set, 1, gone)
end
if redis.call('ZSCORE', set, member) then return 'replayed' end
if tonumber(last) < tonumber(now) then return 'late' end
if tonumber(last) <= forgotten then return 'stale' end
if tonumber(nonce) < -tonumber(born) then return 'young' end
if redis.call('ZCARD', set) - 2 >= tonumber(ARGV[5]) then return 'full' end
redis.call('ZADD', set, last, member)
return 'accepted'
"""
"""The memory begins, and forgets what is over; then the one question. Atomic, as every script in Redis is.

What it keeps of itself has a score that is not above 0: when it began, and the last moment up to which it ever forgot.
"""

BEGIN: Final = """
if not redis.call('ZSCORE', KEYS[1], 'born') then
  redis.call('ZADD', KEYS[1], '-' .. ARGV[1], 'born', 0, 'forgotten')
end
redis.call('PEXPIRE', KEYS[1], ARGV[2])
return 'begun'
"""

TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local after = math.max(tonumber(redis.call('GET', KEYS[1])) or now, now) + tonumber(ARGV[1])
local over = after - now - tonumber(ARGV[2])
if over > 1 then return math.ceil(over) end
redis.call('SET', KEYS[1], string.format('%.0f', after), 'PX', math.ceil((after - now) / 1000) + 1)
return 0
"""
"""When a bucket is full again, which is also when its key ends; the microseconds until it has a token, or 0."""


class Shared(ReplayStore, Protocol):
    """What several workers of one axon share: its replay memory, and its limits."""

    def buckets(self, rate: Rate, *, of: str) -> RateTable:
        """A table of rates that all workers count in; `of` tells it from the other tables."""


class SharedStore:
    """One axon's replay memory and limits in Redis. Make it with `shared_store`."""

    persistent = True
    """It outlives this process, and knows since when it remembers."""

    def __init__(self, client: Redis, *, axon: str, limit: int, deadline_s: float) -> None:
        self._client, self._limit, self._deadline_s = client, limit, deadline_s
        self._replay_key, self._rate_key = f"taokit:{{{axon}}}:replay", f"taokit:{{{axon}}}:rate:"
        self._accept, self._begin, self._take = map(client.register_script, (ACCEPT, BEGIN, TAKE))
        self._failing = False

    async def accept(self, key: ReplayKey, *, signed_ns: int, now_ns: int, until_ns: int) -> None:
        """Remember a request until the moment after which it is stale by itself.

        `Replayed` when any worker knows it, `Stale` when it could have been forgotten, `Busy` when there is no room
        or no answer.
        """
        member = hashlib.blake2b("|".join(map(str, key)).encode(), digest_size=16).digest()
        args = (member, now_ns // 1000, -(-until_ns // 1000), signed_ns // 1000, self._limit, KEPT_MS)
        match await self._asked(self._accept(keys=[self._replay_key], args=args)):
            case b"accepted":
                return
            case b"replayed":
                raise Replayed(f"{key[1]} sent {told(key)} before")
            case b"late":
                raise Stale(f"{key[1]}: {told(key)} was under way for too long")
            case b"stale":
                raise Stale(f"{key[1]}: a worker's clock is ahead, and {told(key)} may have been seen")
            case b"young":
                raise Stale(f"{key[1]}: signed before the shared replay memory began")
            case _:
                raise Busy(f"the shared replay memory is full with {self._limit} requests")

    def buckets(self, rate: Rate, *, of: str) -> SharedBuckets:
        return SharedBuckets(self, rate, of=of)

    async def take(self, name: str, rate: Rate) -> float:
        """Use one of the requests that `name` has now; the seconds until there is one, or 0. `Busy` without answer."""
        key = self._rate_key + hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
        token_us, most_us = 1e6 / rate.per_s, 1e6 * rate.burst / rate.per_s
        over_us: int = await self._asked(self._take(keys=[key], args=(token_us, most_us)))
        return over_us / 1e6

    async def begin(self) -> None:
        """Let the memory begin now, unless it has begun; and let it live on."""
        await self._client.ping()
        await self._begin(keys=[self._replay_key], args=(time.time_ns() // 1000, KEPT_MS))

    async def sign_of_life(self) -> None:
        """Keep the memory while nothing is asked, until cancelled."""
        while True:
            await asyncio.sleep(SIGN_S)
            with suppress(Busy):
                args = (time.time_ns() // 1000, KEPT_MS)
                await self._asked(self._begin(keys=[self._replay_key], args=args))

    async def _asked(self, question: Awaitable[Any]) -> Any:
        """The answer, or `Busy` where none comes in time; the log says so once, and once that it is over."""
        from redis.exceptions import RedisError

        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await question
        except (RedisError, OSError, TimeoutError) as error:
            self._failed(error)
            busy = Busy("the shared store does not answer")
            busy.retry_after = 1.0
            raise busy from error
        if self._failing:
            self._failing = False
            log.warning("the shared store answers again")
        return answer

    def _failed(self, error: Exception) -> None:
        if not self._failing:
            self._failing = True
            reason = f"no answer within {self._deadline_s:g} s" if isinstance(error, TimeoutError) else str(error)
            log.error("the shared store does not answer, so every request is refused until it does: %s", reason)


class SharedBuckets:
    """Buckets that all workers take from. One caller's flood is cut off here, before Redis hears of it."""

    def __init__(self, store: SharedStore, rate: Rate, *, of: str) -> None:
        self._store, self._rate, self._of = store, rate, of
        self._own = Buckets(rate)

    def take(self, key: str, now: float) -> Awaitable[None]:
        """Take a token; `TooMany` when there is none, `Busy` when Redis does not say."""
        self._own.take(key, now)
        return self._shared(key)

    async def _shared(self, key: str) -> None:
        if wait_s := await self._store.take(f"{self._of} {key}", self._rate):
            raise over(key, self._rate, wait_s=wait_s)


@asynccontextmanager
async def shared_store(
    url: str, *, axon: str, limit: int = DEFAULT_LIMIT, deadline_s: float = DEADLINE_S
) -> AsyncIterator[SharedStore]:
    """The shared memory of the axon with this hotkey, for the length of the block.

    Raises `ConfigurationError` where the package is missing, or no Redis answers at `redis://HOST:PORT/DB` within
    `START_S` seconds.
    """
    client = _client(url, deadline_s)
    store = SharedStore(client, axon=axon, limit=limit, deadline_s=deadline_s)
    sign: asyncio.Task[None] | None = None
    try:
        await _begun(store, url)
        sign = asyncio.create_task(store.sign_of_life(), name="taokit shared store")
        yield store
    finally:
        if sign is not None:
            sign.cancel()
            await asyncio.wait([sign])
        await client.aclose()


def _client(url: str, deadline_s: float) -> Redis:
    try:
        from redis.asyncio import BlockingConnectionPool, Redis
    except ImportError:
        raise ConfigurationError("redis is not installed", hint="pip install 'taokit[redis]'") from None
    try:
        pool = BlockingConnectionPool.from_url(url, max_connections=CONNECTIONS, timeout=deadline_s)
    except ValueError as error:
        raise ConfigurationError(
            f"{shown(url)} is no address of a Redis: {error}", hint="pass --redis redis://127.0.0.1:6379/0"
        ) from None
    return Redis.from_pool(pool)


async def _begun(store: SharedStore, url: str) -> None:
    from redis.exceptions import RedisError

    try:
        async with asyncio.timeout(START_S):
            await store.begin()
    except (RedisError, OSError, TimeoutError) as error:
        reason = f"no answer within {START_S:g} s" if isinstance(error, TimeoutError) else str(error)
        raise ConfigurationError(
            f"no Redis to share with at {shown(url)}: {reason}", hint="start it, or name another with --redis"
        ) from error


def shown(url: str) -> str:
    """The address without the password that it may hold."""
    before, at, rest = url.partition("?")[0].rpartition("@")
    return f"{before.partition('://')[0]}://{rest}" if at else rest


__all__ = ["DEADLINE_S", "Shared", "SharedBuckets", "SharedStore", "shared_store"]
