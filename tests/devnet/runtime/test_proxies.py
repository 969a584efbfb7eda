"""Who acts for whom, with the deposits, filters and announcements of pallet_subtensor_proxy."""

from dataclasses import replace
from hashlib import blake2b

import pytest

from taokit.devnet.runtime import DispatchError, api, balances, payer
from taokit.devnet.runtime.proxies import pure_account
from taokit.devnet.runtime.proxy import ANNOUNCEMENTS, LAST_CALL_RESULT, PROXIES, REAL_PAYS_FEE

TAO = 10**9
DEPOSIT = 60_000_000  # rao reserved once
EACH = 33_000_000  # and for every proxy
ANNOUNCING = 36_000_000
ANNOUNCED = 68_000_000
FILTERED = ("Err", ("Module", (0, b"\x05\0\0\0")))  # System.CallFiltered


@pytest.fixture
def made(chain, named):
    """A chain on which `a` and `b` hold ten TAO, `c` one."""
    made = chain(balances={named("a"): 10 * TAO, named("b"): 10 * TAO, named("c"): TAO})
    made.mine()
    return made


@pytest.fixture
def to(named):
    return lambda name: ("Id", named(name))


@pytest.fixture
def pay(to, as_call):
    """A transfer to `c`."""
    return lambda rao: as_call("Balances.transfer_allow_death", dest=to("c"), value=rao)


def kept(made, account):
    """Free and reserved rao, and what needs the account."""
    _, consumers, _, _, (free, reserved, *_) = made.state[balances.ACCOUNT_INFO, account]
    return free, reserved, consumers


def add(made, real, delegate, kind="Any", delay=0):
    made.call(real, "Proxy.add_proxy", delegate=("Id", delegate), proxy_type=kind, delay=delay)


def act(made, delegate, real, call, kind=None):
    made.call(delegate, "Proxy.proxy", real=("Id", real), force_proxy_type=kind, call=call)
    return made.events("ProxyExecuted")[-1][0]


def test_a_proxy_costs_a_deposit_and_gives_it_back(made, named):
    a, b, c = named("a"), named("b"), named("c")
    issued = made.state[balances.ISSUANCE]
    add(made, a, c, "Staking", 5)
    add(made, a, b)
    assert made.state[PROXIES, a] == (((b, "Any", 0), (c, "Staking", 5)), DEPOSIT + 2 * EACH)
    assert kept(made, a) == (10 * TAO - DEPOSIT - 2 * EACH, DEPOSIT + 2 * EACH, 1)
    assert made.events("Reserved") == [(a, DEPOSIT + EACH), (a, EACH)]
    made.call(a, "Proxy.remove_proxy", delegate=("Id", c), proxy_type="Staking", delay=5)
    assert made.state[PROXIES, a] == (((b, "Any", 0),), DEPOSIT + EACH)
    made.call(a, "Proxy.remove_proxies")
    assert (PROXIES, a) not in made.state
    assert kept(made, a) == (10 * TAO, 0, 0)
    assert made.state[balances.ISSUANCE] == issued


@pytest.mark.parametrize(
    ("call", "error"),
    [
        ({"delegate": "a", "proxy_type": "Any", "delay": 0}, "Proxy.NoSelfProxy"),
        ({"delegate": "b", "proxy_type": "Any", "delay": 0}, "Proxy.Duplicate"),
    ],
)
def test_proxies_that_the_chain_refuses(made, named, call, error):
    add(made, named("a"), named("b"))
    with pytest.raises(DispatchError, match=error):
        made.call(named("a"), "Proxy.add_proxy", **{**call, "delegate": ("Id", named(call["delegate"]))})


def test_no_account_has_more_than_twenty(made, named):
    for number in range(20):
        add(made, named("a"), named(f"p{number}"))
    with pytest.raises(DispatchError, match=r"Proxy\.TooMany"):
        add(made, named("a"), named("p20"))


def test_who_cannot_leave_a_deposit_has_no_proxy(made, named, chain):
    poor, last = named("poor"), named("last")
    made = chain(balances={poor: DEPOSIT, last: DEPOSIT + EACH + 499})
    made.mine()
    with pytest.raises(DispatchError, match=r"Balances\.InsufficientBalance"):
        add(made, poor, named("a"))
    with pytest.raises(DispatchError, match="ConsumerRemaining"):
        add(made, last, named("a"))


def test_an_account_with_a_deposit_does_not_die(made, named, to, pay):
    add(made, named("a"), named("b"))
    free, _, _ = kept(made, named("a"))
    with pytest.raises(DispatchError, match=r"Token\.Frozen"):
        made.call(named("a"), "Balances.transfer_allow_death", dest=to("c"), value=free)
    made.call(named("a"), "Balances.transfer_all", dest=to("c"), keep_alive=True)
    assert kept(made, named("a")) == (500, DEPOSIT + EACH, 1)


def test_a_proxy_acts_for_another(made, named, pay):
    a, b, c = named("a"), named("b"), named("c")
    add(made, a, b)
    assert act(made, b, a, pay(TAO)) == ("Ok", ())
    assert balances.free(made.state, c) == 2 * TAO
    assert kept(made, a)[0] == 9 * TAO - DEPOSIT - EACH
    assert made.state[LAST_CALL_RESULT, a] == ("Ok", ())


def test_what_fails_inside_is_told_and_undone(made, named, pay):
    add(made, named("a"), named("b"))
    assert act(made, named("b"), named("a"), pay(99 * TAO)) == ("Err", ("Token", "FundsUnavailable"))
    assert balances.free(made.state, named("c")) == TAO


def test_nobody_acts_without_leave(made, named, pay):
    with pytest.raises(DispatchError, match=r"Proxy\.NotProxy"):
        act(made, named("b"), named("a"), pay(TAO))
    add(made, named("a"), named("b"), "Staking")
    with pytest.raises(DispatchError, match=r"Proxy\.NotProxy"):
        act(made, named("b"), named("a"), pay(TAO), "Transfer")


@pytest.mark.parametrize(
    ("kind", "calls"),
    [  # one letter a call below: what `proxy_filter_api_behavior_matches_instance_filter` of the chain expects
        ("Any", "transfer remark stake register owner identity symbol hotkey root sudo"),
        ("NonTransfer", "remark stake register owner identity symbol hotkey root sudo"),
        ("NonFungible", "remark register owner identity symbol hotkey sudo"),
        ("NonCritical", "transfer remark stake register owner identity symbol hotkey"),
        ("Transfer", "transfer"),
        ("SmallTransfer", ""),
        ("Owner", "owner identity symbol"),
        ("Staking", "stake"),
        ("Registration", "register"),
        ("Triumvirate", ""),
        ("Senate", ""),
        ("Governance", ""),
        ("RootWeights", ""),
    ],
)
def test_what_a_proxy_may_call_depends_on_its_type(made, named, as_call, pay, kind, calls):
    texts = ("subnet_name", "github_repo", "subnet_contact", "subnet_url", "discord", "description", "logo_url")
    known = {
        "transfer": pay(TAO),
        "remark": as_call("System.remark", remark=b""),
        "stake": as_call("SubtensorModule.add_stake", hotkey=named("v0"), netuid=1, amount_staked=100),
        "register": as_call(
            "SubtensorModule.register",
            netuid=1,
            block_number=1,
            nonce=0,
            work=b"",
            hotkey=named("x"),
            coldkey=named("a"),
        ),
        "owner": as_call("AdminUtils.sudo_set_serving_rate_limit", netuid=1, serving_rate_limit=2),
        "identity": as_call(
            "SubtensorModule.set_subnet_identity", netuid=1, additional=b"", **dict.fromkeys(texts, b"")
        ),
        "symbol": as_call("SubtensorModule.update_symbol", netuid=1, symbol=b""),
        "hotkey": as_call("AdminUtils.sudo_set_sn_owner_hotkey", netuid=1, hotkey=named("x")),
        "root": as_call("SubtensorModule.root_register", hotkey=named("x")),
        "sudo": as_call("Sudo.sudo", call=as_call("System.remark", remark=b"")),
    }
    add(made, named("a"), named("b"), kind)
    passed = {name for name, call in known.items() if act(made, named("b"), named("a"), call) != FILTERED}
    assert passed == set(calls.split())


@pytest.mark.parametrize(("rao", "small"), [(499_999_999, True), (500_000_000, False)])
def test_small_transfers_are_below_half_a_tao(made, named, pay, rao, small):
    add(made, named("a"), named("b"), "SmallTransfer")
    assert (act(made, named("b"), named("a"), pay(rao)) == ("Ok", ())) is small


def test_a_batch_gets_nobody_past_the_filter(made, named, as_call, pay):
    add(made, named("a"), named("b"), "NonTransfer")
    batch = as_call("Utility.batch_all", calls=(pay(TAO),))
    assert act(made, named("b"), named("a"), batch) == FILTERED
    derived = as_call("Utility.as_derivative", index=0, call=pay(TAO))
    assert act(made, named("b"), named("a"), derived) == FILTERED


@pytest.mark.parametrize(
    ("kind", "other", "may"),
    [
        ("Any", "Any", True),
        ("NonTransfer", "Staking", True),
        ("NonTransfer", "Transfer", False),
        ("NonTransfer", "Any", False),
        ("Transfer", "SmallTransfer", False),  # the type may, but its filter names no call of this pallet
        ("NonCritical", "Any", False),
    ],
)
def test_no_proxy_makes_one_that_may_more(made, named, to, as_call, kind, other, may):
    add(made, named("a"), named("b"), kind)
    call = as_call("Proxy.add_proxy", delegate=to("c"), proxy_type=other, delay=0)
    assert (act(made, named("b"), named("a"), call) == ("Ok", ())) is may


def test_only_a_full_proxy_ends_them_all(made, named, as_call):
    add(made, named("a"), named("b"), "NonTransfer")
    assert act(made, named("b"), named("a"), as_call("Proxy.remove_proxies")) == FILTERED


def test_a_delayed_call_is_announced_first(made, named, as_call, pay):
    a, b, c = named("a"), named("b"), named("c")
    add(made, a, b, delay=3)
    call = replace(pay(TAO), raw=b"as it was encoded")
    with pytest.raises(DispatchError, match=r"Proxy\.Unannounced"):
        act(made, b, a, call)
    hash = blake2b(call.raw, digest_size=32).digest()
    made.call(b, "Proxy.announce", real=("Id", a), call_hash=hash)
    assert made.state[ANNOUNCEMENTS, b] == (((a, hash, made.state.number),), ANNOUNCING + ANNOUNCED)
    assert kept(made, b)[1] == ANNOUNCING + ANNOUNCED
    later = {"delegate": ("Id", b), "real": ("Id", a), "force_proxy_type": None, "call": call}
    made.mine(2)
    with pytest.raises(DispatchError, match=r"Proxy\.Unannounced"):
        made.call(c, "Proxy.proxy_announced", **later)
    made.mine()
    made.call(c, "Proxy.proxy_announced", **later)
    assert balances.free(made.state, c) == 2 * TAO
    assert kept(made, b) == (10 * TAO, 0, 0)


@pytest.mark.parametrize(
    ("who", "name", "other"), [("b", "remove_announcement", "real"), ("a", "reject_announcement", "delegate")]
)
def test_announcements_are_taken_back_or_struck_out(made, named, who, name, other):
    add(made, named("a"), named("b"), delay=3)
    made.call(named("b"), "Proxy.announce", real=("Id", named("a")), call_hash=bytes(32))
    named_there = ("Id", named("a" if other == "real" else "b"))
    made.call(named(who), f"Proxy.{name}", **{other: named_there, "call_hash": bytes(32)})
    assert (ANNOUNCEMENTS, named("b")) not in made.state
    with pytest.raises(DispatchError, match=r"Proxy\.NotFound"):
        made.call(named(who), f"Proxy.{name}", **{other: named_there, "call_hash": bytes(32)})


def test_a_pure_account_is_acted_for_and_given_up(made, named, to, as_call, pay):
    a = named("a")
    made.state.phase = 2
    made.call(a, "Proxy.create_pure", proxy_type="Any", delay=0, index=7)
    ((pure, maker, kind, index),) = made.events("PureCreated")
    where = made.state.number.to_bytes(4, "little") + b"\2\0\0\0"
    assert pure == blake2b(b"modlpy/proxy____" + a + where + b"\0\7\0", digest_size=32).digest()
    assert (maker, kind, index) == (a, "Any", 7)
    assert pure_account(a, "Any", 7, height=made.state.number, extrinsic=2) == pure
    with pytest.raises(DispatchError, match=r"Proxy\.Duplicate"):
        made.call(a, "Proxy.create_pure", proxy_type="Any", delay=0, index=7)
    made.call(a, "Balances.transfer_keep_alive", dest=("Id", pure), value=2 * TAO)
    assert act(made, a, pure, pay(TAO)) == ("Ok", ())
    born = {"spawner": to("a"), "proxy_type": "Any", "index": 7, "height": made.state.number, "ext_index": 2}
    with pytest.raises(DispatchError, match=r"Proxy\.NoPermission"):
        made.call(a, "Proxy.kill_pure", **born)
    assert act(made, a, pure, as_call("Proxy.kill_pure", **born)) == ("Ok", ())
    assert (PROXIES, pure) not in made.state
    assert kept(made, a) == (8 * TAO, 0, 0)


def test_deposits_that_are_right_stay(made, named):
    add(made, named("a"), named("b"))
    made.call(named("a"), "Proxy.poke_deposit")
    assert made.events("DepositPoked") == []
    made.state[PROXIES, named("a")] = (made.state[PROXIES, named("a")][0], DEPOSIT)  # as if it had been cheaper
    made.call(named("a"), "Proxy.poke_deposit")
    assert made.events("DepositPoked") == [(named("a"), "Proxies", DEPOSIT, DEPOSIT + EACH)]


def test_who_is_acted_for_may_pay(made, named, as_call, pay):
    a, b, c = named("a"), named("b"), named("c")
    add(made, a, b)
    call = as_call("Proxy.proxy", real=("Id", a), force_proxy_type=None, call=pay(1))
    assert payer(made.state, b, call) == b
    made.call(a, "Proxy.set_real_pays_fee", delegate=("Id", b), pays_fee=True)
    assert (payer(made.state, b, call), payer(made.state, c, call), payer(made.state, b, pay(1))) == (a, c, b)
    add(made, c, a)
    deeper = as_call("Proxy.proxy", real=("Id", c), force_proxy_type=None, call=pay(1))
    nested = as_call("Proxy.proxy", real=("Id", a), force_proxy_type=None, call=deeper)
    several = as_call("Utility.batch", calls=(deeper, deeper))
    batched = as_call("Proxy.proxy", real=("Id", a), force_proxy_type=None, call=several)
    assert (payer(made.state, b, nested), payer(made.state, b, batched)) == (a, a)
    made.call(c, "Proxy.set_real_pays_fee", delegate=("Id", a), pays_fee=True)
    assert (payer(made.state, b, nested), payer(made.state, b, batched)) == (c, c)
    made.call(a, "Proxy.remove_proxies")
    assert (REAL_PAYS_FEE, a, b) not in made.state


def test_clients_are_told_of_types_and_filters(made):
    told = api(made.state, "ProxyFilterRuntimeApi", "get_proxy_types", {})
    assert [(index, name) for name, index, _ in told][:2] == [(0, b"Any"), (1, b"Owner")]
    assert {name for name, _, old in told if old} == {b"Triumvirate", b"Senate", b"Governance", b"RootWeights"}
    filters = {
        row[1]: row for row in api(made.state, "ProxyFilterRuntimeApi", "get_proxy_filter", {"proxy_type": None})
    }
    assert len(filters) == len(told) == 18
    assert filters[b"Any"][3:] == ("AllowAll", (), ())
    assert filters[b"Senate"][3:] == ("DenyAll", (), ())
    assert (b"Balances", 5, None, None, None) in filters[b"NonTransfer"][4]
    assert (b"Sudo", 12, None, None, None) in filters[b"NonCritical"][4]
    owner = filters[b"Owner"]
    assert (b"AdminUtils", 19, None, None, None) in owner[4]
    assert (b"AdminUtils", 19, b"sudo_set_sn_owner_hotkey", 67, None) in owner[5]
    small = [row[4] for row in filters[b"SmallTransfer"][4]]
    assert ("ParamLessThan", b"alpha_amount", 500_000_000) in small
    (nested,) = filters[b"SudoUncheckedSetCode"][4]
    assert nested == (b"Sudo", 12, b"sudo_unchecked_weight", 1, ("NestedCallMustBe", b"System", b"set_code"))
    (one,) = api(made.state, "ProxyFilterRuntimeApi", "get_proxy_filter", {"proxy_type": 17})
    assert one[:2] == (17, b"RootClaim")
    assert api(made.state, "ProxyFilterRuntimeApi", "get_proxy_filter", {"proxy_type": 99}) == ()
