"""`manage.py build_scoring_profile`: builds the site's scoring profile from the open posts."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from matching.encoders.base import EncoderUnavailable
from matching.services import build_scoring_profile


class Command(BaseCommand):
    """Builds a new version and puts it in use; the worker then rescores open pairs."""

    help = "Builds the scoring profile that calibrated_v3 uses, from the open posts."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write("Building the profile: reading embeddings and comparing the posts")
        try:
            stored = build_scoring_profile()
        except EncoderUnavailable as error:
            raise CommandError(str(error)) from error
        profile = stored.profile
        self.stdout.write(f"Profile {stored.pk} for {stored.fingerprint} is in use.")
        for name, count in stored.built_from.items():
            self.stdout.write(f"  {name}: {count}")
        for name, normal in profile.matching.items():
            self.stdout.write(f"  true pairs, {name}: {normal.mean:.2f} ± {normal.sd:.2f}")
        for name, slope in profile.calibration.slopes.items():
            self.stdout.write(f"  learnt, {name}: x {slope:.2f}")
        for number, step in enumerate(profile.calibration.report.get("rounds", []), 1):
            outcome = "adopted" if step["is_adopted"] else "refused"
            self.stdout.write(
                f"  round {number} of learning {outcome}: log likelihood of lost posts held back "
                f"{step['likelihood']:.3f}, cold start {step['cold']:.3f}"
            )
        for name, value in vars(profile.loss_patterns).items():
            self.stdout.write(f"  {name}: {value:.2f}")
        if min(stored.built_from.get("texts", 0), stored.built_from.get("images", 0)) < 30:
            self.stdout.write("Fewer than 30 texts or photographs: default values fill in.")
