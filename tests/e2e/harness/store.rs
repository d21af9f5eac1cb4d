//! A look into the running shop's own R2, as wrangler keeps it: a database of keys beside the files.

use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension};

const PLACE: &str = "state/v3/r2";
const BUCKET: &str = "edgetill-proofs";

/// The bytes of an object, if there is one of that key.
pub(super) fn object(state_dir: &Path, key: &str) -> Option<Vec<u8>> {
    let place = state_dir.join(PLACE);
    let keys = place.join("miniflare-R2BucketObject");
    let blob = databases(&keys)
        .iter()
        .find_map(|file| blob_of(file, key))?;
    Some(fs::read(place.join(BUCKET).join("blobs").join(blob)).expect("the file of an object"))
}

fn databases(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("R2 was used");
    let files = entries.map(|entry| entry.expect("a file").path());
    files
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "sqlite")
        })
        .collect()
}

fn blob_of(file: &Path, key: &str) -> Option<String> {
    let connection =
        Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("a database");
    let sql = "SELECT blob_id FROM _mf_objects WHERE key = ?1";
    let mut found = connection.prepare(sql).ok()?;
    let blob = found.query_row([key], |row| row.get(0)).optional();
    blob.expect("an answer")
}
