"""TLS to a neuron: whoever answers must show the key that it published, and nothing else of its certificate counts."""

from __future__ import annotations

import ssl
from functools import cache

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


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
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else None


__all__ = ["client_context", "shown_key"]
