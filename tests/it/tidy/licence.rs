//! SPDX licence expressions (SPDX 2.3, annex D), as far as Cargo's packages use them: may we choose licences we allow?

/// Whether `expression` can be met with licences of `allowed` alone. `/` is the `OR` of old packages.
pub(super) fn is_met(expression: &str, allowed: &[&str]) -> bool {
    let spaced = expression.replace('(', " ( ").replace(')', " ) ").replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any_of(&mut rest, allowed);
    met && rest.is_empty()
}

fn any_of(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = all_of(rest, allowed);
    while let ["OR", after @ ..] = *rest {
        *rest = after;
        met |= all_of(rest, allowed);
    }
    met
}

fn all_of(rest: &mut &[&str], allowed: &[&str]) -> bool {
    let mut met = one(rest, allowed);
    while let ["AND", after @ ..] = *rest {
        *rest = after;
        met &= one(rest, allowed);
    }
    met
}

fn one(rest: &mut &[&str], allowed: &[&str]) -> bool {
    match *rest {
        ["(", after @ ..] => {
            *rest = after;
            let met = any_of(rest, allowed);
            let [")", after @ ..] = *rest else { return false };
            *rest = after;
            met
        }
        [licence, "WITH", exception, after @ ..] => {
            *rest = after;
            allowed.contains(&format!("{licence} WITH {exception}").as_str())
        }
        [licence, after @ ..] => {
            *rest = after;
            allowed.contains(licence)
        }
        [] => false,
    }
}

#[test]
fn a_choice_needs_one_side_and_a_sum_needs_both() {
    let allowed = ["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"];

    assert!(is_met("MIT", &allowed));
    assert!(is_met("GPL-2.0-only OR MIT", &allowed));
    assert!(is_met("MIT/Apache-2.0", &allowed));
    assert!(is_met("ISC AND (Apache-2.0 OR ISC)", &allowed));
    assert!(is_met("Apache-2.0 WITH LLVM-exception OR Zlib", &allowed));
    assert!(!is_met("GPL-3.0-only", &allowed));
    assert!(!is_met("MIT AND GPL-3.0-only", &allowed));
    assert!(!is_met("Apache-2.0", &allowed));
    assert!(!is_met("(MIT", &allowed));
    assert!(!is_met("", &allowed));
}
