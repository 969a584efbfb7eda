"""Wire vectors against this implementation: recorded requests, answers and verdicts, one verdict for each vector."""

from taokit.testing.conformance.files import VectorFile, read
from taokit.testing.conformance.run import Verdict, check, verdicts

__all__ = ["VectorFile", "Verdict", "check", "read", "verdicts"]
