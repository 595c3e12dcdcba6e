"""Erasing personal data: what is due by its period, and what a person asks for."""

from lostfound.services.erasing.export import own_data
from lostfound.services.erasing.own_account import delete_own_account, refuse_own_deletion
from lostfound.services.erasing.periods import erase_daily, erase_due

__all__ = ["delete_own_account", "erase_daily", "erase_due", "own_data", "refuse_own_deletion"]
