"""Golden inputs: what each family's model is given for the samples of `encoders.preparation`.

    python -m tests.support.golden_inputs

writes them anew, which is right only if a change of preparation is wanted. Tokenizer and processor
of each family lie beside them, since training one anew depends on the library's version.
"""

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any, Final

from matching.conf import BUNDLED_FOLDER
from tests.support import checkpoints
from tests.support.paths import ROOT

GOLDEN: Final = ROOT / "tests" / "matching" / "encoders" / "golden"
BUNDLED: Final = "bundled"
FAMILIES: Final = (BUNDLED, *checkpoints.WRITERS)
KEPT: Final = ("tokenizer.json", "tokenizer_config.json", "preprocessor_config.json")
INPUTS: Final = "inputs.json"


def checkpoint_of(family: str, folder: Path) -> Path:
    """A checkpoint with the kept tokenizer and processor, and random weights."""
    if family == BUNDLED:
        return BUNDLED_FOLDER
    write, _ = checkpoints.WRITERS[family]
    made = write(folder / family)
    for name in KEPT:
        if (GOLDEN / family / name).exists():
            shutil.copy(GOLDEN / family / name, made / name)
    return made


def golden_inputs(family: str) -> dict[str, Any]:
    """What was written for a family."""
    found: dict[str, Any] = json.loads((GOLDEN / family / INPUTS).read_text())
    return found


def main() -> None:
    """Write everything anew."""
    from matching.encoders.preparation import Preparation

    for family in FAMILIES:
        with tempfile.TemporaryDirectory() as scratch:
            made = checkpoint_of(family, Path(scratch))
            (GOLDEN / family).mkdir(parents=True, exist_ok=True)
            for name in KEPT if family != BUNDLED else ():
                shutil.copy(made / name, GOLDEN / family / name)
            inputs = Preparation.of(checkpoints.load(made)).as_json()
            (GOLDEN / family / INPUTS).write_text(json.dumps(inputs) + "\n")


if __name__ == "__main__":
    import django

    django.setup()
    main()
