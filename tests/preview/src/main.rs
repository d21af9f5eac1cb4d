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
    let mut index = String::from("<!doctype html><title>Preview</title><ul>");
    for sample in pages::all()? {
        write(
            folder,
            &format!("{}.html", sample.name),
            &sample.html,
            &mut index,
        )?;
    }
    for (name, mail) in mails::all()? {
        write(folder, &format!("mail-{name}.html"), &mail.html, &mut index)?;
        write(folder, &format!("mail-{name}.txt"), &mail.text, &mut index)?;
    }
    fs::write(folder.join("index.html"), index)?;
    Ok(())
}

fn write(folder: &Path, file: &str, content: &str, index: &mut String) -> std::io::Result<()> {
    index.push_str(&format!("<li><a href=\"{file}\">{file}</a>"));
    fs::write(folder.join(file), content)
}
