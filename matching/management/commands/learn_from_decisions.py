"""`manage.py learn_from_decisions`: fits the evidence weights to staff decisions."""

from typing import Any, Final

from django.core.management.base import BaseCommand, CommandError, CommandParser

from lostfound.models import User
from matching.encoders.base import EncoderUnavailable
from matching.evaluation.ranking import PATTERNS
from matching.learning.fit import PLATT_FROM, Stage
from matching.learning.promotion import MOST_CALIBRATION_ERROR, MOST_WRONG, Refusal
from matching.learning.service import (
    Learning,
    NothingToLearnFrom,
    learn_from_decisions,
    roll_back_profile,
)

STAGES: Final = {
    Stage.PLATT: "how confident scores are",
    Stage.LOGISTIC: "a weight for each kind of evidence",
    Stage.ISOTONIC: "a weight for each kind of evidence, and the curve of the probability",
}
WHY: Final = {
    Refusal.NOT_BETTER: "It does not predict later decisions better (the 95% interval includes 0).",
    Refusal.FINDS_LESS: "For some photograph pattern, fewer confirmed pairs rank within five.",
    Refusal.NOT_CALIBRATED: (
        f"Its probabilities are off by more than {MOST_CALIBRATION_ERROR:.0%} on average."
    ),
    Refusal.CONTRADICTORY: (
        f"More than {MOST_WRONG:.0%} of the decisions contradict clear evidence. Review the newest "
        "ones before learning from them."
    ),
    Refusal.SCALE: "It would make scores far more, or far less, confident than they are.",
}


class Command(BaseCommand):
    """Puts learnt weights in use only if the guard allows it; the version before is kept."""

    help = "Learns the evidence weights and the calibration from confirmed and rejected pairs."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="fit and compare only")
        parser.add_argument(
            "--without",
            action="append",
            default=[],
            metavar="USERNAME",
            help="leave out this person's decisions; can be repeated",
        )
        parser.add_argument(
            "--rollback", action="store_true", help="return to the weights before the last run"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = User.objects.filter(username__in=options["without"])
        if unknown := set(options["without"]) - set(known.values_list("username", flat=True)):
            raise CommandError(f"There is no user {unknown.pop()!r}.")
        try:
            if options["rollback"]:
                stored = roll_back_profile()
                self.stdout.write(
                    f"Rolled back: version {stored.pk} is in use. Open pairs will be rescored."
                )
                return
            learning = learn_from_decisions(dry_run=options["dry_run"], without=options["without"])
        except (NothingToLearnFrom, EncoderUnavailable) as error:
            raise CommandError(str(error)) from error
        self._report(learning, dry_run=options["dry_run"])

    def _report(self, learning: Learning, *, dry_run: bool) -> None:
        result = learning.result
        self.stdout.write(f"{result.confirmed} pairs confirmed, {result.rejected} rejected.")
        if learning.sampled:
            self.stdout.write(
                f"Among {learning.sampled} randomly sampled pairs with a decision, the matches "
                f"represent about {learning.missed:.0f} true pairs that were not suggested."
            )
        if result.verdict is None or result.fitted is None:
            confirmed, rejected = PLATT_FROM
            self.stdout.write(
                f"Too few to learn from: it takes {confirmed} confirmed and {rejected} rejected."
            )
            return
        figures = result.verdict.figures
        gain, lower, upper = figures["log_loss_gain"]
        errors, recalls = figures["calibration_error"], figures["recall@5"]
        self.stdout.write(f"Fitted: {STAGES[result.stage]}.")
        self.stdout.write(
            f"On {figures['tested_on']} later decisions ({figures['tested_on_matches']} confirmed):"
        )
        self.stdout.write(
            f"  log loss improved by {gain:+.4f}, 95% interval {lower:+.4f} to {upper:+.4f}"
        )
        self.stdout.write(f"  calibration error {errors['before']:.3f} -> {errors['after']:.3f}")
        for name in PATTERNS:
            before, after = recalls["before"][name], recalls["after"][name]
            if before is not None:
                self.stdout.write(f"  within five, {name}: {before:.3f} -> {after:.3f}")
        self.stdout.write(f"  decisions that contradict clear evidence: {figures['wrong']:.1%}")
        for refusal in result.verdict.refusals:
            self.stdout.write(f"Not put in use. {self._why(refusal, learning)}")
        if learning.stored is not None:
            self.stdout.write(
                f"Version {learning.stored.pk} is in use. Open pairs will be rescored; "
                "undo with manage.py learn_from_decisions --rollback."
            )
        elif dry_run and result.is_promoted:
            self.stdout.write("It would be put in use; --dry-run changed nothing.")

    def _why(self, refusal: Refusal, learning: Learning) -> str:
        if refusal is not Refusal.PERSON_CONTRADICTS:
            return WHY[refusal]
        people = ", ".join(learning.people) or "a deleted account"
        return (
            f"Many decisions of {people} contradict clear evidence. Review them, or leave "
            "them out with --without USERNAME."
        )
