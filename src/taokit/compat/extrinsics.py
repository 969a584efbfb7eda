"""What SDK 10 says of a submission: whether it went well, and in which words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from taokit.errors import TaokitError


@dataclass(frozen=True, slots=True)
class ExtrinsicResponse:
    """What became of a submission. It unpacks into `success, message`, and counts as true when it went well."""

    success: bool
    message: str
    extrinsic_function: str = ""
    extrinsic_receipt: Any = None  # a `taokit.chain.Receipt`
    error: Exception | None = None
    data: Any = None

    def __iter__(self) -> Iterator[Any]:
        yield self.success
        yield self.message

    def __getitem__(self, place: int) -> Any:
        return (self.success, self.message)[place]

    def __len__(self) -> int:
        return 2

    def __bool__(self) -> bool:
        return self.success


def refused(error: TaokitError, function: str) -> ExtrinsicResponse:
    """The same as a refusal, with the hint in its message."""
    said = f"{error} ({error.hint})" if error.hint else str(error)
    return ExtrinsicResponse(False, said, function, error=error)


__all__ = ["ExtrinsicResponse", "refused"]
