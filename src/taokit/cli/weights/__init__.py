"""`taokit weights`: look at a vector, send it until it is on chain, see how far it is."""
