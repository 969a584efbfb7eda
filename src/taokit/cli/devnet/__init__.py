"""`taokit devnet`: a chain that other programs connect to, and what can be done to one that runs."""
