import numpy as np
import pytest


def test_columns_are_numpy_and_cannot_be_written(coders):
    made = coders("Vec<(u16, u16)>").decode_all(coders("Vec<(u16, u16)>").encode([(1, 2), (3, 4)]))
    assert made.dtype == np.uint16
    assert made.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(ValueError, match="read-only"):
        made[0, 0] = 5
