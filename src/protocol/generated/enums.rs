// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.

//! The enums of the API: members whose values are words of a fixed set.

#![expect(missing_docs, reason = "the words are the API's, whose reference documents them")]

use serde::Serialize;

use crate::protocol::query::{Decode, Node, scalar};
use crate::protocol::xml::{self, Encode, XmlWriter};
use crate::protocol::{AwsError, WireEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum AZMode {
    #[serde(rename = "single-az")]
    SingleAz,
    #[serde(rename = "cross-az")]
    CrossAz,
}

impl WireEnum for AZMode {
    const VARIANTS: &'static [(&'static str, Self)] = &[("single-az", Self::SingleAz), ("cross-az", Self::CrossAz)];

    fn as_str(self) -> &'static str {
        match self {
            Self::SingleAz => "single-az",
            Self::CrossAz => "cross-az",
        }
    }
}

impl Decode for AZMode {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum AuthTokenUpdateStatus {
    #[serde(rename = "SETTING")]
    Setting,
    #[serde(rename = "ROTATING")]
    Rotating,
}

impl WireEnum for AuthTokenUpdateStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[("SETTING", Self::Setting), ("ROTATING", Self::Rotating)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Setting => "SETTING",
            Self::Rotating => "ROTATING",
        }
    }
}

impl Encode for AuthTokenUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum AuthTokenUpdateStrategyType {
    #[serde(rename = "SET")]
    Set,
    #[serde(rename = "ROTATE")]
    Rotate,
    #[serde(rename = "DELETE")]
    Delete,
}

impl WireEnum for AuthTokenUpdateStrategyType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("SET", Self::Set), ("ROTATE", Self::Rotate), ("DELETE", Self::Delete)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Set => "SET",
            Self::Rotate => "ROTATE",
            Self::Delete => "DELETE",
        }
    }
}

impl Decode for AuthTokenUpdateStrategyType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum AuthenticationType {
    #[serde(rename = "password")]
    Password,
    #[serde(rename = "no-password")]
    NoPassword,
    #[serde(rename = "iam")]
    Iam,
}

impl WireEnum for AuthenticationType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("password", Self::Password), ("no-password", Self::NoPassword), ("iam", Self::Iam)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::NoPassword => "no-password",
            Self::Iam => "iam",
        }
    }
}

impl Encode for AuthenticationType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum AutomaticFailoverStatus {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
    #[serde(rename = "enabling")]
    Enabling,
    #[serde(rename = "disabling")]
    Disabling,
}

impl WireEnum for AutomaticFailoverStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("enabled", Self::Enabled),
        ("disabled", Self::Disabled),
        ("enabling", Self::Enabling),
        ("disabling", Self::Disabling),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Enabling => "enabling",
            Self::Disabling => "disabling",
        }
    }
}

impl Encode for AutomaticFailoverStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ChangeType {
    #[serde(rename = "immediate")]
    Immediate,
    #[serde(rename = "requires-reboot")]
    RequiresReboot,
}

impl WireEnum for ChangeType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("immediate", Self::Immediate), ("requires-reboot", Self::RequiresReboot)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Immediate => "immediate",
            Self::RequiresReboot => "requires-reboot",
        }
    }
}

impl Encode for ChangeType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ClusterMode {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
    #[serde(rename = "compatible")]
    Compatible,
}

impl WireEnum for ClusterMode {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("enabled", Self::Enabled), ("disabled", Self::Disabled), ("compatible", Self::Compatible)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Compatible => "compatible",
        }
    }
}

impl Decode for ClusterMode {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for ClusterMode {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ConnectionType {
    #[serde(rename = "vpc")]
    Vpc,
    #[serde(rename = "public")]
    Public,
}

impl WireEnum for ConnectionType {
    const VARIANTS: &'static [(&'static str, Self)] = &[("vpc", Self::Vpc), ("public", Self::Public)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Vpc => "vpc",
            Self::Public => "public",
        }
    }
}

impl Decode for ConnectionType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for ConnectionType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Default)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum DataStorageUnit {
    #[default]
    #[serde(rename = "GB")]
    Gb,
}

impl WireEnum for DataStorageUnit {
    const VARIANTS: &'static [(&'static str, Self)] = &[("GB", Self::Gb)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Gb => "GB",
        }
    }
}

impl Decode for DataStorageUnit {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for DataStorageUnit {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum DataTieringStatus {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
}

impl WireEnum for DataTieringStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[("enabled", Self::Enabled), ("disabled", Self::Disabled)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

impl Encode for DataTieringStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum DestinationType {
    #[serde(rename = "cloudwatch-logs")]
    CloudwatchLogs,
    #[serde(rename = "kinesis-firehose")]
    KinesisFirehose,
}

impl WireEnum for DestinationType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("cloudwatch-logs", Self::CloudwatchLogs), ("kinesis-firehose", Self::KinesisFirehose)];

    fn as_str(self) -> &'static str {
        match self {
            Self::CloudwatchLogs => "cloudwatch-logs",
            Self::KinesisFirehose => "kinesis-firehose",
        }
    }
}

impl Decode for DestinationType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for DestinationType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum Durability {
    #[serde(rename = "default")]
    Default,
    #[serde(rename = "async")]
    Async,
    #[serde(rename = "sync")]
    Sync,
    #[serde(rename = "disabled")]
    Disabled,
}

impl WireEnum for Durability {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("default", Self::Default), ("async", Self::Async), ("sync", Self::Sync), ("disabled", Self::Disabled)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Async => "async",
            Self::Sync => "sync",
            Self::Disabled => "disabled",
        }
    }
}

impl Decode for Durability {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for Durability {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum EffectiveDurability {
    #[serde(rename = "async")]
    Async,
    #[serde(rename = "sync")]
    Sync,
    #[serde(rename = "disabled")]
    Disabled,
}

impl WireEnum for EffectiveDurability {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("async", Self::Async), ("sync", Self::Sync), ("disabled", Self::Disabled)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::Sync => "sync",
            Self::Disabled => "disabled",
        }
    }
}

impl Encode for EffectiveDurability {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum InputAuthenticationType {
    #[serde(rename = "password")]
    Password,
    #[serde(rename = "no-password-required")]
    NoPasswordRequired,
    #[serde(rename = "iam")]
    Iam,
}

impl WireEnum for InputAuthenticationType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("password", Self::Password), ("no-password-required", Self::NoPasswordRequired), ("iam", Self::Iam)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::NoPasswordRequired => "no-password-required",
            Self::Iam => "iam",
        }
    }
}

impl Decode for InputAuthenticationType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum IntegrationStatus {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
    #[serde(rename = "enabling")]
    Enabling,
    #[serde(rename = "disabling")]
    Disabling,
    #[serde(rename = "failed")]
    Failed,
}

impl WireEnum for IntegrationStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("enabled", Self::Enabled),
        ("disabled", Self::Disabled),
        ("enabling", Self::Enabling),
        ("disabling", Self::Disabling),
        ("failed", Self::Failed),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
            Self::Enabling => "enabling",
            Self::Disabling => "disabling",
            Self::Failed => "failed",
        }
    }
}

impl Encode for IntegrationStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum IntegrationType {
    #[serde(rename = "dynamodb")]
    Dynamodb,
}

impl WireEnum for IntegrationType {
    const VARIANTS: &'static [(&'static str, Self)] = &[("dynamodb", Self::Dynamodb)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Dynamodb => "dynamodb",
        }
    }
}

impl Decode for IntegrationType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for IntegrationType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum IpDiscovery {
    #[serde(rename = "ipv4")]
    Ipv4,
    #[serde(rename = "ipv6")]
    Ipv6,
}

impl WireEnum for IpDiscovery {
    const VARIANTS: &'static [(&'static str, Self)] = &[("ipv4", Self::Ipv4), ("ipv6", Self::Ipv6)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
        }
    }
}

impl Decode for IpDiscovery {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for IpDiscovery {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum LogDeliveryConfigurationStatus {
    #[serde(rename = "active")]
    Active,
    #[serde(rename = "enabling")]
    Enabling,
    #[serde(rename = "modifying")]
    Modifying,
    #[serde(rename = "disabling")]
    Disabling,
    #[serde(rename = "error")]
    Error,
}

impl WireEnum for LogDeliveryConfigurationStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("active", Self::Active),
        ("enabling", Self::Enabling),
        ("modifying", Self::Modifying),
        ("disabling", Self::Disabling),
        ("error", Self::Error),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Enabling => "enabling",
            Self::Modifying => "modifying",
            Self::Disabling => "disabling",
            Self::Error => "error",
        }
    }
}

impl Encode for LogDeliveryConfigurationStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum LogFormat {
    #[serde(rename = "text")]
    Text,
    #[serde(rename = "json")]
    Json,
}

impl WireEnum for LogFormat {
    const VARIANTS: &'static [(&'static str, Self)] = &[("text", Self::Text), ("json", Self::Json)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl Decode for LogFormat {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for LogFormat {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum LogType {
    #[serde(rename = "slow-log")]
    SlowLog,
    #[serde(rename = "engine-log")]
    EngineLog,
}

impl WireEnum for LogType {
    const VARIANTS: &'static [(&'static str, Self)] = &[("slow-log", Self::SlowLog), ("engine-log", Self::EngineLog)];

    fn as_str(self) -> &'static str {
        match self {
            Self::SlowLog => "slow-log",
            Self::EngineLog => "engine-log",
        }
    }
}

impl Decode for LogType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for LogType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum MultiAZStatus {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
}

impl WireEnum for MultiAZStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[("enabled", Self::Enabled), ("disabled", Self::Disabled)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

impl Encode for MultiAZStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum NetworkType {
    #[serde(rename = "ipv4")]
    Ipv4,
    #[serde(rename = "ipv6")]
    Ipv6,
    #[serde(rename = "dual_stack")]
    DualStack,
}

impl WireEnum for NetworkType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("ipv4", Self::Ipv4), ("ipv6", Self::Ipv6), ("dual_stack", Self::DualStack)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Ipv4 => "ipv4",
            Self::Ipv6 => "ipv6",
            Self::DualStack => "dual_stack",
        }
    }
}

impl Decode for NetworkType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for NetworkType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum NodeUpdateInitiatedBy {
    #[serde(rename = "system")]
    System,
    #[serde(rename = "customer")]
    Customer,
}

impl WireEnum for NodeUpdateInitiatedBy {
    const VARIANTS: &'static [(&'static str, Self)] = &[("system", Self::System), ("customer", Self::Customer)];

    fn as_str(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Customer => "customer",
        }
    }
}

impl Encode for NodeUpdateInitiatedBy {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum NodeUpdateStatus {
    #[serde(rename = "not-applied")]
    NotApplied,
    #[serde(rename = "waiting-to-start")]
    WaitingToStart,
    #[serde(rename = "in-progress")]
    InProgress,
    #[serde(rename = "stopping")]
    Stopping,
    #[serde(rename = "stopped")]
    Stopped,
    #[serde(rename = "complete")]
    Complete,
}

impl WireEnum for NodeUpdateStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("not-applied", Self::NotApplied),
        ("waiting-to-start", Self::WaitingToStart),
        ("in-progress", Self::InProgress),
        ("stopping", Self::Stopping),
        ("stopped", Self::Stopped),
        ("complete", Self::Complete),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "not-applied",
            Self::WaitingToStart => "waiting-to-start",
            Self::InProgress => "in-progress",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Complete => "complete",
        }
    }
}

impl Encode for NodeUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum OutpostMode {
    #[serde(rename = "single-outpost")]
    SingleOutpost,
    #[serde(rename = "cross-outpost")]
    CrossOutpost,
}

impl WireEnum for OutpostMode {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("single-outpost", Self::SingleOutpost), ("cross-outpost", Self::CrossOutpost)];

    fn as_str(self) -> &'static str {
        match self {
            Self::SingleOutpost => "single-outpost",
            Self::CrossOutpost => "cross-outpost",
        }
    }
}

impl Decode for OutpostMode {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum PendingAutomaticFailoverStatus {
    #[serde(rename = "enabled")]
    Enabled,
    #[serde(rename = "disabled")]
    Disabled,
}

impl WireEnum for PendingAutomaticFailoverStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[("enabled", Self::Enabled), ("disabled", Self::Disabled)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Enabled => "enabled",
            Self::Disabled => "disabled",
        }
    }
}

impl Encode for PendingAutomaticFailoverStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ServiceUpdateSeverity {
    #[serde(rename = "critical")]
    Critical,
    #[serde(rename = "important")]
    Important,
    #[serde(rename = "medium")]
    Medium,
    #[serde(rename = "low")]
    Low,
}

impl WireEnum for ServiceUpdateSeverity {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("critical", Self::Critical), ("important", Self::Important), ("medium", Self::Medium), ("low", Self::Low)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Important => "important",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

impl Encode for ServiceUpdateSeverity {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ServiceUpdateStatus {
    #[serde(rename = "available")]
    Available,
    #[serde(rename = "cancelled")]
    Cancelled,
    #[serde(rename = "expired")]
    Expired,
}

impl WireEnum for ServiceUpdateStatus {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("available", Self::Available), ("cancelled", Self::Cancelled), ("expired", Self::Expired)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }
}

impl Decode for ServiceUpdateStatus {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for ServiceUpdateStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum ServiceUpdateType {
    #[serde(rename = "security-update")]
    SecurityUpdate,
}

impl WireEnum for ServiceUpdateType {
    const VARIANTS: &'static [(&'static str, Self)] = &[("security-update", Self::SecurityUpdate)];

    fn as_str(self) -> &'static str {
        match self {
            Self::SecurityUpdate => "security-update",
        }
    }
}

impl Encode for ServiceUpdateType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum SlaMet {
    #[serde(rename = "yes")]
    Yes,
    #[serde(rename = "no")]
    No,
    #[serde(rename = "n/a")]
    NA,
}

impl WireEnum for SlaMet {
    const VARIANTS: &'static [(&'static str, Self)] = &[("yes", Self::Yes), ("no", Self::No), ("n/a", Self::NA)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::NA => "n/a",
        }
    }
}

impl Encode for SlaMet {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum SourceType {
    #[serde(rename = "cache-cluster")]
    CacheCluster,
    #[serde(rename = "cache-parameter-group")]
    CacheParameterGroup,
    #[serde(rename = "cache-security-group")]
    CacheSecurityGroup,
    #[serde(rename = "cache-subnet-group")]
    CacheSubnetGroup,
    #[serde(rename = "replication-group")]
    ReplicationGroup,
    #[serde(rename = "serverless-cache")]
    ServerlessCache,
    #[serde(rename = "serverless-cache-snapshot")]
    ServerlessCacheSnapshot,
    #[serde(rename = "user")]
    User,
    #[serde(rename = "user-group")]
    UserGroup,
}

impl WireEnum for SourceType {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("cache-cluster", Self::CacheCluster),
        ("cache-parameter-group", Self::CacheParameterGroup),
        ("cache-security-group", Self::CacheSecurityGroup),
        ("cache-subnet-group", Self::CacheSubnetGroup),
        ("replication-group", Self::ReplicationGroup),
        ("serverless-cache", Self::ServerlessCache),
        ("serverless-cache-snapshot", Self::ServerlessCacheSnapshot),
        ("user", Self::User),
        ("user-group", Self::UserGroup),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::CacheCluster => "cache-cluster",
            Self::CacheParameterGroup => "cache-parameter-group",
            Self::CacheSecurityGroup => "cache-security-group",
            Self::CacheSubnetGroup => "cache-subnet-group",
            Self::ReplicationGroup => "replication-group",
            Self::ServerlessCache => "serverless-cache",
            Self::ServerlessCacheSnapshot => "serverless-cache-snapshot",
            Self::User => "user",
            Self::UserGroup => "user-group",
        }
    }
}

impl Decode for SourceType {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for SourceType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum StorageEncryptionType {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "sse-elasticache")]
    SseElasticache,
    #[serde(rename = "sse-kms")]
    SseKms,
}

impl WireEnum for StorageEncryptionType {
    const VARIANTS: &'static [(&'static str, Self)] =
        &[("none", Self::None), ("sse-elasticache", Self::SseElasticache), ("sse-kms", Self::SseKms)];

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::SseElasticache => "sse-elasticache",
            Self::SseKms => "sse-kms",
        }
    }
}

impl Encode for StorageEncryptionType {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum TlsMode {
    #[serde(rename = "none")]
    None,
    #[serde(rename = "verify-ca")]
    VerifyCa,
}

impl WireEnum for TlsMode {
    const VARIANTS: &'static [(&'static str, Self)] = &[("none", Self::None), ("verify-ca", Self::VerifyCa)];

    fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::VerifyCa => "verify-ca",
        }
    }
}

impl Decode for TlsMode {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum TransitEncryptionMode {
    #[serde(rename = "preferred")]
    Preferred,
    #[serde(rename = "required")]
    Required,
}

impl WireEnum for TransitEncryptionMode {
    const VARIANTS: &'static [(&'static str, Self)] = &[("preferred", Self::Preferred), ("required", Self::Required)];

    fn as_str(self) -> &'static str {
        match self {
            Self::Preferred => "preferred",
            Self::Required => "required",
        }
    }
}

impl Decode for TransitEncryptionMode {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for TransitEncryptionMode {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub enum UpdateActionStatus {
    #[serde(rename = "not-applied")]
    NotApplied,
    #[serde(rename = "waiting-to-start")]
    WaitingToStart,
    #[serde(rename = "in-progress")]
    InProgress,
    #[serde(rename = "stopping")]
    Stopping,
    #[serde(rename = "stopped")]
    Stopped,
    #[serde(rename = "complete")]
    Complete,
    #[serde(rename = "scheduling")]
    Scheduling,
    #[serde(rename = "scheduled")]
    Scheduled,
    #[serde(rename = "not-applicable")]
    NotApplicable,
}

impl WireEnum for UpdateActionStatus {
    const VARIANTS: &'static [(&'static str, Self)] = &[
        ("not-applied", Self::NotApplied),
        ("waiting-to-start", Self::WaitingToStart),
        ("in-progress", Self::InProgress),
        ("stopping", Self::Stopping),
        ("stopped", Self::Stopped),
        ("complete", Self::Complete),
        ("scheduling", Self::Scheduling),
        ("scheduled", Self::Scheduled),
        ("not-applicable", Self::NotApplicable),
    ];

    fn as_str(self) -> &'static str {
        match self {
            Self::NotApplied => "not-applied",
            Self::WaitingToStart => "waiting-to-start",
            Self::InProgress => "in-progress",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Complete => "complete",
            Self::Scheduling => "scheduling",
            Self::Scheduled => "scheduled",
            Self::NotApplicable => "not-applicable",
        }
    }
}

impl Decode for UpdateActionStatus {
    fn is_given(node: &Node<'_>) -> bool {
        scalar::is_scalar_given(node)
    }

    fn decode(node: Node<'_>) -> Result<Self, AwsError> {
        scalar::decode_word(node)
    }
}

impl Encode for UpdateActionStatus {
    fn encode(&self, writer: &mut XmlWriter) {
        xml::encode_word(*self, writer);
    }
}
