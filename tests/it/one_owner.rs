//! One process owns a data folder; the others talk to it.

use crate::support::Desk;

#[test]
fn a_command_beside_the_server_is_done_by_the_server() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    desk.write(
        "y_kien.txt",
        "Mục III.2.b: đề nghị bổ sung chỉ tiêu số hợp đồng chuyển giao công nghệ.",
    );
    let recorded = desk.run([
        "record",
        "y_kien.txt",
        "--channel",
        "phone",
        "--organization",
        "STC",
        "--date",
        "2021-09-01",
        "--title",
        "Điện thoại",
        "--round",
        "2",
        "--json",
    ]);
    assert_eq!(recorded.expect(0).json()["n_points"], 1);
    let found = desk
        .run(["search", "chuyen giao", "--json"])
        .expect(0)
        .json();
    assert_eq!(found["total"], 1, "{found}");
    let wrong = desk.run(["answer", "999", "--decision", "note"]).expect(2);
    assert!(wrong.stderr.contains("999"), "{}", wrong.stderr);
    let second = desk.run(["serve"]).expect(2);
    assert!(second.stderr.contains(&server.url), "{}", second.stderr);
    drop(server);
    desk.run(["verify"]).expect(0);
}

#[test]
fn a_killed_server_leaves_nothing_in_the_way() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    assert!(desk.data().join("owner.json").exists());
    server.kill();
    desk.run(["verify"]).expect(0);
    desk.run(["status"]).expect(0);
}

#[test]
fn commands_are_refused_without_the_token() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let status = runtime.block_on(async {
        reqwest::Client::builder()
            .no_proxy()
            .build()
            .unwrap()
            .post(format!("{}/owner/commands", server.url))
            .header("x-tiepthu-token", "guess")
            .json(&serde_json::json!({"arguments": ["tiepthu", "status"], "folder": "/"}))
            .send()
            .await
            .unwrap()
            .status()
    });
    assert_eq!(status, 403);
}
