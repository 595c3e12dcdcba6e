"""Exports a checkpoint to ONNX Runtime; imports torch, onnx and onnxruntime.

Nothing imports it: `manage.py optimize_model` runs it in a process of its own, whose memory is
given back when it ends.
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

# Held with torch 2.13 and onnxruntime 1.32; the exporter that came after it was not measured.
OPSET: Final = 17
EMBEDDED_BYTES: Final = 1024  # smaller tensors stay in the graph


class Tower(torch.nn.Module):
    """One of the two halves of a model, from its input to the projected vector."""

    def __init__(self, model: Any, method: str) -> None:
        super().__init__()
        self.model = model
        self.method = method

    def forward(self, inputs: torch.Tensor) -> torch.Tensor:
        """Shape: (n, tokens) or (n, 3, height, width) -> (n, dim)"""
        output = getattr(self.model, self.method)(inputs)
        projected: torch.Tensor = getattr(output, "pooler_output", output)
        return projected


class FirstOnly(torch.nn.Module):
    """The last layer of a tower that reads one position of what comes out: it computes no other.

    Its keys and values are of all positions, so the result is the same.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, hidden: torch.Tensor, *_mask: Any, **_options: Any) -> torch.Tensor:
        """Shape: (n, positions, width) -> (n, 1, width)"""
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
    """Export for each engine into a folder of its name; the manifests know no agreement yet.

    Returns: the folder of each engine.

    Raises: EncoderUnavailable where the checkpoint cannot be loaded, or be exported at all.
    """
    encoder = ClipEncoder(replace(current, engine=TORCH, device="cpu", precision="fp32"))
    if encoder.image_reading is None or encoder.tokenizer_json is None:
        raise engine_unavailable(
            engines[0],
            f"photographs or texts of this {encoder.model_type!r} checkpoint are prepared by code "
            "of transformers; only CLIP and SigLIP of a fixed resolution can be exported",
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
    # The other attention is one operator, which the exporter takes apart less well.
    with without_progress_bars():
        model = load_model(encoder.folder, torch.float32, attn_implementation="eager")
    if encoder.model_type == "clip":  # whose vision tower reads the first position alone
        layers = model.vision_model.encoder.layers
        layers[-1] = FirstOnly(layers[-1])
    ids = torch.from_numpy(encoder.text_input.ids(["검은색 지갑", "a blue umbrella"]))
    pixels = torch.zeros(2, 3, *encoder.image_reading.crop_px)
    _export(Tower(model, "get_text_features"), ids, place / TEXT_TOWER, {0: "n", 1: "tokens"})
    _export(Tower(model, "get_image_features"), pixels, place / IMAGE_TOWER, {0: "n"})


def _export(tower: Tower, example: torch.Tensor, path: Path, axes: dict[int, str]) -> None:
    with torch.no_grad(), warnings.catch_warnings():
        # It warns of its own age and of each Python condition; what counts is the comparison.
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
    """Weights of the products to seven bits, by channel; their other side when it is computed.

    With eight bits a processor without VNNI adds up more than its 16 bits hold and cuts it off:
    another one came first in 1 of 96 searches there, with seven in none (docs/decisions.md).

    Quantising what is multiplied inside attention as well, or fusing attention first, was no
    faster (docs/decisions.md).
    """
    logging.getLogger().setLevel(logging.ERROR)  # it advises on each call to fuse first
    quantize_dynamic(
        source,
        target,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        op_types_to_quantize=["MatMul", "Gemm"],
    )


def _set_weights_apart(path: Path) -> None:
    """Weights in a file beside the graph are mapped and not copied: half the peak memory."""
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
    path.with_suffix(".weights").chmod(path.stat().st_mode)  # onnx lets nobody else read it


def _answer(spec: dict[str, Any]) -> dict[str, Any]:
    current = MatchingSettings(**spec["settings"])
    return export_checkpoint(current, Path(spec["folder"]), spec["engines"])


if __name__ == "__main__":
    answer_in_subprocess(_answer)
