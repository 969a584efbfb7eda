"""What the operator sees: health, metrics, spans, log fields and whether the axon can be reached."""

import asyncio
import json
import logging
import socket
import sys

import pytest

from raw_http import exchange
from signed_requests import NOW, ask, legacy, signed
from taokit.axon import Knock, Limits, Metrics, Route, Tracing, Watch, knock, tracing_if_set_up
from taokit.errors import ConfigurationError
from taokit.run.logs import JsonLines
from wire_classes import Boom, Echo, boom, echo
from wire_vectors import ALICE, BOB

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"  # the example of W3C Trace Context


async def test_health_is_on_a_port_of_its_own(serve):
    port, axon = await serve([Route(Echo, echo)], watch=Watch(private_port=0))
    health = await exchange(axon.private_port, "GET", "/health")
    assert health.status == 200
    assert {**health.json, "uptime_s": 0} == {
        "status": "ok",
        "hotkey": BOB.ss58,
        "running": 0,
        "waiting": 0,
        "uptime_s": 0,
    }
    assert (await exchange(axon.private_port, "GET", "/metrics")).status == 404
    assert (await exchange(port, "GET", "/health")).status == 404


async def test_nothing_is_open_unless_set(serve):
    _, axon = await serve([])
    assert axon.private_port is None


async def test_health_says_that_it_closes(serve):
    begun, held = asyncio.Event(), asyncio.Event()

    async def wait(message, caller):
        begun.set()
        await held.wait()
        return message

    port, axon = await serve([Route(Echo, wait)], now_ns=lambda: NOW, watch=Watch(private_port=0))
    task = asyncio.create_task(ask(port, signed(Echo(text="x"))))
    await begun.wait()
    private = axon.private_port
    reader, writer = await asyncio.open_connection("127.0.0.1", private)
    stopping = asyncio.create_task(axon.stop(drain_s=10))
    await asyncio.sleep(0)
    health = await exchange(private, "GET", "/health")
    assert (health.status, health.json["status"], health.json["running"]) == (503, "closing", 1)
    held.set()
    await asyncio.gather(task, stopping)
    assert await reader.read() == b""  # and no new one is tried: another program may have the port by now
    assert axon.private_port is None
    writer.close()


async def test_a_private_port_in_use_is_one_sentence_and_a_hint(serve):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="cannot serve health and metrics") as caught:
            await serve([], watch=Watch(private_port=taken.getsockname()[1]))
    assert "--private-port" in caught.value.hint


def samples(page):
    lines = (line.rpartition(" ") for line in page.decode().splitlines() if not line.startswith("#"))
    return {name: float(value) for name, _, value in lines}


async def test_requests_are_counted_and_timed_by_route_format_and_outcome(serve):
    port, axon = await serve(
        [Route(Echo, echo), Route(Boom, boom)],
        now_ns=lambda: NOW,
        watch=Watch(Metrics(), private_port=0),
        limits=Limits(),
    )
    replay = signed(Echo(text="body-text"))
    for request in (replay, replay, legacy(Echo(text="x")), signed(Boom(), nonce_ns=NOW + 1)):
        await ask(port, request)
    await exchange(port, "GET", "/secret-path")
    reply = await exchange(axon.private_port, "GET", "/metrics")
    assert reply.headers["content-type"].startswith("text/plain")
    found = samples(reply.body)
    count = "taokit_axon_requests_total"
    assert {name: value for name, value in found.items() if name.startswith(count)} == {
        count + '{format="btauth",outcome="ok",route="Echo"}': 1,
        count + '{format="btauth",outcome="Replayed",route="Echo"}': 1,
        count + '{format="legacy",outcome="ok",route="Echo"}': 1,
        count + '{format="btauth",outcome="HandlerFailed",route="Boom"}': 1,
        count + '{format="none",outcome="UnknownMessage",route="none"}': 1,
    }
    assert found['taokit_axon_request_seconds_count{format="btauth",outcome="ok",route="Echo"}'] == 1
    assert (found["taokit_axon_running"], found["taokit_axon_waiting"]) == (0, 0)
    secret = dict(replay.headers)["X-Bittensor-Signature"]
    for word in ("body-text", ALICE.ss58, secret, "secret"):
        assert word.encode() not in reply.body


@pytest.mark.parametrize(
    ("make", "module", "extra"),
    [(Metrics, "prometheus_client", "taokit[metrics]"), (Tracing, "opentelemetry", "taokit[otel]")],
)
def test_a_library_that_is_missing_names_its_extra(monkeypatch, make, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ConfigurationError) as caught:
        make()
    assert extra in caught.value.hint


@pytest.fixture
def spans():
    """Tracing, and the spans that it made."""
    export = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter").InMemorySpanExporter()
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor

    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(export))
    return Tracing(provider), export.get_finished_spans


async def test_a_request_is_a_span_below_that_of_its_caller(serve, spans):
    from opentelemetry import trace

    tracing, finished = spans
    inside = []

    async def handler(message, caller):
        inside.append(trace.get_current_span().get_span_context())
        return await echo(message, caller)

    port, _ = await serve([Route(Echo, handler)], now_ns=lambda: NOW, watch=Watch(tracing=tracing))
    request = signed(Echo(text="body-text"))
    assert (await ask(port, request, ("traceparent", PARENT))).status == 200
    (span,) = finished()
    assert (f"{span.context.trace_id:032x}", f"{span.parent.span_id:016x}") == tuple(PARENT.split("-")[1:3])
    assert inside == [span.context]
    assert dict(span.attributes) | {"taokit.request_id": ""} == {
        "http.request.method": "POST",
        "http.route": "/Echo",
        "taokit.format": "btauth",
        "taokit.request_id": "",
        "taokit.outcome": "ok",
    }
    text = span.to_json()
    assert "body-text" not in text
    assert dict(request.headers)["X-Bittensor-Signature"] not in text


async def test_a_failure_is_named_in_its_span_and_strangers_have_none(serve, spans, caplog):
    tracing, finished = spans
    port, _ = await serve([Route(Boom, boom)], now_ns=lambda: NOW, watch=Watch(tracing=tracing))
    await ask(port, signed(Boom()))
    await exchange(port, "POST", "/Boom", [("traceparent", PARENT)], b"{}")
    (span,) = finished()
    assert (span.attributes["taokit.outcome"], span.status.status_code.name) == ("HandlerFailed", "ERROR")
    assert "secret" not in span.to_json()


def test_without_a_provider_nothing_is_traced():
    assert tracing_if_set_up() is None


async def test_the_log_has_fields(served, caplog):
    caplog.set_level(logging.DEBUG, "taokit.axon")
    port = await served()
    request = signed(Echo(text="body-text"))
    for _ in range(2):
        await ask(port, request)
    lines = [json.loads(JsonLines().format(record)) for record in caplog.records if hasattr(record, "fields")]
    assert [(line["route"], line["format"], line["outcome"]) for line in lines] == [
        ("Echo", "btauth", "ok"),
        ("Echo", "btauth", "Replayed"),
    ]
    assert lines[0]["seconds"] >= 0
    assert "body-text" not in json.dumps(lines)


async def test_an_axon_reaches_itself(serve):
    port, axon = await serve([])
    reach = await axon.check_reachable("127.0.0.1", port)
    assert (reach.reached, reach.said) == (True, f"reached at 127.0.0.1 port {port}")
    assert axon._service.probes == {}


async def test_another_server_at_the_address_is_told_apart(serve):
    _, axon = await serve([])
    other, _ = await serve([])
    reach = await axon.check_reachable("127.0.0.1", other)
    assert not reach.reached
    assert "another server answers" in reach.said


async def test_a_port_where_nobody_is_or_nobody_answers(serve):
    _, axon = await serve([])
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        assert "not reached" in (await axon.check_reachable("127.0.0.1", port)).said
        silent.listen()
        reach = await axon.check_reachable("127.0.0.1", port, timeout_s=0.05)
    assert "no answer within 0.05 s" in reach.said


async def test_a_knock_is_refused_by_an_axon(serve):
    port, _ = await serve([])
    assert await knock("127.0.0.1", port, "/Synapse", timeout_s=5) == Knock(401)


async def test_what_speaks_no_http_is_said_so():
    async def greet(reader, writer):
        writer.write(b"220 mail\r\n")
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1")
    async with server:
        answer = await knock("127.0.0.1", server.sockets[0].getsockname()[1], "/", timeout_s=5)
    assert answer.status is None
    assert answer.problem
