"""The ``fengqiao`` command."""
