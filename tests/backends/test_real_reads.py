"""Every read against the types of real runtimes. Their metadata is not shipped; `shared/` has it, if anything."""

import inspect
from pathlib import Path

import pytest

from taokit.backends import codec_of
from taokit.chain import Constant, Lookup, PinnedBlock, Runtime, RuntimeCall, Storage, StorageMap, beacon, reads, run
from taokit.devnet import account
from taokit.errors import UnknownName
from taokit.units import Rao

FOLDER = Path(__file__).parents[3] / "shared" / "fixtures" / "metadata"
RUNTIMES = {"424-v15": 424, "424-v14": 424, "293-v15": 293, "293": 293}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no metadata of real runtimes here")

ALICE, BOB = account("Alice").ss58, account("Bob").ss58
BY_NAME = {
    **dict.fromkeys(("netuid", "uid", "mechanism", "round"), 1),
    **dict.fromkeys(("account", "hotkey"), ALICE),
    "coldkey": BOB,
    "accounts": [ALICE, BOB],
    "tao": Rao(5),
    "alpha": Rao(5, 1),
    "epochs": [3, 4],
    "path": "Aura.SlotDuration",
    "request": Constant("Aura", "SlotDuration"),
}
"""What reads are given, by the name of a parameter."""

NEWER = {"block_emission"}
"""Reads of what came after 424."""


def codec(name):
    metadata = bytes.fromhex((FOLDER / f"subtensor-{name}.hex").read_text().strip().removeprefix("0x"))
    return codec_of(Runtime(metadata, "node-subtensor", RUNTIMES[name], 1))


def questions():
    """Every read of `reads` and `beacon`, by name, ready to be driven."""
    for module in (reads, beacon):
        for name in module.__all__:
            read = getattr(module, name)
            if inspect.isfunction(read) and name != "storage_index":
                wanted = inspect.signature(read).parameters.values()
                args = [BY_NAME[one.name] for one in wanted if one.default is one.empty and one.name != "args"]
                yield name, read, args


QUESTIONS = list(questions())


class Blank:
    """A chain that answers everything with zeros, in the shape that its metadata says: options full, lists of one."""

    def __init__(self, codec):
        self.codec = codec
        self.asked = []

    def __call__(self, request):
        self.asked.append(request)
        match request:
            case PinnedBlock():
                return bytes(32)
            case Lookup():
                return self.codec.lookup(request)
            case Constant():
                return self.codec.constant(request)
            case StorageMap():
                self.codec.storage_key(request)
                one = Storage(request.pallet, request.item)
                return [(1, self.filled(lambda raw: self.codec.storage_value(one, raw)))]
            case Storage():
                self.codec.storage_key(request)
                return self.filled(lambda raw: self.codec.storage_value(request, raw))
            case RuntimeCall():
                self.codec.api_call(request)
                return self.filled(lambda raw: self.codec.api_answer(request, raw))

    def filled(self, decode):
        """The first answer that decodes: of bytes that make an option or a list hold something, then of zeros."""
        for start in (b"\1", b"\4", b""):
            for length in range(1200):
                try:
                    value = decode(start + bytes(length))
                except Exception:  # whatever a decoder raises for too few bytes
                    continue
                return value
        raise AssertionError("nothing decodes")


@pytest.mark.parametrize(("name", "read", "args"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_every_read_fits_the_newest_runtime(name, read, args):
    if name in NEWER:
        with pytest.raises(UnknownName):
            run(read(*args), Blank(codec("424-v15")))
        return
    chain = Blank(codec("424-v15"))
    run(read(*args), chain)
    assert chain.asked


WITHOUT_APIS = {
    *("delegate", "delegated", "delegates", "metagraph", "neuron", "neurons", "nonce", "price", "prices", "quote_buy"),
    *(
        "quote_sell",
        "root_claims",
        "settings",
        "stake",
        "stake_available",
        "stakes",
        "subnet",
        "subnet_cost",
        "subnets",
    ),
}
"""Reads through runtime APIs, whose types V14 does not have."""


@pytest.mark.parametrize(("name", "read", "args"), QUESTIONS, ids=[one[0] for one in QUESTIONS])
def test_what_is_read_from_storage_is_read_with_the_older_metadata_too(name, read, args):
    if name in WITHOUT_APIS | NEWER:
        with pytest.raises(UnknownName, match="runtime API"):
            run(read(*args), Blank(codec("424-v14")))
        return
    run(read(*args), Blank(codec("424-v14")))


@pytest.mark.parametrize("name", ["293-v15", "293"])
def test_an_older_runtime_answers_or_says_which_name_it_does_not_have(name):
    refused = {}
    for title, read, args in QUESTIONS:
        try:
            run(read(*args), Blank(codec(name)))
        except UnknownName as error:
            refused[title] = str(error)
    assert refused.keys().isdisjoint({"balance", "uid_of", "burn", "axon", "weights", "commitment", "beacon"})
    assert all(" has no " in said or " stores no " in said for said in refused.values())
