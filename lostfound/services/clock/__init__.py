"""The legal clock: until when things are kept, and what is due. Nothing leaves by a timer."""

from lostfound.services.clock.rules import replace_rule, rule_for, start_clock
from lostfound.services.clock.sweep import sweep_clock

__all__ = ["replace_rule", "rule_for", "start_clock", "sweep_clock"]
