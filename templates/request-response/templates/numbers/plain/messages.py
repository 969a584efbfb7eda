"""What validators ask and miners answer."""

from taokit import Synapse


class Prime(Synapse):
    """Name a large prime."""

    required_hash_fields = ("below",)  # bound by the signature in the legacy format

    below: int  # asked
    prime: int | None = None  # answered: a default of None marks an answer


def is_prime(number: int) -> bool:
    """Whether a number below 10**9 is a prime."""
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))