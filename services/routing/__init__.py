"""Routing: who owns an incident, and until when."""
