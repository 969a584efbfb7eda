"""Calls against the metadata of real runtimes. It is not shipped; `shared/` beside the checkout has it, if anything."""

import inspect
import json
from pathlib import Path

import pytest

from taokit.backends import codec_of
from taokit.chain import Call, Runtime, calls
from taokit.chain.published import Timelocked
from taokit.devnet import account
from taokit.errors import UnknownName

FOLDER = Path(__file__).parents[3] / "shared" / "fixtures" / "metadata"
RUNTIMES = {"424-v15": 424, "424-v14": 424, "293-v15": 293, "293": 293}

pytestmark = pytest.mark.skipif(not FOLDER.is_dir(), reason="no metadata of real runtimes here")

ALICE, BOB = account("Alice").ss58, account("Bob").ss58
INNER = Call("System", "remark", {"remark": b"x"})

BY_NAME = {
    "function": "sudo_set_tempo",
    "hotkey": ALICE,
    "to": BOB,
    "ip": "1.2.3.4",
    "uids": [0, 1],
    "weights": [65535, 1],
    "salt": [1, 2, 3],
    "commit_hash": bytes(32),
    "call": INNER,
    "fields": [b"abc", Timelocked(b"sealed", 5)],
    "certificate": b"\1" + bytes(32),
    "commit": b"sealed",
    "netuids": [1, 2],
    "subnets": [3, 1],
    "rows": [[(0, 1)], [(2, 3)]],
    "uids_list": [[1], [2, 3]],
    "values_list": [[1], [2, 3]],
    "salts": [[1], [2, 3]],
    "version_keys": [4, 5],
    "commit_hashes": [bytes(32)] * 2,
    "children": {BOB: 7},
    "real": BOB,
    **dict.fromkeys(("new_hotkey", "to_hotkey", "to_coldkey"), BOB),
    **dict.fromkeys(("name", "subnet_name", "symbol"), "abc"),
}
"""What the builders are given, by the name of a parameter; a number where nothing else is said."""

BY_TYPE = {
    **dict.fromkeys(("u8", "u16", "u32", "u64", "u128", "i16", "i64", "Compact<u32>", "Compact<u64>", "Percent"), 3),
    **dict.fromkeys(("Vec<u8>", "BoundedVec<u8>"), b"abc"),
    **{kind: [1, 2] for kind in ("Vec<u16>", "Vec<u64>", "Vec<Compact<u16>>", "Vec<Compact<u64>>", "BTreeSet<u16>")},
    **dict.fromkeys(("Option<u16>", "Option<u32>", "Option<u64>"), 5),
    "Option<Vec<u16>>": [1, 2],
    "Vec<Vec<u16>>": [[1], [2, 3]],
    "Vec<Vec<(Compact<u16>,Compact<u16>)>>": [[(0, 1), (2, 3)]],
    "H256": bytes(32),
    "H160": bytes(20),
    "[u8;65]": bytes(65),
    "Vec<H256>": [bytes(32)] * 2,
    "AccountId32": ALICE,
    "MultiAddress": BOB,
    "Vec<AccountId32>": [ALICE, BOB],
    "Vec<(u64,AccountId32)>": [(7, ALICE)],
    "bool": True,
    "Option<SubnetIdentityV3>": None,
    "Option<MultiSignature>": None,
    "Option<ProxyType>": "Any",
    "ProxyType": "Any",
    "RuntimeCall": INNER,
    "Vec<RuntimeCall>": [INNER, INNER],
    "RecycleOrBurnEnum": "Burn",
    "RootClaimTypeEnum": "Swap",
    "CommitmentInfo": {"fields": [{"Raw3": b"abc"}]},
}
UNTRIED = {
    *("sudo_unchecked_weight", "dispatch_as", "with_weight", "dispatch_as_fallible", "force_adjust_total_issuance"),
    *("swap_authorities", "schedule_grandpa_change", "sudo_toggle_evm_precompile", "sudo_set_subnet_moving_alpha"),
    *("sudo_set_tao_flow_cutoff", "sudo_set_tao_flow_normalization_exponent", "sudo_set_burn_increase_mult"),
}
"""Root's own, with arguments that need an example each."""
WANTED = {"SubtensorModule", "AdminUtils", "Balances", "Commitments", "Utility", "Sudo", "Proxy"}


def codec(name):
    metadata = bytes.fromhex((FOLDER / f"subtensor-{name}.hex").read_text().strip().removeprefix("0x"))
    return codec_of(Runtime(metadata, "node-subtensor", RUNTIMES[name], 1))


def summary(spec):
    return json.loads((FOLDER / f"subtensor-{spec}.summary.json").read_text())["pallets"]


def built():
    """Every builder of `calls`, with arguments."""
    made = []
    for name in calls.__all__:
        builder = getattr(calls, name)
        if not inspect.isfunction(builder) or name in ("subtensor", "admin"):
            continue
        args, options = [], {}
        for one in inspect.signature(builder).parameters.values():
            value = BY_NAME.get(one.name, 3)
            if one.kind is one.VAR_POSITIONAL:
                args += [INNER, INNER]
            elif one.kind is one.KEYWORD_ONLY:
                options[one.name] = value if one.default is one.empty else one.default
            else:
                args.append(value)
        made.append(builder(*args, **options))
    return made


def composed_and_read(codec, call):
    told = codec.scale.decode_call(codec.compose(call))
    assert (told["call_module"], told["call_function"]) == (call.pallet, call.function)
    assert [arg["name"] for arg in told["call_args"]] == list(call.args)
    return {arg["name"]: arg["value"] for arg in told["call_args"]}


@pytest.mark.parametrize("call", built() if FOLDER.is_dir() else [], ids=lambda call: call.function)
@pytest.mark.parametrize("name", RUNTIMES)
def test_every_builder_s_call_is_the_runtime_s(name, call):
    if call.function not in summary(RUNTIMES[name])[call.pallet]["calls"]:
        with pytest.raises(UnknownName, match=call.function):
            codec(name).compose(call)
        return
    composed_and_read(codec(name), call)


def test_all_builders_fit_the_newest_runtime():
    assert [call.function for call in built() if call.function not in summary(424)[call.pallet]["calls"]] == []


@pytest.mark.parametrize("name", RUNTIMES)
def test_every_call_that_neurons_and_owners_make_goes_there_and_back(name):
    """Past the builders: whatever the metadata of these pallets has, by name."""
    tried = codec(name)
    for pallet in WANTED:
        for function, told in summary(RUNTIMES[name])[pallet]["calls"].items():
            if function in UNTRIED:
                continue
            args = {arg: BY_TYPE[kind] for arg, kind in told["args"]}
            values = composed_and_read(tried, Call(pallet, function, args))
            assert [values[arg] for arg in args if args[arg] == 3] == [3] * list(args.values()).count(3)


@pytest.mark.parametrize("name", ["424-v15", "424-v14"])
def test_the_same_call_is_the_same_bytes_in_both_forms_of_metadata(name):
    assert [codec(name).compose(call) for call in built()] == [codec("424-v15").compose(call) for call in built()]
