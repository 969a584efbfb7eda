import json
import textwrap

import pytest
from typer.testing import CliRunner

from record_values import answered, round_record
from taokit.cli.app import app
from taokit.errors import ConfigurationError
from taokit.neuron.recorder import Recorder


def replay(*args):
    return CliRunner().invoke(app, ["replay", *map(str, args)])


def failure(*args):
    found = replay(*args).exception
    assert isinstance(found, ConfigurationError), found
    return found


@pytest.fixture
def module(tmp_path, monkeypatch):
    """Writes a module with a validator and gives its name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)

    def write(name, body, base="score"):
        method = {"score": "def score(self, round, replies):", "run_round": "async def run_round(self, round):"}[base]
        text = f"""
            import taokit
            from record_values import Ask

            class V(taokit.Validator):
                class Settings(taokit.Validator.Settings):
                    factor: float = 1.0

                async def query(self, round):
                    return Ask(word="w")

                {method}
                    {body}
        """
        (tmp_path / f"{name}.py").write_text(textwrap.dedent(text))
        return f"{name}:V"

    return write


def test_scores_are_shown_beside_the_recorded_ones(tmp_path, module):
    spec = module("replay_same", "return {r.uid: 0.5 * self.settings.factor for r in replies if r.synapse.answer}")
    file = Recorder(tmp_path / "r").keep(round_record(validator=spec))
    told = replay(file)
    assert told.exit_code == 0, told.exception
    first, _, row, last = told.output.splitlines()
    assert first == "round 1 of subnet 1, epoch 1, block 1000"
    assert row.split() == ["1", "b", "ok", "0.5", "0.5"]
    assert last == "1 uids, 0 differ"
    changed = json.loads(replay(file, spec, "--set", "factor=3", "--json").output)
    assert changed["differ"] == 1
    assert changed["rows"] == [{"uid": 1, "hotkey": "b", "outcome": "ok", "recorded": 0.5, "now": 1.5}]


def test_the_chance_of_the_round_is_the_same_again(tmp_path, module):
    spec = module("replay_chance", "return {1: round.random.random()}")
    file = Recorder(tmp_path / "r").keep(round_record(validator=spec, scores={1: 0.13436424411240122}))
    assert json.loads(replay(file, "--json").output)["differ"] == 0  # CPython's first number of seed 1


def test_a_round_of_its_own_is_run_again_with_the_recorded_answers(tmp_path, module):
    body = "return {r.uid: len(r.synapse.answer) for q in 'ab' for r in await round.ask(Ask(word=q))}"
    spec = module("replay_round", body, "run_round")
    asked = ((answered(0, "four"),), (answered(1, "seven.."),))
    file = Recorder(tmp_path / "r").keep(round_record(validator=spec, asked=asked, scores={0: 4.0, 1: 7.0}))
    told = json.loads(replay(file, "--json").output)
    assert [row["now"] for row in told["rows"]] == [4.0, 7.0]
    assert told["differ"] == 0


def test_a_uid_scored_once_only_differs(tmp_path, module):
    spec = module("replay_missing", "return {0: 1.0}")
    told = json.loads(replay(Recorder(tmp_path / "r").keep(round_record(validator=spec)), "--json").output)
    assert [(row["uid"], row["recorded"], row["now"]) for row in told["rows"]] == [(0, None, 1.0), (1, 0.5, None)]
    assert told["differ"] == 2


def test_a_cut_file_is_told_with_its_line(tmp_path, module):
    spec = module("replay_cut", "return {}")
    file = Recorder(tmp_path / "r").keep(round_record(validator=spec))
    whole = file.read_bytes().splitlines(keepends=True)
    file.write_bytes(b"".join(whole[:2]))
    assert "cut short after line 2" in str(failure(file))
    file.write_bytes(b"".join(whole[:2]) + whole[2][:10])
    assert "line 3: no JSON, or cut short" in str(failure(file))
    assert failure(tmp_path / "absent.jsonl").hint


def test_a_script_is_asked_for_by_its_module(tmp_path):
    file = Recorder(tmp_path).keep(round_record(validator="__main__:Mine"))
    assert "MODULE:Mine" in failure(file).hint


def test_code_that_fails_is_named_with_its_step(tmp_path, module):
    scoring = Recorder(tmp_path / "r").keep(round_record(validator=module("replay_odd", "raise ValueError('odd')")))
    assert "V failed in score: ValueError: odd" in str(failure(scoring))
    spec = module(
        "replay_setup", "return {}\n\n                async def setup(self):\n                    self.chain.read()"
    )
    needy = Recorder(tmp_path / "s").keep(round_record(validator=spec))
    assert "--no-setup" in failure(needy).hint
    assert replay(needy, "--no-setup").exit_code == 0
