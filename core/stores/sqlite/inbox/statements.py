"""The SQL statements of the table `inbox`, and the conditions by which questions are chosen."""

from __future__ import annotations

from typing import Final

FIND: Final = "SELECT * FROM inbox WHERE question_id = ?"
WAITING: Final = """
    SELECT count(*) FROM (SELECT 1 FROM inbox WHERE settled_at_ms IS NULL LIMIT ?)
"""
WAITING_ON_PLATFORM: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM inbox WHERE settled_at_ms IS NULL AND session >= ? AND session < ? LIMIT ?
    )
"""
WAITING_IN_SESSION: Final = """
    SELECT count(*) FROM (
        SELECT 1 FROM inbox WHERE settled_at_ms IS NULL AND session = ? LIMIT ?
    )
"""
RECEIVE: Final = """
    INSERT INTO inbox (
        question_id, session, text, asker, asked_at_ms, reply_to, mentions, edited_at_ms, state
    ) VALUES (
        :question_id, :session, :text, :asker, :asked_at_ms, :reply_to, :mentions, :edited_at_ms,
        'received'
    )
"""
SEE: Final = "INSERT OR REPLACE INTO seen (prefix, asked_at_ms) VALUES (?, ?)"
LAST_SEEN: Final = "SELECT asked_at_ms FROM seen WHERE prefix = ?"
# A session's questions come in the order in which they were asked, as a platform may deliver an
# event again, behind later ones. One that was reopened is older than the one that is being
# answered, and still has to wait for it.
NEXT: Final = """
    SELECT seq FROM inbox AS this
    WHERE settled_at_ms IS NULL AND state = 'received' AND NOT EXISTS (
        SELECT 1 FROM inbox AS other
        WHERE other.settled_at_ms IS NULL AND other.session = this.session
            AND (
                (other.asked_at_ms, other.seq) < (this.asked_at_ms, this.seq)
                OR other.state = 'answering'
            )
    ) AND EXISTS (
        SELECT 1 FROM json_each(?) WHERE substr(this.session, 1, length(value)) = value
    ) AND (lease_until_ms IS NULL OR lease_until_ms <= ?)
    ORDER BY seq LIMIT 1
"""
# A question that has ended and still has a lease: its answer is to be ended, or taken away.
OWED: Final = """
    SELECT seq FROM inbox AS this
    WHERE settled_at_ms IS NOT NULL AND EXISTS (
        SELECT 1 FROM json_each(?) WHERE substr(this.session, 1, length(value)) = value
    ) AND lease_until_ms <= ?
    ORDER BY lease_until_ms LIMIT 1
"""
CLAIM: Final = """
    UPDATE inbox
    SET state = iif(settled_at_ms IS NULL, 'answering', state),
        fence = fence + 1, held = fence + 1, attempts = attempts + 1, lease_until_ms = ?,
        holder = ?
    WHERE seq = ? RETURNING *
"""
RENEW: Final = """
    UPDATE inbox SET lease_until_ms = :value
    WHERE question_id = :question_id AND fence = :fence AND held = :fence
"""
NOTE: Final = """
    UPDATE inbox SET reply = :value
    WHERE question_id = :question_id AND fence = :fence AND held = :fence
"""
SETTLE: Final = """
    UPDATE inbox
    SET state = :value, settled_at_ms = :now_ms, lease_until_ms = NULL, held = NULL
    WHERE question_id = :question_id AND fence = :fence AND held = :fence
"""
STOP_OURS: Final = """
    UPDATE inbox SET state = 'stopped', settled_at_ms = :now_ms, attempts = 0
    WHERE question_id = :question_id AND fence = :fence AND held = :fence
        AND settled_at_ms IS NULL
"""
# What a process gives back, it has not tried: a rollout may hand a question on many times.
RELEASE: Final = """
    UPDATE inbox SET lease_until_ms = ?, held = NULL, attempts = max(attempts - 1, 0)
    WHERE question_id = ? AND held = ?
"""
# The process that has the question keeps the lease until it lapses or is released. A question that
# was never claimed is not shown anywhere.
END: Final = """
    UPDATE inbox
    SET state = :state, settled_at_ms = :now_ms, fence = fence + 1, attempts = 0,
        lease_until_ms = iif(fence = 0, NULL, coalesce(lease_until_ms, :now_ms)),
        text = iif(:state = 'withdrawn', '', text), asker = iif(:state = 'withdrawn', '', asker),
        mentions = iif(:state = 'withdrawn', '[]', mentions)
    WHERE question_id = :question_id
        AND iif(:state = 'stopped', settled_at_ms IS NULL, state <> 'withdrawn')
"""
# A question with this id is not received if its text is from before that time.
BURY: Final = """
    INSERT INTO tombstones (question_id, before_ms, made_at_ms) VALUES (?, ?, ?)
    ON CONFLICT (question_id) DO UPDATE
    SET before_ms = max(before_ms, excluded.before_ms), made_at_ms = excluded.made_at_ms
"""
BURIED: Final = "SELECT 1 FROM tombstones WHERE question_id = ? AND before_ms > ?"
EXPIRE_TOMBSTONES: Final = "DELETE FROM tombstones WHERE made_at_ms < ?"
REOPEN: Final = """
    UPDATE inbox
    SET text = :text, mentions = :mentions, state = 'received', fence = fence + 1, attempts = 0,
        settled_at_ms = NULL, edited_at_ms = max(edited_at_ms, :edited_at_ms)
    WHERE question_id = :question_id AND state <> 'withdrawn' AND text <> :text
        AND (:edited_at_ms = 0 OR edited_at_ms < :edited_at_ms)
"""
ASKED_SINCE: Final = """
    SELECT count(*) FROM (SELECT 1 FROM inbox WHERE asker = ? AND asked_at_ms >= ? LIMIT ?)
"""
OPEN_QUESTIONS: Final = """
    SELECT * FROM inbox
    WHERE settled_at_ms IS NULL
        AND (:session IS NULL OR session = :session) AND (:asker IS NULL OR asker = :asker)
    ORDER BY seq LIMIT :limit
"""
TAKE_BACK: Final = """
    UPDATE inbox SET lease_until_ms = ?, held = NULL
    WHERE settled_at_ms IS NULL AND holder = ? AND held IS NOT NULL
"""
SWEEP: Final = """
    UPDATE inbox SET state = 'received', lease_until_ms = NULL, held = NULL
    WHERE settled_at_ms IS NULL AND state = 'answering' AND lease_until_ms <= ?
"""
