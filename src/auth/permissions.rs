//! The permissions that each model has: add, change, delete, view.

use std::collections::HashSet;

use diesel::prelude::*;

use crate::db::Conn;
use crate::error::Result;
use crate::models::AppConfig;
use crate::models::content_types::ContentType;
use crate::schema::auth_permission;

/// In the order in which Django makes them.
const ACTIONS: [&str; 4] = ["add", "change", "delete", "view"];

#[derive(Debug, Insertable)]
#[diesel(table_name = auth_permission)]
struct NewPermission {
    name: String,
    content_type_id: i32,
    codename: String,
}

/// Makes the permissions of `app` that are not there yet (Django's `create_permissions`); how many.
pub fn create(conn: &mut Conn, app: &AppConfig) -> Result<usize> {
    let types = ContentType::ids(conn)?;
    let present: HashSet<(i32, String)> = auth_permission::table
        .select((auth_permission::content_type_id, auth_permission::codename))
        .load(conn)?
        .into_iter()
        .collect();
    let mut made = 0;
    for model in app.models {
        let Some(&content_type_id) = types.get(&(app.label.to_owned(), model.name.to_owned())) else { continue };
        for action in ACTIONS {
            let codename = format!("{action}_{}", model.name);
            if present.contains(&(content_type_id, codename.clone())) {
                continue;
            }
            let row = NewPermission { name: format!("Can {action} {}", model.verbose), content_type_id, codename };
            made += diesel::insert_into(auth_permission::table).values(row).execute(conn)?;
        }
    }
    Ok(made)
}
