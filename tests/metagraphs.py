"""Small metagraphs to work on."""

import numpy as np

from taokit.metagraph import Endpoint, Hyperparameters, Metagraph


def metagraph(**changes):
    """A subnet of an owner, two validators and two miners, with weights and bonds."""
    made = {
        "netuid": 7,
        "block": 5000,
        "block_hash": bytes(range(32)),
        "name": "seven",
        "owner_hotkey": "owner",
        "owner_coldkey": "cold",
        "last_step": 4900,
        "blocks_since_last_step": 100,
        "parameters": parameters(),
        "hotkeys": ("owner", "v1", "v2", "m1", "m2"),
        "coldkeys": ("cold", "c1", "c2", "c3", "c4"),
        "endpoints": (Endpoint("0.0.0.0", 0), *(Endpoint("10.0.0.1", 8000 + k) for k in range(4))),
        "active": np.array([True] * 5),
        "validator_permit": np.array([True, True, True, False, False]),
        "last_update": u64(0, 4899, 4899, 10, 10),
        "block_at_registration": u64(0, 1, 1, 10, 10),
        "alpha_stake": u64(0, 2**64 - 1, 10**12, 0, 0),
        "tao_stake": u64(0, 5, 0, 0, 0),
        "stake": u64(0, 2**64 - 1, 10**12, 0, 0),
        "incentive": u16(0, 0, 0, 43690, 21845),
        "consensus": u16(0, 0, 0, 43690, 21845),
        "dividends": u16(0, 43690, 21845, 0, 0),
        "validator_trust": u16(0, 65535, 65535, 0, 0),
        "emission": u64(0, 300, 200, 300, 200),
        "weights": {1: rows((3, 65535), (4, 32768)), 2: rows((4, 0), (3, 65535))},
        "bonds": {1: rows((3, 6553), (4, 3276))},
    }
    return Metagraph(**{**made, **changes})


def parameters(**changes):
    made = {
        "tempo": 360,
        "immunity_period": 5000,
        "min_allowed_weights": 1,
        "max_weights_limit": 65535,
        "weights_version": 0,
        "weights_rate_limit": 100,
        "activity_cutoff": 5000,
        "max_validators": 64,
        "max_uids": 256,
        "kappa": 32767,
        "serving_rate_limit": 50,
        "commit_reveal": True,
        "reveal_period": 1,
        "liquid_alpha": False,
        "burn": 10**9,
        "registration_allowed": True,
    }
    return Hyperparameters(**{**made, **changes})


def u64(*values):
    return np.array(values, dtype=np.uint64)


def u16(*values):
    return np.array(values, dtype=np.uint16)


def rows(*pairs):
    return np.array(pairs, dtype=np.uint16)
