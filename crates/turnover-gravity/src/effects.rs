//! Families of fixed effects.

/// One family of fixed effects: which level each row belongs to.
#[derive(Debug, Clone)]
pub struct Family {
    /// Name, as `exporter^year`.
    pub name: String,
    /// Level of each row, from 0. Levels whose rows follow each other in time should have
    /// consecutive numbers (exporter by exporter, year by year): passes are then streams.
    pub codes: Vec<u32>,
    /// Number of levels.
    pub levels: usize,
}

/// The families of one model, at least one.
#[derive(Debug, Clone, Default)]
pub struct Effects {
    families: Vec<Family>,
}

impl Effects {
    /// Takes the families, all with a code for each row. `None` without a family, for unequal
    /// lengths, or for a code outside its family's levels.
    pub fn new(families: Vec<Family>) -> Option<Self> {
        let rows = families.first()?.codes.len();
        let sound = |f: &Family| f.codes.len() == rows && f.codes.iter().all(|c| (*c as usize) < f.levels);
        (rows < u32::MAX as usize && families.iter().all(sound)).then_some(Effects { families })
    }

    /// A single family.
    pub(crate) fn of(family: Family) -> Self {
        Effects { families: vec![family] }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.families.first().map_or(0, |f| f.codes.len())
    }

    /// The same for some rows.
    pub(crate) fn rows_of(&self, rows: &[usize]) -> Effects {
        let pick = |f: &Family| Family {
            name: f.name.clone(),
            codes: rows.iter().map(|r| f.codes[*r]).collect(),
            levels: f.levels,
        };
        Effects { families: self.families.iter().map(pick).collect() }
    }

    /// The families.
    pub fn families(&self) -> &[Family] {
        &self.families
    }
}
