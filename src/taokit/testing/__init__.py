"""Tests that others can run too: what every chain backend must do."""

from taokit.testing.contract import BackendContract

__all__ = ["BackendContract"]
