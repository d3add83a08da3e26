"""The HTTP side every service shares: problems, limits, idempotency, documents, who asks and what they may."""
