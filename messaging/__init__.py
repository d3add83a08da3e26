"""One purpose: every event takes effect once. Knows topics and envelopes, but no event by name."""
