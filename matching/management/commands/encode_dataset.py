"""`manage.py encode_dataset FILE.npz OUT.npz`: the same posts with vectors of this site's model."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.encoders.base import EncoderUnavailable, get_encoder, get_text_encoder
from matching.encoders.prompts import category_prompts
from matching.evaluation.dataset import BenchmarkDataset
from matching.evaluation.dataset_file import DatasetFileError, read_texts
from matching.evaluation.encoding import encoded_anew


class Command(BaseCommand):
    """Shows how well a model, or two of them, read posts, before a site changes to them."""

    help = (
        "Encodes the texts of a dataset without photographs by MATCHING_MODEL, and by "
        "MATCHING_TEXT_MODEL if it is set, for evaluate_matching --dataset. The texts are in a "
        ".json file beside it, and its categories are those of this site, in the order of their "
        "codes."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="the dataset")
        parser.add_argument("out", type=Path, help="the file to write, ending in .npz")

    def handle(self, *args: Any, **options: Any) -> None:
        path, out = options["file"], options["out"]
        if out.suffix != ".npz":
            raise CommandError(f"{out}: the name must end in .npz.")
        try:
            encoder, second = get_encoder(), get_text_encoder()
            dataset = encoded_anew(
                BenchmarkDataset.load(path),
                read_texts(path.with_suffix(".json")),
                category_prompts(),
                encoder,
                second,
            )
            dataset.save(out)
        except DatasetFileError as error:
            raise CommandError(f"{path}: {error}") from error
        except (EncoderUnavailable, OSError) as error:
            raise CommandError(str(error)) from error
        by = (
            encoder.fingerprint
            if second is None
            else f"{encoder.fingerprint}, {second.fingerprint}"
        )
        texts = len(dataset.text_lost) + len(dataset.text_found)
        self.stdout.write(f"{out}: {texts} texts by {by}")
