//! The JSON Schema of suites, for editors: the words of the language from here, messages, fields
//! and codes from the layouts.

use serde_json::{Map, Value, json};

use super::pattern::OPERATORS;
use crate::proto::PROTOCOLS;
use crate::wire::{Field, Kind};

/// The schema as indented JSON, draft 07, which older editors understand too.
pub fn schema() -> String {
    let mut definitions = Map::new();
    let operators: Map<String, Value> =
        OPERATORS.iter().map(|o| ((*o).to_owned(), json!({}))).collect();
    definitions.insert(
        "asked".into(),
        json!({
            "type": "object",
            "description": "What is said and what is accepted.",
            "additionalProperties": false,
            "properties": operators,
        }),
    );
    definitions.insert(
        "value".into(),
        json!({
            "anyOf": [
                { "type": ["string", "number", "boolean"] },
                { "$ref": "#/definitions/asked" },
            ],
        }),
    );
    for protocol in PROTOCOLS {
        for message in protocol.messages {
            lists(message.layout.fields, &mut definitions);
        }
    }
    definitions.insert(
        "rungs".into(),
        json!({
            "oneOf": [
                { "type": "array", "items": { "$ref": "#/definitions/rung" } },
                { "$ref": "#/definitions/rung" },
            ],
        }),
    );
    definitions.insert("rung".into(), rung());
    let mut fields = Map::new();
    let message = messages(&mut fields);
    definitions.insert("message".into(), message);
    for (name, schema) in fields {
        definitions.insert(name, schema);
    }
    let names = json!({ "type": "array", "items": { "type": "string" } });
    let one_or_more = json!({ "oneOf": [{ "type": "string" }, names] });
    let level = json!({ "enum": ["MUST", "SHOULD", "MAY"] });
    definitions.insert("settings".into(), json!({
        "type": "object",
        "description": "What a lab fills in: a text, {secret: text}, or {say: text} where anything may be heard.",
        "additionalProperties": { "oneOf": [
            { "type": ["string", "number", "boolean"] },
            { "type": "object", "properties": { "secret": {}, "say": {}, "octets": {}, "seed": {} }, "additionalProperties": false },
        ]},
    }));
    definitions.insert("step".into(), json!({
        "type": "object",
        "required": ["step", "ladder"],
        "additionalProperties": false,
        "properties": {
            "step": { "type": "string", "description": "Its name, in your words; part of the trial's name." },
            "about": { "type": "string" },
            "requirements": one_or_more,
            "level": level,
            "ladder": { "$ref": "#/definitions/rungs" },
        },
    }));
    definitions.insert(
        "responders".into(),
        json!({
            "type": "array",
            "description": "Standing answers: they serve requests while steps wait.",
            "items": {
                "type": "object", "required": ["hear", "say"], "additionalProperties": false,
                "properties": {
                    "hear": { "$ref": "#/definitions/rungs" },
                    "say": { "$ref": "#/definitions/rungs" },
                    "count": { "type": ["string", "integer"] },
                },
            },
        }),
    );
    let rungs = json!({ "$ref": "#/definitions/rungs" });
    definitions.insert("exchange".into(), json!({
        "type": "object",
        "required": ["steps"],
        "additionalProperties": false,
        "properties": {
            "about": { "type": "string" },
            "requirements": one_or_more,
            "profile": { "type": "string", "description": "Played only under this profile." },
            "unless-profile": { "type": "string", "description": "Not played under this profile." },
            "needs": one_or_more,
            "each": { "type": "object", "description": "Rows: the exchange is played once for each, $name replaced by the row's value." },
            "with": { "$ref": "#/definitions/settings" },
            "tests": one_or_more,
            "preamble": rungs, "postamble": rungs,
            "responders": { "$ref": "#/definitions/responders" },
            "steps": { "type": "array", "items": { "$ref": "#/definitions/step" } },
        },
    }));
    definitions.insert("rule".into(), json!({
        "type": "object",
        "required": ["every"],
        "additionalProperties": false,
        "properties": {
            "about": { "type": "string" },
            "requirements": one_or_more,
            "level": level,
            "profile": { "type": "string" },
            "unless-profile": { "type": "string" },
            "every": { "type": "object", "minProperties": 1, "maxProperties": 1 },
            "when": { "type": "object" },
            "hear": { "type": ["object", "array"], "description": "What must hold in each message; of a list, one." },
            "nowhere": { "description": "A value that must not stand among the octets." },
            "set": {
                "type": "object", "additionalProperties": false,
                "properties": { "unique": one_or_more, "increasing": one_or_more, "unpredictable": one_or_more, "count": { "type": ["string", "integer"] } },
            },
        },
    }));
    definitions.insert("free".into(), json!({
        "type": "object",
        "required": ["every", "because"],
        "additionalProperties": false,
        "properties": {
            "every": { "type": "object", "minProperties": 1, "maxProperties": 1 },
            "fields": one_or_more,
            "deeds": one_or_more,
            "because": { "type": "string", "description": "The section that leaves it free, and how." },
        },
    }));
    let protocols: Vec<&str> = PROTOCOLS.iter().map(|p| p.name).collect();
    let schema = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "A Stepladder suite",
        "type": "object",
        "required": ["suite", "parties", "links", "exchanges"],
        "additionalProperties": false,
        "properties": {
            "suite": { "type": "string", "description": "Its name: folder/name." },
            "about": { "type": "string" },
            "sources": { "type": "array", "items": { "type": "string" } },
            "parties": { "type": "object", "minProperties": 2, "additionalProperties": { "oneOf": [
                { "type": "string" },
                { "type": "object", "properties": { "about": { "type": "string" }, "played": { "const": "always" } }, "additionalProperties": false },
            ]}},
            "links": { "type": "object", "description": "Where parties talk: {a -> b: protocol, parameter: value}.",
                "additionalProperties": { "type": "object", "patternProperties": { "->": { "enum": protocols } } } },
            "settings": { "$ref": "#/definitions/settings" },
            "alive": { "type": "object", "additionalProperties": rungs },
            "preamble": rungs, "postamble": rungs,
            "responders": { "$ref": "#/definitions/responders" },
            "exchanges": { "type": "object", "additionalProperties": { "$ref": "#/definitions/exchange" } },
            "rules": { "type": "object", "additionalProperties": { "$ref": "#/definitions/rule" } },
            "free": { "type": "object", "additionalProperties": { "$ref": "#/definitions/free" } },
            "quiet": { "type": "string", "description": "How long after its last step an exchange listens for what nothing asked for." },
        },
        "definitions": definitions,
    });
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

fn rung() -> Value {
    let time = json!({ "type": "string", "pattern": "^[0-9.]+(us|µs|ms|s|m|h)$" });
    let window = json!({ "type": "string", "pattern": "^[0-9.]*(us|µs|ms|s|m|h)?(\\.\\.([0-9.]+(us|µs|ms|s|m|h))?)?$" });
    let rungs = json!({ "$ref": "#/definitions/rungs" });
    let branches = json!({ "type": "array", "items": rungs });
    let ends = json!({ "type": "string", "pattern": "->" });
    json!({
        "type": "object",
        "description": "One thing that happens.",
        "patternProperties": { "->": { "$ref": "#/definitions/message" } },
        "additionalProperties": false,
        "properties": {
            "silent": ends, "connect": ends, "close": ends, "refuse": ends,
            "observe": { "type": "string", "description": "party what-it-shows" },
            "of": { "description": "what the observation is about" },
            "trigger": { "type": "string", "description": "party what-it-does" },
            "alive": { "type": "string", "description": "The party that must still answer." },
            "either": branches, "any-order": branches, "optional": rungs, "repeat": rungs,
            "inconclusive": { "type": "string", "description": "Legal, but not what the exchange needed: why." },
            "as": { "type": "string", "description": "Keep this message under a name." },
            "within": time, "after": window, "for": time,
            "until": { "oneOf": [{ "const": "next" }, { "type": "object" }] },
            "containing": {},
            "corrupt": { "type": "object", "description": "Damage done after encoding.", "properties": {
                "octets": {}, "set": { "type": "object" }, "flip": {}, "truncate": {}, "append": {}, "keep": {},
                "from": { "enum": ["other-port", "other-address"] }, "pieces": { "type": "integer" } } },
            "from": { "enum": ["other-port", "other-address"], "description": "Where a connection comes from." },
            "follows": { "type": "string" }, "new-port": { "type": "boolean" }, "on": { "type": "string" },
            "count": { "type": ["string", "integer"] },
            "schedule": { "type": "object", "additionalProperties": false, "properties": {
                "first": window, "factor": {}, "jitter": { "type": "string" }, "tolerance": { "type": "string" }, "growing": { "type": "boolean" } } },
        },
    })
}

/// One message: its type, and the fields of that type.
fn messages(fields: &mut Map<String, Value>) -> Value {
    let mut properties = Map::new();
    let mut names = Vec::new();
    for protocol in PROTOCOLS {
        for message in protocol.messages {
            let definition = format!("{} {}", protocol.name, message.name);
            let schema = match message.layout.fields {
                // What is said of an only field may stand alone.
                [only] => value(Some(only)),
                all => group(all),
            };
            fields.insert(definition.clone(), schema);
            let reference = json!({ "$ref": format!("#/definitions/{}", definition.replace('+', "%2B").replace(' ', "%20")) });
            names.push(message.name);
            match properties.get_mut(message.name) {
                // Two protocols have a message of this name.
                Some(there) => *there = json!({ "anyOf": [there.clone(), reference] }),
                None => {
                    properties.insert(
                        message.name.into(),
                        json!({ "description": message.about, "allOf": [reference] }),
                    );
                }
            }
        }
    }
    properties.insert(
        "again".into(),
        json!({ "type": "string", "description": "The octets of a kept message." }),
    );
    properties.insert("except".into(), json!({ "description": "Fields that may differ." }));
    properties.insert("with".into(), json!({ "type": "object" }));
    json!({
        "oneOf": [
            { "enum": names },
            { "type": "object", "additionalProperties": false, "properties": properties },
        ],
    })
}

fn group(fields: &'static [Field]) -> Value {
    let mut properties = Map::new();
    collect(fields, &mut properties);
    json!({ "type": "object", "additionalProperties": false, "properties": properties })
}

fn collect(fields: &'static [Field], properties: &mut Map<String, Value>) {
    for field in fields {
        match &field.kind {
            Kind::Sealed { fields, .. } => collect(fields, properties),
            Kind::Choice(choice) => choice.every().for_each(|fields| collect(fields, properties)),
            Kind::Maybe(maybe) => collect(maybe.fields, properties),
            _ => {
                properties.insert(field.name.into(), value(Some(field)));
            }
        }
    }
}

/// What may be said of a field.
fn value(field: Option<&'static Field>) -> Value {
    let plain = json!({ "$ref": "#/definitions/value" });
    let Some(field) = field else { return plain };
    let mut schema = match field.kind.plain() {
        Kind::Group(inner) => {
            json!({ "anyOf": [group(inner), { "$ref": "#/definitions/asked" }] })
        }
        Kind::Items(items) => json!({ "$ref": format!("#/definitions/{}s", items.noun) }),
        Kind::List(list) => {
            let one =
                json!({ "$ref": format!("#/definitions/{}", structure(list).replace(' ', "%20")) });
            json!({ "anyOf": [one, { "type": "array", "items": one }, { "$ref": "#/definitions/asked" }] })
        }
        Kind::Pairs { .. } | Kind::ZeroPairs => json!({ "type": ["object", "array"] }),
        Kind::Uint { names: Some(codes), .. } => {
            let names: Vec<&str> = codes.list.iter().map(|(_, name)| *name).collect();
            json!({ "anyOf": [{ "enum": names }, plain] })
        }
        _ => json!({ "allOf": [plain] }),
    };
    let about = [field.about, field.source].join(" ");
    if !about.trim().is_empty() && schema.get("$ref").is_none() {
        schema["description"] = json!(about.trim());
    }
    schema
}

/// What one structure of a list is called among the definitions.
fn structure(list: &crate::wire::List) -> String {
    format!("structure {}", list.noun)
}

/// The lists of items that layouts have, each once.
fn lists(fields: &'static [Field], definitions: &mut Map<String, Value>) {
    for field in fields {
        match &field.kind {
            Kind::Group(inner) | Kind::Sealed { fields: inner, .. } => lists(inner, definitions),
            Kind::Choice(choice) => choice.every().for_each(|fields| lists(fields, definitions)),
            Kind::Maybe(maybe) => lists(maybe.fields, definitions),
            Kind::List(list) => {
                lists(list.fields(), definitions);
                definitions.entry(structure(list)).or_insert_with(|| {
                    let mut properties = Map::new();
                    collect(list.fields(), &mut properties);
                    properties.insert("only".into(), json!({ "type": "boolean" }));
                    properties.insert("without".into(), json!({ "type": "object" }));
                    let whole = json!({ "type": "object", "additionalProperties": false, "properties": properties });
                    match list.only_field() {
                        Some(field) => json!({ "anyOf": [whole, value(Some(field))] }),
                        None => whole,
                    }
                });
            }
            Kind::Items(items) => {
                let name = format!("{}s", items.noun);
                if definitions.contains_key(&name) {
                    continue;
                }
                for item in items.types {
                    lists(std::slice::from_ref(&item.field), definitions);
                }
                let mut properties = Map::new();
                for item in items.types {
                    properties.insert(item.field.name.into(), value(Some(&item.field)));
                }
                properties.insert("only".into(), json!({ "type": "boolean" }));
                let unknown = format!("^{}[0-9]+$", items.unknown_prefix);
                let one = format!("one {}", items.noun);
                definitions.insert(
                    one.clone(),
                    json!({
                        "type": "object", "properties": properties, "additionalProperties": false,
                        "patternProperties": { unknown: { "$ref": "#/definitions/value" } },
                    }),
                );
                let reference =
                    json!({ "$ref": format!("#/definitions/{}", one.replace(' ', "%20")) });
                definitions.insert(
                    name,
                    json!({
                        "anyOf": [reference, { "type": "array", "items": reference }],
                    }),
                );
            }
            _ => {}
        }
    }
}
