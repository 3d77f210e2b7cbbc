//! Encryption in transit of replication groups: turned on and off in two steps.

use cachette::model::TransitEncryption;

use crate::{
    answer::Refusal,
    records::Records,
    replication_group_security::{FIRST, MODIFY, TLS, TOKEN_NEEDS_TLS, group, members, modify, refused, shown},
};

#[tokio::test]
async fn encryption_is_turned_on_and_off_in_two_steps() {
    let records = Records::new();
    group(&records, "NumCacheClusters=2&EngineVersion=7.0").await;
    let mode = |records: &Records| members(records)[1].transit_encryption;
    for asked in
        ["TransitEncryptionMode=preferred", TLS, "TransitEncryptionEnabled=true&TransitEncryptionMode=required"]
    {
        assert_eq!(refused(&records, asked).await.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    let no_change = Refusal::combination("No modifications were requested");
    assert_eq!(refused(&records, "TransitEncryptionEnabled=false").await, no_change);
    let answer = records.done(&format!("{MODIFY}&{TLS}&TransitEncryptionMode=preferred")).await;
    assert!(answer.contains("<Status>available<"), "the gateway has it at once: {answer}");
    assert_eq!(mode(&records), TransitEncryption::Preferred);
    assert_eq!(refused(&records, TLS).await, no_change);
    modify(&records, "TransitEncryptionMode=required").await;
    assert_eq!(mode(&records), TransitEncryption::Required);
    assert_eq!(refused(&records, "TransitEncryptionEnabled=false").await.code(), (400, "InvalidParameterCombination"));
    modify(&records, "TransitEncryptionMode=preferred").await;
    modify(&records, &format!("AuthToken={FIRST}&AuthTokenUpdateStrategy=SET")).await;
    assert_eq!(refused(&records, "TransitEncryptionEnabled=false").await, Refusal::value(TOKEN_NEEDS_TLS));
    let records = Records::new();
    group(&records, &format!("{TLS}&TransitEncryptionMode=preferred")).await;
    modify(&records, "TransitEncryptionEnabled=false").await;
    assert_eq!(shown(&records, "TransitEncryptionEnabled").await, ["false"]);
    assert_eq!(shown(&records, "TransitEncryptionMode").await, [""; 0]);
}

#[tokio::test]
async fn encryption_of_old_engines_stays_as_it_is() {
    let records = Records::new();
    group(&records, &format!("{TLS}&EngineVersion=6.2")).await;
    for asked in ["TransitEncryptionMode=preferred", "TransitEncryptionEnabled=false"] {
        assert_eq!(refused(&records, asked).await.code(), (400, "InvalidParameterCombination"), "{asked}");
    }
    assert_eq!(refused(&records, TLS).await, Refusal::combination("No modifications were requested"));
}
