import pytest

from taokit.devnet.runtime import DispatchError
from taokit.devnet.runtime.subtensor.storage import AXONS, NEURON_CERTIFICATES, PROMETHEUS
from taokit.errors import PoolRefused

LOCAL = 0x7F000001
PUBLIC = 0x08080808


def axon(**changed):
    usual = {"netuid": 1, "version": 7, "ip": PUBLIC, "port": 8091, "ip_type": 4, "protocol": 4}
    return {**usual, "placeholder1": 0, "placeholder2": 0, **changed}


def metrics(**changed):
    return {"netuid": 1, "version": 7, "ip": PUBLIC, "port": 7091, "ip_type": 4, **changed}


def test_an_axon_is_recorded_with_its_block(chain, named):
    made = chain()
    made.mine(3)
    made.call(named("m0"), "SubtensorModule.serve_axon", **axon())
    assert made.state[AXONS, 1, named("m0")] == (3, 7, PUBLIC, 8091, 4, 4, 0, 0)
    assert made.events("AxonServed") == [(1, named("m0"))]


@pytest.mark.parametrize(
    ("who", "changed", "name", "code"),
    [
        ("stranger", {"ip_type": 5}, "HotKeyNotRegisteredInNetwork", 10),
        ("m0", {"ip_type": 5, "ip": LOCAL}, "InvalidIpType", 255),
        ("m0", {"ip": LOCAL, "port": 0}, "InvalidIpAddress", 11),
        ("m0", {"ip": 1, "ip_type": 6}, "InvalidIpAddress", 11),
        ("m0", {"ip": 0xFFFFFFFF}, "InvalidIpAddress", 11),
        ("m0", {"ip": 2**128 - 1, "ip_type": 6}, "InvalidIpAddress", 11),
        ("m0", {"port": 0}, "InvalidPort", 13),
    ],
)
def test_the_first_check_that_fails_speaks_in_the_pool_and_at_dispatch(chain, named, who, changed, name, code):
    made = chain(allow_loopback=False)
    made.mine()
    with pytest.raises(PoolRefused) as refused:
        made.offer(named(who), "SubtensorModule.serve_axon", **axon(**changed))
    assert (refused.value.name, refused.value.custom, refused.value.code) == (name, code, 1010)
    with pytest.raises(DispatchError, match=name):
        made.call(named(who), "SubtensorModule.serve_axon", **axon(**changed))


@pytest.mark.parametrize(("ip", "ip_type"), [(LOCAL, 4), (1, 6), (0, 4)])
def test_this_machine_may_serve_where_that_is_allowed(chain, named, ip, ip_type):
    made = chain()
    made.mine()
    made.call(named("m0"), "SubtensorModule.serve_axon", **axon(ip=ip, ip_type=ip_type))
    assert made.state[AXONS, 1, named("m0")][2] == ip


def test_the_rate_limit_counts_blocks_since_the_last_record(chain, named):
    made = chain(hyperparameters={"ServingRateLimit": 5})
    made.mine()
    made.call(named("m0"), "SubtensorModule.serve_axon", **axon())
    made.mine(4)
    with pytest.raises(PoolRefused) as refused:
        made.offer(named("m0"), "SubtensorModule.serve_axon", **axon(port=0))
    assert (refused.value.name, refused.value.custom) == ("ServingRateLimitExceeded", 12)
    made.mine()
    made.offer(named("m0"), "SubtensorModule.serve_axon", **axon())


def test_a_certificate_of_the_wrong_size_is_ignored(chain, named):
    made = chain()
    made.mine()
    made.call(named("m0"), "SubtensorModule.serve_axon_tls", **axon(), certificate=b"\x01" + b"k" * 64)
    assert made.state[NEURON_CERTIFICATES, 1, named("m0")] == (b"k" * 64, 1)
    for certificate in (b"", b"\x01" + b"k" * 65):
        made.call(named("m1"), "SubtensorModule.serve_axon_tls", **axon(), certificate=certificate)
        assert made.state[NEURON_CERTIFICATES, 1, named("m1")] is None
        assert made.state[AXONS, 1, named("m1")]


def test_metrics_need_a_real_address(chain, named):
    made = chain()
    made.mine()
    with pytest.raises(DispatchError, match="InvalidIpAddress"):
        made.call(named("m0"), "SubtensorModule.serve_prometheus", **metrics(ip=0))
    made.call(named("m0"), "SubtensorModule.serve_prometheus", **metrics())
    assert made.state[PROMETHEUS, 1, named("m0")] == (1, 7, PUBLIC, 7091, 4)
