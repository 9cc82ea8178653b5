//! Rows that refer to rows of any model by a content type and a key.

use diesel::connection::SimpleConnection as _;
use nuages::db::{Kind as Column, Sql};
use nuages::models::content_types::ContentType;
use nuages::models::{Collector, GenericRelation, Query};
use nuages::prelude::*;

use crate::club::{APP, Room, Team, club};
use crate::support::{ALICE, Kind, TestSite};

/// A note about a row of any model.
#[nuages::model(app = "club", display = "words", indexes = ["content_type", "object_id"])]
pub struct Note {
    #[field(max_length = 20)]
    pub words: String,
    #[field(on_delete = "cascade")]
    pub content_type: ForeignKey<ContentType>,
    #[field(positive)]
    pub object_id: i32,
}

/// The notes about a row, which are deleted together with the row.
pub(crate) const NOTES: GenericRelation =
    GenericRelation::new::<Note, _, _>("notes", club_note::content_type_id, club_note::object_id);

/// Creates a club with team 1 and room 1, each with a note.
fn site(kind: Kind) -> TestSite {
    let site = club(kind);
    let conn = &mut site.connect();
    nuages::models::content_types::create(conn, &APP).unwrap();
    conn.batch_execute(
        "INSERT INTO club_team (id, name) VALUES (1, 'Chess');
         INSERT INTO club_room (id, number, state, price, limit_price) VALUES (1, 1, 'open', 1, 9);
         INSERT INTO club_note (words, content_type_id, object_id)
             SELECT 'on ' || model, id, 1 FROM django_content_type WHERE model IN ('team', 'room');",
    )
    .unwrap();
    site
}

fn notes(site: &TestSite) -> Vec<String> {
    let sql = Sql::new(
        "SELECT words || ': ' || model FROM club_note INNER JOIN django_content_type AS t \
         ON t.id = content_type_id ORDER BY club_note.id",
    );
    let rows = sql
        .returns(&[Column::Text])
        .load(&mut site.connect())
        .unwrap();
    let mut notes: Vec<String> = rows.iter().flatten().map(ToString::to_string).collect();
    notes.sort();
    notes
}

fn a_generic_inline_shows_and_saves_the_rows_of_its_parent_only(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let form = alice.form("/admin/club/team/1/change/", "name");
    let prefix = "club-note-content_type-object_id";
    assert_eq!(form.value(&format!("{prefix}-0-words")), "on team");
    assert_eq!(
        form.value(&format!("{prefix}-INITIAL_FORMS")),
        "1",
        "the room's note is not here"
    );

    let form = form
        .set(&format!("{prefix}-0-words"), "changed")
        .set(&format!("{prefix}-1-words"), "new");
    let reply = alice.submit(&form, "_save");
    assert_eq!(reply.status, 302, "{}", reply.words());
    assert_eq!(
        notes(&site),
        ["changed: team", "new: team", "on room: room"]
    );
}

fn a_generic_relation_is_deleted_with_its_row(kind: Kind) {
    let site = site(kind);
    let alice = ALICE.browser(&site);
    let page = alice.get("/admin/club/team/1/delete/").words();
    assert!(page.contains("on team"), "the page names the note: {page}");

    let conn = &mut site.connect();
    let delete = |conn: &mut Conn, rows: Query| {
        conn.atomic(|conn| Collector::new(rows).delete(conn, |_, _| Ok(())))
            .unwrap()
    };
    delete(conn, Query::new(Team::meta()));
    assert_eq!(notes(&site), ["on room: room"]);
    delete(conn, Query::new(Room::meta()));
    assert_eq!(
        notes(&site),
        ["on room: room"],
        "a room declares no relation to its notes"
    );
}

on_both!(
    a_generic_inline_shows_and_saves_the_rows_of_its_parent_only,
    a_generic_relation_is_deleted_with_its_row,
);
