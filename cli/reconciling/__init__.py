"""Compares stores, outboxes and topics beside the running services, and says what disagrees."""
