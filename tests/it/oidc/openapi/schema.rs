//! As much of JSON Schema as docs/openapi.json uses.

use serde_json::Value;

/// Every `$ref` of a document.
pub(super) fn references(value: &Value) -> Vec<String> {
    match value {
        Value::Object(members) => {
            let own = members.get("$ref").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(members.values().flat_map(references)).collect()
        }
        Value::Array(items) => items.iter().flat_map(references).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}

/// Where `value` is not what `schema` says; `at` names the place.
pub(super) fn wrong(document: &Value, schema: &Value, value: &Value, at: &str) -> Vec<String> {
    if let Some(reference) = schema["$ref"].as_str() {
        return wrong(document, document.pointer(&reference[1..]).unwrap(), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        let fits = choices.iter().any(|choice| wrong(document, choice, value, at).is_empty());
        return if fits { Vec::new() } else { vec![format!("{at}: {value} is none of those named")] };
    }
    if schema["enum"].as_array().is_some_and(|allowed| !allowed.contains(value)) {
        return vec![format!("{at}: {value} is not among those named")];
    }
    let fits = match schema["type"].as_str() {
        None => true,
        Some("string") => value.is_string(),
        Some("integer") => value.is_i64() || value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        Some("object") => value.is_object(),
        Some(other) => panic!("{at}: {other} is not known to this test"),
    };
    if !fits {
        return vec![format!("{at}: {value} is no {}", schema["type"])];
    }
    match value {
        Value::Array(items) => items.iter().flat_map(|item| wrong(document, &schema["items"], item, at)).collect(),
        Value::Object(members) => {
            let named = |name: &str| schema["properties"].get(name);
            let closed = schema["additionalProperties"] == false;
            let unknown = members.keys().filter(|name| closed && named(name).is_none());
            let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
            let missing = required.filter(|name| !members.contains_key(*name));
            let mut found: Vec<String> = unknown.map(|name| format!("{at}: {name} is not described")).collect();
            found.extend(missing.map(|name| format!("{at}: {name} is missing")));
            let inside = members.iter().filter_map(|(name, value)| Some((name, named(name)?, value)));
            found.extend(
                inside.flat_map(|(name, schema, value)| wrong(document, schema, value, &format!("{at}/{name}"))),
            );
            found
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => Vec::new(),
    }
}
