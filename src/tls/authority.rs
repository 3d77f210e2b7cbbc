//! The certificate authority: a key that is made once and kept, and the certificate that clients are given.

use std::{
    path::Path,
    time::{Duration, SystemTime},
};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};

use super::{TlsError, files, names::Name};
use crate::model::hex::hex;

/// The file of the key.
const KEY_FILE: &str = "ca-key.pem";

/// The file of the certificate.
const CERTIFICATE_FILE: &str = "ca.pem";

pub(super) const DAY: Duration = Duration::from_hours(24);

/// How long the authority's certificate is valid: ten years, leap days included.
const AUTHORITY_DAYS: u32 = 3652;

/// How long what it signs is valid.
const SIGNED_DAYS: u32 = 30;

/// Signs certificates.
pub(super) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    /// Its own certificate, as it is given out.
    pub(super) pem: String,
}

impl Authority {
    /// The authority kept in `data_dir`, made there first if there is none.
    pub(super) fn open(data_dir: &Path, now: SystemTime) -> Result<Self, TlsError> {
        let (key_path, path) = (data_dir.join(KEY_FILE), data_dir.join(CERTIFICATE_FILE));
        let key = if let Some(text) = files::read(&key_path)? {
            KeyPair::from_pem(&text).map_err(|_| TlsError::Damaged(key_path))?
        } else {
            let key = KeyPair::generate()?;
            files::write(&key_path, &key.serialize_pem())?;
            key
        };
        let params = params(&key, now);
        let pem = if let Some(pem) = files::read(&path)? {
            // One of another key would be trusted in vain.
            let certificate = CertificateDer::from_pem_slice(pem.as_bytes()).ok();
            let is_ours = |certificate: &CertificateDer<'_>| {
                memchr::memmem::find(certificate, &key.subject_public_key_info()).is_some()
            };
            certificate.filter(is_ours).ok_or(TlsError::Damaged(path))?;
            pem
        } else {
            let pem = params.self_signed(&key)?.pem();
            files::write(&path, &pem)?;
            pem
        };
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// A certificate of `key` for these names, valid for thirty days from now on.
    pub(super) fn sign(
        &self,
        key: &KeyPair,
        names: &[Name],
        now: SystemTime,
    ) -> Result<CertificateDer<'static>, TlsError> {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(alternative).collect::<Result<_, _>>()?;
        params.distinguished_name = called("Cachette");
        params.not_before = (now - DAY).into();
        params.not_after = (now + DAY * SIGNED_DAYS).into();
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        Ok(params.signed_by(key, &self.issuer)?.into())
    }
}

/// What the authority says of itself. But for the dates it follows from the key alone: a certificate that was lost is
/// made again, and clients that trust the former one trust what is signed from then on.
fn params(key: &KeyPair, now: SystemTime) -> CertificateParams {
    let mut params = CertificateParams::default();
    // Clients look for an authority by its name first: those of two servers must not have the same.
    let identifier = hex(&params.key_identifier(key)[..4]);
    params.distinguished_name = called(&format!("Cachette local CA {identifier}"));
    // A day back, for clients whose clocks are behind.
    params.not_before = (now - DAY).into();
    params.not_after = (now + DAY * AUTHORITY_DAYS).into();
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params
}

fn called(name: &str) -> DistinguishedName {
    let mut distinguished_name = DistinguishedName::new();
    distinguished_name.push(DnType::CommonName, name);
    distinguished_name
}

fn alternative(name: &Name) -> Result<SanType, rcgen::Error> {
    Ok(match name {
        Name::Dns(name) => SanType::DnsName(name.as_str().try_into()?),
        Name::Address(address) => SanType::IpAddress(*address),
    })
}
