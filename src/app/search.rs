//! Searching points: the index finds ids, the database gives everything shown.

use std::collections::{BTreeMap, BTreeSet};

use super::reindex::texts_of;
use super::{App, Error, Kind, run_blocking};
use crate::domain::{
    Channel, Consultation, Decision, Organization, OrganizationId, PointId, PointState, Round,
    RoundId, SectionId, Span, Stance, SubmissionId,
};
use crate::index::{self, Among, Correction, Count, Facet, Filters, Sort, Total};
use crate::store::Tx;
use crate::store::consultations::{Document, Section};
use crate::store::points::{self, Point};
use crate::store::responses::{self, Response};
use crate::store::submissions::{self, Submission};
use crate::text::fold::fold;

/// Points read at a time: several pages, and far below what a statement can name.
const POINTS_AT_A_TIME: usize = 500;

/// What somebody looks for.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// Words; empty for everything.
    pub text: String,
    /// Look in the answers instead of the comments.
    pub in_answers: bool,
    /// In this section and everything below it: a label (`III.2`, `Đề án · III.2`, `*`), a key
    /// (`id:12`), or `none` for points without a section.
    pub section: Option<String>,
    /// By this organization: code or name.
    pub organization: Option<String>,
    /// By organizations of this kind: its code.
    pub kind: Option<String>,
    /// In this round.
    pub round: Option<u32>,
    /// Wanting this.
    pub stance: Option<Stance>,
    /// Decided so.
    pub decision: Option<Decision>,
    /// In this state.
    pub state: Option<PointState>,
    /// Come in so.
    pub channel: Option<Channel>,
    /// To be answered by this person, or by nobody ([`super::assigning::NOBODY`]).
    pub drafter: Option<String>,
    /// Skip so many.
    pub offset: usize,
    /// Show at most so many.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// How many there are.
    pub total: Total,
    /// Those asked for, best first.
    pub points: Vec<PointView>,
    /// Words that were taken for others because they occur nowhere.
    pub corrected: Vec<Correction>,
}

/// Where a point stands in a search.
#[derive(Debug, Clone)]
pub struct Neighbors {
    /// Its place, from 0.
    pub at: usize,
    /// How many the search finds.
    pub total: Total,
    /// Place and key of the one before.
    pub before: Option<(usize, PointId)>,
    /// Place and key of the one after.
    pub after: Option<(usize, PointId)>,
}

/// A point with everything a page or a command shows of it.
#[derive(Debug, Clone)]
pub struct PointView {
    /// The stored point.
    pub point: Point,
    /// Its words.
    pub text: String,
    /// The words that match the search.
    pub highlights: Vec<Span>,
    /// Qualified label of its section.
    pub section: Option<String>,
    /// Heading of its section.
    pub section_heading: Option<String>,
    /// Labels of its cross-references.
    pub other_sections: Vec<String>,
    /// Names of those who speak.
    pub organizations: Vec<String>,
    /// Ordinal of its round.
    pub round: Option<u32>,
    /// The submission it comes from.
    pub submission: Submission,
    /// The current version of its answer.
    pub response: Option<Response>,
}

/// Labels and names of one consultation, for showing points.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// Documents in dossier order.
    pub documents: Vec<Document>,
    /// Sections in report order.
    pub sections: Vec<Section>,
    rounds: BTreeMap<RoundId, u32>,
    organizations: BTreeMap<OrganizationId, String>,
}

impl Names {
    pub(super) fn new(
        documents: Vec<Document>,
        sections: Vec<Section>,
        rounds: &[Round],
        organizations: &[Organization],
    ) -> Self {
        Self {
            documents,
            sections,
            rounds: rounds
                .iter()
                .map(|round| (round.id, round.number))
                .collect(),
            organizations: organizations
                .iter()
                .map(|organization| (organization.id, organization.name.clone()))
                .collect(),
        }
    }

    /// Where a section stands in the draft; what has none comes last.
    pub(super) fn place_of(&self) -> impl Fn(Option<SectionId>) -> usize {
        let sections = self.sections.iter().enumerate();
        let places: BTreeMap<SectionId, usize> =
            sections.map(|(at, section)| (section.id, at)).collect();
        move |id| {
            let place = id.and_then(|id| places.get(&id).copied());
            place.unwrap_or(usize::MAX)
        }
    }

    /// A section by its key.
    pub fn section(&self, id: SectionId) -> Option<&Section> {
        self.sections.iter().find(|section| section.id == id)
    }

    /// The label as people write it: "Đề án · III.2"; the special sections by their names.
    pub fn label(&self, section: &Section) -> String {
        let document = section
            .document
            .and_then(|id| self.documents.iter().find(|document| document.id == id));
        match document {
            None => section.heading.clone(),
            Some(document) if section.label == "*" => format!("{} · Toàn văn bản", document.name),
            Some(document) => format!("{} · {}", document.name, section.label),
        }
    }

    /// The name of an organization.
    pub fn organization(&self, id: OrganizationId) -> Option<&str> {
        self.organizations.get(&id).map(String::as_str)
    }

    /// The ordinal of a round.
    pub fn round_number(&self, id: RoundId) -> Option<u32> {
        self.rounds.get(&id).copied()
    }

    /// The section a person means by a label, with or without the document's name, or by a key
    /// (`id:12`).
    pub fn find_section(&self, label: &str) -> Result<SectionId, Error> {
        if let Some(id) = label.strip_prefix("id:").and_then(|id| id.parse().ok())
            && let Some(section) = self.section(SectionId(id))
        {
            return Ok(section.id);
        }
        let wanted = key(label);
        let full = |section: &Section| key(&self.label(section));
        let mut found: Vec<&Section> = self
            .sections
            .iter()
            .filter(|section| full(section) == wanted)
            .collect();
        if found.is_empty() {
            let fits = |section: &&Section| {
                section.document.is_some() && section.label != "*" && key(&section.label) == wanted
            };
            found = self.sections.iter().filter(fits).collect();
            let main = self.documents.iter().find(|document| document.is_main);
            if found.len() > 1
                && let Some(main) = main
                && let Some(section) = found.iter().find(|s| s.document == Some(main.id)).copied()
            {
                found = vec![section];
            }
        }
        if found.is_empty() {
            let document = self
                .documents
                .iter()
                .find(|document| key(&document.name) == wanted);
            found.extend(document.and_then(|document| {
                self.sections
                    .iter()
                    .find(|s| s.document == Some(document.id) && s.level == 0)
            }));
        }
        match found.as_slice() {
            [only] => Ok(only.id),
            [] => Err(Error::new(
                Kind::NotFound,
                format!("Dự thảo không có mục `{label}`; xem các mục bằng trang Tra cứu."),
            )),
            several => {
                let labels: Vec<String> = several
                    .iter()
                    .take(5)
                    .map(|section| self.label(section))
                    .collect();
                Err(Error::new(
                    Kind::Invalid,
                    format!(
                        "Có nhiều mục `{label}`: {}; hãy ghi rõ văn bản.",
                        labels.join("; ")
                    ),
                ))
            }
        }
    }

    /// A section with everything below it.
    pub fn subtree(&self, root: SectionId) -> Vec<SectionId> {
        let mut inside: BTreeSet<SectionId> = BTreeSet::from([root]);
        // Parents come before children.
        for section in &self.sections {
            if section
                .parent
                .is_some_and(|parent| inside.contains(&parent))
            {
                inside.insert(section.id);
            }
        }
        inside.into_iter().collect()
    }
}

/// What a search can be narrowed by with counts.
const FILTERED: [Facet; 7] = [
    Facet::Section,
    Facet::OrganizationKind,
    Facet::Round,
    Facet::Stance,
    Facet::Decision,
    Facet::State,
    Facet::Channel,
];

/// A request without the filter on one property; `None` when it has none.
fn without(request: &Request, facet: Facet) -> Option<Request> {
    let mut wider = request.clone();
    let was_narrowed = match facet {
        Facet::Section => wider.section.take().is_some(),
        Facet::Organization => wider.organization.take().is_some(),
        Facet::OrganizationKind => wider.kind.take().is_some(),
        Facet::Round => wider.round.take().is_some(),
        Facet::Stance => wider.stance.take().is_some(),
        Facet::Decision => wider.decision.take().is_some(),
        Facet::State => wider.state.take().is_some(),
        Facet::Channel => wider.channel.take().is_some(),
        Facet::Drafter => wider.drafter.take().is_some(),
        Facet::Document => false,
    };
    was_narrowed.then_some(wider)
}

/// A label without marks, case, spaces and dots at the end, so that "đề án·iii.2" is found too.
fn key(label: &str) -> String {
    fold(label)
        .chars()
        .filter(|c| !c.is_whitespace())
        .collect::<String>()
        .trim_matches('.')
        .into()
}

impl App {
    /// Searches the points of a consultation.
    pub async fn search(
        &self,
        consultation: &Consultation,
        request: &Request,
    ) -> Result<Found, Error> {
        let names = self.names(consultation).await?;
        let query = self.query(consultation, &names, request).await?;
        let searched = self.index.clone();
        let (query, hits) = run_blocking(move || {
            let hits = searched.search(&query);
            (query, hits)
        })
        .await?;
        let hits = hits?;
        let ids: Vec<PointId> = hits.hits.iter().map(|hit| hit.id).collect();
        let mut views = self.points(consultation, &names, &ids).await?;
        let highlighter = self.index.highlighter(&query.text, &hits.corrected);
        for view in &mut views {
            view.highlights = highlighter.highlight(&view.text);
        }
        Ok(Found {
            total: hits.total,
            points: views,
            corrected: hits.corrected,
        })
    }

    async fn query(
        &self,
        consultation: &Consultation,
        names: &Names,
        request: &Request,
    ) -> Result<index::Query, Error> {
        let mut filters = Filters {
            consultation: Some(consultation.id),
            ..Filters::default()
        };
        filters.sections = match request.section.as_deref() {
            None | Some("") => None,
            Some("none") => Some(Among {
                values: Vec::new(),
                or_none: true,
            }),
            Some(label) => Some(names.subtree(names.find_section(label)?).into()),
        };
        if let Some(name) = request
            .organization
            .as_deref()
            .filter(|name| !name.is_empty())
        {
            let id = self.organization_by_name(consultation.id, name).await?;
            filters.organizations = Some(vec![id].into());
        }
        filters.organization_kinds = request.kind.clone().map(|kind| vec![kind].into());
        if let Some(number) = request.round {
            filters.rounds = Some(vec![self.round(consultation.id, number).await?.id].into());
        }
        filters.stances = request.stance.map(|stance| vec![stance].into());
        filters.decisions = request.decision.map(|decision| vec![decision].into());
        filters.states = request.state.map(|state| vec![state]);
        filters.channels = request.channel.map(|channel| vec![channel]);
        if let Some(drafter) = request.drafter.as_deref() {
            let theirs = self.points_of_drafter(consultation, names, drafter).await?;
            filters.points = Some(theirs);
        }
        Ok(index::Query {
            scope: if request.in_answers {
                index::Scope::Answers
            } else {
                index::Scope::Points
            },
            sort: if request.text.trim().is_empty() {
                Sort::Id
            } else {
                Sort::Score
            },
            text: request.text.clone(),
            filters,
            offset: request.offset,
            limit: request.limit,
        })
    }

    /// Counts what a search finds by a property, most frequent first.
    pub async fn count_points(
        &self,
        consultation: &Consultation,
        request: &Request,
        facet: Facet,
    ) -> Result<Vec<Count>, Error> {
        let names = self.names(consultation).await?;
        let query = self.query(consultation, &names, request).await?;
        let index = self.index.clone();
        Ok(run_blocking(move || index.count_by(&query, facet)).await??)
    }

    /// Counts what a search finds by each property that it can be narrowed by: how many there would
    /// be with each value chosen, all other filters as they are.
    pub async fn count_filters(
        &self,
        consultation: &Consultation,
        request: &Request,
    ) -> Result<BTreeMap<Facet, Vec<Count>>, Error> {
        let names = self.names(consultation).await?;
        let mut counts = BTreeMap::new();
        // What is not narrowed yet is counted in one pass, the others without their own filter.
        let (narrowed, free): (Vec<Facet>, Vec<Facet>) = FILTERED
            .into_iter()
            .partition(|facet| without(request, *facet).is_some());
        let mut passes = vec![(request.clone(), free)];
        for facet in narrowed {
            passes.extend(without(request, facet).map(|wider| (wider, vec![facet])));
        }
        for (request, facets) in passes {
            let query = self.query(consultation, &names, &request).await?;
            let index = self.index.clone();
            let counted = run_blocking(move || {
                let counted = index.count_each(&query, &facets);
                counted.map(|counted| facets.into_iter().zip(counted))
            });
            counts.extend(counted.await??);
        }
        Ok(counts)
    }

    /// The points before and after the one that was at place `at` of a search.
    ///
    /// A point that has left the search meanwhile, because it was answered, is skipped.
    pub async fn neighbors(
        &self,
        consultation: &Consultation,
        request: &Request,
        at: usize,
        point: PointId,
    ) -> Result<Neighbors, Error> {
        let names = self.names(consultation).await?;
        let first = at.saturating_sub(1);
        let request = Request {
            offset: first,
            limit: 3,
            ..request.clone()
        };
        let query = self.query(consultation, &names, &request).await?;
        let index = self.index.clone();
        let hits = run_blocking(move || index.search(&query)).await??;
        let found: Vec<(usize, PointId)> = (first..).zip(hits.hits.iter().map(|h| h.id)).collect();
        let own = found.iter().find(|(_, id)| *id == point).map(|(n, _)| *n);
        let mut others = found.iter().filter(|(_, id)| *id != point);
        let bound = own.unwrap_or(at);
        Ok(Neighbors {
            at: bound,
            total: hits.total,
            before: others.clone().rfind(|(n, _)| *n < bound).copied(),
            after: others.find(|(n, _)| *n >= bound).copied(),
        })
    }

    /// Reads points by key, in the order asked; unknown keys are left out.
    pub async fn points(
        &self,
        consultation: &Consultation,
        names: &Names,
        ids: &[PointId],
    ) -> Result<Vec<PointView>, Error> {
        let mut tx = self.store.read().await?;
        let mut views = BTreeMap::new();
        for some in ids.chunks(POINTS_AT_A_TIME) {
            read_views(&mut tx, consultation, names, some, &mut views).await?;
        }
        Ok(ids.iter().filter_map(|id| views.remove(id)).collect())
    }
}

/// Reads points that may lie far apart, with what is shown of each, in a handful of queries.
async fn read_views(
    tx: &mut Tx,
    consultation: &Consultation,
    names: &Names,
    ids: &[PointId],
    views: &mut BTreeMap<PointId, PointView>,
) -> Result<(), Error> {
    let mut points = points::list_points(tx, points::Which::These(ids)).await?;
    points.retain(|point| point.consultation == consultation.id);
    let from: BTreeSet<SubmissionId> = points.iter().map(|point| point.submission).collect();
    let from: Vec<SubmissionId> = from.into_iter().collect();
    let parts = submissions::list_parts_of(tx, &from).await?;
    let mut texts = texts_of(points.iter(), &parts);
    let submissions = submissions::list_these(tx, &from).await?;
    let submissions: BTreeMap<SubmissionId, Submission> = submissions
        .into_iter()
        .map(|submission| (submission.id, submission))
        .collect();
    // Answered through a group: the representative's answer is everybody's.
    let answered = |point: &Point| match point.state {
        PointState::AnsweredInGroup => point.representative,
        _ => point.response.map(|_| point.id),
    };
    let of: Vec<PointId> = points.iter().filter_map(answered).collect();
    let answers = responses::list_current_of(tx, &of).await?;
    let answers: BTreeMap<PointId, Response> = answers
        .into_iter()
        .map(|response| (response.point, response))
        .collect();
    for point in points {
        let Some(submission) = submissions.get(&point.submission).cloned() else {
            continue;
        };
        let response = answered(&point).and_then(|id| answers.get(&id).cloned());
        let text = texts.remove(&point.id).unwrap_or_default();
        views.insert(point.id, view(names, point, text, submission, response));
    }
    Ok(())
}

fn view(
    names: &Names,
    point: Point,
    text: String,
    submission: Submission,
    response: Option<Response>,
) -> PointView {
    let section = point.section.and_then(|id| names.section(id));
    PointView {
        text,
        highlights: Vec::new(),
        section: section.map(|section| names.label(section)),
        section_heading: section.map(|section| section.heading.clone()),
        other_sections: point
            .other_sections
            .iter()
            .filter_map(|id| Some(names.label(names.section(*id)?)))
            .collect(),
        organizations: submission
            .organizations
            .iter()
            .filter_map(|id| names.organizations.get(id).cloned())
            .collect(),
        round: point.round.and_then(|id| names.rounds.get(&id).copied()),
        submission,
        response,
        point,
    }
}
