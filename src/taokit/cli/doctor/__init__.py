"""`taokit doctor`: what a neuron needs, looked at one by one, each finding with the command that mends it."""
