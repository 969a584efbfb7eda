"""Neurons, stake and money, put where a test wants them: past every price, limit and check, and without a block."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from taokit.devnet.runtime import balances
from taokit.devnet.runtime.genesis import COMMIT_REVEAL, QUICK, Subnet, make_subnet
from taokit.devnet.runtime.state import Reading, State
from taokit.devnet.runtime.subtensor import neurons, pool, shares, storage, subnets
from taokit.devnet.runtime.swap import TOTAL_ALPHA_ISSUANCE
from taokit.errors import ConfigurationError, NoSuchSubnet


def ensure_subnet(state: Reading, netuid: int) -> None:
    """Raise `NoSuchSubnet` unless there is one."""
    if not state[storage.NETWORKS_ADDED, netuid]:
        raise NoSuchSubnet(f"there is no subnet {netuid} on this chain")


def runs_epochs(state: Reading, netuid: int) -> None:
    """Raise `ConfigurationError` for a subnet that never runs any, such as root."""
    if not (netuid and state[storage.TEMPO, netuid] and state[storage.NETWORKS_ADDED, netuid]):
        raise ConfigurationError(f"subnet {netuid} runs no epochs: there is none, it is root, or its tempo is 0")
    if not state[storage.MAX_EPOCHS_PER_BLOCK]:
        raise ConfigurationError("no subnet runs epochs: MaxEpochsPerBlock is 0", hint="set it to 1 or more")


def add_subnet(state: State, netuid: int, *, owner: bytes) -> None:
    """A running subnet with the settings of the preset `subnet`, nobody on it; `owner`, for both keys, has no uid.

    Raises `ConfigurationError` for one that is there.
    """
    if state[storage.NETWORKS_ADDED, netuid]:
        raise ConfigurationError(f"subnet {netuid} is there already", hint="use it, or name another number")
    settings = {**QUICK, "CommitRevealWeightsEnabled": COMMIT_REVEAL["subnet"]}
    make_subnet(state, netuid, Subnet(owner, owner, hyperparameters=settings, seated=False))


def register_all(state: State, netuid: int, hotkeys: Iterable[bytes], *, coldkey: bytes | None = None) -> list[int]:
    """The uid of each hotkey, new at the end of the subnet where it had none.

    A hotkey that nobody owns becomes `coldkey`'s (None: its own). Raises `ConfigurationError` where they do not fit in.
    """
    ensure_subnet(state, netuid)
    wanted = list(dict.fromkeys(hotkeys))
    new = [hotkey for hotkey in wanted if neurons.uid_of(state, netuid, hotkey) is None]
    room = state[storage.MAX_ALLOWED_UIDS, netuid] - state[storage.SUBNETWORK_N, netuid]
    if len(new) > room:
        said = f"subnet {netuid} has room for {room} more neurons, not for {len(new)}"
        raise ConfigurationError(said, hint="raise MaxAllowedUids with set_hyperparameter, or deregister some")
    for hotkey in new:
        subnets.adopt(state, hotkey, coldkey or hotkey)
        neurons.append(state, netuid, hotkey)
    return [state[storage.UIDS, netuid, hotkey] for hotkey in wanted]


def set_stake(state: State, netuid: int, hotkey: bytes, *, coldkey: bytes, rao: int) -> int:
    """What a coldkey holds under a hotkey afterwards: `rao` of alpha (of TAO on root), made from nothing or burned.

    Shares round: the answer may be a rao less.
    """
    ensure_subnet(state, netuid)
    subnets.adopt(state, hotkey, coldkey)
    held = shares.stake_of(state, hotkey, coldkey, netuid)
    move = shares.give if rao >= held else shares.take
    before = state[storage.TOTAL_HOTKEY_ALPHA, hotkey, netuid]
    move(state, hotkey, coldkey, netuid=netuid, alpha=abs(rao - held))
    _count(state, netuid, state[storage.TOTAL_HOTKEY_ALPHA, hotkey, netuid] - before)
    return shares.stake_of(state, hotkey, coldkey, netuid)


def _count(state: State, netuid: int, change: int) -> None:
    """Keep the sums true: alpha outside of the pool, and where a subnet has none, the TAO that it stands for."""
    if pool.dynamic(state, netuid):
        for item in (storage.SUBNET_ALPHA_OUT, TOTAL_ALPHA_ISSUANCE):
            state[item, netuid] = max(0, state[item, netuid] + change)
        return
    for item in (storage.SUBNET_ALPHA_OUT, storage.SUBNET_TAO):
        state[item, netuid] = max(0, state[item, netuid] + change)
    state[storage.TOTAL_STAKE] = max(0, state[storage.TOTAL_STAKE] + change)
    state[storage.TOTAL_ISSUANCE] = max(0, state[storage.TOTAL_ISSUANCE] + change)
    account = subnets.account_of(netuid)
    if change > 0:
        balances.mint(state, account, change)
    else:
        gone = min(-change, balances.free(state, account))
        balances.debit(state, account, gone, keep_alive=False)
        state[balances.ISSUANCE] = state[balances.ISSUANCE] - gone


def deregister(state: State, netuid: int, uid: int) -> bytes:
    """The newcomer's hotkey, which nobody has the key of: the uid is its own now, as if it had been pruned.

    Raises `ConfigurationError` for a uid that is not there, and for the subnet owner's, which no chain takes away.
    """
    ensure_subnet(state, netuid)
    if uid >= state[storage.SUBNETWORK_N, netuid]:
        raise ConfigurationError(f"subnet {netuid} has no uid {uid}")
    old = state[storage.KEYS, netuid, uid]
    newcomer = blake2b(old + netuid.to_bytes(2, "little") + state.number.to_bytes(8, "little"), digest_size=32).digest()
    subnets.adopt(state, newcomer, newcomer)
    neurons.replace(state, netuid, uid, newcomer)
    if state[storage.KEYS, netuid, uid] != newcomer:
        raise ConfigurationError(f"uid {uid} is the subnet owner's, which is never taken away")
    return newcomer


def commits_wait(state: Reading, netuid: int) -> bool:
    """Whether weights that were committed on the subnet are still to be revealed, by the chain or by who sent them."""
    oldest = state[storage.SUBNET_EPOCH_INDEX, netuid] - state[storage.REVEAL_PERIOD_EPOCHS, netuid]
    for index in neurons.indexes(state, netuid):
        if any(state[storage.TIMELOCKED_WEIGHT_COMMITS, *keys] for keys in _under(state, index)):
            return True
        queues = (commits for _, commits in state.items(storage.WEIGHT_COMMITS, index))
        if any(epoch >= oldest for commits in queues for _, epoch, _, _ in commits or ()):
            return True
    return False


def _under(state: Reading, index: int) -> list[tuple[int, ...]]:
    return state.keys(storage.TIMELOCKED_WEIGHT_COMMITS, index)


__all__ = ["add_subnet", "commits_wait", "deregister", "ensure_subnet", "register_all", "runs_epochs", "set_stake"]
