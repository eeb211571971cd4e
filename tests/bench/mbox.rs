//! A mailbox in one file: parsed, understood and stored durably.

use std::io::{BufWriter, Write};

use crate::data::Folder;
use crate::generate::{Dice, Generator};
use crate::measure::{Peak, Spread, Watch, anonymous_mib};

/// Attached texts that every tenth message bears.
const ATTACHMENT_BYTES: usize = 24 << 10;

/// Measures `n_runs` imports of a mailbox of `n_messages`.
pub(crate) async fn run(n_messages: usize, n_runs: usize) {
    println!(
        "mbox: {n_messages} messages of about 3 kB, every tenth with an attachment; {n_runs} runs"
    );
    let mut rates = Vec::new();
    for run in 1..=n_runs {
        let folder = Folder::fresh().await;
        let path = folder.path().join("thu.mbox");
        let file = std::fs::File::create(&path).expect("a file");
        let mut out = BufWriter::new(file);
        write(n_messages, run as u64, &mut out);
        out.flush().expect("room on the disk");
        let before = anonymous_mib();
        let peak = Peak::watch();
        let watch = Watch::start();
        let report = folder.import(&path).await;
        let cost = watch.stop();
        let peak = peak.stop();
        assert_eq!(report.n_submissions(), n_messages as u64);
        println!(
            "  {run}: {:.0} messages/s, {:.0} core-µs a message; anonymous memory {before} MiB before, {peak} MiB at most",
            cost.rate(n_messages),
            cost.core_us(n_messages),
        );
        rates.push(cost.rate(n_messages));
    }
    println!(
        "median (least – most): {} messages/s",
        Spread::of(rates).brief(0)
    );
}

fn write(n_messages: usize, seed: u64, out: &mut impl Write) {
    let mut words = Generator::new(seed);
    let mut dice = Dice::new(seed);
    for n in 0..n_messages {
        let office = dice.below(400);
        let mut letter = format!(
            "From nguoi{office}@co-quan{office}.example Mon Sep  6 08:30:00 2021\r\n\
             Received: from mx{office}.example by mail.so.example; Mon, 6 Sep 2021 08:30:00 +0700\r\n\
             From: Van thu <nguoi{office}@co-quan{office}.example>\r\nTo: gop_y@so.example\r\n\
             Subject: Gop y lan {n}\r\nMessage-ID: <{n}.{seed}@co-quan{office}.example>\r\n\
             Date: Mon, 6 Sep 2021 08:29:00 +0700\r\nMIME-Version: 1.0\r\n\
             Content-Type: multipart/mixed; boundary=\"b\"\r\n\r\n--b\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
        );
        for _ in 0..6 {
            letter.push_str(&words.content());
            letter.push_str("\r\n\r\n");
        }
        if n % 10 == 0 {
            letter.push_str("--b\r\nContent-Type: text/plain; name=\"phu_luc.txt\"\r\n\r\n");
            let line = "Bang so lieu kem theo de tham khao khi tong hop\r\n";
            letter.push_str(&line.repeat(ATTACHMENT_BYTES / line.len()));
        }
        letter.push_str("--b--\r\n\r\n");
        out.write_all(letter.as_bytes()).expect("room on the disk");
    }
}
