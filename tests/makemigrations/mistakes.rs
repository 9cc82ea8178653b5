//! Declarations with mistakes: `makemigrations` and `check` name them, and nothing is written.

use nuages::models::AppConfig;
use nuages::prelude::*;
use nuages::{admin, auth, sessions};
use nuages_test::{Kind, TestSite, on_both};

mod broken {
    /// A ticket whose SQL names columns that it does not have.
    #[nuages::model(
        app = "broken",
        constraints = [
            UniqueConstraint(fields = ["title"], name = "one_open", condition = "state = 'open'"),
            CheckConstraint(check = "prize > 0 OR title = 'free'", name = "price_positive"),
        ],
        indexes = [Index(fields = ["title"], name = "long_titles", condition = "titel > 'a'")],
    )]
    pub struct Ticket {
        #[field(max_length = 50)]
        pub title: String,
        #[field(choices = ["open", "done"], max_length = 10)]
        pub status: String,
        pub price: i32,
        #[field(generated = "cost * 2")]
        pub double: Option<i32>,
    }
}

mod left_out {
    use nuages::admin::AdminSite;

    /// A tag, which the list of models leaves out.
    #[nuages::model(app = "tagged")]
    pub struct Tag {
        #[field(max_length = 50)]
        pub name: String,
    }

    /// A post.
    #[nuages::model(app = "tagged")]
    pub struct Post {
        #[field(max_length = 50)]
        pub title: String,
        pub tags: ManyToMany<Tag>,
    }

    /// A person.
    #[nuages::model(app = "teams")]
    pub struct Person {
        #[field(max_length = 50)]
        pub name: String,
    }

    /// A team, with the roles of its members.
    #[nuages::model(app = "teams")]
    pub struct Team {
        #[field(max_length = 50)]
        pub name: String,
        #[field(through = Membership)]
        pub members: ManyToMany<Person>,
    }

    /// A membership.
    #[nuages::model(app = "teams")]
    pub struct Membership {
        #[field(on_delete = "cascade")]
        pub team: ForeignKey<Team>,
        #[field(on_delete = "cascade")]
        pub person: ForeignKey<Person>,
        #[field(max_length = 50)]
        pub role: String,
    }

    pub(super) fn register(site: AdminSite) -> AdminSite {
        site.register::<Team>(|it| it.fields((teams_team::name, Team::MEMBERS)))
    }
}

const fn apps(
    label: &'static str,
    models: &'static [fn() -> &'static nuages::models::Meta],
) -> [AppConfig; 5] {
    [
        admin::APP,
        auth::APP,
        nuages::models::content_types::APP,
        sessions::APP,
        super::cases::app(label, models),
    ]
}

static BROKEN: Project = Project::new(
    "Broken",
    {
        static APPS: [AppConfig; 5] = apps("broken", &[broken::Ticket::meta]);
        &APPS
    },
    |_| batteries(),
    |site| site,
);
static TAGGED: Project = Project::new(
    "Tagged",
    {
        static APPS: [AppConfig; 5] = apps("tagged", &[left_out::Post::meta]);
        &APPS
    },
    |_| batteries(),
    |site| site,
);
static TEAMS: Project = Project::new(
    "Teams",
    {
        static APPS: [AppConfig; 5] = apps(
            "teams",
            &[
                left_out::Person::meta,
                left_out::Team::meta,
                left_out::Membership::meta,
            ],
        );
        &APPS
    },
    |_| batteries(),
    left_out::register,
);

/// Runs `makemigrations` and returns its text and its error.
fn failed_makemigrations(site: &TestSite, app: &str) -> (String, String) {
    let run = site.command(["makemigrations", app, "--dry-run"]);
    let error = run.result.expect_err("the declarations have mistakes");
    (run.text, error.to_string())
}

fn sql_that_names_an_unknown_column_is_refused(kind: Kind) {
    let site = TestSite::on(kind, &BROKEN);
    let (text, error) = failed_makemigrations(&site, "broken");
    assert!(
        error.contains("nothing was written: System check identified 4 issues."),
        "{error}\n{text}"
    );

    let checked = site.command(["check"]);
    assert!(
        checked.result.is_err(),
        "check fails as well: {}",
        checked.text
    );
    for expected in [
        "(models.E012) broken.Ticket, constraints: one_open refers to the column \"state\", which the table does not have. \
         The columns are id, title, status, price, double.",
        "constraints: price_positive refers to the column \"prize\"",
        "indexes: long_titles refers to the column \"titel\"",
        "generated: double refers to the column \"cost\"",
    ] {
        assert!(
            text.contains(expected),
            "makemigrations should say {expected:?}: {text}"
        );
        assert!(
            checked.text.contains(expected),
            "check should say {expected:?}: {}",
            checked.text
        );
    }
}

fn migrate_refuses_declarations_with_errors(kind: Kind) {
    let site = TestSite::on(kind, &BROKEN);
    for arguments in [["migrate", "--no-input"], ["migrate", "--plan"]] {
        let run = site.command(arguments);
        let error = run.result.expect_err("the declarations have mistakes");
        assert!(
            error
                .to_string()
                .contains("nothing was changed: System check identified 4 issues."),
            "{arguments:?}: {error}"
        );
        assert!(
            run.text.contains("(models.E012) broken.Ticket"),
            "{arguments:?} should name the mistakes: {}",
            run.text
        );
    }

    let skipped = site.command(["migrate", "--skip-checks"]);
    assert!(skipped.result.is_ok(), "{:?}", skipped.result);
}

fn a_many_to_many_field_to_a_model_that_is_left_out_is_refused(kind: Kind) {
    let (text, error) = failed_makemigrations(&TestSite::on(kind, &TAGGED), "tagged");
    assert!(
        text.contains("(fields.E300) tagged.Post.tags, to: tagged.Tag is not installed."),
        "{text}\n{error}"
    );
}

fn a_many_to_many_field_through_a_model_in_the_fields_of_an_admin_is_refused(kind: Kind) {
    let (text, error) = failed_makemigrations(&TestSite::on(kind, &TEAMS), "teams");
    assert!(
        text.contains("(admin.E013) the admin of teams.Team, fields: members has a model of its own for its links"),
        "{text}\n{error}"
    );
}

on_both!(
    sql_that_names_an_unknown_column_is_refused,
    migrate_refuses_declarations_with_errors,
    a_many_to_many_field_to_a_model_that_is_left_out_is_refused,
    a_many_to_many_field_through_a_model_in_the_fields_of_an_admin_is_refused,
);
