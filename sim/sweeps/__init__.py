"""Sweeps: one scenario at hundreds of points, stored one by one, resumed where it was stopped."""

from __future__ import annotations
