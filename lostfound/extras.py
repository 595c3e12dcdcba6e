"""Optional packages: a setting that needs one that is missing says how it is installed."""

from importlib.util import find_spec

from django.core.exceptions import ImproperlyConfigured


def require_package(package: str, *, extra: str, setting: str) -> None:
    """See that a package is there before anything fails in the middle of work.

    Raises:
        ImproperlyConfigured: it is not; the message names the extra.
    """
    if find_spec(package) is None:
        raise ImproperlyConfigured(
            f"{setting} needs the package {package}, which is not installed. "
            f"Run pip install -c constraints.txt -e '.[{extra}]', or unset {setting}."
        )
