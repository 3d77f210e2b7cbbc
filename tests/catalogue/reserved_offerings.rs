//! The table of reservations that can be bought.

use std::fmt::Write as _;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::render::{engine, file};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReservedOfferingFacts {
    /// Offerings whose identifier is known.
    known: Vec<Row>,
    /// What the others cost.
    rates: Vec<Rates>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    cache_node_type: String,
    engine: String,
    years: u8,
    offering_type: String,
    fixed_price: f64,
    usage_price: f64,
    hourly: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rates {
    cache_node_type: String,
    engines: Vec<String>,
    one_year: Term,
    three_years: Term,
}

/// No upfront: by the hour. Partial upfront: at the beginning and by the hour. All upfront: at the beginning.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Term {
    no: f64,
    partial: (f64, f64),
    all: f64,
}

impl Rates {
    fn offerings(&self) -> impl Iterator<Item = Row> {
        let terms = [(1, &self.one_year), (3, &self.three_years)];
        self.engines.iter().flat_map(move |engine| {
            terms.into_iter().flat_map(move |(years, term)| {
                let prices = [
                    ("NoUpfront", 0.0, term.no),
                    ("PartialUpfront", term.partial.0, term.partial.1),
                    ("AllUpfront", term.all, 0.0),
                ];
                prices.map(|(offering_type, fixed_price, hourly)| Row {
                    id: made_up_id(&self.cache_node_type, engine, years, offering_type),
                    cache_node_type: self.cache_node_type.clone(),
                    engine: engine.clone(),
                    years,
                    offering_type: offering_type.to_owned(),
                    fixed_price,
                    usage_price: 0.0,
                    hourly: Some(hourly),
                })
            })
        })
    }
}

/// Always the same for the same offering.
fn made_up_id(cache_node_type: &str, engine: &str, years: u8, offering_type: &str) -> String {
    let digest = Sha256::digest(format!("{cache_node_type} {engine} {years} {offering_type}"));
    let bytes = digest[..16].try_into().expect("sixteen bytes");
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string()
}

pub fn reserved_offerings(facts: ReservedOfferingFacts) -> String {
    let is_same = |one: &Row, other: &Row| {
        let of = |offering: &Row| (offering.years, offering.engine.clone(), offering.offering_type.clone());
        one.cache_node_type == other.cache_node_type && of(one) == of(other)
    };
    let mut offerings = facts.known;
    let known = offerings.len();
    for offering in facts.rates.iter().flat_map(Rates::offerings) {
        if !offerings[..known].iter().any(|known| is_same(known, &offering)) {
            offerings.push(offering);
        }
    }
    offerings.sort_by(|one, other| one.id.cmp(&other.id));
    let mut body = "pub static RESERVED_OFFERINGS: &[ReservedOffering] = &[\n".to_owned();
    for offering in &offerings {
        let Row { id, cache_node_type, years, offering_type, fixed_price, usage_price, hourly, .. } = offering;
        let engine = engine(&offering.engine);
        let _ = writeln!(
            body,
            "    offering({id:?}, {cache_node_type:?}, {engine}, {years}, OfferingType::{offering_type}, \
             ({fixed_price:?}, {usage_price:?}, {hourly:?})),",
        );
    }
    body.push_str("];\n");
    let uses = "use crate::model::{Engine, OfferingType};\n\
                use crate::model::catalogue::reserved_offerings::{ReservedOffering, offering};";
    file(uses, &body)
}
