"""Every public name of bittensor 10.5.0 is here, or says what to use in its place."""

import dataclasses
import inspect
import json
import subprocess
from pathlib import Path

import pytest

import taokit.compat as bt
from peers.environments import python_of
from taokit.compat.absent import ABSENT
from taokit.compat.utils import networking, weight_utils

NAMES = json.loads((Path(__file__).parent / "sdk_names.json").read_text())
ROW = {"StreamingSynapse": "Synapse", "NeuronInfoLite": "NeuronInfo"}
PYDANTIC = {"parse_file", "parse_obj", "parse_raw", "from_orm", "construct", "schema", "schema_json"}
OTHERWISE = {
    "Config": {"fromDict", "toDict"},
    "StakeInfo": {"locked", "drain"},
    "DynamicInfo": {
        "blocks_since_last_step",
        "emission",
        "k",
        "pending_alpha_emission",
        "pending_root_emission",
        "subnet_identity",
    },
    "weight_utils": {
        "U32_MAX",
        "convert_bond_uids_and_vals_to_tensor",
        "convert_maybe_split_to_u16",
        "convert_root_weight_uids_and_vals_to_tensor",
        "convert_uids_and_weights",
        "generate_weight_hash",
        "legacy_torch_api_compat",
        "torch",
        "use_torch",
    },
    "networking": {"ExternalIPNotFound", "get_formatted_ws_endpoint_url"},
}
"""Names that no surveyed subnet uses, and that are plain attribute errors."""


def ours(owner):
    if owner in ("weight_utils", "networking", "utils", "bt"):
        return {"weight_utils": weight_utils, "networking": networking, "utils": bt.utils, "bt": bt}[owner]
    return getattr(bt, owner)


def has(owner, name):
    where = ours(owner)
    if owner in ("bt", "utils"):
        return name in where.__all__
    fields = {one.name for one in dataclasses.fields(where)} if dataclasses.is_dataclass(where) else set()
    return hasattr(where, name) or name in fields | {"netuid", "mechid", "network", "axons", "lite", "subtensor"}


@pytest.mark.parametrize("owner", sorted(NAMES))
def test_each_name_is_here_or_says_what_to_use(owner):
    known = ABSENT.get(ROW.get(owner, owner), {})
    of_instance = {"Wallet": {"name", "path", "hotkey_str"}, "Axon": {"config"}, "Balance": {"rao"}}.get(owner, set())
    missing = {name for name in NAMES[owner] if not has(owner, name) and name not in known} - of_instance - PYDANTIC
    assert missing == OTHERWISE.get(owner, set())
    assert not {name for name in known if has(owner, name)} - {"name"}


@pytest.mark.parametrize("owner", ["Subtensor", "Axon", "Dendrite", "Metagraph", "Wallet", "AxonInfo", "Balance"])
def test_what_is_passed_by_place_is_taken_by_place(owner):
    for name, theirs in NAMES[owner].items():
        if theirs is None or not callable(member := getattr(ours(owner), name, None)):
            continue
        kinds = inspect.signature(member).parameters.values()
        if any(one.kind == inspect.Parameter.VAR_POSITIONAL for one in kinds):
            continue
        mine = [one.name for one in kinds if one.kind == inspect.Parameter.POSITIONAL_OR_KEYWORD and one.name != "self"]
        shared = min(len(mine), len(theirs))
        assert mine[:shared] == theirs[:shared], f"{owner}.{name}"


def test_objects_say_what_to_use(devnet_url):
    with bt.Subtensor(network=devnet_url) as subtensor:
        for thing, name, says in (
            (subtensor, "substrate", "subtensor.read"),
            (bt.AsyncSubtensor(network=devnet_url), "query_map", "reads.named"),
            (subtensor.metagraph(1), "should_sync", "sync"),
            (bt.MockWallet(), "create_new_hotkey", "btcli wallet"),
            (bt.Axon(wallet=bt.MockWallet()), "router", "mounts"),
            (bt.Dendrite(wallet=bt.MockWallet()), "session", "aclose_session"),
            (bt.Synapse(), "to_headers", "taokit.protocol"),
            (bt.Synapse, "from_headers", "taokit.protocol"),
            (bt.logging, "disable_logging", "off"),
            (bt.utils, "check_version", "pip install"),
            (subtensor.neurons(1)[0], "rank", "neither rank nor trust"),
            (subtensor.get_subnet_hyperparameters(1), "rho", "get_hyperparameter"),
            (bt, "SubtensorApi", "taokit.connect"),
        ):
            with pytest.raises(AttributeError, match=says) as caught:
                getattr(thing, name)
            assert "move-from-sdk-10.md#what-is-not-here" in str(caught.value)
            assert not hasattr(thing, "_nothing")


@pytest.mark.peers
def test_the_list_of_names_is_of_the_sdk_itself():
    script = Path(__file__).parent / "sdk_names.py"
    done = subprocess.run([python_of("bittensor-10.5.0"), script], capture_output=True, text=True, timeout=120)
    assert json.loads(done.stdout) == NAMES
