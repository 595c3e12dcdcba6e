"""Small checkpoints of both families with random weights, written to disk as a hub serves them."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from matching.conf import MatchingSettings

CLIP_DIM: Final = 24
CLIP_MAX_TOKENS: Final = 77
SIGLIP_DIM: Final = 32
SIGLIP_MAX_TOKENS: Final = 64
IMAGE_PX: Final = 32
HUB_ID: Final = "campus/tiny-clip"
COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
# Korean and English words come out as bytes and pairs of them; enough to tell texts apart.
CORPUS: Final = ("검은색 지갑 찾아요", "파란 우산 찾습니다", "black wallet", "blue umbrella")


def write_clip(folder: Path, *, seed: int = 0, dtype: str = "float32") -> Path:
    """A `CLIPModel` with a byte-level tokenizer that puts start and end tokens around a text."""
    import torch
    from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, PreTrainedTokenizerFast

    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=_clip_tokenizer(),
        **{"bos_token": "<start>", "eos_token": "<end>", "pad_token": "<pad>"},
        model_max_length=CLIP_MAX_TOKENS,
    )
    text = {
        **_tower(16),
        "vocab_size": len(tokenizer),
        "max_position_embeddings": CLIP_MAX_TOKENS,
        "bos_token_id": tokenizer.bos_token_id,
        "eos_token_id": tokenizer.eos_token_id,
        "pad_token_id": tokenizer.pad_token_id,
    }
    vision = {**_tower(16), "image_size": IMAGE_PX, "patch_size": 8}
    torch.manual_seed(seed)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=vision, projection_dim=CLIP_DIM))
    _spread(model)
    model.to(getattr(torch, dtype)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    edge = {"height": IMAGE_PX, "width": IMAGE_PX}
    CLIPImageProcessorPil(size={"shortest_edge": IMAGE_PX}, crop_size=edge).save_pretrained(folder)
    return folder


def write_siglip(folder: Path, *, seed: int = 0) -> Path:
    """A `SiglipModel` as SigLIP 2 comes with a fixed resolution: Gemma's tokenizer, 64 tokens."""
    import torch
    from transformers import SiglipConfig, SiglipImageProcessorPil, SiglipModel

    tokenizer = _gemma_tokenizer()
    text = {
        **_tower(SIGLIP_DIM),
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": SIGLIP_MAX_TOKENS,
        **{"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2},
    }
    vision = {**_tower(SIGLIP_DIM), "image_size": IMAGE_PX, "patch_size": 8}
    torch.manual_seed(seed)
    model = SiglipModel(SiglipConfig(text_config=text, vision_config=vision))
    _spread(model)
    model.save_pretrained(folder)
    _write_gemma_tokenizer(tokenizer, folder)
    SiglipImageProcessorPil(size={"height": IMAGE_PX, "width": IMAGE_PX}).save_pretrained(folder)
    return folder


def write_siglip2(folder: Path, *, seed: int = 0) -> Path:
    """A `Siglip2Model`, which keeps a photograph's shape (NaFlex)."""
    import torch
    from transformers import Siglip2Config, Siglip2ImageProcessorPil, Siglip2Model

    tokenizer = _gemma_tokenizer()
    text = {
        **_tower(SIGLIP_DIM),
        "vocab_size": tokenizer.get_vocab_size(),
        "max_position_embeddings": SIGLIP_MAX_TOKENS,
        **{"pad_token_id": 0, "eos_token_id": 1, "bos_token_id": 2},
    }
    vision = {**_tower(SIGLIP_DIM), "num_patches": 16, "patch_size": 8}
    torch.manual_seed(seed)
    model = Siglip2Model(Siglip2Config(text_config=text, vision_config=vision))
    _spread(model)
    model.save_pretrained(folder)
    _write_gemma_tokenizer(tokenizer, folder)
    Siglip2ImageProcessorPil(patch_size=8, max_num_patches=16).save_pretrained(folder)
    return folder


WRITERS: Final = {
    "clip": (write_clip, CLIP_DIM),
    "siglip": (write_siglip, SIGLIP_DIM),
    "siglip2": (write_siglip2, SIGLIP_DIM),
}


def load(folder: Path, **values: Any) -> Any:
    """A `ClipEncoder` of this folder; `values` override the default settings."""
    from matching.encoders.torch_clip import ClipEncoder

    return ClipEncoder(MatchingSettings(model=str(folder), **values))


def put_into_hub_cache(checkpoint: Path, cache_dir: Path, hub_id: str = HUB_ID) -> Path:
    """Lay a checkpoint out as a download leaves it: blobs by hash, links, a reference to main."""
    import hashlib

    repo = cache_dir / f"models--{hub_id.replace('/', '--')}"
    snapshot = repo / "snapshots" / COMMIT
    for folder in (repo / "blobs", repo / "refs", snapshot):
        folder.mkdir(parents=True)
    for file in checkpoint.iterdir():
        # Large files are named by their SHA-256, small ones by git's own hash.
        name = "sha256" if file.suffix == ".safetensors" else "sha1"
        blob = repo / "blobs" / hashlib.new(name, file.read_bytes()).hexdigest()
        shutil.copyfile(file, blob)
        (snapshot / file.name).symlink_to(Path("../../blobs") / blob.name)
    (repo / "refs" / "main").write_text(COMMIT)
    return snapshot


def _tower(width: int) -> dict[str, Any]:
    return {
        "hidden_size": width,
        "intermediate_size": 2 * width,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
    }


def _spread(model: Any) -> None:
    """Enlarge the initial weights, so that different inputs give different vectors."""
    import torch

    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5)


def _clip_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    # The end token must not have the id 2: transformers then pools by an old rule.
    special = ["<pad>", "<unk>", "<unused>", "<start>", "<end>"]
    tokenizer.train_from_iterator(
        CORPUS * 4,
        trainers.BpeTrainer(
            vocab_size=320,
            special_tokens=special,
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<start> $A <end>", special_tokens=[("<start>", 3), ("<end>", 4)]
    )
    return tokenizer


def _gemma_tokenizer() -> Any:
    from tokenizers import Tokenizer, models, normalizers, processors, trainers

    special = ["<pad>", "<eos>", "<bos>", "<unk>", *(f"<0x{byte:02X}>" for byte in range(256))]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.train_from_iterator(
        [text.replace(" ", "▁") for text in CORPUS * 4],
        trainers.BpeTrainer(vocab_size=340, special_tokens=special, show_progress=False),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="$A <eos>", special_tokens=[("<eos>", 1)]
    )
    return tokenizer


def _write_gemma_tokenizer(tokenizer: Any, folder: Path) -> None:
    tokenizer.save(str(folder / "tokenizer.json"))
    # As on the hub: a class whose own defaults pad on the left and keep capital letters.
    config = {
        "tokenizer_class": "GemmaTokenizer",
        "add_bos_token": False,
        "add_eos_token": True,
        **{"bos_token": "<bos>", "eos_token": "<eos>", "pad_token": "<pad>", "unk_token": "<unk>"},
        "model_max_length": 10**30,
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
