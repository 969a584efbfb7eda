"""The subnet that runs on one machine."""
