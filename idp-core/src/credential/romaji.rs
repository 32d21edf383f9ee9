//! Japanese readings in Latin letters, as people put their own names into passwords.

/// Hepburn for hiragana; digraphs stand first so that the longer spelling wins.
const SYLLABLES: [(&str, &str); 107] = [
    ("きゃ", "kya"),
    ("きゅ", "kyu"),
    ("きょ", "kyo"),
    ("しゃ", "sha"),
    ("しゅ", "shu"),
    ("しょ", "sho"),
    ("ちゃ", "cha"),
    ("ちゅ", "chu"),
    ("ちょ", "cho"),
    ("にゃ", "nya"),
    ("にゅ", "nyu"),
    ("にょ", "nyo"),
    ("ひゃ", "hya"),
    ("ひゅ", "hyu"),
    ("ひょ", "hyo"),
    ("みゃ", "mya"),
    ("みゅ", "myu"),
    ("みょ", "myo"),
    ("りゃ", "rya"),
    ("りゅ", "ryu"),
    ("りょ", "ryo"),
    ("ぎゃ", "gya"),
    ("ぎゅ", "gyu"),
    ("ぎょ", "gyo"),
    ("じゃ", "ja"),
    ("じゅ", "ju"),
    ("じょ", "jo"),
    ("びゃ", "bya"),
    ("びゅ", "byu"),
    ("びょ", "byo"),
    ("ぴゃ", "pya"),
    ("ぴゅ", "pyu"),
    ("ぴょ", "pyo"),
    ("しぇ", "she"),
    ("じぇ", "je"),
    ("ちぇ", "che"),
    ("あ", "a"),
    ("い", "i"),
    ("う", "u"),
    ("え", "e"),
    ("お", "o"),
    ("か", "ka"),
    ("き", "ki"),
    ("く", "ku"),
    ("け", "ke"),
    ("こ", "ko"),
    ("さ", "sa"),
    ("し", "shi"),
    ("す", "su"),
    ("せ", "se"),
    ("そ", "so"),
    ("た", "ta"),
    ("ち", "chi"),
    ("つ", "tsu"),
    ("て", "te"),
    ("と", "to"),
    ("な", "na"),
    ("に", "ni"),
    ("ぬ", "nu"),
    ("ね", "ne"),
    ("の", "no"),
    ("は", "ha"),
    ("ひ", "hi"),
    ("ふ", "fu"),
    ("へ", "he"),
    ("ほ", "ho"),
    ("ま", "ma"),
    ("み", "mi"),
    ("む", "mu"),
    ("め", "me"),
    ("も", "mo"),
    ("や", "ya"),
    ("ゆ", "yu"),
    ("よ", "yo"),
    ("ら", "ra"),
    ("り", "ri"),
    ("る", "ru"),
    ("れ", "re"),
    ("ろ", "ro"),
    ("わ", "wa"),
    ("を", "o"),
    ("ん", "n"),
    ("が", "ga"),
    ("ぎ", "gi"),
    ("ぐ", "gu"),
    ("げ", "ge"),
    ("ご", "go"),
    ("ざ", "za"),
    ("じ", "ji"),
    ("ず", "zu"),
    ("ぜ", "ze"),
    ("ぞ", "zo"),
    ("だ", "da"),
    ("ぢ", "ji"),
    ("づ", "zu"),
    ("で", "de"),
    ("ど", "do"),
    ("ば", "ba"),
    ("び", "bi"),
    ("ぶ", "bu"),
    ("べ", "be"),
    ("ぼ", "bo"),
    ("ぱ", "pa"),
    ("ぴ", "pi"),
    ("ぷ", "pu"),
    ("ぺ", "pe"),
    ("ぽ", "po"),
];

/// Folds katakana to hiragana and leaves everything else.
pub(super) fn hiragana(c: char) -> char {
    match c {
        'ァ'..='ヶ' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => c,
    }
}

/// The spellings of a reading in hiragana: long vowels written out (`tarou`), and written short (`taro`).
/// Empty if anything in it is not kana.
pub(super) fn spellings(reading: &str) -> Vec<String> {
    let mut long = String::new();
    let mut rest = reading;
    let mut doubled = false;
    while let Some(c) = rest.chars().next() {
        if c == 'っ' || c == 'ー' {
            doubled = c == 'っ';
            rest = rest.get(c.len_utf8()..).unwrap_or_default();
            continue;
        }
        let Some((kana, latin)) = SYLLABLES.iter().find(|(kana, _)| rest.starts_with(kana)) else {
            return Vec::new();
        };
        if doubled {
            // Hepburn doubles the first letter, and writes t before ch.
            long.push(latin.chars().next().map_or('t', |first| if first == 'c' { 't' } else { first }));
            doubled = false;
        }
        long.push_str(latin);
        rest = rest.get(kana.len()..).unwrap_or_default();
    }

    let short = long.replace("ou", "o").replace("oo", "o").replace("uu", "u");
    let mut spellings = vec![long];
    if !spellings.contains(&short) {
        spellings.push(short);
    }
    spellings.retain(|spelling| !spelling.is_empty());
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn readings_are_spelled_as_people_spell_their_names() {
        assert_eq!(spellings("やまだ"), ["yamada"]);
        assert_eq!(spellings("たろう"), ["tarou", "taro"]);
        assert_eq!(spellings("ゆうこ"), ["yuuko", "yuko"]);
        assert_eq!(spellings("おおの"), ["oono", "ono"]);
        assert_eq!(spellings("りょうじ"), ["ryouji", "ryoji"]);
        assert_eq!(spellings("はっとり"), ["hattori"]);
        assert_eq!(spellings("えっちゅう"), ["etchuu", "etchu"]);
    }

    #[test]
    fn what_is_not_a_reading_has_no_spelling() {
        assert_eq!(spellings("山田"), Vec::<String>::new());
        assert_eq!(spellings(""), Vec::<String>::new());
        assert_eq!(spellings("っ"), Vec::<String>::new());
    }

    #[test]
    fn katakana_folds_to_hiragana() {
        assert_eq!("ヤマダabヴー".chars().map(hiragana).collect::<String>(), "やまだabゔー");
    }
}
