import pytest

from chains import ALICE, BOB, TAO, funded
from taokit.chain import calls, reads
from taokit.devnet.runtime.utility import SUDO_KEY
from taokit.errors import DispatchFailed, UnknownName


def balance(devnet, who):
    return devnet.chain().read(reads.balance(who.ss58)).rao


def test_money_and_settings_show_at_once():
    devnet = funded()
    devnet.fund(BOB, 5 * TAO)
    devnet.fund(BOB.ss58, TAO)
    assert balance(devnet, BOB) == 6 * TAO
    devnet.set_hyperparameter(1, "weights_set_rate_limit", 7)
    devnet.set_hyperparameter(1, "Tempo", 20)
    seen = devnet.chain().read(reads.hyperparameters(1))
    assert (seen.weights_rate_limit, seen.tempo) == (7, 20)
    with pytest.raises(UnknownName, match="Nonsense"):
        devnet.set_hyperparameter(1, "nonsense", 1)


def test_sudo_acts_as_root_and_says_why_not():
    devnet = funded()
    devnet.sudo(calls.Call("Balances", "force_set_balance", {"who": BOB.ss58, "new_free": 7 * TAO}))
    assert balance(devnet, BOB) == 7 * TAO
    with pytest.raises(DispatchFailed) as caught:
        devnet.sudo(calls.transfer_keep_alive(BOB.ss58, TAO))
    assert caught.value.name == "BadOrigin"


def test_the_sudo_key_makes_root_calls_and_learns_of_their_failure():
    devnet = funded()
    devnet.state[SUDO_KEY] = ALICE.public_key
    chain = devnet.chain()
    set_balance = calls.Call("Balances", "force_set_balance", {"who": BOB.ss58, "new_free": TAO})
    chain.submit(calls.sudo(set_balance), ALICE)
    assert balance(devnet, BOB) == TAO
    with pytest.raises(DispatchFailed, match="BadOrigin"):
        chain.submit(calls.sudo(calls.transfer_keep_alive(BOB.ss58, TAO)), ALICE)
