from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from taokit.errors import ConfigurationError
from taokit.protocol import Answer, Part, Question, Synapse, Tensor


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


def test_bytes_in_a_plain_nested_model_are_refused_and_a_part_carries_them():
    class Plain(BaseModel):
        data: bytes = b""

    class Wired(Part):
        data: bytes = b""

    with pytest.raises(ConfigurationError, match="Plain"):
        type("Holder", (Synapse,), {"__annotations__": {"parts": list[Plain]}, "__module__": __name__})
    kind = type("Holder", (Synapse,), {"__annotations__": {"parts": list[Wired]}, "__module__": __name__})
    assert kind.model_validate_json('{"parts": [{"data": "+/8="}]}').parts[0].data == b"\xfb\xff"


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


class Early(Synapse):
    held: "Late"  # defined below


class Late(BaseModel):
    data: bytes = b""


def test_a_class_that_names_a_later_one_is_checked_once_that_is_there():
    with pytest.raises(ConfigurationError, match="base64"):
        Early.model_rebuild()


def test_bytes_are_found_at_any_depth():
    middle = create_model("Middle", __base__=Part, late=(list[Late], []))
    with pytest.raises(ConfigurationError, match="Late"):
        create_model("Outer", __base__=Synapse, held=(dict[str, middle], {}))


class Node(Part):
    children: list["Node"] = []  # noqa: RUF012  pydantic copies it


def test_a_part_may_hold_itself():
    assert create_model("Tree", __base__=Synapse, root=(Node | None, Question(None))).question_fields() == ("root",)


@pytest.mark.parametrize(
    "kind", [set[str], frozenset[int] | None, list[create_model("Bag", __base__=Part, of=(set, ...))]]
)
def test_a_set_is_not_hashed_as_its_order_differs_between_processes(kind):
    base = type("Base", (Synapse,), {})
    fields = {"tags": (kind, Question(None))}
    assert create_model("Free", __base__=base, **fields).question_fields() == ("tags",)
    with pytest.raises(ConfigurationError, match="set"):
        type(
            "Bound",
            (Synapse,),
            {"__annotations__": {"tags": kind}, "tags": Question(None), "required_hash_fields": ("tags",)},
        )


def test_an_answer_field_needs_a_default():
    with pytest.raises(ConfigurationError, match="default"):
        create_model("Bare", __base__=Synapse, reply=(str, Answer(...)))
