"""How failures of the user's own code are told."""

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor

from taokit.errors import ConfigurationError
from taokit.errors.failures import began_in, log_failure

log = logging.getLogger("taokit.test")


def wrong():
    raise KeyError("mine")


def caught(call, *args):
    try:
        call(*args)
    except Exception as error:
        return error
    raise AssertionError


def test_a_traceback_begins_with_the_users_own_code(caplog):
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(lambda: asyncio.run(asyncio.to_thread(wrong))).exception()
    log_failure(log, error, "round %d failed", 7)
    told = caplog.records[0].getMessage(), caplog.text
    assert told[0] == "round 7 failed"
    assert "in wrong" in told[1]
    assert "KeyError: 'mine'" in told[1]
    assert "/concurrent/" not in told[1].partition("in wrong")[0].partition("<lambda>")[0]


def test_what_began_in_the_module_of_a_class_is_its_own():
    class Mine:
        pass

    class Theirs:
        __module__ = "elsewhere"

    class Builds(Mine):
        __module__ = "elsewhere"

    error = caught(asyncio.run, asyncio.to_thread(wrong)).with_traceback(None)
    assert not began_in(error, Mine)
    with ThreadPoolExecutor(1) as pool:
        error = pool.submit(wrong).exception()
    assert began_in(error, Mine)
    assert began_in(error, Builds)
    assert not began_in(error, Theirs)


def test_an_error_of_the_library_is_a_sentence_and_its_hint(caplog):
    log_failure(log, caught(_refuse, None), "round %d failed", 7)
    log_failure(log, caught(_refuse, "do that"), "round %d failed", 7)
    assert [record.getMessage() for record in caplog.records] == [
        "round 7 failed: that is wrong",
        "round 7 failed: that is wrong (do that)",
    ]
    assert "Traceback" not in caplog.text


def _refuse(hint):
    raise ConfigurationError("that is wrong", hint=hint)
