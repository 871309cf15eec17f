"""The accelerated models against torch, by value; the passes they are cut into; what becomes of models not known."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index import engine
from index.bert import UnknownModelError, head_of, read_config, read_weights
from index.encode import SentenceEncoder, bundled_folder
from index.engine import MAX_PASS_TOKENS, Row, batches, open_engine
from index.types import ModelError

if TYPE_CHECKING:
    from index.types import Vectors

ROOT = Path(__file__).parents[1]
TEXTS = [
    "Beijing wants 300 billion yuan by 2025.",
    "",
    "How many?",
    "Ein 中文 text, naïve and long. " * 80,
    "A title\nShanghai has over 20 large models.",
]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers folder with a small random BERT in fp32."""
    return tiny_encoder(tmp_path_factory.mktemp("encoder"))


def tiny_encoder(folder: Path) -> Path:
    import torch
    from transformers import BertConfig, BertModel

    torch.manual_seed(5)
    config = BertConfig(hidden_size=24, num_hidden_layers=2, num_attention_heads=3, intermediate_size=40)
    BertModel(config).save_pretrained(folder)
    for name in ("modules.json", "sentence_bert_config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(bundled_folder() / name, folder)
    (folder / "1_Pooling").mkdir()
    (folder / "1_Pooling/config.json").write_text(
        json.dumps({"word_embedding_dimension": 24, "pooling_mode_mean_tokens": True})
    )
    return folder


def cosines(one: Vectors, other: Vectors) -> Vectors:
    products: Vectors = (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)
    return products


def test_the_bundled_encoder_agrees_with_torch() -> None:
    fast = SentenceEncoder().encode(TEXTS)
    torch = SentenceEncoder(reference=True).encode(TEXTS)
    assert fast.shape == torch.shape == (5, 384)
    assert cosines(fast, torch).min() >= 0.9999
    np.testing.assert_allclose(np.linalg.norm(fast, axis=1), 1, atol=1e-5)
    assert cosines(fast[:1], torch[4:]).max() < 0.9, "vectors that are all alike would agree too"


def test_an_encoder_in_a_folder_agrees_with_torch(tiny: Path) -> None:
    fast, torch = (SentenceEncoder(str(tiny), reference=reference) for reference in (False, True))
    assert type(fast._model) is not type(torch._model)
    assert fast.dimension == torch.dimension == 24
    assert cosines(fast.encode(TEXTS), torch.encode(TEXTS)).min() >= 0.9999


def test_a_text_is_embedded_alone_as_among_others() -> None:
    encoder = SentenceEncoder()
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert cosines(alone, encoder.encode(TEXTS)).min() >= 0.9999


def test_no_texts_are_no_vectors() -> None:
    assert SentenceEncoder().encode([]).shape == (0, 384)


def test_models_are_run_without_torch() -> None:
    code = (
        "import sys; from pathlib import Path; from index.encode import SentenceEncoder\n"
        "from qa.config import WEIGHTS; from qa.reader import SpanReader; from index.types import Passage\n"
        "assert SentenceEncoder().encode(['a text']).shape == (1, 384)\n"
        "assert SpanReader(Path(WEIGHTS)).read('who?', [Passage(1, 'd', 0, 6, 'a text')])\n"
        "print(*[name for name in ('torch', 'transformers', 'sentence_transformers', 'sklearn', 'scipy', 'pandas')"
        " if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


@pytest.mark.parametrize(
    ("file", "name", "value"),
    [
        ("config.json", "model_type", "distilbert"),
        ("config.json", "hidden_act", "relu"),
        ("config.json", "is_decoder", True),
        ("1_Pooling/config.json", "pooling_mode_cls_token", True),
        ("sentence_bert_config.json", "do_lower_case", True),
    ],
)
def test_what_is_built_otherwise_is_left_to_torch(
    tiny: Path, tmp_path: Path, file: str, name: str, value: object
) -> None:
    shutil.copytree(tiny, tmp_path / "other")
    path = tmp_path / "other" / file
    path.write_text(json.dumps({**json.loads(path.read_text()), name: value}))
    from index.encode import _open_fast

    assert _open_fast(tiny) is not None
    assert _open_fast(tmp_path / "other") is None


def test_missing_weights_are_named_and_short_ones_are_not_believed(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "short")
    weights = tmp_path / "short/model.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])
    assert open_engine(tmp_path / "short", "vectors") is None
    with pytest.raises(ModelError, match="short"):
        SentenceEncoder(str(tmp_path / "short")).encode(["a text"])
    with pytest.raises(UnknownModelError, match=r"qa_outputs\.weight"):
        head_of(tiny, "spans")


def test_a_damaged_tokenizer_is_named_in_a_line(tiny: Path, tmp_path: Path) -> None:
    shutil.copytree(tiny, tmp_path / "broken")
    (tmp_path / "broken/tokenizer.json").write_text("{")
    with pytest.raises(ModelError, match=r"broken.* cannot be loaded: its tokenizer\.json is damaged \(.+\)$"):
        SentenceEncoder(str(tmp_path / "broken")).encode(["a text"])


def test_weights_are_those_that_safetensors_reads() -> None:
    from safetensors.numpy import load_file

    file = bundled_folder() / "model.safetensors"
    ours, theirs = read_weights(file), load_file(file)
    assert len(ours) > 90
    for name, array in ours.items():
        np.testing.assert_array_equal(array, theirs[name])


def test_a_configuration_without_an_architecture_is_unknown(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(UnknownModelError, match="model_type"):
        read_config(tmp_path)


def test_a_machine_without_openvino_goes_on_with_torch_and_says_so(
    tiny: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_model: object) -> None:
        raise RuntimeError("somewhere in core.cpp:\nIllegal instruction set")

    expected = SentenceEncoder(str(tiny)).encode(TEXTS)
    monkeypatch.setattr(engine, "_compiled", broken)
    monkeypatch.setattr(engine, "_said", set())
    found = SentenceEncoder(str(tiny)).encode(TEXTS)
    assert cosines(found, expected).min() >= 0.9999
    (line,) = [record.getMessage() for record in caplog.records if record.name == "footnote"]
    assert "Illegal instruction set" in line
    assert "\n" not in line


@settings(deadline=None)
@given(st.lists(st.integers(1, 600), max_size=7))
def test_passes_are_the_cheapest_way_to_cut_the_rows_in_order_of_length(lengths: list[int]) -> None:
    made = batches(lengths)
    ordered = sorted(lengths)
    assert [lengths[i] for batch in made for i in batch] == ordered
    assert sorted(i for batch in made for i in batch) == list(range(len(lengths)))
    assert cost([[lengths[i] for i in batch] for batch in made]) == min(cost(cut) for cut in cuts(ordered))


def cost(cut: list[list[int]]) -> float:
    """Every pass 32 tokens and its padded ones; none of several rows over the limit."""
    if any(len(rows) > 1 and len(rows) * max(rows) > MAX_PASS_TOKENS for rows in cut):
        return float("inf")
    return sum(32 + len(rows) * max(rows) for rows in cut)


def cuts(rows: list[int]) -> list[list[list[int]]]:
    if not rows:
        return [[]]
    return [[rows[:first], *rest] for first in range(1, len(rows) + 1) for rest in cuts(rows[first:])]


def test_many_rows_are_cut_quickly_and_come_back_in_their_order(tiny: Path) -> None:
    made = open_engine(tiny, "vectors")
    assert made is not None
    rng = np.random.default_rng(3)
    rows = [Row(rng.integers(1000, 2000, rng.integers(2, 60)).tolist(), 1) for _ in range(60)]
    together = made.run(rows)
    for row, found in zip(rows, together, strict=True):
        np.testing.assert_allclose(found, made.run([row])[0], atol=0.01)


def test_askers_at_once_get_what_each_gets_alone(tiny: Path) -> None:
    made = open_engine(tiny, "vectors")
    assert made is not None
    rows = [[Row([101, *range(1000 + 50 * n, 1000 + 50 * n + 3 + n), 102], 1)] for n in range(24)]
    alone = [made.run(row)[0] for row in rows]
    with ThreadPoolExecutor(8) as askers:
        together = [found[0] for found in askers.map(made.run, rows * 3)]
    for found, expected in zip(together, alone * 3, strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_loading_a_model_tells_nobody(tmp_path: Path) -> None:
    """OpenVINO's telemetry leaves a client id in the home folder and asks for an address on the network."""
    script = """
import sys
asked = []
sys.addaudithook(lambda event, args: asked.append(event) if event in ("socket.connect", "socket.getaddrinfo") else None)
from pathlib import Path
from index.encode import bundled_folder
from index.engine import open_engine
assert open_engine(bundled_folder(), "vectors") is not None
assert sys.modules["openvino_telemetry"] is None
assert asked == [], asked
"""
    environment = os.environ | {"HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", script], check=True, env=environment, cwd=Path(__file__).parents[1])
    assert list(tmp_path.iterdir()) == []
