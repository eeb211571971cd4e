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
        let served = axum::serve(listener, tiepthu::web::router(app)).into_future();
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
}

impl Drop for Door {
    fn drop(&mut self) {
        self.server.abort();
    }
}
