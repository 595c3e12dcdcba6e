"""The hooks run the tools of `make lint`, in the same versions."""

import json
import re
from collections.abc import Iterator
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
CONFIG = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())
HOOKS = [hook for repo in CONFIG["repos"] for hook in repo["hooks"]]


def pinned(separator: str) -> Iterator[str]:
    for hook in HOOKS:
        for name in hook.get("additional_dependencies", []):
            if separator in name[1:]:
                yield name


def test_hooks_come_from_no_other_repository() -> None:
    assert {repo["repo"] for repo in CONFIG["repos"]} == {"local"}


def test_hooks_from_pypi_have_the_versions_of_the_checks() -> None:
    python = set(pinned("=="))
    assert python
    assert python <= set((ROOT / "constraints.txt").read_text().split())


def test_hooks_from_npm_have_the_versions_of_the_checks() -> None:
    packages = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert sorted(pinned("@")) == sorted(f"{name}@{at}" for name, at in packages.items())


def test_every_hook_is_pinned_but_the_one_that_needs_the_project() -> None:
    free = {hook["id"] for hook in HOOKS if not hook.get("additional_dependencies")}
    assert free == {"mypy"}


def test_npm_packages_are_pinned_exactly() -> None:
    packages = json.loads((ROOT / "package.json").read_text())["devDependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in packages.values())
