"""How fast a language model of this machine reads and writes, and how long an answer takes by that."""

from __future__ import annotations

import time
from typing import Any

from qa.evaluation.record import this_machine
from qa.writing.local import LocalModel

PROMPT_TOKENS, ANSWER_TOKENS = 900, 120  # rules, 600 tokens of sentences with keys and titles, question; five sentences
_RULES_TOKENS = 130  # read once and kept


def measure_model(name: str) -> dict[str, Any]:
    """Seconds and rates, after a warm-up. Raises ModelError when the model cannot be used."""
    model = LocalModel(name)
    began = time.perf_counter()
    model.load()
    loaded_s = time.perf_counter() - began
    model.time_steps(64, 4)
    read_s, write_s = model.time_steps(PROMPT_TOKENS, 32)
    read, write = PROMPT_TOKENS / read_s, 32 / write_s
    return {
        "machine": this_machine(),
        "model": name.rstrip("/").rpartition("/")[2],
        "parameters": model.parameters,
        "place": model.place.device,
        "dtype": model.place.dtype,
        "needed_bytes": model.needed_bytes,
        "load_s": round(loaded_s, 2),
        "tokens_read_per_s": round(read, 1),
        "tokens_written_per_s": round(write, 1),
        "weights_bytes_per_s": round(model.parameters * model.place.bytes_each * write),
        "first_words_s": round((PROMPT_TOKENS - _RULES_TOKENS) / read, 1),
        "answer_s": round((PROMPT_TOKENS - _RULES_TOKENS) / read + ANSWER_TOKENS / write, 1),
    }


def pace_table(pace: dict[str, Any]) -> str:
    """The measured pace for a person at a terminal."""
    rows = (
        ("parameters", f"{pace['parameters'] / 1e6:,.0f} million"),
        ("runs on", f"{pace['place']}, {pace['dtype']}"),
        ("memory needed", f"{pace['needed_bytes'] / 1e9:.1f} GB"),
        ("loading", f"{pace['load_s']:.1f} s"),
        ("reads", f"{pace['tokens_read_per_s']:,.0f} tokens/s"),
        ("writes", f"{pace['tokens_written_per_s']:,.1f} tokens/s"),
        ("weights moved in writing", f"{pace['weights_bytes_per_s'] / 1e9:,.1f} GB/s"),
        (f"first words ({PROMPT_TOKENS} tokens asked)", f"{pace['first_words_s']:.1f} s"),
        (f"whole answer ({ANSWER_TOKENS} tokens)", f"{pace['answer_s']:.1f} s"),
    )
    return "\n".join(f"{name:<30}{value:>22}" for name, value in rows)
