"""The training loop: batches in, a reader's weights out. Deterministic under a seed, resumable, in bf16.

All weights are one vector in fp32, copied to a bf16 model for each step: on two processor cores this reads about twice
as many tokens a second as autocast, and on a graphics card an update is a handful of calls. The learning rate is flat,
then falls to zero, so a run may be made longer or shorter when it is resumed.
"""

from __future__ import annotations

import hashlib
import os
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from index.types import InputError
from qa.training.data import Example
from qa.training.feed import Batch, Pools, feed

if TYPE_CHECKING:
    import torch

Teachers: TypeAlias = Sequence[Sequence[Path]]  # for each fold the readers' folders that teach it
_GLANCE = 16  # steps between two looks at the loss; each waits for the device


@dataclass(frozen=True, slots=True)
class Plan:
    """What one run does. `examples` counts examples seen, over as many passes as that takes."""

    examples: int
    pool: int = 3000
    batch_tokens: int = 4600
    learning_rate: float = 1.3e-4
    warmup: float = 0.04
    decay: float = 0.35
    weight_decay: float = 0.01
    seed: int = 13
    device: str = "cpu"
    workers: int = 0  # processes that make batches; 0: this one does, between steps
    checkpoint_every_s: float = 180.0
    dropout: float = 0.0  # the share of every layer's outputs that a step sets to zero
    teachers: Teachers = ()
    teacher_share: float = 0.5  # how much of the loss, at most, is the distance from the teachers, where there are any
    averaged: float = 0.0  # the last part of the run whose weights, after each pool, are averaged; they do not settle


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


class Trainer:
    """A reader being trained: fp32 weights, their optimiser, a bf16 working copy, and how far it has come."""

    def __init__(self, start_from: Path, plan: Plan) -> None:
        import torch

        torch.manual_seed(plan.seed)
        self.model = _model(start_from, plan).train()
        self._teachers = [[_model(folder, plan).to(torch.bfloat16).eval() for folder in fold] for fold in plan.teachers]
        self.weights = _vector(self.model).to(plan.device)  # (parameters,)
        self._working, self._gradient = (self.weights.to(torch.bfloat16) for _ in range(2))
        self._gradient.zero_()
        self.model.to(torch.bfloat16)
        at = 0
        for parameter in self.model.parameters():
            its = slice(at, at := at + parameter.numel())
            parameter.data = self._working[its].view_as(parameter)
            parameter.grad = self._gradient[its].view_as(parameter)
        self.optimizer = torch.optim.AdamW([self.weights], lr=0.0, weight_decay=plan.weight_decay, fused=True)
        self.mean, self.averaged_over = torch.zeros_like(self.weights if plan.averaged else self.weights[:0]), 0
        self.plan, self.seen, self.pool, self.loss = plan, 0, 0, 0.0
        self._steps, self._smooth = 0, torch.zeros((), device=plan.device)
        self._run = f"{plan.seed}/{_digest(start_from)}"
        self.begin(0)

    def begin(self, pool: int) -> None:
        """Draws for a pool of its own, whether the run came here at once or was resumed."""
        import torch

        torch.manual_seed(random.Random(f"{self.plan.seed}/{pool}").getrandbits(63))
        self.pool = pool

    def step(self, batch: Batch) -> None:
        import torch

        inputs = self._inputs(batch)
        right = torch.zeros(2, *batch.ids.shape, device=self.plan.device)  # 1 where an answer starts; where one ends
        rows, starts, ends = torch.from_numpy(batch.answers).to(self.plan.device).T
        right[0, rows, starts] = right[1, rows, ends] = 1.0
        logits = _logits(self.model, inputs)  # (2, n, tokens)
        losses = _surprise(logits, (1.0 - right) * -1e4)  # (2, n)
        if batch.fold < len(self._teachers):
            share = self.plan.teacher_share * torch.from_numpy(batch.teacher_share).to(self.plan.device)
            losses = torch.lerp(losses, _distance(logits, self._teachers_say(batch.fold, inputs)), share)
        loss = losses.mean()
        torch.autograd.backward(loss)
        self._update()
        self.seen += len(batch.ids)
        self._smooth = loss.detach() if self._steps == 0 else torch.lerp(self._smooth, loss.detach(), 0.02)
        if self._steps % _GLANCE == 0:
            self.loss = self._smooth.item()
        self._steps += 1

    def _teachers_say(self, fold: int, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
        """The mean of what the fold's teachers say, as `_logits`."""
        import torch

        with torch.no_grad():
            return torch.stack([_logits(teacher, inputs) for teacher in self._teachers[fold]]).mean(0)

    def _inputs(self, batch: Batch) -> dict[str, torch.Tensor]:
        """The model's input tensors, each (n, longest)."""
        import torch

        ids = torch.from_numpy(batch.ids).to(self.plan.device).long()
        starts = torch.from_numpy(batch.segment_starts).to(self.plan.device)
        there = ids != 0
        second = torch.arange(ids.shape[1], device=self.plan.device) >= starts[:, None]
        return {"input_ids": ids, "token_type_ids": (there & second).long(), "attention_mask": there.long()}

    def _update(self) -> None:
        import torch

        self.optimizer.param_groups[0]["lr"] = learning_rate(self.plan, self.seen)
        self.weights.grad = self._gradient.float()
        torch.nn.utils.clip_grad_norm_([self.weights], 1.0)
        self.optimizer.step()
        self._gradient.zero_()
        self._working.copy_(self.weights)

    def remember(self) -> None:
        """Takes the weights as they are now into the mean, where the plan is for one and this is its part of the run.

        Source: Izmailov et al., Averaging weights leads to wider optima and better generalization, UAI 2018.
        """
        if self.plan.averaged and self.seen > (1.0 - self.plan.averaged) * self.plan.examples:
            self.averaged_over += 1
            self.mean.lerp_(self.weights, 1.0 / self.averaged_over)

    def save(self, path: Path) -> None:
        """Writes aside and renames, so that a full disk or a kill leaves the last good checkpoint."""
        import torch

        aside = path.with_suffix(".part")
        state: dict[str, Any] = {"weights": self.weights, "mean": self.mean, "optimizer": self.optimizer.state_dict()}
        state |= {
            "seen": self.seen,
            "pool": self.pool,
            "loss": self.loss,
            "averaged_over": self.averaged_over,
            "run": self._run,
        }
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
            self.weights.copy_(state["weights"])
            self.mean.copy_(state["mean"])
            self.optimizer.load_state_dict(state["optimizer"])
        except Exception as error:  # torch.load raises whatever the broken bytes lead it to
            raise InputError(f"the checkpoint {path} cannot be used: {error}", "delete it to start again") from error
        self.seen, self.pool, self.loss = state["seen"], state["pool"], state["loss"]
        self.averaged_over = state["averaged_over"]
        self._working.copy_(self.weights)

    def settle(self) -> None:
        """The mean for the weights, where there is one."""
        if self.averaged_over:
            self.weights.copy_(self.mean)

    def average_with(self, folders: Sequence[Path], *, share: float) -> None:
        """The mean with the weights in `folders`: `share` of it the new ones, the rest in equal parts.

        Of runs from one start the mean beats each.

        Source: Wortsman et al., Model soups, ICML 2022; the gain here stands in qa/evaluation/LOG.md.
        """
        self.weights.mul_(share)
        for folder in folders:
            other = _vector(_model(folder, self.plan)).to(self.weights)
            self.weights.add_(other, alpha=(1.0 - share) / len(folders))

    def export(self, folder: Path, start_from: Path) -> None:
        """The weights as fp16 safetensors with config and tokenizer, as `transformers` loads them."""
        import torch
        from transformers import AutoModelForQuestionAnswering

        plain = AutoModelForQuestionAnswering.from_pretrained(str(start_from))
        torch.nn.utils.vector_to_parameters(self.weights.cpu(), plain.parameters())
        plain.to(torch.float16).save_pretrained(str(folder))
        for name in ("tokenizer.json", "tokenizer_config.json"):
            (folder / name).write_bytes((start_from / name).read_bytes())


def _model(folder: Path, plan: Plan) -> Any:
    from transformers import AutoModelForQuestionAnswering

    # On a processor eager attention: its backward pass in bf16 is four times as fast as the fused kernel's.
    return AutoModelForQuestionAnswering.from_pretrained(
        str(folder),
        attn_implementation="eager" if plan.device == "cpu" else "sdpa",
        hidden_dropout_prob=plan.dropout,
        attention_probs_dropout_prob=0.0,
    ).to(plan.device)


def _vector(model: torch.nn.Module) -> torch.Tensor:
    import torch

    return torch.nn.utils.parameters_to_vector(model.parameters()).detach().float().clone()


def _logits(model: torch.nn.Module, inputs: dict[str, torch.Tensor]) -> torch.Tensor:
    """(2, n, tokens), fp32: of starting and of ending at a token; -1e4 or less beyond a row's end."""
    import torch

    out = model(**inputs)
    return torch.stack((out.start_logits, out.end_logits)).float() + (1.0 - inputs["attention_mask"].float()) * -1e4


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


def _distance(logits: torch.Tensor, teacher: torch.Tensor) -> torch.Tensor:
    """Cross entropy from what a teacher says of the tokens, (..., tokens) -> (...): less sure than an answer key.

    Source: Furlanello et al., Born again neural networks, ICML 2018; the gain stands in qa/evaluation/LOG.md.
    """
    return -(teacher.softmax(-1) * logits.log_softmax(-1)).sum(-1)


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
    if trainer.seen >= plan.examples:
        trainer.settle()
        return trainer
    pools = Pools(
        examples,
        tokenizer,
        seed=plan.seed,
        size=plan.pool,
        batch_tokens=plan.batch_tokens,
        folds=max(1, len(plan.teachers)),
    )
    saved_at = time.monotonic()
    try:
        for number, batches in enumerate(feed(pools, first=trainer.pool, workers=plan.workers), trainer.pool):
            if trainer.seen >= plan.examples:
                break
            trainer.begin(number)
            for batch in batches:
                if trainer.seen >= plan.examples:
                    break
                trainer.step(batch)
                report(Progress(trainer.seen, plan.examples, trainer.loss))
            trainer.remember()
            trainer.pool = number + 1
            if time.monotonic() - saved_at > plan.checkpoint_every_s:
                trainer.save(checkpoint)
                saved_at = time.monotonic()
    except KeyboardInterrupt:
        trainer.save(checkpoint)  # what was reported as done is kept
        raise
    trainer.save(checkpoint)
    trainer.settle()
    return trainer
