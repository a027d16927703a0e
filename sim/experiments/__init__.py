"""Run one scenario or many, and keep the results."""
