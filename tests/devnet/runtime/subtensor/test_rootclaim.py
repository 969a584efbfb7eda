import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor import rootclaim, shares, storage, subnets

TAO = 10**9
RATE = 1 << 31
"""Half a rao of alpha for each rao on root."""


@pytest.fixture
def made(chain, named):
    """`cold-v0` and `rich` have 50 TAO each on root under `v0`; 50 alpha can be claimed, no block does it."""
    made = chain(root_stake=50 * TAO, settings={"NumRootClaim": 0})
    made.mine(3)
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("v0"), netuid=0, amount_staked=50 * TAO)
    made.state[storage.ROOT_CLAIMABLE, named("v0")] = ((1, RATE),)
    return made


def held(made, named, coldkey, netuid):
    return shares.stake_of(made.state, named("v0"), named(coldkey), netuid)


def claim(made, named, coldkey, *netuids):
    made.call(named(coldkey), "SubtensorModule.claim_root", subnets=array(netuids, "u16"))


def test_a_claim_is_sold_into_root_stake_without_a_fee(made, named):
    tao, alpha = made.state[storage.SUBNET_TAO, 1], made.state[storage.SUBNET_ALPHA_IN, 1]
    claim(made, named, "rich", 1)
    rao = held(made, named, "rich", 0) - 50 * TAO
    assert rao == made.state[storage.SUBNET_ROOT_SELL_TAO, 1] == tao - made.state[storage.SUBNET_TAO, 1] > 20 * TAO
    assert made.state[storage.SUBNET_ALPHA_IN, 1] == alpha + 25 * TAO
    assert balances.free(made.state, subnets.account_of(0)) == made.state[storage.SUBNET_TAO, 0]
    # the new stake has no part in old dividends
    assert 0 <= rootclaim.owed(made.state, named("v0"), named("rich"), 1) >> 32 <= 1


def test_a_claim_can_be_kept_as_alpha(made, named):
    made.call(named("rich"), "SubtensorModule.set_root_claim_type", new_root_claim_type="Keep")
    claim(made, named, "rich", 1)
    assert held(made, named, "rich", 1) == 25 * TAO
    assert held(made, named, "rich", 0) == 50 * TAO


@pytest.mark.parametrize(("listed", "kept"), [(1, 25 * TAO), (2, 0)])
def test_a_claim_can_be_kept_on_some_subnets(made, named, listed, kept):
    kind = ("KeepSubnets", array([listed], "u16"))
    made.call(named("rich"), "SubtensorModule.set_root_claim_type", new_root_claim_type=kind)
    claim(made, named, "rich", 1)
    assert held(made, named, "rich", 1) == kept


def test_newcomers_have_no_part_in_old_dividends_and_leavers_lose_none(made, named):
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("v0"), netuid=0, amount_staked=50 * TAO)
    assert rootclaim.owed(made.state, named("v0"), named("rich"), 1) >> 32 == 25 * TAO
    claim(made, named, "cold-v0", 1)
    args = {"hotkey": named("v0"), "netuid": 0, "amount_unstaked": 20 * TAO}
    made.call(named("cold-v0"), "SubtensorModule.remove_stake", **args)
    assert rootclaim.owed(made.state, named("v0"), named("cold-v0"), 1) >> 32 <= 0


def test_little_waits(made, named):
    path = "SubtensorModule.sudo_set_root_claim_threshold"
    with pytest.raises(DispatchError, match="InvalidRootClaimThreshold"):
        made.call(None, path, netuid=1, new_value=10_000_001)
    made.call(named("cold-owner"), path, netuid=1, new_value=10_000_000)
    made.state[storage.ROOT_CLAIMABLE, named("v0")] = ((1, (1 << 32) // 10_000),)
    claim(made, named, "rich", 1)
    assert held(made, named, "rich", 0) == 50 * TAO


@pytest.mark.parametrize("netuids", [(), range(1, 7)])
def test_between_one_and_five_subnets_at_once(made, named, netuids):
    with pytest.raises(DispatchError, match="InvalidSubnetNumber"):
        claim(made, named, "rich", *netuids)


def test_blocks_claim_for_everybody_in_time(made, named):
    made.call(None, "SubtensorModule.sudo_set_num_root_claims", new_value=5)
    made.mine(20)
    claimed = made.state[storage.ROOT_CLAIMED, 1, named("v0"), named("rich")]
    assert claimed >= 25 * TAO
    assert held(made, named, "rich", 0) > 50 * TAO
    with pytest.raises(DispatchError, match="InvalidNumRootClaim"):
        made.call(None, "SubtensorModule.sudo_set_num_root_claims", new_value=51)


def test_the_index_of_root_stakers_has_no_holes(made, named):
    def index():
        count = made.state[storage.NUM_STAKING_COLDKEYS]
        found = [made.state[storage.STAKING_COLDKEYS_BY_INDEX, at] for at in range(count)]
        assert [made.state[storage.STAKING_COLDKEYS, coldkey] for coldkey in found] == list(range(count))
        return set(found)

    assert index() == {named(name) for name in ("cold-v0", "cold-v1", "rich")}
    args = {"hotkey": named("v0"), "netuid": 0, "amount_unstaked": 50 * TAO}
    made.call(named("cold-v0"), "SubtensorModule.remove_stake", **args)
    assert index() == {named("cold-v1"), named("rich")}


def test_drawn_places_follow_from_the_hash():
    hash = b"".join(number.to_bytes(8, "big") for number in (10, 3, 5, 7))
    # 10 + 10, + 3, + 5, each of 7: 6, 2, 0; the first word comes again after the fourth
    assert rootclaim.drawn(hash, 3, 7) == [0, 2, 6]
    assert rootclaim.drawn(hash, 5, 7) == [0, 2, 3, 6]
    assert rootclaim.drawn(b"\xff" * 32, 5, 1) == [0]
