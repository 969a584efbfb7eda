from dataclasses import replace

import pytest

from taokit.axon import Axon, Route, everyone
from taokit.dendrite import Target
from taokit.testing.samples import SAMPLES, Paint, Zip, all_but_deny, ask_sample, paint, sample_routes
from wire_classes import Deny, Echo, TensorAdd, Tokens, deny, tensor_add
from wire_vectors import ALICE, BOB

FORMATS = ["btauth/1", "legacy", "epistula/2"]


async def told_by(routes, sample, *, format="btauth/1", admit=all_but_deny, heard=lambda piece: None):
    async with Axon(BOB.ss58, routes, admit=admit) as axon:
        target = Target(uid=0, hotkey=BOB.ss58, ip="127.0.0.1", port=await axon.start("127.0.0.1"))
        return await ask_sample(ALICE, target, sample, format=format, heard=heard)


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("kind", SAMPLES)
async def test_the_miner_of_the_samples_answers_them_all(kind, format):
    told = await told_by(sample_routes(), SAMPLES[kind], format=format)
    assert told.problem == ""
    assert (told.reply.status, told.reply.format) == (SAMPLES[kind].status, format)


async def test_pieces_are_heard_as_they_come():
    heard = []
    told = await told_by(sample_routes(), SAMPLES["stream"], heard=heard.append)
    assert heard == list(told.pieces) == ["the", " quick", " brown", " fox"]


async def flat(message, caller):
    message.reply = "flat"
    return message


async def halves(message, caller):
    yield "the quick"


async def other(message, caller):
    return (await paint(message, caller)).model_copy(update={"other": message.color})


@pytest.mark.parametrize(
    ("kind", "message", "handler"),
    [
        ("plain", Echo, flat),
        ("many", Echo, flat),
        ("enum", Paint, other),
        ("stream", Tokens, halves),
        ("numpy", TensorAdd, lambda message, caller: tensor_add(message.model_copy(update={"b": message.a}), caller)),
    ],
)
async def test_a_wrong_answer_is_told(kind, message, handler):
    told = await told_by([Route(message, handler)], SAMPLES[kind])
    assert told.problem.startswith("answered ")
    assert repr(SAMPLES[kind].right) in told.problem


async def test_a_message_that_is_not_known_and_a_refusal_that_does_not_come_are_told():
    assert "status 404" in (await told_by([], SAMPLES["plain"])).problem
    assert (await told_by([Route(Deny, deny)], SAMPLES["refusal"], admit=everyone)).problem == "it was served"


async def test_a_handler_that_answers_with_a_message_of_its_own_keeps_the_callers_spelling():
    async def fresh(message, caller):
        return TensorAdd(a=message.a, b=message.b, out=message.a + message.b)

    assert (await told_by([Route(TensorAdd, fresh)], SAMPLES["torch"], format="legacy")).problem == ""


async def test_what_is_left_over_is_dropped_from_pairs():
    sample = replace(SAMPLES["list"], question=lambda: Zip(words=["a", "b"], numbers=[1.0]), right=["a=1.0"])
    assert (await told_by(sample_routes(), sample)).problem == ""
