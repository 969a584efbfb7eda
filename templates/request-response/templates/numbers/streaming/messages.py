"""What validators ask and miners answer."""

from taokit import Synapse


class Primes(Synapse):
    """Stream the primes from here on, in order, one a line."""

    required_hash_fields = ("above", "count")  # bound by the signature in the legacy format

    above: int
    count: int  # how many


def is_prime(number: int) -> bool:
    """Whether a number below 10**9 is a prime."""
    return number > 1 and all(number % divisor for divisor in range(2, int(number**0.5) + 1))