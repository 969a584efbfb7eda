"""A web page that shows a devnet and steers it, and the read-only JSON behind it.

The page follows the chain over JSON-RPC like any client; what would need SCALE in the browser it gets as JSON.
"""

from taokit.devnet.explorer.chronicle import Chronicle, Epoch
from taokit.devnet.explorer.web import PREFIX, page, routes

__all__ = ["PREFIX", "Chronicle", "Epoch", "page", "routes"]
