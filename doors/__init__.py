"""The HTTP side every service shares: problems, limits, idempotency, documents. Decides nothing."""
