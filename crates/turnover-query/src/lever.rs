//! One change of trade costs.

use std::fmt;
use std::str::FromStr;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

/// A change of trade costs with exactly one size; the keys are those of a file (docs/scenarios.md).
///
/// Written short, as in `USA:RUS=-20%`, `*:RUS=+10%` or `USA:RUS=1.0986lp` (log points), or as a JSON object.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Lever(pub LeverFields);

/// The keys of a [`Lever`].
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LeverFields {
    /// In words
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The measure of the catalogue that it lifts or brings
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub measure: Option<String>,
    /// Whose goods; everyone's if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exporter: Option<String>,
    /// To whom; to everyone if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub importer: Option<String>,
    /// The other way too
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub both: bool,
    /// In which sector; in all if absent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sector: Option<String>,
    /// Change of the ad valorem cost in per cent
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_percent: Option<f64>,
    /// Partial effect on the flow in log points
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub log_points: Option<f64>,
    /// Something as costly as such a tariff is lifted
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff_equivalent_percent: Option<f64>,
    /// The tariff becomes this; many sectors only
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tariff_percent: Option<f64>,
}

impl Lever {
    /// The short form, where nothing but the two countries and a size is given.
    fn short(&self) -> Option<String> {
        let f = &self.0;
        let size = match (f.cost_percent, f.log_points) {
            (Some(percent), None) => format!("{percent:+}%"),
            (None, Some(points)) => format!("{points}lp"),
            _ => return None,
        };
        let plain = |c: &Option<String>| match c.as_deref() {
            None => Some("*".to_owned()),
            Some("*" | "") => None,
            Some(name) => (!name.contains([':', '=', '{']) && name.trim() == name).then(|| name.to_owned()),
        };
        let bare = LeverFields {
            exporter: f.exporter.clone(),
            importer: f.importer.clone(),
            cost_percent: f.cost_percent,
            log_points: f.log_points,
            ..LeverFields::default()
        };
        if *f != bare || f.exporter == f.importer {
            return None;
        }
        Some(format!("{}:{}={size}", plain(&f.exporter)?, plain(&f.importer)?))
    }
}

impl fmt::Display for Lever {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.short() {
            Some(short) => f.write_str(&short),
            None => f.write_str(&serde_json::to_string(&self.0).map_err(|_| fmt::Error)?),
        }
    }
}

impl FromStr for Lever {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with('{') {
            return serde_json::from_str(text).map(Lever).map_err(|e| e.to_string());
        }
        let wrong = || {
            format!(
                "`{text}` is not EXPORTER:IMPORTER=CHANGE: write USA:RUS=-20% (costs fall by a fifth), *:RUS=+10% or \
                 USA:RUS=1.0986lp (log points)"
            )
        };
        let (pair, size) = text.split_once('=').ok_or_else(wrong)?;
        let (exporter, importer) = pair.split_once(':').ok_or_else(wrong)?;
        let party = |t: &str| Some(t.trim()).filter(|t| *t != "*" && !t.is_empty()).map(str::to_owned);
        let number = |t: &str| t.trim().parse::<f64>().ok().filter(|x| x.is_finite());
        let mut fields = LeverFields { exporter: party(exporter), importer: party(importer), ..LeverFields::default() };
        if fields.exporter == fields.importer {
            return Err(match &fields.exporter {
                Some(same) => format!("{same} is named twice: a change is between two countries"),
                None => wrong(),
            });
        }
        match (size.trim().strip_suffix('%'), size.trim().strip_suffix("lp")) {
            (Some(percent), _) => fields.cost_percent = Some(number(percent).ok_or_else(wrong)?),
            (_, Some(points)) => fields.log_points = Some(number(points).ok_or_else(wrong)?),
            _ => return Err(wrong()),
        }
        Ok(Lever(fields))
    }
}

impl Serialize for Lever {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self.short() {
            Some(short) => to.serialize_str(&short),
            None => self.0.serialize(to),
        }
    }
}

impl<'de> Deserialize<'de> for Lever {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Lever;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a change such as \"USA:RUS=-20%\", or an object")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Lever, E> {
                text.parse().map_err(E::custom)
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<Lever, M::Error> {
                LeverFields::deserialize(MapAccessDeserializer::new(map)).map(Lever)
            }
        }
        from.deserialize_any(Either)
    }
}

impl JsonSchema for Lever {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Lever".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fields = generator.subschema_for::<LeverFields>();
        json_schema!({
            "description": "A change of trade costs with exactly one size: short, as USA:RUS=-20% or USA:RUS=1.1lp, or an object",
            "anyOf": [{"type": "string"}, fields],
        })
    }
}
