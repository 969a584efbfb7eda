"""`taokit wire`: a test miner, a test validator and a load for one's own miner; `taokit conformance`."""
