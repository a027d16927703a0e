"""The plan: the tables an engine receives, how a scenario becomes them, what they foretell."""
