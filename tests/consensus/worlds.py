"""Subnets to run epochs of: recorded ones with what happens to them, and drawn ones."""

import json
import random
from pathlib import Path

import numpy as np

from taokit.consensus import Hyperparameters, Stored

YUMA = Path(__file__).parents[1] / "vectors" / "yuma"


def recorded(kind):
    found = [json.loads(path.read_text()) for path in sorted(YUMA.glob("*.json"))]
    return [vector for vector in found if vector["kind"] == kind]


def rows_of(lists):
    return {uid: row_of(row) for uid, row in enumerate(lists or []) if row}


def row_of(row):
    return np.array(row, dtype=np.uint16).reshape(-1, 2)


class World:
    """A recorded subnet between its epochs."""

    def __init__(self, params, state):
        self.params = {"commit_reveal": False} | params
        self.block = state["block"]
        self.last_update = list(state["last_update"])
        self.registered = list(state["block_at_registration"])
        self.alpha = [int(amount) for amount in state["alpha_stake"]]
        self.tao = [int(amount) for amount in state["tao_stake"]]
        self.permit = list(state["validator_permit"])
        self.weights = rows_of(state["weights"])
        self.bonds = rows_of(state["bonds"])
        self.owner_uid = state["owner_uid"]
        self.last_step_block = state["last_step_block"]
        self.commits = {uid: block for uid, block in enumerate(state["commit_block"] or []) if block is not None}

    def apply(self, op, **values):
        getattr(self, op)(**values)

    def set_weights(self, uid, row, block):
        self.weights[uid] = row_of(row)
        self.last_update[uid] = block

    def register(self, uid, block, alpha, tao):
        self.set_stake(uid, alpha, tao)
        self.last_update[uid] = self.registered[uid] = block
        self.permit[uid] = False
        for rows in (self.weights, self.bonds, self.commits):
            rows.pop(uid, None)
        for row in self.weights.values():
            row[row[:, 0] == uid, 1] = 0

    def append(self, block, alpha, tao):
        self.last_update.append(block)
        self.registered.append(block)
        self.alpha.append(int(alpha))
        self.tao.append(int(tao))
        self.permit.append(False)

    def set_stake(self, uid, alpha, tao):
        self.alpha[uid], self.tao[uid] = int(alpha), int(tao)

    def set_param(self, name, value):
        self.params[name] = value

    def commit(self, uid, block, touch=True):
        self.commits.pop(uid, None)
        if block is not None:
            self.commits[uid] = block
        if touch:
            self.last_update[uid] = block

    def reset_bonds(self, uid):
        self.bonds = {other: row[row[:, 0] != uid] for other, row in self.bonds.items()}

    def set_owner(self, uid):
        self.owner_uid = uid

    def stored(self, emission):
        return Stored(
            block=self.block,
            emission=int(emission),
            last_update=self.last_update,
            block_at_registration=self.registered,
            alpha_stake=self.alpha,
            tao_stake=self.tao,
            validator_permit=self.permit,
            weights=self.weights,
            bonds=self.bonds,
            commit_block=self.commits,
            owner_uid=self.owner_uid,
            last_step_block=self.last_step_block,
            parameters=Hyperparameters(**self.params),
        )

    def carry_on(self, outcome, step):
        self.bonds, self.permit = dict(outcome.bonds), outcome.validator_permit.tolist()
        if step.get("records_step", True):
            self.last_step_block = self.block


def steps(vector):
    """Each recorded step with the world before its epoch; the caller carries the world on."""
    world = World(vector["params"], vector["state"])
    for step in vector["epochs"]:
        for op in step["ops"]:
            world.apply(**op)
        world.block = step["block"]
        yield world, step


def drawn(seed, **parameters):
    """A small subnet in which everything odd is likely: ties, outsiders with bonds, unordered rows, stored zeros."""
    draw = random.Random(seed)
    n = draw.randint(1, 9)
    near = [1000 + draw.randint(-1, 1) for _ in range(3)]
    settings = {
        "yuma3": draw.random() < 0.7,
        "liquid_alpha": draw.random() < 0.7,
        "alpha_low": draw.choice([0, 1638, 45875, 65535]),
        "alpha_high": draw.choice([1638, 58982, 65535]),
        "alpha_sigmoid_steepness": draw.choice([-32768, -100, 0, 1, 1000, 32767]),
        "bonds_moving_average": draw.choice([0, 900_000, 975_000, 1_000_000]),
        "bonds_penalty": draw.choice([0, 1, 32768, 65534, 65535, 65535]),
        "kappa": draw.choice([0, 13107, 32767, 65535]),
        "max_allowed_validators": draw.choice([1, 3, 64]),
        "activity_cutoff": draw.choice([50, 5000]),
        "commit_reveal": draw.random() < 0.5,
        "stake_threshold": draw.choice([0, 5]),
    }
    return Stored(
        block=1100,
        emission=draw.choice([0, 1, 10**9, 2**64 - 1]),
        last_update=[draw.choice([*near, 1050, 1099]) for _ in range(n)],
        block_at_registration=[draw.choice([*near, 0, 0, 0]) for _ in range(n)],
        alpha_stake=[draw.choice([0, 4, 5, 5, 10**15, draw.randrange(10**14)]) for _ in range(n)],
        tao_stake=[draw.choice([0, 0, draw.randrange(10**14)]) for _ in range(n)],
        validator_permit=[draw.random() < 0.6 for _ in range(n)],
        weights=_rows(draw, n, spare=1),
        bonds=_rows(draw, n, spare=0),
        commit_block={uid: draw.choice(near) for uid in range(n) if draw.random() < 0.3},
        owner_uid=draw.choice([None, None, draw.randrange(n)]),
        last_step_block=draw.choice([0, *near]),
        parameters=Hyperparameters(**settings | parameters),
    )


def _rows(draw, n, *, spare):
    rows = {}
    for uid in range(n):
        uids = draw.sample(range(n + spare), draw.randint(0, n))
        uids = sorted(uids) if draw.random() < 0.5 else uids
        if draw.random() < 0.7:
            rows[uid] = row_of([(other, draw.choice([0, 1, 30000, 65535, draw.randrange(65536)])) for other in uids])
    return rows
