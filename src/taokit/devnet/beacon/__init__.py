"""The devnet's drand: a beacon of its own, real pulses from outside, and pulses that are late or never come."""

from taokit.devnet.beacon.key import config_of, secret_of
from taokit.devnet.beacon.pulses import Beacon, Plan

__all__ = ["Beacon", "Plan", "config_of", "secret_of"]
