"""Where the project lies, and what its settings read from the environment."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
SCHEMA: Final = ROOT / "docs" / "openapi.yaml"


def read_by_settings() -> set[str]:
    """Names of the environment that settings.py reads."""
    settings = (ROOT / "lostfound" / "settings.py").read_text()
    return set(re.findall(r'env\.\w+\(\s*"([A-Z0-9_]+)"', settings))
