"""The output of answers: Markdown and a spinner on a terminal, plain text in a pipe."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Protocol

from core.profile import Profile
from core.text.sections import tidy
from core.types import (
    Answered,
    AnswerEvent,
    Declined,
    Delta,
    Escalated,
    Failed,
    File,
    Passage,
    Status,
)

if TYPE_CHECKING:  # rich takes 60 ms, which a pipe need not wait for
    from rich.console import Console, ConsoleOptions, RenderResult
    from rich.live import Live

Ending = Answered | Declined | Escalated | Failed

# A FAQ is data: no control character of it reaches the terminal, where ESC begins a command.
_CONTROLS = dict.fromkeys([*range(9), *range(11, 32), *range(127, 160)])


class Canvas(Protocol):
    """The place on the screen where an answer grows."""

    def status(self, text: str) -> None:
        """Say what the assistant is doing; gone once there is text."""
        ...

    def add(self, text: str) -> None:
        """Show a further piece of the answer."""
        ...

    def finish(self, text: str) -> None:
        """Show the whole answer, which may differ from its pieces, or have had none."""
        ...


class Screen:
    """The screen of `ask` and `chat`, on stdout."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self.styled = sys.stdout.isatty()

    async def show(self, events: AsyncIterator[AnswerEvent]) -> Ending:
        """Render an answer up to its last event, and return that."""
        ending: Ending = Failed(self._profile.failed)
        with self._canvas() as canvas:
            async for event in events:
                match event:
                    case Status(text):
                        canvas.status(text)
                    case Delta(text):
                        canvas.add(clean(text))
                    case Failed():
                        ending = event
                    case _:
                        ending = event
                        canvas.finish(clean(event.text))
        return ending

    def after(self, ending: Ending) -> tuple[str, ...]:
        """Show what follows an answer, its sources and numbered follow-ups, and return the latter.

        A failure goes to stderr.
        """
        match ending:
            case Answered(skill=skill, followups=choices, files=files) if skill:
                self._files(files)
                return self.offer("", choices)
            case Answered(_, sources, followups):
                self._sources(sources)
                return self.offer(self._profile.ask_next, followups)
            case Declined(_, suggestions, _):
                return self.offer(self._profile.lead_back, suggestions)
            case Escalated(_, nearest):
                return self.offer(self._profile.nearest, nearest)
            case Failed(text):
                print(text, file=sys.stderr)
                return ()

    def offer(self, heading: str, questions: Sequence[str]) -> tuple[str, ...]:
        """Print a numbered list of questions below a heading, and return them; nothing for none."""
        if questions:
            self.line()
            if heading:
                self.line(heading, style="dim")
            for number, question in enumerate(questions, start=1):
                self.line(f"  {number}. {tidy(question)}", style="cyan")
        return tuple(questions)

    def line(self, text: str = "", *, style: str = "") -> None:
        """Print one line as it is, without markup or wrapping."""
        text = clean(text)
        if self.styled and style:
            from rich.console import Console
            from rich.text import Text

            Console(highlight=False, soft_wrap=True).print(Text(text, style=style))
        else:
            print(text, flush=True)

    @contextmanager
    def working(self, text: str) -> Iterator[None]:
        """Show a spinner while the block runs; show nothing in a pipe."""
        with self._canvas() as canvas:
            canvas.status(text)
            yield

    def _sources(self, sources: Sequence[Passage]) -> None:
        if sources:
            titles = " · ".join(_title(source, self._profile) for source in sources)
            self.line()
            self.line(f"{self._profile.sources}: {titles}", style="dim")

    def _files(self, files: Sequence[File]) -> None:
        """Store files in a folder of their own, which only the user can read, and name them."""
        if not files:
            return
        try:
            folder = Path(mkdtemp(prefix="faqbot-"))
            for file in files:
                path = folder / Path(file.name).name
                path.write_bytes(file.content)
                self.line(f"📎 {path}", style="dim")
        except OSError as error:
            print(f"📎 {error}", file=sys.stderr)

    @contextmanager
    def _canvas(self) -> Iterator[Canvas]:
        if not self.styled:
            yield _Pipe()
            return
        from rich.console import Console
        from rich.live import Live

        console = Console(highlight=False)
        live = Live(console=console, transient=True, refresh_per_second=12)
        canvas = _Terminal(console, live)
        with live:
            try:
                yield canvas
            finally:
                canvas.settle()


def _title(source: Passage, profile: Profile) -> str:
    origin = source.source
    notes = [] if origin.kind == "official" else [profile.learned.format(name=origin.author)]
    notes += [profile.expired] if origin.expired else []
    return " ".join([tidy(source.title), *(f"({tidy(note)})" for note in notes)])


class _Pipe:
    """A canvas that prints text as it comes, without decoration."""

    def __init__(self) -> None:
        self._written = ""

    def status(self, text: str) -> None:
        pass

    def add(self, text: str) -> None:
        self._written += text
        print(text, end="", flush=True)

    def finish(self, text: str) -> None:
        if text == self._written:
            print(flush=True)
        else:
            print(f"\n\n{text}" if self._written else text, flush=True)


class _Terminal:
    """A canvas that shows the newest lines while an answer grows, and all of it at the end."""

    def __init__(self, console: Console, live: Live) -> None:
        self._console = console
        self._live = live
        self._text = ""

    def status(self, text: str) -> None:
        if not self._text:
            from rich.spinner import Spinner

            self._live.update(Spinner("dots", text=text, style="cyan"))

    def add(self, text: str) -> None:
        self._text += text
        self._live.update(_Tail(self._text))

    def finish(self, text: str) -> None:
        self._text = text

    def settle(self) -> None:
        """Replace the growing display by the text, also if the answer was cut short."""
        from rich.markdown import Markdown
        from rich.text import Text

        self._live.update(Text(""))
        self._live.stop()
        if self._text:
            self._console.print(Markdown(self._text))


class _Tail:
    """The last lines of a Markdown text that fit on the screen."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        from rich.markdown import Markdown
        from rich.segment import Segment

        lines = console.render_lines(Markdown(self._text), options, pad=False)
        for line in lines[-max(console.height - 1, 1) :]:
            yield from line
            yield Segment.line()


def clean(text: str) -> str:
    """Return text without control characters, except tabs and line breaks."""
    return text.translate(_CONTROLS)
