"""How fast the engines are, held against other programs: ``python -m tests.benchmarks``.

What is measured and what came of it: docs/performance.md.
"""
