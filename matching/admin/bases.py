"""Typed bases: Django's admin classes take a parameter only where types are checked."""

from typing import TYPE_CHECKING

from django.contrib import admin

if TYPE_CHECKING:
    from matching.models import Match, MatchDecision

    MatchModelAdmin = admin.ModelAdmin[Match]
    DecisionModelAdmin = admin.ModelAdmin[MatchDecision]
else:
    MatchModelAdmin = DecisionModelAdmin = admin.ModelAdmin
