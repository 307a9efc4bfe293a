//! x
use std::collections::BTreeMap;
fn main() {
    let dir = std::env::args().nth(1).unwrap();
    let data = std::env::args().nth(2).unwrap();
    let out = std::env::args().nth(3).unwrap();
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
    let show = |p: &[attain::diagnostics::Diagnostic]| {
        print!("{}", attain::diagnostics::render(p, &project.sources, &Default::default()))
    };
    show(&problems);
    for p in &plans {
        let t = match attain::data::load(&p.program, &attain::data::Folder::new(&data)) {
            Ok(t) => t,
            Err(e) => {
                show(&e);
                return;
            }
        };
        let r = match attain::engine::run(&p.program, &t) {
            Ok(t) => t,
            Err(e) => {
                show(&attain::fault::describe(&p.program, &e.so_far, &e.faults));
                return;
            }
        };
        let s = attain::store::write(
            &[attain::store::PlanRun { program: &p.program, results: &r }],
            &Default::default(),
            std::path::Path::new(&out),
        );
        println!("{s:?}");
    }
}
