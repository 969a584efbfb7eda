"""The subnet pallet as one value."""

from __future__ import annotations

from taokit.devnet.runtime.subtensor.calls import CALLS
from taokit.devnet.runtime.subtensor.constants import CONSTANTS
from taokit.devnet.runtime.subtensor.errors import ERRORS
from taokit.devnet.runtime.subtensor.events import EVENTS
from taokit.devnet.runtime.subtensor.storage import ITEMS
from taokit.devnet.runtime.table import Pallet

PALLET = Pallet("SubtensorModule", 7, storage=ITEMS, calls=CALLS, events=EVENTS, errors=ERRORS, constants=CONSTANTS)
