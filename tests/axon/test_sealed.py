"""An axon that reads sealed bodies, and one that takes nothing else."""

import hashlib
import stat

import pytest

from signed_requests import NOW, ask, legacy, signed
from taokit.axon import Route, Sealing, sealing_of
from taokit.errors import ConfigurationError
from taokit.protocol import BtauthDraft
from taokit.protocol.sealing import OVERHEAD, Binding, SealingKey, seal_question
from wire_classes import Echo, echo
from wire_vectors import ALICE, BOB

KEY, OLDER, STRANGE = (SealingKey(bytes([n]) * 32) for n in (1, 2, 3))
BINDING = Binding("btauth", ALICE.ss58, BOB.ss58, str(NOW))
MALFORMED = b'{"message": "malformed request"}'


def sealed(message=None, *, key=KEY, binding=BINDING, nonce_ns=NOW, alter=lambda body: body):
    """A signed request whose body is sealed, and what opens its answer."""
    body = BtauthDraft.of(message or Echo(text="a")).body
    body, answers = seal_question(body, key.public, binding, ephemeral=bytes(range(32)))
    body = alter(body)
    draft = BtauthDraft("/Echo", body, hashlib.sha256(body).hexdigest())
    return draft.signed(ALICE, receiver=BOB.ss58, nonce_ns=nonce_ns), answers


@pytest.fixture
async def port(served):
    return await served(sealing=Sealing((KEY, OLDER)))


async def test_the_answer_is_sealed_like_the_question(port):
    request, answers = sealed(Echo(text="between us"))
    answer = await ask(port, request)
    assert answer.status == 200
    assert b"between us" not in request.body + answer.body
    assert b"between us" in answers.open(answer.body, status=200)


async def test_plain_questions_get_plain_answers(port):
    answer = await ask(port, signed(Echo(text="hear hear")))
    assert answer.status == 200
    assert b"hear hear" in answer.body


async def test_a_key_that_was_published_before_still_opens(port):
    request, answers = sealed(key=OLDER)
    answer = await ask(port, request)
    assert answers.open(answer.body, status=200)


def flipped(body):
    return body[:-1] + bytes([body[-1] ^ 1])


WRONG = {
    "altered": {"alter": flipped},
    "cut": {"alter": lambda body: body[:40]},
    "for another key": {"key": STRANGE},
    "for another receiver": {"binding": Binding("btauth", ALICE.ss58, ALICE.ss58, str(NOW))},
    "of another sender": {"binding": Binding("btauth", BOB.ss58, BOB.ss58, str(NOW))},
    "of another request": {"binding": Binding("btauth", ALICE.ss58, BOB.ss58, str(NOW + 1))},
    "of another format": {"binding": Binding("epistula", ALICE.ss58, BOB.ss58, str(NOW))},
}


@pytest.mark.parametrize("kind", WRONG)
async def test_what_was_not_sealed_for_this_request_is_refused_by_a_fixed_text(port, kind):
    answer = await ask(port, sealed(**WRONG[kind])[0])
    assert (answer.status, answer.body) == (400, MALFORMED)


async def test_a_replay_is_refused_before_it_is_opened(port):
    request, _ = sealed()
    assert [(await ask(port, request)).status for _ in range(2)] == [200, 401]


async def test_a_sealed_body_that_is_not_signed_uses_up_nothing(port):
    request, _ = sealed()
    unsigned = [(k, "0x" + "00" * 64 if k == "X-Bittensor-Signature" else v) for k, v in request.headers]
    forged = type(request)(request.target, tuple(unsigned), request.body)
    assert (await ask(port, forged)).status == 401
    assert (await ask(port, request)).status == 200


async def test_an_axon_without_a_key_refuses_sealed_bodies(served):
    port = await served()
    answer = await ask(port, sealed()[0])
    assert (answer.status, answer.body) == (400, MALFORMED)


async def test_one_that_requires_them_says_so(served):
    port = await served(sealing=Sealing((KEY,), required=True))
    answer = await ask(port, signed(Echo(text="a")))
    assert (answer.status, answer.body) == (400, b'{"message": "sealed bodies only"}')
    assert (await ask(port, legacy(Echo(text="a")))).status == 400
    assert (await ask(port, sealed(nonce_ns=NOW)[0])).status == 401  # the nonce was used, by a request that was ours
    again = NOW + 1
    binding = Binding("btauth", ALICE.ss58, BOB.ss58, str(again))
    assert (await ask(port, sealed(binding=binding, nonce_ns=again)[0])).status == 200


async def test_the_limit_of_a_route_holds_for_what_travels(served):
    body = BtauthDraft.of(Echo(text="a")).body
    for room, status in ((OVERHEAD, 200), (OVERHEAD - 1, 413)):
        port = await served(Route(Echo, echo, max_body=len(body) + room), sealing=Sealing((KEY,)))
        assert (await ask(port, sealed()[0])).status == status


async def test_a_handler_that_fails_is_a_refusal_in_the_clear(served):
    async def fails(message, caller):
        raise RuntimeError("secret")

    port = await served(Route(Echo, fails), sealing=Sealing((KEY,)))
    answer = await ask(port, sealed()[0])
    assert answer.status == 500
    assert answer.body.startswith(b'{"message": "internal error')
    assert b"secret" not in answer.body


def test_the_key_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "sealing.key"
    made = sealing_of(file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert sealing_of(file, required=True).public == made.public
    file.write_bytes(b"short")
    with pytest.raises(ConfigurationError, match="no key of 32 bytes"):
        sealing_of(file)
