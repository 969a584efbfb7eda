"""The laboratory: pictures of what consensus did."""

from taokit.lab.plots import line_chart

__all__ = ["line_chart"]
