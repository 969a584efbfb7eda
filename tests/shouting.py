"""A miner, a validator and the message that they know; and the text of them, for a file in a user's folder."""

from pathlib import Path

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


ROLES = Path(__file__).read_text()

if __name__ == "__main__":
    taokit.run(Shouts)
