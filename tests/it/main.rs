//! One binary for all integration tests; each module is a promise to a user.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::print_stdout,
    reason = "a test that cannot go on has failed"
)]

mod accounts;
mod archives; // 7z and rar
mod backup;
mod bad_input; // what is wrong with a file is said, with its place; the rest goes in
mod batches; // a table taken back; its bad rows corrected
mod browser; // pages in a real Chromium
mod crash; // killed at any moment, it goes on as if nothing had happened
mod demo; // the main job on the shipped example, end to end
mod desk; // drafters and a leader at their pages, in a real Chromium
mod dirty_mail; // mails as they really come: none is lost
mod drafts; // the next draft: points follow their sections
mod durability; // the order of system calls: durable first, then acknowledged
mod evaluation; // labelled letters are understood as well as stated
mod files; // every format an office sends
mod full_disk; // a full or read-only disk
mod fuzz; // whatever bytes arrive, reading them ends
mod grouping; // points that say the same, answered once
mod mail_servers; // servers of the tests' own
mod mailbox; // every mail becomes one submission, whatever happens on the way
mod odd_letters; // whatever arrives, reading it ends
mod office; // LibreOffice opens every report; its pages look as the decree asks
mod one_owner; // two processes on one folder
mod outgoing; // letters go out once, to whom they should
mod paper; // the PDF, measured word by word against the decree
mod postgres; // a server of the tests' own
mod replies; // invented replies in any number
mod returned; // the draft comes back edited
mod scanner; // pages as worn pictures
mod scans; // what is read from pictures bears its mark
mod store_contract; // the same story on SQLite and on PostgreSQL
mod stored; // everything a data folder holds
mod support;
mod survival; // the same letters in every format
mod tables; // tables seen, their columns arranged, then taken in; letters taken back
mod tidy; // rules of the house that a machine can hold
mod trust; // nothing altered goes unnoticed; the index is a cache
mod understanding; // the example's letters are understood as their author meant them
mod work_files; // open points go out to be answered, and come back
mod workbooks; // spreadsheets by every writer
mod workflow; // typing in, answering, approving, reminding from the command line
