use std::collections::BTreeMap;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let mut files = BTreeMap::new();
    for e in std::fs::read_dir(&dir).unwrap() {
        let p = e.unwrap().path();
        if p.extension().is_some_and(|x| x == "plan") {
            files.insert(p.file_name().unwrap().to_string_lossy().to_string(), std::fs::read_to_string(&p).unwrap());
        }
    }
    let entries: Vec<String> = files.keys().cloned().collect();
    let project = attain::project::load(&files, &entries);
    let (plans, problems) = attain::compile::plans(&project);
    print!("{}", attain::diagnostics::render(&problems, &project.sources, &Default::default()));
    for p in &plans {
        for ph in &p.program.phases {
            println!("{:?}", ph.reach);
            for s in &ph.steps {
                println!(
                    "   {:?} {}",
                    s,
                    match s {
                        attain::program::Compute::Column(c) => p.program.names.columns.at(*c).name.clone(),
                        attain::program::Compute::Periodwise(c) => p.program.names.columns.at(c[0]).name.clone(),
                        _ => String::new(),
                    }
                );
            }
        }
    }
}
