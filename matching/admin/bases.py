"""Django's admin classes with their models named; Django 5.2 knows them only as annotations."""

from typing import TYPE_CHECKING

from django.contrib import admin

from matching.models import (
    Heartbeat,
    Match,
    MatchDecision,
    MatchingJob,
    PossibleDuplicate,
    StoredProfile,
)

if TYPE_CHECKING:
    MatchingJobModelAdmin = admin.ModelAdmin[MatchingJob]
    HeartbeatModelAdmin = admin.ModelAdmin[Heartbeat]
    MatchModelAdmin = admin.ModelAdmin[Match]
    DecisionModelAdmin = admin.ModelAdmin[MatchDecision]
    ProfileModelAdmin = admin.ModelAdmin[StoredProfile]
    DuplicateModelAdmin = admin.ModelAdmin[PossibleDuplicate]
else:
    MatchingJobModelAdmin = HeartbeatModelAdmin = admin.ModelAdmin
    MatchModelAdmin = DecisionModelAdmin = ProfileModelAdmin = admin.ModelAdmin
    DuplicateModelAdmin = admin.ModelAdmin
