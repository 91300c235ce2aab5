"""A contract of imports that pyproject.toml cannot say in names: it knows the platforms itself."""

from __future__ import annotations

from typing import Any

from importlinter.contracts.independence import IndependenceContract

from config import platforms


class PlatformsContract(IndependenceContract):
    """No platform's file imports another's, also by the way of a third; whichever there are."""

    type_name = "platforms"

    def __init__(
        self, name: str, session_options: dict[str, Any], contract_options: dict[str, Any]
    ) -> None:
        """Add the modules to the contract's options."""
        modules = [f"connectors.{word}" for word in platforms.words()]
        super().__init__(name, session_options, {**contract_options, "modules": modules})
