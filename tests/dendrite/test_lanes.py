from itertools import count

import pytest

from taokit.dendrite.lanes import Lanes


def test_requests_in_flight_to_one_receiver_never_share_a_uuid():
    lanes = Lanes(map(str, count()).__next__)
    with lanes.lane("a") as one, lanes.lane("a") as two, lanes.lane("b") as other:
        assert (one, two, other) == ("0", "1", "0")
        with lanes.lane("a") as three:
            assert three == "2"
    with lanes.lane("a") as again:
        assert again == "0"


def test_a_lane_is_free_again_however_its_request_ended():
    lanes = Lanes(map(str, count()).__next__)
    with lanes.lane("a"):
        with pytest.raises(ZeroDivisionError), lanes.lane("a") as second:
            raise ZeroDivisionError
        with lanes.lane("a") as again:
            assert again == second
