"""Where miners publish: buckets of an S3-compatible store, each miner its own, readable by validators."""

import asyncio
import re
import tempfile
from hashlib import sha256
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from pydantic import BaseModel

LARGEST = 16 << 20  # bytes of an artefact
COMMITTED = re.compile("([0-9a-f]{64}) ([a-z0-9][a-z0-9.-]{1,61}[a-z0-9]|-)")  # digest and bucket


class Store(BaseModel):
    """What may be set: `--set endpoint=URL --set bucket=NAME`. Keys come from AWS_ACCESS_KEY_ID and its kin."""

    endpoint: str | None = None  # None: Amazon's; validators alone say where they fetch from
    bucket: str = ""  # a miner's own; without one it publishes to the folder, for `taokit dev`
    folder: Path = Path(tempfile.gettempdir(), "{{ cookiecutter.slug }}-artefacts")

    async def publish(self, data: bytes) -> str:
        """Put an artefact in its place; what to commit on chain."""
        digest = sha256(data).hexdigest()
        await asyncio.to_thread(self._write, digest, data)
        return f"{digest} {self.bucket or '-'}"

    async def fetch(self, committed: str) -> bytes:
        """The artefact that was committed to. Raises `ValueError` or `OSError` when it is not there, or not it."""
        if (found := COMMITTED.fullmatch(committed)) is None:
            raise ValueError("the commitment is no digest and bucket")
        data = await asyncio.to_thread(self._read, *found.groups())
        if sha256(data).hexdigest() != found[1]:
            raise ValueError("the artefact is not what was committed to, or too large")
        return data

    def _read(self, digest: str, bucket: str) -> bytes:
        if bucket == "-":
            return (self.folder / digest).read_bytes()[:LARGEST]
        try:
            return bytes(self._client().get_object(Bucket=bucket, Key=digest)["Body"].read(LARGEST))
        except (BotoCoreError, ClientError) as error:
            raise OSError(f"{bucket}: {error}") from error

    def _write(self, digest: str, data: bytes) -> None:
        if self.bucket:
            self._client().put_object(Bucket=self.bucket, Key=digest, Body=data)
        else:
            self.folder.mkdir(parents=True, exist_ok=True)
            (self.folder / digest).write_bytes(data)

    def _client(self) -> Any:
        return boto3.client("s3", endpoint_url=self.endpoint, config=Config(connect_timeout=5, read_timeout=10))