from chains import ALICE, BOB
from taokit.chain import RuntimeCall, Storage, StorageMap, reads, run
from taokit.units import Rao

SUBNETS = "SubtensorModule"
TOLD = {
    "delegate_ss58": BOB.ss58,
    "take": 11796,
    "nominators": [(ALICE.ss58, [(0, 5), (3, 7)])],
    "owner_ss58": ALICE.ss58,
    "registrations": [0, 3],
    "validator_permits": [3],
    "return_per_1000": 9,
    "total_daily_return": 90,
}


def test_a_delegate_and_who_stakes_to_it():
    api = "DelegateInfoRuntimeApi"
    answers = {
        RuntimeCall(api, "get_delegates"): [TOLD],
        RuntimeCall(api, "get_delegate", (BOB.ss58,)): TOLD,
        RuntimeCall(api, "get_delegate", (ALICE.ss58,)): None,
        RuntimeCall(api, "get_delegated", (ALICE.ss58,)): [(TOLD, (3, 7))],
    }
    (found,) = run(reads.delegates(), answers.__getitem__)
    assert found == run(reads.delegate(BOB.ss58), answers.__getitem__)
    assert found.nominators == {ALICE.ss58: {0: Rao(5), 3: Rao(7, 3)}}
    assert (found.take, found.permits, found.return_per_1000) == (11796, (3,), Rao(9))
    assert run(reads.delegate(ALICE.ss58), answers.__getitem__) is None
    assert run(reads.delegated(ALICE.ss58), answers.__getitem__) == ((found, Rao(7, 3)),)


def test_takes():
    answers = {
        StorageMap(SUBNETS, "Delegates"): [(BOB.ss58, 5)],
        Storage(SUBNETS, "MinDelegateTake"): 0,
        Storage(SUBNETS, "MaxDelegateTake"): 11796,
    }
    assert run(reads.takes(), answers.__getitem__) == {BOB.ss58: 5}
    assert run(reads.take_bounds(), answers.__getitem__) == (0, 11796)


def test_a_claim_is_the_rate_times_the_stake_less_what_was_claimed():
    half, claimed = {"bits": 1 << 31}, {1: 0, 2: 500, 3: 400}
    stake = RuntimeCall("StakeInfoRuntimeApi", "get_stake_info_for_hotkey_coldkey_netuid", (BOB.ss58, ALICE.ss58, 0))
    answers = {
        stake: {"stake": 1000},
        Storage(SUBNETS, "RootClaimable", (BOB.ss58,)): [(1, half), (2, half), (3, {"bits": 1 << 32})],
        **{Storage(SUBNETS, "RootClaimed", (netuid, BOB.ss58, ALICE.ss58)): done for netuid, done in claimed.items()},
    }
    expected = {1: Rao(500, 1), 3: Rao(600, 3)}
    assert run(reads.root_claims(BOB.ss58, ALICE.ss58), answers.__getitem__) == expected
    answers[Storage(SUBNETS, "RootClaimable", (BOB.ss58,))] = {1: half, 2: half, 3: {"bits": 1 << 32}}
    assert run(reads.root_claims(BOB.ss58, ALICE.ss58), answers.__getitem__) == expected
    answers[stake] = None
    assert run(reads.root_claims(BOB.ss58, ALICE.ss58), answers.__getitem__) == {}
