"""A neuron below its supervisor: `python -m taokit.run KIND MODULE:CLASS DESCRIPTOR [FLAGS]`."""

from __future__ import annotations

import faulthandler
import signal
import sys


def main() -> None:
    """Run it; the supervisor reads its beats from the descriptor."""
    if hasattr(signal, "SIGUSR1"):
        faulthandler.register(signal.SIGUSR1)
    from taokit.errors import TaokitError
    from taokit.neuron import Miner, Validator
    from taokit.run import load_class, report, run

    kind, spec, descriptor, *argv = sys.argv[1:]
    try:
        cls = load_class(spec, Miner if kind == "miner" else Validator)
    except TaokitError as error:
        sys.exit(report(error, as_json="--json" in argv))
    run(cls, argv, prog=f"taokit {kind} {spec}", supervisor=int(descriptor))


if __name__ == "__main__":
    main()
