//! A club: models with constraints and with every kind of relation.

use nuages::admin::{AdminSite, Inline};
use nuages::models::Condition;
use nuages::prelude::*;

use crate::kinds::{FinishedSample, Sample, club_sample};
use crate::notes::{NOTES, Note, club_note};
use crate::shop::INSTALLED;
use crate::support::{ALICE, BOB, Database, Kind, TestSite};

/// The fields of everything that has a date.
#[nuages::model(abstract)]
struct Dated {
    #[field(default = today)]
    pub made_on: NaiveDate,
    #[field(max_length = 20)]
    pub note: String,
}

/// Returns the current day.
pub(crate) fn today() -> NaiveDate {
    chrono::Utc::now().date_naive()
}

/// A person, to whom others refer by the code.
#[nuages::model(app = "club", ordering = ["name"])]
pub struct Person {
    #[field(max_length = 50)]
    pub name: String,
    #[field(max_length = 10, unique)]
    pub code: String,
    #[field(default = true)]
    pub is_member: bool,
}

/// A room, whose number is unique among open rooms.
#[nuages::model(
    app = "club",
    ordering = ["id"],
    constraints = [
        UniqueConstraint(fields = ["number"], name = "open_number", condition = "state = 'open'"),
        UniqueConstraint(fields = ["floor", "door"], name = "floor_door"),
        UniqueConstraint(fields = ["door", "state"], name = "door_state", message = "This door is taken."),
        CheckConstraint(check = "price > 0", name = "price_positive"),
        CheckConstraint(check = "price < limit_price", name = "below_limit", message = "The price is above the limit."),
    ],
    indexes = [["state", "-number"], Index(fields = ["floor"], name = "ground", condition = "floor = 0")],
    permissions = [("lock_room", "Can lock room")],
    default_permissions = ["add", "change", "view"],
)]
pub struct Room {
    pub number: i32,
    #[field(choices = ["open", "shut"], max_length = 10)]
    pub state: String,
    #[field(max_digits = 8, decimal_places = 2, default = 10)]
    pub price: Decimal,
    #[field(max_digits = 8, decimal_places = 2, default = 100)]
    pub limit_price: Decimal,
    pub floor: Option<i32>,
    pub door: Option<i32>,
    #[field(db_default = 7, editable = false)]
    pub weight: i32,
    #[field(db_default = "new", editable = false, max_length = 10)]
    pub note: String,
    #[field(db_default = now, editable = false)]
    pub made_at: Timestamp,
    #[field(generated = "number * 2")]
    pub double: Option<i32>,
}

/// A team, with members since a certain day.
#[nuages::model(app = "club", describe = with_notes)]
pub struct Team {
    #[field(max_length = 50)]
    pub name: String,
    #[field(through = Membership, related_name = "teams")]
    pub members: ManyToMany<Person>,
}

fn with_notes(it: Description<Team>) -> Description<Team> {
    it.generic_relation(NOTES)
}

/// A membership.
#[nuages::model(app = "club", display = "role")]
pub struct Membership {
    #[field(on_delete = "cascade")]
    pub team: ForeignKey<Team>,
    #[field(on_delete = "cascade", limit_choices_to = members)]
    pub person: ForeignKey<Person>,
    #[field(max_length = 20)]
    pub role: String,
}

fn members() -> Condition {
    Condition::new(club_person::is_member, true)
}

/// A badge: each person has at most one.
#[nuages::model(app = "club")]
pub struct Badge {
    #[field(max_length = 20)]
    pub text: String,
    #[field(on_delete = "cascade")]
    pub person: OneToOne<Person>,
}

/// A parcel for a person, named by the code.
#[nuages::model(app = "club")]
pub struct Parcel {
    #[field(max_length = 20)]
    pub content: String,
    #[field(on_delete = "cascade", to_field = club_person::code, key = String)]
    pub to: ForeignKey<Person>,
}

/// A key that goes to room 1 if its own room is deleted.
#[nuages::model(app = "club")]
pub struct RoomKey {
    #[field(on_delete = "set_default", default = 1)]
    pub room: ForeignKey<Room>,
    #[field(
        on_delete = "do_nothing",
        db_constraint = false,
        related_name = "spares"
    )]
    pub spare: Option<ForeignKey<Room>>,
}

pub(crate) const APP: AppConfig = AppConfig {
    label: "club",
    verbose_name: "Club",
    models: &[
        Person::meta,
        Room::meta,
        Team::meta,
        Membership::meta,
        Badge::meta,
        Parcel::meta,
        RoomKey::meta,
        Sample::meta,
        FinishedSample::meta,
        Note::meta,
    ],
    migrations: &[],
};

static APPS: [AppConfig; 7] = [
    INSTALLED[0],
    INSTALLED[1],
    INSTALLED[2],
    INSTALLED[3],
    INSTALLED[4],
    INSTALLED[5],
    APP,
];

fn register(site: AdminSite) -> AdminSite {
    site.register::<Person>(|it| {
        it.list_filter((club_person::is_member,))
            .inlines([Inline::stacked::<Badge>(|it| it).extra(3)])
    })
    .register::<Room>(|it| it)
    .register::<Team>(|it| {
        let notes = Inline::tabular::<Note>(|it| it);
        it.inlines([
            Inline::tabular::<Membership>(|it| it).extra(1),
            notes.generic(club_note::content_type_id, club_note::object_id),
        ])
    })
    .register::<Membership>(|it| it)
    .register::<Badge>(|it| it)
    .register::<Parcel>(|it| {
        it.list_display((club_parcel::content, club_parcel::to_id))
            .list_filter((club_parcel::to_id,))
    })
    .register::<RoomKey>(|it| it)
    .register::<Sample>(|it| {
        it.list_display((club_sample::short, club_sample::span))
            .readonly_fields((club_sample::span, club_sample::parts))
    })
    .register::<FinishedSample>(|it| it)
}

/// Creates an empty club; Alice is a superuser.
pub(crate) fn club(kind: Kind) -> TestSite {
    static PROJECT: Project = Project::new("Club", &APPS, crate::shop::urls, register);
    let database = Database::migrated(kind);
    let conn = &mut database.connect();
    for persona in [&ALICE, &BOB] {
        persona.save(conn);
    }
    let models = APP.models.iter().map(|model| model());
    for model in models.filter(|model| model.proxy_for().is_none()) {
        crate::tables::create(conn, kind, model);
    }
    TestSite::for_project(database, &[], &PROJECT)
}
