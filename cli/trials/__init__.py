"""Recorded incidents lived through again under another policy, by the functions that the services decide with."""
