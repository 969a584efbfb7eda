"""`bt.Dendrite`: the client of SDK 10's validators, which is taokit's own behind these names."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from time import time_ns
from types import TracebackType
from typing import Any, Self
from uuid import uuid1
from weakref import WeakKeyDictionary

import taokit.dendrite as client
from taokit.blocking import Portal
from taokit.compat.absent import Departed
from taokit.compat.endpoints import SDK_VERSION, AxonInfo, target_of
from taokit.compat.messages import Synapse
from taokit.compat.server import Axon, own_address
from taokit.compat.streams import StreamedResponse, StreamingSynapse
from taokit.compat.terminal import TerminalInfo
from taokit.compat.wallets import Key, Wallet, signer_of
from taokit.dendrite import Format, Reply
from taokit.errors import BadAnswer, ConfigurationError, KeyFileError, TaokitError
from taokit.protocol import outcome

CLOSE_S = 5.0
Clients = dict[bool, client.Dendrite]
"""The clients of one event loop, by whether they contact private addresses."""


class Dendrite(Departed):
    """Asks axons, one or a list of them, and gives back the messages with what came of it in `dendrite.status_code`.

    `await dendrite(axons=…, synapse=…, timeout=…, deserialize=…)`. It may be used from several event loops, and keeps
    connections for each; close it with `aclose_session`, or use it with `async with`.
    """

    sdk_name = "Dendrite"

    def __init__(self, wallet: Any = None) -> None:
        """Without a wallet it is the default one, whose key is not read before it is needed."""
        self._wallet = Wallet() if wallet is None else wallet
        if wallet is not None:
            signer_of(wallet)  # what is wrong with it shows here
        self.uuid = str(uuid1())
        self._clients: WeakKeyDictionary[asyncio.AbstractEventLoop, Clients] = WeakKeyDictionary()

    @property
    def keypair(self) -> Key:
        """The key that signs. Raises `KeyFileError`."""
        signer = signer_of(self._wallet)
        return Key(signer.ss58, signer)

    @property
    def external_ip(self) -> str:
        """The public address that this machine sends from, `0.0.0.0` where it has none; nobody is asked for it."""
        try:
            return own_address()
        except ConfigurationError:
            return "0.0.0.0"  # noqa: S104  SDK 10's word for it

    def preprocess_synapse_for_request(self, target_axon_info: Any, synapse: Synapse, timeout: float = 12.0) -> Synapse:
        """The message with its two ends and its timeout filled in, for dendrites that answer by themselves in tests.

        It is not signed: what is really sent is signed when it is sent.
        """
        info = info_of(target_axon_info)
        try:
            hotkey = self.keypair.ss58_address
        except KeyFileError:
            hotkey = None  # nobody is asked
        synapse.timeout = timeout
        synapse.dendrite = TerminalInfo(
            ip=self.external_ip, version=SDK_VERSION, nonce=time_ns(), uuid=self.uuid, hotkey=hotkey
        )
        synapse.axon = TerminalInfo(ip=info.ip, port=info.port, hotkey=info.hotkey)
        return synapse

    async def __call__(self, *args: Any, **options: Any) -> Any:
        """The same as `forward`."""
        return await self.forward(*args, **options)

    async def forward(
        self,
        axons: Any,
        synapse: Synapse | None = None,
        timeout: float = 12,  # noqa: ASYNC109  SDK 10's name
        deserialize: bool = True,
        run_async: bool = True,
        streaming: bool = False,
    ) -> Any:
        """One message for one axon, a list in their order for a list; for a streaming message, async generators.

        Never raises for what an axon does. `run_async=False` asks one after the other, each within `timeout` seconds.
        """
        many = isinstance(axons, Sequence)
        infos = [info_of(one) for one in (axons if many else [axons])]
        message = Synapse() if synapse is None else synapse
        if isinstance(message, StreamingSynapse):
            found = [self.call_stream(info, message.copy(), timeout, deserialize) for info in infos]
        elif streaming:
            raise ConfigurationError(f"{message.name} does not stream", hint="derive it from bt.StreamingSynapse")
        elif run_async:
            found = [_given(reply, deserialize) for reply in await self._ask_all(infos, message, float(timeout))]
        else:
            found = [await self.call(info, message, timeout, deserialize) for info in infos]
        return found if many else found[0]

    async def call(
        self,
        target_axon: Any,
        synapse: Synapse | None = None,
        timeout: float = 12.0,  # noqa: ASYNC109  SDK 10's name
        deserialize: bool = True,
    ) -> Any:
        """What one axon makes of a message."""
        info, message = info_of(target_axon), Synapse() if synapse is None else synapse
        asking = self._client(private=not info.public_only)
        reply = await asking.ask(target_of(info, 0), message, float(timeout), format=format_of(info))
        return _given(reply, deserialize)

    async def call_stream(
        self,
        target_axon: Any,
        synapse: StreamingSynapse,
        timeout: float = 12.0,  # noqa: ASYNC109  SDK 10's name
        deserialize: bool = True,
    ) -> AsyncIterator[Any]:
        """What `process_streaming_response` makes of the pieces, and at the end the message itself."""
        info, message = info_of(target_axon), synapse
        asking = self._client(private=not info.public_only)
        stream = asking.stream(target_of(info, 0), message, float(timeout), pieces=bytes, format=format_of(info))
        response = StreamedResponse(stream)
        failed: Exception | None = None
        async with stream:
            try:
                async for item in message.process_streaming_response(response):
                    yield item
                async for _ in stream:
                    pass  # what the message left unread
            except Exception as raised:  # of the subclass, which reads what a stranger sent
                failed = raised
        yield _read_out(stream.reply, message, response, failed, deserialize)

    def query(self, *args: Any, **options: Any) -> Any:
        """The same as `forward`, for code that cannot await. It ends its connections."""
        with Portal("taokit compat dendrite") as portal:
            return portal.call(self.aquery(*args, **options))

    async def aquery(self, *args: Any, **options: Any) -> Any:
        """The same as `forward`; it ends the connections of this event loop."""
        try:
            return await self.forward(*args, **options)
        finally:
            await self.aclose_session()

    async def _ask_all(self, infos: list[AxonInfo], message: Synapse, timeout_s: float) -> list[Reply[Synapse]]:
        """One reply for each, in their order; a group for each way of asking."""
        groups: dict[tuple[bool, Format | None], list[int]] = {}
        for number, info in enumerate(infos):
            groups.setdefault((info.public_only, format_of(info)), []).append(number)
        asked = [
            self._client(private=not public).ask_all(
                [target_of(infos[number], number) for number in numbers], message, timeout_s=timeout_s, format=format
            )
            for (public, format), numbers in groups.items()
        ]
        replies = [reply for part in await asyncio.gather(*asked) for reply in part]
        return sorted(replies, key=lambda reply: reply.uid)

    def _client(self, *, private: bool) -> client.Dendrite:
        of_loop = self._clients.setdefault(asyncio.get_running_loop(), {})
        if private not in of_loop:
            of_loop[private] = client.Dendrite(signer_of(self._wallet), format=None, allow_private=private)
        return of_loop[private]

    async def aclose_session(self) -> None:
        """End the connections of this event loop; the next question makes new ones."""
        for one in self._clients.pop(asyncio.get_running_loop(), {}).values():
            await one.close()

    def close_session(self, using_new_loop: bool = False) -> None:
        """Forget connections from code that cannot await; those of a loop that runs elsewhere end there."""
        for loop in list(self._clients):
            found = self._clients.pop(loop, {})
            for one in found.values():
                if loop.is_running():
                    asyncio.run_coroutine_threadsafe(one.close(), loop)
                elif not loop.is_closed():
                    loop.run_until_complete(asyncio.wait_for(one.close(), CLOSE_S))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose_session()

    def __str__(self) -> str:
        return f"dendrite({self.keypair.ss58_address})"

    __repr__ = __str__


def info_of(axon: Any) -> AxonInfo:
    """The address of an `AxonInfo` or of an axon of this process."""
    if isinstance(axon, Axon):
        return axon.info()
    if isinstance(axon, AxonInfo):
        return axon
    raise ConfigurationError(f"a dendrite asks axons, not {type(axon).__name__}", hint="pass some of metagraph.axons")


def format_of(info: AxonInfo) -> Format | None:
    """The format in which to ask: what its record on chain implies, else the synapse protocol."""
    return None if info.from_chain else "legacy"


def _given(reply: Reply[Any], deserialize: bool) -> Any:
    """The message as the caller wants it; a failed one is there too, its status in `dendrite`."""
    message = noted(reply.message, reply)
    return message.deserialize() if deserialize else message


def noted(message: Synapse, reply: Reply[Any]) -> Synapse:
    """The message with what came of it in both its ends."""
    message.dendrite.status_code = reply.status
    if reply.error is not None:
        message.dendrite.status_message = str(reply.error)
    if message.dendrite.process_time is None:
        message.dendrite.process_time = reply.timings.total
    return message


def _read_out(
    reply: Reply[Any], message: StreamingSynapse, response: StreamedResponse, failed: Exception | None, as_value: bool
) -> Any:
    """The message after its stream: its answer fields as `extract_response_json` has them."""
    ends = noted(reply.message, reply).ends.copied()
    if reply.ok and failed is None:
        try:
            said = message.extract_response_json(response.read_out())
            for name in message.answer_fields():
                if name in said:
                    setattr(message, name, said[name])
        except Exception as raised:  # of the subclass again
            failed = raised
    message.between(ends)
    if failed is not None and reply.ok:
        error = failed if isinstance(failed, TaokitError) else BadAnswer(f"the stream does not read: {failed!r}")
        message.dendrite.status_code, message.dendrite.status_message = outcome(error).status, str(error)
    return message.deserialize() if as_value else message


__all__ = ["Dendrite"]
