import sys

import pytest

from taokit.dendrite import Dendrite, Metrics, Target
from taokit.errors import ConfigurationError
from taokit.keys import from_uri
from taokit.protocol import Synapse

prometheus = pytest.importorskip("prometheus_client")
ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


async def test_replies_and_rounds_are_counted_and_nothing_of_theirs_is_told(serve, http):
    registry = prometheus.CollectorRegistry()
    good, refusing = await serve(http(b'{"reply": "hidden"}')), await serve(http(b"{}", status=403))
    targets = [
        Target(uid=uid, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port) for uid, peer in enumerate((good, refusing))
    ]
    async with Dendrite(ALICE, allow_private=True, metrics=Metrics(registry)) as dendrite:
        await dendrite.ask_all(targets, Echo(text="secret"))
        await dendrite.ask(targets[0], Echo(text="secret"))

    def value(name, **labels):
        return registry.get_sample_value(f"taokit_dendrite_{name}", labels)

    labels = {"route": "Echo", "format": "btauth/1"}
    assert value("requests_total", **labels, outcome="ok") == 2
    assert value("requests_total", **labels, outcome="not served") == 1
    assert value("request_seconds_count", **labels, outcome="ok") == 2
    assert value("tries_total", **labels) == 3
    assert value("received_bytes_total", **labels) == 2 * len('{"reply": "hidden"}') + 2
    assert value("sent_bytes_total", **labels) == 3 * len(b'{"text":"secret"}')
    assert value("round_seconds_count") == 1
    told = prometheus.generate_latest(registry).decode()
    for hidden in ("secret", "hidden", BOB.ss58, ALICE.ss58, good.requests[0]["x-bittensor-signature"]):
        assert hidden not in told


def test_two_in_one_registry_are_refused():
    registry = prometheus.CollectorRegistry()
    Metrics(registry)
    with pytest.raises(ConfigurationError, match="already") as caught:
        Metrics(registry)
    assert caught.value.hint


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(ConfigurationError) as caught:
        Metrics()
    assert "taokit[metrics]" in caught.value.hint
