"""`manage.py learn_from_decisions`: fits the weighing of evidence to what staff decided."""

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
    Stage.PLATT: "how sure scores are",
    Stage.LOGISTIC: "a weight for each kind of evidence",
    Stage.ISOTONIC: "a weight for each kind of evidence, and the curve of the probability",
}
WHY: Final = {
    Refusal.NOT_BETTER: "It does not predict later decisions better (95% interval with zero).",
    Refusal.FINDS_LESS: "With some photographs, fewer of the confirmed pairs come within five.",
    Refusal.NOT_CALIBRATED: (
        f"Its probabilities are off by more than {MOST_CALIBRATION_ERROR:.0%} on average."
    ),
    Refusal.CONTRADICTORY: (
        f"More than {MOST_WRONG:.0%} of the decisions contradict clear evidence. Look through "
        "the newest ones before anything is learnt from them."
    ),
    Refusal.SCALE: "It would make scores far more, or far less, sure than they were.",
}


class Command(BaseCommand):
    """Puts what was learnt in use only where it passes the guard; the version before stays."""

    help = "Learns from confirmed and rejected pairs how to weigh evidence, and how sure to be."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="fit and compare only")
        parser.add_argument(
            "--without",
            action="append",
            default=[],
            metavar="USERNAME",
            help="whose decisions do not count; may be given more than once",
        )
        parser.add_argument(
            "--rollback", action="store_true", help="take back what was learnt last"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        known = User.objects.filter(username__in=options["without"])
        if unknown := set(options["without"]) - set(known.values_list("username", flat=True)):
            raise CommandError(f"There is nobody called {unknown.pop()!r}.")
        try:
            if options["rollback"]:
                stored = roll_back_profile()
                self.stdout.write(
                    f"Taken back: version {stored.pk} is in use. Open pairs are scored anew."
                )
                return
            learning = learn_from_decisions(dry_run=options["dry_run"], without=options["without"])
        except (NothingToLearnFrom, EncoderUnavailable) as error:
            raise CommandError(str(error)) from error
        self._tell(learning, dry_run=options["dry_run"])

    def _tell(self, learning: Learning, *, dry_run: bool) -> None:
        result = learning.result
        self.stdout.write(f"{result.confirmed} pairs confirmed, {result.rejected} rejected.")
        if learning.asked:
            self.stdout.write(
                f"Of {learning.asked} pairs drawn at random and decided, the matches stand for "
                f"about {learning.missed:.0f} true pairs that were not suggested."
            )
        if result.verdict is None or result.fitted is None:
            confirmed, rejected = PLATT_FROM
            self.stdout.write(
                f"Nothing is learnt yet: it takes {confirmed} confirmed and {rejected} rejected."
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
            f"  log loss better by {gain:+.4f}, 95% interval {lower:+.4f} to {upper:+.4f}"
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
                f"Version {learning.stored.pk} is in use. Open pairs are scored anew; "
                "manage.py learn_from_decisions --rollback takes it back."
            )
        elif dry_run and result.is_promoted:
            self.stdout.write("It would be put in use; --dry-run changed nothing.")

    def _why(self, refusal: Refusal, learning: Learning) -> str:
        if refusal is not Refusal.PERSON_CONTRADICTS:
            return WHY[refusal]
        people = ", ".join(learning.people) or "a deleted account"
        return (
            f"Many decisions of {people} contradict clear evidence. Look through them, or leave "
            "them out with --without USERNAME."
        )
