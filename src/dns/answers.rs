//! Questions and answers on the wire.

use std::net::IpAddr;

use async_trait::async_trait;
use hickory_server::{
    net::{NetError, runtime::Time},
    proto::{
        op::{Edns, Header, HeaderCounts, Metadata, OpCode, ResponseCode},
        rr::{
            DNSClass, Name, RData, Record, RecordType,
            rdata::{A, AAAA, NS, SOA},
        },
    },
    server::{Request, RequestHandler, ResponseHandler, ResponseInfo},
    zone_handler::MessageResponseBuilder,
};

use super::{
    upstream::Upstream,
    zone::{Lookup, Zone},
};

/// For how many seconds answers may be kept, those that there is no such name among them: an endpoint stays where it is,
/// but may be made and deleted at any time.
const TTL: u32 = 5;

/// The longest answer that asks for no second try by TCP, for clients that take more than 512 bytes.
const LARGEST_DATAGRAM: u16 = 1232;

/// Answers every question.
pub(super) struct Answers {
    zone: Zone,
    apex: Name,
    server: Name,
    upstream: Option<Upstream>,
}

/// What a question is answered.
#[derive(Default)]
struct Answer {
    code: ResponseCode,
    is_ours: bool,
    answers: Vec<Record>,
    authorities: Vec<Record>,
    /// Set by others, on the way through here.
    passed: Option<Metadata>,
}

impl Answer {
    fn refusal(code: ResponseCode) -> Self {
        Self { code, ..Self::default() }
    }
}

impl Answers {
    pub(super) fn new(zone: Zone, upstream: Option<Upstream>) -> Self {
        // Zones were checked when they were given.
        let name = |text: &str| Name::from_ascii(format!("{text}.")).unwrap_or_default();
        Self { apex: name(zone.apex()), server: name(&zone.server()), zone, upstream }
    }

    async fn answer(&self, request: &Request) -> Answer {
        let Ok(info) = request.request_info() else { return Answer::refusal(ResponseCode::FormErr) };
        if request.metadata.op_code != OpCode::Query {
            return Answer::refusal(ResponseCode::NotImp);
        }
        let query = info.query.original();
        if query.query_class() == DNSClass::IN && self.apex.zone_of(query.name()) {
            return self.own(query.name(), query.query_type(), request);
        }
        // Whoever asks from elsewhere may have forged where from, to have somebody else flooded with answers.
        match self.upstream.filter(|_| is_near(request.src().ip())) {
            Some(upstream) => match upstream.ask(request).await {
                Ok(message) => Answer {
                    code: message.metadata.response_code,
                    answers: message.answers,
                    authorities: message.authorities,
                    passed: Some(message.metadata),
                    is_ours: false,
                },
                Err(error) => {
                    tracing::debug!(%error, "the DNS server of others did not answer");
                    Answer::refusal(ResponseCode::ServFail)
                }
            },
            None => Answer::refusal(ResponseCode::Refused),
        }
    }

    /// The answer about a name in the zone. The apex has the records that make it one.
    fn own(&self, name: &Name, of: RecordType, request: &Request) -> Answer {
        let text = name.to_lowercase().to_ascii();
        let found = self.zone.look_up(text.trim_end_matches('.'), request.src());
        let is_apex = name.num_labels() == self.apex.num_labels();
        let record = |data| Record::from_rdata(name.clone(), TTL, data);
        let answers = match (found, of) {
            (Lookup::Address(IpAddr::V4(ip)), RecordType::A | RecordType::ANY) => vec![record(RData::A(A(ip)))],
            (Lookup::Address(IpAddr::V6(ip)), RecordType::AAAA | RecordType::ANY) => {
                vec![record(RData::AAAA(AAAA(ip)))]
            }
            (_, RecordType::SOA) if is_apex => vec![self.soa()],
            (_, RecordType::NS) if is_apex => vec![record(RData::NS(NS(self.server.clone())))],
            _ => Vec::new(),
        };
        let code = if found == Lookup::Missing { ResponseCode::NXDomain } else { ResponseCode::NoError };
        let authorities = if answers.is_empty() { vec![self.soa()] } else { Vec::new() };
        Answer { code, is_ours: true, answers, authorities, passed: None }
    }

    fn soa(&self) -> Record {
        let ttl = i32::try_from(TTL).unwrap_or_default();
        let soa = SOA::new(self.server.clone(), self.apex.clone(), 1, ttl, ttl, ttl, TTL);
        Record::from_rdata(self.apex.clone(), TTL, RData::SOA(soa))
    }
}

#[async_trait]
impl RequestHandler for Answers {
    async fn handle_request<R: ResponseHandler, T: Time>(
        &self,
        request: &Request,
        mut response_handle: R,
    ) -> ResponseInfo {
        let answer = self.answer(request).await;
        let mut metadata = Metadata::response_from_request(&request.metadata);
        metadata.response_code = answer.code;
        metadata.authoritative = answer.is_ours;
        metadata.recursion_available = self.upstream.is_some();
        if let Some(passed) = answer.passed {
            metadata = passed;
            metadata.id = request.metadata.id;
        }
        let mut edns = Edns::new();
        edns.set_max_payload(LARGEST_DATAGRAM);
        let builder = MessageResponseBuilder::new(&request.queries, request.edns.is_some().then_some(&edns));
        let response = builder.build(metadata, &answer.answers, &answer.authorities, [], []);
        let sent: Result<ResponseInfo, NetError> = response_handle.send_response(response).await;
        sent.unwrap_or_else(|error| {
            tracing::debug!(%error, "an answer could not be sent");
            failed(request)
        })
    }
}

/// Whether an address is of this machine or of a private network.
fn is_near(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// What is told of an answer that could not be sent.
fn failed(request: &Request) -> ResponseInfo {
    let mut metadata = Metadata::response_from_request(&request.metadata);
    metadata.response_code = ResponseCode::ServFail;
    Header { metadata, counts: HeaderCounts::default() }.into()
}
