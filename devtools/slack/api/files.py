"""The files.* methods: an address to upload to, the upload, and the message that shows it.

https://docs.slack.dev/messaging/working-with-files#upload
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devtools.slack.api.base import ApiError, Ask, method
from devtools.slack.world.world import World

Json = dict[str, Any]


@method("files.getUploadURLExternal", "files:write")
def upload_url(ask: Ask) -> Json:
    """Give a new file an id and an address."""
    name, length = ask.need("filename"), int(ask.need("length"))
    file_id = f"F{len(ask.world.uploads) + 1:08}"
    ask.world.uploads[file_id] = {"id": file_id, "name": name, "size": length}
    return {"file_id": file_id, "upload_url": f"{ask.world.base_url}/upload/{file_id}"}


@method("files.completeUploadExternal", "files:write")
def complete(ask: Ask) -> Json:
    """Show uploaded files in a channel or thread."""
    files = []
    for named in ask.args["files"]:
        file = ask.world.uploads.get(named["id"])
        if file is None or "content" not in file:
            raise ApiError("file_not_found")
        files.append(file | {"title": named.get("title") or file["name"]})
    if ask.args.get("channel_id"):
        ask.args["channel"] = ask.args["channel_id"]
        ask.world.post(
            ask.channel(),
            ask.team.bot_user_id,
            "",
            thread_ts=ask.args.get("thread_ts"),
            bot_id=ask.team.bot_id,
            subtype="file_share",
            files=files,
        )
    return {"files": [{"id": file["id"], "title": file["title"]} for file in files]}


async def uploaded(world: World, request: web.Request) -> web.Response:
    """Take the bytes of a file; they come to the address alone, without a token."""
    file = world.uploads.get(request.match_info["file"])
    if file is None:
        return web.Response(status=404)
    content = await request.read()
    if len(content) != file["size"]:
        return web.Response(status=400)
    file["content"] = content.decode(errors="replace")
    return web.Response(text=f"OK - {len(content)}")
