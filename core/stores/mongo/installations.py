"""The Slack workspaces that have installed the bot, in MongoDB: for processes on any machine."""

from __future__ import annotations

from core.stores.mongo.database import MongoDatabase


class MongoInstallations:
    """Installations by workspace in the collection `installations`, tokens among them."""

    def __init__(self, database: MongoDatabase) -> None:
        self._db = database

    async def all(self) -> list[dict[str, str]]:
        """Return what is kept of each workspace."""
        with self._db.translated():
            found = await self._db.installations.find({"_id": {"$gt": ""}}).to_list()
        return [{name: str(value) for name, value in one["values"].items()} for one in found]

    async def put(self, team: str, values: dict[str, str]) -> None:
        """Keep a workspace's, in place of what was kept before."""
        with self._db.translated():
            changed = {"$set": {"values": values}}
            await self._db.installations.update_one({"_id": team}, changed, upsert=True)

    async def remove(self, team: str) -> None:
        """Forget a workspace's."""
        with self._db.translated():
            await self._db.installations.delete_one({"_id": team})
