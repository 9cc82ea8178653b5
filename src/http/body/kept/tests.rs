//! Tests of kept files: their owner, their number and their age.

use super::*;
use crate::settings::Env;

fn settings(dir: &std::path::Path, most: &str) -> Settings {
    let dir = dir.to_str().unwrap();
    let pairs = [
        ("SECRET_KEY", "x"),
        ("FILE_UPLOAD_TEMP_DIR", dir),
        ("FILE_UPLOAD_MAX_SIZE", most),
    ];
    Settings::read(&Env::from_pairs(&pairs)).unwrap()
}

fn post(fields: &[(&str, &str)]) -> PostData {
    let mut data = PostData::default();
    for (name, value) in fields {
        data.fields.push((*name).to_owned(), (*value).to_owned());
    }
    data
}

#[test]
fn a_kept_file_is_returned_only_to_its_field_and_browser() {
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(dir.path(), "1000");
    let ann = || KeptFiles::new(&settings, "ann");
    let file = UploadedFile::from_bytes("a b.txt", b"text").unwrap();
    let kept = ann().keep("items-3-paper", &file).unwrap();
    let restored = |keeper: KeptFiles, fields: &[(&str, &str)]| {
        let mut data = post(fields);
        keeper.restore(&mut data);
        data.files
            .pop()
            .map(|(field, file)| (field, fs::read(file.path()).unwrap(), file.name))
    };
    let reference = kept.reference.as_str();
    let back = restored(ann(), &[("items-0-paper-kept", reference)]);
    assert_eq!(
        back,
        Some((
            "items-0-paper".to_owned(),
            b"text".to_vec(),
            "a b.txt".to_owned()
        ))
    );
    assert_eq!(
        restored(ann(), &[("other-kept", reference)]),
        None,
        "the reference is of another field"
    );
    assert_eq!(
        restored(
            KeptFiles::new(&settings, "bob"),
            &[("items-0-paper-kept", reference)]
        ),
        None,
        "not Bob's"
    );
    let forged = format!("{reference}x");
    assert_eq!(
        restored(ann(), &[("items-0-paper-kept", &forged)]),
        None,
        "the signature is wrong"
    );
    let bob = KeptFiles::new(&settings, "bob");
    let adopted = bob.adopt(&ann(), "items-0-paper", reference).unwrap();
    assert!(
        restored(bob, &[("items-0-paper-kept", &adopted)]).is_some(),
        "the file is Bob's from then on"
    );
    assert_eq!(
        restored(ann(), &[("items-0-paper-kept", reference)]),
        None,
        "the file has gone to Bob"
    );

    let kept = ann().keep("paper", &file).unwrap();
    let fields = [
        ("paper-kept", kept.reference.as_str()),
        ("paper-kept-remove", "on"),
    ];
    assert_eq!(
        restored(ann(), &fields),
        None,
        "its box to take it away is ticked"
    );
    assert_eq!(
        ann()
            .entries()
            .unwrap()
            .iter()
            .filter(|entry| entry.owner == ann().owner)
            .count(),
        0
    );
}

#[test]
fn kept_files_are_few_small_and_not_old() {
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(dir.path(), "10");
    let keeper = KeptFiles::new(&settings, "ann");
    let keep = |keeper: &KeptFiles, size: usize| {
        keeper.keep(
            "paper",
            &UploadedFile::from_bytes("a.txt", &vec![b'x'; size]).unwrap(),
        )
    };
    let sizes = || {
        keeper
            .entries()
            .unwrap()
            .iter()
            .map(|entry| entry.size)
            .collect::<Vec<_>>()
    };
    assert!(
        keep(&keeper, 31).is_none(),
        "more than three full requests are never kept"
    );
    for size in [10, 9, 8, 7] {
        assert!(keep(&keeper, size).is_some());
    }
    assert_eq!(sizes().len(), 3, "the oldest had to go");
    for at in 0..60 {
        assert!(keep(&KeptFiles::new(&settings, &at.to_string()), 10).is_some());
    }
    assert!(
        sizes().iter().sum::<u64>() <= 500,
        "all together stay within fifty full requests"
    );

    let old =
        fs::FileTimes::new().set_modified(SystemTime::now() - MAX_AGE - Duration::from_secs(1));
    let all = keeper.entries().unwrap();
    for entry in &all[..5] {
        File::options()
            .write(true)
            .open(&entry.path)
            .unwrap()
            .set_times(old)
            .unwrap();
    }
    assert_eq!(KeptFiles::clear(&settings).unwrap(), 5);
    assert_eq!(keeper.entries().unwrap().len(), all.len() - 5);
}
