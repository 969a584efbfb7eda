"""`bt.Axon`: the server of SDK 10's miners, which is taokit's own behind these names."""

from __future__ import annotations

import argparse
import inspect
import socket
import threading
from collections import OrderedDict
from functools import partial
from ipaddress import ip_address
from typing import Any, Self

import taokit.axon as served
from taokit.axon import Caller, Route
from taokit.blocking import Portal
from taokit.compat.absent import Departed
from taokit.compat.attaching import Attached, Function, called
from taokit.compat.endpoints import SDK_VERSION, AxonInfo
from taokit.compat.members import Members
from taokit.compat.messages import Synapse
from taokit.compat.settings import Config, add_flags, setting
from taokit.compat.streams import BTStreamingResponse
from taokit.compat.wallets import Wallet, signer_of
from taokit.compat.warned import warn
from taokit.errors import ConfigurationError, Forbidden, KeyFileError, Refused
from taokit.neuron.threads import OneThread
from taokit.protocol import is_public

FLAGS = (
    ("axon.port", int, "The port to bind."),
    ("axon.ip", str, "The address to bind."),
    ("axon.external_port", int, "The port to publish."),
    ("axon.external_ip", str, "The address to publish."),
    ("axon.max_workers", int, "Accepted, and of no meaning: requests wait in one line."),
)
START_S = 30.0
REMEMBERED = 4096
"""Priorities of requests that have not come to their turn."""


class Axon(Departed):
    """Serves the messages of the functions that are attached to it, in all three formats.

    It lives in a thread of its own from `start` to `stop`. Callers have proven who they are before any function is
    asked. Without a blacklist function it lets in who has a uid on the subnet it was given to `serve`.
    """

    sdk_name = "Axon"
    max_body = 8 << 20
    """The bytes that a request may have; set it before `start`."""
    deadline_s = 300.0
    """The seconds that a handler may take where the caller waits no shorter."""

    def __init__(
        self,
        wallet: Any = None,
        config: Config | None = None,
        port: int | None = None,
        ip: str | None = None,
        external_ip: str | None = None,
        external_port: int | None = None,
        max_workers: int | None = None,
    ) -> None:
        self.config = config or Config()
        self.wallet = wallet or Wallet(config=self.config)
        self.ip: str = ip or setting(self.config, "axon.ip") or "[::]"
        self.port: int = port or setting(self.config, "axon.port") or 8091
        self._external_ip: str | None = external_ip or setting(self.config, "axon.external_ip")
        self._external_port: int | None = external_port or setting(self.config, "axon.external_port")
        self.started = False
        self._attached: dict[str, Attached] = {}
        self._members: Members | None = None
        self._priorities: OrderedDict[str, float] = OrderedDict()
        self._policies, self._forwards = OneThread(), OneThread()
        self._server: served.Axon | None = None
        self._portal: Portal | None = None
        self._turn = threading.Lock()

    def attach(
        self,
        forward_fn: Function,
        blacklist_fn: Function | None = None,
        priority_fn: Function | None = None,
        verify_fn: Function | None = None,
    ) -> Self:
        """Serve the message that the functions are annotated with, at its class name. Before `start` only.

        Raises `ConfigurationError` for functions that do not fit together.
        """
        if self.started:
            raise ConfigurationError("this axon serves already", hint="attach every function before `start`")
        one = Attached.of(forward_fn, blacklist=blacklist_fn, priority=priority_fn, verify=verify_fn)
        self._attached[one.message.__name__] = one
        return self

    def serve(self, netuid: int, subtensor: Any = None, certificate: bytes | None = None) -> Self:
        """Publish its address on a subnet, and let in nobody without a uid there unless a blacklist function judges.

        Raises `ConfigurationError` where this machine does not know its own address, and what the chain says.
        """
        if subtensor is None:
            from taokit.compat.chain import Subtensor

            subtensor = Subtensor(config=self.config)
        if self._external_ip is None and subtensor.here:
            self._external_ip = "127.0.0.1"
        self._members = Members(subtensor, netuid)
        subtensor.serve_axon(netuid=netuid, axon=self, certificate=certificate, raise_error=True)
        return self

    @property
    def external_ip(self) -> str:
        """The address to publish. Raises `ConfigurationError` where none was given and none is known."""
        if self._external_ip is None:
            self._external_ip = own_address()
        return self._external_ip

    @property
    def external_port(self) -> int:
        """The port to publish."""
        return self._external_port or self.port

    def info(self) -> AxonInfo:
        """What it publishes. Asked as it is, it is spoken to in the synapse protocol."""
        ip, hotkey = self.external_ip, signer_of(self.wallet).ss58
        return AxonInfo(SDK_VERSION, ip, self.external_port, ip_address(ip).version, hotkey, _owner(self.wallet))

    def start(self) -> Self:
        """Begin to serve; a second time does nothing. Raises `ConfigurationError` when the port cannot be had."""
        with self._turn:
            if self.started:
                return self
            if self._members is None and any(one.blacklist is None for one in self._attached.values()):
                warn("open-axons", "without a blacklist function and without `serve`, every signed request is let in")
            self._server = self._made()
            self._portal = Portal("taokit compat axon").__enter__()
            try:
                self.port = self._portal.call(self._server.start(self._host(), self.port), seconds=START_S)
            except BaseException:
                self._portal.__exit__()
                raise
            self.started = True
        return self

    def stop(self) -> Self:
        """Serve nothing more; requests under way get five seconds."""
        with self._turn:
            if self.started and self._server is not None and self._portal is not None:
                self._portal.call(self._server.stop())
                self._portal.__exit__()
                self.started = False
        return self

    @classmethod
    def check_config(cls, config: Config) -> None:
        """Raise `ConfigurationError` for a port that no miner can bind or publish: 1025 to 65534 are."""
        for name in ("axon.port", "axon.external_port"):
            port = setting(config, name)
            if port is not None and not 1024 < port < 65535:
                raise ConfigurationError(f"--{name} is {port}", hint="choose a port from 1025 to 65534")

    @classmethod
    def add_args(cls, parser: argparse.ArgumentParser, prefix: str | None = None) -> None:
        """Add `--axon.port`, `--axon.ip`, `--axon.external_port`, `--axon.external_ip` and `--axon.max_workers`."""
        add_flags(parser, FLAGS, prefix)

    def __str__(self) -> str:
        state = "started" if self.started else "stopped"
        return f"Axon({self.ip}, {self.port}, {signer_of(self.wallet).ss58}, {state}, {sorted(self._attached)})"

    __repr__ = __str__

    def _host(self) -> str:
        """Every address, as SDK 10 binds whatever it is told, unless that is of this machine alone."""
        return self.ip if self.ip.startswith("127.") or self.ip == "::1" else "0.0.0.0"  # noqa: S104  a miner serves

    def _made(self) -> served.Axon:
        hotkey = signer_of(self.wallet).ss58
        return served.Axon(hotkey, map(self._route, self._attached.values()), admit=self._admit, priority=self._rank)

    def _route(self, one: Attached) -> Route:
        return Route(
            one.message,
            partial(self._handle, one),
            deadline_s=self.deadline_s,
            max_body=self.max_body,
            unbound_body=True,  # as SDK 10 serves them; said when they are attached
        )

    async def _admit(self, caller: Caller) -> None:
        one = self._attached.get(caller.message)
        judged = one is not None and await one.admit(caller, self._policies)
        if not judged and self._members is not None and not await self._policies.run(self._members.has, caller.hotkey):
            raise Forbidden(f"{caller.hotkey} is not registered on subnet {self._members.netuid}")
        if one is not None and one.priority is not None and inspect.iscoroutinefunction(one.priority):
            self._priorities[caller.request_id] = float(await one.priority(one.heading(caller)))
            while len(self._priorities) > REMEMBERED:
                self._priorities.popitem(last=False)

    def _rank(self, caller: Caller) -> float:
        one = self._attached.get(caller.message)
        if one is None or one.priority is None:
            return 0.0
        known = self._priorities.pop(caller.request_id, None)
        return float(one.priority(one.heading(caller))) if known is None else known

    async def _handle(self, one: Attached, message: Synapse, caller: Caller) -> Any:
        self._priorities.pop(caller.request_id, None)
        result = await called(one.forward, message, self._forwards)
        if isinstance(result, BTStreamingResponse):
            return result.pieces()
        if isinstance(result, Synapse) and result.axon.status_code not in (None, 200):
            raise chosen(result)
        return result


def chosen(message: Synapse) -> Refused:
    """The refusal that a handler chose with `synapse.axon.status_code`. Its text stays in the log."""
    refusal = Refused(f"the handler chose it: {message.axon.status_message}")
    code = message.axon.status_code or 500
    refusal.status = code if 400 <= code < 600 else 500
    return refusal


def own_address() -> str:
    """The public address that this machine sends from; nothing is sent for it, and nobody asked."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # of no machine (RFC 5737); connecting only picks the own address
            ip = str(probe.getsockname()[0])
        except OSError:
            ip = ""
    if not ip or not is_public(ip):
        raise ConfigurationError(
            "this machine does not know the address that others reach it at",
            hint="pass --axon.external_ip, or external_ip= to the axon",
        )
    return ip


def _owner(wallet: Any) -> str:
    """The address of the wallet's coldkey; empty where the machine holds the hotkey alone."""
    try:
        return str(wallet.coldkeypub.ss58_address) if isinstance(wallet, Wallet) else ""
    except KeyFileError:
        return ""


__all__ = ["Axon"]
