"""Nothing that runs in a web process, or in the parent that the queue forks from, loads torch."""

import pytest

from tests.support.python_process import run_python

IMPORT_ALL = """
import importlib, pkgutil, sys
import django
django.setup()
import lostfound, matching
from django.urls import get_resolver
HEAVY = (
    "matching.encoders.torch_clip", "matching.encoders.onnx_clip", "matching.onnx.export",
    "matching.bundled",
)
for package in (lostfound, matching):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.startswith(HEAVY) and ".migrations." not in module.name:
            importlib.import_module(module.name)
get_resolver().url_patterns
print(len([name for name in sys.modules if name.startswith(("lostfound", "matching"))]))
libraries = {"torch", "transformers", "onnx", "onnxruntime"}
print(sorted({name.partition(".")[0] for name in sys.modules} & libraries))
"""


@pytest.mark.processes
def test_no_module_of_the_site_loads_torch() -> None:
    result = run_python("-c", IMPORT_ALL)
    assert result.returncode == 0, result.stderr
    count, heavy = result.stdout.strip().splitlines()[-2:]
    assert int(count) > 100
    assert heavy == "[]"


@pytest.mark.processes
@pytest.mark.parametrize("command", ["check", "runworker --help", "demo --help"])
def test_no_command_loads_torch_before_it_must(command: str) -> None:
    code = (
        "import sys; from django.core.management import execute_from_command_line as run\n"
        f"try: run(['manage.py', *{command.split()!r}])\n"
        "except SystemExit as end: assert not end.code\n"
        "print('torch' in sys.modules)"
    )
    result = run_python("-c", code)
    assert result.returncode == 0, result.stderr
    assert result.stdout.strip().splitlines()[-1] == "False"
