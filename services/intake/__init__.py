"""Intake: what enters, and who may know the people in it."""
