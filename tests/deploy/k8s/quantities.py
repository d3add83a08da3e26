"""Quantities as Kubernetes writes them."""

SUFFIXES = {"m": 0.001, "Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "": 1}


def number(quantity):
    """How much a quantity is."""
    digits = str(quantity).rstrip("mKMGi")
    return float(digits) * SUFFIXES[str(quantity)[len(digits) :]]
