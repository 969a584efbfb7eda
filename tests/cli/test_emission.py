import json

import pytest
from typer.testing import CliRunner

from taokit.cli.app import app
from taokit.errors import ConfigurationError

TAO = 10**9


def taokit(*args):
    return CliRunner().invoke(app, ["emission", *args])


def told(*args):
    return json.loads(taokit(*args, "--json").output)


def test_half_a_tao_a_block_after_the_first_halving():
    found = told("--issuance", "11330335")
    assert (found["block_emission"], found["day_emission"]) == (TAO // 2, 3600 * TAO)
    assert found["next_halving"]["issuance"] == 15_750_000 * TAO
    assert found["next_halving"]["left"] == 4_419_665 * TAO
    assert found["next_halving"]["days"] == pytest.approx(1228, abs=1)


def test_the_split_is_18_41_and_what_root_leaves_of_41():
    split = told("--issuance", "0", "--root-tao", "5298381", "--alpha-issuance", "2000000")["split"]
    assert split["owner"] / split["alpha_out"] == pytest.approx(11796 / 65535, abs=1e-8)
    assert split["server"] == pytest.approx(0.410002 * TAO, rel=1e-5)
    assert split["validator"] + split["root"] == pytest.approx(split["server"], abs=2)
    assert 0 < split["root"] < split["validator"]


def test_in_words():
    lines = taokit("--issuance", "11_330_335.5").output.splitlines()
    assert lines[0] == "issuance       11,330,335.5 τ"
    assert lines[1] == "a block mints  0.5 τ"
    assert any("owner" in line and "18.00%" in line for line in lines)


def test_at_the_cap_nothing_is_minted_any_more():
    assert told("--issuance", "21000000")["next_halving"] is None
    assert "nothing is minted any more" in taokit("--issuance", "21000000").output


@pytest.mark.parametrize(
    ("amount", "message"),
    [("much", "which is no amount"), ("nan", "which is no amount"), ("-1", "outside 0 to"), ("1e30", "outside 0 to")],
)
def test_a_bad_amount_is_refused_by_name(amount, message):
    error = taokit("--issuance", amount).exception
    assert isinstance(error, ConfigurationError)
    assert "--issuance" in str(error)
    assert message in str(error)
