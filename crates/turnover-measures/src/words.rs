//! The words of the catalogue: how a measure works, what it is for, and how well codes express it.

use serde::Serialize;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name { $($(#[$vdoc])* $variant,)* }

        impl $name {
            /// Every value with its word in the catalogue.
            pub const ALL: &[($name, &'static str)] = &[$(($name::$variant, $word),)*];

            /// The word in the catalogue.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)* }
            }
        }

        impl Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.word())
            }
        }
    };
}

words! {
    /// How a measure works.
    Instrument {
        /// Forbidden.
        Ban = "ban",
        /// Allowed with a licence that policy denies: applications are refused unless shown to be exempt.
        Denial = "denial",
        /// Allowed with a licence, granted case by case.
        Licence = "licence",
        /// Allowed up to a quantity.
        Quota = "quota",
        /// Allowed at an additional duty, whose rate `ad_valorem` states.
        Duty = "duty",
        /// Allowed at another column of the tariff, whose rate differs by line.
        Tariff = "tariff",
        /// Allowed below a price.
        PriceCap = "price-cap",
        /// A person or firm is named: its trade stops whatever the product.
        Designation = "designation",
    }
}

words! {
    /// Which of the sender's flows with the target are meant.
    Direction {
        /// The sender's imports from the target.
        Import = "import",
        /// The sender's exports to the target.
        Export = "export",
        /// Both.
        Both = "both",
    }
}

words! {
    /// What a measure is defined over.
    Scope {
        /// Products, by HS code.
        Goods = "goods",
        /// A region of the target: no product code can show it.
        Region = "region",
        /// Named persons or users: no product code can show it.
        Parties = "parties",
        /// Products whose codes are not encoded yet.
        Unlisted = "unlisted",
    }
}

words! {
    /// How well HS codes express the legal text.
    Mapping {
        /// The text names these codes or means exactly them.
        Exact = "exact",
        /// The codes are our reading of a description.
        Approximate = "approximate",
        /// Only a part of each code is meant.
        Part = "part",
    }
}

words! {
    /// What a measure is for, as far as the law that imposes it states.
    #[derive(Default)]
    Purpose {
        /// A sanction: imposed for the target's conduct.
        #[default]
        Sanction = "sanction",
        /// A counter-measure: imposed because the target imposed measures first.
        Counter = "counter",
        /// Trade or health policy: a safeguard, a duty on national-security grounds, a sanitary ban.
        Trade = "trade",
    }
}
