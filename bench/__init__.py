"""Floors and our own figures, side by side in one run on one machine."""
