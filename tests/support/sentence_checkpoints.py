"""Small sentence encoders with random weights, written to disk as sentence-transformers does."""

import json
from pathlib import Path
from typing import Any, Final

from tests.support.checkpoints import CORPUS

DIM: Final = 24


def write_sentence_encoder(
    folder: Path,
    *,
    pooling: str = "mean_tokens",
    prompts: dict[str, Any] | None = None,
    described: bool = True,
    seed: int = 0,
) -> Path:
    """An `XLMRobertaModel` with a Unigram tokenizer, as e5, bge-m3 and KURE are.

    Args:
        described: whether there are files of sentence-transformers.
    """
    import torch
    from transformers import XLMRobertaConfig, XLMRobertaModel

    tokenizer = _tokenizer()
    sizes: Any = {
        "vocab_size": tokenizer.get_vocab_size(),
        **{"hidden_size": DIM, "intermediate_size": 2 * DIM, "num_hidden_layers": 2},
        **{"num_attention_heads": 2, "max_position_embeddings": 66},
        **{"bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2},
    }
    torch.manual_seed(seed)
    model = XLMRobertaModel(XLMRobertaConfig(**sizes), add_pooling_layer=False)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.dim() > 1:
                parameter.normal_(std=parameter.shape[-1] ** -0.5)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(
        folder / "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            **{"bos_token": "<s>", "eos_token": "</s>", "cls_token": "<s>", "sep_token": "</s>"},
            **{"pad_token": "<pad>", "unk_token": "<unk>", "model_max_length": 64},
        },
    )
    if described:
        kinds = ("Transformer", "Pooling", "Normalize")
        paths = ("", "1_Pooling", "2_Normalize")
        _write(
            folder / "modules.json",
            [
                {
                    "idx": at,
                    "name": str(at),
                    "path": path,
                    "type": f"sentence_transformers.models.{kind}",
                }
                for at, (kind, path) in enumerate(zip(kinds, paths, strict=True))
            ],
        )
        modes = {
            f"pooling_mode_{mode}": False for mode in ("cls_token", "mean_tokens", "max_tokens")
        }
        modes[f"pooling_mode_{pooling}"] = True
        _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": DIM, **modes})
        _write(folder / "sentence_bert_config.json", {"max_seq_length": 32, "do_lower_case": False})
        _write(folder / "config_sentence_transformers.json", prompts or {})
    return folder


def _write(path: Path, content: Any) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content))


def _tokenizer() -> Any:
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers

    tokenizer = Tokenizer(models.Unigram())
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.train_from_iterator(
        [*CORPUS * 4, "query: lost and found, red scarf"],
        trainers.UnigramTrainer(
            vocab_size=200,
            special_tokens=["<s>", "<pad>", "</s>", "<unk>"],
            unk_token="<unk>",
            show_progress=False,
        ),
    )
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer
