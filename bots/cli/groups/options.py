"""The options that several commands have."""

from __future__ import annotations

from typing import Annotated

import typer

JsonLines = Annotated[bool, typer.Option("--json", help="Print JSON lines.")]
Host = Annotated[str, typer.Option("--host", help="The address to listen on.")]
Port = Annotated[
    int, typer.Option("--port", min=0, max=65_535, help="The port to listen on; 0 is any free one.")
]
