"""The training loop: examples in, a reader's weights out. Deterministic under a seed, resumable, in bf16.

Weights live in fp32 and are copied to a bf16 model for each step (the loss's last layer is fp32): on two processor
cores this reads about twice as many tokens a second as autocast. The learning rate is flat, then falls to zero over the
last third, so a run may be made longer or shorter when it is resumed.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.types import InputError
from qa.reader import FIRST_WORD, MASK, SpanReader, pad
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
    teacher: Path | None = None  # a reader's folder
    taught: float = 0.5  # how much of the loss is then the distance from that teacher
    averaged: bool = False  # the result is the mean of the weights after each pool, and the learning rate never falls


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, after each step."""

    examples: int
    planned: int
    loss: float


def learning_rate(plan: Plan, seen: int) -> float:
    """Warm-up, a flat stretch, a linear fall to zero over the last `decay` of the run unless it is averaged."""
    share = seen / plan.examples
    falling = 1.0 if plan.averaged else (1.0 - share) / plan.decay
    return plan.learning_rate * max(0.0, min(1.0, share / plan.warmup, falling))


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
        self.mean, self.moments = [torch.zeros_like(master) for master in self.masters if plan.averaged], 0
        self._run = f"{plan.seed}/{_digest(start_from)}"
        self._layers = list(self.model.base_model.encoder.layer) if plan.skipped else []
        self._rng = random.Random()
        self.begin(0)

    def begin(self, pool: int) -> None:
        """Draws for a pool of its own, whether the run came here at once or was resumed."""
        import torch

        self._rng.seed(f"{self.plan.seed}/{pool}")
        torch.manual_seed(self._rng.getrandbits(63))
        self.pool = pool

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
        logits = torch.stack((out.start_logits, out.end_logits)) + away  # (2, batch, tokens)
        losses = _surprise(logits, (1.0 - right.to(self.plan.device)) * -1e4)  # (2, batch)
        if self.plan.teacher:
            losses = torch.lerp(losses, _distance(logits, self._taught(batch, logits)), self.plan.taught)
        loss = losses.mean()
        torch.autograd.backward(loss)
        self._update()
        self.seen += len(batch)
        self.loss = loss.item() if self.loss == 0.0 else 0.98 * self.loss + 0.02 * loss.item()

    def _taught(self, batch: Sequence[Feature], logits: torch.Tensor) -> torch.Tensor:
        """The teacher's logits, padded to the shape of `logits`."""
        import torch

        taught = torch.full(logits.shape, -1e4)
        for row, feature in enumerate(batch):
            if feature.taught is not None:
                taught[:, row, : feature.length] = torch.from_numpy(feature.taught.T.copy())
        return taught.to(self.plan.device)

    def remember(self) -> None:
        """Takes the weights as they are now into the mean, where the plan is for one.

        Source: Izmailov et al., Averaging weights leads to wider optima and better generalization, UAI 2018.
        """
        import torch

        self.moments += 1
        with torch.no_grad():
            for mean, master in zip(self.mean, self.masters, strict=False):  # no means: nothing to do
                mean.lerp_(master, 1.0 / self.moments)

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
        state: dict[str, Any] = {"masters": self.masters, "mean": self.mean}
        state["optimizer"] = self.optimizer.state_dict()
        state |= {"seen": self.seen, "pool": self.pool, "loss": self.loss, "moments": self.moments, "run": self._run}
        torch.save(state, aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(path)

    def load(self, path: Path) -> None:
        """Raises InputError when the checkpoint cannot be read, or is of another run."""
        import torch

        try:
            state = torch.load(path, map_location=self.plan.device, weights_only=True)
            if state["run"] != self._run:
                raise ValueError("it is of a run with other weights to start from, or another seed")
            with torch.no_grad():
                for master, saved in zip(self.masters + self.mean, state["masters"] + state["mean"], strict=True):
                    master.copy_(saved)
            self.optimizer.load_state_dict(state["optimizer"])
        except Exception as error:  # torch.load raises whatever the broken bytes lead it to
            raise InputError(f"the checkpoint {path} cannot be used: {error}", "delete it to start again") from error
        self.seen, self.pool, self.loss = state["seen"], state["pool"], state["loss"]
        self.moments = state["moments"]
        with torch.no_grad():
            for master, working in zip(self.masters, self.working, strict=True):
                working.copy_(master)

    def settle(self) -> None:
        """The mean for the weights, where the plan is for one."""
        import torch

        with torch.no_grad():
            for master, mean in zip(self.masters, self.mean, strict=False):
                master.copy_(mean)

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


def _digest(folder: Path) -> str:
    """Of the weights in a model's folder."""
    whole = hashlib.sha256()
    for file in sorted(folder.glob("*.safetensors")):
        whole.update(file.read_bytes())
    return whole.hexdigest()[:16]


def _surprise(logits: torch.Tensor, wrong: torch.Tensor) -> torch.Tensor:
    """Cross entropy of the tokens that are not `wrong` (-1e4 there, else 0) taken together: any of them will do.

    Both (..., tokens), fp32 -> (...).

    Source: Clark and Gardner, Simple and effective multi-paragraph reading comprehension, ACL 2018, section 2.2.
    """
    return logits.logsumexp(-1) - (logits + wrong).logsumexp(-1)


def _distance(logits: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    """Cross entropy from what a teacher says of the tokens, (..., tokens) -> (...): less sure than an answer key.

    Source: Furlanello et al., Born again neural networks, ICML 2018; the gain stands in qa/evaluation/LOG.md.
    """
    return -(taught.softmax(-1) * logits.log_softmax(-1)).sum(-1)


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
    teacher = SpanReader(plan.teacher) if plan.teacher else None
    trainer = Trainer(start_from, plan)
    if checkpoint.exists():
        trainer.load(checkpoint)
    saved_at = time.monotonic()
    for number, pool in enumerate(pools(examples, plan)):
        if trainer.seen >= plan.examples:
            break
        if number < trainer.pool:
            continue
        trainer.begin(number)
        rng = random.Random(f"{plan.seed}/{number}")
        features = [to_feature(example, tokenizer, rng) for example in pool]
        if teacher is not None:
            said = teacher.logits([feature.pair for feature in features])
            features = [replace(feature, taught=its) for feature, its in zip(features, said, strict=True)]
        try:
            for batch in batches(features, plan.batch_tokens, rng):
                if trainer.seen >= plan.examples:
                    break
                trainer.step(batch)
                report(Progress(trainer.seen, plan.examples, trainer.loss))
        except KeyboardInterrupt:
            trainer.save(checkpoint)  # what was reported as done is kept
            raise
        trainer.remember()
        trainer.pool = number + 1
        if time.monotonic() - saved_at > plan.checkpoint_every_s:
            trainer.save(checkpoint)
            saved_at = time.monotonic()
    trainer.save(checkpoint)
    trainer.settle()
    return trainer
