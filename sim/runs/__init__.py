"""Runs: replications, files, comparisons."""

from __future__ import annotations
