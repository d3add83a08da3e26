"""Counts a tier's figures again from the first event, beside the running service; see README.md."""
