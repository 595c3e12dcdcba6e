"""The project's folder, and the names of its settings in the environment."""

from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SCHEMA: Final = ROOT / "docs" / "openapi.yaml"


def read_by_settings() -> set[str]:
    """Names in the environment that lostfound/settings.py declares."""
    from lostfound.settings import env

    return {one.name for one in env.declared}
