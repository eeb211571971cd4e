//! How much of a stranger's file is read before the reader gives up and says so.
//!
//! Sizes in headers are never trusted: what is inflated is counted while it is read.

/// One entry of an archive or Word package, inflated. The largest real `document.xml` seen has
/// 0.3 MB; a thousand pages have about 20.
pub(super) const ENTRY_BYTES: u64 = 64 << 20;
/// All entries of one archive together, nested archives included.
pub(super) const ARCHIVE_BYTES: u64 = 200 << 20;
/// Entries of one archive.
pub(super) const ARCHIVE_ENTRIES: usize = 2_000;
/// One message of a mailbox file; servers accept a half of it at most.
pub(super) const MESSAGE_BYTES: usize = 128 << 20;
/// Inflated bytes for one compressed byte. Word's XML stays below 60; deflate's own limit, which
/// bombs come close to, is 1032.
pub(super) const INFLATION_RATIO: u64 = 250;
/// Below this an entry may inflate as it likes: short repetitive files compress extremely well.
pub(super) const INFLATION_GRACE_BYTES: u64 = 4 << 20;
/// Mails in mails, zips in zips. Forwards nest, but nobody reads beyond this.
pub(super) const NESTING: usize = 4;
/// Parts read from one mail, its nested mails and archives included.
pub(super) const PARTS: usize = 200;
/// Open elements of an XML or HTML document.
pub(super) const XML_DEPTH: usize = 256;
/// Paragraphs and table cells of one Word file; about four thousand pages.
pub(super) const PARAGRAPHS: usize = 200_000;
/// Columns of a table, merged ones counted; Word's own limit.
pub(super) const COLUMNS: usize = 63;
/// One text part; longer texts are cut with a warning.
pub(super) const TEXT_BYTES: usize = 32 << 20;
/// Words of all pages of one file; a thousand dense pages have half a million.
pub(super) const PAGE_WORDS: usize = 1_000_000;
