use super::access::may_take;
use super::{Profile, Throttle, password};
use crate::app::setup::create_folder;
use crate::app::{App, Clock, Kind};
use crate::config::Config;
use crate::domain::{Role, Roles};
use crate::respond::Step;

/// 2021-10-05.
const NOW_US: i64 = 1_633_400_000_000_000;
const HOUR_US: i64 = 3_600_000_000;

async fn app(folder: &std::path::Path, now_us: i64) -> App {
    let config = Config {
        index_heap_bytes: 16 << 20,
        ..Config::default()
    };
    create_folder(folder, config, Clock::Fixed(now_us))
        .await
        .unwrap()
}

fn profile(roles: &[Role]) -> Profile {
    Profile {
        name: "Nguyễn Văn Ánh".to_owned(),
        roles: roles.iter().copied().collect(),
        approval_step: None,
        is_disabled: false,
    }
}

#[tokio::test]
async fn sessions_end_when_they_should() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(folder.path(), NOW_US).await;
    assert!(!app.has_accounts().await.unwrap());
    let drafter = profile(&[Role::Drafter]);
    let refused = app.add_account("anh.nv", &drafter, "mot cau de nho");
    assert_eq!(refused.await.unwrap_err().kind, Kind::Invalid);
    let admin = profile(&[Role::Administrator]);
    let account = app.add_account(" Anh.NV ", &admin, "mot cau de nho").await;
    let account = account.unwrap();
    assert_eq!(account.author(), "Nguyễn Văn Ánh (anh.nv)");
    assert!(app.has_accounts().await.unwrap());
    let again = app.add_account("anh.nv", &admin, "mot cau de nho").await;
    assert_eq!(again.unwrap_err().kind, Kind::Conflict);

    let signed_in = app.sign_in("ANH.nv", "mot cau de nho", "127.0.0.1", "Chromium");
    let secret = signed_in.await.unwrap().secret;
    let token = app.make_token(&account, "Phần mềm văn bản").await.unwrap();
    for (hours, browser, program) in [
        (11, true, true),
        // Used an hour before: idle time begins anew.
        (22, true, true),
        (35, false, true),
        (24 * 364, false, true),
        (24 * 366, false, false),
    ] {
        app.clock = Clock::Fixed(NOW_US + hours * HOUR_US);
        let seen = app.caller(&secret).await.unwrap();
        assert_eq!(seen.is_some(), browser, "browser after {hours} h");
        let seen = app.caller(&token).await.unwrap();
        assert_eq!(seen.is_some_and(|it| it.is_token), program, "{hours} h");
    }
    assert!(app.caller("").await.unwrap().is_none());
}

#[tokio::test]
async fn another_password_ends_what_the_old_one_began() {
    let folder = tempfile::tempdir().unwrap();
    let app = app(folder.path(), NOW_US).await;
    let admin = profile(&[Role::Administrator]);
    let account = app
        .add_account("a.b", &admin, "mot cau de nho")
        .await
        .unwrap();
    let sign_in = |password: &'static str| app.sign_in("a.b", password, "::1", "x");
    let here = sign_in("mot cau de nho").await.unwrap().secret;
    let there = sign_in("mot cau de nho").await.unwrap().secret;
    let caller = app.caller(&here).await.unwrap().unwrap();
    let wrong = app.change_own_password(&caller, "sai mat khau", "cau khac de nho");
    assert_eq!(wrong.await.unwrap_err().kind, Kind::Invalid);
    app.change_own_password(&caller, "mot cau de nho", "cau khac de nho")
        .await
        .unwrap();
    assert!(app.caller(&here).await.unwrap().is_some());
    assert!(app.caller(&there).await.unwrap().is_none());
    assert!(sign_in("mot cau de nho").await.is_err());
    // The last administrator stays one.
    for changed in [
        profile(&[Role::Reader]),
        Profile {
            is_disabled: true,
            ..admin.clone()
        },
    ] {
        let refused = app.change_account("a.b", &changed).await;
        assert_eq!(refused.unwrap_err().kind, Kind::Conflict);
    }
    app.add_account("c.d", &admin, "nguoi thu hai day")
        .await
        .unwrap();
    let disabled = Profile {
        is_disabled: true,
        ..admin
    };
    app.change_account("a.b", &disabled).await.unwrap();
    assert!(app.caller(&here).await.unwrap().is_none());
    assert!(sign_in("cau khac de nho").await.is_err());
    assert_eq!(app.sessions(&account).await.unwrap(), []);
}

#[tokio::test]
async fn who_guesses_waits_and_nobody_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = app(folder.path(), NOW_US).await;
    let admin = profile(&[Role::Administrator]);
    app.add_account("a.b", &admin, "mot cau de nho")
        .await
        .unwrap();
    for n in 1..=6 {
        let refused = app.sign_in("a.b", "doan mo", "10.0.0.9", "x").await;
        assert_eq!(refused.unwrap_err().kind, Kind::Invalid, "try {n}");
    }
    let waits = app.sign_in("a.b", "mot cau de nho", "10.0.0.9", "x").await;
    assert_eq!(waits.unwrap_err().kind, Kind::Conflict);
    let elsewhere = app.sign_in("a.b", "mot cau de nho", "10.0.0.8", "x");
    elsewhere.await.unwrap();
    app.clock = Clock::Fixed(NOW_US + 16_000_000);
    let later = app.sign_in("a.b", "mot cau de nho", "10.0.0.9", "x");
    later.await.unwrap();
    let unknown = app.sign_in("x.y", "mot cau de nho", "10.0.0.9", "x").await;
    assert_eq!(
        unknown.unwrap_err().message,
        "Tên đăng nhập hoặc mật khẩu chưa đúng."
    );
}

#[test]
fn waits_grow_and_end() {
    let throttle = Throttle::default();
    let mut waits = Vec::new();
    for _ in 0..20 {
        throttle.failed("a", "b", 0);
        waits.push(throttle.must_wait("a", "b", 0).unwrap_or(0));
    }
    assert_eq!(waits[..9], [0, 0, 0, 0, 0, 15, 30, 60, 120]);
    assert_eq!(waits[19], 900);
}

#[test]
fn passwords_that_will_not_do() {
    for (text, is_good) in [
        ("một câu dễ nhớ", true),
        ("ngắn quá", false),
        ("aaaaaaaaaaaa", false),
        ("xxanh.nvxxxx", false),
        ("đủ mười ký", true),
    ] {
        assert_eq!(password::check(text, "anh.nv").is_ok(), is_good, "{text}");
    }
}

#[test]
fn leaders_approve_and_secretaries_record_what_they_said() {
    let check = |roles: &[Role], step, is_on_behalf, expected| {
        let roles: Roles = roles.iter().copied().collect();
        assert_eq!(may_take(&roles, step, is_on_behalf), expected, "{roles:?}");
    };
    check(&[Role::Drafter], Step::Submit, false, true);
    check(&[Role::Drafter], Step::Approve, false, false);
    check(&[Role::Drafter], Step::Approve, true, false);
    check(&[Role::Leader], Step::Approve, false, true);
    check(&[Role::Secretary], Step::Approve, false, false);
    check(&[Role::Secretary], Step::Return, true, true);
    check(&[Role::Secretary], Step::Save, false, false);
    check(
        &[Role::Reader, Role::Administrator],
        Step::Save,
        false,
        false,
    );
}
