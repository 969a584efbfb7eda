import pytest

from taokit.consensus.emission import Pots
from taokit.devnet.runtime.subtensor import payouts, shares, storage
from taokit.devnet.runtime.swap import ALPHA_BURNED, ALPHA_RECYCLED

TAO = 10**9


def stake(made, named, hotkey, coldkey=None):
    return shares.stake_of(made.state, named(hotkey), named(coldkey or f"cold-{hotkey}"), 1)


def pay(made, named, *, server=None, validator=None, pots=(1000 * TAO, 1000 * TAO, 0), owner_cut=0):
    named_amounts = [{named(name): rao for name, rao in (part or {}).items()} for part in (server, validator)]
    earned = payouts.Earned(Pots(*pots), owner_cut, server=named_amounts[0], validator=named_amounts[1])
    payouts.distribute(made.state, 1, earned)


def test_miners_get_what_they_earned_under_their_own_hotkey(chain, named):
    made = chain()
    pay(made, named, server={"m0": 600 * TAO, "m1": 400 * TAO})
    assert [stake(made, named, name) for name in ("m0", "m1", "m2")] == [600 * TAO, 400 * TAO, 0]


def test_a_miner_may_choose_where_its_reward_is_staked(chain, named):
    made = chain()
    made.state[storage.AUTO_STAKE_DESTINATION, named("cold-m0"), 1] = named("v0")
    pay(made, named, server={"m0": 5 * TAO})
    assert stake(made, named, "m0") == 0
    assert stake(made, named, "v0", "cold-m0") == pytest.approx(5 * TAO, abs=1)
    assert made.state.events[-1][2:] == ("AutoStakeAdded", (1, named("v0"), named("m0"), named("cold-m0"), 5 * TAO))


@pytest.mark.parametrize(("fate", "burned", "recycled"), [("Burn", 25 * TAO, 0), ("Recycle", 0, 25 * TAO)])
def test_what_owner_keys_mine_is_withheld(chain, named, fate, burned, recycled):
    made = chain(hyperparameters={"RecycleOrBurn": fate})
    out = made.state[storage.SUBNET_ALPHA_OUT, 1]
    pay(made, named, server={"owner": 25 * TAO, "m0": 75 * TAO})
    assert stake(made, named, "owner", "cold-owner") == 0
    assert made.state[storage.MINER_BURNED, 1] == 1 << 30  # a quarter
    assert (made.state[ALPHA_BURNED, 1], made.state[ALPHA_RECYCLED, 1]) == (burned, recycled)
    assert made.state[storage.SUBNET_ALPHA_OUT, 1] == out - recycled


def test_the_owners_cut_is_staked_to_the_owners_hotkey(chain, named):
    made = chain()
    pay(made, named, owner_cut=7 * TAO)
    assert stake(made, named, "owner", "cold-owner") == 7 * TAO


def test_validators_divide_their_pot_by_dividends(chain, named):
    made = chain()
    pay(made, named, server={"m0": 1}, validator={"v0": 1, "v1": 3})
    gained = [stake(made, named, "v0") - 1000 * TAO, stake(made, named, "v1") - 2000 * TAO]
    assert gained == pytest.approx([250 * TAO, 750 * TAO], rel=1e-8)


def test_without_incentive_validators_get_both_pots(chain, named):
    made = chain()
    pay(made, named, validator={"v0": 1})
    assert stake(made, named, "v0") == pytest.approx(3000 * TAO, rel=1e-8)


def test_take_goes_to_the_hotkeys_owner_and_the_rest_to_all_who_stake_with_it(chain, named):
    made = chain()
    shares.give(made.state, named("v0"), named("fan"), netuid=1, alpha=1000 * TAO)
    pay(made, named, server={"m0": 1}, validator={"v0": 1})
    take = 1000 * TAO * 11796 / 65535
    rest = 1000 * TAO - take
    owner, fan = stake(made, named, "v0"), stake(made, named, "v0", "fan")
    assert owner + fan == pytest.approx(3000 * TAO, rel=1e-9)
    # the take is staked first, so it already shares in what is divided afterwards
    assert fan == pytest.approx(1000 * TAO + rest * 1000 * TAO / (2000 * TAO + take), rel=1e-9)
    recorded = made.state[storage.ALPHA_DIVIDENDS_PER_SUBNET, 1, named("v0")]
    assert recorded == pytest.approx(rest, rel=1e-8)
    assert made.state[storage.TOTAL_HOTKEY_ALPHA_LAST_EPOCH, named("v0"), 1] == owner + fan + 1


def test_root_dividends_wait_to_be_claimed_by_root_stake(chain, named):
    made = chain(root_stake=10**6 * TAO)
    pay(made, named, server={"m0": 1}, validator={"v0": 1}, pots=(0, 0, 100 * TAO))
    rates = dict(made.state[storage.ROOT_CLAIMABLE, named("v0")])
    left = 100 * TAO * (1 - 11796 / 65535)
    assert rates[1] * 10**6 * TAO / 2**32 == pytest.approx(left, rel=1e-3)
    assert made.state[storage.ROOT_ALPHA_DIVIDENDS_PER_SUBNET, 1, named("v0")] == pytest.approx(left, rel=1e-8)


def test_records_of_the_last_epoch_make_room_for_this_ones(chain, named):
    made = chain()
    pay(made, named, server={"m0": 1}, validator={"v0": 1})
    pay(made, named, server={"m0": 1}, validator={"v1": 1})
    assert [keys for keys, _ in made.state.items(storage.ALPHA_DIVIDENDS_PER_SUBNET, 1)] == [(1, named("v1"))]
