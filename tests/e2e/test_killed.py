"""A validator's process is SIGKILLed between any two writes: its weights still land, each of them once."""

import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from taokit.chain import reads
from taokit.devnet import Devnet, account
from taokit.units import RAO_PER_TAO
from validator_child import receive, send
from worlds import events

CHILD = Path(__file__).parents[1] / "validator_child.py"
SEED = 5
TEMPO = 360  # as on a real subnet: after each lost extrinsic there is time for another


class Parent:
    """Holds the chain, serves it to one child after the other, and keeps count of what got into blocks."""

    def __init__(self, state):
        self.state = state
        self.key = account("validator", seed=SEED)
        self.devnet = Devnet.demo(
            miners=[account(f"miner-{k}", seed=SEED) for k in range(3)],
            validators=[(self.key, 1000 * RAO_PER_TAO)],
            seed=SEED,
        )
        self.devnet.set_hyperparameter(1, "Tempo", TEMPO)
        self.backend, self.chain = self.devnet.backend(), self.devnet.chain()
        self.commits, self.reveals = Counter(), Counter()

    def life(self, left, *, until=None):
        """One child, which dies at its step number `left` (0: never) or when epoch `until` begins."""
        args = [sys.executable, str(CHILD), str(self.state), "validator", str(SEED), str(left)]
        with subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
            self._serve(child, until)
            child.stdin.close()
            errors = child.stderr.read().decode()
        assert child.returncode in (0, -9), errors
        return child.returncode

    def _serve(self, child, until):
        while True:
            try:
                method, args, options = receive(child.stdout)
            except Exception:  # a child that died in the middle of asking
                return
            try:
                answer = (True, self._answer(method, args, options, until))
            except Exception as error:
                answer = (False, error)
            try:
                send(child.stdin, answer)
            except BrokenPipeError:
                return

    def _answer(self, method, args, options, until):
        if method == "next_head":
            return None if until is not None and self.epoch() >= until else self._mine()
        if method == "submit":
            return next(iter(self.backend.submit(*args)))
        return getattr(self.backend, method)(*args, **options)

    def _mine(self):
        head = self.devnet.mine()
        epoch = self.epoch()
        for record in self.chain.read(events()):
            said = str(record["event"])
            self.commits[epoch] += "WeightsCommitted" in said
            self.reveals[epoch] += "WeightsRevealed" in said
        return head

    def epoch(self):
        return self.chain.read(reads.schedule(1)).epoch_index


@pytest.fixture
def parent(tmp_path):
    it = Parent(tmp_path)
    it.devnet.auto = False
    return it


def test_weights_land_exactly_once_whatever_moment_the_process_is_killed_at(parent):
    first, killed = parent.epoch(), 0
    for left in range(1, 46):
        killed += parent.life(left, until=parent.epoch() + 2) == -9
    last = parent.epoch()
    assert parent.life(0, until=last + 3) == 0
    assert killed >= 40
    assert last - first >= 3
    for epoch in range(first + 1, last + 2):
        assert parent.commits[epoch] == 1, f"epoch {epoch} of {first} to {last}"
        assert parent.reveals[epoch + 1] == 1, f"epoch {epoch + 1} of {first} to {last}"
    assert max(parent.commits.values()) == max(parent.reveals.values()) == 1
