"""The files and fine-tuning jobs of a local OpenAI.

A job moves on by one state, or by some steps, each time that it is looked at: tests need no clock.
A tuned model knows the answers that it was trained on, also where it is shown no passage.
https://platform.openai.com/docs/api-reference/fine-tuning
"""

from __future__ import annotations

import itertools
import json
import re
from collections import deque
from dataclasses import dataclass, field
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any
from urllib.parse import parse_qs, urlsplit

from devtools.openai.words import overlap

Json = dict[str, Any]
Answer = tuple[int, Json]

TUNABLE = ("gpt-4o-mini-2024-07-18", "gpt-4o-mini", "gpt-4.1-mini", "gpt-4.1-nano")
LOOKS = 5  # while a job runs
_LEAST_EXAMPLES = 10
_ENDED = ("succeeded", "failed", "cancelled")
_KNOWN = 0.5  # of a question's letters, for a tuned model to remember its answer
_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)


@dataclass(slots=True)
class FineTuningJob:
    row: Json
    rows: list[Json]
    events: list[Json] = field(default_factory=list)
    checkpoints: list[Json] = field(default_factory=list)
    step: int = 0
    total: int = 0
    failure: str = ""


@dataclass(slots=True)
class FineTuning:
    """The fine-tuning jobs; the next job fails with the first of the queued `failures`."""

    files: dict[str, tuple[Json, bytes]] = field(default_factory=dict)
    jobs: dict[str, FineTuningJob] = field(default_factory=dict)
    failures: deque[str] = field(default_factory=deque)
    _numbers: Any = field(default_factory=itertools.count)

    @property
    def models(self) -> dict[str, FineTuningJob]:
        """The tuned models that there are, checkpoints included."""
        done = [job for job in self.jobs.values() if job.row["status"] == "succeeded"]
        named = {job.row["fine_tuned_model"]: job for job in done}
        return named | {c["fine_tuned_model_checkpoint"]: j for j in done for c in j.checkpoints}

    def handle(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        """Answer a request below /v1/files or /v1/fine_tuning."""
        address = urlsplit(target)
        query = parse_qs(address.query)
        match method, address.path.strip("/").split("/")[1:]:
            case "POST", ["files"]:
                return self._upload(headers, body)
            case "GET", ["files", name] if name in self.files:
                return 200, self.files[name][0]
            case "POST", ["fine_tuning", "jobs"]:
                return self._create(json.loads(body))
            case "GET", ["fine_tuning", "jobs"]:
                return 200, _page([job.row for job in self.jobs.values()][::-1], query)
            case _, ["fine_tuning", "jobs", name, *rest] if name in self.jobs:
                return self._of_job(method, rest, self.jobs[name], query)
        return refusal(404, "not_found", f"There is nothing at {method} {address.path}")

    def _of_job(
        self, method: str, rest: list[str], job: FineTuningJob, query: dict[str, list[str]]
    ) -> Answer:
        match method, rest:
            case "GET", []:
                self._advance(job)
                return 200, job.row
            case "POST", ["cancel"]:
                return self._cancel(job)
            case "GET", ["events"]:
                return 200, _page(job.events[::-1], query)
            case "GET", ["checkpoints"]:
                return 200, _page(job.checkpoints[::-1], query)
        return refusal(404, "not_found", f"There is nothing at {method} {rest}")

    def reply(self, model: str, messages: list[Json]) -> str | None:
        """Return the answer that a tuned model remembers, where it is shown no passage."""
        if model not in self.models or "<passage n=" in messages[-1]["content"]:
            return None
        asked = _asked(messages[-1]["content"])
        rows = [row["messages"] for row in self.models[model].rows]
        best = max(rows, key=lambda said: overlap(asked, _asked(said[-2]["content"])))
        known = overlap(asked, _asked(best[-2]["content"])) >= _KNOWN
        return best[-1]["content"] if known else "[[NONE]]"

    def _upload(self, headers: dict[str, str], body: bytes) -> Answer:
        head = f"Content-Type: {headers['content-type']}\r\n\r\n".encode()
        parts = {
            part.get_param("name", header="content-disposition"): part
            for part in BytesParser(policy=HTTP).parsebytes(head + body).iter_parts()
        }
        content = parts["file"].get_payload(decode=True)
        row = {
            "id": f"file-{next(self._numbers):04}",
            "object": "file",
            "bytes": len(content),
            "created_at": 0,
            "filename": parts["file"].get_filename(),
            "purpose": parts["purpose"].get_payload(decode=True).decode(),
            "status": "processed",
        }
        self.files[row["id"]] = (row, content)
        return 200, row

    def _create(self, asked: Json) -> Answer:
        if asked.get("model") not in TUNABLE:
            said = f"Model {asked.get('model')} is not available for fine-tuning."
            return refusal(400, "model_not_available", said, "model")
        for name in ("training_file", "validation_file"):
            if asked.get(name, "" if name == "training_file" else None) not in (None, *self.files):
                return refusal(400, "invalid_file", f"invalid {name}: {asked.get(name)}", name)
        row = {
            "id": f"ftjob-{next(self._numbers):04}",
            "object": "fine_tuning.job",
            "created_at": 0,
            "error": None,
            "fine_tuned_model": None,
            "finished_at": None,
            "hyperparameters": asked["method"]["supervised"]["hyperparameters"],
            "model": asked["model"],
            "organization_id": "org-local",
            "result_files": [],
            "seed": asked.get("seed") or 0,
            "status": "validating_files",
            "trained_tokens": None,
            "training_file": asked["training_file"],
            "validation_file": asked.get("validation_file"),
            "suffix": asked.get("suffix") or "",
        }
        failure = self.failures.popleft() if self.failures else ""
        job = FineTuningJob(row, [], failure=failure)
        self.jobs[row["id"]] = job
        self._tell(job, "Created fine-tuning job")
        return 200, row

    def _cancel(self, job: FineTuningJob) -> Answer:
        if job.row["status"] in _ENDED:
            said = f"Job {job.row['id']} has already {job.row['status']}."
            return refusal(400, "invalid_request_error", said)
        job.row["status"] = "cancelled"
        self._tell(job, "The job was cancelled")
        return 200, job.row

    def _advance(self, job: FineTuningJob) -> None:
        match job.row["status"]:
            case "validating_files":
                problem = self._read(job)
                job.row["status"] = "failed" if problem else "queued"
                if problem:
                    self._fail(job, "invalid_training_file", problem)
            case "queued":
                epochs = job.row["hyperparameters"]["n_epochs"]
                job.total = len(job.rows) * (3 if epochs == "auto" else epochs)
                job.row["status"] = "running"
                self._tell(job, "Fine-tuning job started")
            case "running" if job.failure and job.step:
                job.row["status"] = "failed"
                self._fail(job, "server_error", job.failure)
            case "running":
                self._train(job)

    def _train(self, job: FineTuningJob) -> None:
        job.step = min(job.total, job.step + -(-job.total // LOOKS))
        loss = round(2.0 / (1 + 4 * job.step / job.total), 4)
        metrics = {"step": job.step, "total_steps": job.total, "train_loss": loss}
        metrics["valid_loss"] = round(loss * 1.1, 4)
        self._tell(job, f"Step {job.step}/{job.total}: training loss={loss}", metrics)
        name = f"ft:{job.row['model']}:local:{job.row['suffix']}:{job.row['id'][-4:]}"
        if job.step < job.total:
            job.checkpoints.append(
                {
                    "id": f"ftckpt-{next(self._numbers):04}",
                    "object": "fine_tuning.job.checkpoint",
                    "created_at": 0,
                    "fine_tuning_job_id": job.row["id"],
                    "fine_tuned_model_checkpoint": f"{name}:ckpt-step-{job.step}",
                    "step_number": job.step,
                    "metrics": {"step": job.step, **metrics},
                }
            )
            return
        tokens = sum(len(m["content"]) for row in job.rows for m in row["messages"])
        job.row |= {"status": "succeeded", "fine_tuned_model": name, "trained_tokens": tokens}
        self._tell(job, f"New fine-tuned model created: {name}")

    def _read(self, job: FineTuningJob) -> str:
        """Read the training file; what is wrong with it."""
        lines = self.files[job.row["training_file"]][1].decode().splitlines()
        for number, line in enumerate(lines, start=1):
            try:
                messages = json.loads(line)["messages"]
                roles = [message["role"] for message in messages]
            except (ValueError, KeyError, TypeError):
                return f"Line {number} is not a chat example."
            if roles[-1:] != ["assistant"] or not set(roles) <= {"system", "user", "assistant"}:
                return f"Line {number} must end with an assistant's message."
            job.rows.append({"messages": messages})
        if len(job.rows) < _LEAST_EXAMPLES:
            return f"The file has {len(job.rows)} examples; at least {_LEAST_EXAMPLES} are needed."
        return ""

    def _fail(self, job: FineTuningJob, code: str, message: str) -> None:
        job.row["error"] = {"code": code, "message": message, "param": "training_file"}
        self._tell(job, message, level="error")

    def _tell(
        self, job: FineTuningJob, message: str, data: Json | None = None, level: str = "info"
    ) -> None:
        job.events.append(
            {
                "id": f"ftevent-{next(self._numbers):05}",
                "object": "fine_tuning.job.event",
                "created_at": len(job.events),
                "level": level,
                "message": message,
                "data": data,
                "type": "metrics" if data else "message",
            }
        )


def refusal(status: int, code: str, message: str, param: str | None = None) -> Answer:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": code}
    return status, {"error": error}


def _page(rows: list[Json], query: dict[str, list[str]]) -> Json:
    after = query.get("after", [""])[0]
    places = [place for place, row in enumerate(rows, start=1) if row["id"] == after]
    rest = rows[places[0] if places else 0 :]
    limit = int(query.get("limit", ["20"])[0])
    return {"object": "list", "data": rest[:limit], "has_more": len(rest) > limit}


def _asked(text: str) -> str:
    found = _QUESTION.search(text)
    return found[1] if found else text
