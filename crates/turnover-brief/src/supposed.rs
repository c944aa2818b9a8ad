//! What a multiple takes where measures or trade costs are supposed to be other than they are.

use turnover_analysis::{
    AnalysisError, Answer, Finding, Model, NamedWorld, Number, PullFile, Unit, check_theta, coverage, levers, reach,
};
use turnover_measures::Catalogue;

/// The goal-seek after the levers of a file are pulled, or without levers where there are none. The answer says
/// what it supposes, and which measures that are lifted or brought in count nothing in it.
pub fn reach_supposing(
    world: &NamedWorld,
    catalogue: &Catalogue,
    coverage: &coverage::Question,
    reach: &reach::Question,
    file: Option<&PullFile>,
    command: &str,
) -> Result<Answer, AnalysisError> {
    let Some(file) = file.filter(|f| !f.pulls.is_empty()) else {
        return Ok(with_uncounted(reach::answer(world, reach)?, catalogue, coverage, &[]));
    };
    check_theta(reach.theta)?;
    let model = Model::one(world.clone(), reach.theta, reach.imbalance)?;
    let question = levers::Question {
        a: reach.pair.a.to_string(),
        b: reach.pair.b.to_string(),
        times: reach.times,
        file,
        draws: None,
        command: command.to_owned(),
    };
    let answer = levers::answer(&model, catalogue, &question)?;
    let titles: Vec<&str> = file.pulls.iter().map(|p| p.title.as_str()).collect();
    let counted: Vec<&str> = file.pulls.iter().filter_map(|p| p.measure.as_deref()).collect();
    let answer = answer.supposing(&format!("Supposing these changes of trade costs ({})", titles.join("; ")));
    Ok(with_uncounted(answer, catalogue, coverage, &counted))
}

/// The answer with the measures named that are supposed lifted or in force and count nothing in it, since no
/// lever has a size for them.
fn with_uncounted(
    mut answer: Answer,
    catalogue: &Catalogue,
    coverage: &coverage::Question,
    counted: &[&str],
) -> Answer {
    let names: Vec<String> = coverage
        .lift
        .iter()
        .map(|id| (id, "lifted"))
        .chain(coverage.bring.iter().map(|id| (id, "brought in")))
        .filter(|(id, _)| !counted.contains(&id.as_str()))
        .map(|(id, what)| catalogue.measure(id).map_or_else(|| id.clone(), |m| format!("{} ({id}, {what})", m.title)))
        .collect();
    let Some(first) = answer.findings.first().filter(|_| !names.is_empty()) else { return answer };
    let one = names.len() == 1;
    let statement = format!(
        "{} measure{} of the supposition count{} nothing here, since what {} in trade is neither estimated nor given: {}",
        names.len(),
        if one { "" } else { "s" },
        if one { "s" } else { "" },
        if one { "it costs" } else { "they cost" },
        names.join(", ")
    );
    let note = Finding {
        id: "reach.uncounted".to_owned(),
        title: "Measures that count nothing here".to_owned(),
        statement: statement.clone(),
        value: Number::Value(names.len() as f64),
        unit: Unit::Count,
        interval: None,
        definition:
            "measures that are supposed lifted or in force and are no lever: no estimate of their effect and no \
                     tariff that is as costly was given"
                .to_owned(),
        ..first.clone()
    };
    answer.findings.iter_mut().for_each(|f| f.caveats.push(format!("{statement}.")));
    answer.findings.insert(1, note);
    answer
}
