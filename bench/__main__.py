"""`python -m bench`: the target table. `make bench ARGS="--quick --json FILE --only NAME"`."""

import argparse
import json
import os
import platform
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from time import perf_counter

from bench.rows import Row

# Name, module, function: loaded on demand, so that one row needs only its own libraries.
MEASURES = (
    ("embedding", "bench.embedding", "embedding_rows"),
    ("cuda", "bench.cuda", "cuda_rows"),
    ("scan", "bench.search", "scan_rows"),
    ("filtered", "bench.search", "filtered_rows"),
    ("int8", "bench.search", "int8_rows"),
    ("scoring", "bench.scoring", "scoring_rows"),
    ("simulations", "bench.simulations", "simulation_rows"),
    ("learning", "bench.simulations", "learning_rows"),
    ("forwards", "bench.forwards", "forwards_rows"),
    ("pipeline", "bench.pipeline", "pipeline_rows"),
    ("finding", "bench.finding", "finding_rows"),
    ("postgres", "bench.postgres", "postgres_rows"),
    ("peers", "bench.search", "peer_rows"),
    ("memory", "bench.memory", "memory_rows"),
    ("masking", "bench.masking", "masking_rows"),
    ("police", "bench.police", "police_rows"),
    ("structure", "bench.structure", "structure_rows"),
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, print and write; returns 1 if a row misses its target."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="smaller sizes, within five minutes")
    parser.add_argument(
        "--json", type=Path, metavar="FILE", help="also write all rows to this file"
    )
    names = [name for name, _, _ in MEASURES]
    parser.add_argument("--only", choices=names, help="one measurement")
    options = parser.parse_args(arguments)
    rows: list[Row] = []
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, ", end="")
    print(f"Python {platform.python_version()}{', quick' if options.quick else ''}")
    for name, module, function in MEASURES:
        if options.only not in (None, name):
            continue
        print(f"... {name}", end="\r", file=sys.stderr, flush=True)
        start = perf_counter()
        found = getattr(import_module(module), function)(options.quick)
        for row in found:
            print(_line(row))
        rows += found
        print(f"    {name}: {perf_counter() - start:.0f} s", file=sys.stderr)
    if options.json:
        options.json.write_text(json.dumps([row.as_json() for row in rows], indent=2) + "\n")
    missed = [row.row for row in rows if row.reached is False]
    targets = sum(row.reached is not None for row in rows)
    print(f"\n{targets - len(missed)} of {targets} targets reached")
    for row_name in missed:
        print(f"not reached: {row_name}")
    return 1 if missed else 0


def _line(row: Row) -> str:
    mark = {True: "reached", False: "MISSED", None: ""}[row.reached]
    value = "–" if row.value is None else f"{row.value:,.4g}"
    return f"{row.row:62}{value:>10} {row.unit:6}{row.target:>9} {mark:8} {row.detail}".rstrip()


if __name__ == "__main__":
    sys.exit(main())
