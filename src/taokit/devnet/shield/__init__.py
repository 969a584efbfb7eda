"""What opens sealed extrinsics: the keys of a chain's one author, and the cipher."""

from taokit.devnet.shield.keys import PERIOD, Keys, missing

__all__ = ["PERIOD", "Keys", "missing"]
