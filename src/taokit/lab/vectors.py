"""Files of test vectors, run through an engine: what was compared, and what came out differently."""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

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
from taokit.errors import ConfigurationError, TaokitError
from taokit.lab.engines import NUMPY, Engine
from taokit.lab.recorded import Json, Recorded, steps

Index: TypeAlias = "int | tuple[int, int] | None"
"""Where a value stands in an output: a uid, a row and column, or None where it stands alone."""

SHARES: Final = ("active", "stake_weight", "consensus", "dividends", "validator_trust", "validator_permit")
AMOUNTS: Final = ("emission", "server_emission", "validator_emission")
COMBINED: Final = (*SHARES, *AMOUNTS)
COLUMNS: Final = (*COMBINED, "incentive", "stake")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One value that differs."""

    step: int  # which epoch, mechanism or row of the file
    output: str
    index: Index
    expected: Any
    got: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one file."""

    file: str
    name: str
    kind: str
    epochs: int
    compared: int  # values
    mismatches: tuple[Mismatch, ...]
    outputs: tuple[dict[str, Any], ...]  # what was computed, by step

    @property
    def passed(self) -> bool:
        """Whether something was compared and everything agreed."""
        return self.compared > 0 and not self.mismatches

    def to_json(self, *, outputs: bool = False) -> dict[str, Any]:
        """One line of `taokit yuma run --json`."""
        told = asdict(self)
        if not outputs:
            del told["outputs"]
        return told


@dataclass(slots=True)
class Tally:
    """Counts comparisons while a file is run."""

    compared: int = 0
    epochs: int = 0
    mismatches: list[Mismatch] = field(default_factory=list)
    outputs: dict[int, dict[str, Any]] = field(default_factory=dict)

    def value(self, step: int, output: str, expected: Any, got: Any, index: Index = None) -> None:
        """Compare one value."""
        self.compared += 1
        if expected != got:
            self.mismatches.append(Mismatch(step, output, index, expected, got))

    def single(self, step: int, output: str, expected: Any, got: Any) -> None:
        """Compare one value that is an output of its own."""
        self._keep(step, output, got)
        self.value(step, output, expected, got)

    def column(self, step: int, output: str, expected: Sequence[Any], got: Sequence[Any]) -> None:
        """Compare a vector, value by value; other lengths are one mismatch."""
        self._keep(step, output, got)
        if len(expected) != len(got):
            self.value(step, output, len(expected), len(got))
            return
        for index, (one, other) in enumerate(zip(expected, got, strict=True)):
            self.value(step, output, _number(one), other, index)

    def rows(self, step: int, output: str, expected: Sequence[Any], got: Sequence[Any]) -> None:
        """Compare rows of (uid, value), entry by entry; a row of another length is one mismatch."""
        self._keep(step, output, got)
        for uid, (row, other) in enumerate(zip(expected, got, strict=True)):
            if len(row) != len(other):
                self.value(step, output, row, other, uid)
                continue
            for at, (entry, found) in enumerate(zip(row, other, strict=True)):
                self.value(step, output, list(entry), list(found), (uid, at))

    def _keep(self, step: int, output: str, got: Any) -> None:
        self.outputs.setdefault(step, {"step": step})[output] = got


def _number(value: Any) -> Any:
    return int(value) if isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class VectorFile:
    """A file that was read and is of a kind that can be run."""

    path: Path
    kind: str
    content: Json


def read(path: Path) -> VectorFile:
    """A file of vectors, plain or .gz. Raises `ConfigurationError` that names the file and what is wrong with it."""
    try:
        data = path.read_bytes()
        text = gzip.decompress(data) if path.suffix == ".gz" else data
        content = json.loads(text)
    except (OSError, EOFError, zlib.error) as error:
        raise ConfigurationError(f"{path} cannot be read: {error}") from error
    except ValueError as error:
        raise ConfigurationError(f"{path} is cut off or is no JSON: {error}") from error
    kind = content.get("kind") if isinstance(content, dict) else None
    if not isinstance(kind, str) or kind not in _CHECKS:
        known = ", ".join(_CHECKS)
        raise ConfigurationError(f"{path} is of kind {kind!r}, which nobody knows", hint=f"known kinds: {known}")
    return VectorFile(path, kind, content)


def check(file: VectorFile, engine: Engine = NUMPY) -> Checked:
    """Everything that a file expects, computed and compared. Raises `ConfigurationError` for a file with gaps."""
    tally = Tally()
    try:
        _CHECKS[file.kind](file.content, engine, tally)
    except TaokitError as error:
        raise ConfigurationError(f"{file.path}: {error}") from error
    except KeyError as error:
        raise ConfigurationError(f"{file.path}: a vector of kind {file.kind!r} needs {error}") from error
    except (AttributeError, IndexError, OverflowError, TypeError, ValueError) as error:
        raise ConfigurationError(f"{file.path} does not hold what kind {file.kind!r} promises: {error}") from error
    return Checked(
        file=str(file.path),
        name=str(file.content.get("name", file.path.name.split(".")[0])),
        kind=file.kind,
        epochs=tally.epochs,
        compared=tally.compared,
        mismatches=tuple(tally.mismatches),
        outputs=tuple(tally.outputs.values()),
    )


def _epochs(vector: Json, engine: Engine, tally: Tally) -> None:
    for at, (subnet, step) in enumerate(steps(vector)):
        outcome, loaded, epoch = _run(subnet, int(step["emission"]), engine, tally)
        _compare_outcome(tally, at, step["expected"], outcome)
        for name, values in step["expected"].get("bits", {}).items():
            found = loaded.inputs.stake if name == "stake" else getattr(epoch, name)
            tally.column(at, f"bits.{name}", values, found.tolist())
        subnet.carry_on(outcome, records_step=step.get("records_step", True))


def _run(subnet: Recorded, emission: int, engine: Engine, tally: Tally) -> tuple[Outcome, Loaded, Epoch]:
    tally.epochs += 1
    given = subnet.stored(emission)
    loaded = load(given)
    settings = given.parameters
    epoch = engine.run(loaded.inputs, yuma3=settings.yuma3, liquid_alpha=settings.liquid_alpha)
    return unload(loaded, epoch), loaded, epoch


def _compare_outcome(tally: Tally, at: int, expected: Json, outcome: Outcome) -> None:
    for name in COLUMNS:
        tally.column(at, name, expected[name], getattr(outcome, name).tolist())
    bonds = _lists(outcome.bonds, len(outcome.active))
    if expected.get("bonds") is not None:
        tally.rows(at, "bonds", expected["bonds"], bonds)
    if "bonds_sha256" in expected:
        digest = hashlib.sha256(json.dumps(bonds, separators=(",", ":")).encode()).hexdigest()
        tally.single(at, "bonds_sha256", expected["bonds_sha256"], digest)


def _lists(rows: Rows, n: int) -> list[list[list[int]]]:
    return [rows[uid].tolist() if uid in rows else [] for uid in range(n)]


def _mechanisms(vector: Json, engine: Engine, tally: Tally) -> None:
    parts = split_emission(int(vector["emission"]), len(vector["mechanisms"]), vector["split"])
    outcomes = []
    for state, part in zip(vector["mechanisms"], parts, strict=True):
        subnet = Recorded.read(vector["params"], {**vector["state"], **state})
        outcomes.append(_run(subnet, part, engine, tally)[0])
    for at, (outcome, expected) in enumerate(zip(outcomes, vector["expected"]["mechanisms"], strict=True)):
        _compare_outcome(tally, at, expected, outcome)
    _compare_combined(tally, len(parts), vector["expected"]["combined"], combine(outcomes, parts))


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


_CHECKS: Final[Mapping[str, Callable[[Json, Engine, Tally], None]]] = {
    "epochs": _epochs,
    "mechanisms": _mechanisms,
    "primitives": _primitives,
    "weights": _weights,
    "chain": _chain,
}
"""How each kind of file is run. The last two hold no arrays, so every engine says the same."""


__all__ = ["Checked", "Mismatch", "Tally", "VectorFile", "check", "read"]
