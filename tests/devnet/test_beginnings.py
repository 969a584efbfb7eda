import pytest

from taokit.devnet import Devnet
from taokit.devnet.presets import SIZES
from taokit.devnet.runtime.subtensor.storage import SUBNETWORK_N


class Own(Devnet):
    """A user's own chain."""


@pytest.mark.parametrize("preset", SIZES)
def test_a_preset_makes_a_chain_of_the_class_it_is_asked_of(preset):
    made = getattr(Own, preset)()
    assert type(made) is Own
    assert made.preset == preset
    assert made.auto == (preset != "demo")
    assert made.state[SUBNETWORK_N, 1] == 1 + sum(SIZES[preset])
    asked = getattr(Devnet, preset)(miners=1, validators=1, auto=preset == "demo", Tempo=20)
    assert asked.auto == (preset == "demo")
    assert asked.state[SUBNETWORK_N, 1] == 3
    assert asked.settings == {"Tempo": 20}
    with pytest.raises(TypeError):
        getattr(Devnet, preset)(5)
