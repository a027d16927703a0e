"""Simulate a care pathway whose places are full, and show who is blocked, where and why."""

__version__ = "0.1.0"
