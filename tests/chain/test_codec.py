import pytest

from taokit.chain import Call, Constant, RuntimeCall, Storage, StorageMap
from taokit.devnet import Devnet, account, codec_of
from taokit.devnet.runtime import State
from taokit.errors import ChainError, UnknownName

ALICE = account("Alice").ss58


@pytest.fixture(scope="module")
def codec():
    return codec_of(Devnet(State(), genesis_ms=0).backend().runtime())


def test_the_key_of_an_account_is_the_one_of_every_substrate_chain(codec):
    assert codec.storage_key(Storage("System", "Account", (ALICE,))).hex() == (
        "26aa394eea5630e07c48ae0c9558cef7b99d880ec681799c0cf30e8886371da9"
        "de1e86a9a8c739864cf3cc5ec2bea59fd43593c715fdd31c61141abd04a99fd6822c8558854ccde39a5684e7a56da27d"
    )


def test_what_is_absent_reads_as_the_default_or_as_none(codec):
    assert codec.storage_value(Storage("SubtensorModule", "Tempo", (1,)), None) == 360
    assert codec.storage_value(Storage("SubtensorModule", "Uids", (1, ALICE)), None) is None


def test_a_page_of_a_map(codec):
    request = StorageMap("SubtensorModule", "Tempo")
    key = codec.storage_key(Storage("SubtensorModule", "Tempo", (7,)))
    assert key.startswith(codec.storage_key(request))
    assert codec.map_pairs(request, [key], [(99).to_bytes(2, "little")]) == [(7, 99)]


def test_a_runtime_api(codec):
    request = RuntimeCall("AccountNonceApi", "account_nonce", (ALICE,))
    method, data = codec.api_call(request)
    assert method == "AccountNonceApi_account_nonce"
    assert data == account("Alice").public_key
    assert codec.api_answer(request, (5).to_bytes(4, "little")) == 5


def test_a_constant(codec):
    assert codec.constant(Constant("Balances", "ExistentialDeposit")) == 500


@pytest.mark.parametrize(
    "ask",
    [
        lambda codec: codec.storage_key(Storage("System", "Nope")),
        lambda codec: codec.storage_key(StorageMap("Nope", "Account")),
        lambda codec: codec.storage_value(Storage("System", "Nope"), None),
        lambda codec: codec.api_call(RuntimeCall("Nope", "nope")),
        lambda codec: codec.constant(Constant("System", "Nope")),
        lambda codec: codec.compose(Call("System", "nope")),
    ],
)
def test_a_name_that_the_chain_does_not_have(codec, ask):
    with pytest.raises(UnknownName, match=r"[Nn]ope"):
        ask(codec)


@pytest.mark.parametrize(
    ("ask", "hint"),
    [
        (lambda codec: codec.storage_key(Storage("SubtensorModule", "Tempoo")), "SubtensorModule.Tempo"),
        (lambda codec: codec.storage_key(StorageMap("Subtensor", "NetworksAdded")), "SubtensorModule.NetworksAdded"),
        (lambda codec: codec.entry("system", "account"), "System.Account"),
        (
            lambda codec: codec.api_call(RuntimeCall("SubnetInfoRuntimeApi", "metagraph")),
            "SubnetInfoRuntimeApi.get_metagraph",
        ),
        (lambda codec: codec.constant(Constant("Balances", "ExistentialDeposits")), "Balances.ExistentialDeposit"),
        (lambda codec: codec.compose(Call("Balances", "transfer_keepalive")), "Balances.transfer_keep_alive"),
    ],
)
def test_a_name_that_is_nearly_right_is_answered_with_the_right_one(codec, ask, hint):
    with pytest.raises(UnknownName) as caught:
        ask(codec)
    assert caught.value.hint == f"did you mean {hint}?"


def test_a_name_like_no_other_has_no_hint(codec):
    with pytest.raises(UnknownName) as caught:
        codec.entry("Zzz", "qqq")
    assert caught.value.hint is None


@pytest.mark.parametrize(
    "ask",
    [
        lambda codec: codec.storage_key(Storage("SubtensorModule", "Tempo", ("one",))),
        lambda codec: codec.api_call(RuntimeCall("AccountNonceApi", "account_nonce")),
        lambda codec: codec.api_call(RuntimeCall("AccountNonceApi", "account_nonce", ("no address",))),
        lambda codec: codec.api_answer(RuntimeCall("AccountNonceApi", "account_nonce"), b"\0"),
        lambda codec: codec.compose(Call("SubtensorModule", "start_call", {"netuid": -1})),
        lambda codec: codec.compose(Call("SubtensorModule", "start_call")),
    ],
)
def test_values_that_do_not_fit_are_one_kind_of_error(codec, ask):
    with pytest.raises(ChainError):
        ask(codec)


def test_errors_have_the_chain_s_names(codec):
    assert codec.error_name(7, 0) == "RootNetworkDoesNotExist"
    assert codec.error_name(7, 29) == "SettingWeightsTooFast"
    assert codec.error_name(7, 255) == "error 255 of pallet 7"
