"""Fuzzes the wire's parsers with atheris, guided by coverage, for a bounded time; a find is written down as a case.

    python tests/fuzz/run_atheris.py {request,answer} [-max_total_time=60]

Needs atheris, which is no dependency of the tests: `pip install atheris`. Finds are kept in `tests/fuzz/cases`, which
`test_parsers.py` replays.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import atheris

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

with atheris.instrument_imports(include=["taokit.protocol"]):
    from fuzz_seeds import seeds
    from fuzz_targets import TARGETS


def main() -> None:
    name, *options = sys.argv[1:]
    corpus = Path(tempfile.mkdtemp(prefix=f"taokit-fuzz-{name}-"))
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    finds = f"-artifact_prefix={HERE / 'cases' / name}-"
    atheris.Setup([sys.argv[0], str(corpus), finds, "-max_len=4096", "-max_total_time=60", *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()
