"""Small metagraphs for tests."""

import numpy as np

from taokit.metagraph import Endpoint, Hyperparameters, Metagraph

PARAMETERS = Hyperparameters(
    tempo=360, immunity_period=5000, min_allowed_weights=1, max_weights_limit=65535, weights_version=0,
    weights_rate_limit=0, activity_cutoff=5000, max_validators=64, max_uids=256, kappa=32767, serving_rate_limit=0,
    commit_reveal=True, reveal_period=1, liquid_alpha=False, burn=10**9, registration_allowed=True,
)  # fmt: skip


def graph(*hotkeys, registered=None, stake=None, weights=None, permits=None, **columns):
    """A metagraph with these hotkeys; the first one is the owner's."""
    n = len(hotkeys)
    zeros = np.zeros(n, dtype=np.uint64)
    blocks = np.array([(registered or {}).get(uid, 0) for uid in range(n)], dtype=np.uint64)
    shares = {name: np.zeros(n, dtype=np.uint16) for name in ("incentive", "consensus", "dividends", "validator_trust")}
    return Metagraph(
        netuid=1, block=1000, block_hash=bytes(32), name="test", owner_hotkey=hotkeys[0], owner_coldkey="owner",
        last_step=0, blocks_since_last_step=0, parameters=PARAMETERS, hotkeys=hotkeys, coldkeys=("cold",) * n,
        endpoints=(Endpoint("127.0.0.1", 8091),) * n, active=np.ones(n, dtype=bool),
        validator_permit=np.array(permits if permits is not None else [True] * n),
        last_update=zeros.copy(), block_at_registration=blocks, alpha_stake=zeros.copy(), tao_stake=zeros.copy(),
        stake=np.array(stake if stake is not None else [0] * n, dtype=np.uint64), emission=zeros.copy(),
        weights=weights or {}, **{**shares, **columns},
    )  # fmt: skip
