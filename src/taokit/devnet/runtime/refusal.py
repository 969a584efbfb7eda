"""How a call fails: with the chain's own name for the reason, and whose name it is."""

from __future__ import annotations


class DispatchError(Exception):
    """A call was included and failed. `pallet` is None for the errors that belong to no pallet, such as `BadOrigin`.

    `Token` and `Arithmetic` errors of the runtime itself carry their group in the name: `Token.FundsUnavailable`.
    """

    def __init__(self, pallet: str | None, name: str) -> None:
        super().__init__(f"{pallet}.{name}" if pallet else name)
        self.pallet, self.name = pallet, name


def signed(origin: bytes | None) -> bytes:
    """The account that signed; root has none, and `BadOrigin` is raised."""
    if origin is None:
        raise DispatchError(None, "BadOrigin")
    return origin


def as_root(origin: bytes | None) -> None:
    """Return for root; raise `BadOrigin` for any account."""
    if origin is not None:
        raise DispatchError(None, "BadOrigin")


def refuse(name: str) -> DispatchError:
    """An error of the subnet pallet, ready to raise."""
    return DispatchError("SubtensorModule", name)


def ensure(held: bool, name: str) -> None:
    """Return when the condition holds, else raise this error of the subnet pallet."""
    if not held:
        raise refuse(name)


__all__ = ["DispatchError", "as_root", "ensure", "refuse", "signed"]
