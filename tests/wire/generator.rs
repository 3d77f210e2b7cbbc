//! Rust from the model: one function a file. The output goes through rustfmt, so no care is taken about its layout.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use crate::model::{Member, Model};

const HEADER: &str = "// Written from `elasticache-2015-02-02.json` by the test `wire::generated`. Do not edit.\n\n";

/// The files of `src/protocol/generated`, unformatted.
pub fn files(model: &Model) -> Vec<(&'static str, String)> {
    let files = [
        ("mod.rs", module(model)),
        ("errors.rs", errors(model)),
        ("enums.rs", enums(model)),
        ("operations.rs", operations(model)),
        ("types.rs", types(model)),
        ("decode.rs", decode(model)),
        ("encode.rs", encode(model)),
    ];
    files.into_iter().map(|(name, text)| (name, format!("{HEADER}{text}"))).collect()
}

fn module(model: &Model) -> String {
    format!(
        "//! What follows from the API's model alone.

        mod decode;
        mod encode;
        pub mod enums;
        pub mod errors;
        pub mod operations;
        pub mod types;

        /// The version of the API, which every request names in its parameter `Version`.
        pub const API_VERSION: &str = {:?};

        /// The XML namespace of every answer, trailing slash included.
        pub const NAMESPACE: &str = {:?};\n",
        model.api_version, model.namespace
    )
}

fn errors(model: &Model) -> String {
    let all: Vec<_> = model.errors.iter().chain(&model.common_errors).collect();
    let mut out = String::from(
        "//! The codes of the API's errors, each with its HTTP status.

        /// The code of an error: the API's own, then the ones common to AWS services.
        ///
        /// A variant is called as the API's model calls the error, without `Fault` or `Exception`; the code on the
        /// wire is often spelled otherwise.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {\n",
    );
    for error in &all {
        let _ = writeln!(out, "/// `{}`, status {}.\n{},", error.code, error.status, error_variant(&error.name));
    }
    out.push_str(
        "}\n\nimpl ErrorCode {
            /// Every code.
            pub const ALL: &'static [Self] = &[\n",
    );
    for error in &all {
        let _ = writeln!(out, "Self::{},", error_variant(&error.name));
    }
    out.push_str(
        "];\n
            /// The code on the wire.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self {\n",
    );
    for error in &all {
        let _ = writeln!(out, "Self::{} => {:?},", error_variant(&error.name), error.code);
    }
    out.push_str(
        "}\n}\n
            /// The HTTP status.
            #[must_use]
            pub fn status(self) -> u16 {
                match self {\n",
    );
    let statuses: BTreeSet<u16> = all.iter().map(|error| error.status).filter(|status| *status != 400).collect();
    for status in statuses {
        let same: Vec<_> = all.iter().filter(|error| error.status == status).collect();
        let names: Vec<_> = same.iter().map(|error| format!("Self::{}", error_variant(&error.name))).collect();
        let _ = writeln!(out, "{} => {status},", names.join(" | "));
    }
    out.push_str("_ => 400,\n}\n}\n}\n");
    out
}

fn enums(model: &Model) -> String {
    let input = inputs(model);
    let output = outputs(model);
    let required: BTreeSet<&str> =
        model.structures.iter().flat_map(|s| &s.members).filter(|m| m.required).map(|m| m.shape.as_str()).collect();
    let mut out = String::from(
        "//! The enums of the API: members whose values are words of a fixed set.

        #![expect(missing_docs, reason = \"the words are the API's, whose reference documents them\")]

        use serde::Serialize;

        use crate::protocol::query::{Decode, Node, scalar};
        use crate::protocol::xml::{self, Encode, XmlWriter};
        use crate::protocol::{AwsError, WireEnum};\n\n",
    );
    for e in &model.enums {
        let name = &e.name;
        // The structures derive `Default`, so an enum that is a required member has to have one.
        let default = required.contains(name.as_str());
        let _ = writeln!(
            out,
            "#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize{})]
            #[cfg_attr(test, derive(serde::Deserialize))]
            pub enum {name} {{",
            if default { ", Default" } else { "" }
        );
        for (n, value) in e.values.iter().enumerate() {
            let mark = if default && n == 0 { "#[default]\n" } else { "" };
            let _ = writeln!(out, "{mark}#[serde(rename = {value:?})]\n{},", pascal(value));
        }
        let _ =
            writeln!(out, "}}\n\nimpl WireEnum for {name} {{\nconst VARIANTS: &'static [(&'static str, Self)] = &[");
        for value in &e.values {
            let _ = writeln!(out, "({value:?}, Self::{}),", pascal(value));
        }
        out.push_str("];\n\nfn as_str(self) -> &'static str {\nmatch self {\n");
        for value in &e.values {
            let _ = writeln!(out, "Self::{} => {value:?},", pascal(value));
        }
        out.push_str("}\n}\n}\n\n");
        if input.contains(name.as_str()) {
            let _ = writeln!(
                out,
                "impl Decode for {name} {{
                    fn is_given(node: &Node<'_>) -> bool {{ scalar::is_scalar_given(node) }}

                    fn decode(node: Node<'_>) -> Result<Self, AwsError> {{ scalar::decode_word(node) }}
                }}\n"
            );
        }
        if output.contains(name.as_str()) {
            let _ = writeln!(
                out,
                "impl Encode for {name} {{
                    fn encode(&self, writer: &mut XmlWriter) {{ xml::encode_word(*self, writer); }}
                }}\n"
            );
        }
    }
    out
}

fn operations(model: &Model) -> String {
    let mut out = String::from(
        "//! Every operation of the API, as it is asked for and as it is answered.

        #![expect(missing_docs, reason = \"the names are the API's, whose reference documents them\")]

        use serde::Serialize;

        use super::types;
        use crate::protocol::AwsError;
        use crate::protocol::query::{Decode, Node};
        use crate::protocol::xml::Encode;

        /// A request. The inputs are boxed, because the largest is many times the size of most.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(test, derive(serde::Deserialize))]
        pub enum Operation {\n",
    );
    for op in &model.operations {
        let _ = writeln!(out, "{}(Box<types::{}>),", op.name, op.input);
    }
    out.push_str(
        "}\n\nimpl Operation {
            /// The names of all operations, sorted.
            pub const NAMES: &'static [&'static str] = &[\n",
    );
    for op in &model.operations {
        let _ = writeln!(out, "{:?},", op.name);
    }
    out.push_str(
        "];\n
            /// The operation's name, as in the parameter `Action`.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {\n",
    );
    for op in &model.operations {
        let _ = writeln!(out, "Self::{}(_) => {:?},", op.name, op.name);
    }
    out.push_str(
        "}\n}\n
            /// Decodes the input of the operation `name`; `None` if there is no such operation.
            pub(in crate::protocol) fn decode(name: &str, node: Node<'_>) -> Option<Result<Self, AwsError>> {
                fn boxed<T: Decode>(node: Node<'_>) -> Result<Box<T>, AwsError> { T::decode(node).map(Box::new) }
                Some(match name {\n",
    );
    for op in &model.operations {
        let _ = writeln!(out, "{:?} => boxed(node).map(Self::{}),", op.name, op.name);
    }
    out.push_str(
        "_ => return None,\n})\n}\n}\n
        /// An answer, one variant an operation; three operations have no result.
        #[derive(Clone, Debug, PartialEq, Serialize)]
        #[cfg_attr(test, derive(serde::Deserialize))]
        pub enum Output {\n",
    );
    for op in &model.operations {
        match &op.output {
            Some(output) => writeln!(out, "{}(types::{output}),", op.name),
            None => writeln!(out, "{},", op.name),
        }
        .expect("a String takes every text");
    }
    out.push_str(
        "}\n\nimpl Output {
            /// The name of the operation that is answered.
            #[must_use]
            pub fn name(&self) -> &'static str {
                match self {\n",
    );
    for op in &model.operations {
        let pattern = if op.output.is_some() { "(_)" } else { "" };
        let _ = writeln!(out, "Self::{}{pattern} => {:?},", op.name, op.name);
    }
    out.push_str(
        "}\n}\n
            /// What goes into the result element, if the operation has one.
            #[expect(clippy::match_same_arms, reason = \"one line an operation, whichever share a type\")]
            pub(in crate::protocol) fn result(&self) -> Option<&dyn Encode> {
                match self {\n",
    );
    for op in model.operations.iter().filter(|op| op.output.is_some()) {
        let _ = writeln!(out, "Self::{}(output) => Some(output),", op.name);
    }
    let empty: Vec<_> = model.operations.iter().filter(|op| op.output.is_none()).collect();
    let empty: Vec<_> = empty.iter().map(|op| format!("Self::{}", op.name)).collect();
    let _ = writeln!(out, "{} => None,\n}}\n}}\n}}", empty.join(" | "));
    out
}

fn types(model: &Model) -> String {
    let mut out = String::from(
        "//! The structures of the API, inputs and outputs, under the names of the model.
        //!
        //! Required members have their plain type. A list is `None` where it is absent and empty where it was given
        //! as empty; in an answer the first is left out, the second an empty element.

        #![expect(missing_docs, reason = \"the names are the API's, whose reference documents them\")]

        use chrono::{DateTime, Utc};
        use serde::Serialize;

        pub use super::enums::*;
        use crate::protocol::Sensitive;\n\n",
    );
    for s in &model.structures {
        let _ = writeln!(
            out,
            "#[derive(Clone, Debug, Default, PartialEq, Serialize)]
            #[cfg_attr(test, derive(serde::Deserialize))]
            #[serde(rename_all = \"PascalCase\")]
            pub struct {} {{",
            s.name
        );
        for member in &s.members {
            let rust = rust_type(model, member);
            let rust = if member.required { rust } else { format!("Option<{rust}>") };
            let field = snake(&member.name);
            if pascal(field.trim_start_matches("r#")) != member.name {
                let _ = writeln!(out, "#[serde(rename = {:?})]", member.name);
            }
            let _ = writeln!(out, "pub {field}: {rust},");
        }
        out.push_str("}\n\n");
    }
    out
}

fn decode(model: &Model) -> String {
    let input = inputs(model);
    let mut out = String::from(
        "//! How each structure of a request is read from the parameters.

        use super::types;
        use crate::protocol::AwsError;
        use crate::protocol::query::{Decode, Node};\n\n",
    );
    for s in model.structures.iter().filter(|s| input.contains(s.name.as_str())) {
        let _ = writeln!(
            out,
            "impl Decode for types::{} {{
                fn decode(node: Node<'_>) -> Result<Self, AwsError> {{
                    Ok(Self {{",
            s.name
        );
        for member in &s.members {
            let name = &member.name;
            let read = match (model.list(&member.shape), member.required, member.keep_empty) {
                (Some(list), true, _) => format!("required_list({name:?}, {:?})", list.element),
                (Some(list), false, _) => format!("list({name:?}, {:?})", list.element),
                (None, true, _) => format!("required({name:?})"),
                (None, false, true) => format!("optional_or_empty({name:?})"),
                (None, false, false) => format!("optional({name:?})"),
            };
            let _ = writeln!(out, "{}: node.{read}?,", snake(name));
        }
        out.push_str("})\n}\n}\n\n");
    }
    out
}

fn encode(model: &Model) -> String {
    let output = outputs(model);
    let mut out = String::from(
        "//! How each structure of an answer is written, its members in the model's order.

        use super::types;
        use crate::protocol::xml::{Encode, XmlWriter, tag};\n\n",
    );
    for s in model.structures.iter().filter(|s| output.contains(s.name.as_str())) {
        let _ = writeln!(out, "impl Encode for types::{} {{\nfn encode(&self, writer: &mut XmlWriter) {{", s.name);
        for member in &s.members {
            for name in std::iter::once(&member.name).chain(&member.also_as) {
                let field = snake(&member.name);
                let _ = match (model.list(&member.shape), member.required) {
                    (Some(_), true) => panic!("no list of an answer is required"),
                    (Some(list), false) => {
                        writeln!(out, "writer.list(tag!({name:?}), tag!({:?}), self.{field}.as_deref());", list.element)
                    }
                    (None, true) => writeln!(out, "writer.element(tag!({name:?}), &self.{field});"),
                    (None, false) => writeln!(out, "writer.optional(tag!({name:?}), self.{field}.as_ref());"),
                };
            }
        }
        out.push_str("}\n}\n\n");
    }
    out
}

fn inputs(model: &Model) -> BTreeSet<&str> {
    model.reachable(model.operations.iter().map(|op| op.input.as_str()))
}

fn outputs(model: &Model) -> BTreeSet<&str> {
    model.reachable(model.operations.iter().filter_map(|op| op.output.as_deref()))
}

/// The member's type, not yet an option.
fn rust_type(model: &Model, member: &Member) -> String {
    let list = model.list(&member.shape);
    let plain = match list.map_or(member.shape.as_str(), |list| &list.of) {
        "string" => "String",
        "boolean" => "bool",
        "integer" => "i32",
        "double" => "f64",
        "timestamp" => "DateTime<Utc>",
        shape => shape,
    };
    let item = if member.sensitive { format!("Sensitive<{plain}>") } else { plain.to_owned() };
    if list.is_some() { format!("Vec<{item}>") } else { item }
}

fn error_variant(name: &str) -> &str {
    name.strip_suffix("Fault").or_else(|| name.strip_suffix("Exception")).unwrap_or(name)
}

/// `cross-az` into `CrossAz`, `SET` into `Set`, `n/a` into `NA`.
fn pascal(word: &str) -> String {
    let parts = word.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty());
    parts.map(|part| part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase()).collect()
}

/// `CacheClusterId` into `cache_cluster_id`, with the runs of capitals of this API kept together:
/// `AZMode` into `az_mode`, `EC2SecurityGroups` into `ec2_security_groups`.
pub fn snake(name: &str) -> String {
    // The one name whose run of capitals has a plural.
    let name = name.replace("AZs", "Azs");
    let letters: Vec<char> = name.chars().collect();
    let mut out = String::new();
    for (n, letter) in letters.iter().enumerate() {
        let after_small = n > 0 && letters[n - 1].is_ascii_lowercase();
        let after_run = n > 0 && !letters[n - 1].is_ascii_lowercase();
        let before_small = letters.get(n + 1).is_some_and(char::is_ascii_lowercase);
        if letter.is_ascii_uppercase() && (after_small || after_run && before_small) {
            out.push('_');
        }
        out.push(letter.to_ascii_lowercase());
    }
    if out == "type" { format!("r#{out}") } else { out }
}
