"""A tiny causal model through the real loading, reading, streaming and stopping. Nothing asserts what it writes."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import tiny_model
from safetensors.torch import load_file

from index.types import ModelError
from qa.writing import memory
from qa.writing.hub import cached_models, folder_of
from qa.writing.local import MAX_NEW_TOKENS, LocalModel
from qa.writing.types import Message

CHAT = [Message("system", "Be brief."), Message("user", "What is the target? " * 20)]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_model.save(tmp_path_factory.mktemp("tiny"))


def whole(model: LocalModel, messages: Sequence[Message] = CHAT) -> str:
    return "".join(model.write(messages, stopped=lambda: False))


def by_the_library(folder: Path, messages: Sequence[Message] = CHAT) -> str:
    """What transformers' own generate makes of the same chat, in one go."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(str(folder))
    model: Any = AutoModelForCausalLM.from_pretrained(str(folder), dtype=LocalModel(str(folder))._model.dtype)
    chat = [{"role": message.role, "content": message.text} for message in messages]
    text = tokenizer.apply_chat_template(chat, tokenize=False, add_generation_prompt=True)
    ids = torch.tensor([tokenizer(text, add_special_tokens=False)["input_ids"]])
    made = model.generate(ids, do_sample=False, max_new_tokens=MAX_NEW_TOKENS)[0, ids.shape[1] :]
    return str(tokenizer.decode(made, skip_special_tokens=True))


def test_it_writes_what_the_library_itself_would_write(folder: Path) -> None:
    pieces = list(LocalModel(str(folder)).write(CHAT, stopped=lambda: False))
    assert len(pieces) > 1
    expected = by_the_library(folder)
    # piecewise reading in bf16 may round a tie otherwise; the beginning shows that the same text was read
    assert "".join(pieces)[:20] == expected[:20]
    assert expected


def test_what_two_questions_begin_with_is_read_once(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = LocalModel(str(folder))
    whole(model)
    steps: list[int] = []
    step = model._step

    def noted(tokens: Sequence[int]) -> Any:
        steps.append(len(tokens))
        return step(tokens)

    monkeypatch.setattr(model, "_step", noted)
    other = [CHAT[0], Message("user", "Who is the mayor?")]
    again = "".join(model.write(other, stopped=lambda: False))
    fresh = LocalModel(str(folder))
    prompt, before = fresh._prompt(other), fresh._prompt(CHAT)
    common = next(n for n, (a, b) in enumerate(zip(prompt, before, strict=False)) if a != b)
    assert common > 10
    assert sum(steps[: steps.index(1)]) == len(prompt) - common if 1 in steps else sum(steps) == len(prompt) - common
    assert again[:20] == whole(fresh, other)[:20]


def test_stopping_ends_within_a_second_before_and_within_the_writing(folder: Path) -> None:
    model = LocalModel(str(folder))
    model.load()
    assert list(model.write(CHAT, stopped=lambda: True)) == []
    pieces: list[str] = []
    began = time.perf_counter()
    for piece in model.write(CHAT, stopped=lambda: len(pieces) >= 3):
        pieces.append(piece)
    assert len(pieces) == 3
    assert time.perf_counter() - began < 5.0  # a busy machine is slow, not wrong


def test_one_who_waits_for_another_answer_can_be_stopped_too(folder: Path) -> None:
    model = LocalModel(str(folder))
    first = model.write(CHAT, stopped=lambda: False)
    next(first)
    told = threading.Event()
    waiting = threading.Thread(target=lambda: list(model.write(CHAT, stopped=told.is_set)))
    waiting.start()
    told.set()
    waiting.join(timeout=2)
    assert not waiting.is_alive()
    assert "".join(first)


def test_a_template_without_a_system_message_gets_the_rules_before_the_question(tmp_path: Path) -> None:
    model = LocalModel(str(tiny_model.save(tmp_path, template=tiny_model.NO_SYSTEM)))
    text = model._tokenizer.decode(model._prompt(CHAT))
    assert text.startswith("<|user|>Be brief.\n\nWhat is the target?")


def test_a_model_without_a_chat_template_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no chat template") as caught:
        whole(LocalModel(str(tiny_model.save(tmp_path, template=None))))
    assert "Instruct" in caught.value.hint


def test_a_prompt_beyond_the_models_context_is_named_with_both_numbers(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"takes \d[\d,]* tokens.*reads 512"):
        whole(LocalModel(str(tiny_model.save(tmp_path, positions=512))))


def test_the_weights_are_counted_from_their_headers(folder: Path) -> None:
    tensors = load_file(next(folder.glob("*.safetensors")))
    assert memory.parameters(folder) == sum(tensor.numel() for tensor in tensors.values())


def test_a_model_that_will_not_fit_is_not_loaded(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory, "available_bytes", lambda: 1_000_000)
    with pytest.raises(ModelError, match=r"needs about 0\.2 GB of memory; 1\.0 MB are free"):
        LocalModel(str(folder)).load()


def test_damaged_weights_are_named(folder: Path, tmp_path: Path) -> None:
    for file in folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = next(tmp_path.glob("*.safetensors"))
    weights.write_bytes(weights.read_bytes()[:-100])
    with pytest.raises(ModelError, match="not complete"):
        LocalModel(str(tmp_path)).load()
    weights.write_bytes(b"nonsense" * 10)
    with pytest.raises(ModelError, match="damaged"):
        LocalModel(str(tmp_path)).load()
    weights.unlink()
    with pytest.raises(ModelError, match="no weights"):
        LocalModel(str(tmp_path)).load()


def test_a_folder_that_holds_another_kind_of_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"without a config\.json"):
        LocalModel(str(tmp_path)).load()
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "no-such-model"}))
    with pytest.raises(ModelError, match="cannot be loaded"):
        LocalModel(str(tmp_path)).load()


def test_a_name_that_is_neither_folder_nor_hub_name_is_told_so() -> None:
    with pytest.raises(ModelError, match="no folder /no/such/folder"):
        folder_of("/no/such/folder", tell=lambda words: None)


def test_without_a_network_a_hub_name_says_how_to_fetch_it_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as hub

    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(hub, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError, match="hub cannot be reached") as caught:
        folder_of("somebody/some-model", tell=lambda words: None)
    assert "hf download somebody/some-model" in caught.value.hint


def test_the_models_of_the_local_cache_are_listed(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub.constants as hub
    import huggingface_hub.utils._cache_manager as manager

    monkeypatch.setattr(hub, "HF_HUB_CACHE", str(tmp_path))
    monkeypatch.setattr(manager, "HF_HUB_CACHE", str(tmp_path), raising=False)
    for name, kept in (
        ("models--a--chat", None),
        ("models--a--embedder", {"chat_template.jinja", "tokenizer_config.json"}),
    ):
        snapshot = tmp_path / name / "snapshots" / "0123456789abcdef"
        snapshot.mkdir(parents=True)
        (tmp_path / name / "refs").mkdir()
        (tmp_path / name / "refs" / "main").write_text("0123456789abcdef")
        for file in folder.iterdir():
            if file.name not in (kept or set()):
                (snapshot / file.name).write_bytes(file.read_bytes())
    assert [model.name for model in cached_models()] == ["a/chat"]
    assert cached_models()[0].bytes > 10_000
    assert folder_of("a/chat", tell=lambda words: None).name == "0123456789abcdef"
