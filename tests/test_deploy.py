"""Everything that deploy/ refers to exists: files, settings, processes."""

import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT, read_by_settings

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
APP = COMPOSE["x-app"]
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
EXAMPLE = (DEPLOY / "compose.env.example").read_text()
# The host's own, of no setting: names of the site, of the database's account, of a build.
OF_COMPOSE = {"SITE_HOST", "POSTGRES_PASSWORD", "TORCH_INDEX_URL"}


def variables(path: Path) -> set[str]:
    """The variables that a compose file takes from its environment."""
    return set(re.findall(r"\$\{([A-Z0-9_]+)", path.read_text()))


def test_containers_get_existing_settings() -> None:
    assert set(APP["environment"]) <= read_by_settings()
    in_image = set(re.findall(r"\b([A-Z][A-Z_]+)=", " ".join(_instructions("ENV"))))
    of_others = {
        *("PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "HF_HOME"),
        *("PIP_DISABLE_PIP_VERSION_CHECK", "PIP_NO_CACHE_DIR"),
        *("NVIDIA_VISIBLE_DEVICES", "NVIDIA_DRIVER_CAPABILITIES"),
    }
    assert in_image - of_others <= read_by_settings()


def test_the_example_names_every_variable_and_no_other() -> None:
    used = variables(DEPLOY / "compose.yaml") | variables(DEPLOY / "compose.cuda.yaml")
    assert set(re.findall(r"^([A-Z0-9_]+)=", EXAMPLE, re.M)) == used
    assert used <= read_by_settings() | OF_COMPOSE
    # Nothing that has to be kept from others has a value.
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "S3_SECRET_ACCESS_KEY", "EMAIL_HOST_PASSWORD"):
        assert f"\n{name}=\n" in EXAMPLE


@pytest.mark.parametrize("name", ["SECRET_KEY", "SITE_HOST", "POSTGRES_PASSWORD"])
def test_compose_refuses_to_start_without(name: str) -> None:
    assert f"${{{name}:?" in (DEPLOY / "compose.yaml").read_text()


def test_files_that_containers_use_are_there() -> None:
    for service in SERVICES.values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("."):
                assert (DEPLOY / source).exists(), source
            else:
                assert source in COMPOSE["volumes"]
        assert set(service["networks"]) <= set(COMPOSE["networks"])
    assert (ROOT / APP["build"]["dockerfile"]).exists()
    ignored = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    for copied in _instructions("COPY"):
        for source in copied.split()[:-1]:
            if not copied.startswith("--from"):
                assert (ROOT / source).exists(), source
                assert f"!{source.rstrip('/')}" in ignored, source


def test_targets_of_the_builds_are_in_the_dockerfile() -> None:
    stages = set(re.findall(r"^FROM .* AS (\w+)", DOCKERFILE, re.M))
    cuda = yaml.safe_load((DEPLOY / "compose.cuda.yaml").read_text())
    assert {APP["build"]["target"], cuda["services"]["worker"]["build"]["target"]} <= stages
    assert "TORCH_INDEX_URL" in "".join(_instructions("ARG"))


def test_everything_that_runs_is_checked_and_nothing_is_root() -> None:
    for name, service in SERVICES.items():
        assert service["healthcheck"] and "privileged" not in service, name
        if service.get("image") == APP["image"]:
            assert service["read_only"] and service["cap_drop"] == ["ALL"], name
    # Whatever an image runs at the end, it is this account.
    users = [line.split()[1] for line in DOCKERFILE.splitlines() if line.startswith("USER")]
    assert users == ["10001:10001"]
    only_proxy = [name for name, service in SERVICES.items() if service.get("ports")]
    assert only_proxy == ["proxy"]


@pytest.mark.processes
def test_dependencies_come_from_the_project() -> None:
    """The line of the Dockerfile that lists them, run as it stands."""
    line = re.search(r'RUN python -c "(.*?)" \\\n\s+> requirements.txt', DOCKERFILE, re.S)
    assert line
    script = line.group(1).replace("\\\n", "")
    done = subprocess.run(["python3", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    named = [line for name in ("postgres", "redis", "s3", "mask") for line in extras[name]]
    wanted = [*project["dependencies"], *named]
    assert done.stdout.split("\n")[:-1] == wanted


def test_the_proxy_takes_what_the_application_takes() -> None:
    from lostfound.media.processing import BYTES_PER_MB, MAX_REQUEST_BYTES

    caddy = (DEPLOY / "Caddyfile").read_text()
    # To Caddy, MB is a million bytes and MiB what the application calls MB.
    (number, unit) = re.findall(r"max_size (\d+)(MB|MiB)\b", caddy)[0]
    limit_bytes = int(number) * {"MB": 1_000_000, "MiB": BYTES_PER_MB}[unit]
    assert MAX_REQUEST_BYTES <= limit_bytes <= MAX_REQUEST_BYTES + BYTES_PER_MB
    assert f"request_buffers {number}{unit}" in caddy  # a web process does one thing at a time
    assert "reverse_proxy web:8000" in caddy and "web" in SERVICES
    assert caddy.count("{") == caddy.count("}")
    assert APP["environment"]["TRUSTED_PROXY_COUNT"] == "1"


@pytest.mark.processes
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_systemd_understands_its_units(unit: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is not installed")
    text = unit.read_text()
    commands = re.findall(r"^Exec\w+=(\S+)", text, re.M)
    assert commands and all(path.startswith("/srv/lostfound/app/.venv/bin/") for path in commands)
    # What it starts is not installed here.
    for path in commands:
        text = text.replace(path, shutil.which("true") or "/bin/true")
    (tmp_path / unit.name).write_text(text)
    done = subprocess.run(
        [analyze, "verify", "--man=no", "--recursive-errors=no", str(tmp_path / unit.name)],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def _instructions(name: str) -> list[str]:
    joined = DOCKERFILE.replace("\\\n", " ")
    return [
        line.removeprefix(name).strip() for line in joined.splitlines() if line.startswith(name)
    ]
