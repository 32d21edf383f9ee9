//! The text of the terms of use, as an operator writes it: plain text, made into headings, paragraphs and lists.

/// One piece of the terms.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TermsBlock {
    /// A heading: a line that starts with `#`, or with `第…条` in a block of its own.
    Heading(String),
    /// A paragraph, its lines.
    Paragraph(Vec<String>),
    /// A list: lines that start with `-`, `*` or `・`.
    Items(Vec<String>),
}

/// Reads the text of the terms. Blank lines part the blocks; nothing is ever left out.
pub fn parse(text: &str) -> Vec<TermsBlock> {
    let mut blocks = Vec::new();
    let mut fresh = true;
    for line in text.lines().map(str::trim) {
        if line.is_empty() {
            fresh = true;
        } else if let Some(heading) = heading(line) {
            blocks.push(TermsBlock::Heading(heading.to_owned()));
            fresh = true;
        } else if let Some(item) = item(line) {
            match blocks.last_mut() {
                Some(TermsBlock::Items(items)) if !fresh => items.push(item.to_owned()),
                Some(_) | None => blocks.push(TermsBlock::Items(vec![item.to_owned()])),
            }
            fresh = false;
        } else {
            match blocks.last_mut() {
                Some(TermsBlock::Paragraph(lines)) if !fresh => lines.push(line.to_owned()),
                Some(_) | None => blocks.push(TermsBlock::Paragraph(vec![line.to_owned()])),
            }
            fresh = false;
        }
    }

    blocks
}

fn heading(line: &str) -> Option<&str> {
    if line.starts_with('#') {
        return Some(line.trim_start_matches('#').trim_start());
    }

    // An article's number alone makes a heading only of a short line: a sentence may begin with one too.
    let is_article = line.starts_with('第') && line.chars().take(8).any(|c| c == '条' || c == '章');
    (is_article && line.chars().count() <= 40 && !line.ends_with('。')).then_some(line)
}

fn item(line: &str) -> Option<&str> {
    ["- ", "* ", "・"].into_iter().find_map(|mark| line.strip_prefix(mark)).map(str::trim_start)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_becomes_headings_paragraphs_and_lists() {
        let blocks =
            parse("第1条（目的）\n本サービスは、\n加入者のためのものです。\n\n・ひとつ\n・ふたつ\n\n# 附則\n以上");

        assert_eq!(
            blocks,
            vec![
                TermsBlock::Heading("第1条（目的）".into()),
                TermsBlock::Paragraph(vec!["本サービスは、".into(), "加入者のためのものです。".into()]),
                TermsBlock::Items(vec!["ひとつ".into(), "ふたつ".into()]),
                TermsBlock::Heading("附則".into()),
                TermsBlock::Paragraph(vec!["以上".into()]),
            ]
        );
    }

    #[test]
    fn a_sentence_about_an_article_is_no_heading() {
        assert_eq!(parse("第1条の定めは、次のとおりです。").len(), 1);
        assert!(matches!(parse("第1条の定めは、次のとおりです。")[0], TermsBlock::Paragraph(_)));
        assert!(parse("").is_empty());
    }
}
