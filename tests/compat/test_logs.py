import argparse
import logging

import pytest

from taokit.compat.logs import SUCCESS, Logging
from taokit.compat.settings import Config


@pytest.fixture
def log():
    made = Logging("taokit.compat.tested")
    yield made
    logger = logging.getLogger("taokit.compat.tested")
    for handler in [*logger.handlers]:
        logger.removeHandler(handler)
        handler.close()


def test_it_says_what_it_is_set_to(log, capfd):
    log(debug=True)
    log.trace("finest")
    log.debug("fine")
    log.success("well", prefix="all", suffix=7)
    err = capfd.readouterr().err
    assert "finest" not in err
    assert "DEBUG | fine" in err
    assert "SUCCESS | all - well - 7" in err
    log.set_trace()
    log.trace({"a": 1})
    log.off()
    log.critical("nobody hears")
    assert capfd.readouterr().err.endswith("| {'a': 1}\n")


def test_percent_signs_are_text_without_arguments(log, capfd):
    log(info=True)
    log.info("100 %")
    log.info("%d of %d", "", "", 1, 2)
    said = capfd.readouterr().err
    assert "100 %\n" in said
    assert "1 of 2" in said


def test_the_traceback_is_there(log, capfd):
    log.set_info()
    try:
        raise KeyError("gone")
    except KeyError:
        log.exception("it failed")
    assert "KeyError: 'gone'" in capfd.readouterr().err


def test_it_writes_a_file_where_that_is_asked_for(log, tmp_path, capfd):
    parser = argparse.ArgumentParser()
    log.add_args(parser)
    flags = ["--logging.record_log", "--logging.logging_dir", str(tmp_path / "logs")]
    log.set_config(Config(parser, args=flags))
    log.info("kept")
    assert "kept" in (tmp_path / "logs/bittensor.log").read_text()


def test_levels_have_names_and_numbers(log):
    log.setLevel("WARNING")
    assert log.get_level() == logging.WARNING
    log.setLevel(SUCCESS)
    assert log.get_level() == 21
