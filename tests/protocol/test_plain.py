"""What pydantic writes by itself is byte for byte what the other encoder means."""

import json
from typing import Annotated, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import Field, PlainSerializer, field_serializer

from taokit.errors import LocalError
from taokit.protocol import Answer, Part, Synapse, Tensor, dump_answer
from taokit.protocol.plain import is_plain


class Turn(Part):
    role: str
    text: str


class Tree(Part):
    name: str = ""
    children: list["Tree"] = []  # noqa: RUF012  pydantic copies it


class Talk(Synapse):
    turns: list[Turn] | None = None
    tree: Tree | None = None
    counts: dict[str, int] | None = None
    pair: tuple[int, str] | None = None
    flags: tuple[bool, ...] | None = None
    short: Annotated[str, Field(max_length=9)] = Answer("")


TEXT = st.text(st.characters(codec="utf-8"), max_size=8)
TREES = st.recursive(st.builds(Tree, name=TEXT), lambda inner: st.builds(Tree, name=TEXT, children=st.lists(inner)))


def test_text_integers_and_models_of_them_are_plain():
    assert is_plain(Talk, Talk.answer_fields())


@settings(max_examples=60, deadline=None)
@given(st.lists(st.builds(Turn, role=TEXT, text=TEXT)), TREES, st.dictionaries(TEXT, st.integers()), TEXT)
def test_what_is_plain_reads_as_what_it_was(turns, tree, counts, text):
    talk = Talk(turns=turns, tree=tree, counts=counts, pair=(10**30, text), flags=(True,), short=text)
    assert json.loads(dump_answer(talk)) == json.loads(talk.model_dump_json())


class OwnWay(Part):
    text: str = ""

    @field_serializer("text")
    def write(self, text):
        return text.upper()


@pytest.mark.parametrize(
    "kind",
    [
        bytes | None,
        float | None,
        list[float] | None,
        dict[str, Any] | None,
        Any,
        Tensor | None,
        OwnWay | None,
        set[str] | None,
        Annotated[str | None, PlainSerializer(lambda text: text)],
        list[Annotated[str, PlainSerializer(lambda text: text)]] | None,
    ],
)
def test_what_travels_by_rules_of_its_own_is_not_plain(kind):
    class Other(Synapse):
        __annotations__ = {"value": kind}
        value = None

    assert not is_plain(Other, ("value",))


def test_half_a_character_does_not_travel():
    with pytest.raises(LocalError, match="half a character"):
        dump_answer(Talk(counts={}).model_copy(update={"short": "\ud800"}))
