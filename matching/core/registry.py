"""The scoring strategies by name."""

from typing import Final

from matching.core.calibrated import CalibratedV3
from matching.core.strategies import ClipZeroshotV1, ClipZeroshotV2, Strategy


class UnknownStrategy(ValueError):
    """No strategy has this name."""


STRATEGIES: Final[dict[str, Strategy]] = {
    strategy.name: strategy for strategy in (ClipZeroshotV1(), ClipZeroshotV2(), CalibratedV3())
}


def get_strategy(name: str) -> Strategy:
    """The strategy with this name.

    Raises: UnknownStrategy, listing the known names.
    """
    try:
        return STRATEGIES[name]
    except KeyError:
        known = ", ".join(sorted(STRATEGIES))
        raise UnknownStrategy(f"Unknown strategy {name!r}. Known strategies: {known}.") from None


def needs_profile(name: str) -> bool:
    """Whether the strategy needs the site's scoring profile, and so yields probabilities."""
    return isinstance(get_strategy(name), CalibratedV3)
