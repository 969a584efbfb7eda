import asyncio
import sys

import pytest

from taokit.dendrite import Dendrite, Target, Tracing
from taokit.errors import ConfigurationError
from taokit.keys import from_uri
from taokit.protocol import Synapse

trace = pytest.importorskip("opentelemetry.sdk.trace")
export = pytest.importorskip("opentelemetry.sdk.trace.export")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")


class Echo(Synapse):
    required_hash_fields = ("text",)

    text: str
    reply: str | None = None


@pytest.fixture
def spans():
    exporter, provider = memory.InMemorySpanExporter(), trace.TracerProvider()
    provider.add_span_processor(export.SimpleSpanProcessor(exporter))
    exporter.tracing = Tracing(provider)
    return exporter


def targets(*peers):
    return [Target(uid=uid, hotkey=BOB.ss58, ip="127.0.0.1", port=peer.port) for uid, peer in enumerate(peers)]


@pytest.mark.parametrize("format", ["btauth/1", "legacy"])
async def test_a_round_is_a_span_with_one_for_each_question(serve, http, spans, format):
    good, refusing = await serve(http(b'{"reply": "hidden"}')), await serve(http(b"{}", status=403))
    async with Dendrite(ALICE, format=format, allow_private=True, tracing=spans.tracing) as dendrite:
        await dendrite.ask_all(targets(good, refusing), Echo(text="secret"))
    found = {(span.name, span.attributes.get("taokit.uid")): span for span in spans.get_finished_spans()}
    round = found["taokit.dendrite.round", None]
    asked, refused = (found["taokit.dendrite.ask", uid] for uid in (0, 1))
    assert asked.parent.span_id == refused.parent.span_id == round.context.span_id
    assert (asked.attributes["taokit.outcome"], asked.attributes["taokit.status"]) == ("ok", 200)
    assert (asked.status.is_ok, refused.status.is_ok) == (True, False)
    parent = f"00-{asked.context.trace_id:032x}-{asked.context.span_id:016x}-"
    assert good.requests[0]["traceparent"].startswith(parent)
    told = "".join(span.to_json() for span in spans.get_finished_spans())
    signature = "bt_header_dendrite_signature" if format == "legacy" else "x-bittensor-signature"
    for hidden in ("secret", "hidden", ALICE.ss58, good.requests[0][signature]):
        assert hidden not in told


async def test_a_question_that_is_given_up_ends_its_span(serve, spans):
    async def stall(peer, reader, writer):
        await peer.read(reader)
        await reader.read()

    peer = await serve(stall)
    async with Dendrite(ALICE, allow_private=True, tracing=spans.tracing) as dendrite:
        asking = asyncio.create_task(dendrite.ask(targets(peer)[0], Echo(text="x")))
        while not peer.requests:
            await asyncio.sleep(0)
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    (span,) = spans.get_finished_spans()
    assert (span.status.is_ok, span.status.description) == (False, "given up")


async def test_nothing_is_sent_besides_when_nobody_traces(serve, http):
    peer = await serve(http())
    async with Dendrite(ALICE, allow_private=True) as dendrite:
        await dendrite.ask(targets(peer)[0], Echo(text="x"))
    assert "traceparent" not in {name.lower() for name, _ in peer.requests[0].headers}


def test_without_the_package_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    with pytest.raises(ConfigurationError) as caught:
        Tracing()
    assert "taokit[otel]" in caught.value.hint
