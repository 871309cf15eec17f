"""A chat model on this machine: a `transformers` causal model with a chat template, read and continued token by token.

In: messages. Out: pieces of text. Loaded at the first question, after its memory was estimated. The prompt is read a
few tokens at a time, so that it can be stopped; what two prompts begin with in common is read once.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import ModelError, UserError
from qa.writing import memory
from qa.writing.hub import Tell, folder_of
from qa.writing.types import Message, Stopped

if TYPE_CHECKING:
    import torch

MAX_NEW_TOKENS = 320
_FIRST_STEP_TOKENS = 32
_MOST_STEP_TOKENS = 512
_STEP_S = 0.3  # how long a piece of the prompt should take to read; the longest that stopping waits
_WAIT_S = 0.1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model runs and with what numbers."""

    device: str
    dtype: str  # as torch names it
    bytes_each: int
    available: int | None


class LocalModel:
    """Safe between threads: one answer is written at a time, another waits. Raises ModelError at the first use."""

    def __init__(self, name: str, *, tell: Tell = lambda words: None) -> None:
        """`tell` hears in words what takes time: a download, the loading."""
        self._name, self._tell = name, tell
        self._loading, self._writing = threading.Lock(), threading.Lock()
        self._read: list[int] = []  # the tokens that `_cache` holds
        self._cache: Any = None

    @property
    def name(self) -> str:
        return self._name

    def load(self) -> None:
        """Makes it ready, so that the first question does not wait."""
        with self._loading:
            _ = self._model

    def write(self, messages: Sequence[Message], *, stopped: Stopped) -> Iterator[str]:
        self.load()
        while not self._writing.acquire(timeout=_WAIT_S):
            if stopped():
                return
        try:
            yield from self._written(self._prompt(messages), stopped)
        finally:
            self._writing.release()

    # --- loading -----------------------------------------------------------------------------------------------------

    @cached_property
    def _folder(self) -> Path:
        return folder_of(self._name, tell=self._tell)

    @cached_property
    def _tokenizer(self) -> Any:
        folder = str(self._folder)  # before the seconds that an import takes
        from transformers import AutoTokenizer

        try:
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True, trust_remote_code=False)
        except (OSError, ValueError, KeyError, ImportError, json.JSONDecodeError) as error:
            raise self._unusable(error) from error
        if not tokenizer.chat_template:
            raise ModelError(
                f"{self._name} has no chat template: it was not made to answer",
                'choose a model made for chat; its name often ends in "Instruct" or "Chat"',
            )
        return tokenizer

    @cached_property
    def parameters(self) -> int:
        return memory.parameters(self._folder)

    @cached_property
    def place(self) -> Place:
        return place_for(self.parameters)

    @property
    def needed_bytes(self) -> int:
        return memory.needed_bytes(self.parameters, self.place.bytes_each)

    @cached_property
    def _model(self) -> Any:
        _ = self._tokenizer  # whose faults are found sooner
        place = self.place
        memory.check_room(self._name, self.needed_bytes, place.available)
        millions = f"{self.parameters / 1e6:,.1f} million parameters"
        self._tell(f"loading {self._name}: {millions}, {place.dtype} on {place.device}")
        return self._loaded(place)

    def _loaded(self, place: Place) -> Any:
        import torch
        from transformers import AutoModelForCausalLM

        _use_cores_that_are_ours()
        try:
            model: Any = AutoModelForCausalLM.from_pretrained(
                str(self._folder),
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                dtype=getattr(torch, place.dtype),
            )
            model.train(mode=False)
            return model.to(place.device)
        except (MemoryError, torch.OutOfMemoryError) as error:
            raise ModelError(f"there is not enough memory for {self._name}", "choose a smaller model") from error
        except (OSError, ValueError, KeyError, ImportError, RuntimeError, json.JSONDecodeError) as error:
            raise self._unusable(error) from error

    def _unusable(self, error: Exception) -> UserError:
        why = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return ModelError(
            f"{self._name} cannot be loaded as a language model: {why}",
            "name a transformers causal model with a chat template, by its name on the hub or its folder",
        )

    # --- writing -----------------------------------------------------------------------------------------------------

    def time_steps(self, read: int, write: int) -> tuple[float, float]:
        """Seconds to read a prompt of so many tokens that was never read before, and to write so many more."""
        import torch

        with self._writing, torch.inference_mode():
            self._read, self._cache = [], None
            began = time.perf_counter()
            logits = self._read_prompt([5 + n % 50 for n in range(read)], lambda: False)
            between = time.perf_counter()
            for _ in range(write if logits is not None else 0):
                int(self._step([7]).argmax())  # which waits for a graphics card to be done
            return between - began, time.perf_counter() - between

    def _prompt(self, messages: Sequence[Message]) -> list[int]:
        """The token ids of the chat. Raises ModelError when it is longer than what the model can read."""
        chat = [{"role": message.role, "content": message.text} for message in messages]
        try:
            text = self._rendered(chat)
        except Exception as error:  # a template is a program of the model's makers and may raise anything
            raise self._unusable(error) from error
        ids: list[int] = self._tokenizer(text, add_special_tokens=False)["input_ids"]
        most = self._most_tokens()
        if len(ids) + MAX_NEW_TOKENS > most:
            raise ModelError(
                f"the question with its sentences takes {len(ids):,} tokens and the answer up to {MAX_NEW_TOKENS};"
                f" {self._name} reads {most:,}",
                "choose a model with a longer context",
            )
        return ids

    def _rendered(self, chat: list[dict[str, str]]) -> str:
        """By the model's template; one that knows no system message gets the rules before the question."""
        settings = {"tokenize": False, "add_generation_prompt": True, "enable_thinking": False}
        try:
            return str(self._tokenizer.apply_chat_template(chat, **settings))
        except Exception:  # as above: tried again without what some templates refuse
            joined = [{"role": "user", "content": "\n\n".join(message["content"] for message in chat)}]
            return str(self._tokenizer.apply_chat_template(joined, **settings))

    def _most_tokens(self) -> int:
        limit = getattr(self._model.config.get_text_config(decoder=True), "max_position_embeddings", None)
        return min(int(limit or 10**9), int(self._tokenizer.model_max_length))

    def _written(self, prompt: Sequence[int], stopped: Stopped) -> Iterator[str]:
        """Greedily: the likeliest token each time, until the model ends or is stopped."""
        import torch

        ends = self._ends()
        made: list[int] = []
        said = ""
        with torch.inference_mode():
            logits = self._read_prompt(prompt, stopped)
        while logits is not None and len(made) < MAX_NEW_TOKENS and not stopped():
            token = int(logits.argmax())
            if token in ends:
                break
            made.append(token)
            text = self._tokenizer.decode(made, skip_special_tokens=True)
            if len(text) > len(said) and not text.endswith("\ufffd"):  # half a letter waits for its other half
                yield text[len(said) :]
                said = text
            with torch.inference_mode():
                logits = self._step([token])

    def _ends(self) -> set[int]:
        ends = getattr(self._model.generation_config, "eos_token_id", None)
        own = [ends] if isinstance(ends, int) else list(ends or [])
        return {int(end) for end in (*own, self._tokenizer.eos_token_id) if end is not None}

    def _read_prompt(self, prompt: Sequence[int], stopped: Stopped) -> torch.Tensor | None:
        """The logits of the first token to write, (vocabulary,); None when it was stopped before."""
        at = self._keep_common(prompt)
        size, logits = _FIRST_STEP_TOKENS, None
        while at < len(prompt):
            if stopped():
                return None
            began = time.perf_counter()
            piece = prompt[at : at + size]
            logits = self._step(piece)
            at += len(piece)
            pace = len(piece) / max(1e-6, time.perf_counter() - began)
            size = max(1, min(_MOST_STEP_TOKENS, 2 * size, int(pace * _STEP_S)))
        return logits

    def _keep_common(self, prompt: Sequence[int]) -> int:
        """Cuts what was read back to what this prompt begins with, and gives its length: less than the prompt's."""
        common = 0
        while common < min(len(self._read), len(prompt) - 1) and self._read[common] == prompt[common]:
            common += 1
        try:
            if self._cache is not None and common and common < len(self._read):
                self._cache.crop(common - len(self._read))
        except (RuntimeError, ValueError, NotImplementedError, AttributeError):  # caches that only go forward
            common = 0
        self._read = self._read[:common]
        if not common:
            self._cache = None
        return common

    def _step(self, tokens: Sequence[int]) -> torch.Tensor:
        """Reads further tokens; the logits of the next, (vocabulary,)."""
        import torch

        ids = torch.tensor([list(tokens)], device=self._model.device)  # (1, n)
        cache, self._cache, read = self._cache, None, self._read
        self._read = []  # if the step fails, nothing half read is kept
        out = self._model(input_ids=ids, past_key_values=cache, use_cache=True, logits_to_keep=1)
        self._cache, self._read = out.past_key_values, [*read, *tokens]
        last: torch.Tensor = out.logits[0, -1]
        return last


def place_for(parameters: int) -> Place:
    """The fastest place that the model fits: a graphics card with room for it, else the processor."""
    import torch

    if torch.cuda.is_available():
        half = "bfloat16" if torch.cuda.is_bf16_supported() else "float16"
        free, _ = torch.cuda.mem_get_info()
        if memory.needed_bytes(parameters, 2) <= free:
            return Place("cuda", half, 2, free)
    free_here = memory.available_bytes()
    if torch.backends.mps.is_available():
        return Place("mps", "float16", 2, free_here)
    able = torch.cpu.get_capabilities()
    if able.get("avx512_bf16") or able.get("amx_bf16"):
        return Place("cpu", "bfloat16", 2, free_here)
    return Place("cpu", "float32", 4, free_here)


def _use_cores_that_are_ours() -> None:
    """No more threads than cores this process may use: a container often shows those of the whole machine."""
    import torch

    if hasattr(os, "sched_getaffinity"):
        ours = len(os.sched_getaffinity(0))
        if torch.get_num_threads() > ours:
            torch.set_num_threads(ours)
