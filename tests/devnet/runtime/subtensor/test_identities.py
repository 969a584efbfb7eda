import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor import storage

OF_COLDKEY = ("name", "url", "github_repo", "image", "discord", "description", "additional")
OF_SUBNET = ("subnet_name", "github_repo", "subnet_contact", "subnet_url", "discord", "description", "logo_url")
OF_SUBNET = (*OF_SUBNET, "additional")


@pytest.fixture
def made(chain):
    made = chain()
    made.mine()
    return made


def test_a_coldkey_with_a_neuron_names_itself(made, named):
    texts = {field: field.encode() for field in OF_COLDKEY}
    made.call(named("cold-m0"), "SubtensorModule.set_identity", **texts)
    assert made.state[storage.IDENTITIES_V2, named("cold-m0")] == tuple(texts.values())
    with pytest.raises(DispatchError, match="HotKeyNotRegisteredInNetwork"):
        made.call(named("rich"), "SubtensorModule.set_identity", **texts)


@pytest.mark.parametrize(("field", "most"), [("name", 256), ("image", 1024), ("discord", 256), ("additional", 1024)])
def test_texts_have_bounds(made, named, field, most):
    texts = dict.fromkeys(OF_COLDKEY, b"")
    made.call(named("cold-m0"), "SubtensorModule.set_identity", **{**texts, field: b"x" * most})
    with pytest.raises(DispatchError, match="InvalidIdentity"):
        made.call(named("cold-m0"), "SubtensorModule.set_identity", **{**texts, field: b"x" * (most + 1)})


def test_only_the_owner_names_a_subnet(made, named):
    texts = dict.fromkeys(OF_SUBNET, b"n")
    with pytest.raises(DispatchError, match="NotSubnetOwner"):
        made.call(named("rich"), "SubtensorModule.set_subnet_identity", netuid=1, **texts)
    made.call(named("cold-owner"), "SubtensorModule.set_subnet_identity", netuid=1, **texts)
    assert made.state[storage.SUBNET_IDENTITIES_V3, 1] == (b"n",) * 8


def test_mining_is_staked_where_its_owner_wants(made, named):
    def choose(hotkey):
        made.call(named("cold-m0"), "SubtensorModule.set_coldkey_auto_stake_hotkey", netuid=1, hotkey=named(hotkey))

    choose("v0")
    with pytest.raises(DispatchError, match="SameAutoStakeHotkeyAlreadySet"):
        choose("v0")
    choose("v1")
    assert made.state[storage.AUTO_STAKE_DESTINATION, named("cold-m0"), 1] == named("v1")
    assert made.state[storage.AUTO_STAKE_DESTINATION_COLDKEYS, named("v0"), 1] == ()
    assert made.state[storage.AUTO_STAKE_DESTINATION_COLDKEYS, named("v1"), 1] == (named("cold-m0"),)
    with pytest.raises(DispatchError, match="HotKeyNotRegisteredInSubNet"):
        choose("nobody")
