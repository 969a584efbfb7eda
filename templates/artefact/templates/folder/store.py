"""Where miners publish: a folder that both sides can reach, such as one that is synchronised or mounted."""

import asyncio
import os
import re
import tempfile
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel

LARGEST = 16 << 20  # bytes of an artefact


class Store(BaseModel):
    """What may be set: `--set folder=PATH`."""

    folder: Path = Path(tempfile.gettempdir(), "{{ cookiecutter.slug }}-artefacts")

    async def publish(self, data: bytes) -> str:
        """Put an artefact in its place; what to commit on chain."""
        digest = sha256(data).hexdigest()
        await asyncio.to_thread(self._write, digest, data)
        return digest

    async def fetch(self, committed: str) -> bytes:
        """The artefact that was committed to. Raises `ValueError` or `OSError` when it is not there, or not it."""
        if not re.fullmatch("[0-9a-f]{64}", committed):  # it becomes the name of a file
            raise ValueError("the commitment is no digest")
        data = await asyncio.to_thread(self._read, committed)
        if sha256(data).hexdigest() != committed:
            raise ValueError("the artefact is not what was committed to, or too large")
        return data

    def _read(self, name: str) -> bytes:
        with (self.folder / name).open("rb") as file:
            return file.read(LARGEST + 1)[:LARGEST]

    def _write(self, name: str, data: bytes) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as file:
            file.write(data)
        os.chmod(file.name, 0o644)
        os.replace(file.name, self.folder / name)