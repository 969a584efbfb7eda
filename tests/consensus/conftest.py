"""Arrays are checked against the axes that signatures name, while these tests run.

Not in the modules that refuse bad input themselves: there the check would answer first.
"""

from jaxtyping import install_import_hook

install_import_hook([f"taokit.consensus.{name}" for name in ("bonds", "epoch", "fixed", "stake")], "beartype.beartype")
