"""Draws the data and trains the bundled model: ``python -m matching.bundled.training.train``.

The data is deterministic in ``--seed``, ``--steps``, ``--batch`` and ``--workers``. A checkpoint is
kept next to the output, and an interrupted run resumes from it.
"""

import argparse
import math
import time
from pathlib import Path
from typing import Any, Final

import torch
from torch import nn
from torch.nn import functional as F
from transformers import CLIPConfig, CLIPModel, PreTrainedTokenizerFast
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil

from matching.bundled.drawing.things import ACCESSORIES, COLOURS, DRAWABLE, PATTERNS
from matching.bundled.training.batches import IMAGE_PX, TEXT_ONLY, Batch, Views, loader
from matching.bundled.training.tokenizer import MAX_TOKENS, train_tokenizer

MODEL_DIR: Final = Path(__file__).resolve().parents[1] / "model"
PATCH_PX: Final = 10
WIDTH: Final = 192
DIM: Final = 192
BATCH: Final = 128
KEPT_PATCHES: Final = 28  # of 64 for most of the training; all of them in the last fifth
PEAK_MUON, PEAK_ADAM = 0.012, 1.2e-3
WARMUP_STEPS: Final = 120
AUX_WEIGHT: Final = 0.25
CATEGORY_WEIGHT: Final = 0.5  # of a picture against one prompt of every drawable leaf
MEAN: Final = (0.5, 0.5, 0.5)
STD: Final = (0.25, 0.25, 0.25)


def new_model(tokenizer: PreTrainedTokenizerFast) -> CLIPModel:
    """A CLIPModel of about 4 million parameters with 2-D sine positions."""
    special = {
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    text = {
        "vocab_size": len(tokenizer),
        "hidden_size": 160,
        "intermediate_size": 640,
        "num_hidden_layers": 3,
        "num_attention_heads": 5,
        "max_position_embeddings": MAX_TOKENS,
        "hidden_act": "gelu_pytorch_tanh",
        "projection_dim": DIM,
        **special,
    }
    vision = {
        "image_size": IMAGE_PX,
        "patch_size": PATCH_PX,
        "hidden_size": WIDTH,
        "intermediate_size": 4 * WIDTH,
        "num_hidden_layers": 5,
        "num_attention_heads": 6,
        "hidden_act": "gelu_pytorch_tanh",
        "projection_dim": DIM,
    }
    config = CLIPConfig(text_config=text, vision_config=vision, projection_dim=DIM)
    model = CLIPModel(config)
    embeddings = model.vision_model.embeddings
    with torch.no_grad():
        embeddings.patch_embedding.weight.normal_(std=0.05)
        embeddings.position_embedding.weight.copy_(_sine_positions(IMAGE_PX // PATCH_PX, WIDTH))
    return model


def _sine_positions(side: int, width: int) -> torch.Tensor:
    quarter = width // 4
    omega = 1.0 / 100 ** (torch.arange(quarter) / quarter)
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    angles = [axis.flatten()[:, None] * omega for axis in (x, y)]
    table = torch.cat([f(angle) for angle in angles for f in (torch.sin, torch.cos)], dim=1)
    return torch.cat([torch.zeros(1, width), table * 0.3])


class Trainee(nn.Module):
    """The model with the parts that only training needs: attribute heads and temperatures."""

    def __init__(self, model: CLIPModel) -> None:
        super().__init__()
        self.clip = model
        sizes = (len(DRAWABLE), len(COLOURS), len(COLOURS), len(PATTERNS), len(ACCESSORIES))
        self.image_heads = nn.ModuleList(nn.Linear(WIDTH, size) for size in sizes)
        self.text_heads = nn.ModuleList(nn.Linear(160, size) for size in sizes)
        self.log_scales = nn.Parameter(torch.full((4,), math.log(14.0)))

    def images(self, pixels: torch.Tensor, kept: int) -> tuple[torch.Tensor, torch.Tensor]:
        """Unit vectors (n, DIM) and pooled states (n, WIDTH), from `kept` random patches."""
        vision = self.clip.vision_model
        states = vision.embeddings(pixels)
        if kept < states.shape[1] - 1:
            order = torch.rand(len(states), states.shape[1] - 1).argsort(dim=1)[:, :kept] + 1
            order = torch.cat([torch.zeros(len(states), 1, dtype=order.dtype), order], dim=1)
            index = order.to(states.device)[..., None].expand(-1, -1, states.shape[2])
            states = states.gather(1, index)
        states = vision.encoder(inputs_embeds=vision.pre_layrnorm(states)).last_hidden_state
        pooled = vision.post_layernorm(states[:, 0])
        return F.normalize(self.clip.visual_projection(pooled).float(), dim=-1), pooled

    def texts(self, tokens: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Unit vectors (n, DIM) and pooled states (n, 160)."""
        pooled = self.clip.text_model(input_ids=tokens, attention_mask=mask).pooler_output
        return F.normalize(self.clip.text_projection(pooled).float(), dim=-1), pooled

    def losses(self, batch: Batch, kept: int) -> dict[str, torch.Tensor]:
        """The parts of the loss, by name."""
        device = self.log_scales.device
        b = len(batch.labels)
        mean = torch.tensor(MEAN, device=device)[:, None, None]
        std = torch.tensor(STD, device=device)[:, None, None]
        pixels = (batch.images.to(device).float() / 255 - mean) / std
        labels = batch.labels.to(device)
        images, image_states = self.images(pixels, kept)
        texts, text_states = self.texts(batch.tokens.to(device), batch.mask.to(device))
        scales = self.log_scales.exp().clamp(max=60)
        drawn, rest = texts[: 2 * b], texts[2 * b :]
        written, prompted = rest[: 2 * TEXT_ONLY], rest[2 * TEXT_ONLY :]
        text_pairs = (
            torch.cat([drawn[:b], written[:TEXT_ONLY]]),
            torch.cat([drawn[b:], written[TEXT_ONLY:]]),
        )
        crossed = [
            _contrast(images[i * b : (i + 1) * b], drawn[j * b : (j + 1) * b], scales[0])
            for i in (0, 1)
            for j in (0, 1)
        ]
        parts = {
            "image_text": torch.stack(crossed).mean(),
            "views": _contrast(images[:b], images[b:], scales[1]),
            "wordings": 0.3 * _contrast(*text_pairs, scales[2]),
        }
        twice = labels.repeat(2, 1)
        parts["category"] = CATEGORY_WEIGHT * F.cross_entropy(
            images @ prompted.T * scales[3], twice[:, 0]
        )
        for name, heads, states in (
            ("image_heads", self.image_heads, image_states),
            ("text_heads", self.text_heads, text_states[: 2 * b]),
        ):
            terms = [
                F.cross_entropy(head(states).float(), twice[:, i], ignore_index=-1)
                for i, head in enumerate(heads)
            ]
            parts[name] = torch.stack(terms).sum() * (AUX_WEIGHT if name == "image_heads" else 0.05)
        return parts


def _contrast(a: torch.Tensor, b: torch.Tensor, scale: torch.Tensor) -> torch.Tensor:
    logits = a @ b.T * scale
    target = torch.arange(len(a), device=a.device)
    return (F.cross_entropy(logits, target) + F.cross_entropy(logits.T, target)) / 2


def optimizers(trainee: Trainee) -> list[torch.optim.Optimizer]:
    """Muon for the encoders' matrices, AdamW for everything else."""
    matrices: list[nn.Parameter] = []
    rest: list[nn.Parameter] = []
    for name, parameter in trainee.named_parameters():
        inside = ".encoder.layers." in name and parameter.ndim == 2
        (matrices if inside else rest).append(parameter)
    return [
        torch.optim.Muon(matrices, lr=PEAK_MUON, momentum=0.95, weight_decay=0.05),
        torch.optim.AdamW(rest, lr=PEAK_ADAM, betas=(0.9, 0.98), weight_decay=0.02),
    ]


def rate(step: int, steps: int) -> float:
    """The learning rate's factor: warm-up, plateau, then linear decay over the last 60%."""
    if step < WARMUP_STEPS:
        return (step + 1) / WARMUP_STEPS
    return min(1.0, (steps - step) / (0.6 * steps))


def save(trainee: Trainee, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Write a folder that transformers can load: half-precision weights, tokenizer, processor."""
    half: CLIPModel = CLIPModel(trainee.clip.config).half()  # type: ignore[no-untyped-call]
    half.load_state_dict({k: v.half() for k, v in trainee.clip.state_dict().items()})
    half.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    CLIPImageProcessorPil(
        size={"shortest_edge": IMAGE_PX},
        crop_size={"height": IMAGE_PX, "width": IMAGE_PX},
        image_mean=MEAN,
        image_std=STD,
    ).save_pretrained(folder)


def train(args: argparse.Namespace) -> None:
    """Train from the first step or the last checkpoint, and save the model."""
    torch.manual_seed(args.seed)
    device = "cuda" if torch.cuda.is_available() else "cpu"
    tokenizer = train_tokenizer(args.seed)
    trainee = Trainee(new_model(tokenizer)).to(device)
    parameters = sum(p.numel() for p in trainee.clip.parameters())
    print(f"{parameters / 1e6:.2f} M parameters, vocabulary {len(tokenizer)}, {device}", flush=True)
    optimisers = optimizers(trainee)
    checkpoint = args.output.parent / f".{args.output.name}-checkpoint.pt"
    first = 0
    if checkpoint.exists() and not args.fresh:
        kept: dict[str, Any] = torch.load(checkpoint, map_location=device)
        trainee.load_state_dict(kept["model"])
        for optimiser, state in zip(optimisers, kept["optimisers"], strict=True):
            optimiser.load_state_dict(state)
        first = kept["step"]
        print(f"resuming from step {first}", flush=True)
    data = Views(tokenizer, args.batch, args.seed, first, ramp=max(1, args.steps // 2))
    started = time.monotonic()
    sums: dict[str, float] = {}
    batches = iter(loader(data, args.workers))
    for step in range(first, args.steps):
        kept_patches = KEPT_PATCHES if step < 0.8 * args.steps else (IMAGE_PX // PATCH_PX) ** 2
        for optimiser, peak in zip(optimisers, (PEAK_MUON, PEAK_ADAM), strict=True):
            for group in optimiser.param_groups:
                group["lr"] = peak * rate(step, args.steps)
        with torch.autocast(device, torch.bfloat16):
            parts = trainee.losses(next(batches), kept_patches)
        torch.stack(list(parts.values())).sum().backward()  # type: ignore[no-untyped-call]
        nn.utils.clip_grad_norm_(trainee.parameters(), 1.0)
        for optimiser in optimisers:
            optimiser.step()
            optimiser.zero_grad(set_to_none=True)
        for name, value in parts.items():
            sums[name] = sums.get(name, 0.0) + float(value.detach())
        if (step + 1) % args.report == 0:
            seconds = time.monotonic() - started
            left = seconds / (step + 1 - first) * (args.steps - step - 1)
            shown = "  ".join(f"{name} {value / args.report:.3f}" for name, value in sums.items())
            print(f"step {step + 1}/{args.steps}  {shown}  {left / 60:.0f} min left", flush=True)
            sums = {}
        if (step + 1) % args.checkpoint == 0 or step + 1 == args.steps:
            state = [optimiser.state_dict() for optimiser in optimisers]
            checkpoint.parent.mkdir(parents=True, exist_ok=True)
            torch.save(
                {"model": trainee.state_dict(), "optimisers": state, "step": step + 1}, checkpoint
            )
            save(trainee, tokenizer, args.output)
    checkpoint.unlink(missing_ok=True)
    print(f"saved to {args.output}", flush=True)


def main() -> None:
    """Read the command line and train."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--workers", type=int, default=1, help="processes that draw the views")
    parser.add_argument("--threads", type=int, default=2, help="torch threads; 0 keeps the default")
    parser.add_argument("--report", type=int, default=50, help="steps between reports")
    parser.add_argument("--checkpoint", type=int, default=250, help="steps between checkpoints")
    parser.add_argument("--output", type=Path, default=MODEL_DIR)
    parser.add_argument("--fresh", action="store_true", help="ignore an existing checkpoint")
    args = parser.parse_args()
    if args.threads:
        torch.set_num_threads(args.threads)
    train(args)


if __name__ == "__main__":
    main()
