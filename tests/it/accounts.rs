//! Accounts made at the command line hold for the running server, and nobody else gets in.

use crate::postgres::block_on;
use crate::support::{Desk, http_client};

#[test]
fn an_office_signs_in() {
    let desk = Desk::with_consultation();
    let server = desk.serve();
    let client = http_client();
    let get = |path: &str, token: Option<&str>| {
        block_on(async {
            let mut request = client.get(format!("{}{path}", server.url));
            if let Some(token) = token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            (answer.status().as_u16(), answer.text().await.unwrap())
        })
    };
    assert_eq!(get("/api/v1/status", None).0, 200, "nobody signs in yet");
    let add = |login: &str, roles: &str| {
        let name = format!("Người thử {login}");
        desk.run([
            "account", "add", login, "--name", &name, "--roles", roles, "--json",
        ])
    };
    let refused = add("thu.ky", "secretary").expect(2);
    assert!(refused.stderr.contains("quản trị"), "{}", refused.stderr);
    let password = add("quan.tri", "administrator,secretary").expect(0).json()["password"].take();
    let password = password.as_str().unwrap();
    add("soan.1", "drafter").expect(0);
    assert_eq!(get("/api/v1/status", None).0, 401);
    assert_eq!(get("/api/v1/status", Some("sai")).0, 401);

    let sign_in = |password: &str| {
        block_on(async {
            let fields = [("login", "quan.tri"), ("password", password)];
            let request = client.post(format!("{}/sign-in", server.url)).form(&fields);
            let answer = request.send().await.unwrap();
            let cookie = answer.headers().get("set-cookie");
            let cookie = cookie.map(|it| it.to_str().unwrap().to_owned());
            (answer.status().as_u16(), cookie)
        })
    };
    assert_eq!(sign_in("khong phai the").0, 422);
    let (_, cookie) = sign_in(password);
    let cookie = cookie.unwrap();
    let secret = cookie.split(['=', ';']).nth(1).unwrap();
    assert_eq!(secret.len(), 64, "{cookie}");
    // What is shown as a cookie is shown as a token too: one check for both.
    assert_eq!(get("/api/v1/status", Some(secret)).0, 200);
    let (_, page) = get("/accounts", Some(secret));
    assert!(page.contains("soan.1"), "{page}");

    // Locked out means out at once.
    let changed = ["account", "change", "quan.tri", "--lock"];
    assert!(desk.run(changed).expect(2).stderr.contains("quản trị"));
    add("quan.tri.2", "administrator").expect(0);
    desk.run(changed).expect(0);
    assert_eq!(get("/api/v1/status", Some(secret)).0, 401);
    desk.run(["verify"]).expect(0);
    let listed = desk.run(["account", "list"]).expect(0).stdout;
    assert!(listed.contains("đã khóa"), "{listed}");
    // Neither password nor secret is anywhere in the data folder.
    for hidden in [password, secret] {
        for entry in std::fs::read_dir(desk.data()).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let bytes = std::fs::read(&path).unwrap();
                let found = bytes
                    .windows(hidden.len())
                    .any(|part| part == hidden.as_bytes());
                assert!(!found, "{}", path.display());
            }
        }
    }
}
