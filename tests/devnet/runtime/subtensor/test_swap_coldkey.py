from hashlib import blake2b

import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import shares, storage
from taokit.errors import PoolRefused

TAO = 10**9


@pytest.fixture
def made(chain, named):
    money = {named("rich"): 10**4 * TAO, named("cold-v0"): 10 * TAO}
    made = chain(root_stake=5 * TAO, balances=money, settings={"ColdkeySwapAnnouncementDelay": 10})
    made.mine(5)
    made.state.number += 7200  # the first swap on a subnet also waits
    return made


def announce(made, named, new="heir", by="cold-v0"):
    hash = blake2b(named(new), digest_size=32).digest()
    made.call(named(by), "SubtensorModule.announce_coldkey_swap", new_coldkey_hash=hash)


def test_an_announced_coldkey_passes_everything_on(made, named):
    announce(made, named)
    with pytest.raises(DispatchError, match="AnnouncedColdkeyHashDoesNotMatch"):
        made.call(named("cold-v0"), "SubtensorModule.swap_coldkey_announced", new_coldkey=named("thief"))
    with pytest.raises(DispatchError, match="ColdkeySwapTooEarly"):
        made.call(named("cold-v0"), "SubtensorModule.swap_coldkey_announced", new_coldkey=named("heir"))
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("cold-v0"), "SubtensorModule.try_associate_hotkey", hotkey=named("x"))
    assert (refused.value.name, refused.value.custom) == ("ColdkeySwapAnnounced", 0)
    made.state.number += 10
    made.call(named("cold-v0"), "SubtensorModule.swap_coldkey_announced", new_coldkey=named("heir"))
    state = made.state
    assert balances.free(state, named("cold-v0")) == 0
    assert balances.free(state, named("heir")) == 10 * TAO - 10**8
    assert [shares.stake_of(state, named("v0"), named("heir"), netuid) for netuid in (0, 1)] == [5 * TAO, 1000 * TAO]
    assert state[storage.OWNER, named("v0")] == named("heir")
    assert state[storage.OWNED_HOTKEYS, named("heir")] == (named("v0"),)
    assert state[storage.STAKING_COLDKEYS, named("cold-v0")] is None


def test_a_disputed_swap_waits_for_root(made, named):
    announce(made, named)
    made.call(named("cold-v0"), "SubtensorModule.dispute_coldkey_swap")
    made.state.number += 10
    with pytest.raises(DispatchError, match="ColdkeySwapDisputed"):
        made.call(named("cold-v0"), "SubtensorModule.swap_coldkey_announced", new_coldkey=named("heir"))
    made.call(None, "SubtensorModule.reset_coldkey_swap", coldkey=named("cold-v0"))
    announce(made, named)


def test_an_announcement_is_called_off_or_renewed_after_a_while(made, named):
    announce(made, named)
    with pytest.raises(DispatchError, match="ColdkeySwapReannouncedTooEarly"):
        announce(made, named, "other")
    with pytest.raises(DispatchError, match="ColdkeySwapClearTooEarly"):
        made.call(named("cold-v0"), "SubtensorModule.clear_coldkey_swap_announcement")
    made.state.number += 10 + 7200
    made.call(named("cold-v0"), "SubtensorModule.clear_coldkey_swap_announcement")
    assert made.state[storage.COLDKEY_SWAP_ANNOUNCEMENTS, named("cold-v0")] is None


def test_root_passes_a_coldkey_on_at_once_but_not_to_one_in_use(made, named):
    path = "SubtensorModule.swap_coldkey"
    with pytest.raises(DispatchError, match="ColdKeyAlreadyAssociated"):
        made.call(None, path, old_coldkey=named("cold-owner"), new_coldkey=named("cold-v1"), swap_cost=0)
    made.call(None, path, old_coldkey=named("cold-owner"), new_coldkey=named("heir"), swap_cost=0)
    assert made.state[storage.SUBNET_OWNER, 1] == named("heir")
