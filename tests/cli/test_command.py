"""What `taokit dev` is told, before anything plays."""

import pytest
from pydantic import BaseModel

from taokit import Miner, Synapse, Validator
from taokit.cli.dev.cast import STAKES, cast_of, demo_cast
from taokit.cli.dev.command import Options, play
from taokit.errors import ConfigurationError


class Ask(Synapse):
    word: str


class Mine(Miner):
    class Settings(BaseModel):
        depth: int = 1

    async def forward(self, synapse: Ask) -> Ask:
        return synapse


class Other(Mine):
    """Another that competes."""


class Theirs(Validator):
    class Settings(BaseModel):
        width: int = 1


def options(**changes):
    told = {
        "path": None, "epochs": 1, "seed": 1, "interval": 0.0, "report": None, "miners": None, "validators": None,
        "settings": (), "as_json": True,
    }  # fmt: skip
    return Options(**{**told, **changes})


@pytest.mark.parametrize("told", [{"settings": ("a=b",)}, {"miners": 3}, {"validators": 2}])
def test_what_is_for_the_users_own_classes_is_refused_without_them(told):
    with pytest.raises(ConfigurationError, match="is for your own classes") as caught:
        play(options(**told))
    assert "taokit dev ." in caught.value.hint


def test_a_report_that_cannot_be_written_is_refused_before_the_first_epoch(tmp_path):
    for place in (tmp_path, tmp_path / "absent" / "r.html"):
        with pytest.raises(ConfigurationError, match="cannot write the report"):
            play(options(report=place))


def test_the_demonstration_has_the_promised_cast():
    cast = demo_cast(1)
    assert [part.name for part in cast if part.is_miner] == ["lzma", "bz2", "zlib", "cheat"]
    assert [part.name for part in cast if not part.is_miner] == ["honest-a", "honest-b", "copier"]
    honest = [part.stake for part in cast if part.name.startswith("honest")]
    assert len(set(honest)) == 2
    assert [part.scores for part in cast] == [True] * 6 + [False]


def test_a_cast_of_ones_own_has_so_many_of_each_and_each_class_its_settings():
    cast = cast_of([Mine], Theirs, miners=2, validators=5, settings={"depth": "3", "width": "4"})
    assert [part.name for part in cast] == ["miner-0", "miner-1", *(f"validator-{k}" for k in range(5))]
    several = cast_of([Mine, Other], Theirs, miners=3, validators=1, settings={})
    assert [part.name for part in several] == ["Mine", "Other", "Mine-1", "validator-0"]
    assert [part.stake for part in cast[2:]] == [*STAKES, STAKES[-1], STAKES[-1]]
    assert {tuple(part.settings.items()) for part in cast} == {(("depth", "3"),), (("width", "4"),)}
