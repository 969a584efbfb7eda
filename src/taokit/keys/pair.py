"""Signers over a key pair in this process."""

from __future__ import annotations

from dataclasses import dataclass, field

from bittensor_wallet import CRYPTO_ED25519, CRYPTO_SR25519, Keypair
from bittensor_wallet.errors import ConfigurationError as NoSecret

from taokit.errors import KeyFileError
from taokit.signer import ED25519, SR25519

SCHEMES = {CRYPTO_ED25519: ED25519, CRYPTO_SR25519: SR25519}
CRYPTO = {scheme: crypto for crypto, scheme in SCHEMES.items()}


@dataclass(frozen=True, slots=True)
class KeypairSigner:
    """A `Signer` that holds its secret key in memory. Shows its address and never the secret; cannot be pickled."""

    ss58: str
    scheme: str
    public_key: bytes = field(repr=False)
    _pair: Keypair = field(repr=False, compare=False)

    @classmethod
    def of(cls, pair: Keypair) -> KeypairSigner:
        """The signer of a pair that holds a secret key, else `KeyFileError`."""
        scheme, public_key = SCHEMES.get(pair.crypto_type), pair.public_key
        if scheme is None or public_key is None or not _signs(pair):
            hint = "name the key itself, not its public half"
            raise KeyFileError(f"{pair.ss58_address} has no secret key that taokit can sign with", hint=hint)
        return cls(ss58=pair.ss58_address, scheme=scheme, public_key=bytes(public_key), _pair=pair)

    def sign(self, message: bytes) -> bytes:
        return self._pair.sign(message)

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a signer does not leave its process")


def from_uri(uri: str, *, scheme: str = SR25519) -> KeypairSigner:
    """The signer of a development URI such as `//Alice`, or of a mnemonic with a derivation path."""
    if not uri.strip():  # the library would answer with the root of the public development phrase
        raise KeyFileError("an empty key URI", hint="name a key, such as //Alice")
    try:
        return KeypairSigner.of(Keypair.create_from_uri(uri, crypto_of(scheme)))
    except ValueError:
        # `from None`, and no word of the URI: it may hold a mnemonic
        raise KeyFileError("a key URI that does not parse", hint="write it like //Alice") from None


def from_mnemonic(mnemonic: str, *, scheme: str = SR25519) -> KeypairSigner:
    """The signer of a BIP-39 phrase of 12 to 24 English words."""
    try:
        return KeypairSigner.of(Keypair.create_from_mnemonic(mnemonic, crypto_of(scheme)))
    except ValueError:
        hint = "check the number of words (12, 15, 18, 21 or 24) and their spelling"
        raise KeyFileError("a mnemonic that does not parse", hint=hint) from None


def crypto_of(scheme: str) -> int:
    """The library's number for a scheme. Raises `KeyFileError`."""
    if scheme not in CRYPTO:
        raise KeyFileError(f"no key scheme {scheme!r}", hint="choose sr25519 or ed25519")
    return CRYPTO[scheme]


def _signs(pair: Keypair) -> bool:
    try:
        pair.sign(b"")
    except NoSecret:
        return False
    return True
