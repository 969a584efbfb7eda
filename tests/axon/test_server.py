import asyncio
import hashlib
import json
import logging
import socket

import numpy as np
import pytest

from raw_http import exchange, read_reply, request_bytes, send
from signed_requests import NOW, ask, legacy, signed
from taokit.axon import Axon, Limits, Route, allow, everyone
from taokit.errors import ConfigurationError, Malformed, TooMany
from taokit.protocol import BtauthDraft, Synapse, encode_tensor
from wire_classes import Blob, Boom, Echo, Slow, TensorAdd, Tokens, blob, boom, echo, slow, tensor_add, tokens
from wire_vectors import ALICE, BOB, CHARLIE, DevSigner

ECHO = Route(Echo, echo)


async def test_a_signed_question_is_answered_with_answer_fields_only(served):
    reply = await ask(await served(), signed(Echo(text="hé")))
    assert (reply.status, reply.json) == (200, {"reply": "hé"})
    assert not [name for name in reply.headers if name.startswith("bt_header")]


async def test_an_ed25519_caller_is_answered_too(served):
    reply = await ask(await served(), signed(Echo(text="x"), signer=DevSigner("//Alice", "ed25519")))
    assert reply.status == 200


async def test_ping_is_built_in(served):
    port = await served()
    assert (await ask(port, signed(Synapse()))).json == {}
    assert (await ask(port, legacy(Synapse()))).json["name"] == "Synapse"


async def test_tensors_and_bytes_travel(served):
    port = await served(Route(TensorAdd, tensor_add))
    one = np.ones((2, 2), dtype="f4")
    reply = await ask(port, signed(TensorAdd(a=one, b=one)))
    assert reply.json == {"out": encode_tensor(one + one)}


async def test_a_replay_is_refused_by_one_memory_for_each_format(served):
    port = await served()
    for request in (signed(Echo(text="x")), legacy(Echo(text="x"))):
        assert (await ask(port, request)).status == 200
        assert (await ask(port, request)).status == 401


async def test_a_body_that_was_changed_is_not_verified_and_uses_up_no_nonce(served):
    port = await served()
    request = signed(Echo(text="x"))
    forged = await exchange(port, "POST", "/Echo", request.headers, b'{"text":"y"}')
    assert (forged.status, forged.json) == (401, {"message": "not verified"})
    assert (await ask(port, request)).status == 200


async def test_a_request_for_another_path_is_not_verified(served):
    port = await served(ECHO, Route(Blob, blob))
    request = signed(Echo(text="x"))
    assert (await exchange(port, "POST", "/Blob", request.headers, request.body)).status == 401


async def test_the_query_is_signed_and_ignored(served):
    port = await served()
    draft = BtauthDraft.of(Echo(text="x"))
    with_query = BtauthDraft("/Echo?a=1", draft.body, draft.body_sha256).signed(ALICE, receiver=BOB.ss58, nonce_ns=NOW)
    assert (await ask(port, with_query)).json == {"reply": "x"}


@pytest.mark.parametrize(
    ("method", "target", "status"),
    [("GET", "/docs", 404), ("GET", "/Echo", 405), ("POST", "/Echo", 401), ("POST", "/echo", 404),
     ("POST", "/Echo/", 404), ("POST", "/Ech%6F", 404), ("POST", "//Echo", 404), ("POST", "http://x/Echo", 404)],
)  # fmt: skip
async def test_without_marks_a_request_gets_no_further_than_its_route(served, method, target, status):
    assert (await exchange(await served(), method, target)).status == status


async def test_a_405_says_what_is_allowed(served):
    assert (await exchange(await served(), "GET", "/Echo")).headers["allow"] == "POST"


async def test_marks_of_two_formats_are_refused(served):
    request = signed(Echo(text="x"))
    assert (await ask(await served(), request, ("bt_header_dendrite_hotkey", ALICE.ss58))).status == 400


async def test_a_format_that_is_off_is_refused_with_the_names_of_those_that_are_on(served):
    port = await served(formats=["btauth"])
    for request in (legacy(Echo(text="x")), None):
        headers = request.headers if request else [("Epistula-Version", "2")]
        reply = await exchange(port, "POST", "/Echo", headers, b"{}")
        assert reply.status == 400
        assert "btauth" in reply.json["message"]
        assert "legacy" not in reply.json["message"]


@pytest.mark.parametrize(
    "name", ["X-Bittensor-Nonce", "x-bittensor-hotkey", "X-BITTENSOR-SIGNATURE", "Content-Type", "timeout"]
)
async def test_a_repeated_header_of_a_format_is_refused(served, name):
    request = signed(Echo(text="x"))
    again = dict(request.headers).get(name, "1")
    extra = [(name, again)] if name != "timeout" else [(name, "1"), (name, "1")]
    assert (await ask(await served(), request, *extra)).status == 400


@pytest.mark.parametrize(("name", "value"), [("Content-Encoding", "gzip"), ("Content-Encoding", "identity")])
async def test_an_encoded_body_is_refused(served, name, value):
    assert (await ask(await served(), signed(Echo(text="x")), (name, value))).status == 415


@pytest.mark.parametrize(
    ("kind", "status"),
    [("application/json; charset=utf-8", 200), ("application/octet-stream", 200), ("text/plain", 415), ("", 415)],
)
async def test_the_content_type_is_json_or_binary(served, kind, status):
    request = signed(Echo(text="x"))
    headers = [(name, value) for name, value in request.headers if name != "Content-Type"]
    reply = await exchange(await served(), "POST", "/Echo", [*headers, ("Content-Type", kind)], request.body)
    assert reply.status == status


@pytest.mark.parametrize(
    "body", [b"", b"{nope", b"[1]", b'{"text": 5}', b"{}", b'{"text": ' + b"[" * 70 + b"]" * 70 + b"}"]
)
async def test_a_verified_body_that_does_not_fit_is_malformed(served, body):
    draft = BtauthDraft("/Echo", body, hashlib.sha256(body).hexdigest())
    reply = await ask(await served(), draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=NOW))
    assert (reply.status, reply.json) == (400, {"message": "malformed request"})


async def test_a_body_over_the_limit_is_refused_by_its_length_alone(served):
    port = await served(Route(Echo, echo, max_body=100))
    request = signed(Echo(text="x"))
    announced = request_bytes("POST", "/Echo", request.headers, b"").replace(
        b"Content-Length: 0", b"Content-Length: 1000000000000"
    )
    assert (await send(port, announced)).status == 413


async def test_a_chunked_body_is_bounded_while_it_is_read(served):
    port = await served(Route(Echo, echo, max_body=100))
    request = signed(Echo(text="x"))
    chunk = b"40\r\n" + b"x" * 64 + b"\r\n"
    raw = request_bytes("POST", "/Echo", request.headers, b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )
    assert (await send(port, raw + chunk * 4 + b"0\r\n\r\n")).status == 413


async def test_a_chunked_body_is_read(served):
    port = await served()
    request = signed(Echo(text="x"))
    raw = request_bytes("POST", "/Echo", request.headers, b"").replace(
        b"Content-Length: 0", b"Transfer-Encoding: chunked"
    )
    pieces = b"".join(b"1\r\n" + bytes([byte]) + b"\r\n" for byte in request.body)
    assert (await send(port, raw + pieces + b"0\r\n\r\n")).json == {"reply": "x"}


async def test_a_slow_body_has_a_deadline(served):
    port = await served(limits=Limits(body_s=0.05))
    request = signed(Echo(text="x"))
    raw = request_bytes("POST", "/Echo", request.headers, request.body)
    assert (await send(port, raw[:-3])).status == 408


async def test_headers_that_do_not_arrive_have_a_deadline(served):
    port = await served(limits=Limits(keepalive_s=0.05))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST /Echo HTTP/1.1\r\nHost: x\r\n")
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize(
    "headers",
    [
        [(f"h{number}", "x") for number in range(129)],
        [(f"h{number}", "x") for number in range(2000)],
        [("big", "x" * (17 << 10))],
        [("big", "x" * (200 << 10))],
    ],
    ids=["many", "very-many", "long", "very-long"],
)
async def test_headers_over_the_limit_are_refused(served, headers):
    reply = await exchange(await served(), "POST", "/Echo", headers)
    assert (reply.status, reply.json) == (431, {"message": "headers too large"})


async def test_what_is_not_http_gets_a_fixed_text(served):
    reply = await send(await served(), b"\x16\x03\x01hello\r\n\r\n")
    assert (reply.status, reply.json) == (400, {"message": "malformed request"})


async def test_a_client_that_waits_for_permission_to_send_gets_it(served):
    request = signed(Echo(text="x"))
    raw = request_bytes("POST", "/Echo", [*request.headers, ("Expect", "100-continue")], request.body)
    reader, writer = await asyncio.open_connection("127.0.0.1", await served())
    writer.write(raw[: -len(request.body)])
    assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 100 ")
    writer.write(request.body)
    assert (await read_reply(reader)).json == {"reply": "x"}
    writer.close()


async def test_a_connection_serves_many_requests(served):
    reader, writer = await asyncio.open_connection("127.0.0.1", await served())
    for nonce_ns in (NOW, NOW + 1):
        request = signed(Echo(text="x"), nonce_ns=nonce_ns)
        writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
        assert (await read_reply(reader)).status == 200
    writer.close()


async def test_for_a_connection_too_many_the_one_that_idled_longest_is_closed(served):
    port = await served(limits=Limits(connections=2))
    (first, keep), (second, writer), (third, newest) = [
        await asyncio.open_connection("127.0.0.1", port) for _ in range(3)
    ]
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await first.readexactly(1)
    for number, reader, sender in ((0, second, writer), (1, third, newest)):
        request = signed(Echo(text="x"), nonce_ns=NOW + number)
        sender.write(request_bytes("POST", "/Echo", request.headers, request.body))
        assert (await read_reply(reader)).status == 200
        sender.close()
    keep.close()


async def test_a_connection_that_is_served_makes_no_room(serve):
    port, axon = await serve([Route(Slow, slow)], now_ns=lambda: NOW, limits=Limits(connections=1))
    asked = asyncio.create_task(ask(port, signed(Slow(seconds=0.1))))
    while not axon.running:
        await asyncio.sleep(0.005)
    late, writer = await asyncio.open_connection("127.0.0.1", port)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await late.readexactly(1)
    assert (await asked).json == {"done": True}
    writer.close()


async def test_a_caller_that_is_not_admitted_is_forbidden(served):
    port = await served(admit=allow([CHARLIE.ss58]))
    reply = await ask(port, signed(Echo(text="x")))
    assert (reply.status, reply.json) == (403, {"message": "forbidden"})
    assert (await ask(port, signed(Echo(text="x"), signer=CHARLIE))).status == 200


async def test_a_policy_sees_verified_callers_only(served):
    seen = []

    async def admit(caller):
        seen.append(caller.hotkey)

    port = await served(admit=admit)
    request = signed(Echo(text="x"))
    await exchange(port, "POST", "/Echo", request.headers, b'{"text":"y"}')
    assert seen == []


async def test_a_policy_that_fails_refuses(served, caplog):
    async def admit(caller):
        raise LookupError("the metagraph is away")

    reply = await ask(await served(admit=admit), signed(Echo(text="x")))
    assert (reply.status, reply.json) == (403, {"message": "forbidden"})
    assert "the metagraph is away" in caplog.text


async def test_a_policy_may_ask_to_come_back_later(served):
    async def admit(caller):
        error = TooMany("slow down")
        error.retry_after = 3
        raise error

    reply = await ask(await served(admit=admit), signed(Echo(text="x")))
    assert (reply.status, reply.headers["retry-after"]) == (429, "3")


@pytest.mark.parametrize("write", [signed, legacy])
async def test_a_handler_that_raises_tells_the_caller_an_id_and_the_log_everything(served, caplog, write):
    port = await served(Route(Boom, boom, unbound_body=True))
    reply = await ask(port, write(Boom(text="x")))
    assert reply.status == 500
    assert b"secret" not in reply.body
    identity = reply.json["message"].split()[-1]
    record = next(record for record in caplog.records if identity in record.getMessage())
    assert record.levelno == logging.ERROR
    assert "secret detail" in caplog.text


@pytest.mark.parametrize("result", [None, Blob(), "text"])
async def test_a_handler_that_answers_something_else_has_failed(served, result):
    async def handler(message, caller):
        return result

    assert (await ask(await served(Route(Echo, handler)), signed(Echo(text="x")))).status == 500


async def test_a_number_that_is_not_finite_is_not_answered(served, caplog):
    class Measure(Synapse):
        reading: dict | None = None

    async def handler(message, caller):
        message.reading = {"value": float("nan")}
        return message

    assert (await ask(await served(Route(Measure, handler)), signed(Measure()))).status == 500
    assert "reading.value" in caplog.text


async def test_a_handlers_own_timeout_and_broken_connections_are_failures_of_the_handler(served):
    for error in (TimeoutError("mine"), ConnectionError("mine")):

        async def handler(message, caller, error=error):
            raise error

        assert (await ask(await served(Route(Echo, handler)), signed(Echo(text="x")))).status == 500


async def test_a_handler_may_refuse(served):
    async def handler(message, caller):
        raise Malformed("no such model: detail for the log")

    reply = await ask(await served(Route(Echo, handler)), signed(Echo(text="x")))
    assert (reply.status, reply.json) == (400, {"message": "malformed request"})


async def test_a_handler_over_its_deadline_is_stopped(served):
    port = await served(Route(Slow, slow, deadline_s=0.02, unbound_body=True))
    assert (await ask(port, signed(Slow(seconds=30)))).status == 408


async def test_a_legacy_caller_that_waits_shorter_ends_sooner(served):
    port = await served(Route(Slow, slow, unbound_body=True))
    async with asyncio.timeout(6):  # half of what the route would allow
        reply = await ask(port, legacy(Slow(seconds=30), timeout=0.02))
    assert reply.status == 408
    assert reply.headers["bt_header_axon_status_code"] == "408"


async def test_running_handlers_are_bounded(served):
    port = await served(Route(Slow, slow, deadline_s=0.2), limits=Limits(at_once=1, waiting=0))
    first = asyncio.create_task(ask(port, signed(Slow(seconds=30))))
    await asyncio.sleep(0.05)
    second = await ask(port, signed(Slow(), nonce_ns=NOW + 1))
    assert (second.status, second.headers["retry-after"]) == (503, "1")
    assert (await first).status == 408


async def test_a_full_replay_memory_refuses(served):
    port = await served(limits=Limits(remembered=1))
    assert (await ask(port, signed(Echo(text="x")))).status == 200
    assert (await ask(port, signed(Echo(text="x"), nonce_ns=NOW + 1))).status == 503


async def test_what_was_signed_before_the_start_is_refused(served):
    assert (await ask(await served(), signed(Echo(text="x"), nonce_ns=NOW - 3_000_000_000))).status == 401


async def test_a_stale_request_is_logged_with_its_offset_and_the_caller_learns_nothing(served, caplog):
    caplog.set_level(logging.INFO, "taokit.axon")
    reply = await ask(await served(), signed(Echo(text="x"), nonce_ns=NOW - 60_000_000_000))
    assert (reply.status, reply.json) == (401, {"message": "not verified"})
    assert "-60000 ms" in caplog.text


async def test_the_log_holds_no_signature_and_no_body(served, caplog):
    caplog.set_level(logging.DEBUG, "taokit")
    request = signed(Echo(text="hunter2"))
    port = await served()
    await ask(port, request)
    await exchange(port, "POST", "/Echo", request.headers, request.body + b" ")
    assert "hunter2" not in caplog.text
    assert dict(request.headers)["X-Bittensor-Signature"][2:] not in caplog.text


async def test_a_port_in_use_is_one_sentence_and_a_hint():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        axon = Axon(BOB.ss58, [ECHO], admit=everyone)
        with pytest.raises(ConfigurationError, match="port") as caught:
            await axon.start("127.0.0.1", taken.getsockname()[1])
        assert caught.value.hint
        await axon.stop()


async def test_running_handlers_finish_before_the_axon_closes(serve):
    port, axon = await serve([Route(Slow, slow)], now_ns=lambda: NOW)
    idle, keep = await asyncio.open_connection("127.0.0.1", port)
    asked = asyncio.create_task(ask(port, signed(Slow(seconds=0.1))))
    while not axon.running:
        await asyncio.sleep(0.005)
    stopping = asyncio.create_task(axon.stop(drain_s=5))
    await asyncio.sleep(0)
    request = signed(Slow(), nonce_ns=NOW + 1)
    keep.write(request_bytes("POST", "/Slow", request.headers, request.body))
    late = await read_reply(idle)
    assert (late.status, late.headers["retry-after"]) == (503, "1")
    assert (await asked).json == {"done": True}
    await stopping
    with pytest.raises(OSError):
        await asyncio.open_connection("127.0.0.1", port)
    keep.close()


async def test_the_drain_lets_callers_read_what_they_were_answered(serve, monkeypatch):
    monkeypatch.setattr("taokit.axon.server.CLOSE_S", 0.01)
    size = 16 << 20

    async def long(message, caller):
        message.reply = "x" * size
        return message

    port, axon = await serve([Route(Echo, long)], now_ns=lambda: NOW)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = signed(Echo(text="x"))
    writer.write(request_bytes("POST", "/Echo", request.headers, request.body, close=False))
    await reader.readuntil(b"\r\n\r\n")
    writer.transport.pause_reading()
    stopping = asyncio.create_task(axon.stop(drain_s=10))
    await asyncio.sleep(0.1)
    assert not stopping.done()
    writer.transport.resume_reading()
    async with asyncio.timeout(10):
        assert len(await reader.read()) == size + len('{"reply":""}')
        await stopping
    writer.close()


async def test_the_drain_has_an_end(serve, caplog):
    port, axon = await serve([Route(Slow, slow)], now_ns=lambda: NOW)
    asked = asyncio.create_task(ask(port, signed(Slow(seconds=30))))
    while not axon.running:
        await asyncio.sleep(0.005)
    await axon.stop(drain_s=0.01)
    with pytest.raises((asyncio.IncompleteReadError, ConnectionError)):
        await asked
    assert "unfinished" in caplog.text


async def test_an_axon_starts_again_on_its_port(serve):
    port, axon = await serve([ECHO], now_ns=lambda: NOW)
    await axon.stop()
    assert await axon.start("127.0.0.1", port) == port
    assert (await ask(port, signed(Echo(text="x")))).status == 200


async def test_a_stream_of_records_ends_with_the_answer(served):
    reply = await ask(await served(Route(Tokens, tokens)), signed(Tokens(prompt="a b é")))
    assert reply.headers["content-type"] == "application/x-ndjson"
    assert [json.loads(line) for line in reply.body.splitlines()] == [
        {"chunk": "a"},
        {"chunk": " b"},
        {"chunk": " é"},
        {"done": True, "answer": {"completion": "a b é"}},
    ]


async def breaking(message, caller):
    yield "a"
    raise RuntimeError("secret detail")


async def endless(message, caller):
    yield b"\xff"
    await asyncio.sleep(30)


@pytest.mark.parametrize(("handler", "chunk"), [(breaking, "a"), (endless, "/w==")])
async def test_a_stream_that_fails_ends_with_an_error_record(served, caplog, handler, chunk):
    reply = await ask(await served(Route(Tokens, handler, deadline_s=0.05)), signed(Tokens(prompt="x")))
    first, last = (json.loads(line) for line in reply.body.splitlines())
    assert first == {"chunk": chunk}
    assert list(last) == ["error"]
    assert last["error"] in caplog.text
    assert b"secret" not in reply.body


async def test_a_legacy_stream_that_fails_breaks_the_connection(served):
    reply = await ask(await served(Route(Tokens, breaking)), legacy(Tokens(prompt="x")))
    assert (reply.status, reply.body, reply.whole) == (200, b"a", False)


async def test_a_stream_that_fails_before_its_first_piece_is_a_refusal(served):
    async def failing(message, caller):
        raise RuntimeError("secret")
        yield "never"

    assert (await ask(await served(Route(Tokens, failing)), signed(Tokens(prompt="x")))).status == 500


async def test_a_stream_nobody_reads_ends_its_generator(served):
    closed = asyncio.Event()

    async def forever(message, caller):
        try:
            while True:
                yield "x" * 100_000
                await asyncio.sleep(0)
        finally:
            closed.set()

    port = await served(Route(Tokens, forever))
    request = signed(Tokens(prompt="x"))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request_bytes("POST", "/Tokens", request.headers, request.body))
    await reader.readexactly(1000)
    writer.transport.abort()
    await asyncio.wait_for(closed.wait(), 5)


async def test_an_awaited_handler_may_return_a_stream(served):
    async def handler(message, caller):
        return tokens(message, caller)

    reply = await ask(await served(Route(Tokens, handler)), legacy(Tokens(prompt="a b")))
    assert (reply.headers["content-type"], reply.body) == ("text/event-stream", b"a b")
