"""`manage.py optimize_model`: exports the checkpoint to ONNX Runtime, if it agrees with torch."""

import tempfile
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.conf import ENGINES, TORCH, MatchingSettings, matching_settings
from matching.encoders.checkpoint import (
    EncoderUnavailable,
    checkpoint_fingerprint,
    checkpoint_folder,
)
from matching.encoders.manifest import (
    LEAST_COSINE,
    engine_fingerprint,
    exports_folder,
    fingerprint_of,
    read_export,
    switch_on,
)
from matching.onnx.agreement import Agreement, agreement
from matching.onnx.sample import Sample, SampleMissing, gather_sample
from matching.onnx.subprocess_runner import WorkFailed, run_in_subprocess
from matching.onnx.trial import Trial

EXPORTABLE: Final = tuple(engine for engine in ENGINES if engine != TORCH)
MIB: Final = 2**20


class Command(BaseCommand):
    """Exports, compares with torch, and enables the export or refuses it."""

    help = (
        "Exports the checkpoint of the settings to ONNX Runtime, compares it with torch on texts "
        "and photographs, and enables it if both give the same vectors and ranks."
    )

    # Has to work before the model of the settings can be used.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """The engines to export to, and the sample to compare on."""
        parser.add_argument(
            "--engine",
            choices=EXPORTABLE,
            action="append",
            help="export to this engine only (can be repeated)",
        )
        parser.add_argument(
            "--sample",
            type=Path,
            metavar="DIR",
            help="folder with photographs and *.txt files with one text per line "
            "(default: this site's open posts, or drawn things if there are none)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Work in a scratch folder next to the target; an interrupted run changes nothing."""
        engines = options["engine"] or list(EXPORTABLE)
        current = matching_settings()
        try:
            folder = checkpoint_folder(current)
            self.checkpoint = checkpoint_fingerprint(current, folder)
            exports_folder().mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="new-", dir=exports_folder()) as scratch:
                self._optimize(current, engines, options["sample"], Path(scratch))
        except (EncoderUnavailable, SampleMissing) as error:
            raise CommandError(str(error)) from error
        except WorkFailed as error:
            raise CommandError(
                f"Nothing was enabled: {error}\nIf a package is missing, install it with "
                "pip install '.[onnx]'."
            ) from error
        except OSError as error:
            raise CommandError(
                f"Nothing was enabled: {error}. While it runs, an export takes about twice the "
                f"checkpoint's space in {exports_folder()}."
            ) from error

    def _optimize(
        self, current: MatchingSettings, engines: list[str], folder: Path | None, scratch: Path
    ) -> None:
        sample = gather_sample(folder, scratch)
        self.stdout.write(f"Checkpoint: {current.model} ({self.checkpoint})")
        self.stdout.write(f"Sample: {sample}")
        self.stdout.write(f"Exporting to {', '.join(engines)}")
        spec = {"settings": asdict(current), "folder": str(scratch), "engines": engines}
        folders = run_in_subprocess("matching.onnx.export", spec)
        plain = replace(current, device="cpu", precision="fp32")
        trials, found = {}, {}
        for engine in (TORCH, *engines):
            self.stdout.write(f"Encoding with {engine}")
            trials[engine] = _tried(plain, engine, folders.get(engine), sample, scratch)
            if engine != TORCH:
                found[engine] = _compared(engine, scratch)
        for line in table(trials, found):
            self.stdout.write(line)
        refusals = [why for engine in engines if (why := refusal(engine, found[engine]))]
        for engine in engines:
            if not refusal(engine, found[engine]):
                self._switch_on(current, engine, Path(folders[engine]), found[engine], sample)
        if refusals:
            raise CommandError("\n".join(refusals))

    def _switch_on(
        self,
        current: MatchingSettings,
        engine: str,
        made: Path,
        compared: Agreement,
        sample: Sample,
    ) -> None:
        export = read_export(made, engine, self.checkpoint)
        place = switch_on(
            made, replace(export, agreement={**asdict(compared), "sample": str(sample)})
        )
        engine_fingerprint(replace(current, engine=engine, device="cpu"))
        self.stdout.write(self.style.SUCCESS(f"{engine} is enabled: {place}"))
        if current.engine != engine:
            renewed = fingerprint_of(self.checkpoint, engine) != fingerprint_of(
                self.checkpoint, current.engine
            )
            after = "all open posts will be re-embedded" if renewed else "no post is re-embedded"
            self.stdout.write(f"To use it, set MATCHING_ENGINE={engine}; {after}.")


def refusal(engine: str, compared: Agreement) -> str:
    """Why an engine is not enabled; empty if it is."""
    least = LEAST_COSINE[engine]
    reasons = []
    if not compared.lowest >= least:
        kind = "text" if compared.text <= compared.image else "photograph"
        reasons.append(f"the vectors of a {kind} have a cosine of {compared.lowest:.5f} with torch")
    if compared.moved:
        reasons.append(f"the top result differs in {compared.moved} of {compared.queries} searches")
    if not reasons:
        return ""
    return (
        f"{engine} is NOT enabled: {' and '.join(reasons)}. Every vector needs at least {least}, "
        "and every top result must be the same. An engine enabled earlier stays enabled; leave "
        f"MATCHING_ENGINE at {TORCH}, or try the other engine or a larger --sample."
    )


def table(trials: dict[str, Trial], found: dict[str, Agreement]) -> list[str]:
    """Speed, memory and agreement, one column for each engine."""
    rows: list[tuple[str, list[str]]] = [
        ("one text, ms", [f"{trial.text_ms:.1f}" for trial in trials.values()]),
        ("one photograph, ms", [f"{trial.image_ms:.1f}" for trial in trials.values()]),
        ("peak memory, MiB", [f"{trial.peak_bytes / MIB:.0f}" for trial in trials.values()]),
        ("loading, s", [f"{trial.load_s:.1f}" for trial in trials.values()]),
        ("lowest cosine, texts", ["", *(f"{one.text:.5f}" for one in found.values())]),
        ("lowest cosine, photographs", ["", *(f"{one.image:.5f}" for one in found.values())]),
        ("different top results", ["", *(f"{one.moved}/{one.queries}" for one in found.values())]),
    ]
    heads = "".join(f"{engine:>12}" for engine in trials)
    return [
        f"{'':28}{heads}",
        *(f"{name:28}" + "".join(f"{cell:>12}" for cell in cells) for name, cells in rows),
    ]


def _tried(
    current: MatchingSettings, engine: str, folder: str | None, sample: Sample, scratch: Path
) -> Trial:
    spec = {
        "settings": asdict(replace(current, engine=engine)),
        "folder": folder,
        "texts": sample.texts,
        "photographs": [str(path) for path in sample.photographs],
        "vectors": str(_vectors(scratch, engine)),
    }
    return Trial(**run_in_subprocess("matching.onnx.trial", spec))


def _compared(engine: str, scratch: Path) -> Agreement:
    with np.load(_vectors(scratch, TORCH)) as torch, np.load(_vectors(scratch, engine)) as other:
        return agreement(torch["texts"], torch["images"], other["texts"], other["images"])


def _vectors(scratch: Path, engine: str) -> Path:
    return scratch / f"{engine}.npz"
