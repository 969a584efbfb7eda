from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from taokit.dendrite.tls import shown_key

KEY = Ed25519PrivateKey.generate()


def certificate(key=KEY, digest=None):
    begins, nobody = datetime(2026, 1, 1, tzinfo=UTC), x509.Name([])
    builder = x509.CertificateBuilder(nobody, nobody, key.public_key(), 1, begins, begins + timedelta(days=1))
    return builder.sign(key, digest).public_bytes(Encoding.DER)


def test_the_key_of_a_certificate():
    assert shown_key(certificate()) == KEY.public_key().public_bytes_raw()


@pytest.mark.parametrize(
    "shown",
    [
        None,
        b"",
        certificate()[:-1],
        certificate().replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107")),  # a version that is none
        certificate(generate_private_key(SECP256R1()), SHA256()),
    ],
)
def test_what_is_no_certificate_of_such_a_key_shows_none(shown):
    assert shown_key(shown) is None
