"""Every template with every combination of its options."""

from itertools import product

import pytest

from taokit.scaffold import templates


def combinations():
    """A test's parameters, named by what is chosen."""
    for name, kind in templates().items():
        for chosen in product(*(option.choices for option in kind.options.values())):
            yield pytest.param(name, dict(zip(kind.options, chosen, strict=True)), id="-".join(chosen) or name)


KINDS = list(combinations())
