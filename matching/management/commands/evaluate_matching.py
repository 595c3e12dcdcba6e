"""`manage.py evaluate_matching`: compares strategies on datasets with known true pairs."""

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
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import DatasetFileError
from matching.evaluation.duplicates import measure_duplicates
from matching.evaluation.simulator import SIMULATIONS, simulate
from matching.learning.learning_gain import AFTER, BEFORE, measure_learning_gain
from matching.learning.simulated_annotators import USUAL_ERROR_RATES
from matching.management.tables import gains, learning_line, patterns, reliability_lines, table


class Command(BaseCommand):
    """Scores datasets with the code of production; uses no database and no encoder."""

    requires_system_checks = ()
    help = "Measures the strategies on a benchmark file or on simulated datasets."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--dataset",
            "--world",  # its name until 0.2
            default="base",
            help=f"a benchmark file (.npz), or a simulation: {', '.join(SIMULATIONS)}",
        )
        parser.add_argument(
            "--strategy", default="all", help=f"all, or one of {', '.join(STRATEGIES)}"
        )
        parser.add_argument(
            "--seeds",
            type=_seeds,
            default=[0],
            help="seeds of simulated datasets, such as 3 or 0,1,2 or 0-4",
        )
        parser.add_argument(
            "--judgements",
            type=int,
            default=0,
            metavar="N",
            help="also let simulated annotators judge N shown pairs of each dataset, learn from "
            "them, and measure the lost posts that they have not seen",
        )
        parser.add_argument(
            "--error-rates",
            "--wrong",  # its name until 0.2
            type=_shares,
            default=USUAL_ERROR_RATES,
            metavar="SHARES",
            help="share of wrong decisions of each annotator, such as 0.02,0.05",
        )
        parser.add_argument(
            "--duplicates",
            type=int,
            default=0,
            metavar="N",
            help="also add N duplicates to each simulated dataset, and measure how many are marked "
            "as possible duplicates",
        )
        parser.add_argument("--json", type=Path, help="write all figures to this file as well")

    def handle(self, *args: Any, **options: Any) -> None:
        names = list(STRATEGIES) if options["strategy"] == "all" else [options["strategy"]]
        if unknown := set(names) - STRATEGIES.keys():
            known = ", ".join(STRATEGIES)
            raise CommandError(f"Unknown strategy {unknown.pop()!r}. Known: all, {known}.")
        if options["duplicates"] and options["dataset"] not in SIMULATIONS:
            raise CommandError(f"--duplicates needs a simulated dataset: {', '.join(SIMULATIONS)}.")
        datasets = _datasets(options["dataset"], options["seeds"])
        with tqdm(total=0, unit="post", leave=False, disable=None) as bar:
            outcomes = evaluate(datasets, names, lambda now: _show(bar, now, len(datasets)))
        self.stdout.write(_title(options["dataset"], options["seeds"], datasets))
        shown = (*table(outcomes), "", *patterns(outcomes), "", *gains(outcomes))
        for line in (*shown, *reliability_lines(outcomes)):
            self.stdout.write(line)
        figures: dict[str, Any] = {name: outcome.figures for name, outcome in outcomes.items()}
        if options["judgements"] > 0:
            figures |= self._measure_learning_gain(
                datasets, options["judgements"], options["error_rates"]
            )
        if options["duplicates"] > 0:
            figures["duplicates"] = self._duplicates(
                options["dataset"], options["seeds"], options["duplicates"]
            )
        if options["json"]:
            written = json.dumps({"strategies": figures}, indent=2) + "\n"
            try:
                options["json"].write_text(written)
            except OSError as error:
                raise CommandError(f"{options['json']} cannot be written: {error}") from error

    def _duplicates(
        self, named: str, seeds: Sequence[int], duplicates: int
    ) -> list[dict[str, Any]]:
        """Simulate duplicates, look for them, and print; returns the figures of each dataset."""
        self.stdout.write(
            f"\n{duplicates} duplicates added to the found posts, and looked for among them"
        )
        self.stdout.write(f"{'seed':>6}{'posts':>8}{'marked':>8}{'recall':>9}{'prec.':>9}{'AP':>9}")
        measured = []
        for seed in seeds:
            with tqdm(total=0, unit="post", leave=False, disable=None) as bar:

                def show(done: int, total: int, bar: "tqdm[Any]" = bar) -> None:
                    bar.total = total
                    bar.update(done - bar.n)

                one = measure_duplicates(SIMULATIONS[named], seed, duplicates, show)
            self.stdout.write(
                f"{seed:>6}{one.posts:>8}{one.marked:>8}"
                f"{one.recall:>9.3f}{one.precision:>9.3f}{one.ap or 0.0:>9.3f}"
            )
            figures = asdict(one)
            figures["twins"] = figures.pop("duplicates")  # the key of reports so far
            measured.append({"seed": seed, **figures})
        return measured

    def _measure_learning_gain(
        self, datasets: Sequence[BenchmarkDataset], judged: int, error_rates: Sequence[float]
    ) -> dict[str, Any]:
        """Judge, learn, measure and print; returns the figures before and after."""
        shares = ", ".join(f"{share:g}" for share in error_rates)
        self.stdout.write(
            f"\nSimulated annotators: {judged} judgements in each dataset, error rates {shares}; "
            "measured on the lost posts that they have not seen"
        )
        learning_gain = measure_learning_gain(datasets, judged=judged, error_rates=error_rates)
        shown = {BEFORE: learning_gain.before, AFTER: learning_gain.after}
        for line in (*table(shown), "", *patterns(shown), "", *gains(shown)):
            self.stdout.write(line)
        for number, result in enumerate(learning_gain.results):
            self.stdout.write(f"dataset {number + 1}: {learning_line(result)}")
        return {
            "calibrated_v3_unseen": learning_gain.before.figures,
            "calibrated_v3_learnt": learning_gain.after.figures,
        }


def _shares(text: str) -> list[float]:
    """Parses shares such as "0.02,0.05"."""
    try:
        shares = [float(part) for part in text.split(",")]
    except ValueError:
        shares = []
    if not shares or not all(0.0 <= share <= 1.0 for share in shares):
        raise ArgumentTypeError(f"{text!r} is not a list of shares from 0 to 1, such as 0.02,0.05")
    return shares


def _seeds(text: str) -> list[int]:
    """Parses seeds such as "3", "0,1,2" or "0-4"."""
    try:
        first, dash, last = text.partition("-")
        if dash:
            return list(range(int(first), int(last) + 1))
        return [int(part) for part in text.split(",")]
    except ValueError:
        raise ArgumentTypeError(
            f"{text!r} is not a seed, a list (0,1,2) or a range (0-4)"
        ) from None


def _datasets(named: str, seeds: Sequence[int]) -> list[BenchmarkDataset]:
    if named in SIMULATIONS:
        return [simulate(SIMULATIONS[named], seed) for seed in seeds]
    try:
        return [BenchmarkDataset.load(Path(named))]
    except DatasetFileError as error:
        raise CommandError(str(error)) from error


def _show(bar: "tqdm[Any]", now: Progress, datasets: int) -> None:
    if now.scored == 1 or bar.total != now.total:
        bar.reset(total=now.total)
        bar.set_description(f"{now.strategy}, dataset {now.dataset + 1} of {datasets}")
    bar.update(now.scored - bar.n)


def _title(named: str, seeds: Sequence[int], datasets: Sequence[BenchmarkDataset]) -> str:
    dataset = datasets[0]
    sizes = (
        f"{len(dataset.text_lost)} lost, {len(dataset.text_found)} found, "
        f"{len(dataset.pair_lost)} true pairs"
    )
    if named in SIMULATIONS:
        return f"Simulated dataset {named!r}, seeds {', '.join(map(str, seeds))}: {sizes} each"
    return f"{named}: {sizes}"
