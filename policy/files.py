"""The files that come with the product, wherever it is installed: what a service reads that is told of no others."""

from pathlib import Path

HERE = Path(__file__).parent

DEFAULT = HERE / "default.yaml"
"""The default policy; its older versions stand beside it."""
AREAS = HERE / "areas-620522.csv"
"""The registry of the county in which the examples play."""
