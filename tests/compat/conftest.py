import pytest

from taokit.compat.warned import forget


@pytest.fixture(autouse=True)
def said_anew():
    """Each test hears every warning."""
    forget()
    yield
    forget()
