"""The tables of faqbot's one SQLite file, and the upgrade of an older file."""

from __future__ import annotations

from typing import Final

# Step n brings a file from schema n to n + 1, and is never edited once it was released.
# `seq` is SQLite's row number: above every number in the table at each append, whatever the clock
# says. Every index ends with it, so that one session's turns lie in the index in their order.
STEPS: Final[tuple[tuple[str, ...], ...]] = (
    (
        """
        CREATE TABLE turns (
            seq            INTEGER PRIMARY KEY,
            question_id    TEXT NOT NULL UNIQUE,
            session        TEXT NOT NULL,
            text           TEXT NOT NULL,
            asker          TEXT NOT NULL,
            asked_at_ms    INTEGER NOT NULL,
            reply_to       TEXT,
            state          TEXT NOT NULL,
            answer         TEXT NOT NULL,
            sources        TEXT NOT NULL,
            followups      TEXT NOT NULL,
            label          TEXT NOT NULL,
            model          TEXT NOT NULL,
            finished_at_ms INTEGER NOT NULL,
            timings_ms     TEXT NOT NULL
        )
        """,
        "CREATE INDEX turns_by_session ON turns (session)",
    ),
    (
        "CREATE INDEX turns_by_asker ON turns (asker)",
        "CREATE INDEX turns_by_end ON turns (finished_at_ms)",
        """
        CREATE TABLE sessions (
            session    TEXT PRIMARY KEY,
            last_at_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "INSERT INTO sessions SELECT session, max(finished_at_ms) FROM turns GROUP BY session",
        "CREATE INDEX sessions_by_end ON sessions (last_at_ms DESC, session)",
        """
        CREATE TABLE feedback (
            question_id TEXT NOT NULL REFERENCES turns (question_id) ON DELETE CASCADE,
            user        TEXT NOT NULL,
            helpful     INTEGER NOT NULL,
            given_at_ms INTEGER NOT NULL,
            PRIMARY KEY (question_id, user)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX feedback_by_user ON feedback (user)",
        """
        CREATE TABLE inbox (
            seq            INTEGER PRIMARY KEY,
            question_id    TEXT NOT NULL UNIQUE,
            session        TEXT NOT NULL,
            text           TEXT NOT NULL,
            asker          TEXT NOT NULL,
            asked_at_ms    INTEGER NOT NULL,
            reply_to       TEXT,
            state          TEXT NOT NULL,
            fence          INTEGER NOT NULL DEFAULT 0,
            lease_until_ms INTEGER,
            reply          TEXT,
            settled_at_ms  INTEGER
        )
        """,
        # Settled questions leave these two indexes, which stay as small as what is waiting.
        "CREATE INDEX inbox_open ON inbox (seq) WHERE settled_at_ms IS NULL",
        "CREATE INDEX inbox_open_by_session ON inbox (session) WHERE settled_at_ms IS NULL",
        "CREATE INDEX inbox_by_asker ON inbox (asker)",
        "CREATE INDEX inbox_by_end ON inbox (settled_at_ms)",
    ),
    (
        "ALTER TABLE turns ADD COLUMN prompt TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE turns ADD COLUMN usage TEXT NOT NULL DEFAULT '{}'",
    ),
    (
        "ALTER TABLE feedback ADD COLUMN reason TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE feedback ADD COLUMN expected TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE inbox ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0",
        "UPDATE inbox SET attempts = fence WHERE settled_at_ms IS NULL",
        "DROP INDEX turns_by_asker",
        "CREATE INDEX turns_by_asker ON turns (asker, finished_at_ms DESC, question_id)",
        """
        CREATE TABLE seen (
            prefix      TEXT PRIMARY KEY,
            asked_at_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    (
        """
        CREATE TABLE lessons (
            id            TEXT PRIMARY KEY,
            session       TEXT NOT NULL,
            question      TEXT NOT NULL,
            answer        TEXT NOT NULL,
            author        TEXT NOT NULL,
            author_name   TEXT NOT NULL,
            learned_at_ms INTEGER NOT NULL,
            question_id   TEXT NOT NULL,
            asked_by      TEXT NOT NULL,
            removed       INTEGER NOT NULL DEFAULT 0
        ) WITHOUT ROWID
        """,
        "CREATE INDEX lessons_by_session ON lessons (session)",
        "CREATE INDEX lessons_by_author ON lessons (author)",
        "CREATE INDEX lessons_by_asker ON lessons (asked_by)",
        # Random, so that a restored backup is another version, too.
        "CREATE TABLE lessons_version (only INTEGER PRIMARY KEY CHECK (only = 1), token TEXT)",
        "INSERT INTO lessons_version VALUES (1, '')",
    ),
    (
        # The owner of the lease, by its fence: one that has lost the question may still write.
        "ALTER TABLE inbox ADD COLUMN held INTEGER",
        "UPDATE inbox SET held = fence WHERE state = 'answering'",
        """
        CREATE INDEX inbox_owed ON inbox (lease_until_ms)
        WHERE settled_at_ms IS NOT NULL AND lease_until_ms IS NOT NULL
        """,
    ),
    (
        # A question that was deleted keeps neither its text nor its asker.
        "UPDATE inbox SET text = '', asker = '' WHERE state = 'withdrawn'",
    ),
    (
        "ALTER TABLE turns ADD COLUMN passages TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE sessions ADD COLUMN title TEXT NOT NULL DEFAULT ''",
        "CREATE INDEX turns_by_state ON turns (state, finished_at_ms)",
        "CREATE INDEX feedback_by_opinion ON feedback (helpful, given_at_ms)",
        """
        CREATE TABLE traffic (
            span     TEXT NOT NULL,
            start_ms INTEGER NOT NULL,
            platform TEXT NOT NULL,
            counts   TEXT NOT NULL,
            PRIMARY KEY (span, start_ms, platform)
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE entry_use (
            title     TEXT PRIMARY KEY,
            used      INTEGER NOT NULL,
            helpful   INTEGER NOT NULL,
            unhelpful INTEGER NOT NULL,
            in_vain   INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE closed_gaps (
            question_id  TEXT PRIMARY KEY,
            closed_at_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        CREATE TABLE audit (
            seq    INTEGER PRIMARY KEY,
            at_ms  INTEGER NOT NULL,
            who    TEXT NOT NULL,
            action TEXT NOT NULL,
            detail TEXT NOT NULL
        )
        """,
        "CREATE TABLE switches (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    ),
    (
        """
        CREATE TABLE leases (
            name     TEXT PRIMARY KEY,
            holder   TEXT NOT NULL,
            until_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        # The process that has claimed it, so that it takes its own back when it starts again.
        "ALTER TABLE inbox ADD COLUMN holder TEXT NOT NULL DEFAULT ''",
    ),
    ("ALTER TABLE turns ADD COLUMN dialogue TEXT NOT NULL DEFAULT 'null'",),
    # The time of the edit by the platform's clock: an edit that comes late must not win.
    ("ALTER TABLE inbox ADD COLUMN edited_at_ms INTEGER NOT NULL DEFAULT 0",),
    ("ALTER TABLE turns ADD COLUMN withheld INTEGER NOT NULL DEFAULT 0",),
    (
        """
        CREATE TABLE cases (
            id           TEXT PRIMARY KEY,
            open         INTEGER NOT NULL,
            opened_at_ms INTEGER NOT NULL,
            due_at_ms    INTEGER,
            taken_by     TEXT NOT NULL,
            answer_id    TEXT NOT NULL,
            version      INTEGER NOT NULL,
            record       TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX cases_open ON cases (opened_at_ms, id) WHERE open",
        "CREATE INDEX cases_due ON cases (due_at_ms, id) WHERE due_at_ms IS NOT NULL",
        "CREATE INDEX cases_by_answer ON cases (answer_id) WHERE answer_id <> ''",
        "CREATE INDEX cases_taken ON cases (taken_by) WHERE taken_by <> ''",
        """
        CREATE TABLE case_questions (
            question_id TEXT PRIMARY KEY,
            case_id     TEXT NOT NULL,
            asker       TEXT NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX case_questions_by_case ON case_questions (case_id)",
        "CREATE INDEX case_questions_by_asker ON case_questions (asker)",
        """
        CREATE TABLE case_calls (
            owner TEXT NOT NULL,
            day   TEXT NOT NULL,
            calls INTEGER NOT NULL,
            PRIMARY KEY (owner, day)
        ) WITHOUT ROWID
        """,
        # Whether a lesson is served, what the gate found in it, and who has approved it.
        "ALTER TABLE lessons ADD COLUMN state TEXT NOT NULL DEFAULT 'served'",
        "ALTER TABLE lessons ADD COLUMN findings TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE lessons ADD COLUMN approved_by TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE lessons ADD COLUMN review_at_ms INTEGER",
    ),
    ("ALTER TABLE turns ADD COLUMN trace TEXT NOT NULL DEFAULT 'null'",),
    (
        """
        CREATE TABLE entry_reviews (
            title     TEXT PRIMARY KEY,
            who       TEXT NOT NULL,
            at_ms     INTEGER NOT NULL,
            due_at_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
    # Who may see a lesson.
    ("ALTER TABLE lessons ADD COLUMN category TEXT NOT NULL DEFAULT ''",),
    (
        """
        CREATE TABLE turn_tags (
            tag         TEXT NOT NULL,
            ended_at_ms INTEGER NOT NULL,
            seq         INTEGER NOT NULL REFERENCES turns (seq) ON DELETE CASCADE,
            PRIMARY KEY (tag, ended_at_ms, seq)
        ) WITHOUT ROWID
        """,
        "CREATE INDEX turn_tags_by_turn ON turn_tags (seq)",
        # As `core.stores.tags` gives them to new turns.
        """
        INSERT INTO turn_tags
        SELECT 'platform:' || substr(session, 1, instr(session || ':', ':') - 1),
               finished_at_ms, seq
        FROM turns
        """,
        """
        INSERT OR IGNORE INTO turn_tags
        WITH RECURSIVE parts (seq, finished_at_ms, name, rest) AS (
            SELECT seq, finished_at_ms, '', substr(session, instr(session || ':', ':') + 1) || ':'
            FROM turns
            UNION ALL
            SELECT seq, finished_at_ms, substr(rest, 1, instr(rest, ':') - 1),
                   substr(rest, instr(rest, ':') + 1)
            FROM parts WHERE rest <> ''
        )
        SELECT 'place:' || name, finished_at_ms, seq FROM parts WHERE name <> ''
        """,
        """
        INSERT INTO turn_tags
        SELECT 'person:' || asker, finished_at_ms, seq FROM turns WHERE asker <> ''
        """,
        """
        INSERT OR IGNORE INTO turn_tags
        SELECT 'entry:' || one.value, turns.finished_at_ms, turns.seq
        FROM turns, json_each(turns.sources) AS one WHERE turns.state <> 'escalated'
        """,
        """
        INSERT INTO turn_tags
        SELECT 'entry:' || json_extract(followups, '$[0]'), finished_at_ms, seq
        FROM turns WHERE state = 'escalated' AND json_array_length(followups) > 0
        """,
    ),
    ("ALTER TABLE inbox ADD COLUMN mentions TEXT NOT NULL DEFAULT '[]'",),
    (
        """
        CREATE TABLE memories (
            id         TEXT PRIMARY KEY,
            person     TEXT NOT NULL,
            text       TEXT NOT NULL,
            told_at_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX memories_by_person ON memories (person, told_at_ms)",
    ),
    ("ALTER TABLE entry_reviews ADD COLUMN asked_at_ms INTEGER",),
    (
        """
        CREATE TABLE review_requests (
            title   TEXT PRIMARY KEY,
            at_ms   INTEGER NOT NULL,
            after_s INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        """
        INSERT INTO review_requests
        SELECT title, asked_at_ms, (due_at_ms - at_ms) / 1000
        FROM entry_reviews WHERE asked_at_ms IS NOT NULL
        """,
        "DELETE FROM entry_reviews WHERE who = ''",
        "ALTER TABLE entry_reviews DROP COLUMN asked_at_ms",
    ),
    (
        # Questions that were deleted before they were received.
        """
        CREATE TABLE tombstones (
            question_id TEXT PRIMARY KEY,
            before_ms   INTEGER NOT NULL,
            made_at_ms  INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
        "CREATE INDEX tombstones_by_age ON tombstones (made_at_ms)",
    ),
    (
        # How many cases were added: of two processes that add one at once, one has to look again.
        "CREATE TABLE case_numbers (latest INTEGER NOT NULL)",
        "INSERT INTO case_numbers VALUES (0)",
    ),
    (
        # The calls of a platform's budgets that all processes have made, as a list of times.
        """
        CREATE TABLE call_counts (
            name     TEXT PRIMARY KEY,
            calls_ms TEXT NOT NULL,
            until_ms INTEGER NOT NULL
        ) WITHOUT ROWID
        """,
    ),
)
