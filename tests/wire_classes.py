"""The messages that the wire vectors speak of, which the package brings along."""

from taokit.testing.conformance.messages import *  # noqa: F403
