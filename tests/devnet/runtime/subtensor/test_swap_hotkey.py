import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.subtensor import children, shares, storage

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
