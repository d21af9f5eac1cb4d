//! Writes every page and mail in every state into a folder, with the assets beside them.
//!
//! `cargo run -p edgetill-preview -- FOLDER`; then serve the folder and open its `index.html`.

use edgetill_preview::{mails, pages};
use std::error::Error;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let folder = env::args().nth(1).ok_or("usage: edgetill-preview FOLDER")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder)?;
    let assets = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../functions/pages/assets");
    for name in ["style.css", "favicon.svg"] {
        fs::copy(assets.join(name), folder.join(name))?;
    }
    let mut files: Vec<(String, String)> = Vec::new();
    for sample in pages::all()? {
        files.push((format!("{}.html", sample.name), sample.html));
    }
    for (name, mail) in mails::all()? {
        files.push((format!("mail-{name}.html"), mail.html));
        files.push((format!("mail-{name}.txt"), mail.text));
    }
    for (name, content) in &files {
        fs::write(folder.join(name), content)?;
    }
    let links = files
        .iter()
        .map(|(name, _)| format!("<li><a href=\"{name}\">{name}</a>\n"));
    let index = "<!doctype html><title>Preview</title><ul>\n".to_owned();
    fs::write(
        folder.join("index.html"),
        index + &links.collect::<String>(),
    )?;
    Ok(())
}
