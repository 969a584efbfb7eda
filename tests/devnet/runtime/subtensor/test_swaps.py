from hashlib import blake2b

import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import children, shares, storage
from taokit.errors import PoolRefused

TAO = 10**9


@pytest.fixture
def made(chain, named):
    money = {named("rich"): 10**4 * TAO, named("cold-v0"): 10 * TAO}
    made = chain(root_stake=5 * TAO, balances=money, settings={"ColdkeySwapAnnouncementDelay": 10})
    made.mine(5)
    made.state.number += 7200  # the first swap on a subnet also waits
    return made


def swap(made, named, new, *, old="v0", netuid=None, by="cold-v0", **more):
    path = "SubtensorModule.swap_hotkey_v2" if more else "SubtensorModule.swap_hotkey"
    made.call(named(by), path, hotkey=named(old), new_hotkey=named(new), netuid=netuid, **more)


def test_everywhere_a_hotkey_takes_uid_stake_owner_and_links_along(made, named):
    state, v0, fresh = made.state, named("v0"), named("fresh")
    children.link(state, v0, 1, {named("m0"): 7})
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=v0, netuid=1, amount_staked=TAO)
    nominated = shares.stake_of(state, v0, named("rich"), 1)
    uid, issued = state[storage.UIDS, 1, v0], state[storage.TOTAL_ISSUANCE]
    swap(made, named, "fresh")
    assert (state[storage.UIDS, 1, fresh], state[storage.UIDS, 1, v0]) == (uid, None)
    assert state[storage.KEYS, 1, uid] == fresh
    assert state[storage.OWNER, fresh] == named("cold-v0")
    assert (storage.OWNER, v0) not in state
    assert state[storage.OWNED_HOTKEYS, named("cold-v0")] == (fresh,)
    assert shares.stake_of(state, fresh, named("rich"), 1) == nominated
    assert shares.stake_of(state, fresh, named("cold-v0"), 0) == 5 * TAO
    assert fresh in state[storage.STAKING_HOTKEYS, named("rich")]
    assert state[storage.PARENT_KEYS, named("m0"), 1] == ((7, fresh),)
    assert issued - state[storage.TOTAL_ISSUANCE] == TAO // 10
    assert made.events("HotkeySwapped") == [(named("cold-v0"), v0, fresh)]
    made.state.number -= 7200
    made.mine(400)


def test_on_one_subnet_root_keeps_the_old_hotkey(made, named):
    state, free = made.state, balances.free(made.state, named("cold-v0"))
    swap(made, named, "fresh", netuid=1)
    assert free - balances.free(state, named("cold-v0")) == 10**6
    assert shares.stake_of(state, named("fresh"), named("cold-v0"), 1) == 1000 * TAO
    assert shares.stake_of(state, named("v0"), named("cold-v0"), 0) == 5 * TAO
    assert state[storage.OWNER, named("v0")] == state[storage.OWNER, named("fresh")] == named("cold-v0")
    with pytest.raises(DispatchError, match="HotKeySwapOnSubnetIntervalNotPassed"):
        swap(made, named, "other", old="fresh", netuid=1)


def test_stake_can_stay_with_the_old_hotkey(made, named):
    swap(made, named, "fresh", netuid=1, keep_stake=True)
    assert shares.stake_of(made.state, named("v0"), named("cold-v0"), 1) == 1000 * TAO
    assert made.state[storage.UIDS, 1, named("fresh")] is not None


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"by": "rich"}, "NonAssociatedColdKey"),
        ({"new": "v1"}, "NonAssociatedColdKey"),
        ({"new": "v0"}, "NewHotKeyIsSameWithOld"),
    ],
)
def test_refused_swaps_of_hotkeys(made, named, change, error):
    with pytest.raises(DispatchError, match=error):
        swap(made, named, **{"new": "fresh", **change})


def test_swaps_keep_their_distance_and_cost(made, named):
    made.state[storage.TX_RATE_LIMIT] = 100
    made.state[storage.LAST_RATE_LIMITED_BLOCK, ("LastTxBlock", named("cold-v0"))] = made.state.number - 100
    with pytest.raises(DispatchError, match="HotKeySetTxRateLimitExceeded"):
        swap(made, named, "fresh")
    with pytest.raises(DispatchError, match="NotEnoughBalanceToPaySwapHotKey"):
        swap(made, named, "fresh", old="v1", by="cold-v1")


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
