"""The files.* methods: an address to upload to, the upload, and the message that shows it.

https://docs.slack.dev/messaging/working-with-files#upload
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from devtools.slack.api.base import MethodCall, WebApiError, method
from devtools.slack.world.world import World

Json = dict[str, Any]


@method("files.getUploadURLExternal", "files:write")
def upload_url(call: MethodCall) -> Json:
    """Give a new file an id and an address."""
    name, length = call.need("filename"), int(call.need("length"))
    file_id = f"F{len(call.world.uploads) + 1:08}"
    call.world.uploads[file_id] = {"id": file_id, "name": name, "size": length}
    return {"file_id": file_id, "upload_url": f"{call.world.base_url}/upload/{file_id}"}


@method("files.completeUploadExternal", "files:write")
def complete(call: MethodCall) -> Json:
    """Show uploaded files in a channel or thread."""
    files = []
    for named in call.args["files"]:
        file = call.world.uploads.get(named["id"])
        if file is None or "content" not in file:
            raise WebApiError("file_not_found")
        files.append(file | {"title": named.get("title") or file["name"]})
    if call.args.get("channel_id"):
        call.args["channel"] = call.args["channel_id"]
        call.world.post(
            call.channel(),
            call.team.bot_user_id,
            "",
            thread_ts=call.args.get("thread_ts"),
            bot_id=call.team.bot_id,
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
