"""Arrays as a field of a message, in the shape that SDK 10's `Tensor` has."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from pydantic import Field

from taokit.protocol import Part, decode_tensor, encode_tensor


class Tensor(Part):
    """An array in its wire form; `serialize` makes one, `deserialize` gives the numpy array back.

    Nothing is ever unpickled: a buffer that is no plain array is refused with a `ValueError`.
    """

    buffer: str | None = Field(default=None, repr=False)  # base64 of a msgpack map
    dtype: str  # float16 to float64, int8 to int64, uint8, bool
    shape: list[int]

    @staticmethod
    def serialize(tensor_: Any) -> Tensor:
        """The wire form of a numpy array or a torch tensor; `ValueError` for a dtype that does not travel."""
        array = tensor_.detach().cpu().numpy() if callable(getattr(tensor_, "detach", None)) else np.asarray(tensor_)
        return Tensor(**encode_tensor(array))

    def deserialize(self) -> npt.NDArray[Any]:
        """The array, always of numpy; `torch.from_numpy` makes a tensor of it."""
        return decode_tensor({"buffer": self.buffer, "dtype": self.dtype, "shape": self.shape})

    def tensor(self) -> npt.NDArray[Any]:
        """The same as `deserialize`."""
        return self.deserialize()

    def numpy(self) -> npt.NDArray[Any]:
        """The same as `deserialize`."""
        return self.deserialize()

    def tolist(self) -> Any:
        """The values as nested lists."""
        return self.deserialize().tolist()


def tensor(values: Any) -> Tensor:
    """The wire form of nested lists, a numpy array or a torch tensor."""
    return Tensor.serialize(values)


__all__ = ["Tensor", "tensor"]
