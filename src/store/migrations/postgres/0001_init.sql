-- The same schema as for SQLite, column for column, but for two things. Collations are added: codes,
-- keys, hashes and ISO dates are compared byte by byte, whatever the language of the server, as
-- SQLite does and because it is faster. And the tables that grow by millions of rows (submission,
-- part, point and what hangs on them) do not REFERENCE: measured, nine checks for each imported row
-- took 27 of the server's 38 microseconds, while rows they name are never deleted and every test
-- also runs on SQLite, which checks. Plain SQL for every engine with PostgreSQL's protocol.
-- Dates are ISO text, moments are microseconds since 1970 (UTC), enumerations are stable codes.

-- Keys are sequential and taken in ranges inside the writing transaction: the same on every engine.
CREATE TABLE sequence (name TEXT COLLATE "C" NOT NULL PRIMARY KEY, next BIGINT NOT NULL);

CREATE TABLE organization_kind (
    code TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    position BIGINT NOT NULL
);

CREATE TABLE organization (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    parent TEXT COLLATE "C",
    aliases TEXT NOT NULL,         -- JSON array
    letter_suffixes TEXT NOT NULL, -- JSON array
    domains TEXT NOT NULL,         -- JSON array
    emails TEXT NOT NULL,          -- JSON array
    valid_from TEXT,
    valid_to TEXT
);

CREATE TABLE consultation (
    id BIGINT NOT NULL PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL UNIQUE,
    title TEXT NOT NULL,
    lead_code TEXT NOT NULL
);

-- How reports are headed and signed. Each saving is a row, the last one holds; without a consultation it
-- is the office's, for whatever a consultation leaves empty.
CREATE TABLE letterhead (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT REFERENCES consultation (id),
    content TEXT NOT NULL,         -- JSON
    actor TEXT NOT NULL,
    saved_us BIGINT NOT NULL
);
CREATE INDEX letterhead_by_consultation ON letterhead (consultation_id, id);

CREATE TABLE document (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    code TEXT COLLATE "C" NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    position BIGINT NOT NULL,
    is_main BOOLEAN NOT NULL,
    UNIQUE (consultation_id, code)
);

CREATE TABLE draft (
    id BIGINT NOT NULL PRIMARY KEY,
    document_id BIGINT NOT NULL REFERENCES document (id),
    number BIGINT NOT NULL,
    blob_hash TEXT COLLATE "C" NOT NULL,
    file_name TEXT NOT NULL,
    added_us BIGINT NOT NULL,
    UNIQUE (document_id, number)
);

-- A section's key is stable; its label, heading and order belong to a draft. "Vấn đề chung" and
-- "Thể thức, chính tả" have no document; a whole document is a section of kind 'whole'.
CREATE TABLE section (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    document_id BIGINT REFERENCES document (id),
    kind TEXT COLLATE "C" NOT NULL
);
CREATE INDEX section_by_consultation ON section (consultation_id);

CREATE TABLE draft_section (
    draft_id BIGINT NOT NULL REFERENCES draft (id),
    section_id BIGINT NOT NULL REFERENCES section (id),
    parent_id BIGINT,
    position BIGINT NOT NULL,
    level BIGINT NOT NULL,
    label TEXT NOT NULL,
    heading TEXT NOT NULL,
    body TEXT NOT NULL,
    -- Where it stands on paper, "12:5-13:2": from line 5 of page 12 to line 2 of page 13.
    pages TEXT,
    PRIMARY KEY (draft_id, section_id)
);

-- What became of each section of a draft in the next one. A section that is found again keeps its
-- key; the others of a split or merged one have keys of their own. A person confirms the doubtful.
CREATE TABLE draft_alignment (
    id BIGINT NOT NULL PRIMARY KEY,
    draft_id BIGINT NOT NULL REFERENCES draft (id),
    old_section_id BIGINT REFERENCES section (id),
    new_section_id BIGINT REFERENCES section (id),
    change TEXT NOT NULL,
    similarity DOUBLE PRECISION NOT NULL,
    confidence DOUBLE PRECISION NOT NULL,
    rule TEXT NOT NULL,
    is_confirmed BOOLEAN NOT NULL
);
CREATE INDEX draft_alignment_by_draft ON draft_alignment (draft_id, id);

CREATE TABLE round (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    number BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    title TEXT NOT NULL,
    opened TEXT NOT NULL,
    deadline TEXT NOT NULL,
    request_number TEXT,
    request_date TEXT,
    silence_means_agreement BOOLEAN NOT NULL,
    is_official BOOLEAN NOT NULL,
    UNIQUE (consultation_id, number)
);

CREATE TABLE invitation (
    round_id BIGINT NOT NULL REFERENCES round (id),
    organization_id BIGINT NOT NULL REFERENCES organization (id),
    PRIMARY KEY (round_id, organization_id)
);

-- A file that holds others: an archive, a mailbox, a workbook. Its bytes are claimed here before it is
-- opened; an import cut off in the middle opens it again.
CREATE TABLE container (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    round_id BIGINT REFERENCES round (id),
    file_name TEXT NOT NULL,
    blob_hash TEXT COLLATE "C" NOT NULL,
    received_us BIGINT NOT NULL,
    is_complete BOOLEAN NOT NULL,
    UNIQUE (consultation_id, blob_hash)
);

-- What a person said the columns of tables with one header hold, by the header's shape (SHA-256 of its
-- folded headings). Never changed: another one takes its place, and what was read by it can still tell.
CREATE TABLE arrangement (
    id BIGINT NOT NULL PRIMARY KEY,
    shape TEXT COLLATE "C" NOT NULL,
    n_rows BIGINT NOT NULL,        -- of the header
    headings TEXT NOT NULL,        -- JSON
    columns TEXT NOT NULL,         -- JSON, codes
    actor TEXT NOT NULL,
    saved_us BIGINT NOT NULL,
    is_removed BOOLEAN NOT NULL
);

-- Files that came by a page: on their way in, or tables that wait until a person has looked at them.
-- `choices` is what was chosen for each sheet so far, `sheets` which of them are taken in.
CREATE TABLE kept_file (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    round_id BIGINT REFERENCES round (id),
    file_name TEXT NOT NULL,
    blob_hash TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    kept_us BIGINT NOT NULL,
    choices TEXT NOT NULL,         -- JSON
    state TEXT NOT NULL,           -- arrived, waiting, taking, taken, discarded
    sheets TEXT,                   -- JSON
    decided_by TEXT,
    decided_us BIGINT
);
CREATE INDEX kept_file_by_consultation ON kept_file (consultation_id, state);

-- One import of one file. `committed_row` is the last physical row whose points are durable, so
-- that an import cut off in the middle continues where it stopped.
CREATE TABLE batch (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    round_id BIGINT REFERENCES round (id),
    container_id BIGINT REFERENCES container (id), -- the workbook whose sheet it is
    arrangement_id BIGINT REFERENCES arrangement (id), -- what its columns were read by
    file_name TEXT NOT NULL,
    blob_hash TEXT COLLATE "C" NOT NULL,
    actor TEXT NOT NULL,
    started_us BIGINT NOT NULL,
    committed_row BIGINT NOT NULL,
    is_complete BOOLEAN NOT NULL,
    is_undone BOOLEAN NOT NULL
);
CREATE INDEX batch_by_content ON batch (consultation_id, blob_hash);

CREATE TABLE submission (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL,
    round_id BIGINT,
    batch_id BIGINT,
    channel TEXT COLLATE "C" NOT NULL,
    external_id TEXT COLLATE "C" NOT NULL,
    blob_hash TEXT COLLATE "C" NOT NULL,
    row_number BIGINT,             -- rows of a table point into their batch's blob
    source TEXT NOT NULL,          -- file name, as a person knows it
    state TEXT COLLATE "C" NOT NULL, -- 'received' until it has been read, then 'settled'
    disposition TEXT COLLATE "C" NOT NULL,
    class TEXT COLLATE "C",
    received_us BIGINT NOT NULL,
    arrived_on TEXT COLLATE "C" NOT NULL,
    is_late BOOLEAN NOT NULL,
    needs_person BOOLEAN NOT NULL,
    letter_number TEXT COLLATE "C",
    letter_date TEXT,
    subject TEXT,
    sender TEXT,
    message_id TEXT COLLATE "C",
    relation TEXT,
    related_id BIGINT,
    relation_confirmed BOOLEAN NOT NULL,
    remark TEXT,
    row_key TEXT COLLATE "C", -- digest of a table row's mapped cells and its ordinal
    content_key TEXT COLLATE "C", -- digest of the folded points, to find the same text again
    evidence TEXT NOT NULL,        -- JSON array
    rules_version BIGINT NOT NULL,
    is_touched BOOLEAN NOT NULL,   -- bears a human decision: never re-read under newer rules
    UNIQUE (consultation_id, channel, external_id)
);
CREATE INDEX submission_by_batch ON submission (batch_id);
CREATE INDEX submission_waiting ON submission (consultation_id, id) WHERE needs_person;
CREATE INDEX submission_received ON submission (id) WHERE state = 'received';
-- Letters only: a table's rows are found again by their row_key, in memory.
CREATE INDEX submission_by_text ON submission (content_key) WHERE row_number IS NULL;
CREATE INDEX submission_by_message ON submission (message_id) WHERE row_number IS NULL;
CREATE INDEX submission_by_letter ON submission (letter_number) WHERE row_number IS NULL;

CREATE TABLE submission_organization (
    submission_id BIGINT NOT NULL,
    organization_id BIGINT NOT NULL,
    PRIMARY KEY (submission_id, organization_id)
);

-- The text of one part of a submission, once, NFC, never changed; points are spans of it.
CREATE TABLE part (
    id BIGINT NOT NULL PRIMARY KEY,
    submission_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    path TEXT NOT NULL,
    role TEXT NOT NULL,
    extractor TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX part_by_submission ON part (submission_id);

-- Where its lines stood on the pages it was read from; for showing, nothing is concluded from it.
CREATE TABLE part_page_map (
    part_id BIGINT NOT NULL PRIMARY KEY REFERENCES part (id),
    map TEXT NOT NULL              -- JSON, see page_maps.rs
);

CREATE TABLE point (
    id BIGINT NOT NULL PRIMARY KEY,
    submission_id BIGINT NOT NULL,
    consultation_id BIGINT NOT NULL,
    position BIGINT NOT NULL,
    spans TEXT NOT NULL,           -- JSON [[part_id, start, end], …] in reading order
    report_text TEXT,
    section_id BIGINT,
    section_confidence DOUBLE PRECISION NOT NULL,
    cited_as TEXT,
    stance TEXT COLLATE "C",
    is_current BOOLEAN NOT NULL,   -- false once newer rules or a person re-split the submission
    joined_into BIGINT,
    out_of_scope TEXT,             -- why
    needs_leadership BOOLEAN NOT NULL,
    drafter TEXT,
    response_id BIGINT,            -- current version of the answer
    decision TEXT COLLATE "C", -- of that version, for filters
    response_state TEXT COLLATE "C",
    version BIGINT NOT NULL,       -- grows with each human change: stale edits are refused
    evidence TEXT NOT NULL         -- JSON array
);
CREATE INDEX point_by_submission ON point (submission_id);
CREATE INDEX point_by_section ON point (consultation_id, section_id);
-- The few that name who answers them, and those a leader is asked about.
CREATE INDEX point_by_drafter ON point (consultation_id, drafter) WHERE drafter IS NOT NULL;
CREATE INDEX point_for_leader ON point (consultation_id, id)
    WHERE (response_state = 'submitted' OR needs_leadership);

CREATE TABLE point_section (
    point_id BIGINT NOT NULL,
    section_id BIGINT NOT NULL,
    PRIMARY KEY (point_id, section_id)
);

-- Points that say the same: proposed by the program until a person confirms. A confirmed group is
-- answered through its representative. A proposal with `extends_id` would add to that group.
CREATE TABLE point_group (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    representative_id BIGINT NOT NULL REFERENCES point (id),
    extends_id BIGINT,
    is_confirmed BOOLEAN NOT NULL,
    n_members BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created_us BIGINT NOT NULL
);
CREATE INDEX point_group_by_consultation ON point_group (consultation_id, is_confirmed, n_members);
CREATE INDEX point_group_by_representative ON point_group (representative_id);

CREATE TABLE group_member (
    point_id BIGINT NOT NULL PRIMARY KEY REFERENCES point (id),
    group_id BIGINT NOT NULL REFERENCES point_group (id),
    similarity DOUBLE PRECISION NOT NULL
);
CREATE INDEX group_member_by_group ON group_member (group_id, point_id);

-- What people took apart: the program never again proposes points of different parts of what was
-- one group together. Groups may be gone; this stays.
CREATE TABLE group_part (
    group_id BIGINT NOT NULL,
    point_id BIGINT NOT NULL REFERENCES point (id),
    part BIGINT NOT NULL,          -- 0: what stayed together; otherwise the first point of the part
    PRIMARY KEY (group_id, point_id)
);

-- Append-only: every version of every answer.
CREATE TABLE response (
    id BIGINT NOT NULL PRIMARY KEY,
    point_id BIGINT NOT NULL REFERENCES point (id),
    version BIGINT NOT NULL,
    decision TEXT COLLATE "C",
    text TEXT NOT NULL,
    change_place TEXT,
    old_wording TEXT,              -- of the draft, where the answer proposes other words
    new_wording TEXT,
    state TEXT COLLATE "C" NOT NULL,
    n_approvals BIGINT NOT NULL,   -- steps of the approval chain that it has passed
    approval_step TEXT,            -- the step that approved or returned it, by name
    author TEXT NOT NULL,
    remark TEXT,
    created_us BIGINT NOT NULL,
    UNIQUE (point_id, version)
);

-- What somebody is typing about a point before saving it: one for each person and point, gone once
-- saved. Nobody else sees it and no report knows it, so the ledger does not either.
CREATE TABLE unsaved_answer (
    point_id BIGINT NOT NULL,
    author TEXT NOT NULL,
    base_version BIGINT NOT NULL,  -- the version of the answer it began from; 0: there was none
    decision TEXT,
    text TEXT NOT NULL,
    change_place TEXT NOT NULL,
    old_wording TEXT NOT NULL,
    new_wording TEXT NOT NULL,
    typed_us BIGINT NOT NULL,
    PRIMARY KEY (point_id, author)
);

-- Ghi chú nội bộ: what drafters tell each other about a point; in no report.
CREATE TABLE note (
    id BIGINT NOT NULL PRIMARY KEY,
    point_id BIGINT NOT NULL,
    author TEXT NOT NULL,
    text TEXT NOT NULL,
    written_us BIGINT NOT NULL
);
CREATE INDEX note_by_point ON note (point_id, id);

-- Phân công: who answers what is said about a section and all below it, unless a section below or the
-- point itself names somebody else.
CREATE TABLE assignment (
    section_id BIGINT NOT NULL PRIMARY KEY REFERENCES section (id),
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    drafter TEXT NOT NULL
);
CREATE INDEX assignment_by_consultation ON assignment (consultation_id);

-- Mẫu câu: phrases that answers are put together from.
CREATE TABLE phrase (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    decision TEXT,                 -- of which answers; for any without
    text TEXT NOT NULL,
    is_removed BOOLEAN NOT NULL
);
CREATE INDEX phrase_by_consultation ON phrase (consultation_id, id);

-- Đã chốt (bản trình lần N): a report as it was, and the files that were written from it. Number, day
-- and signed file come from Văn thư after issue and close the version.
CREATE TABLE report_version (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    ordinal BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    scope TEXT NOT NULL,           -- JSON
    is_official BOOLEAN NOT NULL,
    substance TEXT COLLATE "C" NOT NULL,       -- digest of what it says, without the moment
    model_hash TEXT COLLATE "C" NOT NULL,      -- the kept JSON
    docx_hash TEXT COLLATE "C" NOT NULL,
    pdf_hash TEXT COLLATE "C" NOT NULL,
    xlsx_hash TEXT COLLATE "C" NOT NULL,
    html_hash TEXT COLLATE "C" NOT NULL,
    ledger_seq BIGINT NOT NULL,    -- the last entry it knows
    n_points BIGINT NOT NULL,
    actor TEXT NOT NULL,
    frozen_us BIGINT NOT NULL,
    UNIQUE (consultation_id, ordinal)
);

-- Append-only: a version handed in, approved by one step of the chain after the other, or returned.
CREATE TABLE report_review (
    id BIGINT NOT NULL PRIMARY KEY,
    report_version_id BIGINT NOT NULL REFERENCES report_version (id),
    state TEXT COLLATE "C" NOT NULL,
    n_approvals BIGINT NOT NULL,
    approval_step TEXT,            -- the step that approved or returned it, by name
    remark TEXT,
    actor TEXT NOT NULL,
    reviewed_us BIGINT NOT NULL
);
CREATE INDEX report_review_by_version ON report_review (report_version_id, id);

-- Once at most for each version.
CREATE TABLE report_issue (
    report_version_id BIGINT NOT NULL PRIMARY KEY REFERENCES report_version (id),
    number TEXT NOT NULL,
    issued_on TEXT COLLATE "C" NOT NULL,
    signed_hash TEXT COLLATE "C",              -- the signed file
    signed_name TEXT,
    actor TEXT NOT NULL,
    closed_us BIGINT NOT NULL
);

CREATE TABLE problem (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    batch_id BIGINT,
    submission_id BIGINT,
    source TEXT NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    location TEXT NOT NULL,        -- JSON
    value TEXT,
    problem TEXT NOT NULL,
    remedy TEXT NOT NULL,
    is_resolved BOOLEAN NOT NULL
);
CREATE INDEX problem_by_consultation ON problem (consultation_id, id);

-- Letters and files that were taken back, with what they were, for the case that they come again.
CREATE TABLE undone_submission (
    submission_id BIGINT NOT NULL PRIMARY KEY,
    disposition TEXT COLLATE "C" NOT NULL,
    needs_person BOOLEAN NOT NULL,
    other_id BIGINT,               -- what it had replaced or withdrawn
    other_disposition TEXT COLLATE "C",
    actor TEXT NOT NULL,
    undone_us BIGINT NOT NULL
);

-- Who may do what only one process may do at a time, until when. What holds across processes are the
-- unique keys; a lease only keeps two of them from doing the same work.
CREATE TABLE lease (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until_us BIGINT NOT NULL
);

-- A folder of a mailbox on a server, and how far it has been read. UIDs are its own as long as its
-- `uid_validity` stays the same.
CREATE TABLE mailbox (
    id BIGINT NOT NULL PRIMARY KEY,
    address TEXT COLLATE "C" NOT NULL UNIQUE,  -- account, server, folder
    name TEXT NOT NULL,
    uid_validity BIGINT,
    last_uid BIGINT NOT NULL,      -- all up to here are taken in or listed in mailbox_message
    looked_us BIGINT,              -- the last look that went well
    failure TEXT,                  -- why looks have failed since then
    failed_us BIGINT
);

-- What became of each message: 'kept' once its bytes and its submission are durable, 'marked' once the
-- server has been told, 'absent' when the server did not give it out.
CREATE TABLE mailbox_message (
    mailbox_id BIGINT NOT NULL REFERENCES mailbox (id),
    uid_validity BIGINT NOT NULL,
    uid BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    submission_id BIGINT REFERENCES submission (id),
    n_tries BIGINT NOT NULL,
    seen_us BIGINT NOT NULL,
    PRIMARY KEY (mailbox_id, uid_validity, uid)
);
CREATE INDEX mailbox_message_open ON mailbox_message (mailbox_id, uid_validity) WHERE state <> 'marked';

-- Thư đi: letters to send, each once. `occasion` says what for: a second order for the same adds nothing.
-- An attempt is recorded before the server is spoken to ('sending'), and again before the letter itself
-- goes out ('handed'): who died in between knows what the server can have got.
CREATE TABLE outbox (
    id BIGINT NOT NULL PRIMARY KEY,
    consultation_id BIGINT NOT NULL REFERENCES consultation (id),
    round_id BIGINT REFERENCES round (id),
    organization_id BIGINT REFERENCES organization (id),
    submission_id BIGINT REFERENCES submission (id), -- the reply that is acknowledged
    kind TEXT COLLATE "C" NOT NULL,
    occasion TEXT COLLATE "C" NOT NULL UNIQUE,
    recipient TEXT NOT NULL,
    domain TEXT COLLATE "C" NOT NULL,
    subject TEXT NOT NULL,
    message_id TEXT COLLATE "C" NOT NULL UNIQUE,
    blob_hash TEXT COLLATE "C" NOT NULL,       -- the whole letter as it goes out
    actor TEXT NOT NULL,
    queued_us BIGINT NOT NULL,
    state TEXT COLLATE "C" NOT NULL,
    n_tries BIGINT NOT NULL,
    due_us BIGINT NOT NULL,        -- not before
    tried_us BIGINT,
    answer TEXT,                   -- the server's last words, or why there were none
    bounced_by BIGINT REFERENCES submission (id)
);
CREATE INDEX outbox_open ON outbox (due_us, id) WHERE state IN ('queued', 'sending', 'handed');
CREATE INDEX outbox_by_consultation ON outbox (consultation_id, id);
CREATE INDEX outbox_recent ON outbox (domain, tried_us);

-- The audit trail and the feed of the index. `seq` is commit order: it is taken, last of all, from
-- the one row of `ledger_head`, which every writer locks.
CREATE TABLE ledger (
    seq BIGINT NOT NULL PRIMARY KEY,
    at_us BIGINT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    first_id BIGINT NOT NULL,
    last_id BIGINT NOT NULL,
    digest TEXT COLLATE "C" NOT NULL,
    prev_hash TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

CREATE TABLE ledger_head (
    id BIGINT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL
);

-- Purging deletes the salt together with the content: the chain stays valid, the content cannot be
-- guessed from its digest.
CREATE TABLE ledger_salt (
    seq BIGINT NOT NULL PRIMARY KEY,
    salt TEXT COLLATE "C" NOT NULL
);

INSERT INTO ledger_head (id, seq, hash) VALUES (1, 0, '');

-- Who can sign in. Accounts are never deleted: what was done names them.
CREATE TABLE account (
    id BIGINT NOT NULL PRIMARY KEY,
    login TEXT COLLATE "C" NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,           -- JSON array
    approval_step TEXT,            -- which step of the approval chain the person takes
    password_hash TEXT NOT NULL,   -- Argon2id, PHC string
    is_disabled BOOLEAN NOT NULL,
    created_us BIGINT NOT NULL
);

-- Browsers that are signed in and tokens of programs; the secret itself is never stored.
CREATE TABLE session (
    id BIGINT NOT NULL PRIMARY KEY,
    secret_hash TEXT COLLATE "C" NOT NULL UNIQUE, -- SHA-256
    account_id BIGINT NOT NULL REFERENCES account (id),
    kind TEXT COLLATE "C" NOT NULL,               -- 'browser' or 'token'
    label TEXT NOT NULL,
    created_us BIGINT NOT NULL,
    seen_us BIGINT NOT NULL,
    ends_us BIGINT NOT NULL
);
CREATE INDEX session_by_account ON session (account_id);
