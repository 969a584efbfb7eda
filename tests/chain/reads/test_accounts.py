from chains import ALICE, BOB, TAO
from taokit.chain import Storage, calls, reads, run
from taokit.devnet import Devnet
from taokit.units import Rao

HOTKEY = "5GrwvaEF5zXb26Fz9rcQpDWS57CtERHpNehXCPcNoHGKutQY"
SUBNETS = "SubtensorModule"


def read(question, answers):
    return run(question, answers.__getitem__)


def test_balance():
    assert read(reads.balance(HOTKEY), {Storage("System", "Account", (HOTKEY,)): {"data": {"free": 5}}}) == Rao(5)


def test_what_an_account_holds():
    key = Storage("System", "Account", (HOTKEY,))
    found = read(reads.holding(HOTKEY), {key: {"data": {"free": 5, "reserved": 2, "frozen": 3, "flags": 0}}})
    assert (found.free, found.frozen, found.total) == (Rao(5), Rao(3), Rao(7))


def test_balances_of_several_accounts():
    chain = Devnet.subnet(miners=1, validators=1).chain()
    both = chain.read(reads.balances([ALICE.ss58, BOB.ss58]))
    assert both == {one.ss58: chain.read(reads.balance(one.ss58)) for one in (ALICE, BOB)}
    assert both[ALICE.ss58] > Rao(TAO)
    assert chain.read(reads.existential_deposit()) == Rao(500)


def test_hotkeys_and_identities():
    chain = Devnet.subnet(miners=1, validators=1).chain()
    chain.submit(calls.burned_register(1, BOB.ss58), ALICE)
    assert chain.read(reads.owner_of(BOB.ss58)) == ALICE.ss58
    assert chain.read(reads.hotkeys_of(ALICE.ss58)) == [BOB.ss58]
    assert chain.read(reads.identity(ALICE.ss58)) is None
    chain.submit(calls.set_identity("Alice & söhne", url="https://a.example"), ALICE)
    found = chain.read(reads.identity(ALICE.ss58))
    assert (found.name, found.url, found.image) == ("Alice & söhne", "https://a.example", "")
    assert chain.read(reads.identities()) == {ALICE.ss58: found}
