"""`manage.py evaluate_matching`: strategies side by side on worlds whose true pairs are known."""

import json
from argparse import ArgumentTypeError
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from matching.core.registry import STRATEGIES
from matching.evaluation.benchmark import Progress, evaluate
from matching.evaluation.dataset import World
from matching.evaluation.dataset_file import WorldFileError
from matching.evaluation.duplicates import measure_twins
from matching.evaluation.simulator import WORLDS, simulate
from matching.learning.learning_gain import AFTER, BEFORE, school
from matching.learning.simulated_annotators import USUAL_WRONG
from matching.management.tables import gains, patterns, table, told


class Command(BaseCommand):
    """Scores worlds through the code that scores posts; touches no database and no encoder."""

    requires_system_checks = ()
    help = "Measures the strategies on a benchmark file, or on simulated worlds."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--world",
            default="base",
            help=f"a benchmark file (.npz), or a simulated world: {', '.join(WORLDS)}",
        )
        parser.add_argument(
            "--strategy", default="all", help=f"all, or one of {', '.join(STRATEGIES)}"
        )
        parser.add_argument(
            "--seeds",
            type=_seeds,
            default=[0],
            help="of simulated worlds, such as 3 or 0,1,2 or 0-4",
        )
        parser.add_argument(
            "--judgements",
            type=int,
            default=0,
            metavar="N",
            help="also let a simulated office judge N shown pairs of each world, learn from that, "
            "and measure the lost posts that it has not seen",
        )
        parser.add_argument(
            "--wrong",
            type=_shares,
            default=USUAL_WRONG,
            metavar="SHARES",
            help="share of wrong decisions of each person of that office, such as 0.02,0.05",
        )
        parser.add_argument(
            "--duplicates",
            type=int,
            default=0,
            metavar="N",
            help="also report N found things of each simulated world twice, and measure how many "
            "are marked as possible duplicates",
        )
        parser.add_argument("--json", type=Path, help="write all figures to this file as well")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(STRATEGIES) if options["strategy"] == "all" else [options["strategy"]]
        if unknown := set(names) - STRATEGIES.keys():
            known = ", ".join(STRATEGIES)
            raise CommandError(f"Unknown strategy {unknown.pop()!r}. Known: all, {known}.")
        if options["duplicates"] and options["world"] not in WORLDS:
            raise CommandError(f"--duplicates needs a simulated world: {', '.join(WORLDS)}.")
        worlds = _worlds(options["world"], options["seeds"])
        with tqdm(total=0, unit="post", leave=False, disable=None) as bar:
            outcomes = evaluate(worlds, names, lambda told: _show(bar, told, len(worlds)))
        self.stdout.write(_title(options["world"], options["seeds"], worlds))
        for line in (*table(outcomes), "", *patterns(outcomes), "", *gains(outcomes)):
            self.stdout.write(line)
        figures: dict[str, Any] = {name: outcome.figures for name, outcome in outcomes.items()}
        if options["judgements"] > 0:
            figures |= self._school(worlds, options["judgements"], options["wrong"])
        if options["duplicates"] > 0:
            figures["duplicates"] = self._twins(
                options["world"], options["seeds"], options["duplicates"]
            )
        if options["json"]:
            written = json.dumps({"strategies": figures}, indent=2) + "\n"
            try:
                options["json"].write_text(written)
            except OSError as error:
                raise CommandError(f"{options['json']} cannot be written: {error}") from error

    def _twins(self, named: str, seeds: Sequence[int], twins: int) -> list[dict[str, Any]]:
        """Report again, look for it, tell; the figures of each world."""
        self.stdout.write(f"\n{twins} found things reported twice, looked for among found posts")
        self.stdout.write(f"{'seed':>6}{'posts':>8}{'marked':>8}{'recall':>9}{'prec.':>9}{'AP':>9}")
        measured = []
        for seed in seeds:
            with tqdm(total=0, unit="post", leave=False, disable=None) as bar:

                def show(done: int, total: int, bar: "tqdm[Any]" = bar) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                one = measure_twins(WORLDS[named], seed, twins, show)
            self.stdout.write(
                f"{seed:>6}{one.posts:>8}{one.marked:>8}"
                f"{one.recall:>9.3f}{one.precision:>9.3f}{one.ap or 0.0:>9.3f}"
            )
            measured.append({"seed": seed, **asdict(one)})
        return measured

    def _school(
        self, worlds: Sequence[World], judged: int, wrong: Sequence[float]
    ) -> dict[str, Any]:
        """Judge, learn, measure, tell; the figures before and after."""
        shares = ", ".join(f"{share:g}" for share in wrong)
        self.stdout.write(
            f"\nSimulated office: {judged} judgements in each world, wrong by person {shares}; "
            "lost posts that it has not seen"
        )
        schooling = school(worlds, judged=judged, wrong=wrong)
        shown = {BEFORE: schooling.before, AFTER: schooling.after}
        for line in (*table(shown), "", *patterns(shown), "", *gains(shown)):
            self.stdout.write(line)
        for number, lesson in enumerate(schooling.lessons):
            self.stdout.write(f"world {number + 1}: {told(lesson)}")
        return {
            "calibrated_v3_unseen": schooling.before.figures,
            "calibrated_v3_learnt": schooling.after.figures,
        }


def _shares(text: str) -> list[float]:
    """Which shares "0.02,0.05" means."""
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError:
        shares = []
    if not shares or not all(0.0 <= share <= 1.0 for share in shares):
        raise ArgumentTypeError(f"{text!r} is no list of shares from 0 to 1, such as 0.02,0.05")
    return shares


def _seeds(text: str) -> list[int]:
    """Which seeds "0,1,2" or "0-4" mean."""
    try:
        first, dash, last = text.partition("-")
        if dash:
            return list(range(int(first), int(last) + 1))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ArgumentTypeError(f"{text!r} is no seed, list (0,1,2) or range (0-4)") from None


def _worlds(named: str, seeds: Sequence[int]) -> list[World]:
    if named in WORLDS:
        return [simulate(WORLDS[named], seed) for seed in seeds]
    try:
        return [World.load(Path(named))]
    except WorldFileError as error:
        raise CommandError(str(error)) from error


def _show(bar: "tqdm[Any]", told: Progress, worlds: int) -> None:
    if told.scored == 1 or bar.total != told.total:
        bar.reset(total=told.total)
        bar.set_description(f"{told.strategy}, world {told.world + 1} of {worlds}")
    bar.update(told.scored - bar.n)


def _title(named: str, seeds: Sequence[int], worlds: Sequence[World]) -> str:
    world = worlds[0]
    sizes = (
        f"{len(world.text_lost)} lost, {len(world.text_found)} found, "
        f"{len(world.pair_lost)} true pairs"
    )
    if named in WORLDS:
        return f"Simulated world {named!r}, seeds {', '.join(map(str, seeds))}: {sizes} each"
    return f"{named}: {sizes}"
