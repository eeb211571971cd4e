//! Archives other than zip: each letter in them is a submission, whatever packed them.

use std::fs;
use std::path::Path;

use crate::support::{Desk, Ran, example, tool};

/// What is packed: the folder of each office, as secretaries keep them.
const LETTERS: [(&str, &str); 2] = [
    ("so_tai_chinh", "round_2/01_so_tai_chinh.eml"),
    ("so_cong_thuong", "round_2/03_so_cong_thuong.eml"),
];

fn import(desk: &Desk, archive: &Path) -> Ran {
    desk.run([
        "import".as_ref(),
        archive.as_os_str(),
        "--round".as_ref(),
        "2".as_ref(),
        "--json".as_ref(),
    ])
}

/// Both letters are read as they are on their own, and importing again adds nothing.
fn check(desk: &Desk, archive: &Path) {
    let report = import(desk, archive).json();
    assert_eq!(report[0]["n_submissions"], 2, "{report}");
    let found = desk
        .run(["search", "", "--limit", "100", "--json"])
        .json()
        .to_string();
    for (folder, _) in LETTERS {
        let name = archive.file_name().unwrap().to_string_lossy();
        let source = format!("{name} > {folder}/thu.eml");
        assert!(found.contains(&source), "{source} in {found}");
    }
    for office in ["Sở Tài chính", "Sở Công Thương"] {
        assert!(found.contains(office), "{office} in {found}");
    }
    let report = import(desk, archive).json();
    assert_eq!(report[0]["n_submissions"], 0, "{report}");
    assert_eq!(report[0]["was_known"], true, "{report}");
}

#[test]
fn letters_in_a_7z_archive_are_read() {
    let desk = Desk::with_consultation();
    for (folder, letter) in LETTERS {
        fs::create_dir_all(desk.path(&format!("pack/{folder}"))).unwrap();
        let bytes = fs::read(example().join(letter)).unwrap();
        desk.write(&format!("pack/{folder}/thu.eml"), bytes);
    }
    let archive = desk.path("thu.7z");
    let done = tool("bsdtar", "libarchive-tools")
        .args(["-c", "--format", "7zip", "-f"])
        .arg(&archive)
        .arg("-C")
        .arg(desk.path("pack"))
        .args(LETTERS.map(|(folder, _)| folder))
        .status();
    assert!(done.unwrap().success());
    check(&desk, &archive);
}

#[test]
fn letters_in_a_rar_archive_are_read() {
    tool("bsdtar", "libarchive-tools");
    let desk = Desk::with_consultation();
    let files: Vec<(String, Vec<u8>)> = LETTERS
        .iter()
        .map(|(folder, letter)| {
            let bytes = fs::read(example().join(letter)).unwrap();
            (format!("{folder}/thu.eml"), bytes)
        })
        .collect();
    let archive = desk.write("thu.rar", rar(&files));
    check(&desk, &archive);
}

#[test]
fn a_damaged_archive_waits_for_a_person() {
    tool("bsdtar", "libarchive-tools");
    let desk = Desk::with_consultation();
    let mut bytes = rar(&[("thu.txt".to_owned(), vec![b'x'; 4_000])]);
    bytes.truncate(200);
    let archive = desk.write("hong.rar", bytes);
    let report = import(&desk, &archive).expect(1).json();
    assert_eq!(report[0]["submissions"]["unread"], 1, "{report}");
    let warnings = report[0]["warnings"].to_string();
    assert!(
        warnings.contains("hong.rar") || warnings.contains("Tệp"),
        "{warnings}"
    );
}

/// A RAR archive (version 2.9 of the format) of stored files: nobody may write such archives but the
/// vendor's program, which is not free, and this is all of the format that a test needs.
fn rar(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut archive = b"Rar!\x1a\x07\x00".to_vec();
    block(&mut archive, 0x73, 0, &[0; 6], &[]);
    for (name, bytes) in files {
        let size = u32::try_from(bytes.len()).unwrap().to_le_bytes();
        let mut fields = Vec::new();
        fields.extend(size);
        fields.extend(size);
        // Unix; the checksum; 25 November 2026, noon; version 2.0 unpacks it; stored.
        fields.push(3);
        fields.extend(crc32(bytes).to_le_bytes());
        fields.extend(0x5d79_6000_u32.to_le_bytes());
        fields.extend([20, 0x30]);
        fields.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
        fields.extend(0o100_644_u32.to_le_bytes());
        fields.extend(name.as_bytes());
        block(&mut archive, 0x74, 0x8000, &fields, bytes);
    }
    block(&mut archive, 0x7b, 0x4000, &[], &[]);
    archive
}

/// A block: checksum of its head, type, flags, length of its head, the head's fields, data.
fn block(archive: &mut Vec<u8>, kind: u8, flags: u16, fields: &[u8], data: &[u8]) {
    let mut head = vec![kind];
    head.extend(flags.to_le_bytes());
    head.extend(u16::try_from(fields.len() + 7).unwrap().to_le_bytes());
    head.extend(fields);
    let [low, high, ..] = crc32(&head).to_le_bytes();
    archive.extend([low, high]);
    archive.extend(head);
    archive.extend(data);
}

/// CRC-32 of ISO 3309, which the format uses.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & (crc & 1).wrapping_neg())
        })
    })
}
