import copy
import pickle

import bittensor_core
import pytest

from taokit.errors import KeyFileError
from taokit.keys import KeypairSigner, from_mnemonic, from_uri
from taokit.signer import Signer

ALICE = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"  # the address everyone knows
PHRASE = "bottom drive obey lake curtain smoke basket hold race lonely fit walk"  # the public development phrase
ROOT = "5DfhGyQdFobKM8NsWvEeAKk5EQQgYe9AydgJ7rMB6E1EqRzV"


@pytest.mark.parametrize(("scheme", "crypto"), [("sr25519", 1), ("ed25519", 0)])
@pytest.mark.parametrize("message", [b"", b"0x1234", b"<Bytes>x</Bytes>", bytes(range(256))])
def test_it_signs_exactly_these_bytes(scheme, crypto, message):
    signer = from_uri("//Alice", scheme=scheme)
    assert isinstance(signer, Signer)
    assert signer.scheme == scheme
    assert bittensor_core.ss58_decode(signer.ss58) in (signer.public_key, signer.public_key.hex())
    assert bittensor_core.verify_signature(message, signer.sign(message), signer.ss58, crypto)


def test_well_known_keys_have_their_addresses():
    assert from_uri("//Alice").ss58 == from_uri(f"{PHRASE}//Alice").ss58 == ALICE
    assert from_mnemonic(PHRASE).ss58 == ROOT


@pytest.mark.parametrize("make", [lambda: from_uri(""), lambda: from_uri(" "), lambda: from_uri("secret words")])
def test_a_uri_that_does_not_parse_is_refused_without_its_text(make):
    with pytest.raises(KeyFileError) as caught:
        make()
    assert caught.value.hint
    assert "secret" not in str(caught.value) + repr(caught.value.__cause__)


@pytest.mark.parametrize("phrase", ["", "abandon", PHRASE.replace("walk", "wolk"), PHRASE.replace("walk", "race")])
def test_a_bad_mnemonic_is_refused_without_its_words(phrase):
    with pytest.raises(KeyFileError) as caught:
        from_mnemonic(phrase)
    assert not set(phrase.split()) & set(str(caught.value).split())
    assert caught.value.__cause__ is None


def test_an_unknown_scheme_is_refused():
    with pytest.raises(KeyFileError, match="ecdsa"):
        from_uri("//Alice", scheme="ecdsa")


def test_the_secret_stays_inside():
    signer = from_uri("//Alice")
    assert repr(signer) == str(signer) == f"KeypairSigner(ss58='{ALICE}', scheme='sr25519')"
    for escape in (pickle.dumps, copy.deepcopy):
        with pytest.raises(TypeError):
            escape(signer)
    assert signer == from_uri("//Alice")
    assert hash(signer) == hash(from_uri("//Alice"))


def test_a_signer_does_not_change():
    with pytest.raises(AttributeError):
        from_uri("//Alice").ss58 = "other"


def test_a_public_key_is_no_signer():
    import bittensor_wallet

    with pytest.raises(KeyFileError):
        KeypairSigner.of(bittensor_wallet.Keypair(ss58_address=ALICE))
