"""The version of this package: that of the installed distribution, which is made from the tag it was built at."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("taokit")
except PackageNotFoundError:  # run from its sources, not installed
    __version__ = "0.0.0"
