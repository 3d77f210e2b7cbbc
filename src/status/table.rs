//! How resources are shown to people: in columns where they fit, else one below the other.

use std::{collections::BTreeSet, fmt::Write};

use super::resources::Row;

const HEADS: [&str; 6] = ["KIND", "ID", "ENGINE", "NODE TYPE", "STATUS", "ENDPOINTS"];

/// The rows, in lines of `width` columns at most where words allow it.
pub(super) fn of(rows: &[Row], width: usize) -> String {
    let scopes: BTreeSet<_> = rows.iter().map(|row| (&row.account, &row.region)).collect();
    let with_scope = scopes.len() > 1;
    let cells: Vec<_> = rows.iter().map(|row| cells(row, with_scope)).collect();
    let mut widths = HEADS.map(str::len);
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let fits = widths.iter().sum::<usize>() + 2 * (HEADS.len() - 1) <= width;
    let mut text = String::new();
    if fits {
        line(&mut text, &HEADS.map(str::to_owned), widths);
    }
    for (row, cells) in rows.iter().zip(&cells) {
        if fits {
            line(&mut text, cells, widths);
            for endpoint in row.endpoints.iter().skip(1) {
                let mut more = std::array::from_fn(|_| String::new());
                more[HEADS.len() - 1].clone_from(endpoint);
                line(&mut text, &more, widths);
            }
        } else {
            block(&mut text, row, cells);
        }
        if let Some(why) = &row.why {
            wrap(&mut text, why, width);
        }
    }
    text
}

fn cells(row: &Row, with_scope: bool) -> [String; 6] {
    // A member stands below its group.
    let indent = if row.replication_group_id.is_some() { "  " } else { "" };
    let scope = if with_scope { format!(" ({} {})", row.account, row.region) } else { String::new() };
    let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
    [
        row.kind.to_owned(),
        format!("{indent}{}{scope}", row.id),
        or_none(&row.engine),
        or_none(&row.node_type),
        row.status.clone(),
        or_none(&row.endpoints.first().cloned()),
    ]
}

fn line(text: &mut String, cells: &[String; 6], widths: [usize; 6]) {
    let padded: Vec<_> = cells.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
    text.push_str(padded.join("  ").trim_end());
    text.push('\n');
}

fn block(text: &mut String, row: &Row, [kind, id, engine, node_type, status, _]: &[String; 6]) {
    let _ = writeln!(text, "{id}\n  {kind}, {status}\n  {engine}, {node_type}");
    for endpoint in &row.endpoints {
        let _ = writeln!(text, "  {endpoint}");
    }
}

/// Writes `words` in lines of `width` columns, a little to the right.
fn wrap(text: &mut String, words: &str, width: usize) {
    let mut column = 0;
    for word in words.split_whitespace() {
        let length = word.chars().count();
        if column > 0 && column + 1 + length > width {
            text.push('\n');
            column = 0;
        }
        text.push_str(if column == 0 { "    " } else { " " });
        column += if column == 0 { 4 } else { 1 } + length;
        text.push_str(word);
    }
    text.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(id: &str, region: &str) -> Row {
        Row {
            kind: "cache-cluster",
            id: id.to_owned(),
            account: "000000000000".to_owned(),
            region: region.to_owned(),
            replication_group_id: None,
            engine: Some("memcached 1.6.22".to_owned()),
            node_type: Some("cache.t3.micro".to_owned()),
            status: "incompatible-network".to_owned(),
            endpoints: vec!["localhost:11211".to_owned(), "localhost:16379".to_owned()],
            why: Some("no memcached 1.6.22 to run".to_owned()),
        }
    }

    #[test]
    fn rows_stand_in_columns_where_they_fit() {
        let text = of(&[row("a", "us-east-1")], 120);
        let expected = "\
KIND           ID  ENGINE            NODE TYPE       STATUS                ENDPOINTS
cache-cluster  a   memcached 1.6.22  cache.t3.micro  incompatible-network  localhost:11211
                                                                           localhost:16379
    no memcached 1.6.22 to run
";
        assert_eq!(text, expected);
        assert!(of(&[row("a", "us-east-1"), row("a", "eu-west-1")], 200).contains("a (000000000000 eu-west-1)"));
    }

    #[test]
    fn a_narrow_terminal_gets_no_long_lines() {
        let text = of(&[row("a", "us-east-1")], 40);
        assert!(text.lines().all(|line| line.chars().count() <= 40), "{text}");
        assert!(text.contains("  localhost:16379\n"), "{text}");
    }
}
