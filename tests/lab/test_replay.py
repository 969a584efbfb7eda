import gzip

import numpy as np
import pytest

from metagraphs import metagraph, rows
from taokit.consensus import Hyperparameters, Stored, run_epoch
from taokit.errors import ConfigurationError
from taokit.lab.replay import replay, replay_file, replayed
from taokit.lab.scenarios import play
from taokit.lab.simulate import simulate
from taokit.metagraph.store import to_bytes


def test_the_next_epoch_of_a_metagraph_is_that_of_its_state():
    made = metagraph()
    (step,) = simulate(replayed(made), [], 1)
    expected = run_epoch(
        Stored(
            block=5260,  # the last epoch's block and a tempo
            emission=1000,
            last_update=made.last_update,
            block_at_registration=made.block_at_registration,
            alpha_stake=made.alpha_stake,
            tao_stake=made.tao_stake,
            validator_permit=made.validator_permit,
            weights=made.weights,
            bonds=made.bonds,
            owner_uid=0,
            last_step_block=4900,
            parameters=Hyperparameters(yuma3=True, max_allowed_validators=64, commit_reveal=False),
        )
    )
    assert step.block == 5260
    for name in ("incentive", "dividends", "consensus", "emission", "stake_weight", "validator_trust"):
        assert np.array_equal(getattr(step.outcome, name), getattr(expected, name)), name
    assert {uid: row.tolist() for uid, row in step.outcome.bonds.items()} == {
        uid: row.tolist() for uid, row in expected.bonds.items()
    }


def test_its_validators_keep_their_weights_and_stay_active():
    steps = play(replay(metagraph()), epochs=20)
    assert steps[-1].outcome.active[1:3].all()
    assert steps[-1].stored.weights[2].tolist() == [[4, 0], [3, 65535]]  # in the order it was stored in


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_file_plain_or_packed(tmp_path, pack):
    path = tmp_path / "seven.json"
    path.write_bytes(pack(to_bytes(metagraph())))
    assert replay_file(path).name == "subnet 7"


def test_a_file_cut_in_half(tmp_path):
    path = tmp_path / "seven.json"
    whole = to_bytes(metagraph())
    for content in (whole[: len(whole) // 2], gzip.compress(whole)[:200]):
        path.write_bytes(content)
        with pytest.raises(ConfigurationError, match=r"seven\.json"):
            replay_file(path)


def test_rows_that_are_none():
    with pytest.raises(ConfigurationError, match="weights of uid 1 are no array"):
        replayed(metagraph(weights={1: rows((3, 1)).astype(np.int64)}))
