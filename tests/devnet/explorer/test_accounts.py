import pytest

from chains import ALICE
from explorer_scene import ASKING, SCRIPT
from taokit.chain import reads
from taokit.devnet.explorer.accounts import account
from taokit.errors import ConfigurationError


def test_a_known_account(scene):
    told, chain = account(scene, ALICE.ss58), scene.chain()
    assert (told["known"], int(told["free"])) == ("//Alice", chain.read(reads.balance(ALICE.ss58)).rao)
    assert told["nonce"] == chain.read(reads.nonce(ALICE.ss58))
    assert (told["owner"], told["seats"]) == (None, [])


def test_a_validator_has_a_uid_a_name_and_stake(scene):
    who = ASKING[0].ss58
    told = account(scene, who)
    assert (told["name"], told["owner"], told["seats"]) == (SCRIPT, who, [{"netuid": 1, "uid": 6}])
    (stake,) = told["stakes"]
    assert (stake["hotkey"], stake["netuid"]) == (who, 1)
    assert int(stake["alpha"]) > 0


@pytest.mark.parametrize("text", ["", "5xyz", "0x" + "00" * 32, "é"])
def test_what_is_no_address(scene, text):
    with pytest.raises(ConfigurationError, match="is no address"):
        account(scene, text)
