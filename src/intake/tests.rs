//! Cases of `fixtures/intake/`.
