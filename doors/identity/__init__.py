"""Signing in: whose token or key a request brings. Says who asks, never what they may."""
