"""`bt.MockSubtensor` and `bt.MockWallet`: a chain inside this process and keys in memory, for tests."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from taokit.chain import Call
from taokit.compat.balance import Balance
from taokit.compat.chain import Subtensor
from taokit.compat.extrinsics import ExtrinsicResponse
from taokit.compat.settings import Config
from taokit.compat.wallets import Key, Wallet, signer_of
from taokit.compat.warned import warn
from taokit.connect import embedded
from taokit.errors import ConfigurationError, Malformed
from taokit.keys import from_uri
from taokit.protocol import decode_ss58

ENDPOINT = "ws://mock_endpoint.bt"
OWNER = "mock-owner"
SEED = "taokit.compat.mock"


class MockSubtensor(Subtensor):
    """A whole chain inside this process: the rules are the chain's, and only the ways in are short.

    Each has a chain of its own, without a subnet but root, which `create_subnet` and `force_register_neuron` fill. Time
    passes by `do_block_step`, and with each submission; `devnet` can do everything else. It belongs to one thread.
    """

    def __init__(self, *args: Any, network: str = "mock", **ignored: Any) -> None:
        self.devnet = embedded()
        self._take(network or "mock", self.devnet.chain(), here=True)
        self.chain_endpoint = ENDPOINT

    @classmethod
    def reset(cls) -> None:
        """Nothing: no two share a chain."""

    def setup(self) -> None:
        """Nothing: it is ready when it is made."""

    def create_subnet(self, netuid: int) -> None:
        """A running subnet of this number with nobody on it, where weights are set in the open and at any time."""
        self.devnet.add_subnet(netuid, _key(OWNER, SEED).ss58_address)

    def force_register_neuron(
        self,
        netuid: int,
        hotkey_ss58: str = "",
        coldkey_ss58: str = "",
        stake: Balance | float = 0,
        balance: Balance | float = 0,
        *,
        hotkey: str = "",
        coldkey: str = "",
    ) -> int:
        """The uid of a hotkey, new where it had none; its stake is alpha, its balance the coldkey's TAO.

        Whole numbers are rao, fractions TAO. Text that is no address stands for a key that `address_of` tells.
        """
        hot, cold = self.address_of(hotkey_ss58 or hotkey), self.address_of(coldkey_ss58 or coldkey)
        (uid,) = self.devnet.register_all(netuid, [hot], coldkey=cold)
        self.devnet.set_stake(netuid, hot, _rao(stake), coldkey=cold)
        self.force_set_balance(cold, balance)
        return uid

    def force_set_balance(self, ss58_address: str, balance: Balance | float = 0) -> tuple[bool, str | None]:
        """True and no error: the account holds so much TAO from now on."""
        who = self.address_of(ss58_address)
        self.devnet.sudo(Call("Balances", "force_set_balance", {"who": who, "new_free": _rao(balance)}))
        return True, None

    sudo_force_set_balance = force_set_balance

    def address_of(self, name: str) -> str:
        """The address itself, or that of the key that a name stands for."""
        if not name:
            raise ConfigurationError("a neuron needs a hotkey and a coldkey", hint="pass hotkey_ss58 and coldkey_ss58")
        try:
            decode_ss58(name)
        except Malformed:
            warn("mock-names", f"{name!r} is no address: a key stands for it, whose address `address_of` tells")
            return _key(name, SEED).ss58_address
        return name

    def do_block_step(self) -> None:
        """One block more."""
        self.devnet.mine()

    def run_to_block(self, block: int) -> None:
        """Blocks up to this height. Raises `ConfigurationError` for one that is reached already."""
        self.devnet.mine_to(block)

    def wait_for_block(self, block: int | None = None, *, seconds: float = 0) -> bool:
        """Make the blocks up to this height, by default one: nobody else could, and nobody waits."""
        ahead = 1 if block is None else block - self.get_current_block()
        if ahead > 0:
            self.devnet.mine(ahead)
        return True

    def set_weights(self, wallet: Any, netuid: int, *args: Any, **options: Any) -> ExtrinsicResponse:
        """The same as anywhere, but a neuron with stake needs no epoch before it is a validator."""
        self._permit(netuid, signer_of(wallet).ss58)
        return super().set_weights(wallet, netuid, *args, **options)

    def _permit(self, netuid: int, hotkey: str) -> None:
        graph = self.snapshot(netuid)
        uid = graph.uid_of(hotkey)
        if uid is not None and graph.stake[uid]:
            permits = [bool(one) or place == uid for place, one in enumerate(graph.validator_permit)]
            self.devnet.set_storage({"SubtensorModule": {"ValidatorPermit": [[[netuid], permits]]}})


class MockWallet(Wallet):
    """A wallet without files: keys in memory, which nobody else has and nobody keeps."""

    def __init__(self, config: Config | None = None, *, hotkey: Key | None = None, coldkey: Key | None = None) -> None:
        super().__init__(name="mock", hotkey="mock", config=config)
        seed = secrets.token_hex(16)
        self.__dict__["hotkey"] = hotkey or _key("hotkey", seed)
        self.__dict__["coldkey"] = coldkey or _key("coldkey", seed)
        self.__dict__["coldkeypub"] = Key(self.coldkey.ss58_address)
        self.__dict__["hotkeypub"] = Key(self.hotkey.ss58_address)


def get_mock_keypair(uid: int, test_name: str | None = None) -> Key:
    """The same key for the same number and name."""
    return _key(f"{test_name or ''}/{uid}", SEED)


def get_mock_hotkey(uid: int) -> str:
    """The address of such a key."""
    return get_mock_keypair(uid, "hotkey").ss58_address


def get_mock_coldkey(uid: int) -> str:
    """The address of such a key."""
    return get_mock_keypair(uid, "coldkey").ss58_address


def get_mock_wallet(coldkey: Key | None = None, hotkey: Key | None = None) -> MockWallet:
    """A wallet without files, of these keys or of new ones."""
    return MockWallet(hotkey=hotkey, coldkey=coldkey)


def _key(name: str, seed: str) -> Key:
    signer = from_uri(f"//{hashlib.sha256(f'{seed}/{name}'.encode()).hexdigest()}")
    return Key(signer.ss58, signer)


def _rao(amount: Balance | float) -> int:
    return amount.rao if isinstance(amount, Balance) else Balance(amount).rao


__all__ = [
    "MockSubtensor",
    "MockWallet",
    "get_mock_coldkey",
    "get_mock_hotkey",
    "get_mock_keypair",
    "get_mock_wallet",
]
