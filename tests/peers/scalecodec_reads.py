"""Run in an environment that has scalecodec: what it makes of our metadata, as JSON. Arguments: metadata, questions."""

import json
import sys
from pathlib import Path

from scalecodec.base import RuntimeConfigurationObject, ScaleBytes
from scalecodec.type_registry import load_type_registry_preset

config = RuntimeConfigurationObject()
config.update_type_registry(load_type_registry_preset("core"))
metadata = config.create_scale_object("MetadataVersioned", ScaleBytes(Path(sys.argv[1]).read_text()))
metadata.decode()
config.add_portable_registry(metadata)


def call(pallet, name, args):
    made = config.create_scale_object("Call", metadata=metadata)
    return made.encode({"call_module": pallet, "call_function": name, "call_args": args}).to_hex()


def stored(pallet, item, raw):
    entry = next(e for p in metadata.pallets if p.name == pallet for e in p.storage if e.value["name"] == item)
    return config.create_scale_object(entry.get_value_type_string(), ScaleBytes(raw), metadata=metadata).decode()


questions = json.loads(Path(sys.argv[2]).read_text())
answers = {
    "pallets": [pallet.name for pallet in metadata.pallets],
    "entries": {pallet.name: [entry.value["name"] for entry in pallet.storage or ()] for pallet in metadata.pallets},
    "errors": {pallet.name: [error.name for error in pallet.errors or ()] for pallet in metadata.pallets},
    "calls": [call(*one) for one in questions["calls"]],
    "stored": [stored(*one) for one in questions["stored"]],
}
sys.stdout.write(json.dumps(answers))
