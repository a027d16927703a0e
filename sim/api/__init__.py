"""What Python programs use: scenarios, results, comparisons and sweeps as objects.

Every name of ``sim`` is made here or below; docs/api.md describes them.
"""

from __future__ import annotations
