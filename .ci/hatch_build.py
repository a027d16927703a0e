"""Compile the catalogues of words when the project is installed or packed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling calls this before it gathers the files of a wheel, an editable one included."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile every catalogue; the package itself does it, by the same code as its tests."""
        root = Path(self.root)
        sys.path.insert(0, str(root))
        try:
            from sim.text.translations import main

            main()
        finally:
            sys.path.remove(str(root))
