"""Every file of recorded vectors is compared, every number in it: counted, so that no loop runs over nothing."""

import hashlib
import json
from collections import Counter

import numpy as np

from taokit.consensus import (
    Schedule,
    Submission,
    alpha_shares,
    block_emission,
    combine,
    commit_epoch,
    commit_hash,
    first_reveal_block,
    refusal,
    reveal_round,
    scalar,
    split_emission,
    stored,
    timelock_payload,
    uid_to_prune,
    upscaled,
)
from taokit.consensus.bonds import Sigmoid, rates
from taokit.consensus.epoch import run
from taokit.consensus.subnet import load, unload
from taokit.consensus.weights import within_limit

from .test_subnet import COLUMNS, asserted_value, lists, numbers
from .test_weights import submitter
from .worlds import YUMA, World, steps

NUMBERS = {
    # columns, bonds and their digests, shares before quantisation, and numbers from the chain's own tests
    "epochs": 11 * 1557 + 10_032 + 195 + 7806 + 745,
    "mechanisms": 324 + 72 + 756 + 108,
    "primitives": 590,
    "weights": 60 * 2 + 120 + 19,
    "chain": 25 * 2 + 40 * 3 + 30 + 30 * 4 + 18 + 40,
}
"""What the recorded files hold, by kind; counted in the files."""

FILES = {"epochs": 81, "mechanisms": 2, "primitives": 1, "weights": 1, "chain": 1}


def size(value):
    """Single values in a nest of lists."""
    return sum(map(size, value)) if isinstance(value, list) else 1


def agree(found, expected):
    assert found == expected
    return size(expected)


def outcome_agrees(outcome, epoch, loaded, expected):
    count = sum(agree(getattr(outcome, name).tolist(), numbers(expected[name])) for name in COLUMNS)
    for name, values in expected.get("bits", {}).items():
        found = loaded.inputs.stake if name == "stake" else getattr(epoch, name)
        count += agree(found.tolist(), numbers(values))
    bonds = lists(outcome.bonds, len(outcome.active))
    digest = hashlib.sha256(json.dumps(bonds, separators=(",", ":")).encode()).hexdigest()
    if "bonds_sha256" in expected:
        count += agree(digest, expected["bonds_sha256"])
    return count + (0 if expected["bonds"] is None else agree(bonds, expected["bonds"]))


def ran(stored, params):
    loaded = load(stored)
    flags = {name: params.get(name, False) for name in ("yuma3", "liquid_alpha")}
    epoch = run(loaded.inputs, **flags)
    return unload(loaded, epoch), epoch, loaded


def epochs(vector):
    count, outcomes = 0, []
    for world, step in steps(vector):
        outcome, epoch, loaded = ran(world.stored(step["emission"]), world.params)
        count += outcome_agrees(outcome, epoch, loaded, step["expected"])
        outcomes.append(outcome)
        world.carry_on(outcome, step)
    for step, name, index, value, tolerance in vector.get("asserted") or []:
        found = asserted_value(outcomes[step], name, index)
        assert abs(found / 65535 - value) <= tolerance if tolerance else found == value
        count += 1
    return count


def mechanisms(vector):
    parts = split_emission(int(vector["emission"]), len(vector["mechanisms"]), vector["split"])
    count, outcomes = 0, []
    for state, part, expected in zip(vector["mechanisms"], parts, vector["expected"]["mechanisms"], strict=True):
        found = ran(World(vector["params"], vector["state"] | state).stored(part), vector["params"])
        count += outcome_agrees(*found, expected)
        outcomes.append(found[0])
    combined = combine(outcomes, parts)
    for name, values in vector["expected"]["combined"].items():
        count += agree(getattr(combined, name).tolist(), numbers(values))
    return count


def primitives(vector):
    return sum(agree(primitive(name, *map(int, args)), result) for name, args, result in vector["rows"])


def primitive(name, *args):
    """The result as recorded: a decimal string, or None where the chain's function fails."""
    if name == "liquid_alpha":
        return str(liquid(*args))
    try:
        found = getattr(scalar, name)(*args)
    except (ValueError, OverflowError):
        return None
    return None if name == "div" and failed(*args) else str(found)


def failed(a, b):
    """Whether the chain's checked division fails; ours answers 0 then, as `safe_div` does."""
    return b == 0 or not -(2**63) <= scalar.truncated(a << 32, b) < 2**63


def liquid(consensus, weight, bond, low, high, steepness):
    bits = [np.asarray(number, dtype=np.int64) for number in (low, high)]
    slope = np.asarray(scalar.truncated(steepness << 32, -100), dtype=np.int64)
    sigmoid = Sigmoid(low=(bits[0] << 32) // 65535, high=(bits[1] << 32) // 65535, slope=slope)
    return rates(np.array([[weight]]), np.array([[bond]]), np.array([consensus]), sigmoid).item()


def weights(vector):
    count = 0
    for row in vector["upscale"]:
        assert upscaled(row["values"]) == row["upscaled"]
        count += 1 + agree(within_limit(row["values"], row["limit"]), row["within"])
    for case in vector["checks"]:
        submission = Submission(case["uids"], case["values"], case["version_key"], mechanism=case["mechanism"])
        count += agree(refusal(submission, submitter(case["rules"])), case["error"])
        if case["error"] is None:
            assert stored(submission).tolist() == case["stored"]
            count += 1
    return count


def chain(vector):
    count = 0
    for case in vector["commits"]:
        row = {"uids": case["uids"], "values": case["values"], "version_key": int(case["version_key"])}
        hotkey = bytes.fromhex(case["hotkey"])
        count += agree(commit_hash(hotkey, case["index"], salt=case["salt"], **row).hex(), case["hash"])
        count += agree(timelock_payload(hotkey, **row).hex(), case["timelock_payload"])
    for case in vector["schedule"]:
        clock, head = Schedule(**case["schedule"]), case["head"]
        first = first_reveal_block(clock, head, reveal_period=case["reveal_period"])
        found = [commit_epoch(clock, head), first, reveal_round(case["now"], head=head, first=first)]
        count += agree(found, [case[name] for name in ("commit_epoch", "first_reveal_block", "reveal_round")])
    for issuance, amount in vector["block_emission"]:
        count += agree(str(block_emission(int(issuance))), amount)
    for case in vector["alpha_shares"]:
        settings = {"owner_cut": case["owner_cut"], "owner_cut_enabled": case["enabled"]}
        parts = alpha_shares(case["alpha_out"], root_proportion=int(case["root_proportion"]), **settings)
        found = [parts.owner, parts.server, parts.validator, parts.root]
        count += agree(found, case["owner_server_validator_root"])
    for case in vector["mechanism_split"]:
        parts = split_emission(int(case["amount"]), case["count"], case["split"])
        count += agree(list(map(str, parts)), case["parts"])
    for case in vector["pruning"]:
        args = case["args"]
        rules = {"protected": args["protected"], "min_non_immune": args["min_free"], "block": args["block"]}
        found = uid_to_prune(args["emission"], args["registered_at"], immunity_period=args["immunity"], **rules)
        count += agree(found, case["uid"])
    return count


COMPARE = {
    "epochs": epochs,
    "mechanisms": mechanisms,
    "primitives": primitives,
    "weights": weights,
    "chain": chain,
}


def test_every_number_of_every_file_is_compared():
    files, compared = Counter(), Counter()
    for path in sorted(YUMA.glob("*.json")):
        vector = json.loads(path.read_text())
        count = COMPARE[vector["kind"]](vector)
        assert count, path.name
        files[vector["kind"]] += 1
        compared[vector["kind"]] += count
    assert dict(files) == FILES
    assert dict(compared) == NUMBERS
