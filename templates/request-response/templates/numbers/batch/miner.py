"""The miner: `python -m {{ cookiecutter.package }}.miner --network test --netuid 7 --wallet me/hot`."""

import taokit
import torch

from {{ cookiecutter.package }}.messages import WIDTH, Nearest, bank


class SubnetMiner(taokit.Miner):
    """Searches for a whole batch with one matrix product."""

    @taokit.route(batch=taokit.Batch(size=32, wait_ms=5))
    def forward_batch(self, items: list[Nearest]) -> list[Nearest | Exception]:
        """An answer for each message, in their order; a plain `def` always runs in the same thread."""
        vectors = torch.tensor([fitted(item.vector) for item in items], device=self.bank.device)
        rows = (vectors @ self.bank.T).argmax(dim=1).tolist()
        for item, row in zip(items, rows, strict=True):
            item.row = row
        return list(items)

    async def setup(self) -> None:
        """The vectors, on the GPU where there is one."""
        self.bank = bank().to("cuda" if torch.cuda.is_available() else "cpu")


def fitted(vector: list[float]) -> list[float]:
    """As many numbers as the batch needs, so that no message spoils the others."""
    return (vector + [0.0] * WIDTH)[:WIDTH]


if __name__ == "__main__":
    taokit.run(SubnetMiner)