//! Counts, shares with their interval, and confidences in bins.

/// How many were expected, found, and both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// What a person expects.
    pub expected: u32,
    /// What was read.
    pub found: u32,
    /// What is both.
    pub right: u32,
}

impl Counts {
    /// Adds other counts.
    pub fn add(&mut self, other: Self) {
        self.expected += other.expected;
        self.found += other.found;
        self.right += other.right;
    }

    /// Right of found; `None` where nothing was found.
    pub fn precision(self) -> Option<Share> {
        Share::new(f64::from(self.right), f64::from(self.found))
    }

    /// Right of expected; `None` where nothing was expected.
    pub fn recall(self) -> Option<Share> {
        Share::new(f64::from(self.right), f64::from(self.expected))
    }

    /// The harmonic mean of the two, as a share of the mean number of expected and found.
    pub fn f1(self) -> Option<Share> {
        let cases = f64::midpoint(f64::from(self.expected), f64::from(self.found));
        Share::new(f64::from(self.right), cases)
    }
}

/// A share with Wilson's 95 % interval.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Share {
    /// The share.
    pub value: f64,
    /// Lower end.
    pub low: f64,
    /// Upper end.
    pub high: f64,
    /// Number of cases.
    pub cases: f64,
}

/// The standard normal's 97.5 % quantile.
const Z: f64 = 1.959_963_985;

impl Share {
    /// `right` of `cases`; `None` of no cases.
    pub fn new(right: f64, cases: f64) -> Option<Self> {
        if cases <= 0.0 {
            return None;
        }
        let value = right / cases;
        let z2 = Z * Z;
        let scale = 1.0 + z2 / cases;
        let centre = (value + z2 / (2.0 * cases)) / scale;
        let spread = value * (1.0 - value) / cases + z2 / (4.0 * cases * cases);
        let half = Z * spread.max(0.0).sqrt() / scale;
        Some(Self {
            value,
            low: (centre - half).max(0.0).min(value),
            high: (centre + half).min(1.0).max(value),
            cases,
        })
    }
}

/// Conclusions whose stated confidence lies in one range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bin {
    /// From, inclusive.
    pub from: f64,
    /// To, exclusive; the last is inclusive.
    pub to: f64,
    /// Their mean stated confidence.
    pub stated: f64,
    /// The share that was right.
    pub right: Share,
}

const EDGES: [(f64, f64); 8] = [
    (0.0, 0.5),
    (0.5, 0.6),
    (0.6, 0.7),
    (0.7, 0.8),
    (0.8, 0.9),
    (0.9, 0.95),
    (0.95, 0.98),
    (0.98, 1.000_001),
];

/// Sorts confidences into ranges; empty ranges are left out.
pub(super) fn bins(stated: &[(f64, bool)]) -> Vec<Bin> {
    let mut bins = Vec::new();
    for (from, to) in EDGES {
        let (mut n, mut right, mut sum) = (0_u32, 0_u32, 0.0);
        for (confidence, is_right) in stated {
            if from <= *confidence && *confidence < to {
                n += 1;
                right += u32::from(*is_right);
                sum += confidence;
            }
        }
        if let Some(share) = Share::new(f64::from(right), f64::from(n)) {
            bins.push(Bin {
                from,
                to: to.min(1.0),
                stated: sum / f64::from(n),
                right: share,
            });
        }
    }
    bins
}
