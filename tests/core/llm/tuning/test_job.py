"""A fine-tuning job by the real SDK against the local server, interrupted wherever it can be."""

from contextlib import asynccontextmanager

import openai
import pytest

from core.errors import ConfigError, ModelError, ModelMisconfiguredError, ModelUnavailableError
from core.llm.tuning.dataset import ExportFolder, build
from core.llm.tuning.job import JobOptions, TuningJob
from devtools.openai.fine_tuning import FineTuning, refusal
from devtools.openai.server import Fault, OpenAIServer

BASE = JobOptions("gpt-4o-mini-2024-07-18")


@pytest.fixture
async def server():
    async with OpenAIServer().serve() as running:
        yield running


@pytest.fixture
def export(tmp_path, make_example):
    folder = ExportFolder(tmp_path / "export")
    folder.write(build([make_example(n) for n in range(120)], share=0.1, seed=0))
    return folder


@pytest.fixture
def opened(server, tmp_path):
    """Opens the job anew, as another process would."""

    @asynccontextmanager
    async def open_job(key="sk-test"):
        client = openai.AsyncOpenAI(api_key=key, base_url=server.url, max_retries=0, timeout=5)
        async with client:
            yield TuningJob(client, tmp_path / "job.json", where="local")

    return open_job


def calls(server, method, path):
    made = [body for kind, body in server.requests if kind == "tuning"]
    return len([one for one in made if one == {"method": method, "path": path}])


async def ended(job):
    return [step async for step in job.follow(interval_s=0)]


async def test_a_job_runs_to_its_end_with_progress_and_a_model(opened, export):
    async with opened() as job:
        note = await job.start(export, BASE)
        assert note.status == "validating_files"
        steps = await ended(job)
        assert [step.status for step in steps][-1] == "succeeded"
        assert "running" in [step.status for step in steps]
        assert steps[-1].done == steps[-1].total > 0
        assert steps[-1].tuned == job.note().tuned
        assert steps[-1].tuned.startswith("ft:gpt-4o-mini-2024-07-18:")
        messages = [message for step in steps for message in step.messages]
        assert len(messages) == len(set(messages))
        checkpoints = await job.checkpoints()
        assert [c.step for c in checkpoints] == sorted((c.step for c in checkpoints), reverse=True)
        assert checkpoints[0].loss


async def test_another_process_takes_the_job_up_and_uploads_nothing_again(opened, export, server):
    async with opened() as job:
        first = await job.start(export, BASE)
    async with opened() as job:
        assert await job.start(export, BASE) == first
        assert (await ended(job))[-1].status == "succeeded"
    assert calls(server, "POST", "/v1/files") == 2
    assert calls(server, "POST", "/v1/fine_tuning/jobs") == 1


@pytest.mark.parametrize("failing", [1, 2, 3])
async def test_what_was_uploaded_before_a_failure_is_not_uploaded_again(
    opened, export, server, monkeypatch, failing
):
    """The second upload, the look for an older job or its creation fails; the next try goes on."""
    real, asked = server.tuning.handle, []

    def handle(*request):
        asked.append(request)
        return refusal(503, "down", "On cue.") if len(asked) == failing + 1 else real(*request)

    monkeypatch.setattr(FineTuning, "handle", lambda _, *request: handle(*request))
    async with opened() as job:
        with pytest.raises(ModelUnavailableError):
            await job.start(export, BASE)
    async with opened() as job:
        assert (await job.start(export, BASE)).job
    assert len(server.tuning.files) == 2
    assert len(server.tuning.jobs) == 1


async def test_a_job_that_was_created_before_a_kill_is_found(opened, export, server, tmp_path):
    """The note lacks the job, as if the process had died before it could be written down."""
    async with opened() as job:
        note = await job.start(export, BASE)
    path = tmp_path / "job.json"
    path.write_text(path.read_text(encoding="utf-8").replace(note.job, ""), encoding="utf-8")
    async with opened() as job:
        assert (await job.start(export, BASE)).job == note.job
    assert calls(server, "POST", "/v1/fine_tuning/jobs") == 1


async def test_a_job_that_fails_says_why_and_can_be_tried_again(opened, export, server):
    server.tuning.failures.append("The training run diverged.")
    async with opened() as job:
        await job.start(export, BASE)
        last = (await ended(job))[-1]
        assert (last.status, last.error) == ("failed", "The training run diverged.")
        await job.start(export, BASE)
        assert (await ended(job))[-1].status == "succeeded"
    assert calls(server, "POST", "/v1/files") == 2


@pytest.mark.parametrize("lost", [0, 1])
async def test_a_file_that_has_expired_is_uploaded_again(opened, export, server, lost):
    """One of the two; the other is used again."""
    server.tuning.failures.append("The training run diverged.")
    async with opened() as job:
        first = await job.start(export, BASE)
        await ended(job)
        gone = [first.training_file, first.validation_file][lost]
        del server.tuning.files[gone]
        again = await job.start(export, BASE)
        assert (await ended(job))[-1].status == "succeeded"
    assert gone not in (again.training_file, again.validation_file)
    assert calls(server, "POST", "/v1/files") == 3


async def test_a_file_with_bad_lines_fails_the_job_with_the_servers_reason(opened, export, server):
    """As does one that is so short that the server refuses it; the mended file is another one."""
    async with opened() as job:
        note = await job.start(export, BASE)
        row, content = server.tuning.files[note.training_file]
        server.tuning.files[note.training_file] = (row, content + b"{oh no")
        last = (await ended(job))[-1]
    assert last.status == "failed"
    assert "is not a chat example" in last.error


async def test_a_job_that_the_server_does_not_know_is_told_with_what_to_do(opened, export, server):
    """It may be the wrong account; nothing of the note is lost."""
    async with opened() as job:
        note = await job.start(export, BASE)
        server.tuning.jobs.clear()
        for asked in (job.look, job.cancel):
            with pytest.raises(ConfigError, match=f"knows no job {note.job}.*OPENAI_BASE_URL"):
                await asked()
        assert job.note() == note


async def test_a_job_whose_creation_failed_is_neither_looked_at_nor_cancelled(
    opened, export, server
):
    server.faults.append(Fault("status", of="tuning", status=400))
    async with opened() as job:
        with pytest.raises(ModelError):
            await job.start(export, BASE)
        for asked in (job.look, job.cancel):
            with pytest.raises(ConfigError, match="tune start"):
                await asked()


async def test_a_server_without_events_and_checkpoints_is_followed_by_its_states(
    opened, export, server, monkeypatch
):
    real = server.tuning.handle

    def handle(_, method, target, *rest):
        gone = "/events" in target or "/checkpoints" in target
        return refusal(404, "not_found", "?") if gone else real(method, target, *rest)

    monkeypatch.setattr(FineTuning, "handle", handle)
    async with opened() as job:
        await job.start(export, BASE)
        steps = await ended(job)
        assert steps[-1].status == "succeeded"
        assert await job.checkpoints() == []


async def test_odd_events_are_told_once_and_count_no_steps(opened, export, server, monkeypatch):
    """Metrics without a step, and a server that says after its only page that there is more."""
    real = server.tuning.handle

    def handle(_, method, target, *rest):
        if "/events" not in target:
            return real(method, target, *rest)
        row = {"object": "fine_tuning.job.event", "created_at": 0, "level": "info", "message": "가"}
        data = [{**row, "id": f"e{n}", "data": odd} for n, odd in enumerate(({"step": None}, [1]))]
        return 200, {"object": "list", "data": data, "has_more": True}

    monkeypatch.setattr(FineTuning, "handle", handle)
    async with opened() as job:
        await job.start(export, BASE)
        steps = await ended(job)
    assert [message for step in steps for message in step.messages] == ["가", "가"]
    assert {step.done for step in steps} == {0}


async def test_a_short_outage_does_not_end_the_following(opened, export, server):
    async with opened() as job:
        await job.start(export, BASE)
        server.faults.extend([Fault("status", of="tuning", status=status) for status in (503, 429)])
        assert (await ended(job))[-1].status == "succeeded"


async def test_a_cancelled_job_stays_so_and_is_cancelled_once(opened, export):
    async with opened() as job:
        await job.start(export, BASE)
        assert await job.cancel() == "cancelled"
        assert [step.status for step in await ended(job)] == ["cancelled"]
        with pytest.raises(ConfigError, match="was cancelled"):
            await job.cancel()


async def test_two_jobs_are_not_under_way_together(opened, export, make_example, tmp_path):
    other = ExportFolder(tmp_path / "other")
    other.write(build([make_example(n) for n in range(200, 330)], share=0.1, seed=0))
    async with opened() as job:
        await job.start(export, BASE)
        with pytest.raises(ConfigError, match="still under way"):
            await job.start(other, BASE)


@pytest.mark.parametrize(
    ("key", "options", "error", "named"),
    [
        ("sk-revoked", BASE, ModelMisconfiguredError, "OPENAI_API_KEY"),
        ("sk-test", JobOptions("gpt-9"), ModelError, "gpt-9 is not available for fine-tuning"),
    ],
)
async def test_a_refusal_says_what_to_do(opened, export, key, options, error, named):
    async with opened(key) as job:
        with pytest.raises(error, match=named):
            await job.start(export, options)


async def test_without_a_job_the_command_that_starts_one_is_named(opened):
    async with opened() as job:
        with pytest.raises(ConfigError, match="faqbot tune start"):
            await job.look()
