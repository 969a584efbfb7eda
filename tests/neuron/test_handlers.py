from collections.abc import AsyncIterator

import pytest

from taokit import Batch, Miner, Synapse, route
from taokit.errors import ConfigurationError


class Ping(Synapse):
    word: str
    answer: str | None = None


class Pong(Synapse):
    word: str
    answer: str | None = None


def test_forward_is_the_handler_of_its_message():
    class Plain(Miner):
        async def forward(self, synapse: Ping) -> Ping:
            return synapse

    (handler,) = Plain.handlers
    assert (handler.method, handler.message, handler.kind) == ("forward", Ping, "async")


def test_routes_answer_one_message_each_and_a_plain_function_runs_in_a_thread():
    class Two(Miner):
        @route(deadline_s=3.0)
        async def ping(self, synapse: Ping) -> Ping:
            return synapse

        @route
        def pong(self, synapse: Pong) -> Pong:
            return synapse

    assert [(h.message, h.kind, h.options.deadline_s) for h in Two.handlers] == [
        (Ping, "async", 3.0),
        (Pong, "thread", 12.0),
    ]


def test_an_async_iterator_streams():
    class Talks(Miner):
        async def forward(self, synapse: Ping) -> AsyncIterator[str]:
            yield "a"

    assert Talks.handlers[0].kind == "stream"


def test_a_message_defined_beside_the_class_is_found():
    class Local(Synapse):
        word: str

    class Finds(Miner):
        async def forward(self, synapse: Local) -> Local:
            return synapse

    assert Finds.handlers[0].message is Local


def test_two_handlers_for_one_message_fail_when_the_class_is_defined():
    with pytest.raises(ConfigurationError, match=r"Twice.* both answer Ping"):

        class Twice(Miner):
            async def forward(self, synapse: Ping) -> Ping:
                return synapse

            @route
            async def other(self, synapse: Ping) -> Ping:
                return synapse


def test_a_missing_annotation_fails_when_the_class_is_defined():
    with pytest.raises(ConfigurationError, match="no message type") as caught:

        class Bare(Miner):
            async def forward(self, synapse):
                return synapse

    assert "YourMessage" in caught.value.hint


def test_a_wrong_return_annotation_fails_when_the_class_is_defined():
    with pytest.raises(ConfigurationError, match="must return Ping"):

        class Wrong(Miner):
            async def forward(self, synapse: Ping) -> str:
                return "x"


def test_a_subclass_inherits_and_may_replace():
    class Base(Miner):
        async def forward(self, synapse: Ping) -> Ping:
            return synapse

    class Child(Base):
        async def forward(self, synapse: Pong) -> Pong:
            return synapse

    assert Base.handlers[0].message is Ping
    assert [handler.message for handler in Child.handlers] == [Pong]


def test_forward_batch_takes_lists_and_may_be_tuned():
    class Plain(Miner):
        def forward_batch(self, items: list[Ping]) -> list[Ping | Exception]:
            return items

        @route(batch=Batch(size=4, wait_ms=1), at_once=9)
        async def pongs(self, items: list[Pong]) -> list[Pong]:
            return items

    assert [(h.message, h.kind, h.batch, h.options.at_once) for h in Plain.handlers] == [
        (Ping, "thread", Batch(), None),
        (Pong, "async", Batch(size=4, wait_ms=1), 9),
    ]


@pytest.mark.parametrize(
    ("takes", "returns"),
    [
        (list[Ping], list[Pong]),
        (list[Ping], Ping),
        (list[int], list[int]),
        (Ping, Ping),
        (list[Ping], list[Ping | str]),
    ],
)
def test_a_batch_with_other_annotations_fails_when_the_class_is_defined(takes, returns):
    def forward_batch(self, items):
        return items

    forward_batch.__annotations__ = {"items": takes, "return": returns}
    with pytest.raises(ConfigurationError, match="takes batches, and must be annotated so") as caught:
        type("Wrong", (Miner,), {"forward_batch": forward_batch})
    assert "list[YourMessage | Exception]" in caught.value.hint
