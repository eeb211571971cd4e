//! The program's own pages over a real connection, served by this process.

use std::future::IntoFuture;
use std::net::SocketAddr;

use tiepthu::app::App;
use tokio::task::JoinHandle;

/// A served folder and a client that keeps its connection.
pub(crate) struct Door {
    url: String,
    client: reqwest::Client,
    server: JoinHandle<()>,
}

impl Door {
    pub(crate) async fn open(app: App) -> Self {
        let address = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = tokio::net::TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        // One crypto provider is chosen for the process, as in the program.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let router = tiepthu::web::router(app).into_make_service_with_connect_info::<SocketAddr>();
        let served = axum::serve(listener, router).into_future();
        Self {
            url: format!("http://{address}"),
            client: reqwest::Client::builder().no_proxy().build().unwrap(),
            server: tokio::spawn(async {
                served.await.unwrap();
            }),
        }
    }

    /// Gets a page to its last byte.
    pub(crate) async fn get(&self, path: &str) -> String {
        let url = format!("{}{path}", self.url);
        let answer = self.client.get(url).send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        answer.text().await.unwrap()
    }

    /// Sends a form as the page does and follows where it leads; false where somebody else had
    /// written meanwhile.
    pub(crate) async fn send(&self, path: &str, form: &[(&str, &str)]) -> bool {
        let url = format!("{}{path}", self.url);
        let sent = self.client.post(url).header("origin", &self.url).form(form);
        let answer = sent.send().await.unwrap();
        let status = answer.status();
        let is_conflict = status == reqwest::StatusCode::CONFLICT;
        assert!(status.is_success() || is_conflict, "{status}");
        answer.text().await.unwrap();
        !is_conflict
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.server.abort();
    }
}
