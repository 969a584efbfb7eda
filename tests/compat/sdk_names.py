"""Prints the public names of bittensor 10.5.0 that scripts use, as JSON; run by an interpreter that has it."""

import inspect
import json
import logging
import sys
import types

import bittensor as bt
import bittensor.utils.networking as networking
from statemachine import StateMachine

CALLED = "Subtensor Metagraph Axon Dendrite Wallet AxonInfo Balance"
CLASSES = f"{CALLED} Config Synapse StreamingSynapse"
INFOS = "NeuronInfo NeuronInfoLite StakeInfo DynamicInfo SubnetHyperparameters PrometheusInfo"


def parameters(value):
    """The names of what a method takes by place, or None of what is not called."""
    try:
        kinds = inspect.signature(value).parameters.values() if callable(value) else None
    except ValueError:
        return None
    plain = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return None if kinds is None else [one.name for one in kinds if one.kind == plain and one.name != "self"]


def members(value):
    return {name: parameters(getattr(value, name)) for name in dir(value) if not name.startswith("_")}


def own(module):
    """The names of a module that are bittensor's own: no imports of its implementation."""
    found = {}
    for name, value in vars(module).items():
        home = value.__name__ if isinstance(value, types.ModuleType) else getattr(value, "__module__", "bittensor")
        ours = home.startswith("bittensor") and home != "bittensor_wallet" and name not in ("TYPE_CHECKING", "logging")
        if not name.startswith("_") and ours:
            found[name] = parameters(value)
    return found


MACHINE = {"state_field", "start_value", "allow_event_without_transition", "console"}


def of_machine(name):
    """Whether a name of the logger is only of the state machine that it is made from."""
    value = getattr(bt.logging, name)
    machine = name in dir(StateMachine) and name not in dir(logging.Logger)
    return (
        machine
        or name in MACHINE
        or type(value).__module__.startswith("statemachine")
        or name.startswith(("before_", "after_"))
    )


bt.logging.off()
told = {"bt": {name: None for name in dir(bt) if not name.startswith("_")}}
told |= {name: members(getattr(bt, name)) for name in CLASSES.split()}
told["Metagraph"] |= {name: None for name in vars(bt.Metagraph(1, network="mock", sync=False)) if name[0] != "_"}
told |= {name: dict.fromkeys(getattr(bt, name).__dataclass_fields__) for name in INFOS.split()}
told["logging"] = {name: kinds for name, kinds in members(bt.logging).items() if not of_machine(name)}
told |= {"utils": own(bt.utils), "weight_utils": own(bt.utils.weight_utils), "networking": own(networking)}
told = {owner: names if owner in CALLED.split() else sorted(names) for owner, names in told.items()}
lines = (f"{json.dumps(one)}: {json.dumps(told[one], sort_keys=True)}" for one in sorted(told))
sys.stdout.write("{" + ",\n".join(lines) + "}\n")
