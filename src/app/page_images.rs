//! Pages of PDFs and scans as pictures beside their words.
//!
//! Made when somebody looks, from the original; the last ones are kept in memory, not on disk: what is
//! forgotten when the program ends need not be found and erased with the submission it shows.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use super::{App, Error, Kind, reading, run_blocking};
use crate::domain::{Consultation, PageMap, PartId, SubmissionId};
use crate::store::page_maps;
use crate::store::submissions::Part;

/// Pictures kept, in bytes: some hundred pages of print, some dozens of scans.
const MOST_KEPT_BYTES: usize = 32 << 20;

/// A page of a part, and its picture.
type KeptPage = ((PartId, usize), Vec<u8>);

/// The pages somebody looked at last, the latest at the end.
#[derive(Debug, Default)]
pub(super) struct KeptPages(Mutex<VecDeque<KeptPage>>);

impl KeptPages {
    fn find(&self, key: (PartId, usize)) -> Option<Vec<u8>> {
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = kept.iter().find(|(known, _)| *known == key);
        found.map(|(_, picture)| picture.clone())
    }

    fn keep(&self, key: (PartId, usize), picture: &[u8]) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_back((key, picture.to_vec()));
        let mut n_bytes: usize = kept.iter().map(|(_, picture)| picture.len()).sum();
        while n_bytes > MOST_KEPT_BYTES
            && let Some((_, oldest)) = kept.pop_front()
        {
            n_bytes -= oldest.len();
        }
    }
}

impl App {
    /// Where the texts of these parts stood on paper; parts without pages are left out.
    pub async fn page_maps(&self, parts: &[Part]) -> Result<BTreeMap<PartId, PageMap>, Error> {
        let mut tx = self.store.read().await?;
        let mut maps = BTreeMap::new();
        for part in parts {
            if let Some(map) = page_maps::find_map(&mut tx, part.id).await? {
                maps.insert(part.id, map);
            }
        }
        Ok(maps)
    }

    /// A page, counted from 1, that a part of a submission was read from, as a PNG.
    ///
    /// # Errors
    /// [`Kind::NotFound`] when there is no such page, [`Kind::Unavailable`] when it cannot be made.
    pub async fn page_image(
        &self,
        consultation: &Consultation,
        id: SubmissionId,
        part: PartId,
        number: usize,
    ) -> Result<Vec<u8>, Error> {
        let missing = || Error::new(Kind::NotFound, "Không có trang này.");
        let (submission, parts) = self.submission_with_parts(id).await?;
        let part = parts.into_iter().find(|it| it.id == part);
        let part = part.filter(|_| submission.consultation == consultation.id);
        let part = part.ok_or_else(missing)?;
        let mut tx = self.store.read().await?;
        let map = page_maps::find_map(&mut tx, part.id).await?;
        drop(tx);
        let map = map.unwrap_or_default();
        let frame = number.checked_sub(1).and_then(|at| map.pages.get(at));
        let n_quarters = frame.ok_or_else(missing)?.quarters_turned();
        let key = (part.id, number);
        if let Some(kept) = self.kept_pages.find(key) {
            return Ok(kept);
        }
        let bytes = self.blobs.get(submission.blob)?;
        let made = run_blocking(move || {
            reading::page_image(&bytes, &submission.source, &part.path, number, n_quarters)
        });
        let picture = made.await?.ok_or_else(missing)?.map_err(|warning| {
            Error::new(
                Kind::Unavailable,
                format!("{} {}", warning.problem, warning.remedy),
            )
        })?;
        self.kept_pages.keep(key, &picture);
        Ok(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::{KeptPages, MOST_KEPT_BYTES};
    use crate::domain::PartId;

    #[test]
    fn the_oldest_pages_are_forgotten_first() {
        let kept = KeptPages::default();
        let large = vec![7; MOST_KEPT_BYTES / 2];
        for number in 1..=3 {
            kept.keep((PartId(1), number), &large);
        }
        assert_eq!(kept.find((PartId(1), 1)), None);
        assert_eq!(kept.find((PartId(1), 3)), Some(large));
    }
}
