"""A miner and a validator for a file of their own, and the message that they know."""

import taokit

ROLES = """
import taokit

class Shout(taokit.Synapse):
    required_hash_fields = ("text",)
    text: str
    loud: str | None = None

class Shouts(taokit.Miner):
    async def forward(self, synapse: Shout) -> Shout:
        synapse.loud = synapse.text.upper()
        return synapse

class Listens(taokit.Validator):
    async def query(self, round):
        return Shout(text="hello")

    def score(self, round, replies):
        return {}

if __name__ == "__main__":
    taokit.run(Shouts)
"""


class Shout(taokit.Synapse):
    required_hash_fields = ("text",)
    text: str
    loud: str | None = None
