"""`taokit metagraph`: a subnet as a table, a file or a stream of what changes."""
