"""Nothing comes from nothing: TAO and alpha of a busy subnet, counted again and again."""

import random
from contextlib import suppress

import pytest

from taokit.devnet.runtime import DispatchError, balances
from taokit.devnet.runtime.rows import array
from taokit.devnet.runtime.subtensor import shares, storage, subnets
from taokit.devnet.runtime.swap import ALPHA_BURNED, ALPHA_RECYCLED, TOTAL_ALPHA_ISSUANCE
from taokit.devnet.runtime.system import ACCOUNT_INFO

TAO = 10**9
BLOCKS, TEMPO = 2000, 20
POTS = (
    storage.PENDING_SERVER_EMISSION,
    storage.PENDING_VALIDATOR_EMISSION,
    storage.PENDING_ROOT_ALPHA_DIVS,
    storage.PENDING_OWNER_CUT,
)


def tao_is_conserved(state, dust):
    """Every rao is on some account, and each subnet's account backs its reserve; dust of transfers was lost."""
    held = sum(info[4][0] for _, info in state.items(ACCOUNT_INFO))
    assert held == state[balances.ISSUANCE] == state[storage.TOTAL_ISSUANCE] - dust
    for netuid in subnets.all_netuids(state):
        assert balances.free(state, subnets.account_of(netuid)) >= state[storage.SUBNET_TAO, netuid]


def alpha_is_conserved(state, netuid=1):
    """Alpha outside the pool is staked, waits in a pot, belongs to the chain or was burned, but for the cut rao."""
    staked = sum(alpha for keys, alpha in state.items(storage.TOTAL_HOTKEY_ALPHA) if keys[1] == netuid)
    known = staked + sum(state[pot, netuid] for pot in POTS) + state[ALPHA_BURNED, netuid]
    known += state[storage.SUBNET_PROTOCOL_ALPHA, netuid]
    lost = state[storage.SUBNET_ALPHA_OUT, netuid] - known
    # A block's division cuts at most 3 rao; an epoch's shares have 32 bits, so each of its payouts lacks up to
    # pot / 2**32. And where root's part is recycled, miners get half of server and validator pots together, which is
    # less than the server pot by half of what was recycled.
    assert 0 <= lost <= 3 * state.number + state.number // TEMPO * 24 * 20 + state[ALPHA_RECYCLED, netuid] // 2
    existing = state[storage.SUBNET_ALPHA_IN, netuid] + state[storage.SUBNET_ALPHA_OUT, netuid]
    assert existing <= state[TOTAL_ALPHA_ISSUANCE, netuid]


def positions_fit(state):
    """What coldkeys hold under a hotkey is at most what the hotkey holds."""
    held = {}
    for hotkey, coldkey, netuid in state.keys(storage.ALPHA_V2):
        held[hotkey, netuid] = held.get((hotkey, netuid), 0) + shares.stake_of(state, hotkey, coldkey, netuid)
    for keys, rao in held.items():
        assert rao <= state[storage.TOTAL_HOTKEY_ALPHA, *keys]


def act(made, draw, people):
    """Something that somebody does, allowed or not."""
    who, hotkey = draw.choice(people), draw.choice(people)
    staked = people[:3]  # a hotkey with root stake only would have the chain lose its share of the alpha pot
    rao = draw.choice([1, 500, 2 * 10**6, TAO, 40 * TAO, draw.randrange(10**12)])
    netuid = draw.choice([0, 1, 1, 1]) if hotkey in staked else 1
    held = shares.stake_of(made.state, hotkey, who, netuid)
    what = draw.choice(("transfer", "all", "register", "stake", "unstake", "unstake", "weigh", "shift", "shift", "own"))
    if what == "transfer":
        made.call(who, "Balances.transfer_allow_death", dest=("Id", hotkey), value=rao)
    elif what == "all":
        made.call(who, "Balances.transfer_all", dest=("Id", hotkey), keep_alive=True)
    elif what == "register":
        made.call(who, "SubtensorModule.burned_register", netuid=1, hotkey=draw.randbytes(32))
    elif what == "stake":
        made.call(who, "SubtensorModule.add_stake", hotkey=hotkey, netuid=netuid, amount_staked=rao)
    elif what == "unstake":
        part = draw.choice([held, held // 2, rao])
        made.call(who, "SubtensorModule.remove_stake", hotkey=hotkey, netuid=netuid, amount_unstaked=part)
    elif what == "shift":
        shift(made, draw, who, hotkey, staked)
    elif what == "own":
        own(made, draw, who, hotkey)
    else:
        uids = sorted(draw.sample(range(made.state[storage.SUBNETWORK_N, 1]), 4))
        row = {"dests": array(uids, "u16"), "weights": array([draw.randrange(65536) for _ in uids], "u16")}
        made.call(who, "SubtensorModule.set_weights", netuid=1, version_key=0, **row)


def shift(made, draw, who, hotkey, staked):
    """Stake goes somewhere else, or is given up."""
    other, netuids = draw.choice(staked), (draw.choice([0, 1]), draw.choice([0, 1]))
    part = {"alpha_amount": draw.choice([draw.randrange(10**12), 10**15])}
    part |= dict(zip(("origin_netuid", "destination_netuid"), netuids, strict=True))
    what = draw.choice(("move", "swap", "limit", "give", "everything", "to_root", "burn", "recycle", "claim", "claims"))
    if what == "move":
        made.call(who, "SubtensorModule.move_stake", origin_hotkey=hotkey, destination_hotkey=other, **part)
    elif what == "swap":
        made.call(who, "SubtensorModule.swap_stake", hotkey=other, **part)
    elif what == "limit":
        limit = {"limit_price": draw.randrange(2 * TAO), "allow_partial": draw.random() < 0.5}
        made.call(who, "SubtensorModule.swap_stake_limit", hotkey=other, **part, **limit)
    elif what == "give":
        made.call(who, "SubtensorModule.transfer_stake", hotkey=other, destination_coldkey=hotkey, **part)
    elif what == "everything" and draw.random() < 0.2:
        made.call(who, "SubtensorModule.unstake_all", hotkey=other)
    elif what == "to_root" and draw.random() < 0.2:
        made.call(who, "SubtensorModule.unstake_all_alpha", hotkey=other)
    elif what in ("burn", "recycle"):
        made.call(who, f"SubtensorModule.{what}_alpha", hotkey=other, amount=draw.randrange(10**10), netuid=1)
    elif what == "claim":
        made.call(who, "SubtensorModule.claim_root", subnets=array([1], "u16"))
    else:
        kind = draw.choice(["Swap", "Keep", ("KeepSubnets", array([1], "u16"))])
        made.call(who, "SubtensorModule.set_root_claim_type", new_root_claim_type=kind)


def own(made, draw, who, hotkey):
    """Something that owners do with their keys."""
    what, owner = draw.choice(("children", "take", "swap", "swap one")), made.state[storage.OWNER, hotkey]
    if what == "children":
        links = ((draw.randrange(2**64), who),)
        made.call(owner, "SubtensorModule.set_children", hotkey=hotkey, netuid=1, children=links)
    elif what == "take":
        made.call(owner, "SubtensorModule.decrease_take", hotkey=hotkey, take=draw.randrange(11796))
    elif draw.random() < 0.1:
        netuid = 1 if what == "swap one" else None
        made.call(owner, "SubtensorModule.swap_hotkey", hotkey=hotkey, new_hotkey=draw.randbytes(32), netuid=netuid)


@pytest.mark.parametrize("seed", [1, 2])
def test_a_busy_subnet_neither_makes_nor_loses_money(chain, named, seed):
    people = [*(named(f"v{i}") for i in range(3)), *(named(f"m{i}") for i in range(4)), named("owner"), named("rich")]
    settings = {"MaxAllowedUids": 12, "ImmunityPeriod": 40, "MinNonImmuneUids": 2, "MinBurn": 10**6, "BurnHalfLife": 9}
    made = chain(
        validators=3,
        miners=4,
        tempo=TEMPO,
        root_stake=50 * TAO,
        hyperparameters=settings,
        balances=dict.fromkeys(people, 10000 * TAO),
    )
    draw, done, dust = random.Random(seed), 0, 0
    for block in range(BLOCKS):
        made.mine()
        for _ in range(draw.randrange(3)):
            try:
                act(made, draw, people)
                done += 1
            except DispatchError:
                pass
        accounts = [subnets.account_of(netuid) for netuid in (0, 1)]
        dust += sum(rao for account, rao in made.events("DustLost") if account not in accounts)
        if block % 50 == 0:
            tao_is_conserved(made.state, dust)
            alpha_is_conserved(made.state)
            positions_fit(made.state)
    tao_is_conserved(made.state, dust)
    alpha_is_conserved(made.state)
    assert done > BLOCKS / 4
    assert made.state[storage.SUBNET_EPOCH_INDEX, 1] == BLOCKS // TEMPO
    assert max(made.state[storage.BLOCK_AT_REGISTRATION, 1, uid] for uid in range(12)) > BLOCKS - 300


def test_a_busy_chain_repeats_itself_from_any_mark(chain, named):
    people = [*(named(f"v{i}") for i in range(3)), *(named(f"m{i}") for i in range(4)), named("owner"), named("rich")]
    money = dict.fromkeys(people, 10000 * TAO)
    made = chain(validators=3, miners=4, tempo=TEMPO, root_stake=50 * TAO, balances=money)

    def busy(seed):
        draw = random.Random(seed)
        for _ in range(150):
            made.mine()
            for _ in range(3):
                with suppress(DispatchError):
                    act(made, draw, people)
        return sorted(map(repr, made.state.stored())), list(map(repr, made.state.events))

    busy(1)
    mark = made.state.mark()
    first, other = busy(2), busy(3)
    made.state.rewind(mark)
    assert busy(2) == first != other
