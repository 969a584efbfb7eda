import logging

import pytest

from taokit.axon import Route
from taokit.axon.routes import Routes
from taokit.errors import ConfigurationError, UnknownMessage
from wire_classes import Echo, TextReverse, echo, text_reverse


def test_a_route_is_found_by_the_whole_path_without_its_query():
    route = Route(Echo, echo)
    routes = Routes([route])
    assert routes.find("/Echo", "btauth") is route
    assert routes.find("/Echo?x=/Other", None) is route
    assert routes.find("/Synapse", "legacy").name == "Synapse"
    for target in ("/", "", "Echo", "/Echo/", "/echo", "/Echo/more", "/Echo#x"):
        with pytest.raises(UnknownMessage):
            routes.find(target, "btauth")


def test_a_message_without_hash_fields_has_no_legacy_route_and_the_log_names_both_ways_out(caplog):
    caplog.set_level(logging.INFO, "taokit.axon")
    routes = Routes([Route(TextReverse, text_reverse)])
    assert routes.find("/TextReverse", "btauth").name == "TextReverse"
    with pytest.raises(UnknownMessage):
        routes.find("/TextReverse", "legacy")
    [record] = caplog.records
    assert "required_hash_fields" in record.getMessage()
    assert "unbound_body=True" in record.getMessage()


def test_two_handlers_for_one_message_are_refused():
    with pytest.raises(ConfigurationError, match="Echo"):
        Routes([Route(Echo, echo), Route(Echo, echo)])
