"""TLS without an authority: a key that the axon makes itself and the chain vouches for.

The chain keeps one byte of algorithm and the bare public key (`serve_axon_tls`), no certificate. Callers accept exactly
that key, so the names and dates in the certificate, which TLS cannot do without, mean nothing.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import errno
import logging
import os
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

from taokit.axon.door import Door
from taokit.axon.keyfile import secret_in
from taokit.axon.limits import Limits
from taokit.errors import ConfigurationError

log = logging.getLogger("taokit.axon")

ED25519_BYTE: Final = b"\x01"
"""How a published Ed25519 key begins."""
CLIENT_HELLO: Final = 22
"""The first byte of TLS (RFC 8446, section 5.1); no HTTP method begins with it."""
HANDSHAKES: Final = 64
"""At once; each holds a quarter of a MiB."""
BACKLOG: Final = 512
PAUSE_S: Final = 0.2
"""Before the next try to take a connection, when there is no room for another open file."""
EVER: Final = (dt.datetime(2020, 1, 1, tzinfo=dt.UTC), dt.datetime(9999, 12, 31, tzinfo=dt.UTC))


@dataclass(frozen=True, slots=True)
class Tls:
    """What an axon proves to be itself with."""

    public: bytes  # Ed25519, 32 bytes
    context: ssl.SSLContext
    plain: bool = False  # serve plain HTTP on the same port too, for callers of the older SDKs

    @property
    def published(self) -> bytes:
        """What belongs on chain: the byte for Ed25519 and the key, 33 bytes in all."""
        return ED25519_BYTE + self.public


def tls_of(file: Path, *, plain: bool = False) -> Tls:
    """TLS with the key in a file, which is made where there is none, for its owner alone (mode 600).

    Raises `ConfigurationError` for a file that others may read, or that holds no Ed25519 key and certificate.
    """
    pem = secret_in(file, _made)
    try:
        key = load_pem_private_key(pem, None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("not an Ed25519 key")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.num_tickets = 0  # nobody resumes: a resumed session would show no key
        context.load_cert_chain(file)
    except (OSError, ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise ConfigurationError(
            f"cannot use the TLS key in {file}: {error}", hint="move the file away; a new key is then made"
        ) from error
    return Tls(key.public_key().public_bytes_raw(), context, plain)


def _made() -> bytes:
    """A new key and its certificate, PEM."""
    key = Ed25519PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taokit axon")])
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), *EVER)
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return secret + builder.sign(key, None).public_bytes(Encoding.PEM)


class Doorman:
    """Takes connections and looks at the first byte of each: TLS, or plain HTTP where that is welcome too.

    Who has not said a byte costs a socket and a task, and there are at most as many of them as connections; the oldest
    makes room.
    """

    def __init__(self, door: Door, tls: Tls, limits: Limits) -> None:
        self._door, self._tls, self._limits = door, tls, limits
        self._waiting: dict[asyncio.Task[None], None] = {}  # in order of arrival
        self._handshakes = asyncio.Semaphore(HANDSHAKES)
        self._socket: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None

    def start(self, host: str, port: int, *, reuse_port: bool = False) -> int:
        """Begin to take connections; the port. `OSError` when the address cannot be had."""
        self._socket = listening(host, port, reuse_port=reuse_port)
        self._socket.setblocking(False)
        self._accepting = asyncio.create_task(self._accept(self._socket), name="taokit doorman")
        bound: int = self._socket.getsockname()[1]
        return bound

    def close(self) -> None:
        """Take no more, and let go of those who have not said who they are."""
        for task in (self._accepting, *self._waiting):
            if task is not None:
                task.cancel()
        if self._socket is not None:
            self._socket.close()

    async def _accept(self, listener: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listener)
            except OSError as error:  # no room for another open file, or the caller is gone already
                log.warning("cannot take a connection: %s", error.strerror)
                await asyncio.sleep(PAUSE_S)
                continue
            if len(self._waiting) >= self._limits.connections:
                next(iter(self._waiting)).cancel()
            task = asyncio.create_task(self._greet(connection))
            self._waiting[task] = None
            task.add_done_callback(lambda done: self._waiting.pop(done, None))

    async def _greet(self, connection: socket.socket) -> None:
        handed_over = False
        try:
            async with asyncio.timeout(self._limits.headers_s):
                first = await first_byte(connection)
                if first == CLIENT_HELLO:
                    async with self._handshakes:
                        handed_over = True
                        await self._hand_over(connection, self._tls.context)
                elif first is not None and self._tls.plain:
                    handed_over = True
                    await self._hand_over(connection, None)
        except (OSError, TimeoutError) as error:  # of which the errors of TLS are one kind
            log.debug("a connection came to nothing: %s", type(error).__name__)
        finally:
            if not handed_over:
                connection.close()

    async def _hand_over(self, connection: socket.socket, context: ssl.SSLContext | None) -> None:
        loop, limit_s = asyncio.get_running_loop(), self._limits.headers_s
        await loop.connect_accepted_socket(
            self._door, connection, ssl=context, ssl_handshake_timeout=limit_s if context else None
        )


def listening(host: str, port: int, *, reuse_port: bool) -> socket.socket:
    """A socket that listens; `ConfigurationError` when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        listener = socket.create_server((host, port), family=family, backlog=BACKLOG, reuse_port=reuse_port)
    except OSError as error:
        raise not_to_be_had(error, host, port) from error
    # connections inherit it; asyncio sets it only where a socket names its protocol, and a stream would wait 40 ms
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def not_to_be_had(error: OSError, host: str, port: int) -> ConfigurationError:
    """Why an address cannot be bound, with what to do about it."""
    hint = "choose an address of this machine, or 0.0.0.0 for all of them"
    if error.errno == errno.EADDRINUSE:
        hint = "choose another port, or stop the program that holds this one"
    elif error.errno == errno.EACCES:
        hint = "choose a port of 1024 or more: those below are for root"
    said = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror or str(error)
    return ConfigurationError(f"cannot serve on {host} port {port}: {said}", hint=hint)


async def first_byte(connection: socket.socket) -> int | None:
    """The first byte that the other end sends, left where it is; None when it hangs up instead."""
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(connection, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(connection)
    peeked = connection.recv(1, socket.MSG_PEEK)
    return peeked[0] if peeked else None


__all__ = ["BACKLOG", "Doorman", "Tls", "listening", "not_to_be_had", "tls_of"]
