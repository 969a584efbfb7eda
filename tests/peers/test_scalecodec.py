"""scalecodec, as substrate-interface uses it, over metadata version 14. It cannot share an environment with others."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from environments import python_of

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls
from taokit.devnet import codec_of, metadata
from taokit.devnet.runtime import TABLE

pytestmark = pytest.mark.peers

TRANSFER = ["Balances", "transfer_keep_alive", {"dest": ALICE.ss58, "value": 5}]
WEIGHTS = ["SubtensorModule", "set_weights", {"netuid": 1, "dests": [1, 2], "weights": [3, 4], "version_key": 7}]


@pytest.fixture(scope="module")
def python():
    """The interpreter of an environment with scalecodec in it."""
    return python_of("scalecodec-1.2.12")


@pytest.fixture(scope="module")
def devnet():
    devnet = funded()
    devnet.chain().submit(calls.transfer_keep_alive(BOB.ss58, TAO), ALICE)
    return devnet


@pytest.fixture(scope="module")
def scale(devnet):
    return codec_of(devnet.backend().runtime()).scale


@pytest.fixture(scope="module")
def told(python, devnet, scale, tmp_path_factory):
    folder = tmp_path_factory.mktemp("scalecodec")
    keys = {"Account": [BOB.ss58], "Events": [], "Number": []}
    raw = {item: devnet.backend().storage([scale.storage_key("System", item, args)])[0] for item, args in keys.items()}
    questions = {"calls": [TRANSFER, WEIGHTS], "stored": [["System", item, "0x" + raw[item].hex()] for item in keys]}
    (folder / "metadata").write_text("0x" + metadata.encode(TABLE, 14).hex())
    (folder / "questions").write_text(json.dumps(questions))
    script = Path(__file__).with_name("scalecodec_reads.py")
    done = subprocess.run(
        [python, script, folder / "metadata", folder / "questions"], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def test_names(told):
    assert told["pallets"] == [pallet.name for pallet in TABLE.pallets]
    for pallet in TABLE.pallets:
        entries = [name for name in told["entries"][pallet.name] if not name.startswith(":")]  # it adds one of its own
        assert entries == [item.name for item in pallet.storage]
        assert told["errors"][pallet.name] == list(pallet.errors)


def test_calls_come_out_byte_for_byte(told, scale):
    assert told["calls"] == ["0x" + scale.compose_call(*one).hex() for one in (TRANSFER, WEIGHTS)]


def test_accounts_and_events_are_read(told):
    account, events, number = told["stored"]
    assert number == 1
    assert account["data"]["free"] == TAO
    names = [(event["module_id"], event["event_id"]) for event in events]
    assert ("Balances", "Transfer") in names
    assert names[-1] == ("System", "ExtrinsicSuccess")
