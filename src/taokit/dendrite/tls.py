"""TLS to a neuron: whoever answers must show the key that it published, and nothing else of its certificate counts."""

from __future__ import annotations

import asyncio
import ssl
from functools import cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from taokit.errors import Unreachable


@cache
def client_context() -> ssl.SSLContext:
    """TLS 1.3 that trusts nobody by name: whoever uses it compares the key."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def shown_key(certificate: bytes | None) -> bytes | None:
    """The Ed25519 key in a certificate (DER), whose owner TLS has proven; None for another kind, or for none."""
    try:
        key = x509.load_der_x509_certificate(certificate or b"").public_key()
    except (ValueError, UnsupportedAlgorithm, x509.InvalidVersion):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


async def key_at(host: str, port: int, *, timeout_s: float) -> bytes:
    """The Ed25519 key that whoever listens at a literal address shows: to be pinned by those who know that it is right.

    Raises `Unreachable` where nobody speaks TLS, or with another kind of key.
    """
    try:
        async with asyncio.timeout(timeout_s):
            transport, _ = await asyncio.get_running_loop().create_connection(
                asyncio.Protocol, host, port, ssl=client_context()
            )
    except TimeoutError:
        raise Unreachable(f"no TLS at {host}:{port} within {timeout_s:g} seconds") from None
    except OSError as error:  # of which the errors of TLS are one kind
        hint = "does it serve there, and TLS at all?"
        raise Unreachable(f"no TLS at {host}:{port}: {error.strerror or error}", hint=hint) from error
    tls = transport.get_extra_info("ssl_object")
    key = shown_key(tls.getpeercert(binary_form=True))
    transport.abort()
    if key is None:
        raise Unreachable(
            f"{host}:{port} shows no Ed25519 key", hint="neurons use no other: is there a proxy before it?"
        )
    return key


__all__ = ["client_context", "key_at", "shown_key"]
