"""The kinds of vector files: what each holds, computed and compared."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from taokit.consensus import (
    Combined,
    Outcome,
    Rows,
    Schedule,
    Submission,
    Submitter,
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
from taokit.consensus import fixed as arrays
from taokit.consensus.bonds import Sigmoid, rates
from taokit.consensus.epoch import Epoch
from taokit.consensus.subnet import Loaded, load, unload
from taokit.consensus.weights import within_limit
from taokit.lab.engines import Engine
from taokit.lab.recorded import Json, Recorded, steps
from taokit.lab.tally import Tally

SHARES: Final = ("active", "stake_weight", "consensus", "dividends", "validator_trust", "validator_permit")
AMOUNTS: Final = ("emission", "server_emission", "validator_emission")
COMBINED: Final = (*SHARES, *AMOUNTS)
COLUMNS: Final = (*COMBINED, "incentive", "stake")


def _epochs(vector: Json, engine: Engine, tally: Tally) -> None:
    for at, (subnet, step) in enumerate(steps(vector)):
        ran = _run(subnet, int(step["emission"]), engine, tally)
        _compare_run(tally, at, step["expected"], ran)
        _compare_asserted(tally, at, vector.get("asserted") or (), ran.outcome)
        subnet.carry_on(ran.outcome, records_step=step.get("records_step", True))


@dataclass(frozen=True, slots=True)
class Ran:
    """One epoch of a file: what is stored of it, and what lay behind it."""

    outcome: Outcome
    loaded: Loaded
    epoch: Epoch


def _run(subnet: Recorded, emission: int, engine: Engine, tally: Tally) -> Ran:
    tally.epochs += 1
    given = subnet.stored(emission)
    loaded = load(given)
    settings = given.parameters
    epoch = engine.run(loaded.inputs, yuma3=settings.yuma3, liquid_alpha=settings.liquid_alpha)
    return Ran(unload(loaded, epoch), loaded, epoch)


def _compare_run(tally: Tally, at: int, expected: Json, ran: Ran) -> None:
    outcome = ran.outcome
    for name, values in expected.get("bits", {}).items():
        found = ran.loaded.inputs.stake if name == "stake" else getattr(ran.epoch, name)
        tally.column(at, f"bits.{name}", values, found.tolist())
    for name in COLUMNS:
        tally.column(at, name, expected[name], getattr(outcome, name).tolist())
    bonds = _lists(outcome.bonds, len(outcome.active))
    if expected.get("bonds") is not None:
        tally.rows(at, "bonds", expected["bonds"], bonds)
    if "bonds_sha256" in expected:
        digest = hashlib.sha256(json.dumps(bonds, separators=(",", ":")).encode()).hexdigest()
        tally.single(at, "bonds_sha256", expected["bonds_sha256"], digest)


def _compare_asserted(tally: Tally, at: int, rows: Sequence[Sequence[Any]], outcome: Outcome) -> None:
    """What the chain's own test of that name asserts of a step; without a tolerance to the bit, else as a share."""
    for step, name, index, value, tolerance in rows:
        if step == at:
            found = _entry(outcome, name, index)
            place = tuple(index) if isinstance(index, list) else index
            tally.near(at, f"asserted.{name}", value, found / 65535 if tolerance else found, place, within=tolerance)


def _entry(outcome: Outcome, name: str, index: Any) -> int:
    if name != "bonds":
        return int(getattr(outcome, name)[index])
    validator, miner = index
    row = outcome.bonds.get(validator)
    return 0 if row is None else int(row[row[:, 0] == miner, 1].sum())


def _lists(rows: Rows, n: int) -> list[list[list[int]]]:
    return [rows[uid].tolist() if uid in rows else [] for uid in range(n)]


def _mechanisms(vector: Json, engine: Engine, tally: Tally) -> None:
    parts = split_emission(int(vector["emission"]), len(vector["mechanisms"]), vector["split"])
    runs = []
    for state, part in zip(vector["mechanisms"], parts, strict=True):
        subnet = Recorded.read(vector["params"], {**vector["state"], **state})
        runs.append(_run(subnet, part, engine, tally))
    for at, (ran, expected) in enumerate(zip(runs, vector["expected"]["mechanisms"], strict=True)):
        _compare_run(tally, at, expected, ran)
    combined = combine([ran.outcome for ran in runs], parts)
    _compare_combined(tally, len(parts), vector["expected"]["combined"], combined)


def _compare_combined(tally: Tally, at: int, expected: Json, combined: Combined) -> None:
    for name in COMBINED:
        tally.column(at, f"combined.{name}", expected[name], getattr(combined, name).tolist())


def _primitives(vector: Json, engine: Engine, tally: Tally) -> None:
    for at, (operation, arguments, result) in enumerate(vector["rows"]):
        numbers = [int(argument) for argument in arguments]
        expected = None if result is None else int(result)
        if operation != "liquid_alpha":
            tally.single(at, operation, expected, _alone(operation, numbers))
        if _fits_arrays(operation, numbers):
            tally.single(at, f"{operation} on arrays", expected or 0, _on_arrays(operation, numbers, engine))


def _alone(operation: str, numbers: list[int]) -> int | None:
    """The chain's function on single integers; None where the chain's fails."""
    if operation == "div":  # the checked form, of which `scalar.div` is the one that says 0 instead
        quotient = scalar.truncated(numbers[0] << 32, numbers[1]) if numbers[1] else None
        return quotient if quotient is not None and -(2**63) <= quotient < 2**63 else None
    if operation not in ("exp", "ln", "sqrt", "mul"):
        raise ValueError(f"there is no operation {operation!r}")
    try:
        return int(getattr(scalar, operation)(*numbers))
    except (ValueError, OverflowError):
        return None


def _fits_arrays(operation: str, numbers: list[int]) -> bool:
    """Whether the arguments lie within what an epoch can ask of the array function."""
    if operation == "exp":
        return abs(numbers[0]) <= 20 * scalar.ONE
    if operation == "mul":
        a, b = map(abs, numbers)
        return b < 1 << 46 and ((a >> 32) + 1) * b < 1 << 63
    if operation == "div":
        return 0 <= numbers[0] <= numbers[1] < 1 << 62
    return operation == "liquid_alpha"


def _on_arrays(operation: str, numbers: list[int], engine: Engine) -> int:
    if operation == "liquid_alpha":
        return _liquid_rate(numbers, engine)
    values = [engine.array(np.array([number], dtype=np.int64)) for number in numbers]
    return int(engine.numpy(getattr(arrays, operation)(*values))[0])


def _liquid_rate(numbers: list[int], engine: Engine) -> int:
    consensus, weight, bond, low, high, steepness = numbers
    slope = scalar.truncated(steepness << 32, -100)
    bits = [scalar.ratio(low), scalar.ratio(high), slope]
    settings = [engine.array(np.array(number, dtype=np.int64)) for number in bits]
    report, held = (engine.array(np.array([[number]], dtype=np.int64)) for number in (weight, bond))
    ceiling = engine.array(np.array([consensus], dtype=np.int64))
    found = rates(report, held, ceiling, Sigmoid(low=settings[0], high=settings[1], slope=settings[2]))
    return int(engine.numpy(found)[0, 0])


def _weights(vector: Json, _: Engine, tally: Tally) -> None:
    for at, row in enumerate(vector["upscale"]):
        tally.column(at, "upscaled", row["upscaled"], upscaled(row["values"]))
        tally.single(at, "within", row["within"], within_limit(row["values"], row["limit"]))
    for at, case in enumerate(vector["checks"]):
        sent = Submission(case["uids"], case["values"], case["version_key"], mechanism=case["mechanism"])
        tally.single(at, "error", case["error"], refusal(sent, _submitter(case["rules"])))
        if case["error"] is None:
            tally.rows(at, "stored", [case["stored"]], [stored(sent).tolist()])


def _submitter(rules: Json) -> Submitter:
    named = {"version_key": "weights_version", "max_weight_limit": "max_weights_limit"}
    state = {named.get(name, name): value for name, value in rules.items() if name != "registered"}
    return Submitter(**{**state, "uid": rules["uid"] if rules["registered"] else None})


def _chain(vector: Json, _: Engine, tally: Tally) -> None:
    for at, case in enumerate(vector["commits"]):
        _compare_commit(tally, at, case)
    for at, case in enumerate(vector["schedule"]):
        _compare_schedule(tally, at, case)
    for at, (issuance, amount) in enumerate(vector["block_emission"]):
        tally.single(at, "block_emission", int(amount), block_emission(int(issuance)))
    for at, case in enumerate(vector["alpha_shares"]):
        _compare_shares(tally, at, case)
    for at, case in enumerate(vector["mechanism_split"]):
        parts = split_emission(int(case["amount"]), case["count"], case["split"])
        tally.column(at, "parts", case["parts"], parts)
    for at, case in enumerate(vector["pruning"]):
        tally.single(at, "pruned uid", case["uid"], _pruned(case["args"]))


def _compare_commit(tally: Tally, at: int, case: Json) -> None:
    hotkey, version_key = bytes.fromhex(case["hotkey"]), int(case["version_key"])
    uids, values = case["uids"], case["values"]
    digest = commit_hash(hotkey, case["index"], uids=uids, values=values, salt=case["salt"], version_key=version_key)
    payload = timelock_payload(hotkey, uids=uids, values=values, version_key=version_key)
    tally.single(at, "hash", case["hash"], digest.hex())
    tally.single(at, "timelock_payload", case["timelock_payload"], payload.hex())


def _compare_schedule(tally: Tally, at: int, case: Json) -> None:
    clock, head = Schedule(**case["schedule"]), case["head"]
    first = first_reveal_block(clock, head, reveal_period=case["reveal_period"])
    tally.single(at, "commit_epoch", case["commit_epoch"], commit_epoch(clock, head))
    tally.single(at, "first_reveal_block", case["first_reveal_block"], first)
    tally.single(at, "reveal_round", case["reveal_round"], reveal_round(case["now"], head=head, first=first))


def _compare_shares(tally: Tally, at: int, case: Json) -> None:
    shares = alpha_shares(
        case["alpha_out"],
        root_proportion=int(case["root_proportion"]),
        owner_cut=case["owner_cut"],
        owner_cut_enabled=case["enabled"],
    )
    found = [shares.owner, shares.server, shares.validator, shares.root]
    tally.column(at, "owner_server_validator_root", case["owner_server_validator_root"], found)


def _pruned(state: Json) -> int | None:
    return uid_to_prune(
        state["emission"],
        state["registered_at"],
        block=state["block"],
        immunity_period=state["immunity"],
        protected=state["protected"],
        min_non_immune=state["min_free"],
    )


CHECKS: Final[Mapping[str, Callable[[Json, Engine, Tally], None]]] = {
    "epochs": _epochs,
    "mechanisms": _mechanisms,
    "primitives": _primitives,
    "weights": _weights,
    "chain": _chain,
}
"""How each kind of file is run. The last two hold no arrays, so every engine says the same."""


__all__ = ["CHECKS"]
