use std::collections::BTreeMap;
use std::time::Instant;
fn main() {
    let p = std::env::args().nth(1).unwrap();
    let text = std::fs::read_to_string(&p).unwrap();
    let t = Instant::now();
    let f = attain::source::SourceFile::new(attain::ids::FileId(0), "p", text.clone());
    let parsed = attain::syntax::parse(&f);
    eprintln!("parse {:?} items {}", t.elapsed(), parsed.items.len());
    let files: BTreeMap<String, String> = [("p.plan".to_string(), text)].into();
    let project = attain::project::load(&files, &["p.plan".to_string()]);
    for file in project.plans() {
        let t = Instant::now();
        let (r, ps) = attain::resolve::resolve(&project, file);
        eprintln!("resolve {:?} {}", t.elapsed(), ps.len());
        let r = r.unwrap();
        let t = Instant::now();
        let (typed, ps) = attain::types::check(&r, &project.sources);
        eprintln!("types {:?} {}", t.elapsed(), ps.len());
        if let Some(typed) = typed {
            let t = Instant::now();
            let ps = attain::lint::lint(&r, &typed);
            eprintln!("lint {:?} {}", t.elapsed(), ps.len());
            let t = Instant::now();
            let _ = attain::program::compile(typed);
            eprintln!("program {:?}", t.elapsed());
        }
    }
    let t = Instant::now();
    let (_, ps) = attain::compile::plans(&project);
    eprintln!("all {:?} {}", t.elapsed(), ps.len());
}
