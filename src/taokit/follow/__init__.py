"""A fresh `Metagraph` at every block that brings one: one subscription in, values and what changed out."""

from taokit.follow.following import follow
from taokit.follow.shelf import Shelf, load
from taokit.follow.update import Dissolved, Every, Happening, Reorganised, Update

__all__ = ["Dissolved", "Every", "Happening", "Reorganised", "Shelf", "Update", "follow", "load"]
