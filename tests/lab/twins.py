"""One subnet twice: on the embedded chain and in the laboratory, with the same acts at the same blocks."""

import numpy as np

from taokit.consensus import storage_index
from taokit.consensus.commit import commit_hash
from taokit.devnet.runtime import Genesis, Neuron, Subnet, begin_block, dispatch, end_block, genesis, preset
from taokit.devnet.runtime.subtensor import epoch, neurons, storage, subnets
from taokit.devnet.runtime.table import DecodedCall
from taokit.lab import acts as happens
from taokit.lab import world
from taokit.lab.behaviours import script
from taokit.lab.economy import Minting
from taokit.lab.simulate import simulate

TAO = 10**9
NETUID = 1
SALT = np.array([7], dtype=np.uint16)
SETTERS = {"kappa": "sudo_set_kappa", "bonds_penalty": "sudo_set_bonds_penalty", "tempo": "sudo_set_tempo"}
MECHANISM_SETTERS = {
    "mechanism_count": ("sudo_set_mechanism_count", "mechanism_count"),
    "split": ("sudo_set_mechanism_emission_split", "maybe_split"),
}
COLUMNS = {
    storage.ACTIVE: "active",
    storage.CONSENSUS: "consensus",
    storage.DIVIDENDS: "dividends",
    storage.EMISSION: "emission",
    storage.STAKE_WEIGHT: "stake_weight",
    storage.VALIDATOR_PERMIT: "validator_permit",
    storage.VALIDATOR_TRUST: "validator_trust",
}


def key(name):
    return name.encode().ljust(32, b".")


class Twins:
    """Validators `v0`, `v1` … and miners behind an owner that holds uid 0."""

    def __init__(self, name, *, stakes=(1000, 2000), miners=3, tempo=20, **hyperparameters):
        staked = [Neuron(key(f"v{i}"), key(f"cold-v{i}"), stake * TAO) for i, stake in enumerate(stakes)]
        bare = [Neuron(key(f"m{i}"), key(f"cold-m{i}")) for i in range(miners)]
        settings = {"ActivityCutoffFactorMilli": 50_000, **hyperparameters}
        subnet = Subnet(key("cold-owner"), key("owner"), (*staked, *bare), tempo=tempo, hyperparameters=settings)
        config = Genesis(1_700_000_000_000, sudo=key("sudo"), balances={key("rich"): 10**6 * TAO}, subnet=subnet)
        self.state = genesis(preset(name, config))
        self.committed = {}  # by uid and mechanism, the row that the hash commit of this moment hides
        self.hotkeys = [key("owner"), *(neuron.hotkey for neuron in subnet.neurons)]

    def laboratory(self):
        """The subnet of the chain's first block, for the laboratory."""
        state, n = self.state, len(self.hotkeys)
        return world.Subnet(
            block=0,
            clock=subnets.clock(state, NETUID),
            block_at_registration=(0,) * n,
            alpha_stake=tuple(state[storage.TOTAL_HOTKEY_ALPHA, hotkey, NETUID] for hotkey in self.hotkeys),
            tao_stake=(0,) * n,
            validator_permit=tuple(state[storage.VALIDATOR_PERMIT, NETUID].tolist()),
            emission=(0,) * n,
            mechanisms=(world.Mechanism(last_update=tuple(state[storage.LAST_UPDATE, NETUID].tolist())),),
            owner_uid=0,
            parameters=epoch.hyperparameters(state, NETUID),
            reveal_period=state[storage.REVEAL_PERIOD_EPOCHS, NETUID],
            immunity_period=state[storage.IMMUNITY_PERIOD, NETUID],
            max_uids=state[storage.MAX_ALLOWED_UIDS, NETUID],
        )

    def compare(self, acts, epochs):
        """Runs both and yields (what the chain stores, the laboratory's step) after every epoch."""
        issued = self.state[storage.SUBNET_ALPHA_IN, NETUID]
        steps = simulate(self.laboratory(), [script(acts)], epochs, minting=Minting(alpha_issuance=issued))
        for step in steps:
            while self.state[storage.LAST_MECHANSIM_STEP_BLOCK, NETUID] < step.block:
                self.block(acts)
            assert self.state.number == step.block
            yield self.figures(), self.expected(step), step

    def block(self, acts):
        """Seals the open block with its extrinsics and begins the next."""
        state = self.state
        if state.number:
            for act in acts:
                if act.block == state.number:
                    self.do(act)
            end_block(state)
            state.commit_block()
        number = state.number + 1
        begin_block(state, number, 1_700_000_000_000 + 12_000 * number, bytes(32))

    def do(self, act):
        match act:
            case happens.Weigh() | happens.Reveal():
                self.weigh(act)
            case happens.Register():
                hotkey = key(f"new-{self.state.number}")
                self.call(key("rich"), "SubtensorModule", "burned_register", netuid=NETUID, hotkey=hotkey)
            case happens.Flow():
                self.unstake(act)
            case happens.Change() if act.name in MECHANISM_SETTERS:
                setter, argument = MECHANISM_SETTERS[act.name]
                self.call(None, "AdminUtils", setter, netuid=NETUID, **{argument: act.value})
            case happens.Change():
                self.call(None, "AdminUtils", SETTERS[act.name], netuid=NETUID, **{act.name: act.value})

    def unstake(self, act):
        """Alpha that leaves; what the pool pays for it goes to the coldkey."""
        hotkey = neurons.hotkeys(self.state, NETUID)[act.uid]
        owner = key("cold-" + hotkey.decode().rstrip("."))
        self.call(owner, "SubtensorModule", "remove_stake", hotkey=hotkey, netuid=NETUID, amount_unstaked=-act.alpha)

    def weigh(self, act):
        hotkey = neurons.hotkeys(self.state, NETUID)[act.uid]
        place = (act.uid, act.mechanism)
        where = {"netuid": NETUID, "mecid": act.mechanism}
        if isinstance(act, happens.Reveal):
            uids, values = self.committed[place]
            sent = {**where, "uids": uids, "values": values, "salt": SALT, "version_key": 0}
            self.call(hotkey, "SubtensorModule", "reveal_mechanism_weights", **sent)
            return
        uids, values = act.row[:, 0], act.row[:, 1]
        if not act.hashed:
            sent = {**where, "dests": uids, "weights": values, "version_key": 0}
            self.call(hotkey, "SubtensorModule", "set_mechanism_weights", **sent)
            return
        self.committed[place] = uids, values
        sealed = commit_hash(
            hotkey,
            storage_index(NETUID, act.mechanism),
            uids=uids.tolist(),
            values=values.tolist(),
            salt=SALT.tolist(),
            version_key=0,
        )
        self.call(hotkey, "SubtensorModule", "commit_mechanism_weights", **where, commit_hash=sealed)

    def call(self, origin, pallet, name, **args):
        dispatch(self.state, origin, DecodedCall(pallet, name, args))

    def figures(self):
        """What the chain holds after its epoch."""
        state = self.state
        keys = neurons.hotkeys(state, NETUID)
        columns = {name: state[item, NETUID].tolist() for item, name in COLUMNS.items()}
        stake = [state[storage.TOTAL_HOTKEY_ALPHA, hotkey, NETUID] for hotkey in keys]
        held = [self.mechanism(index, len(keys)) for index in neurons.indexes(state, NETUID)]
        return {**columns, "stake": stake, "mechanisms": held}

    def mechanism(self, index, n):
        """What the chain holds of one mechanism."""
        return {
            "incentive": self.state[storage.INCENTIVE, index].tolist(),
            "last_update": self.state[storage.LAST_UPDATE, index].tolist(),
            "weights": [self.state[storage.WEIGHTS, index, uid].tolist() for uid in range(n)],
            "bonds": [self.state[storage.BONDS, index, uid].tolist() for uid in range(n)],
        }

    def expected(self, step):
        """The same of the laboratory."""
        columns = {name: getattr(step.combined, name).tolist() for name in COLUMNS.values()}
        held = [
            {
                "incentive": turn.outcome.incentive.tolist(),
                "last_update": list(mechanism.last_update),
                "weights": lists(mechanism.weights, step.n),
                "bonds": lists(turn.outcome.bonds, step.n),
            }
            for turn, mechanism in zip(step.turns, step.subnet.mechanisms, strict=True)
        ]
        return {**columns, "stake": list(step.subnet.alpha_stake), "mechanisms": held}


def lists(rows, n):
    return [rows[uid].tolist() if uid in rows else [] for uid in range(n)]
