"""The training loop: examples in, a reader's weights out. Deterministic under a seed, resumable, in bf16.

Weights live in fp32 and are copied to a bf16 model for each step (the loss's last layer is fp32): on two processor
cores this reads about twice as many tokens a second as autocast. The learning rate is flat, then falls to zero over the
last third, so a run may be made longer or shorter when it is resumed.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import InputError
from qa.reader import FIRST_WORD, MASK, pad
from qa.training.data import Example
from qa.training.features import Feature, to_feature

if TYPE_CHECKING:
    import torch

_POOL = 3000  # examples whose features are made, sorted by length and batched together


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run does. `examples` counts examples seen, over as many passes as that takes."""

    examples: int
    batch_tokens: int = 4600
    learning_rate: float = 1.3e-4
    warmup: float = 0.04
    decay: float = 0.35
    weight_decay: float = 0.01
    seed: int = 13
    device: str = "cpu"
    checkpoint_every_s: float = 180.0
    masked: float = 0.0  # the share of tokens, but for the answer's, that a step does not see
    skipped: float = 0.0  # the share of layers that a step leaves out
    dropout: float = 0.0  # the share of every layer's outputs that a step sets to zero


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, after each step."""

    examples: int
    planned: int
    loss: float


def learning_rate(plan: Plan, seen: int) -> float:
    """Warm-up, a flat stretch, a linear fall to zero over the last `decay` of the run."""
    share = seen / plan.examples
    return plan.learning_rate * max(0.0, min(1.0, share / plan.warmup, (1.0 - share) / plan.decay))


def pools(examples: Sequence[Example], plan: Plan) -> Iterator[list[Example]]:
    """The run's examples in order, a pool at a time; a new shuffle for each pass."""
    drawn = 0
    while True:
        order = list(range(len(examples)))
        random.Random(f"{plan.seed}:{drawn}").shuffle(order)
        for at in range(0, len(order), _POOL):
            pool = order[at : at + _POOL]
            yield [examples[i] for i in pool]
            drawn += len(pool)


def batches(features: Sequence[Feature], batch_tokens: int, rng: random.Random) -> list[list[Feature]]:
    """Features of like length together, at most `batch_tokens` padded tokens each, in random order."""
    made: list[list[Feature]] = [[]]
    for feature in sorted(features, key=lambda f: f.length):
        if made[-1] and feature.length * (len(made[-1]) + 1) > batch_tokens:
            made.append([])
        made[-1].append(feature)
    rng.shuffle(made)
    return made


class Trainer:
    """A reader being trained: fp32 weights, their optimiser, a bf16 working copy, and how far it has come."""

    def __init__(self, start_from: Path, plan: Plan) -> None:
        import torch
        from transformers import AutoModelForQuestionAnswering

        torch.manual_seed(plan.seed)
        # Eager attention: its backward pass in bf16 is four times as fast on a processor as the fused kernel's.
        self.model = AutoModelForQuestionAnswering.from_pretrained(
            str(start_from),
            attn_implementation="eager",
            hidden_dropout_prob=plan.dropout,
            attention_probs_dropout_prob=0.0,
        )
        self.model.to(plan.device).train()
        self.masters = [p.detach().clone().float() for p in self.model.parameters()]
        self.model.to(torch.bfloat16)
        self.working = list(self.model.parameters())
        self.optimizer = torch.optim.AdamW(self.masters, lr=0.0, weight_decay=plan.weight_decay, fused=True)
        self.plan, self.seen, self.pool, self.loss = plan, 0, 0, 0.0
        self._layers = list(self.model.base_model.encoder.layer) if plan.skipped else []
        self._rng = random.Random(plan.seed)

    def step(self, batch: Sequence[Feature]) -> None:
        import torch

        inputs = {name: tensor.to(self.plan.device) for name, tensor in pad([f.pair for f in batch]).items()}
        self._disturb(inputs["input_ids"], batch)
        right = torch.zeros(2, *inputs["input_ids"].shape)  # 1 where an answer starts; where one ends
        for row, feature in enumerate(batch):
            for start, end in feature.answers:
                right[0, row, start] = right[1, row, end] = 1.0
        out = self.model(**inputs)
        away = (inputs["attention_mask"] == 0).float() * -1e4
        wrong = (1.0 - right.to(self.plan.device)) * -1e4
        loss = 0.5 * (_surprise(out.start_logits + away, wrong[0]) + _surprise(out.end_logits + away, wrong[1]))
        torch.autograd.backward(loss)
        self._update()
        self.seen += len(batch)
        self.loss = loss.item() if self.loss == 0.0 else 0.98 * self.loss + 0.02 * loss.item()

    def _disturb(self, ids: torch.Tensor, batch: Sequence[Feature]) -> None:
        """Masks tokens of `ids` in place and leaves layers out, as the plan says: against learning by heart."""
        import torch

        if self.plan.masked:
            hidden = (torch.rand(ids.shape) < self.plan.masked).to(ids.device) & (ids >= FIRST_WORD)
            for row, feature in enumerate(batch):
                for start, end in feature.answers:
                    hidden[row, start : end + 1] = False
            ids.masked_fill_(hidden, MASK)
        if self.plan.skipped:
            kept = [layer for layer in self._layers if self._rng.random() >= self.plan.skipped]
            self.model.base_model.encoder.layer = torch.nn.ModuleList(kept)

    def _update(self) -> None:
        import torch

        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate(self.plan, self.seen)
        for master, working in zip(self.masters, self.working, strict=True):
            master.grad = None if working.grad is None else working.grad.float()
            working.grad = None
        torch.nn.utils.clip_grad_norm_(self.masters, 1.0)
        self.optimizer.step()
        with torch.no_grad():
            for master, working in zip(self.masters, self.working, strict=True):
                working.copy_(master)

    def save(self, path: Path) -> None:
        """Writes aside and renames, so that a full disk or a kill leaves the last good checkpoint."""
        import torch

        aside = path.with_suffix(".part")
        state = {"masters": self.masters, "optimizer": self.optimizer.state_dict()}
        torch.save({**state, "seen": self.seen, "pool": self.pool, "loss": self.loss}, aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)

    def load(self, path: Path) -> None:
        """Raises InputError when the checkpoint cannot be read or belongs to another model."""
        import torch

        try:
            state = torch.load(path, map_location=self.plan.device, weights_only=True)
            with torch.no_grad():
                for master, saved in zip(self.masters, state["masters"], strict=True):
                    master.copy_(saved)
            self.optimizer.load_state_dict(state["optimizer"])
        except Exception as error:  # torch.load raises whatever the broken bytes lead it to
            raise InputError(f"the checkpoint {path} cannot be used: {error}", "delete it to start again") from error
        self.seen, self.pool, self.loss = state["seen"], state["pool"], state["loss"]
        with torch.no_grad():
            for master, working in zip(self.masters, self.working, strict=True):
                working.copy_(master)

    def average_with(self, folders: Sequence[Path], *, share: float) -> None:
        """The mean with the weights in `folders`: `share` of it the new ones, the rest in equal parts.

        Of runs from one start the mean beats each.

        Source: Wortsman et al., Model soups, ICML 2022; the gain here stands in qa/evaluation/LOG.md.
        """
        import torch
        from transformers import AutoModelForQuestionAnswering

        with torch.no_grad():
            for master in self.masters:
                master.mul_(share)
            for folder in folders:
                other = AutoModelForQuestionAnswering.from_pretrained(str(folder))
                for master, its in zip(self.masters, other.parameters(), strict=True):
                    master.add_(its.float().to(master.device), alpha=(1.0 - share) / len(folders))

    def export(self, folder: Path, start_from: Path) -> None:
        """The weights as fp16 safetensors with config and tokenizer, as `transformers` loads them."""
        import torch
        from transformers import AutoModelForQuestionAnswering

        plain = AutoModelForQuestionAnswering.from_pretrained(str(start_from))
        with torch.no_grad():
            for target, master in zip(plain.parameters(), self.masters, strict=True):
                target.copy_(master.cpu())
        plain.to(torch.float16).save_pretrained(str(folder))
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).write_bytes((start_from / name).read_bytes())


def _surprise(logits: torch.Tensor, wrong: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the tokens that are not `wrong` (-1e4 there, else 0) taken together: any of them will do.

    Both (batch, tokens), fp32. Source: Clark and Gardner, Simple and effective multi-paragraph reading comprehension,
    ACL 2018, section 2.2.
    """
    return (logits.logsumexp(-1) - (logits + wrong).logsumexp(-1)).mean()


def train(
    examples: Sequence[Example],
    tokenizer: Any,
    *,
    start_from: Path,
    checkpoint: Path,
    plan: Plan,
    report: Callable[[Progress], None] = lambda progress: None,
) -> Trainer:
    """Runs the plan, going on from `checkpoint` when it exists. Returns the trainer, its weights ready to export."""
    trainer = Trainer(start_from, plan)
    if checkpoint.exists():
        trainer.load(checkpoint)
    saved_at = time.monotonic()
    for number, pool in enumerate(pools(examples, plan)):
        if trainer.seen >= plan.examples:
            break
        if number < trainer.pool:
            continue
        rng = random.Random(f"{plan.seed}/{number}")
        features = [to_feature(example, tokenizer, rng) for example in pool]
        for batch in batches(features, plan.batch_tokens, rng):
            if trainer.seen >= plan.examples:
                break
            trainer.step(batch)
            report(Progress(trainer.seen, plan.examples, trainer.loss))
        trainer.pool = number + 1
        if time.monotonic() - saved_at > plan.checkpoint_every_s:
            trainer.save(checkpoint)
            saved_at = time.monotonic()
    trainer.save(checkpoint)
    return trainer
