//! Packages written by hand after the samples of the exchange; senders are invented.

use super::decode_base64;
use crate::domain::Location;
use crate::intake::{PartRole, read_letter};

/// A package with an attachment; `p` is the prefix of its elements.
fn package(p: &str, body: &str) -> String {
    format!(
        "1212<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <edXML xmlns=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\"><{p}edXMLEnvelope \
         xmlns:edXML=\"http://www.mic.gov.vn/TBT/QCVN_102_2016\"><{p}edXMLHeader><{p}MessageHeader>\
         <{p}ResponseFor><{p}OrganId>H02.01</{p}OrganId><{p}Code>846/SKHCN-QLCN</{p}Code>\
         <{p}PromulgationDate>2021/08/20</{p}PromulgationDate></{p}ResponseFor>\
         <{p}To><{p}OrganName>Sở Khoa học và Công nghệ</{p}OrganName></{p}To>\
         <{p}From><{p}OrganId>H02.05</{p}OrganId><{p}OrganName>Sở Tài chính</{p}OrganName></{p}From>\
         <{p}Code><{p}CodeNumber>2105</{p}CodeNumber><{p}CodeNotation>STC-TCHCSN</{p}CodeNotation></{p}Code>\
         <{p}PromulgationInfo><{p}Place>Bắc Giang</{p}Place>\
         <{p}PromulgationDate>2021/09/01</{p}PromulgationDate></{p}PromulgationInfo>\
         <{p}Subject>góp ý dự thảo Đề án KH&amp;CN</{p}Subject></{p}MessageHeader></{p}edXMLHeader></{p}edXMLEnvelope>{body}</edXML>"
    )
}

/// "1. Mục III.2.b: đề nghị bổ sung chỉ tiêu." in base64.
const LETTER: &str = "MS4gTeG7pWMgSUlJLjIuYjogxJHhu4Egbmdo4buL\n  IGLhu5Ugc3VuZyBjaOG7iSB0acOqdS4=";

#[test]
fn the_envelope_reads_like_a_letterhead_whatever_the_prefix() {
    for p in ["edXML:", ""] {
        let body = format!(
            "<{p}AttachmentEncoded><{p}Attachment><{p}ContentTransferEncoded>{LETTER}</{p}ContentTransferEncoded>\
             <{p}AttachmentName>gop_y.txt</{p}AttachmentName></{p}Attachment></{p}AttachmentEncoded>"
        );
        let reading = read_letter(package(p, &body).as_bytes(), "goi.edxml");
        assert!(reading.warnings.is_empty(), "{:?}", reading.warnings);
        let [envelope, letter] = reading.parts.as_slice() else {
            panic!("{:?}", reading.parts);
        };
        assert_eq!(
            envelope.text,
            "Sở Tài chính\nSố: 2105/STC-TCHCSN\nBắc Giang, ngày 01 tháng 9 năm 2021\n\
             V/v góp ý dự thảo Đề án KH&CN\nKính gửi: Sở Khoa học và Công nghệ.\n\
             Trả lời Công văn số 846/SKHCN-QLCN ngày 20 tháng 8 năm 2021."
        );
        assert_eq!(letter.path, "gop_y.txt");
        assert_eq!(letter.role, PartRole::Attachment);
        assert_eq!(letter.text, "1. Mục III.2.b: đề nghị bổ sung chỉ tiêu.");
    }
}

#[test]
fn a_status_message_is_no_opinion() {
    let text = "<edXML><edXML:MessageHeader><edXML:StatusCode>03</edXML:StatusCode>\
                </edXML:MessageHeader></edXML>";
    let reading = read_letter(text.as_bytes(), "status.edxml");
    let robot = reading.mail.and_then(|mail| mail.robot).unwrap();
    assert_eq!(robot.rule, "robot.edxml_status");
}

#[test]
fn a_broken_attachment_is_named() {
    let body = "<AttachmentEncoded><Attachment><AttachmentName>a.docx</AttachmentName>\
                <ContentTransferEncoded>!!!</ContentTransferEncoded></Attachment></AttachmentEncoded>";
    let reading = read_letter(package("", body).as_bytes(), "goi.edxml");
    let location = Location::Part {
        path: "a.docx".to_owned(),
    };
    assert!(
        reading
            .warnings
            .iter()
            .any(|warning| warning.location == location),
        "{:?}",
        reading.warnings
    );
}

#[test]
fn base64_with_white_space() {
    assert_eq!(decode_base64("aGVs\r\n bG8="), Some(b"hello".to_vec()));
    assert_eq!(decode_base64("không"), None);
}
