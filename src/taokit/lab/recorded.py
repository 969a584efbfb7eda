"""A subnet of a vector file between its epochs: its state, and what a file says happens to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias

import numpy as np

from taokit.consensus import Hyperparameters, Outcome, Row, Stored
from taokit.consensus.scalar import U16

Json: TypeAlias = Mapping[str, Any]


def row_of(entries: Any, of: str = "a row") -> Row:
    """A row as a file has it: pairs of (uid, value). Raises `ValueError` for an entry that is none, by its place."""
    for place, entry in enumerate(entries):
        if len(entry) != 2 or not all(isinstance(number, int) and 0 <= number <= U16 for number in entry):
            raise ValueError(f"entry {place} of {of} is {entry}, no pair of uid and value within 0 to {U16}")
    return np.array(entries, dtype=np.uint16).reshape(-1, 2)


def whole_number(what: str, value: Any) -> int:
    """A number or decimal string of a file as an integer; raises `ValueError` for anything else, by its name."""
    if isinstance(value, int) or (isinstance(value, str) and value.removeprefix("-").isdecimal()):
        return int(value)
    raise ValueError(f"{what} is {value!r}, which is no whole number")


def _column(state: Json, name: str) -> list[int]:
    return [whole_number(f"{name} of uid {uid}", value) for uid, value in enumerate(state[name])]


def _rows(state: Json, name: str) -> dict[int, Row]:
    return {uid: row_of(row, f"the {name} of uid {uid}") for uid, row in enumerate(state[name] or []) if row}


@dataclass(slots=True, kw_only=True)
class Recorded:
    """What the chain stores of one subnet and mechanism. Index i is uid i; operations change it in place."""

    parameters: dict[str, Any]
    block: int
    last_update: list[int]
    registered: list[int]
    alpha: list[int]  # rao
    tao: list[int]  # rao
    permit: list[bool]
    weights: dict[int, Row]
    bonds: dict[int, Row]
    commits: dict[int, int]
    owner_uid: int | None
    last_step_block: int

    @classmethod
    def read(cls, parameters: Json, state: Json) -> Self:
        """The subnet that a file begins with."""
        return cls(
            parameters={"commit_reveal": False, **parameters},
            block=int(state["block"]),
            last_update=_column(state, "last_update"),
            registered=_column(state, "block_at_registration"),
            alpha=_column(state, "alpha_stake"),
            tao=_column(state, "tao_stake"),
            permit=[bool(permit) for permit in state["validator_permit"]],
            weights=_rows(state, "weights"),
            bonds=_rows(state, "bonds"),
            commits={uid: int(at) for uid, at in enumerate(state["commit_block"] or []) if at is not None},
            owner_uid=state["owner_uid"],
            last_step_block=int(state["last_step_block"]),
        )

    def apply(self, operation: Json) -> None:
        """Change the subnet as one operation of a file says. Raises `ValueError` for one that no file may name."""
        values = dict(operation)
        name = values.pop("op", None)
        if name not in _OPERATIONS:
            raise ValueError(f"there is no operation {name!r}")
        _OPERATIONS[name](self, **values)

    def stored(self, emission: int) -> Stored:
        """What an epoch reads."""
        return Stored(
            block=self.block,
            emission=emission,
            last_update=self.last_update,
            block_at_registration=self.registered,
            alpha_stake=self.alpha,
            tao_stake=self.tao,
            validator_permit=self.permit,
            weights=self.weights,
            bonds=self.bonds,
            commit_block=self.commits,
            owner_uid=self.owner_uid,
            last_step_block=self.last_step_block,
            parameters=Hyperparameters(**self.parameters),
        )

    def carry_on(self, outcome: Outcome, *, records_step: bool) -> None:
        """Keep what the epoch left for the next one."""
        self.bonds, self.permit = dict(outcome.bonds), outcome.validator_permit.tolist()
        if records_step:
            self.last_step_block = self.block

    def _set_weights(self, uid: int, row: Any, block: int) -> None:
        self.weights[uid] = row_of(row, f"the weights that uid {uid} sets")
        self.last_update[uid] = block

    def _register(self, uid: int, block: int, alpha: Any, tao: Any) -> None:
        self._set_stake(uid, alpha, tao)
        self.last_update[uid] = self.registered[uid] = block
        self.permit[uid] = False
        self.weights.pop(uid, None)
        self.bonds.pop(uid, None)
        self.commits.pop(uid, None)
        self.weights = {other: _without_weight_on(uid, row) for other, row in self.weights.items()}

    def _append(self, block: int, alpha: Any, tao: Any) -> None:
        self.last_update.append(block)
        self.registered.append(block)
        self.alpha.append(whole_number("the alpha of the uid that joins", alpha))
        self.tao.append(whole_number("the tao of the uid that joins", tao))
        self.permit.append(False)

    def _set_stake(self, uid: int, alpha: Any, tao: Any) -> None:
        self.alpha[uid] = whole_number(f"the alpha of uid {uid}", alpha)
        self.tao[uid] = whole_number(f"the tao of uid {uid}", tao)

    def _set_param(self, name: str, value: Any) -> None:
        self.parameters[name] = value

    def _commit(self, uid: int, block: int | None, touch: bool = True) -> None:
        self.commits.pop(uid, None)
        if block is not None:
            self.commits[uid] = block
            if touch:
                self.last_update[uid] = block

    def _reset_bonds(self, uid: int) -> None:
        self.bonds = {other: row[row[:, 0] != uid] for other, row in self.bonds.items()}

    def _set_owner(self, uid: int | None) -> None:
        self.owner_uid = uid


def _without_weight_on(uid: int, row: Row) -> Row:
    """The entry stays, at zero."""
    changed = row.copy()
    changed[changed[:, 0] == uid, 1] = 0
    return changed


_OPERATIONS: Final[Mapping[str, Callable[..., None]]] = {
    "set_weights": Recorded._set_weights,
    "register": Recorded._register,
    "append": Recorded._append,
    "set_stake": Recorded._set_stake,
    "set_param": Recorded._set_param,
    "commit": Recorded._commit,
    "reset_bonds": Recorded._reset_bonds,
    "set_owner": Recorded._set_owner,
}


def steps(vector: Json) -> Iterator[tuple[Recorded, Json]]:
    """Each recorded epoch with the subnet before it; the caller carries the subnet on."""
    subnet = Recorded.read(vector["params"], vector["state"])
    for step in vector["epochs"]:
        for operation in step["ops"]:
            subnet.apply(operation)
        subnet.block = int(step["block"])
        yield subnet, step


__all__ = ["Recorded", "row_of", "steps"]
