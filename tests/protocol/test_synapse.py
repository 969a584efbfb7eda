import math

import numpy as np
import pytest
from pydantic import ValidationError, create_model

from taokit.errors import ConfigurationError
from taokit.protocol import Answer, Question, Synapse, Tensor


class Squeeze(Synapse):
    text: str
    level: int = 1
    hint: str | None = Question(None)
    packed: bytes | None = None
    count: int = Answer(0)
    notes: list[str] = Answer(default_factory=list)


def test_a_default_of_none_marks_an_answer_and_markers_override_it():
    assert Squeeze.question_fields() == ("text", "level", "hint")
    assert Squeeze.answer_fields() == ("packed", "count", "notes")


def test_fields_are_inherited_with_their_roles():
    class More(Squeeze):
        extra: int | None = None

    assert More.question_fields() == Squeeze.question_fields()
    assert More.answer_fields() == (*Squeeze.answer_fields(), "extra")


def test_a_message_knows_its_ends_and_they_are_no_fields():
    message = Squeeze(text="x")
    message.timeout = 3.0
    message.dendrite.hotkey = "5F"
    assert (message.timeout, message.dendrite.hotkey, message.axon.hotkey) == (3.0, "5F", None)
    assert set(message.model_dump()) == {"text", "level", "hint", "packed", "count", "notes"}
    assert Squeeze(text="x").dendrite.hotkey is None


def test_an_answer_of_a_wrong_type_fails_where_it_is_set():
    with pytest.raises(ValidationError):
        Squeeze(text="x").count = "many"


def test_a_number_that_is_not_finite_is_refused_by_name():
    class Weighed(Synapse):
        weight: float = 0.0

    with pytest.raises(ValidationError, match="weight"):
        Weighed(weight=math.nan)


@pytest.mark.parametrize(
    "name",
    ["timeout", "dendrite", "axon", "name", "computed_body_hash", "total_size", "question_fields", "field_names"],
)
def test_names_of_the_protocol_are_refused_when_the_class_is_defined(name):
    with pytest.raises(ConfigurationError, match=name):
        type("Taken", (Synapse,), {"__annotations__": {name: int}, name: 1, "__module__": __name__})


def test_a_hash_field_must_exist():
    with pytest.raises(ConfigurationError, match="nothing"):
        type("Lost", (Synapse,), {"required_hash_fields": ("nothing",), "__module__": __name__})


@pytest.mark.filterwarnings("ignore:Field name")  # the older style shadows the class's own tuple, on purpose
def test_a_hash_field_must_exist_in_the_older_style_too():
    fields = {"text": (str, ""), "required_hash_fields": (list[str], ["text", "imgae"])}
    with pytest.raises(ConfigurationError, match="imgae"):
        create_model("Mistyped", __base__=Synapse, **fields)


def test_hash_fields_without_their_comma_are_refused():
    with pytest.raises(ConfigurationError, match="not a tuple") as refused:
        create_model("Comma", __base__=type("Base", (Synapse,), {"required_hash_fields": ("text")}), text=(str, ""))
    assert '("text",)' in refused.value.hint


def test_a_tensor_dumps_as_its_envelope():
    class Holder(Synapse):
        a: Tensor | None = Question(None)

    assert Holder(a=np.zeros(2, dtype="f4")).model_dump()["a"]["dtype"] == "float32"
