//! Users: what they can be, and what is refused.

use crate::{answer::Refusal, records::Records};

const PASSWORD: &str = "Passwords.member.1=a-long-password-1";
const IAM: &str = "AuthenticationMode.Type=iam";
const ALL: &str = "AccessString=on%20~*%20%2B@all";

/// A new user of Redis, but for what is asked.
fn create(id: &str, asked: &str) -> String {
    format!("CreateUser&UserId={id}&UserName={id}&Engine=redis&{asked}")
}

async fn created(records: &Records, id: &str) -> String {
    records.done(&create(id, &format!("{ALL}&{PASSWORD}"))).await
}

/// What stands in an element that is there once.
fn text<'a>(answer: &'a str, element: &str) -> &'a str {
    let (_, rest) = answer.split_once(&format!("<{element}>")).unwrap_or_else(|| panic!("no {element} in {answer}"));
    rest.split_once("</").expect("an end").0
}

#[tokio::test]
async fn every_account_has_a_default_user() {
    let records = Records::new();
    let answer = records.done("DescribeUsers").await;
    for (element, expected) in [
        ("UserId", "default"),
        ("UserName", "default"),
        ("Status", "active"),
        ("Engine", "redis"),
        ("MinimumEngineVersion", "6.0"),
        ("AccessString", "on ~* +@all"),
        ("Type", "no-password"),
    ] {
        assert_eq!(text(&answer, element), expected, "{element}");
    }
    assert!(answer.contains("<ARN>arn:aws:elasticache:us-east-1:000000000000:user:default</ARN>"), "{answer}");
    for form in ["DeleteUser&UserId=default", "ModifyUser&UserId=default&AppendAccessString=-get"] {
        assert_eq!(records.refused(form).await.code(), (400, "InvalidParameterValue"), "{form}");
    }
    let taken = Refusal::new(400, "UserAlreadyExists", "User default already exists.");
    assert_eq!(records.refused(&create("default", &format!("{ALL}&{PASSWORD}"))).await, taken);
}

#[tokio::test]
async fn a_user_comes_back_as_it_was_asked_for() {
    let records = Records::new();
    let asked = format!("AccessString=~app:*%20%2B@read&{PASSWORD}&Passwords.member.2=another-long-password");
    let created = records.done(&create("Alice", &format!("{asked}&NoPasswordRequired=false"))).await;
    let described = records.done("DescribeUsers&UserId=ALICE").await;
    for answer in [&created, &described] {
        assert_eq!((text(answer, "UserId"), text(answer, "UserName")), ("alice", "Alice"));
        assert_eq!((text(answer, "Status"), text(answer, "Type")), ("active", "password"));
        assert_eq!(text(answer, "PasswordCount"), "2");
        assert_eq!(text(answer, "AccessString"), "off ~app:* -@all +@read");
        assert!(!answer.contains("long-password"), "{answer}");
    }
    let answer = records.done(&create("ida", &format!("{ALL}&{IAM}"))).await;
    assert_eq!((text(&answer, "Type"), text(&answer, "MinimumEngineVersion")), ("iam", "7.0"));
    let answer = records.done(&create("nobody", "AccessString=off%20-@all&NoPasswordRequired=true")).await;
    assert_eq!(text(&answer, "Type"), "no-password");
    assert!(!answer.contains("PasswordCount"), "{answer}");
}

#[tokio::test]
async fn what_a_user_cannot_be() {
    let records = Records::new();
    created(&records, "taken").await;
    let cases = [
        (create("taken", &format!("{ALL}&{PASSWORD}")), "UserAlreadyExists", "User taken already exists."),
        (
            create("a", ALL),
            "InvalidParameterValue",
            "Input Authentication type: null is not in the allowed list: [password,no-password-required,iam]",
        ),
        (
            create("a", &format!("{ALL}&Passwords.member.1=short")),
            "InvalidParameterValue",
            "Passwords length must be between 16-128 characters.",
        ),
        (
            create("a", &format!("{ALL}&NoPasswordRequired=true&{PASSWORD}")),
            "InvalidParameterCombination",
            "Password field is not allowed with authentication type: no-password-required",
        ),
        (
            format!("CreateUser&UserId=a&UserName=b&Engine=redis&{ALL}&{IAM}"),
            "InvalidParameterCombination",
            "User Id and User name must be same for authentication type: iam",
        ),
        (
            format!("CreateUser&UserId=a&UserName=a&Engine=valkey&{ALL}&NoPasswordRequired=true"),
            "InvalidParameterCombination",
            "No-password-required is not allowed for a user with engine Valkey",
        ),
        (
            create("a", &format!("AccessString=on%20%3Esecret&{PASSWORD}")),
            "InvalidParameterValue",
            "Password rules are not supported in Elasticache access string. Please use Passwords parameter to set/modify \
             user password.",
        ),
        (
            create("a", &format!("AccessString=on%20%2B@nothing&{PASSWORD}")),
            "InvalidParameterValue",
            "Access string contains invalid category(s)",
        ),
        (
            format!("CreateUser&UserId=a&UserName=cachette-admin&Engine=redis&{ALL}&{PASSWORD}"),
            "InvalidParameterValue",
            "The user name cachette-admin is reserved by Cachette.",
        ),
    ];
    for (form, code, message) in cases {
        assert_eq!(records.refused(&form).await, Refusal::new(400, code, message), "{form}");
    }
    let others = [
        create("a", &format!("AccessString=&{PASSWORD}")),
        create("1a", &format!("{ALL}&{PASSWORD}")),
        format!("CreateUser&UserId=a&UserName=two%20words&Engine=redis&{ALL}&{PASSWORD}"),
        format!("CreateUser&UserId=a&UserName=a&Engine=memcached&{ALL}&{PASSWORD}"),
    ];
    for form in others {
        assert_eq!(records.refused(&form).await.status, 400, "{form}");
    }
    assert!(!records.done("DescribeUsers").await.contains("<UserId>a</UserId>"), "nothing is left behind");
}

#[tokio::test]
async fn a_user_is_changed() {
    let records = Records::new();
    created(&records, "alice").await;
    let modify = |change: &str| format!("ModifyUser&UserId=alice&{change}");
    let answer = records.done(&modify("AppendAccessString=-@dangerous")).await;
    assert_eq!(text(&answer, "Status"), "modifying");
    let answer = records.done("DescribeUsers&UserId=alice").await;
    assert_eq!((text(&answer, "Status"), text(&answer, "AccessString")), ("active", "on ~* +@all -@dangerous"));
    records.done(&modify("NoPasswordRequired=true")).await;
    assert_eq!(text(&records.done("DescribeUsers&UserId=alice").await, "Type"), "no-password");
    assert_eq!(
        records.refused(&modify("Engine=valkey")).await,
        Refusal::combination("No-password-required is not allowed for a user with engine Valkey")
    );
    records.done(&modify(&format!("Engine=valkey&{PASSWORD}"))).await;
    let answer = records.done("DescribeUsers&UserId=alice").await;
    assert_eq!((text(&answer, "Engine"), text(&answer, "MinimumEngineVersion")), ("valkey", "7.2"));
    for change in ["Engine=redis", "AccessString=on&AppendAccessString=-get", ""] {
        assert_eq!(records.refused(&modify(change)).await.status, 400, "{change}");
    }
    let unknown = Refusal::new(404, "UserNotFound", "User bob not found.");
    for form in ["ModifyUser&UserId=bob&AppendAccessString=-get", "DeleteUser&UserId=bob", "DescribeUsers&UserId=bob"] {
        assert_eq!(records.refused(form).await, unknown, "{form}");
    }
}

#[tokio::test]
async fn users_are_found_by_filters_and_page_by_page() {
    let records = Records::new();
    for number in 0..25 {
        created(&records, &format!("user-{number:02}")).await;
    }
    let valkey = format!("CreateUser&UserId=vera&UserName=vera&Engine=VALKEY&{ALL}&{PASSWORD}");
    records.done(&valkey).await;
    let answer = records.done("DescribeUsers&MaxRecords=20").await;
    assert_eq!(answer.matches("<UserId>").count(), 20);
    let marker = text(&answer, "Marker");
    let rest = records.done(&format!("DescribeUsers&MaxRecords=20&Marker={marker}")).await;
    assert_eq!(rest.matches("<UserId>").count(), 7);
    assert_eq!(records.done("DescribeUsers&Engine=valkey").await.matches("<UserId>").count(), 1);
    let filter = "DescribeUsers&Filters.member.1.Name=user-id&Filters.member.1.Values.member.1=user-03";
    assert_eq!(text(&records.done(filter).await, "UserId"), "user-03");
    let wrong = "DescribeUsers&Filters.member.1.Name=colour&Filters.member.1.Values.member.1=red";
    assert_eq!(records.refused(wrong).await.code(), (400, "InvalidParameterValue"));
}

#[tokio::test]
async fn a_user_has_tags() {
    let records = Records::new();
    records.done(&create("alice", &format!("{ALL}&{PASSWORD}&Tags.Tag.1.Key=team&Tags.Tag.1.Value=a"))).await;
    let arn = "arn:aws:elasticache:us-east-1:000000000000:user:alice";
    let listed = records.done(&format!("ListTagsForResource&ResourceName={arn}")).await;
    assert_eq!((text(&listed, "Key"), text(&listed, "Value")), ("team", "a"));
    records.done(&format!("AddTagsToResource&ResourceName={arn}&Tags.Tag.1.Key=team&Tags.Tag.1.Value=b")).await;
    let left = records.done(&format!("ListTagsForResource&ResourceName={arn}")).await;
    assert_eq!(text(&left, "Value"), "b");
}
