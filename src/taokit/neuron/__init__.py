"""The roles of a subnet, and what runs them."""

from taokit.neuron.budget import Budget
from taokit.neuron.fallback import Policy
from taokit.neuron.handlers import route
from taokit.neuron.host import DRAIN_S, Neuron
from taokit.neuron.kinds import neuron_of
from taokit.neuron.miner import Miner
from taokit.neuron.mining import MinerNeuron
from taokit.neuron.place import DEFAULT_PORT, Place
from taokit.neuron.record import RoundRecord
from taokit.neuron.recorder import load as load_record
from taokit.neuron.recorder import message_kinds, recorded_by
from taokit.neuron.role import Role
from taokit.neuron.sandbox import Sandbox
from taokit.neuron.state import StateFolder, neuron_folder, state_root
from taokit.neuron.validating import ValidatorNeuron
from taokit.neuron.validator import Question, Round, Validator
from taokit.neuron.weights import WeightSetter

__all__ = [
    "DEFAULT_PORT",
    "DRAIN_S",
    "Budget",
    "Miner",
    "MinerNeuron",
    "Neuron",
    "Place",
    "Policy",
    "Question",
    "Role",
    "Round",
    "RoundRecord",
    "Sandbox",
    "StateFolder",
    "Validator",
    "ValidatorNeuron",
    "WeightSetter",
    "load_record",
    "message_kinds",
    "neuron_folder",
    "neuron_of",
    "recorded_by",
    "route",
    "state_root",
]
