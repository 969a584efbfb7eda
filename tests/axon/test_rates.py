import pytest

from raw_http import exchange
from signed_requests import NOW, ask, legacy, signed
from taokit.axon import Limits, Rate
from taokit.axon.rates import Buckets, network_of
from taokit.errors import ConfigurationError, Forbidden, TooMany
from wire_classes import Echo
from wire_vectors import CHARLIE


def taken(buckets, key, *moments):
    """How many of the tokens were there."""
    count = 0
    for now in moments:
        try:
            buckets.take(key, now)
            count += 1
        except TooMany:
            pass
    return count


def test_a_burst_passes_and_then_so_many_a_second():
    buckets = Buckets(Rate(per_s=2, burst=5))
    assert taken(buckets, "a", *[100.0] * 9) == 5
    assert taken(buckets, "a", 100.5, 100.5) == 1
    assert taken(buckets, "a", *[110.0] * 9) == 5


def test_every_key_has_its_own():
    buckets = Buckets(Rate(per_s=1, burst=1))
    assert taken(buckets, "a", 1.0, 1.0) == 1
    assert taken(buckets, "b", 1.0) == 1


def test_a_refusal_says_when_to_come_back_and_takes_nothing():
    buckets = Buckets(Rate(per_s=0.5, burst=1))
    buckets.take("a", 10.0)
    for now, left in ((10.0, 2.0), (11.0, 1.0)):
        with pytest.raises(TooMany) as caught:
            buckets.take("a", now)
        assert caught.value.retry_after == pytest.approx(left)
    assert taken(buckets, "a", 12.0) == 1


def test_the_table_is_bounded_and_forgets_who_came_least_recently():
    buckets = Buckets(Rate(per_s=1, burst=1), limit=2)
    for key in "ab":
        buckets.take(key, 0.0)
    assert taken(buckets, "a", 0.0) == 0
    buckets.take("c", 0.0)
    assert len(buckets) == 2
    assert taken(buckets, "a", 0.0) == 0
    assert taken(buckets, "b", 0.0) == 1


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_an_address_is_one_host(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize("wrong", [(0, 1), (-1, 1), (float("nan"), 1), (1, 0)])
def test_a_rate_that_lets_nobody_pass_is_refused(wrong):
    with pytest.raises(ConfigurationError, match="no request would ever pass"):
        Rate(*wrong)


@pytest.mark.parametrize("write", [signed, legacy])
async def test_a_hotkey_over_its_rate_is_told_to_wait_and_others_are_not(served, write):
    port = await served(limits=Limits(hotkey_rate=Rate(per_s=0.001, burst=2)))
    replies = [await ask(port, write(Echo(text="x"), nonce_ns=NOW + n)) for n in range(3)]
    assert [reply.status for reply in replies] == [200, 200, 429]
    assert replies[2].json == {"message": "too many requests"}
    assert int(replies[2].headers["retry-after"]) > 900
    assert (await ask(port, signed(Echo(text="x"), signer=CHARLIE))).status == 200


async def test_who_is_not_admitted_takes_no_room_in_the_table(served):
    async def nobody(caller):
        raise Forbidden("no")

    port = await served(admit=nobody, limits=Limits(hotkey_rate=Rate(per_s=0.001, burst=1)))
    for number in range(3):
        assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + number))).status == 403


async def test_an_address_over_its_rate_is_refused_before_anything_is_verified(served):
    port = await served(limits=Limits(address_rate=Rate(per_s=0.001, burst=2)))
    assert (await exchange(port, "GET", "/nothing")).status == 404
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + 1))).status == 429
