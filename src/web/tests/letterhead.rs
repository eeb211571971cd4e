//! The page where an office says how its reports are headed and signed.

use axum::http::StatusCode;
use axum::http::header::LOCATION;

use super::{BASE, Desk};

#[tokio::test]
async fn a_dossier_prints_as_its_office_does_where_it_says_nothing() {
    let desk = Desk::new().await;
    let office = [
        ("over", "0"),
        ("agency", "Sở Khác"),
        ("signer_title", "TL. GIÁM ĐỐC\nCHÁNH VĂN PHÒNG"),
        ("signer_name", "Lê Thị Mẫu"),
    ];
    let saved = desk.post("/office/letterhead", &office).await;
    assert_eq!(
        saved.expect(StatusCode::SEE_OTHER).header(LOCATION),
        "/office/letterhead?saved=1"
    );
    let page = desk.get(&format!("{BASE}/letterhead")).await;
    let text = page.expect(StatusCode::OK).text;
    let own = "value=\"Sở Khoa học và Công nghệ\"";
    assert!(text.to_lowercase().contains(&own.to_lowercase()), "{text}");
    assert!(text.contains("placeholder=\"Sở Khác\""), "{text}");

    let over = text.split("name=\"over\" value=\"").nth(1).unwrap();
    let over = over.split('"').next().unwrap();
    let own = [
        ("over", over),
        ("agency", "Sở Khoa học và Công nghệ"),
        ("number", "1"),
        ("outcome", "1"),
    ];
    let address = format!("{BASE}/letterhead");
    desk.post(&address, &own)
        .await
        .expect(StatusCode::SEE_OTHER);
    let report = desk.get(&format!("{BASE}/reports/by-section.html")).await;
    let report = report.expect(StatusCode::OK).text;
    for printed in [
        "SỞ KHOA HỌC",
        "CHÁNH VĂN PHÒNG",
        "Lê Thị Mẫu",
        "STT",
        "KẾT QUẢ XỬ LÝ",
    ] {
        assert!(report.contains(printed), "{printed}: {report}");
    }

    let late = desk
        .post(&address, &[("over", over), ("place", "Huế")])
        .await;
    let late = late.expect(StatusCode::UNPROCESSABLE_ENTITY).text;
    assert!(late.contains("Người khác vừa lưu"), "{late}");
    let wrong = desk
        .post("/office/letterhead", &[("symbol", "12/BC")])
        .await;
    let wrong = wrong.expect(StatusCode::UNPROCESSABLE_ENTITY).text;
    assert!(
        wrong.contains("Ký hiệu văn bản: chỉ ghi ký hiệu"),
        "{wrong}"
    );
}
