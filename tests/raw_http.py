"""The smallest HTTP client that sends exactly what it is told, which the package brings along."""

from taokit.testing.conformance.raw import *  # noqa: F403
