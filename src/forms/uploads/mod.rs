//! Files that a form sends: what a file field becomes, whether an image is one, and where it lies.
//!
//! As in Django a file that is replaced or cleared stays where it is: another row, an older page or a Django beside us
//! may still name it. A file that is stored for a row that is then not saved is removed.

mod image;
mod name;
mod storage;
mod structure;

use crate::http::{PostData, UploadedFile};
use crate::models::{Field, FieldKind};

pub use storage::{Stored, Upload};

/// What becomes of a file field.
#[derive(Debug, Clone)]
pub enum Change {
    /// It stays as it is.
    Keep,
    /// It holds no file any more.
    Clear,
    /// It holds this file, once that is stored.
    New(Upload),
}

/// Whether the box beside the file field `name` is ticked that empties it: `image-clear`.
pub fn is_cleared(post: &PostData, name: &str) -> bool {
    let ticked = post.fields.get(&format!("{name}-clear"));
    ticked.is_some_and(|value| !matches!(value, "" | "false" | "False"))
}

/// What the field becomes that holds the path `current`, or none if that is empty; or what is wrong with `file`.
///
/// It reads the file: call it where blocking is allowed.
pub fn clean(field: &Field, file: Option<&UploadedFile>, clear: bool, current: &str) -> Result<Change, String> {
    let clear = clear && field.blank;
    let Some(file) = file else {
        return match (clear, field.blank || !current.is_empty()) {
            (true, _) => Ok(Change::Clear),
            (false, true) => Ok(Change::Keep),
            (false, false) => Err("This field is required.".to_owned()),
        };
    };
    if clear {
        return Err("Please either submit a file or check the clear checkbox, not both.".to_owned());
    }
    let (length, most) = (file.name.chars().count(), field.max_length().unwrap_or(100));
    if length > most {
        let plural = if most == 1 { "" } else { "s" };
        return Err(format!("Ensure this filename has at most {most} character{plural} (it has {length})."));
    }
    if file.name.is_empty() {
        return Err("No file was submitted. Check the encoding type on the form.".to_owned());
    }
    if file.size == 0 {
        return Err("The submitted file is empty.".to_owned());
    }
    let name = name::valid(&file.name);
    let folder = match field.kind {
        FieldKind::Image(folder) => {
            image::check(file.path(), name.as_deref().unwrap_or_default())?;
            folder
        }
        FieldKind::File(folder) => folder,
        _ => "",
    };
    let Some(name) = name else {
        return Err("The name of the file holds no letter and no digit: give it another.".to_owned());
    };
    Ok(Change::New(Upload { file: file.clone(), name, folder, most }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::models::{Description, Model};
    use crate::schema::auth_group;
    use diesel::prelude::*;

    #[derive(Identifiable)]
    #[diesel(table_name = auth_group)]
    struct Paper {
        id: i32,
    }

    impl Model for Paper {
        fn describe(it: Description<Self>) -> Description<Self> {
            it.label("x.Paper").field(auth_group::name, |field| field.file("papers/"))
        }
    }

    fn field(blank: bool) -> Field {
        Field { blank, ..Paper::meta().field("name").unwrap().clone() }
    }

    #[test]
    fn a_file_field_keeps_clears_or_takes() {
        let file = UploadedFile::of("a b.txt", b"text").unwrap();
        let said = |field: &Field, file, clear, current| match clean(field, file, clear, current) {
            Ok(Change::Keep) => "keep".to_owned(),
            Ok(Change::Clear) => "clear".to_owned(),
            Ok(Change::New(upload)) => upload.name,
            Err(error) => error,
        };
        let (optional, required) = (field(true), field(false));
        assert_eq!(said(&optional, None, false, ""), "keep");
        assert_eq!(said(&optional, None, true, "papers/x.txt"), "clear");
        assert_eq!(said(&optional, Some(&file), false, "papers/x.txt"), "a_b.txt");
        assert!(said(&optional, Some(&file), true, "").starts_with("Please either"));
        assert_eq!(said(&required, None, false, ""), "This field is required.");
        assert_eq!(said(&required, None, true, "papers/x.txt"), "keep");
        assert_eq!(said(&required, Some(&file), true, "papers/x.txt"), "a_b.txt");
        let empty = UploadedFile::of("a.txt", b"").unwrap();
        assert_eq!(said(&optional, Some(&empty), false, ""), "The submitted file is empty.");
        let long = UploadedFile::of(&"é".repeat(101), b"text").unwrap();
        let text = "Ensure this filename has at most 100 characters (it has 101).";
        assert_eq!(said(&optional, Some(&long), false, ""), text);
    }
}
