import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.rows import array, pairs
from taokit.devnet.runtime.subtensor import children, stakeweight, storage

TAO = 10**9
WHOLE = 2**64 - 1
SET = "SubtensorModule.set_children"


@pytest.fixture
def made(chain):
    made = chain(tempo=20, root_stake=TAO, settings={"PendingChildKeyCooldown": 30})
    made.mine(5)
    return made


def adopt(made, named, *wanted, by="v0"):
    links = tuple((part, named(child)) for part, child in wanted)
    made.call(named(f"cold-{by}"), SET, hotkey=named(by), netuid=1, children=links)


def linked(made, named, parent, child):
    ups = [entry for entry in made.state[storage.PARENT_KEYS, named(child), 1] if entry[1] == named(parent)]
    downs = [entry for entry in made.state[storage.CHILD_KEYS, named(parent), 1] if entry[1] == named(child)]
    assert [part for part, _ in ups] == [part for part, _ in downs]
    return ups[0][0] if ups else None


def test_children_come_with_an_epoch_after_the_cooldown(made, named):
    adopt(made, named, (WHOLE // 2, "m0"), (WHOLE // 4, "m1"))
    due = made.state[storage.PENDING_CHILD_KEYS, 1, named("v0")][1]
    assert due == 35
    made.mine(34 - 5)
    assert linked(made, named, "v0", "m0") is None
    made.mine(6 + 20)
    assert linked(made, named, "v0", "m0") == WHOLE // 2
    assert linked(made, named, "v0", "m1") == WHOLE // 4
    assert (storage.PENDING_CHILD_KEYS, 1, named("v0")) not in made.state


def test_stake_is_lent_and_none_is_made(made, named):
    before = [stakeweight.alpha_stake(made.state, named(key), 1) for key in ("v0", "v1", "m0", "m1")]
    children.link(made.state, named("v0"), 1, {named("m0"): WHOLE // 2, named("m1"): WHOLE // 4})
    after = [stakeweight.alpha_stake(made.state, named(key), 1) for key in ("v0", "v1", "m0", "m1")]
    assert after == pytest.approx([before[0] / 4, before[1], before[0] / 2, before[0] / 4], rel=1e-8)
    assert 0 <= sum(before) - sum(after) <= 4 * before[0] // 2**32 + 4


def test_other_children_take_the_place_of_these(made, named):
    children.link(made.state, named("v0"), 1, {named("m0"): 5, named("m1"): 6})
    children.link(made.state, named("v0"), 1, {named("m1"): 7, named("m2"): 8})
    assert [linked(made, named, "v0", child) for child in ("m0", "m1", "m2")] == [None, 7, 8]
    children.link(made.state, named("v0"), 1, {})
    assert (storage.CHILD_KEYS, named("v0"), 1) not in made.state
    assert (storage.PARENT_KEYS, named("m1"), 1) not in made.state


def test_before_the_start_children_come_at_once(made, named):
    made.state[storage.SUBTOKEN_ENABLED, 1] = False
    adopt(made, named, (WHOLE, "m0"))
    assert linked(made, named, "v0", "m0") == WHOLE


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        ([(1, "m0"), (2, "m0")], "DuplicateChild"),
        ([(1, "v0")], "InvalidChild"),
        ([(1, f"k{at}") for at in range(6)], "TooManyChildren"),
        ([(WHOLE, "m0"), (1, "m1")], "ProportionOverflow"),
        ([(1, "v1")], "ChildParentInconsistency"),
    ],
)
def test_refusals(made, named, wanted, error):
    children.link(made.state, named("v1"), 1, {named("v0"): 1})
    with pytest.raises(DispatchError, match=error):
        adopt(made, named, *wanted)


def test_little_stake_lends_nothing_and_changes_keep_their_distance(made, named):
    made.state[storage.STAKE_THRESHOLD] = 10**6 * TAO
    with pytest.raises(DispatchError, match="NotEnoughStakeToSetChildkeys"):
        adopt(made, named, (1, "m0"))
    adopt(made, named)
    with pytest.raises(DispatchError, match="TxRateLimitExceeded"):
        adopt(made, named)
    made.mine(150)
    adopt(made, named)


@pytest.mark.parametrize("take", [0, 6553])
def test_dividends_are_divided_by_contribution_and_the_child_keeps_its_take(made, named, take):
    made.state[storage.CHILDKEY_TAKE, named("v1"), 1] = take
    made.state[storage.MAX_CHILDKEY_TAKE] = 65535
    children.link(made.state, named("v0"), 1, {named("v1"): WHOLE})
    parts = children.divide(made.state, 1, {named("v1"): 900 * TAO, named("m0"): 5})
    # 1000 alpha of the parent beside 2000 of its own; a TAO on root each counts 0.18
    share = 900 * TAO * (1000.18 / 3000.36)
    assert parts[named("v0")] == pytest.approx(share * (1 - take / 65535), rel=1e-6)
    assert parts[named("v1")] == pytest.approx(900 * TAO - parts[named("v0")], abs=2)
    assert parts[named("m0")] == 5


def test_within_one_owner_there_is_no_take(made, named):
    made.state[storage.OWNER, named("v1")] = named("cold-v0")
    made.state[storage.CHILDKEY_TAKE, named("v1"), 1] = 10_000
    children.link(made.state, named("v0"), 1, {named("v1"): WHOLE})
    parts = children.divide(made.state, 1, {named("v1"): 900 * TAO})
    assert parts[named("v0")] == pytest.approx(900 * TAO * (1000.18 / 3000.36), rel=1e-6)


def test_a_parent_is_paid_by_the_epoch_of_its_child(made, named):
    children.link(made.state, named("v0"), 1, {named("v1"): WHOLE})
    made.state[storage.WEIGHTS, 1, 2] = pairs([(3, 65535)])
    made.state[storage.LAST_UPDATE, 1] = array([5] * 6, "u64")
    made.mine(60)
    paid = [made.state[storage.ALPHA_DIVIDENDS_PER_SUBNET, 1, named(key)] for key in ("v0", "v1")]
    assert 0 < paid[0] < paid[1]


def test_roots_validators_lend_to_the_owner_of_a_new_subnet(made, named):
    for key in ("v0", "v1"):
        made.call(named(f"cold-{key}"), "SubtensorModule.root_register", hotkey=named(key))
        made.mine()
    path = "SubtensorModule.set_auto_parent_delegation_enabled"
    made.call(named("cold-v1"), path, hotkey=named("v1"), enabled=False)
    made.call(named("rich"), "SubtensorModule.register_network", hotkey=named("fresh"))
    assert made.state[storage.PARENT_KEYS, named("fresh"), 2] == ((WHOLE, named("v0")),)
