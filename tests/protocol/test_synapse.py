import math
from typing import Annotated, Any, Literal

import numpy as np
import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from taokit.errors import ConfigurationError
from taokit.protocol import Answer, Part, Question, Synapse, Tensor


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


@pytest.mark.parametrize("name", ["timeout", "dendrite", "axon", "name", "computed_body_hash", "total_size"])
def test_names_of_the_protocol_are_refused_when_the_class_is_defined(name):
    with pytest.raises(ConfigurationError, match=name):
        type("Taken", (Synapse,), {"__annotations__": {name: int}, name: 1, "__module__": __name__})


@pytest.mark.parametrize(
    "annotation",
    [Tensor, Literal["a", "b"], Annotated[str, Field(min_length=1)], tuple[int, int], Annotated[int, Field(gt=0)]],
)
def test_a_required_field_that_refuses_its_own_empty_value_is_refused(annotation):
    with pytest.raises(ConfigurationError, match="field"):
        type("Stubborn", (Synapse,), {"__annotations__": {"field": annotation}, "__module__": __name__})


@pytest.mark.parametrize(
    "annotation", [str, bytes, int, float, bool, list[int], dict[str, Any], set[int], Any, int | None]
)
def test_a_required_field_of_a_plain_type_is_fine(annotation):
    kind = type("Plain", (Synapse,), {"__annotations__": {"field": annotation}, "__module__": __name__})
    assert kind.question_fields() == ("field",)


def test_a_hash_field_must_exist():
    with pytest.raises(ConfigurationError, match="nothing"):
        type("Lost", (Synapse,), {"required_hash_fields": ("nothing",), "__module__": __name__})


def test_bytes_in_a_plain_nested_model_are_refused_and_a_part_carries_them():
    class Plain(BaseModel):
        data: bytes = b""

    class Wired(Part):
        data: bytes = b""

    with pytest.raises(ConfigurationError, match="Plain"):
        type("Holder", (Synapse,), {"__annotations__": {"parts": list[Plain]}, "__module__": __name__})
    kind = type("Holder", (Synapse,), {"__annotations__": {"parts": list[Wired]}, "__module__": __name__})
    assert kind.model_validate_json('{"parts": [{"data": "+/8="}]}').parts[0].data == b"\xfb\xff"


def test_a_tensor_dumps_as_its_envelope():
    class Holder(Synapse):
        a: Tensor | None = Question(None)

    assert Holder(a=np.zeros(2, dtype="f4")).model_dump()["a"]["dtype"] == "float32"


class Renamed(Part):
    value: int = Field(0, validation_alias="other")


@pytest.mark.parametrize(
    "body",
    [
        {"value": (int, Field(0, alias="other"))},
        {"value": (int, Field(0, serialization_alias="other"))},
        {"value": (int, Field(0, validation_alias="other"))},
        {"value": (list[Renamed], Question([]))},
        {"value": (Renamed | None, None)},
    ],
)
def test_a_field_that_would_travel_under_another_name_is_refused(body):
    with pytest.raises(ConfigurationError, match="alias"):
        create_model("Named", __base__=Synapse, **body)


def test_a_generator_of_aliases_is_refused():
    with pytest.raises(ConfigurationError, match="alias"):

        class Named(Synapse):
            model_config = ConfigDict(alias_generator=str.upper)
            value: int = 0
