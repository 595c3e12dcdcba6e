"""Exports a checkpoint to ONNX Runtime; imports torch, onnx and onnxruntime.

Nothing imports it: `manage.py optimize_model` runs it in a separate process, whose memory is freed
when it exits.
"""

import logging
import warnings
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic

from matching.conf import ONNX_FP32, ONNX_INT8, TORCH, MatchingSettings
from matching.encoders.manifest import (
    IMAGE_TOWER,
    TEXT_TOWER,
    TOKENIZER,
    Export,
    digests,
    engine_unavailable,
)
from matching.encoders.torch_clip import ClipEncoder, load_model, without_progress_bars
from matching.onnx.subprocess_runner import answer_in_subprocess

# Works with torch 2.13 and onnxruntime 1.32; the newer exporter has not been measured.
OPSET: Final = 17
EMBEDDED_BYTES: Final = 1024  # smaller tensors stay in the graph


class Tower(torch.nn.Module):
    """The text or image half of a model, from its input to the projected vector."""

    def __init__(self, model: Any, method: str) -> None:
        super().__init__()
        self.model = model
        self.method = method

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """See torch. Shape: (n, tokens) or (n, 3, height, width) -> (n, dim)"""
        output = getattr(self.model, self.method)(inputs)
        projected: torch.Tensor = getattr(output, "pooler_output", output)
        return projected


class FirstOnly(torch.nn.Module):
    """The last layer of a tower that only reads the first position, and so computes no other.

    Keys and values still cover all positions, so the result is the same.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, hidden: torch.Tensor, *_mask: Any, **_options: Any) -> torch.Tensor:
        """See torch. Shape: (n, positions, width) -> (n, 1, width)"""
        attention, normed = self.layer.self_attn, self.layer.layer_norm1(hidden)
        heads = (hidden.shape[0], -1, attention.num_heads, attention.head_dim)
        query, keys, values = (
            project(of).view(heads).transpose(1, 2)
            for project, of in (
                (attention.q_proj, normed[:, :1]),
                (attention.k_proj, normed),
                (attention.v_proj, normed),
            )
        )
        weights = (query @ keys.transpose(2, 3) * attention.scale).softmax(dim=-1)
        seen = (weights @ values).transpose(1, 2).flatten(2)
        first = hidden[:, :1] + attention.out_proj(seen)
        result: torch.Tensor = first + self.layer.mlp(self.layer.layer_norm2(first))
        return result


def export_checkpoint(
    current: MatchingSettings, folder: Path, engines: list[str]
) -> dict[str, str]:
    """Export each engine to a folder named after it; manifests have no agreement yet.

    Returns: the folder of each engine.

    Raises: EncoderUnavailable if the checkpoint cannot be loaded or exported.
    """
    encoder = ClipEncoder(replace(current, engine=TORCH, device="cpu", precision="fp32"))
    if encoder.image_reading is None or encoder.tokenizer_json is None:
        raise engine_unavailable(
            engines[0],
            f"transformers itself has to prepare photographs or texts for this "
            f"{encoder.model_type!r} checkpoint; only CLIP and SigLIP of a fixed resolution can be "
            "exported",
        )
    whole = folder / ONNX_FP32
    for place in (whole, folder / ONNX_INT8):
        place.mkdir()
        (place / TOKENIZER).write_text(encoder.tokenizer_json, encoding="utf-8")
    _export_towers(encoder, whole)
    if ONNX_INT8 in engines:
        for tower in (TEXT_TOWER, IMAGE_TOWER):
            _quantize(whole / tower, folder / ONNX_INT8 / tower)
    for engine in engines:
        place = folder / engine
        for tower in (TEXT_TOWER, IMAGE_TOWER):
            _set_weights_apart(place / tower)
        Export(
            engine=engine,
            checkpoint=encoder.fingerprint,
            dim=encoder.dim,
            text=encoder.text_input.reading,
            image=encoder.image_reading,
            files=digests(place),
        ).write(place)
    return {engine: str(folder / engine) for engine in engines}


def _export_towers(encoder: ClipEncoder, place: Path) -> None:
    assert encoder.image_reading is not None
    # The default attention is a single operator, which the exporter decomposes less well.
    with without_progress_bars():
        model = load_model(encoder.folder, torch.float32, attn_implementation="eager")
    if encoder.model_type == "clip":  # whose vision tower only reads the first position
        layers = model.vision_model.encoder.layers
        layers[-1] = FirstOnly(layers[-1])
    ids = torch.from_numpy(encoder.text_input.ids(["검은색 지갑", "a blue umbrella"]))
    pixels = torch.zeros(2, 3, *encoder.image_reading.crop_px)
    _export(Tower(model, "get_text_features"), ids, place / TEXT_TOWER, {0: "n", 1: "tokens"})
    _export(Tower(model, "get_image_features"), pixels, place / IMAGE_TOWER, {0: "n"})


def _export(tower: Tower, example: torch.Tensor, path: Path, axes: dict[int, str]) -> None:
    with torch.no_grad(), warnings.catch_warnings():
        # The exporter warns about its age and every Python condition; only the comparison matters.
        warnings.simplefilter("ignore")
        torch.onnx.export(
            tower.eval(),
            (example,),
            str(path),
            dynamo=False,
            opset_version=OPSET,
            input_names=["inputs"],
            output_names=["vecs"],
            dynamic_axes={"inputs": axes, "vecs": {0: "n"}},
        )


def _quantize(source: Path, target: Path) -> None:
    """Quantise the weights of matrix products to seven bits per channel, activations dynamically.

    With eight bits, sums on a processor without VNNI overflow 16 bits and saturate: there the top
    result differed in 1 of 96 searches, with seven bits in none (docs/decisions.md).

    Also quantising the products inside attention, or fusing attention first, was no faster
    (docs/decisions.md).
    """
    logging.getLogger().setLevel(logging.ERROR)  # every call advises fusing first
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )


def _set_weights_apart(path: Path) -> None:
    """Move weights to a file next to the graph: mapped instead of copied, half the peak memory."""
    model = onnx.load(path)
    path.unlink()
    onnx.save_model(
        model,
        path,
        save_as_external_data=True,
        all_tensors_to_one_file=True,
        location=f"{path.stem}.weights",
        size_threshold=EMBEDDED_BYTES,
    )
    path.with_suffix(".weights").chmod(
        path.stat().st_mode
    )  # onnx makes it unreadable for other users


def _answer(spec: dict[str, Any]) -> dict[str, Any]:
    current = MatchingSettings(**spec["settings"])
    return export_checkpoint(current, Path(spec["folder"]), spec["engines"])


if __name__ == "__main__":
    answer_in_subprocess(_answer)
