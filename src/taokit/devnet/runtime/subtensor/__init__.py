"""The subnet pallet: one file per noun, facts first (storage, calls, events, errors), then rules."""
