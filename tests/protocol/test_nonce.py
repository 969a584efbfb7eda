from taokit.protocol import Nonces


def test_nonces_follow_the_clock_and_never_go_back():
    nonces = Nonces()
    assert [nonces.next(now) for now in (10, 10, 5, 11, 50)] == [10, 11, 12, 13, 50]
