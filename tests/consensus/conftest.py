"""Arrays are checked against the axes that signatures name, while these tests run."""

from jaxtyping import install_import_hook

install_import_hook("taokit.consensus", "beartype.beartype")
