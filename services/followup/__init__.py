"""Followup: whom to revisit, when, and whether the incident may close."""
