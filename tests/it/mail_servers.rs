//! Mail servers of the tests' own: Dovecot (IMAP, LMTP, accounts) and Postfix (SMTP), each on free
//! loopback ports with a throw-away configuration.
//!
//! Every account exists, with one password. What is sent to `@tra-lai.example` comes back.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::support::tool;

/// The password of every account.
pub(crate) const PASSWORD: &str = "mat-khau-thu";

/// Running servers; they stop, and their folder goes, when the last test lets go of them.
pub(crate) struct MailServers {
    dovecot: Child,
    postfix: Child,
    folder: TempDir,
    /// IMAP without TLS, and STARTTLS.
    pub(crate) imap: u16,
    /// IMAP over TLS.
    pub(crate) imaps: u16,
    /// SMTP without TLS, and STARTTLS.
    pub(crate) smtp: u16,
    /// SMTP over TLS.
    pub(crate) smtps: u16,
    /// Where Dovecot asks whether a token is good.
    pub(crate) oauth: u16,
}

/// The servers all tests share; each test takes accounts of its own.
pub(crate) fn servers() -> Arc<MailServers> {
    static RUNNING: Mutex<Weak<MailServers>> = Mutex::new(Weak::new());
    let mut running = RUNNING.lock().unwrap_or_else(PoisonError::into_inner);
    running.upgrade().unwrap_or_else(|| {
        let servers = Arc::new(MailServers::start());
        *running = Arc::downgrade(&servers);
        servers
    })
}

pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

impl MailServers {
    fn start() -> Self {
        // Postfix gives each of its programs a user of its own.
        let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| {
            use std::os::unix::fs::MetadataExt;
            own.uid() == 0
        });
        assert!(
            is_root,
            "the mail servers of the tests start as root only; use sudo"
        );
        tool("dovecot", "dovecot-imapd dovecot-lmtpd");
        tool("postfix", "postfix");
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path();
        // Servers' own users look into it.
        shell(&format!("chmod 755 {}", root.display()));
        certificates(root);
        let [imap, imaps, lmtp, smtp, smtps, oauth] = [(); 6].map(|()| free_port());
        write(
            root,
            "dovecot.conf",
            &dovecot_settings(root, imap, imaps, lmtp),
        );
        write(root, "oauth2.conf", &oauth_settings(oauth));
        for name in ["mail", "home", "run"] {
            std::fs::create_dir(root.join(name)).unwrap();
        }
        shell(&format!("chown mail {0}/mail {0}/home", root.display()));
        let dovecot = stopping_with_us("dovecot", &["-F", "-c", &path(root, "dovecot.conf")], root);
        let postfix_root = root.join("postfix");
        std::fs::create_dir(&postfix_root).unwrap();
        write(&postfix_root, "main.cf", &postfix_settings(root, lmtp));
        write(&postfix_root, "master.cf", &postfix_programs(smtp, smtps));
        for name in ["queue", "data"] {
            std::fs::create_dir(postfix_root.join(name)).unwrap();
        }
        shell(&format!("chown postfix {}/data", postfix_root.display()));
        let folder_of_settings = postfix_root.display().to_string();
        let postfix = stopping_with_us("postfix", &["-c", &folder_of_settings, "start-fg"], root);
        let servers = Self {
            dovecot,
            postfix,
            folder,
            imap,
            imaps,
            smtp,
            smtps,
            oauth,
        };
        for port in [imap, imaps, lmtp, servers.smtp, servers.smtps] {
            servers.wait_for(port);
        }
        servers
    }

    fn wait_for(&self, port: u16) {
        let begun = Instant::now();
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            let said = std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "no mail server:\n{said}"
            );
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// The certificate authority that signed the servers' certificates.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The folder of an account's mails on the server's disk.
    pub(crate) fn maildir(&self, account: &str) -> PathBuf {
        self.folder.path().join("mail").join(account)
    }

    /// Puts a mail into an account, as if it had arrived.
    pub(crate) fn deliver(&self, account: &str, name: &str, mail: &[u8]) {
        let maildir = self.maildir(account);
        if !maildir.is_dir() {
            for folder in ["cur", "new", "tmp"] {
                std::fs::create_dir_all(maildir.join(folder)).unwrap();
            }
        }
        std::fs::write(maildir.join("tmp").join(name), mail).unwrap();
        std::fs::rename(
            maildir.join("tmp").join(name),
            maildir.join("new").join(name),
        )
        .unwrap();
        shell(&format!("chown -R mail {}", maildir.display()));
    }

    /// Gives an account's folder another UIDVALIDITY, as a server does that was restored.
    pub(crate) fn renumber(&self, account: &str) {
        let maildir = self.maildir(account);
        for entry in std::fs::read_dir(&maildir).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if name.starts_with("dovecot") {
                if path.is_dir() {
                    std::fs::remove_dir_all(path).unwrap();
                } else {
                    std::fs::remove_file(path).unwrap();
                }
            }
        }
        // UIDVALIDITY is the second at which the list of numbers is made.
        std::thread::sleep(Duration::from_millis(1_100));
    }

    /// How many mails lie in a folder of an account; `""` is the inbox.
    pub(crate) fn count(&self, account: &str, folder: &str) -> usize {
        let maildir = match folder {
            "" => self.maildir(account),
            folder => self.maildir(account).join(format!(".{folder}")),
        };
        ["cur", "new"]
            .iter()
            .filter_map(|name| std::fs::read_dir(maildir.join(name)).ok())
            .map(Iterator::count)
            .sum()
    }
}

impl Drop for MailServers {
    fn drop(&mut self) {
        for server in [&mut self.postfix, &mut self.dovecot] {
            drop(server.stdin.take());
            let _ = server.wait();
        }
    }
}

fn path(folder: &Path, name: &str) -> String {
    folder.join(name).display().to_string()
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).unwrap();
}

fn shell(command: &str) {
    let status = Command::new("sh").args(["-c", command]).status().unwrap();
    assert!(status.success(), "{command}");
}

/// The shell stops the server when its standard input ends: also when this process is killed.
fn stopping_with_us(program: &str, arguments: &[&str], root: &Path) -> Child {
    let log = std::fs::File::options()
        .create(true)
        .append(true)
        .open(root.join("log"))
        .unwrap();
    Command::new("sh")
        .args([
            "-c",
            r#""$@" & read -r _; kill -TERM $!; wait"#,
            "sh",
            program,
        ])
        .args(arguments)
        .env(
            "PATH",
            "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin",
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .unwrap()
}

/// An authority, and a certificate for this machine signed by it.
fn certificates(root: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
    let key = KeyPair::generate().unwrap();
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    write(root, "ca.pem", &params.self_signed(&key).unwrap().pem());
    let issuer = Issuer::new(params, key);
    let key = KeyPair::generate().unwrap();
    let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
    let params = CertificateParams::new(names).unwrap();
    write(
        root,
        "cert.pem",
        &params.signed_by(&key, &issuer).unwrap().pem(),
    );
    write(root, "key.pem", &key.serialize_pem());
}

fn dovecot_settings(root: &Path, imap: u16, imaps: u16, lmtp: u16) -> String {
    let root = root.display();
    format!(
        r"
protocols = imap lmtp
listen = 127.0.0.1
base_dir = {root}/run
log_path = {root}/log
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
mail_location = maildir:{root}/mail/%u
recipient_delimiter = +
first_valid_uid = 1
mail_fsync = never
login_trusted_networks = 127.0.0.1
mail_max_userip_connections = 100
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {root}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={PASSWORD}
}}
userdb {{
  driver = static
  args = uid=mail gid=mail home={root}/home/%u allow_all_users=yes
}}
service imap-login {{
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
  service_count = 0
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
service auth {{
  unix_listener auth-client {{
    mode = 0666
  }}
}}
service stats {{
  unix_listener stats-writer {{
    mode = 0666
  }}
}}
"
    )
}

fn oauth_settings(port: u16) -> String {
    format!(
        "introspection_url = http://127.0.0.1:{port}/introspect?token=\nintrospection_mode = get\n\
         username_attribute = email\nactive_attribute = active\nactive_value = true\n"
    )
}

fn postfix_settings(root: &Path, lmtp: u16) -> String {
    let root = root.display();
    format!(
        "compatibility_level = 3.6\n\
         queue_directory = {root}/postfix/queue\n\
         data_directory = {root}/postfix/data\n\
         command_directory = /usr/sbin\n\
         daemon_directory = /usr/lib/postfix/sbin\n\
         mail_owner = postfix\n\
         setgid_group = postdrop\n\
         inet_interfaces = 127.0.0.1\n\
         myhostname = mail.so.example\n\
         mydestination = so.example, stc.example, xa.example\n\
         local_recipient_maps =\n\
         mailbox_transport = lmtp:inet:127.0.0.1:{lmtp}\n\
         transport_maps = inline:{{ {{ tra-lai.example = back: }} }}\n\
         mailbox_size_limit = 0\n\
         recipient_delimiter = +\n\
         smtpd_tls_cert_file = {root}/cert.pem\n\
         smtpd_tls_key_file = {root}/key.pem\n\
         smtpd_tls_security_level = may\n\
         smtpd_sasl_auth_enable = yes\n\
         smtpd_sasl_type = dovecot\n\
         smtpd_sasl_path = {root}/run/auth-client\n\
         smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination\n\
         smtpd_client_connection_rate_limit = 0\n\
         maillog_file = /var/log/tiepthu-tests-postfix.log\n\
         alias_maps =\n"
    )
}

fn postfix_programs(smtp: u16, smtps: u16) -> String {
    format!(
        "127.0.0.1:{smtp} inet n - n - - smtpd\n\
         127.0.0.1:{smtps} inet n - n - - smtpd -o smtpd_tls_wrappermode=yes\n\
         pickup unix n - n 60 1 pickup\n\
         cleanup unix n - n - 0 cleanup\n\
         qmgr unix n - n 300 1 qmgr\n\
         tlsmgr unix - - n 1000? 1 tlsmgr\n\
         rewrite unix - - n - - trivial-rewrite\n\
         bounce unix - - n - 0 bounce\n\
         defer unix - - n - 0 bounce\n\
         trace unix - - n - 0 bounce\n\
         verify unix - - n - 1 verify\n\
         flush unix n - n 1000? 0 flush\n\
         proxymap unix - - n - - proxymap\n\
         smtp unix - - n - - smtp\n\
         error unix - - n - - error\n\
         retry unix - - n - - error\n\
         back unix - n n - - pipe user=nobody argv=/bin/false\n\
         discard unix - - n - - discard\n\
         local unix - n n - - local\n\
         lmtp unix - - n - - lmtp\n\
         anvil unix - - n - 1 anvil\n\
         scache unix - - n - 1 scache\n\
         postlog unix-dgram n - n - 1 postlogd\n"
    )
}
