use std::io::BufRead;
fn main() {
    let g = phi::gazetteer::Gazetteer::builtin().unwrap();
    let mut b = phi::listed::Buffers::default();
    let mut toks = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.unwrap().replace("\\n", "\n");
        phi::text::token::tokenize(&line, &mut toks);
        let mut hits = Vec::new();
        phi::listed::find(phi::listed::Input { text: &line, tokens: &toks, claims: &[] }, &g, &mut b, &mut hits);
        hits.retain(|h| h.kind.is_on());
        hits.sort_by_key(|h| h.start);
        let mut out = String::new();
        let mut at = 0;
        for h in &hits {
            if (h.start as usize) < at {
                out.push_str(&format!("<<OVERLAP {}>>", h.kind.name()));
                continue;
            }
            out.push_str(&line[at..h.start as usize]);
            out.push_str(&format!(
                "\x1b[1m[{}\x1b[0m {} {}]",
                &line[h.start as usize..h.end as usize],
                h.kind.name(),
                h.score
            ));
            at = h.end as usize;
        }
        out.push_str(&line[at..]);
        println!("{out}");
    }
}
