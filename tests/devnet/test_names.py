"""Our metadata beside that of the main network's runtime 424: every name, index and type, and every constant."""

from hashlib import blake2b
from pathlib import Path

import pytest

from portable import Portable, entries
from taokit.devnet import metadata
from taokit.devnet.runtime import TABLE

FROZEN = Path(__file__).parents[1] / "vectors" / "devnet" / "names-424.tsv"
FIXTURE = Path(__file__).parents[3] / "shared" / "fixtures" / "metadata" / "subtensor-424-v15.hex"

LATER = {
    *("NetworkRegistrationQueue", "DissolveCleanupQueue", "ConsensusByMechanism", "HotkeySuccessor", "HotkeyRoot"),
    *("TotalAlphaStaked", "AlphaShareEpoch", "AlphaSharePoolEpoch", "RootStakeUnlockInterval", "LastYumaStepBlock"),
    *("CollateralLockShare", "CollateralDrainRatio", "SubnetEpochConsensus", "LiquidAlphaConsensusMode"),
    *("SubnetFastMovingPrice", "EmissionGateBar", "EmissionBarRank", "EmissionBarQuantile", "EmissionGateExponent"),
    *("BasketShares", "BasketRate", "BasketClaimed", "PendingBasketDeposits", "MinerCollateral"),
}
"""The entries of pallet SubtensorModule that bittensor 11.3 names and 424 does not have."""

OTHERS = {
    "SubtensorModule storage ChildkeyThresholdSuspended",
    "Swap storage BalancerTaoReservoir",
    "Swap storage BalancerAlphaReservoir",
    "SubnetInfoRuntimeApi.get_block_emission",
}


@pytest.fixture(scope="module")
def ours():
    return Portable(metadata.encode(TABLE, 15))


@pytest.fixture(scope="module")
def theirs():
    if not FIXTURE.exists():
        pytest.skip("the metadata of 424 is not here")
    return Portable(bytes.fromhex(FIXTURE.read_text().strip().removeprefix("0x")))


def frozen():
    rows = (line.split("\t") for line in FROZEN.read_text().splitlines() if not line.startswith("#"))
    return {name: (index, digest) for name, index, digest in rows}


def written(what):
    first = what.split(" ")[0]
    return (first if first.isdigit() else "-"), blake2b(what.encode(), digest_size=4).hexdigest()


def test_every_entry_is_there_with_its_index_and_its_types(ours):
    known, found = frozen(), entries(ours)
    assert len(known) > 1400
    assert {name: written(found[name]) for name in known if name in found} == known


def test_nothing_else_is_there_but_what_newer_clients_name(ours):
    beyond = entries(ours).keys() - frozen().keys()
    baskets = {name for name in beyond if name.startswith("BetaBasketRuntimeApi.")}
    assert len(LATER) == 24
    assert beyond - baskets == {f"SubtensorModule storage {name}" for name in LATER} | OTHERS


def test_the_metadata_of_424_says_the_same(ours, theirs):
    found, known = entries(ours), entries(theirs)
    assert {name: found.get(name) for name in known} == known


def test_constants_hold_the_same(ours, theirs):
    version = ("System", "Version")  # ours is 425, and answers more
    for name, pallet in theirs.pallets.items():
        for constant, (_, value) in pallet.constants.items():
            assert (name, constant) == version or ours.pallets[name].constants[constant][1] == value, constant


def test_an_api_has_the_version_of_424(ours, theirs):
    """A version is the four bytes after the API's hash in `System.Version`."""
    for name in theirs.apis:
        key = blake2b(name.encode(), digest_size=8).digest()
        here, there = (one.pallets["System"].constants["Version"][1].partition(key)[2][:4] for one in (ours, theirs))
        assert (name, here) == (name, there)


def test_extensions_are_the_same(ours, theirs):
    def told(one):
        return [(name, bare(one.told(extra)), one.told(implicit)) for name, extra, implicit in one.extensions]

    def bare(kind):  # a struct of one field is that field on the wire
        return kind.removeprefix("{mode: ").removesuffix("}")

    assert told(ours) == told(theirs)
