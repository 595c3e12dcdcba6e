"""`manage.py evaluate_demo`: measures the strategies end to end, on drawn things."""

import json
import os
import subprocess
import sys
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from lostfound.models import Building, Post
from matching.core.calibrated import CalibratedV3
from matching.core.registry import STRATEGIES
from matching.demo.cases import demo_campus_matched, run_cases
from matching.demo.evaluation import KEPT, evaluate_demo, figures_of, measure_demo_learning_gain
from matching.evaluation.benchmark import Outcome
from matching.learning.learning_gain import AFTER, BEFORE
from matching.learning.simulated_annotators import USUAL_ERROR_RATES
from matching.management.tables import cases, gains, learning_line, patterns, table


class Command(BaseCommand):
    """Works with a scratch database and scratch media folder, and leaves nothing behind."""

    requires_system_checks = ()
    help = "Fills a scratch site with a labelled campus of drawn things, and measures the matches."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--strategy", default="all", help=f"all, or one of {', '.join(STRATEGIES)}"
        )
        parser.add_argument("--seed", type=int, default=7, help="seed of things and texts")
        parser.add_argument(
            "--judgements",
            type=int,
            default=960,
            metavar="N",
            help="judgements by simulated annotators for calibrated_v3 to learn from; 0: none",
        )
        parser.add_argument("--json", type=Path, help="also write all figures to this file")
        parser.add_argument("--inside", action="store_true", help="used internally by this command")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(STRATEGIES) if options["strategy"] == "all" else [options["strategy"]]
        if unknown := set(names) - STRATEGIES.keys():
            known = ", ".join(STRATEGIES)
            raise CommandError(f"Unknown strategy {unknown.pop()!r}. Known: all, {known}.")
        if not options["inside"]:
            _start_inside(options)
            return
        call_command("migrate", verbosity=0)
        outcomes = evaluate_demo(
            names,
            seed=options["seed"],
            n_places=Building.objects.filter(is_active=True).count(),
            progress=_progress,
        )
        ranking = next(iter(outcomes.values())).rankings[0]
        lost, found = ranking.scores.shape
        self.stdout.write(
            f"Demo campus, seed {options['seed']}: {lost} lost, {found} found, "
            f"{len(ranking.pair_lost)} true pairs; the first {KEPT} of each post are stored"
        )
        for line in (*table(outcomes), "", *patterns(outcomes), "", *gains(outcomes)):
            self.stdout.write(line)
        if options["judgements"] > 0 and CalibratedV3.name in outcomes:
            outcomes |= self._measure_learning_gain(outcomes[CalibratedV3.name], options)
        self._run_cases()
        if options["json"]:
            options["json"].write_text(json.dumps(figures_of(outcomes), indent=2) + "\n")

    def _run_cases(self) -> None:
        Post.objects.all().delete()
        demo_campus_matched(_progress)
        self.stdout.write("\nThe notes' pairs, among the posts of `make demo`")
        for line in cases(run_cases()):
            self.stdout.write(line)

    def _measure_learning_gain(
        self, outcome: Outcome, options: dict[str, Any]
    ) -> dict[str, Outcome]:
        result, before, after = measure_demo_learning_gain(
            outcome,
            judged=options["judgements"],
            error_rates=USUAL_ERROR_RATES,
            seed=options["seed"],
        )
        shown = {BEFORE: before, AFTER: after}
        self.stdout.write(
            f"\nSimulated annotators: {options['judgements']} judgements; measured on the "
            f"{len(before.rankings[0].scores)} lost posts that they have not seen"
        )
        for line in (*table(shown), "", *patterns(shown), "", learning_line(result)):
            self.stdout.write(line)
        return {"calibrated_v3_unseen": before, "calibrated_v3_learnt": after}


def _start_inside(options: dict[str, Any]) -> None:
    """Run the command again in a process with a scratch site, whatever this one's database is."""
    with tempfile.TemporaryDirectory(prefix="evaluate-demo-") as folder:
        environment = {
            **os.environ,
            "VAR_DIR": folder,
            "MEDIA_ROOT": f"{folder}/media",
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "REDIS_URL": "",
            "S3_BUCKET": "",
            "LOG_LEVEL": "WARNING",
        }
        command = [
            *(sys.executable, str(settings.BASE_DIR / "manage.py"), "evaluate_demo", "--inside"),
            *("--strategy", options["strategy"], "--seed", str(options["seed"])),
            *("--judgements", str(options["judgements"])),
            *(("--json", str(options["json"].resolve())) if options["json"] else ()),
        ]
        if code := subprocess.run(command, env=environment, check=False).returncode:
            raise CommandError("The evaluation failed; see the output above.", returncode=code)


def _progress(description: str, total: int) -> AbstractContextManager[Any]:
    bar: AbstractContextManager[Any] = tqdm(
        total=total, desc=description, unit="post", leave=False, disable=None
    )
    return bar
