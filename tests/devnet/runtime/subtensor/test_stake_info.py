import pytest

from taokit.devnet.runtime import api
from taokit.devnet.runtime.subtensor import pool, storage, subnets
from taokit.devnet.runtime.table import NOTHING

TAO = 10**9


@pytest.fixture
def made(chain):
    made = chain(root_stake=50 * TAO)
    made.mine(3)
    return made


def ask(made, name, **args):
    found = {"Stake": "StakeInfo", "Subnet": "SubnetInfo", "Delegate": "DelegateInfo", "Swap": "Swap"}
    group, _, method = name.partition(".")
    return api(made.state, f"{found[group]}RuntimeApi", method, args)


def test_positions_of_a_coldkey(made, named):
    found = ask(made, "Stake.get_stake_info_for_coldkey", coldkey_account=named("cold-v0"))
    assert [position[2:4] for position in found] == [(0, 50 * TAO), (1, 1000 * TAO)]
    several = ask(made, "Stake.get_stake_info_for_coldkeys", coldkey_accounts=(named("cold-v0"), named("x")))
    assert several == ((named("cold-v0"), found), (named("x"), ()))
    key = {"hotkey_account": named("v0"), "coldkey_account": named("cold-v0"), "netuid": 1}
    assert ask(made, "Stake.get_stake_info_for_hotkey_coldkey_netuid", **key) == found[1]
    assert found[1][-1] is True  # registered


@pytest.mark.parametrize(("netuids", "wanted"), [(None, [0, 1]), ((1, 1, 9), []), ((1, 9), [1]), ((), [])])
def test_what_can_be_taken_out(made, named, netuids, wanted):
    args = {"coldkey_accounts": (named("cold-v0"),), "netuids": netuids}
    ((coldkey, found),) = ask(made, "Stake.get_stake_availability_for_coldkeys", **args)
    assert coldkey == named("cold-v0")
    assert [netuid for netuid, _ in found] == ([1] if netuids == (1, 1, 9) else wanted)
    assert all(locked == 0 and total == free for _, (total, locked, free) in found)


def test_a_simulated_swap_is_what_then_happens(made, named):
    price = pool.price_rao(made.state, 1)
    told = ask(made, "Swap.sim_swap_tao_for_alpha", netuid=1, tao=10 * TAO)
    args = {"hotkey": named("v0"), "netuid": 1, "amount_staked": 10 * TAO}
    made.call(named("rich"), "SubtensorModule.add_stake", **args)
    ((_, _, paid, bought, _, fee),) = made.events("StakeAdded")
    assert told[:3] == (paid - fee, bought, fee)
    assert told[-1] == pytest.approx(10 * TAO * TAO // price - bought, abs=20)
    told = ask(made, "Swap.sim_swap_alpha_for_tao", netuid=1, alpha=bought)
    made.call(named("rich"), "SubtensorModule.unstake_all", hotkey=named("v0"))
    ((_, _, fetched, sold, _, fee),) = made.events("StakeRemoved")
    assert told[:4] == (fetched, sold, 0, fee)
    assert ask(made, "Swap.sim_swap_tao_for_alpha", netuid=1, tao=10**18) == (0,) * 6
    assert dict(ask(made, "Swap.current_alpha_price_all"))[1] == pool.price_rao(made.state, 1)


def test_a_fee_is_that_of_the_destination(made, named):
    args = {"origin_coldkey_account": bytes(32), "destination_coldkey_account": bytes(32), "amount": TAO}
    fee = ask(made, "Stake.get_stake_fee", origin=None, destination=(named("v0"), 1), **args)
    assert fee == TAO * 33 // 65535
    assert ask(made, "Stake.get_stake_fee", origin=(named("v0"), 1), destination=(named("v0"), 1), **args) == 0


def test_delegates_with_their_nominators(made, named):
    assert ask(made, "Delegate.get_delegates") == ()
    made.call(named("cold-v0"), "SubtensorModule.decrease_take", hotkey=named("v0"), take=5000)
    made.call(named("rich"), "SubtensorModule.add_stake", hotkey=named("v0"), netuid=0, amount_staked=3 * TAO)
    (found,) = ask(made, "Delegate.get_delegates")
    assert ask(made, "Delegate.get_delegate", delegate_account=named("v0")) == found
    assert found[:2] == (named("v0"), 5000)
    assert dict(found[2]) == {named("cold-v0"): ((0, 50 * TAO), (1, 1000 * TAO)), named("rich"): ((0, 3 * TAO),)}
    assert (found[3], found[4]) == (named("cold-v0"), (1,))
    ((delegate, place),) = ask(made, "Delegate.get_delegated", delegatee_account=named("rich"))
    assert (delegate[0], delegate[2], place) == (named("v0"), (), (0, 3 * TAO))
    assert ask(made, "Delegate.get_delegate", delegate_account=named("m0")) is None


def test_the_selective_metagraph_has_what_was_asked_for(made, named):
    whole = ask(made, "Subnet.get_metagraph", netuid=1)
    found = ask(made, "Subnet.get_selective_metagraph", netuid=1, metagraph_indexes=(3, 8, 52, 72, 999))
    assert [at for at, value in enumerate(found) if value is not None] == [0, 3, 8, 52, 72]
    assert found[3] is NOTHING
    assert (found[8], found[52], found[72]) == (whole[8], whole[52], ())
    made.mine(360)
    found = ask(made, "Subnet.get_selective_metagraph", netuid=1, metagraph_indexes=(72,))
    assert found[72] == (0, 1, 2)  # the least stake first, which is the owner's cut
    info = ("Commitments.set_commitment", {"netuid": 1, "info": ((("Raw2", b"hi"), "ResetBondsFlag"),)})
    made.call(named("v0"), info[0], **info[1])
    found = ask(made, "Subnet.get_selective_metagraph", netuid=1, metagraph_indexes=(73,))
    block = made.state.number.to_bytes(4, "little")
    assert found[73] == ((named("v0"), tuple(bytes(8) + block + b"\x08\x03hi\x87")),)


def test_mechanisms_have_metagraphs_of_their_own(made):
    made.state[storage.MECHANISM_COUNT_CURRENT, 1] = 2
    assert ask(made, "Subnet.get_mechagraph", netuid=1, mecid=1)[0] == 4097
    assert ask(made, "Subnet.get_mechagraph", netuid=1, mecid=2) is None
    assert [found[0] for found in ask(made, "Subnet.get_all_mechagraphs")] == [0, 1, 4097]


def test_subnets_in_short(made, named):
    (_, info) = ask(made, "Subnet.get_subnets_info_v2")
    assert (info[0], info[-2], info[-1]) == (1, named("cold-owner"), None)
    assert ask(made, "Subnet.get_subnet_info", netuid=1) == info[:-1]
    assert [found[0] for found in ask(made, "Subnet.get_all_dynamic_info")] == [0, 1]
    state = ask(made, "Subnet.get_subnet_state", netuid=1)
    assert (state[0], state[1][1], len(state[-1])) == (1, named("v0"), 2)
    assert ask(made, "Subnet.get_subnet_account_id", netuid=1) == subnets.account_of(1)
    assert ask(made, "Subnet.get_block_emission") == TAO
