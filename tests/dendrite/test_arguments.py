import pydantic
import pytest

from taokit.dendrite import Dendrite, Target
from taokit.dendrite.arguments import check_targets, messages_for
from taokit.errors import ConfigurationError
from taokit.keys import from_uri
from taokit.protocol import Synapse

ALICE, BOB = from_uri("//Alice"), from_uri("//Bob")
NOBODY = Target(uid=1, hotkey=BOB.ss58, ip="192.0.2.1", port=8091)


class Echo(Synapse):
    text: str
    reply: str | None = None


class Plain(pydantic.BaseModel):
    text: str


class Passing:
    """A signer that passes everything on to another."""

    def __init__(self, signer):
        self._signer = signer

    def __getattr__(self, name):
        return getattr(self._signer, name)


async def streamed(dendrite, target, message):
    dendrite.stream(target, message)


CALLS = {
    "ask": lambda dendrite, target, message: dendrite.ask(target, message),
    "ask_all": lambda dendrite, target, message: dendrite.ask_all([target], message),
    "ask_any": lambda dendrite, target, message: dendrite.ask_any([target], message),
    "stream": streamed,
}


async def refused(made):
    """The error of a call that is made inside a dendrite's loop, as a text with its hint."""
    async with Dendrite(ALICE) as dendrite:
        with pytest.raises(ConfigurationError) as caught:
            await made(dendrite)
    return str(caught.value), caught.value.hint


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("message", "said"),
    [
        ("x", "a str in place"),
        (None, "None in place"),
        (Plain(text="x"), "a Plain in place"),
        (Echo, "the class Echo itself in place"),
        ({"text": "x"}, "a dict of fields in place"),
        ({1: {"text": "x"}}, "a dict in place"),
        ({1: None}, "None in place"),
        ([Echo(text="x")], "a list in place"),
    ],
)
async def test_what_is_no_message_is_named(call, message, said):
    told, hint = await refused(lambda dendrite: call(dendrite, NOBODY, message))
    assert told == f"{said} of a message"
    assert "taokit.Synapse" in hint


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
@pytest.mark.parametrize(
    ("target", "said"),
    [
        ("1.2.3.4:8091", "a str"),
        (7, "an int"),
        (None, "None"),
        (Target, "the class Target itself"),
        (("1.2.3.4", 8091), "a tuple"),
    ],
)
async def test_what_is_no_target_is_named(call, target, said):
    told, hint = await refused(lambda dendrite: call(dendrite, target, Echo(text="x")))
    assert told == f"{said} in place of a Target"
    assert "Target.of(metagraph, uid)" in hint


@pytest.mark.parametrize("name", ["ask_all", "ask_any"])
@pytest.mark.parametrize("targets", ["1.2.3.4:8091", NOBODY, {1: NOBODY}, None, iter([NOBODY])])
async def test_what_is_no_list_of_targets_is_named(name, targets):
    told, hint = await refused(lambda dendrite: getattr(dendrite, name)(targets, Echo(text="x")))
    assert told.endswith(f"{type(targets).__name__ if targets is not None else 'None'} in place of a list of targets")
    assert "Target.of(metagraph, uid)" in hint


async def test_the_odd_one_among_many_is_named():
    told, _ = await refused(lambda dendrite: dendrite.ask_all([NOBODY, None, NOBODY], Echo(text="x")))
    assert told == "None in place of a Target"
    told, _ = await refused(lambda dendrite: dendrite.ask_all([NOBODY], {2: Echo(text="x")}))
    assert told == "no message for uid 1"


@pytest.mark.parametrize("timeout_s", ["5", None, 0, float("nan")])
async def test_a_timeout_is_a_number(timeout_s):
    told, hint = await refused(lambda dendrite: dendrite.ask(NOBODY, Echo(text="x"), timeout_s))
    assert told == f"a timeout of {timeout_s!r} seconds"
    assert hint


@pytest.mark.parametrize("signer", [BOB.ss58, "//Bob", None, b"seed", object(), type(BOB)])
def test_what_does_not_sign_is_named_without_its_value(signer):
    with pytest.raises(ConfigurationError, match="in place of a signer") as caught:
        Dendrite(signer)
    assert "taokit.keys.hotkey" in caught.value.hint
    assert not isinstance(signer, str) or signer not in str(caught.value)


def test_what_passes_on_to_a_signer_signs():
    Dendrite(Passing(ALICE))


def test_what_is_derived_from_either_class_is_taken():
    class Near(Target):
        pass

    near, echo = Near(uid=2, hotkey=BOB.ss58, ip="192.0.2.1", port=1), Echo(text="x")
    check_targets((NOBODY, near))
    assert messages_for([NOBODY, near], {1: Echo(text="y"), 2: echo})[1] is echo
    assert messages_for([NOBODY, near], echo) == [echo, echo]
